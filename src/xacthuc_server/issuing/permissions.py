"""Who may sign and issue. In which state stands in policies.py."""

from __future__ import annotations

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.people.permissions import JOB
from xacthuc_server.units.posts import check_can


def check_can_sign(by: Acting) -> None:
    """Raise NotAllowed where somebody does not sign for a site."""
    check_can(by, "sign_doses")


def check_can_sign_list(by: Acting) -> None:
    """Raise NotAllowed where somebody does not sign for a commune."""
    check_can(by, "sign_list")


def check_can_issue(by: Acting) -> None:
    """Raise NotAllowed where it is neither the central authority nor the platform's own work."""
    if not by.who.startswith(JOB):
        check_can(by, "issue")
