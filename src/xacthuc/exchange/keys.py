"""Keys of the two sides: Ed25519, the private one in a file that nobody else may read."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from xacthuc.exchange.refusals import ExchangeRefused
from xacthuc.exchange.storing import storing

KEY_BYTES = 8 << 10  # a key file has 120 bytes; whatever is larger is none


def make_private_key(path: Path) -> Ed25519PrivateKey:
    """Write a new private key (PEM, mode 0600) and give it. Not checked: whether there is one already."""
    key = Ed25519PrivateKey.generate()
    write_private(path, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return key


def write_private(path: Path, data: bytes) -> None:
    """Write a file that nobody else may read at any moment."""
    with storing(path) as unfinished:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)


def read_private_key(path: Path) -> Ed25519PrivateKey:
    """Read a private key; raises ExchangeRefused where it is none, or where others may read it."""
    if path.stat().st_mode & 0o077:
        raise ExchangeRefused("exchange_key_open", path)
    try:
        key = load_pem_private_key(_read(path), password=None)
    except (ValueError, TypeError):
        raise ExchangeRefused("exchange_key_unusable", path) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise ExchangeRefused("exchange_key_unusable", path)
    return key


def write_public_key(key: Ed25519PublicKey) -> bytes:
    """Give a public key as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def read_public_key(path: Path) -> Ed25519PublicKey:
    """Read a public key; raises ExchangeRefused where it is none."""
    try:
        key = load_pem_public_key(_read(path))
    except ValueError:
        raise ExchangeRefused("exchange_key_unusable", path) from None
    if not isinstance(key, Ed25519PublicKey):
        raise ExchangeRefused("exchange_key_unusable", path)
    return key


def name_key(key: Ed25519PublicKey) -> str:
    """Give the id of a key, short enough to be read out on the telephone: 16 hexadecimal digits of its hash."""
    return hashlib.sha256(key.public_bytes(Encoding.Raw, PublicFormat.Raw)).hexdigest()[:16]


def is_signed(message: bytes, signature: bytes, *, key: Ed25519PublicKey) -> bool:
    """Tell whether a key has signed exactly these bytes."""
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(KEY_BYTES)
