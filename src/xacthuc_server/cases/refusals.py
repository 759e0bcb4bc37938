"""Why something is not done with a case: each a code of the texts, and nothing of a person."""

from __future__ import annotations


class CaseRefused(Exception):
    """Something is not done with a case; `code` is a key of the texts."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


class NotThere(CaseRefused):
    """There is no such case, or not for whoever asks."""


class NotYours(CaseRefused):
    """Somebody else answers for the case."""


class WrongState(CaseRefused):
    """The case is in a state in which this is not done."""


class Changed(CaseRefused):
    """Somebody has changed the case, the person or the dose since it was shown."""


class NotVouched(CaseRefused):
    """The register vouches for nobody by that choice."""


class ReasonMissing(CaseRefused):
    """Nothing ends, and nothing is handed over, without one of the reasons that are listed."""


class NotSettledByThis(CaseRefused):
    """An identity of this kind is settled in another way."""


class SampleNotSeen(CaseRefused):
    """A class is settled only after its sample was looked through."""
