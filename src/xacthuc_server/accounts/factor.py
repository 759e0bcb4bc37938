"""The second factor, given again just before somebody signs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.http import HttpRequest

FRESH = timedelta(minutes=5)  # long enough to read once more what is signed, short enough not to leave the desk


class FactorNeeded(Exception):
    """The second factor has to be given again; `code` is a key of the texts."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


def check_factor(given: datetime | None, *, now: datetime) -> None:
    """Raise FactorNeeded unless the second factor was given just now."""
    if given is None or not timedelta() <= now - given <= FRESH:
        raise FactorNeeded("factor_needed")


def find_factor(request: HttpRequest) -> datetime | None:
    """Give when a second factor was last given in a session; None where it never was."""
    from allauth.account.internal.flows.login import get_authentication_records

    records = get_authentication_records(request, request.user)
    given = [record["at"] for record in records if record.get("method") == "mfa"]
    return datetime.fromtimestamp(max(given), UTC) if given else None
