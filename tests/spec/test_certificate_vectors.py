"""The public vectors of EU certificates, SMART Health Cards and Base45: every stated result, counted."""

from __future__ import annotations

import base64
import json
from binascii import unhexlify
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import cbor2
import numpy as np
import pytest
import zxingcpp
from PIL import Image

from xacthuc.certificates.base45 import read_base45, write_base45
from xacthuc.certificates.cbor import write_cbor
from xacthuc.certificates.hc1 import read_hc1, write_hc1
from xacthuc.certificates.keys import read_certificate
from xacthuc.certificates.pictures import read_codes
from xacthuc.certificates.schema import check_payload
from xacthuc.certificates.stages import Stage, Unreadable, Verdict
from xacthuc.certificates.trust import TrustList
from xacthuc.certificates.trust_files import read_trust
from xacthuc.certificates.verify import verify

VECTORS = Path(__file__).resolve().parents[2].parent / "shared" / "vectors"
CODES, CARDS = VECTORS / "dgc-testdata", VECTORS / "shc" / "spec-examples"
pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not VECTORS.is_dir(), reason="needs ../shared/vectors beside the checkout"),
]

UNPREFIX = {"cert_family_unknown"}
BASE45 = {*UNPREFIX, "cert_base45"}
COMPRESSION = {*BASE45, "cert_compression"}
CBOR = {*COMPRESSION, "cert_structure"}
CLAIMS = {*CBOR, "cert_claims"}
SIGNATURE = {"cert_signature", "cert_key_unknown", "cert_kid_missing", "cert_algorithm", "not_checked"}


def list_stated() -> list[tuple[str, str, bool]]:
    """Give file, check and what is stated, but for what contradicts the specification."""
    if not CODES.is_dir():
        return [("", "", True)]
    said = json.loads((CODES / "stated-results-not-to-chase.json").read_text(encoding="utf-8"))
    left_out = {(entry["file"], entry["check"]) for entry in said}
    return [stated for stated in list_all() if stated[:2] not in left_out]


def list_all() -> Iterator[tuple[str, str, bool]]:
    for path in sorted(CODES.glob("*/2DCode/raw/*.json")):
        name = path.relative_to(CODES).as_posix()
        for check, stated in load(name)["EXPECTEDRESULTS"].items():
            yield name, check, stated


@cache
def load(name: str) -> dict[str, Any]:
    return json.loads((CODES / name).read_text(encoding="utf-8"))


@cache
def judge(name: str) -> Verdict:
    vector = load(name)
    context = vector["TESTCTX"]
    keys = (read_certificate(base64.b64decode(context["CERTIFICATE"])),) if context.get("CERTIFICATE") else ()
    at = datetime.fromisoformat(context.get("VALIDATIONCLOCK") or "2021-06-01T00:00:00Z")
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return verify(vector["PREFIX"], trust=TrustList(keys), at=at)


@pytest.mark.parametrize(("name", "check", "stated"), list_stated())
def test_a_stated_result_holds(name: str, check: str, stated: bool) -> None:
    vector = load(name)
    verdict = judge(name) if "PREFIX" in vector else None
    assert CHECKS[check](vector, verdict) is stated


def stage(verdict: Verdict | None, name: str) -> Stage:
    assert verdict is not None
    return next(stage for stage in verdict.stages if stage.stage == name)


def read_past(codes: set[str]) -> Any:
    return lambda _vector, verdict: stage(verdict, "read").code not in codes


def is_schema_right(vector: Mapping[str, Any], verdict: Verdict | None) -> bool:
    return stage(verdict, "read").ok is True


def is_encoded(vector: Mapping[str, Any], _verdict: Verdict | None) -> bool:
    """Encoded, the JSON is what the CBOR holds: the health certificate alone, or with the claims around it."""
    wanted = cbor2.loads(unhexlify(vector["CBOR"]))
    wanted = wanted[-260][1] if -260 in wanted else wanted
    return same(cbor2.loads(write_cbor(vector["JSON"])), wanted)


def is_decoded(vector: Mapping[str, Any], verdict: Verdict | None) -> bool:
    """The message in the vector is the one in the text, and says what its JSON says."""
    if stage(verdict, "read").code in CLAIMS:
        return False
    assert verdict is not None
    return "JSON" not in vector or same(verdict.payload, vector["JSON"])


def same(read: Any, stated: Any) -> bool:
    """Compare; a time that CBOR writes with a fraction may lack it in JSON, a whole number may be written with one."""
    if isinstance(read, dict) and isinstance(stated, dict):
        keys = {key for key in {*read, *stated} if read.get(key) is not None or stated.get(key) is not None}
        return all(same(read.get(key), stated.get(key)) for key in keys)
    if isinstance(read, list) and isinstance(stated, list):
        return len(read) == len(stated) and all(map(same, read, stated))
    if isinstance(read, str) and isinstance(stated, str) and "T" in read and "T" in stated:
        return read == stated or datetime.fromisoformat(read) == datetime.fromisoformat(stated)
    return bool(read == stated)


