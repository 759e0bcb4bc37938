"""Lists that were changed anywhere are read, or refused in words: trust lists, revocations, certificates."""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from certificates import make_certificate, rsa_key
from signers import NOON, b64, make_header, new_key, write_json_list
from signers import make_certificate as make_signing
from xacthuc.certificates.keys import CertificateUnusable, read_certificate
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.revocation_build import build_set
from xacthuc.certificates.revocation_files import open_revocations
from xacthuc.certificates.revocation_ledger import ROW, Entry, write_rows
from xacthuc.certificates.rule_files import RuleFileRefused, read_rules
from xacthuc.certificates.signed import write_jwk
from xacthuc.certificates.trust_document import Draft, sign_list
from xacthuc.certificates.trust_files import read_trust

ROUNDS = 600
ONE = make_signing()
KEY = new_key()
PEM = b"-----BEGIN CERTIFICATE-----\n" + b64(ONE.certificate or b"").encode() + b"\n-----END CERTIFICATE-----\n"
ENTRIES = json.loads(write_json_list(ONE))
JWK = write_jwk(KEY.public)
METHOD = {"id": "did:x#a", "publicKeyJwk": JWK}
TRUSTS = [
    write_json_list(ONE),
    b"MEUCIQ" + b"A" * 80 + b"\n" + json.dumps({"certificates": ENTRIES, "date": "2022"}).encode(),
    json.dumps({"keys": [{"kid": "a", "x5c": [ENTRIES[0]["certificate"]]}, JWK], "exp": 1}).encode(),
    json.dumps({"verificationMethod": [METHOD], "proof": {"created": "2022-01-01"}}).encode(),
    sign_list(Draft(1, (ONE,), (KEY.public,)), issued=NOON, expires=NOON, key=KEY),
    PEM * 2,
    ONE.certificate or b"",
    make_certificate(rsa_key(), usages=("1.3.6.1.4.1.1847.2021.1.2",)),
]
BATCH = {"country": "VN", "expires": "2022-01-01T00:00:00Z", "kid": "UNKNOWN_KID", "hashType": "UCI"}
ROWS = np.frombuffer(write_rows([Entry(bytes(16), "uvci")]), ROW)
REVOKED = [
    b"".join(build_set(ROWS, header=make_header(KEY), key=KEY)),
    json.dumps(BATCH | {"entries": [{"hash": b64(bytes(16))}]}).encode(),
    json.dumps({"kid": "a", "method": "rid", "ctr": 1, "rids": ["abc", "abc.12"]}).encode(),
]
LOGIC = {"in": [1, {"var": "payload.v.0.dn"}]}
RULE = {"Identifier": "VR-VN-0001", "Logic": LOGIC, "Measures": {"a": {"number": 1}}}
RULES = [
    json.dumps({"rules": [RULE], "value_sets": {"x": ["a"]}, "utc_hours": 7}).encode(),
    b'{"place": {"province": "56", "least": "yellow"}}',
]
JSON_VALUES = (
    None,
    True,
    0,
    -1,
    1e300,
    10**30,
    "",
    "x",
    "\ud800",
    [],
    {},
    [[]],
    [{}],
    {"a": 1},
    "A" * 3_000,
    "2022-13-45",
)
DER_PIECES = (
    b"\x30\x80",
    b"\x30\x84\xff\xff\xff\xff",
    b"\x02\x01\x80",
    b"\x18\x0f00000101000000Z",
    b"\x17\x0d991231235959Z",
    b"\x06\x01\xff",
)


def change(data: bytes, rng: random.Random) -> bytes:
    """Give other data: values of the JSON, or bytes anywhere."""
    begin = data.find(b"{") if data[:1] != b"[" else 0
    if 0 <= begin < 100 and rng.random() < 0.7:
        try:
            said = json.loads(data[begin:])
        except ValueError:
            return data[: rng.randrange(len(data))]
        for _ in range(rng.randint(1, 2)):
            said = change_value(said, rng)
        return data[:begin] + json.dumps(said).encode()
    changed = bytearray(data)
    for _ in range(rng.randint(1, 3)):
        at = rng.randrange(len(changed) + 1)
        piece = rng.choice((rng.choice(DER_PIECES), rng.randbytes(1), rng.randbytes(4), b""))
        changed[at : at + rng.choice((0, 1, len(piece)))] = piece
    return bytes(changed)


def change_value(value: Any, rng: random.Random) -> Any:
    if isinstance(value, dict) and value and rng.random() < 0.9:
        name = rng.choice(list(value))
        return {**value, name: change_value(value[name], rng)}
    if isinstance(value, list) and value and rng.random() < 0.8:
        at = rng.randrange(len(value))
        return [*value[:at], change_value(value[at], rng), *value[at + rng.randint(0, 1) :]]
    return rng.choice(JSON_VALUES)


def read_changed(read: Callable[[bytes], object], originals: list[bytes], *, seed: int) -> int:
    """Read changed data again and again; give how often they were refused. Any other exception fails the test."""
    rng, refused = random.Random(seed), 0
    for _ in range(ROUNDS):
        data = change(rng.choice(originals), rng)
        try:
            read(data)
        except (ListRefused, CertificateUnusable, RuleFileRefused):
            refused += 1
    return refused


@pytest.mark.parametrize(
    ("read", "originals"),
    [(read_trust, TRUSTS), (read_certificate, TRUSTS[-2:]), (read_rules, RULES)],
    ids=["trust", "certificate", "rules"],
)
def test_changed_lists_are_read_or_refused(read: Callable[[bytes], object], originals: list[bytes]) -> None:
    for data in originals:
        read(data)
    assert read_changed(read, originals, seed=1)


def test_changed_revocations_are_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "revoked"

    def read(data: bytes) -> None:
        path.write_bytes(data)
        held = open_revocations([path])
        held.contains(issuer="VN", uvci="x", signature=b"y", algorithm="ES256", kid=b"z")
        held.contains_card(kid=b"z", rid="abc", issued=1, signature=b"y")

    for data in REVOKED:
        read(data)
    assert read_changed(read, REVOKED, seed=2)


def test_a_public_key_alone_is_no_trust_list() -> None:
    with pytest.raises(ListRefused):
        read_trust(KEY.public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
