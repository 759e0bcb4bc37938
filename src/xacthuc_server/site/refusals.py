"""Why the platform does not start, or a command of it cannot do what it should: a code, said in both languages."""

from __future__ import annotations

from xacthuc.runs.refusals import CommandRefused
from xacthuc_server.texts import LANGUAGES, say


class SiteRefused(CommandRefused):
    """A command cannot begin or go on; `code` is a key of the texts, `what` a file, folder or number."""

    def __init__(self, code: str, what: object = "") -> None:
        """Take the code, and what is named with it; never a person's data."""
        self.code, self.what = code, str(what)
        super().__init__("\n".join(say(code, language=language, name=what) for language in LANGUAGES))


class DatabaseRefused(SiteRefused):
    """The database did not start."""


class ServeRefused(SiteRefused):
    """The platform did not start, or a part of it has ended."""