def is_unpacked(vector: Mapping[str, Any], verdict: Verdict | None) -> bool:
    if stage(verdict, "read").code in COMPRESSION:
        return False
    return "COSE" not in vector or read_hc1(vector["PREFIX"]) == unhexlify(vector["COSE"])


def is_in_picture(vector: Mapping[str, Any], _verdict: Verdict | None) -> bool:
    """One vector states this and holds no picture: then one is drawn here."""
    drawn = base64.b64decode(vector["2DCODE"]) if "2DCODE" in vector else draw(vector["PREFIX"])
    try:
        texts = read_codes(drawn)
    except Unreadable:
        return False
    return vector["PREFIX"] in texts


def draw(text: str) -> bytes:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    out = BytesIO()
    Image.fromarray(np.array(code.to_image(scale=4))).save(out, format="PNG")
    return out.getvalue()


CHECKS: Mapping[str, Any] = {
    "EXPECTEDVALIDOBJECT": is_schema_right,
    "EXPECTEDSCHEMAVALIDATION": is_schema_right,
    "EXPECTEDVALIDJSON": lambda vector, _verdict: isinstance(vector["JSON"], dict),
    "EXPECTEDENCODE": is_encoded,
    "EXPECTEDDECODE": is_decoded,
    "EXPECTEDUNPREFIX": read_past(UNPREFIX),
    "EXPECTEDB45DECODE": read_past(BASE45),
    "EXPECTEDCOMPRESSION": is_unpacked,
    "EXPECTEDVERIFY": lambda _vector, verdict: stage(verdict, "trusted").code not in SIGNATURE,
    "EXPECTEDKEYUSAGE": lambda _vector, verdict: stage(verdict, "trusted").code not in {*SIGNATURE, "cert_usage"},
    "EXPECTEDEXPIRATIONCHECK": lambda _vector, verdict: stage(verdict, "in time").ok is True,
    "EXPTECTEDEXPIRED": lambda _vector, verdict: stage(verdict, "in time").ok is not None,
    "EXPECTEDPICTUREDECODE": is_in_picture,
}


def test_no_stated_result_is_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    stated = list_stated()
    counts = Counter(check for _, check, _ in stated)
    with capsys.disabled():
        print(f"\n{len(stated)} stated results of {len({name for name, _, _ in stated})} vectors: {dict(counts)}")
    assert len(stated) == len(list(list_all())) - 8
    assert counts.keys() == CHECKS.keys()


def test_what_is_wrong_in_a_vector_is_not_accepted() -> None:
    """A code whose expectations name any fault is refused as a whole."""
    wrong = {name for name, check, stated in list_stated() if stated is False and "PREFIX" in load(name)}
    faulty = wrong - {"common/2DCode/raw/Q1.json"}  # its text is right, only its picture cannot be read
    assert len(faulty) > 20
    assert [name for name in sorted(faulty) if judge(name).accepted] == []


@pytest.mark.parametrize("name", sorted({name for name, _, _ in list_stated()}))
def test_a_vector_written_again_reads_the_same(name: str) -> None:
    vector = load(name) if name else {}
    if "COSE" in vector:
        assert read_hc1(write_hc1(unhexlify(vector["COSE"]))) == unhexlify(vector["COSE"])


def list_base45() -> list[dict[str, str]]:
    path = VECTORS / "base45" / "rfc9285.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else [{}]


@pytest.mark.parametrize("case", list_base45(), ids=lambda case: repr(case.get("invalid", case.get("b45"))))
def test_base45(case: dict[str, str]) -> None:
    if "invalid" in case:
        with pytest.raises(Unreadable):
            read_base45(case["invalid"])
        return
    data = case["text"].encode() if "text" in case else bytes.fromhex(case["hex"])
    assert read_base45(case["b45"]) == data
    assert write_base45(data) == case["b45"]


@pytest.mark.parametrize("number", range(4))
def test_smart_health_cards(number: int) -> None:
    trust = read_trust((CARDS / "issuer" / ".well-known" / "jwks.json").read_bytes())
    at = datetime(2023, 7, 1, tzinfo=UTC)
    jws = (CARDS / f"example-0{number}-d-jws.txt").read_text(encoding="utf-8")
    verdict = verify(jws, trust=trust, at=at)
    stated = json.loads((CARDS / f"example-0{number}-b-jws-payload-expanded.json").read_text(encoding="utf-8"))
    assert (verdict.accepted, verdict.code, verdict.payload) == (True, "trust_list_undated", stated)
    chunks = [path.read_text("utf-8") for path in sorted(CARDS.glob(f"example-0{number}-f-qr-code-numeric*.txt"))]
    assert verify("\n".join(reversed(chunks)), trust=trust, at=at) == verdict
    if len(chunks) > 1:
        assert verify("\n".join(chunks[1:]), trust=trust, at=at).code == "cert_chunk_missing"


def test_payloads_of_accepted_vectors_follow_the_schema() -> None:
    accepted = {name for name, _, _ in list_stated() if "PREFIX" in load(name) and judge(name).accepted}
    assert len(accepted) > 30
    assert all(check_payload(judge(name).payload) == () for name in accepted)
