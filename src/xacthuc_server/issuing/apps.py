"""The app as Django knows it."""

from django.apps import AppConfig


class IssuingConfig(AppConfig):
    """`issuing`, known by its last name."""

    name = "xacthuc_server.issuing"
    label = "issuing"
