"""When keys and certificates of an issuer end, and what to do before: a key that lapses unnoticed stops every issue.

Vietnam's own signing certificate ended on 2026-07-14 and nobody had noticed: this says so beforehand.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from xacthuc.certificates.issuer_keys import LASTING, IssuerKey
from xacthuc.certificates.key_certificates import KINDS, Kind, load_periods
from xacthuc.findings import get_code

WITHIN = timedelta(days=60)  # beforehand: a month for the next key, a month for partners to have it

# How long what is signed on the last day of use has to last: certificates of health, certificates of signers.
_LASTING: dict[Kind, timedelta] = {"signer": LASTING, "csca": load_periods()["signer"].valid}


@dataclass(frozen=True, slots=True)
class Due:
    """Something to do: `code` of texts/certificate_keys.toml, by when, which kind and key ("" for all of a kind)."""

    code: str
    day: datetime
    kind: Kind
    kid: str = ""

    @property
    def urgent(self) -> bool:
        """Tell whether somebody has to act."""
        return get_code(self.code).kind == "wrong"


def list_due(keys: list[IssuerKey], *, at: datetime, within: timedelta = WITHIN) -> list[Due]:
    """Give what falls due from `at` to the end of `within`, and what is overdue, by day.

    For each kind of which there is a key:
    1 none is in use now
    2 the chain of keys, each taking over from the one before, breaks soon: the next is to be made
    3 a certificate ends soon: what its key has signed ends with it, where that was to last longer
    4 a certificate has ended.
    Authority and signers are always needed; upload and TLS keys where there is one.
    """
    of_kind = {kind: [key for key in keys if key.kind == kind] for kind in KINDS}
    found = [due for kind in KINDS for due in _list_of_kind(of_kind[kind], kind, at, within)]
    return sorted(found, key=lambda due: (due.day, KINDS.index(due.kind), due.kid, due.code))


def find_end(keys: list[IssuerKey], *, at: datetime) -> datetime | None:
    """Give until when there is always a key of these in use, from `at` on; None where none is in use then."""
    end = None
    for key in sorted(keys, key=lambda key: key.used_from):
        if key.signs_at(at if end is None else end):
            end = min(key.ends, key.used_until)
    return end


def _list_of_kind(keys: list[IssuerKey], kind: Kind, at: datetime, within: timedelta) -> Iterator[Due]:
    if not keys and kind in ("upload", "tls"):
        return
    end = find_end(keys, at=at)
    if end is None:  # 1
        past = [min(key.ends, key.used_until) for key in keys if key.used_from <= at]
        yield Due("keys_due_none", max(past, default=at), kind)
    elif end - load_periods()[kind].renew <= at + within:  # 2
        yield Due("keys_due_next", end - load_periods()[kind].renew, kind)
    for key in keys:
        if at < key.ends <= at + within:  # 3
            cut = key.used_until + _LASTING.get(kind, timedelta()) > key.ends
            code = "keys_due_certificate_cuts" if cut else "keys_due_certificate_ends"
            yield Due(code, key.ends, kind, key.kid)
        elif key.ends <= at:  # 4
            yield Due("keys_due_certificate_ended", key.ends, kind, key.kid)
