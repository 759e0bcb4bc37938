"""Our own trust list: versioned, dated, signed by a root key that can be replaced.

A signed document (signed.py) of the kind `trust`, with `version`, `issued`, `expires`, `certificates` (kid and DER),
`revocation_keys` and `root`. A root key is replaced by a signed document of the kind `rollover`, in which the old key
names the new one; a list carries all of them, so that a verifier that was away for years can still follow. A list is
signed by the last of its roots.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

from xacthuc.certificates.keys import CertificateUnusable, SigningCertificate, read_certificate
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
from xacthuc.certificates.trust import Offer, TrustList

KIND, ROLLOVER = "trust", "rollover"
LIST_BYTES = 64 << 20  # 1,700 certificates of the whole world are 3 MB
ENTRIES = 50_000  # certificates of one list
ROLLOVER_BYTES = 4 << 10  # it is 700
ROLLOVERS = 100  # a root key lives for years


@dataclass(frozen=True)
class Draft:
    """What a list is to say, before it is dated and signed."""

    version: int
    certificates: tuple[SigningCertificate, ...]
    revocation_keys: tuple[EllipticCurvePublicKey, ...] = ()
    rollovers: tuple[bytes, ...] = ()  # signed documents, oldest first


def sign_list(draft: Draft, *, issued: datetime, expires: datetime, key: ListKey) -> bytes:
    """Give the signed list of a draft; `key` is the root, the last of its rollovers."""
    assert all(one.certificate is not None for one in draft.certificates), "our own lists name whole certificates"
    said = {
        "version": draft.version,
        "issued": write_moment(issued),
        "expires": write_moment(expires),
        "certificates": [
            {"kid": _write(one.kid), "certificate": _write(one.certificate or b"")} for one in draft.certificates
        ],
        "revocation_keys": [write_jwk(one) for one in draft.revocation_keys],
        "root": write_jwk(key.public),
        "rollovers": [one.decode() for one in draft.rollovers],
    }
    return write_signed(said, kind=KIND, keys=[key])


def sign_rollover(new: EllipticCurvePublicKey, *, at: datetime, key: ListKey) -> bytes:
    """Give the document in which the root `key` names the one that follows it."""
    return write_signed({"at": write_moment(at), "next": write_jwk(new)}, kind=ROLLOVER, keys=[key])


def read_offer(data: bytes, *, root: EllipticCurvePublicKey | None) -> Offer:
    """Read our own trust list. Not checked: version and age, see `trust.receive`.

    `root` is the key that is trusted; None takes the first root that the list names, which proves only that nothing was
    altered since. Raises ListRefused if
    1 it cannot be read
    2 a root of its chain was not named by the one before
    3 the trusted root is not in the chain
    4 the last root has not signed it.
    """
    signed = read_signed(data, kind=KIND, limit=LIST_BYTES)
    try:  # 1
        last = read_jwk(signed.payload["root"])
        documents = [read_signed(_encode(one), kind=ROLLOVER, limit=ROLLOVER_BYTES) for one in _take_rollovers(signed)]
        named = [read_jwk(one.payload["next"]) for one in documents]
        version, found = _read_list(signed.payload)
    except (ValueError, TypeError, KeyError):
        raise ListRefused("list_damaged") from None
    chain = _follow(documents, named, root=root, last=last)  # 2, 3
    if not signed.is_signed_by(last):  # 4
        raise ListRefused("list_altered")
    return Offer(version, signed.sha256, tuple(chain), found)


def _follow(
    documents: Sequence[Signed],
    named: Sequence[EllipticCurvePublicKey],
    *,
    root: EllipticCurvePublicKey | None,
    last: EllipticCurvePublicKey,
) -> list[EllipticCurvePublicKey]:
    """Give the chain of roots from the trusted one on; what happened before it is of no interest."""
    if root is None:
        chain, documents = [*named] or [last], documents[1:]
    else:
        ids = [name_key(key) for key in named]
        begin = ids.index(name_key(root)) + 1 if name_key(root) in ids else 0
        chain, documents = [root, *named[begin:]], documents[begin:]
    for old, document in zip(chain, documents, strict=False):
        if not document.is_signed_by(old):
            raise ListRefused("list_key_unknown")
    if name_key(chain[-1]) != name_key(last):
        raise ListRefused("list_key_unknown")
    return chain


def _take_rollovers(signed: Signed) -> Sequence[Any]:
    said = signed.payload["rollovers"]
    if not isinstance(said, list) or len(said) > ROLLOVERS:
        raise ValueError("no rollovers")
    return said


def _encode(text: Any) -> bytes:
    if not isinstance(text, str):
        raise TypeError("no text")
    return text.encode()


def _read_list(said: Mapping[str, Any]) -> tuple[int, TrustList]:
    version, entries = said["version"], said["certificates"]
    if type(version) is not int or version < 1 or not isinstance(entries, list) or len(entries) > ENTRIES:
        raise ValueError("no list")
    certificates = []
    for entry in entries:
        try:
            certificates.append(read_certificate(_read(entry["certificate"]), kid=_read(entry["kid"])))
        except CertificateUnusable:  # one that this version cannot use; the others count
            continue
    return version, TrustList(
        tuple(certificates),
        as_of=read_moment(said["issued"]),
        expires=read_moment(said["expires"]),
        version=version,
        unread=len(entries) - len(certificates),
        revocation_keys=tuple(read_jwk(one) for one in said["revocation_keys"]),
    )


def _write(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _read(text: Any) -> bytes:
    return base64.b64decode(_encode(text), validate=True)
