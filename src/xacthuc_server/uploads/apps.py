"""The app as Django knows it."""

from django.apps import AppConfig


class UploadsConfig(AppConfig):
    """`uploads`, known by its last name."""

    name = "xacthuc_server.uploads"
    label = "uploads"
