"""The app as Django knows it."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """`people`, known by its last name."""

    name = "xacthuc_server.people"
    label = "people"
