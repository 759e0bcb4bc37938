"""The addresses of the site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from xacthuc_server.desk.views import show_home

urlpatterns: list[URLPattern | URLResolver] = [
    path("", show_home, name="home"),
    path("accounts/", include("allauth.urls")),
]
