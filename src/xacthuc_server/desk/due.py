"""What is due today in a post: the cards of the first page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.cases.queries import count_due, list_classes
from xacthuc_server.issuing.queries import list_signable
from xacthuc_server.units.posts import can


@dataclass(frozen=True)
class Due:
    """How much of something waits, and where."""

    code: str
    count: int
    address: str


def list_due(by: Acting, *, now: datetime) -> list[Due]:
    """List what waits for somebody, what is late first; nothing that is at zero."""
    due: list[Due] = []
    if by.organisation_id is not None and can(by, "hand_over"):
        counts = count_due(by, now=now)
        work = reverse("work")
        due += [Due("due_late", counts["late"], f"{work}?due=late")]
        due += [Due("due_today", counts["today"] - counts["late"], f"{work}?due=today")]
        due += [Due("due_all", counts["all"], work)]
    if can(by, "review_class"):
        due.append(Due("due_classes", len(list_classes(by)), reverse("classes")))
    if can(by, "sign_doses"):
        due.append(Due("due_signing", list_signable(by).count(), reverse("signing")))
    return [one for one in due if one.count]
