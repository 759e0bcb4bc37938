"""The app as Django knows it."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    """`desk`, known by its last name."""

    name = "xacthuc_server.desk"
    label = "desk"
