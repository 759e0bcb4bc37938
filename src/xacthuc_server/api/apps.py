"""The app as Django knows it."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """`api`, known by its last name."""

    name = "xacthuc_server.api"
    label = "api"
