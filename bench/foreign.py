"""Whether foreign verifiers accept what we issue, and refuse what was changed: npm's and PyPI's, never part of ours.

Usage: foreign.py FOLDER [--certificates N]. FOLDER lies outside the repository and holds the foreign packages:

    npm install --prefix FOLDER --ignore-scripts dcc-utils @pathcheck/dcc-sdk
    python3 -m venv FOLDER/cwt && FOLDER/cwt/bin/pip install cwt segno

Half of the certificates are signed by ES256, half by PS256; of each a copy with one flipped bit of the signature, and
one with a changed claim, has to be refused. They begin today: these verifiers know no other moment. Ends with one JSON
object; exit code 1 where a verifier errs or none is installed.
"""

from __future__ import annotations

import argparse
import base64
import json
import os
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from xacthuc.certificates.cbor import read_cbor, write_cbor
from xacthuc.certificates.cose import read_cose, write_cose
from xacthuc.certificates.hc1 import read_hc1, write_hc1
from xacthuc.certificates.issue import Issuer
from xacthuc.certificates.keys import read_certificate
from xacthuc.certificates.payload import CountedDose, Holder, build_payload
from xacthuc.certificates.signer import FileSigner
from xacthuc.certificates.uvci import make_uvci

HERE = Path(__file__).resolve().parent
PRODUCTS = ("Vero Cell", "AstraZeneca", "Comirnaty", "Spikevax")
NAMES = (("Nguyễn", "Thị Đào"), ("Trần", "Văn Ơn"), ("Hoàng", ""), ("Y", "Bih Ênuôl"))
LIMIT = 600  # seconds that a foreign verifier may take


def find_verifiers(folder: Path) -> list[tuple[list[str], dict[str, str]]]:
    """Give the command and environment of each set of verifiers that is installed in a folder."""
    found = []
    if (folder / "node_modules" / "dcc-utils").exists():
        found.append((["node", str(HERE / "foreign_verifiers.js")], {"NODE_PATH": str(folder / "node_modules")}))
    if (folder / "cwt" / "bin" / "python").exists():
        found.append(([str(folder / "cwt" / "bin" / "python"), str(HERE / "foreign_cwt.py")], {}))
    return found


def ask(folder: Path, *, certificates: int, now: datetime) -> dict[str, dict[str, int]]:
    """Give for each foreign verifier how many genuine texts it accepts and how many changed ones it refuses."""
    signers = [
        make_signer(ec.generate_private_key(ec.SECP256R1()), now),
        make_signer(rsa.generate_private_key(65537, 2048), now),
    ]
    texts = [issue(signers[number % 2], number, now) for number in range(certificates)]
    changed = [forge(text) for text in texts for forge in (flip_signature, change_claim)]
    given = json.dumps({"certificates": dict(map(name_certificate, signers)), "texts": texts + changed})
    said: dict[str, dict[str, int]] = {}
    for command, environment in find_verifiers(folder):
        done = subprocess.run(
            command,
            input=given,
            env=os.environ | environment,
            capture_output=True,
            text=True,
            check=True,
            timeout=LIMIT,
        )
        for name, accepted in json.loads(done.stdout).items():
            refused = len(changed) - sum(accepted[len(texts) :])
            said[name] = {
                "accepted": sum(accepted[: len(texts)]),
                "of": len(texts),
                "refused": refused,
                "of_changed": len(changed),
            }
    return said


def make_signer(key: Any, now: datetime) -> FileSigner:
    name = x509.Name([x509.NameAttribute(NameOID.COUNTRY_NAME, "VN"), x509.NameAttribute(NameOID.COMMON_NAME, "DSC")])
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number()).not_valid_before(now - timedelta(days=30))
    made = builder.not_valid_after(now + timedelta(days=700)).sign(key, SHA256())
    return FileSigner(key, certificate=read_certificate(made.public_bytes(Encoding.DER)))


def issue(signer: FileSigner, number: int, now: datetime) -> str:
    family, given = NAMES[number % len(NAMES)]
    built = build_payload(
        Holder(family, given, f"19{number % 100:02}-02-03"),
        CountedDose(PRODUCTS[number % len(PRODUCTS)], 2, 2, date(2022, 1, 1) + timedelta(days=number % 300)),
        uvci=make_uvci(f"foreign {number}", country="VN", secret=bytes(32)),
        issuer="Bộ Y tế",
        today=now.date(),
        evidence="both",
    )
    assert built.payload is not None, built.codes
    return Issuer(signer, country="VN", issued=now, expires=now + timedelta(days=365)).issue(built.payload)


def flip_signature(text: str) -> str:
    signed = read_cose(read_hc1(text))
    signature = signed.signature[:-1] + bytes([signed.signature[-1] ^ 1])
    return write_hc1(write_cose(signed.payload, protected=signed.protected, signature=signature))


def change_claim(text: str) -> str:
    signed = read_cose(read_hc1(text))
    claims = read_cbor(signed.payload, code="cert_claims")
    assert isinstance(claims, dict)
    claims[-260][1]["dob"] = "1901-01-01"
    return write_hc1(write_cose(write_cbor(claims), protected=signed.protected, signature=signed.signature))


def name_certificate(signer: FileSigner) -> tuple[str, str]:
    assert signer.certificate.certificate is not None
    return encode(signer.certificate.kid), encode(signer.certificate.certificate)


def encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def main() -> None:
    """Ask and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folder", type=Path)
    parser.add_argument("--certificates", type=int, default=100)
    wanted = parser.parse_args()
    said = ask(wanted.folder.resolve(), certificates=wanted.certificates, now=datetime.now(UTC).replace(microsecond=0))
    print(json.dumps(said))
    right = all(one["accepted"] == one["of"] and one["refused"] == one["of_changed"] for one in said.values())
    sys.exit(0 if said and right else 1)


if __name__ == "__main__":
    main()
