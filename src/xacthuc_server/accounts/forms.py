"""The form of the login: two fields, and nothing that needs mail."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm


class StaffLoginForm(LoginForm):
    """Login and password; who has forgotten theirs goes to the administrator."""

    def __init__(self, *args: Any, **named: Any) -> None:
        """Leave out what leads to mail."""
        super().__init__(*args, **named)
        self.fields["password"].help_text = ""
