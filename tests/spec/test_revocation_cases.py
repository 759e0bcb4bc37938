"""What any reader of revocation lists has to answer, as the table in conformance/revocation.json promises it."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from xacthuc.certificates.golomb import CodingBroken, choose_coding, choose_rice, decode, encode
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.revocation import RevocationList, RevocationSet, list_hashes, read_set
from xacthuc.certificates.revocation_delta import merge, read_delta
from xacthuc.certificates.signed import read_jwk
from xacthuc.findings import list_codes

TABLE = json.loads((Path(__file__).parents[2] / "conformance" / "revocation.json").read_text(encoding="utf-8"))
FILES = {name: base64.b64decode(text) for name, text in TABLE["files"].items()}
KEYS = [read_jwk(TABLE["key"])]


def name_case(case: dict[str, Any]) -> str:
    return str(case["why"])


def load_file(case: dict[str, Any]) -> bytes:
    """Give a file of the table, with the change that a case makes to it."""
    data = FILES[case["file"]]
    data = data[: case.get("cut", len(data))] + bytes.fromhex(case.get("add", ""))
    for place, value in case.get("set", {}).items():
        at = int(place) % len(data)
        data = data[:at] + bytes([value]) + data[at + 1 :]
    return data


def open_file(case: dict[str, Any]) -> RevocationSet:
    opened = read_set(load_file(case), keys=KEYS)
    opened.check_slices()
    return opened


@pytest.mark.parametrize("case", TABLE["parameters"], ids=name_case)
def test_parameters(case: dict[str, Any]) -> None:
    coding = choose_coding(case["nominal"])
    assert [coding.bits, coding.rice, coding.blocks, coding.slices] == case["coding"]
    assert choose_rice(coding.bits, 10_000) == case["rice_of_10000"]


@pytest.mark.parametrize("case", TABLE["codings"], ids=name_case)
def test_codings(case: dict[str, Any]) -> None:
    data, shape = bytes.fromhex(case["bytes"]), {"rice": case["rice"], "inner": case["inner"]}
    if case["values"] is None:
        with pytest.raises(CodingBroken):
            list(decode(data, **shape))
        return
    values = [int(value) for value in case["values"]]
    assert list(decode(data, **shape)) == values
    assert encode(values, rice=case["rice"]) == data


@pytest.mark.parametrize("case", TABLE["hashes"], ids=name_case)
def test_hashes(case: dict[str, Any]) -> None:
    given = {**case["given"], "signature": bytes.fromhex(case["given"]["signature"])}
    assert {kind: digest.hex() for kind, digest in list_hashes(**given).items()} == case["hashes"]


@pytest.mark.parametrize("case", TABLE["look_ups"], ids=name_case)
def test_look_ups(case: dict[str, Any]) -> None:
    given = {
        name: bytes.fromhex(text) if name in {"signature", "kid"} else text for name, text in case["given"].items()
    }
    assert RevocationList((open_file(case),)).contains(**given) is case["revoked"]


@pytest.mark.parametrize("case", TABLE["refusals"], ids=name_case)
def test_refusals(case: dict[str, Any]) -> None:
    assert case["code"] in list_codes()
    with pytest.raises(ListRefused) as refusal:
        open_file(case)
    assert refusal.value.code == case["code"]


@pytest.mark.parametrize("case", TABLE["merges"], ids=name_case)
def test_merges(case: dict[str, Any]) -> None:
    try:
        held = open_file({"file": case["base"]})
        code, made = None, b"".join(merge(held, read_delta(load_file(case), keys=KEYS)))
    except ListRefused as refusal:
        code, made = refusal.code, b""
    assert code == case["code"]
    if code is None:
        assert hashlib.sha256(made).hexdigest() == case["sha256"]
        assert made == FILES[case["gives"]]
