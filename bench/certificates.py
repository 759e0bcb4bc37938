"""Certificates, per core, beside the signatures that they cannot do without: everything as a ratio to raw ES256.

Usage: certificates.py [--seconds S] [--peers FOLDER]. Each measure runs for S seconds (default 1) in turns with the raw
signature; the ratio is the median of the turns. FOLDER lies outside the repository and holds the peers, which are asked
if they are there (`certificate_peers.py` says what of them is timed):

    python3 -m venv FOLDER/cwt && FOLDER/cwt/bin/pip install cwt segno
    python3 -m venv FOLDER/pycose && FOLDER/pycose/bin/pip install pycose 'cbor2<6' 'cryptography<45'

Ends with one JSON object.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from certificate_papers import PAPER, make_text  # what the tests make their own with
from certificates import ec_key, make_issuer, make_payload, make_signer, make_trust
from turns import Act, Raw
from xacthuc.certificates.claims import read_health_certificate
from xacthuc.certificates.cose import is_signed_part, read_cose, write_cose, write_protected, write_signed_part
from xacthuc.certificates.freshness import FRESH
from xacthuc.certificates.hc1 import read_hc1
from xacthuc.certificates.press import SIDES_MM as FORMS
from xacthuc.certificates.press import Form, Press
from xacthuc.certificates.qr import make_symbol
from xacthuc.certificates.revocation import RevocationList, read_set
from xacthuc.certificates.revocation_build import build_set
from xacthuc.certificates.revocation_header import Header
from xacthuc.certificates.revocation_ledger import NEVER, ROW
from xacthuc.certificates.rule_files import read_rules
from xacthuc.certificates.signed import make_key, use_key
from xacthuc.certificates.verify import check_trust, verify

HERE = Path(__file__).resolve().parent
AT = datetime(2022, 6, 1, tzinfo=UTC)
RULES = '{"place": {"province": "56"}}'  # the cards of Khánh Hòa
REVOKED = 100_000  # entries of the set that is asked; bench/revocation.py measures larger ones
LENGTHS = 538, 844  # of the texts that are printed: the medians of ES256 and PS256 in use
TEXTS = 50  # printed in turn, so that nothing is remembered from the last one
LIMIT = 600  # seconds that a peer may take


def list_issuing() -> dict[str, tuple[Act, str]]:
    """Give what issues: a payload signed by ES256, without and with reading it back; and by PS256."""
    payload, plain, checked = make_payload(), make_issuer(check=False), make_issuer()
    by_rsa = make_issuer(make_signer(kind="rsa"), check=False)
    return {
        "issue": (lambda: plain.issue(payload), "sign"),
        "issue, read back": (lambda: checked.issue(payload), "sign"),
        "issue by PS256": (lambda: by_rsa.issue(payload), "sign"),
    }


def list_signing() -> dict[str, tuple[Act, str]]:
    """Give what the peers do too: claims in CBOR signed as COSE, and a message read and its signature checked."""
    signer, claims = make_signer(), read_cose(read_hc1(make_issuer().issue(make_payload()))).payload
    certificate = signer.certificate
    protected = write_protected(algorithm=signer.algorithm, kid=certificate.kid)

    def sign() -> bytes:
        return write_cose(claims, protected=protected, signature=signer.sign(write_signed_part(protected, claims)))

    message = sign()

    def check() -> None:
        read = read_cose(message)
        part = write_signed_part(read.protected, read.payload)
        assert is_signed_part(part, read.signature, key=certificate.key, algorithm=read.algorithm)

    return {"COSE alone, sign": (sign, "sign"), "COSE alone, verify": (check, "verify")}


def list_verifying() -> dict[str, tuple[Act, str]]:
    """Give what verifies, a stage more each time, and a look-up of a revocation alone."""
    text, trust = make_issuer().issue(make_payload()), make_trust()
    revoked, rules = make_revoked(), read_rules(RULES)
    read = read_health_certificate(text)
    kid = make_signer().certificate.kid
    asked = {"issuer": "VN", "uvci": read.uvci, "signature": read.signature, "algorithm": read.algorithm, "kid": kid}
    assert not revoked.contains(**asked)
    assert check_trust(read, trust=trust, at=AT, fresh=FRESH)[0].ok
    return {
        "read": (lambda: read_health_certificate(text), "verify"),
        "read and trusted": (
            lambda: check_trust(read_health_certificate(text), trust=trust, at=AT, fresh=FRESH),
            "verify",
        ),
        "read, trusted, in time": (lambda: verify(text, trust=trust, at=AT), "verify"),
        "and not revoked": (lambda: verify(text, trust=trust, at=AT, revoked=revoked), "verify"),
        "and rule: all stages": (lambda: verify(text, trust=trust, at=AT, revoked=revoked, rules=rules), "verify"),
        "revocation look-up": (lambda: revoked.contains(**asked), "verify"),
    }


def list_printing() -> dict[str, tuple[Act, str]]:
    """Give what prints: symbols and pages of texts as long as those in use, and pages of each form."""
    press = Press()
    acts: dict[str, tuple[Act, str]] = {}
    for length in LENGTHS:
        texts = cycle([make_text(length)[:-4] + f"{number:04}" for number in range(TEXTS)])
        acts[f"QR symbol, {length} letters"] = (partial(draw, texts), "sign")
        for form in FORMS:
            acts[f"PDF {form}, {length} letters"] = (partial(print_one, press, texts, form), "sign")
    return acts


def draw(texts: Iterator[str]) -> None:
    make_symbol(next(texts))


def print_one(press: Press, texts: Iterator[str], form: Form) -> None:
    press.print_pdf(PAPER, next(texts), form=form)


def make_revoked() -> RevocationList:
    """Give a set of random hashes, complete at the moment of the check."""
    rows = np.zeros(REVOKED, ROW)
    chance = np.random.default_rng(1)
    for half in ("high", "low"):
        rows[half] = chance.integers(0, 2**64, REVOKED, np.uint64)
    rows["expires"] = NEVER
    key = make_key()
    header = Header("bench", 1, REVOKED, 0, AT, AT + timedelta(7), frozenset(), frozenset(), "", key.public_key())
    return RevocationList((read_set(b"".join(build_set(rows, header=header, key=use_key(key))), keys=None),))


def ask_peers(folder: Path, *, seconds: float) -> dict[str, Any]:
    """Give the measures of the peers that are installed in a folder."""
    pem = ec_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    text = make_issuer().issue(make_payload())
    given = {"key": pem, "payload": read_cose(read_hc1(text)).payload.hex(), "text": make_text(LENGTHS[0])}
    found: dict[str, Any] = {}
    for name, home in (("cwt", "cwt"), ("pycose", "pycose"), ("segno", "cwt")):
        python = folder / home / "bin" / "python"
        if not python.exists():
            print(f"{name} is not in {folder}: left out", file=sys.stderr)
            continue
        command = [str(python), str(HERE / "certificate_peers.py"), name]
        wanted = json.dumps(given | {"seconds": seconds})
        done = subprocess.run(command, input=wanted, capture_output=True, text=True, check=True, timeout=LIMIT)
        found |= json.loads(done.stdout)
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--peers", type=Path)
    wanted = parser.parse_args()
    raw = Raw(ec_key())
    acts = list_issuing() | list_signing() | list_verifying() | list_printing()
    found = {name: raw.measure(act, raw=of, seconds=wanted.seconds) for name, (act, of) in acts.items()}
    if wanted.peers:
        found |= ask_peers(wanted.peers.resolve(), seconds=wanted.seconds)
    for name, said in found.items():
        rate, of_raw = f"{said['per_second']:9,}/s", f"{said['of_raw']:7.4f} of raw {said['raw']:6}"
        print(f"{name:26} {rate}  {of_raw}  {said['raw_times']:8.2f} times")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
