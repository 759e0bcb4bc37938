"""What a country hands in to join WHO's trust network (GDHCN): what can be made and checked without the network.

Source: WHO GDHCN certificate governance and onboarding checklist, and the checks of its template for participants
(2025): onboarding/DCC/{SCA,TLS,UP}/*.pem. The folder says itself what nobody has checked.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from xacthuc.certificates.issuer_keys import IssuerKey, find_key
from xacthuc.certificates.key_certificates import Kind
from xacthuc.certificates.key_refusals import KeysRefused

LEAST_RSA_BITS, LEAST_CURVE_BITS = 3072, 256  # of all but signers
# Years that a certificate of a group has to be valid, at least and at most; the network counts the last as 366 days.
_YEARS: dict[Kind, tuple[int, int]] = {"csca": (2, 4), "upload": (1, 2), "tls": (1, 2)}
_PLACES: dict[str, Kind] = {
    "SCA/SCA.pem": "csca",
    "UP/UP.pem": "upload",
    "TLS/TLS.pem": "tls",
    "TLS/CA.pem": "tls",  # of a TLS certificate that signs itself: a copy
}


@dataclass(frozen=True, slots=True)
class Pack:
    """What was written."""

    files: tuple[Path, ...]
    signers: int


def write_pack(folder: Path, keys: list[IssuerKey], *, at: datetime, environment: str, did: str) -> Pack:
    """Write the pack for one environment (DEV, UAT or PROD) into an empty folder.

    `did` is the identifier under which the country means to publish its keys. Raises KeysRefused: a key is missing or
    unfit, or there are files already. No private key is written or read.
    """
    if folder.exists() and any(folder.iterdir()):
        raise KeysRefused("keys_pack_there", folder)
    chosen = {kind: find_key(keys, kind=kind, at=at) for kind in _YEARS}
    signers = [key for key in keys if key.kind == "signer" and key.ends > at]
    check_pack(chosen, signers)
    made = {f"onboarding/DCC/{place}": _armour(chosen[kind]) for place, kind in _PLACES.items()}
    made |= {f"signers/{key.kid}.pem": _armour(key) for key in signers}
    made["did.json"] = json.dumps(describe_did(signers, did=did), indent=2) + "\n"
    made["README.md"] = _describe_pack(chosen, signers, at=at, environment=environment, did=did)
    for name, text in made.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Pack(tuple(folder / name for name in made), len(signers))


def check_pack(chosen: dict[Kind, IssuerKey], signers: list[IssuerKey]) -> None:
    """Raise KeysRefused for the first certificate that is not as the network asks.

    1 all are of one country, which their subject says once
    2 no key stands for two things
    3 RSA has 3072 bits or more, curves 256 or more; signed with SHA-256
    4 authority valid 2 to 4 years, upload and TLS 1 to 2
    5 key usages: the authority signs certificates, upload and TLS sign data and no revocation lists
    6 the authority is one, of path length 0, and the others are none
    7 TLS may authenticate a client, and CA.pem has signed TLS.pem
    8 each signer is signed by the authority, with the identifier of its key, within its time.
    """
    everything = [*chosen.values(), *signers]
    if len({key.certificate.public_key().public_bytes(*_PUBLIC) for key in everything}) < len(everything):  # 2
        raise KeysRefused("keys_pack_unfit", everything[0].path)
    countries = {tuple(_list_countries(key)) for key in everything}
    if len(countries) > 1 or len(next(iter(countries))) != 1:  # 1
        raise KeysRefused("keys_pack_unfit", everything[-1].path)
    for kind, key in chosen.items():
        if not (_is_strong(key) and _is_in_years(key, kind) and _is_used_right(key, kind)):  # 3 to 7
            raise KeysRefused("keys_pack_unfit", key.path)
    for key in signers:
        if not _is_issued_by(key, chosen["csca"]):  # 8
            raise KeysRefused("keys_pack_unfit", key.path)


def describe_did(signers: list[IssuerKey], *, did: str) -> dict[str, Any]:
    """Give the signers as a DID document, each with its certificate, whose numbers count where others are written."""
    methods = [
        {
            "id": f"{did}#{base64.b64encode(bytes.fromhex(key.kid)).decode()}",
            "type": "JsonWebKey2020",
            "controller": did,
            "publicKeyJwk": _describe_key(key),
        }
        for key in signers
    ]
    context = ["https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"]
    return {"@context": context, "id": did, "controller": did, "verificationMethod": methods}


_PUBLIC = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _armour(key: IssuerKey) -> str:
    return key.certificate.public_bytes(Encoding.PEM).decode()


def _list_countries(key: IssuerKey) -> Iterator[str]:
    for attribute in key.certificate.subject.get_attributes_for_oid(NameOID.COUNTRY_NAME):
        yield str(attribute.value)


def _is_strong(key: IssuerKey) -> bool:
    public = key.certificate.public_key()
    hashed = key.certificate.signature_hash_algorithm
    strong = (isinstance(public, RSAPublicKey) and public.key_size >= LEAST_RSA_BITS) or (
        isinstance(public, EllipticCurvePublicKey) and public.key_size >= LEAST_CURVE_BITS
    )
    return strong and hashed is not None and hashed.name == "sha256"


def _is_in_years(key: IssuerKey, kind: Kind) -> bool:
    least, most = _YEARS[kind]
    return timedelta(days=365 * least - 1) < key.ends - key.begins < timedelta(days=366 * most)


def _is_used_right(key: IssuerKey, kind: Kind) -> bool:
    try:
        usages = key.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
        basic = key.certificate.extensions.get_extension_for_class(x509.BasicConstraints).value
        if kind == "csca":
            return usages.key_cert_sign and basic.ca and not basic.path_length
        if not usages.digital_signature or usages.crl_sign or basic.ca:
            return False
        if kind == "upload":
            return True
        named = key.certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        key.certificate.verify_directly_issued_by(key.certificate)
    except (x509.ExtensionNotFound, InvalidSignature, ValueError, TypeError):
        return False
    return ExtendedKeyUsageOID.CLIENT_AUTH in named


def _is_issued_by(key: IssuerKey, csca: IssuerKey) -> bool:
    try:
        key.certificate.verify_directly_issued_by(csca.certificate)
        theirs = key.certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        ours = csca.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except (x509.ExtensionNotFound, InvalidSignature, ValueError, TypeError):
        return False
    return theirs.key_identifier == ours.digest and key.ends <= csca.ends


def _describe_key(key: IssuerKey) -> dict[str, Any]:
    public = key.certificate.public_key()
    kid = base64.b64encode(bytes.fromhex(key.kid)).decode()
    chain = [base64.b64encode(key.certificate.public_bytes(Encoding.DER)).decode()]
    if isinstance(public, EllipticCurvePublicKey):
        numbers = public.public_numbers()
        return {
            "kty": "EC",
            "crv": "P-256",
            "x": _number(numbers.x, 32),
            "y": _number(numbers.y, 32),
            "kid": kid,
            "x5c": chain,
        }
    assert isinstance(public, RSAPublicKey), "signers are of P-256 or RSA"
    rsa = public.public_numbers()
    return {"kty": "RSA", "e": _number(rsa.e, 3), "n": _number(rsa.n, public.key_size // 8), "kid": kid, "x5c": chain}


def _number(value: int, length: int) -> str:
    return base64.urlsafe_b64encode(value.to_bytes(length, "big")).decode().rstrip("=")


def _describe_pack(
    chosen: dict[Kind, IssuerKey], signers: list[IssuerKey], *, at: datetime, environment: str, did: str
) -> str:
    """Give the README of the pack, from the template beside the data."""
    template = (resources.files("xacthuc.certificates") / "data" / "gdhcn_pack.md").read_text(encoding="utf-8")
    names = {"csca": "SCA", "upload": "UP", "tls": "TLS", "signer": "DSC"}
    rows = [
        f"| {name} | `{key.kid}` | {key.used_from:%Y-%m-%d} to {key.used_until:%Y-%m-%d} | {key.ends:%Y-%m-%d} |"
        for name, key in ((names[key.kind], key) for key in [*chosen.values(), *signers])
    ]
    country = next(_list_countries(chosen["csca"]))
    said = {
        "COUNTRY": country,
        "ENVIRONMENT": environment,
        "DAY": f"{at:%Y-%m-%d}",
        "DID": did,
        "KEYS": "\n".join(rows),
    }
    for name, text in said.items():
        template = template.replace("{" + name + "}", text)
    return template
