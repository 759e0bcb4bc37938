"""The addresses of the site."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from xacthuc_server.api.routes import api
from xacthuc_server.desk import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.show_home, name="home"),
    path("account/", views.show_account, name="account"),
    path("post/", views.choose_post, name="choose_post"),
    path("language/", views.choose_language, name="choose_language"),
    path("", include("xacthuc_server.desk.intake_urls")),
    path("api/v1/", api.urls),
    path("accounts/", include("allauth.urls")),
    path("", include("xacthuc_server.desk.settling_urls")),
]

handler400 = views.refuse_request
handler403 = views.refuse_access
handler404 = views.refuse_address
handler500 = views.refuse_fault
