"""The keys of organisations and of the central authority, behind the library's Signer: in files, or in a token.

keys/organisations/CODE/   of a site or a committee: an upload key, which signs what the organisation hands in and could
                           sign no health certificate that anybody trusts
keys/central/              authority and signers of the certificates
Either may hold token.toml instead of private keys: module, token, label; the PIN comes from XACTHUC_TOKEN_PIN.
Private keys are encrypted with XACTHUC_KEYS.
"""

from __future__ import annotations

import os
import secrets
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from xacthuc.certificates.issuer_keys import (
    IssuerKey,
    find_key,
    list_keys,
    make_csca,
    make_gateway_key,
    make_signer,
    open_key,
)
from xacthuc.certificates.key_certificates import Kind
from xacthuc.certificates.key_refusals import KeysRefused
from xacthuc.certificates.keys import SigningCertificate, read_certificate
from xacthuc.certificates.payload import COUNTRY
from xacthuc.certificates.pkcs11 import TokenKey
from xacthuc.certificates.signer import FileSigner, Signer
from xacthuc.certificates.uvci import SECRET_BYTES
from xacthuc_server.issuing.refusals import KeyMissing
from xacthuc_server.units.models import Organisation

ISSUER = "Bộ Y tế"  # as certificates name who issues them
NAME_LENGTH = 64  # letters of an organisation in a certificate. Source: RFC 5280


def get_central_folder() -> Path:
    """Give the folder of the central authority's keys."""
    return Path(settings.DATA) / "keys" / "central"


def get_folder(organisation: Organisation) -> Path:
    """Give the folder of an organisation's keys."""
    return Path(settings.DATA) / "keys" / "organisations" / organisation.code


@contextmanager
def open_organisation_signer(organisation: Organisation, *, now: datetime) -> Iterator[Signer]:
    """Open what an organisation signs with; its first key is made here.

    Raises KeyMissing, KeysRefused, SignerUnusable.
    """
    folder = get_folder(organisation)
    if not _has_key(folder, "upload", now=now):
        if not _has_key(folder, "csca", now=now):
            make_csca(
                folder, country=COUNTRY, organisation=organisation.name[:NAME_LENGTH], now=now, passphrase=_open()
            )
        make_gateway_key(folder, "upload", now=now, passphrase=_open())
    with _open_signer(folder, "upload", now=now) as signer:
        yield signer


@contextmanager
def open_central_signer(*, now: datetime) -> Iterator[Signer]:
    """Open what certificates are signed with; raises KeyMissing, KeysRefused, SignerUnusable."""
    make_central_keys(now=now)
    with _open_signer(get_central_folder(), "signer", now=now) as signer:
        yield signer


def make_central_keys(*, now: datetime) -> None:
    """Make the authority and its first signer, where there are none in use."""
    folder = get_central_folder()
    if not _has_key(folder, "csca", now=now):
        make_csca(folder, country=COUNTRY, organisation=ISSUER, now=now, passphrase=_open())
    if not _has_key(folder, "signer", now=now):
        make_signer(folder, now=now, used_from=now, passphrase=_open(), csca_passphrase=_open())


def find_certificate(folder: Path, kid: str) -> SigningCertificate | None:
    """Give the certificate with a kid in a folder of keys; None where it is not there."""
    return _list_certificates(folder, folder.stat().st_mtime_ns).get(kid) if folder.is_dir() else None


def read_secret() -> bytes:
    """Give the secret of the identifiers; it is made once, and never changes."""
    path = get_central_folder() / "identifiers.secret"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:  # another process was first
            return path.read_bytes()
        with os.fdopen(handle, "wb") as file:
            file.write(secrets.token_bytes(SECRET_BYTES))
    return path.read_bytes()


@lru_cache(maxsize=200)
def _list_certificates(folder: Path, _changed: int) -> Mapping[str, SigningCertificate]:
    """Give all certificates of a folder by kid; a key that is added changes the folder."""
    return {key.kid: _read(key) for key in list_keys(folder)}


def _open() -> bytes:
    if not settings.KEYS:
        raise KeyMissing("keys_passphrase_missing")
    return str(settings.KEYS).encode()


def _has_key(folder: Path, kind: Kind, *, now: datetime) -> bool:
    try:
        return bool(folder.is_dir() and find_key(list_keys(folder), kind=kind, at=now))
    except KeysRefused as refusal:
        if refusal.code != "keys_none_in_use":
            raise
        return False


@contextmanager
def _open_signer(folder: Path, kind: Kind, *, now: datetime) -> Iterator[Signer]:
    key = find_key(list_keys(folder), kind=kind, at=now)
    token = folder / "token.toml"
    if token.exists():
        said = tomllib.loads(token.read_text(encoding="utf-8"))
        pin = os.environ.get("XACTHUC_TOKEN_PIN", "")
        der = key.certificate.public_bytes(Encoding.DER)
        with TokenKey(Path(said["module"]), said["token"], said["label"], pin, der).open() as signer:
            yield signer
        return
    private = open_key(key, passphrase=_open())
    assert isinstance(private, EllipticCurvePrivateKey | RSAPrivateKey), "all that keys are made of"
    yield FileSigner(private, certificate=_read(key))


def _read(key: IssuerKey) -> SigningCertificate:
    return read_certificate(key.certificate.public_bytes(Encoding.DER))
