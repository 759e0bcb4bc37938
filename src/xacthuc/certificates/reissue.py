"""Which certificates are to be issued again: their key ends, they expire, or the key is replaced."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from xacthuc.certificates.claims import read_health_certificate
from xacthuc.certificates.stages import Certificate, Unreadable


@dataclass(frozen=True, slots=True)
class Reissue:
    """A certificate that is to be issued again, and why: `code` of texts/certificate_keys.toml."""

    row: int  # of the list, from 0
    code: str
    uvci: str
    kid: str  # hexadecimal
    expires: datetime | None


def list_reissues(
    texts: Iterator[tuple[int, str | None]],
    *,
    before: datetime,
    key_ends: Mapping[str, datetime],
    replaced: frozenset[str] = frozenset(),
) -> Iterator[Reissue]:
    """Give what of a list has to be issued again before a day; rows without a text are people without a certificate.

    1 it cannot be read
    2 its key is one of `replaced` (kids, hexadecimal): also revoke it then
    3 its key ends before the day (`key_ends`: kid -> end of the certificate)
    4 it expires before the day itself.
    Not checked: signatures; the list is ours.
    """
    for row, text in texts:
        if text is None:
            continue
        try:
            read = read_health_certificate(text)
        except Unreadable:
            yield Reissue(row, "reissue_unreadable", "", "", None)  # 1
            continue
        found = _judge(read, before=before, key_ends=key_ends, replaced=replaced)
        if found:
            expires = None if read.expires is None else datetime.fromtimestamp(read.expires, UTC)
            yield Reissue(row, found, read.uvci, (read.kid or b"").hex(), expires)


def _judge(
    read: Certificate, *, before: datetime, key_ends: Mapping[str, datetime], replaced: frozenset[str]
) -> str | None:
    kid = (read.kid or b"").hex()
    if kid in replaced:
        return "reissue_key_chosen"  # 2
    if kid in key_ends and key_ends[kid] < before:
        return "reissue_key_ends"  # 3
    if read.expires is not None and read.expires < before.timestamp():
        return "reissue_expires"  # 4
    return None
