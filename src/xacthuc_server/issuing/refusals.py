"""Why something is not signed or issued: each a code of the texts, and nothing of a person."""

from __future__ import annotations


class IssuingRefused(Exception):
    """Something is not signed or issued; `code` is a key of the texts."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


class NotSignable(IssuingRefused):
    """A dose is not in a state in which it is signed, or not of this site."""


class ListEmpty(IssuingRefused):
    """There is nothing to put on a commune's list."""


class OrderGone(IssuingRefused):
    """There is no such order, or another worker has gone on with it."""


class KeyMissing(IssuingRefused):
    """The keys cannot be opened: no passphrase was given."""
