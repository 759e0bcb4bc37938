"""The app as Django knows it."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """`jobs`, known by its last name."""

    name = "xacthuc_server.jobs"
    label = "jobs"
