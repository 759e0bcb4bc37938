"""The keys of an issuer in a folder: made, opened, rolled over; the private ones encrypted, for nobody else to read.

A key is two files that its kid names: KIND-KID.pem, the certificate, and KIND-KID.key.pem, the private key. There is no
other state: which key signs when is written in the certificates. What is no longer needed may be taken out.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from xacthuc.certificates.key_certificates import (
    HEALTH,
    KINDS,
    Kind,
    Plan,
    PrivateKey,
    load_periods,
    make_certificate,
    make_key,
)
from xacthuc.certificates.key_refusals import KeysRefused
from xacthuc.certificates.keys import make_kid

KEY_BYTES = 16 << 10  # of a file with a key or a certificate; they have 300 to 3,000
KEYS = 1_000  # of a folder: two signers a year for 500 years; more is another folder
PASSPHRASE_LENGTH = 12  # letters at least: what is shorter is guessed by who has the file
LASTING = timedelta(days=366)  # of a certificate of health: the longest that a signer has to outlive

_NAME = re.compile(r"(csca|signer|upload|tls)-[0-9a-f]{16}\.pem")
_COUNTRY = re.compile(r"[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class IssuerKey:
    """A key of the folder, by its certificate; the private one may lie elsewhere."""

    kind: Kind
    kid: str  # 16 hexadecimal digits
    certificate: x509.Certificate
    path: Path  # of the certificate
    used_from: datetime
    used_until: datetime

    @property
    def begins(self) -> datetime:
        """Give from when the certificate is valid."""
        return self.certificate.not_valid_before_utc

    @property
    def ends(self) -> datetime:
        """Give until when the certificate is valid."""
        return self.certificate.not_valid_after_utc

    @property
    def private(self) -> Path:
        """Give where the private key lies, if it lies here."""
        return self.path.with_suffix(".key.pem")

    def signs_at(self, moment: datetime) -> bool:
        """Tell whether the key is in use at a moment."""
        return max(self.begins, self.used_from) <= moment < min(self.ends, self.used_until)


def make_csca(folder: Path, *, country: str, organisation: str, now: datetime, passphrase: bytes) -> IssuerKey:
    """Make an authority that signs itself, valid for four years and used for one. Raises KeysRefused."""
    if not _COUNTRY.fullmatch(country):
        raise KeysRefused("keys_country", country)
    if not 0 < len(organisation) <= 64:  # letters. Source: RFC 5280, upper bound of an organisation's name
        raise KeysRefused("keys_organisation")
    plan = Plan("csca", country, organisation, _whole(now), _whole(now))
    key = make_key("csca")
    return _store(folder, plan, key, make_certificate(plan, key), passphrase)


def make_signer(
    folder: Path,
    *,
    now: datetime,
    passphrase: bytes,
    csca_passphrase: bytes,
    used_from: datetime | None = None,
    usages: tuple[str, ...] = ("vaccination",),
    rsa: bool = False,
) -> IssuerKey:
    """Make the next signer: valid for two years from now on, used for half a year from when the last one's use ends.

    1 the authority is in use now
    2 its certificate outlives the signer's (shell model)
    3 the use begins early enough for a certificate of the last day to last twelve months.
    Raises KeysRefused. Others have to have the certificate before it is used: publish it now.
    """
    assert set(usages) <= HEALTH.keys(), "usages of health"
    check_passphrase(passphrase)
    keys = list_keys(folder)
    csca = find_key(keys, kind="csca", at=now)  # 1
    periods = load_periods()["signer"]
    if _whole(now) + periods.valid > csca.ends:  # 2
        raise KeysRefused("keys_beyond_csca", csca.kid)
    begins = _whole(used_from or max([now, *(key.used_until for key in keys if key.kind == "signer")]))
    if begins < _whole(now) or begins + periods.used + LASTING > _whole(now) + periods.valid:  # 3
        raise KeysRefused("keys_use_too_late", f"{begins:%Y-%m-%d}")
    owner = _find_owner(csca)
    plan = Plan("signer", *owner, _whole(now), begins, usages)
    key = make_key("signer", rsa=rsa)
    signing = open_key(csca, passphrase=csca_passphrase)
    made = make_certificate(plan, key, issuer=csca.certificate, issuer_key=signing)
    return _store(folder, plan, key, made, passphrase)


def make_gateway_key(folder: Path, kind: Kind, *, now: datetime, passphrase: bytes) -> IssuerKey:
    """Make a key for the gateway of a trust network, signed by itself: `upload` or `tls`. Raises KeysRefused."""
    assert kind in ("upload", "tls"), "a key of the gateway"
    owner = _find_owner(find_key(list_keys(folder), kind="csca", at=now))
    plan = Plan(kind, *owner, _whole(now), _whole(now))
    key = make_key(kind)
    return _store(folder, plan, key, make_certificate(plan, key), passphrase)


def list_keys(folder: Path) -> list[IssuerKey]:
    """Give the keys of a folder by kind, and by when they are used; raises KeysRefused where a certificate is none."""
    paths = sorted(path for path in folder.glob("*.pem") if _NAME.fullmatch(path.name))
    if len(paths) > KEYS:
        raise KeysRefused("keys_too_many", folder)
    keys = [_read_key(path) for path in paths]
    return sorted(keys, key=lambda key: (KINDS.index(key.kind), key.used_from, key.kid))


def find_key(keys: list[IssuerKey], *, kind: Kind, at: datetime) -> IssuerKey:
    """Give the key of a kind that signs at a moment: the youngest of those in use. Raises KeysRefused where none is."""
    used = [key for key in keys if key.kind == kind and key.signs_at(at)]
    if not used:
        raise KeysRefused("keys_none_in_use", kind)
    return max(used, key=lambda key: (key.used_from, key.kid))


def open_key(key: IssuerKey, *, passphrase: bytes) -> PrivateKey:
    """Open a private key; raises KeysRefused: not here, open to others, wrong passphrase, of another certificate."""
    path = key.private
    if not path.exists():
        raise KeysRefused("keys_private_missing", path)
    if path.stat().st_mode & 0o077:
        raise KeysRefused("keys_private_open", path)
    try:
        opened = load_pem_private_key(_read(path), password=passphrase)
    except (ValueError, TypeError):
        raise KeysRefused("keys_private_unusable", path) from None
    if not isinstance(opened, EllipticCurvePrivateKey | RSAPrivateKey):
        raise KeysRefused("keys_private_unusable", path)
    if opened.public_key() != key.certificate.public_key():
        raise KeysRefused("keys_private_other", path)
    return opened


def read_passphrase(path: Path) -> bytes:
    """Read a passphrase from the first line of a file that nobody else may read. Raises KeysRefused."""
    return check_passphrase(_read_line(path))


def read_pin(path: Path) -> str:
    """Read the PIN of a token from the first line of a file that nobody else may read. Raises KeysRefused."""
    return _read_line(path).decode("utf-8", errors="replace")


def check_passphrase(passphrase: bytes) -> bytes:
    """Give a passphrase that is long enough; raises KeysRefused."""
    if len(passphrase) < PASSPHRASE_LENGTH:
        raise KeysRefused("keys_passphrase_short", str(PASSPHRASE_LENGTH))
    return passphrase


def _find_owner(csca: IssuerKey) -> tuple[str, str]:
    """Give country and organisation of an authority."""
    subject = csca.certificate.subject
    country = subject.get_attributes_for_oid(x509.NameOID.COUNTRY_NAME)
    organisation = subject.get_attributes_for_oid(x509.NameOID.ORGANIZATION_NAME)
    if not (country and organisation):
        raise KeysRefused("keys_certificate_unusable", csca.path)
    return str(country[0].value), str(organisation[0].value)


def _store(folder: Path, plan: Plan, key: PrivateKey, made: x509.Certificate, passphrase: bytes) -> IssuerKey:
    """Write the private key, then the certificate: a key counts from when its certificate is there."""
    check_passphrase(passphrase)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    kid = make_kid(made.public_bytes(Encoding.DER)).hex()
    path = folder / f"{plan.kind}-{kid}.pem"
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(passphrase))
    _write(path.with_suffix(".key.pem"), private, mode=0o600)
    _write(path, made.public_bytes(Encoding.PEM), mode=0o644)
    return _read_key(path)


def _write(path: Path, data: bytes, *, mode: int) -> None:
    """Write a file that is whole or absent, with its rights from the first moment on; never over another."""
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    try:
        handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(handle)
        os.link(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def _read_key(path: Path) -> IssuerKey:
    try:
        certificate = x509.load_pem_x509_certificate(_read(path))
        period = _find_period(certificate)
    except ValueError:
        raise KeysRefused("keys_certificate_unusable", path) from None
    kind, _, kid = path.stem.partition("-")
    if make_kid(certificate.public_bytes(Encoding.DER)).hex() != kid:
        raise KeysRefused("keys_certificate_unusable", path)
    found: Kind = next(known for known in KINDS if known == kind)
    return IssuerKey(found, kid, certificate, path, *period)


def _find_period(certificate: x509.Certificate) -> tuple[datetime, datetime]:
    """Give from when to when a key is used: as its certificate says, else as long as that is valid."""
    try:
        said = certificate.extensions.get_extension_for_class(x509.PrivateKeyUsagePeriod).value
    except x509.ExtensionNotFound:
        return certificate.not_valid_before_utc, certificate.not_valid_after_utc
    begins = said.not_before.replace(tzinfo=UTC) if said.not_before else certificate.not_valid_before_utc
    return begins, said.not_after.replace(tzinfo=UTC) if said.not_after else certificate.not_valid_after_utc


def _read_line(path: Path) -> bytes:
    if path.stat().st_mode & 0o077:
        raise KeysRefused("keys_private_open", path)
    return _read(path).split(b"\n")[0].strip(b"\r")


def _read(path: Path) -> bytes:
    with path.open("rb") as stream:
        return stream.read(KEY_BYTES)


def _whole(moment: datetime) -> datetime:
    """Give a moment in whole seconds of UTC, as certificates say it."""
    return moment.astimezone(UTC).replace(microsecond=0)
