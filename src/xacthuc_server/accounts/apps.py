"""The app as Django knows it."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """`accounts`, known by its last name."""

    name = "xacthuc_server.accounts"
    label = "accounts"

    def ready(self) -> None:
        """Listen to logins."""
        from xacthuc_server.accounts.signals import connect

        connect()
