"""Revocations as others publish them: batches of the EU, lists of SMART Health Cards.

They are read, not judged: who may revoke what a key has signed is for the caller to know.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from asn1crypto import cms
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.revocation import HASH_BYTES, MAGIC, RevocationList, hash_rid, open_set
from xacthuc.certificates.revocation_ledger import Entry
from xacthuc.certificates.signed import read_json
from xacthuc.certificates.trust_files import read_kid

BATCH_ENTRIES = 1_000  # Source: EU DCC, technical specification of revocation
BATCH_BYTES = 1 << 20  # a full one is 40 KB, and half as much again in its envelope
RIDS = 10_000_000  # of one key; 24 letters each, and a time
RIDS_BYTES = 512 << 20
_TYPES = {"UCI": "uvci", "COUNTRYCODEUCI": "country_uvci", "SIGNATURE": "signature"}
_RID = re.compile(r"([A-Za-z0-9_-]{1,24})(?:\.([0-9]{1,12}(?:\.[0-9]{1,9})?))?")
_BROKEN = (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError)


@dataclass(frozen=True)
class Batch:
    """A batch of the EU."""

    country: str
    kid: bytes | None  # None: of no key in particular
    entries: tuple[Entry, ...]  # all of one kind

    def contains(self, digests: Mapping[str, bytes], *, issuer: str, kid: bytes) -> bool:
        """Tell whether one of these hashes, by kind, is in the batch, and the batch speaks of this key or country."""
        speaks = issuer.upper() == self.country.upper() if self.kid is None else kid == self.kid
        return speaks and any(digests.get(entry.kind) == entry.digest for entry in self.entries)


@dataclass(frozen=True)
class CardList:
    """What an issuer of SMART Health Cards has revoked of one key: each rid, and until when issued (None: all)."""

    kid: bytes
    counter: int
    revoked: Mapping[str, float | None]

    def contains(self, rid: str, *, issued: float) -> bool:
        """Tell whether a card with this rid that was issued then (`nbf`) is revoked."""
        if rid not in self.revoked:
            return False
        until = self.revoked[rid]
        return until is None or issued < until


def open_revocations(paths: Sequence[Path], *, keys: Sequence[EllipticCurvePublicKey] | None = None) -> RevocationList:
    """Open what a verifier is given of revocations: sets of ours, batches of the EU, lists of SMART Health Cards.

    `keys` may sign the sets; None takes the key that each names. Raises ListRefused for a file that is none of them.
    Not checked: who has signed a batch, and where a list of cards comes from.
    """
    sets, batches, cards = [], [], []
    for path in paths:
        with path.open("rb") as stream:
            magic = stream.read(len(MAGIC))
        if magic == MAGIC:
            sets.append(open_set(path, keys=keys))
            continue
        try:
            if path.stat().st_size > RIDS_BYTES:
                raise ListRefused("list_too_large")
            found = _read_foreign(path.read_bytes())
        except ListRefused as refusal:
            raise refusal.about(path.name) from None
        if isinstance(found, Batch):
            batches.append(found)
        else:
            cards.append(found)
    return RevocationList(tuple(sets), tuple(batches), tuple(cards))


def _read_foreign(data: bytes) -> Batch | CardList:
    if data.lstrip().startswith(b"{") and b'"rids"' in data:
        return read_cards(data)
    return read_batch(data)


def read_batch(data: bytes) -> Batch:
    """Read a batch of the EU: JSON, or the CMS message around it in DER or base64. Raises ListRefused for what is none.

    Not checked: the signature of the message.
    """
    if len(data) > BATCH_BYTES:
        raise ListRefused("list_too_large")
    try:
        said = read_json(_unwrap(data))
        expires = datetime.fromisoformat(said["expires"])
        expires = expires if expires.tzinfo else expires.replace(tzinfo=UTC)
        kind, hashes, kid = _TYPES[said["hashType"]], said["entries"], said["kid"]
        if len(hashes) > BATCH_ENTRIES:
            raise ValueError("too many entries")
        entries = tuple(Entry(_read_hash(one["hash"]), kind, expires) for one in hashes)
        return Batch(str(said["country"]), None if kid == "UNKNOWN_KID" else read_kid(kid), entries)
    except _BROKEN:
        raise ListRefused("revocation_batch_unreadable") from None


def read_cards(data: bytes) -> CardList:
    """Read the revocation list of one key of SMART Health Cards (1.2.0 on); raises ListRefused for what is none.

    Not checked: that the counter does not go back, and whether it came from the issuer.
    """
    if len(data) > RIDS_BYTES:
        raise ListRefused("list_too_large")
    try:
        said = read_json(data)
        rids, counter = said["rids"], said["ctr"]
        if said["method"] != "rid" or len(rids) > RIDS or type(counter) is not int:
            raise ValueError("no list of rids")
        revoked: dict[str, float | None] = {}
        for text in rids:
            found = _RID.fullmatch(text)
            if not found:
                raise ValueError("no rid")
            rid, until = found[1], float(found[2]) if found[2] else None
            known = revoked.get(rid, 0.0)
            revoked[rid] = None if known is None or until is None else max(known, until)
        return CardList(read_kid(said["kid"]), counter, revoked)
    except _BROKEN:
        raise ListRefused("revocation_batch_unreadable") from None


def list_cards(cards: CardList) -> tuple[Entry, ...]:
    """Give those of a list that are revoked whenever they were issued, as entries of our ledger.

    Those with a time stay in the list: a set holds hashes and no times.
    """
    whole = (rid for rid, until in cards.revoked.items() if until is None)
    return tuple(Entry(hash_rid(cards.kid, rid), "rid") for rid in whole)


def _unwrap(data: bytes) -> bytes:
    """Give the JSON of a batch, out of its message where it is in one."""
    if data.lstrip().startswith(b"{"):
        return data
    if not data.startswith(b"\x30"):
        data = base64.b64decode(b"".join(data.split()), validate=True)
    content = cms.ContentInfo.load(data)["content"]["encap_content_info"]["content"].native
    if not isinstance(content, bytes):
        raise ValueError("no content")
    return content


def _read_hash(text: Any) -> bytes:
    try:
        digest = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None
    if len(digest) != HASH_BYTES:
        raise ValueError("another length")
    return digest
