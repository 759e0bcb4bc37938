"""The app as Django knows it."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """`cases`, known by its last name."""

    name = "xacthuc_server.cases"
    label = "cases"
