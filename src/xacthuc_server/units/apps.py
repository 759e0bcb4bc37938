"""The app as Django knows it."""

from django.apps import AppConfig


class UnitsConfig(AppConfig):
    """`units`, known by its last name."""

    name = "xacthuc_server.units"
    label = "units"
