"""The app as Django knows it."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """`audit`, known by its last name."""

    name = "xacthuc_server.audit"
    label = "audit"
