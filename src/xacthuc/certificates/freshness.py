"""How old a list may be: lists of keys and of revocations alike."""

from __future__ import annotations

from datetime import datetime, timedelta

# A list of keys or of revocations that nobody could renew for a week has lost its word; a long weekend has four days.
FRESH = timedelta(days=7)  # for a list that does not say itself when it ends

CLOCKS = timedelta(hours=1)  # by so much two clocks may differ: a phone set to a neighbour's time zone


def is_old(as_of: datetime | None, expires: datetime | None, *, at: datetime, fresh: timedelta = FRESH) -> bool:
    """Tell whether a list is too old: by the end that it names, else by its date; one without either is not."""
    if expires is not None:
        return at > expires
    return as_of is not None and at - as_of > fresh


def is_ahead(as_of: datetime | None, *, at: datetime) -> bool:
    """Tell whether a list is dated after the clock, by more than clocks may differ."""
    return as_of is not None and as_of - at > CLOCKS
