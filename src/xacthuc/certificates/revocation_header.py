"""What a set of revocations says of itself, and who may say it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from xacthuc.certificates.golomb import NOMINAL, Coding, choose_coding
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.signed import (
    ListKey,
    Signed,
    name_key,
    read_jwk,
    read_moment,
    read_signed,
    write_jwk,
    write_moment,
    write_signed,
)

KIND = "revocation"
HEADER_BYTES = 256 << 10  # one kid takes 26; some 9,000 of them fit
KIDS = 9_000  # revoked keys, or keys that a set speaks of; the world has some 2,000
KID_BYTES_MOST = 64  # 8 in the EU, 32 of a SMART Health Card; a JWKS may call a key what it likes


@dataclass(frozen=True)
class Header:
    """What a set says of itself."""

    name: str  # of the list; numbers of one name never go back
    number: int
    nominal: int  # entries that the set is made for
    count: int
    complete_as_of: datetime  # what was revoked until then is in it
    expires: datetime  # afterwards it is too old to accept anybody by
    scope: frozenset[bytes]  # kids that it speaks of; empty: all
    keys: frozenset[bytes]  # kids that are revoked as a whole
    table: str  # SHA-256 of the table
    signer: EllipticCurvePublicKey

    @property
    def coding(self) -> Coding:
        """Give how the set is written; it follows from the size it is made for."""
        return choose_coding(self.nominal)


def open_header(data: bytes, *, keys: Sequence[EllipticCurvePublicKey] | None) -> tuple[Header, Signed]:
    """Read a signed header; `keys` may sign it, None takes the key that it names itself.

    Raises ListRefused where it cannot be read, or is not signed by one of the keys. Not checked: its age and number.
    """
    signed = read_signed(data, kind=KIND, limit=HEADER_BYTES)
    header = _read_header(signed)
    if keys is not None and name_key(header.signer) not in {name_key(key) for key in keys}:
        raise ListRefused("list_key_unknown")
    if not signed.is_signed_by(header.signer):
        raise ListRefused("list_altered")
    return header, signed


def write_header(header: Header, *, key: ListKey) -> bytes:
    """Give the signed document of a header."""
    said = {
        "name": header.name,
        "number": header.number,
        "nominal": header.nominal,
        "count": header.count,
        "complete_as_of": write_moment(header.complete_as_of),
        "expires": write_moment(header.expires),
        "scope": sorted(kid.hex() for kid in header.scope),
        "keys": sorted(kid.hex() for kid in header.keys),
        "table": header.table,
        "signer": write_jwk(header.signer),
    }
    return write_signed(said, kind=KIND, keys=[key])


def _read_header(signed: Signed) -> Header:
    """Read what a set says of itself; raises ListRefused where that cannot be."""
    said = signed.payload
    try:
        header = Header(
            name=_take(said, "name", str),
            number=_take(said, "number", int),
            nominal=_take(said, "nominal", int),
            count=_take(said, "count", int),
            complete_as_of=read_moment(said["complete_as_of"]),
            expires=read_moment(said["expires"]),
            scope=_take_kids(said, "scope"),
            keys=_take_kids(said, "keys"),
            table=_take(said, "table", str),
            signer=read_jwk(said["signer"]),
        )
    except (ValueError, TypeError, KeyError):
        raise ListRefused("list_damaged") from None
    if not (header.number > 0 and 0 <= header.count <= header.nominal <= NOMINAL and header.nominal > 0):
        raise ListRefused("list_damaged")
    return header


def _take(said: Mapping[str, Any], name: str, kind: type) -> Any:
    if type(said[name]) is not kind:
        raise TypeError(name)
    return said[name]


def _take_kids(said: Mapping[str, Any], name: str) -> frozenset[bytes]:
    kids = [bytes.fromhex(kid) for kid in said[name]]
    if len(kids) > KIDS or any(not 0 < len(kid) <= KID_BYTES_MOST for kid in kids):
        raise ValueError(name)
    return frozenset(kids)
