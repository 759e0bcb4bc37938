"""The command that checks certificates, and the answer that scripts rely on."""

from __future__ import annotations

import base64
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import zxingcpp
from click.testing import CliRunner, Result
from PIL import Image

from certificates import Forge, make_issuer, make_payload, make_signer
from xacthuc.certificates.keys import make_kid
from xacthuc.cli import commands
from xacthuc.runs.refusals import VerifyRefused

TEXT = make_issuer().issue(make_payload())
FORGED = Forge(signature=bytes(64)).text()
AT = "2022-06-01T00:00:00Z"


def run(*arguments: object) -> Result:
    return CliRunner().invoke(commands, [str(argument) for argument in arguments])


@pytest.fixture
def trust(tmp_path: Path) -> Path:
    der = make_signer().certificate.certificate
    assert der is not None
    entry = {"kid": base64.b64encode(make_kid(der)).decode(), "certificate": base64.b64encode(der).decode()}
    path = tmp_path / "trust.json"
    path.write_text(json.dumps([entry]), encoding="utf-8")
    return path


def check(trust: Path, *inputs: object) -> list[dict[str, Any]]:
    result = run("check", *inputs, "--trust", trust, "--at", AT, "--json")
    assert result.exit_code in (0, 1), result.output
    return [json.loads(line) for line in result.output.splitlines()]


def draw(text: str) -> Any:
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level="M")
    return Image.fromarray(np.array(code.to_image(scale=4)))


def test_the_answer_for_scripts(trust: Path) -> None:
    (said,) = check(trust, TEXT)
    assert list(said) == ["input", "accepted", "code", "stages", "kid", "issuer", "payload"]
    assert (said["input"], said["accepted"], said["code"], said["issuer"]) == (TEXT, True, "trust_list_undated", "VN")
    assert base64.b64decode(said["kid"]) == make_signer().certificate.kid
    assert said["payload"] == make_payload()
    assert said["stages"] == [
        {"stage": "read", "ok": True, "code": "ok"},
        {"stage": "trusted", "ok": True, "code": "trust_list_undated"},
        {"stage": "in time", "ok": True, "code": "ok"},
        {"stage": "not revoked", "ok": None, "code": "not_checked"},
        {"stage": "rule", "ok": None, "code": "not_checked"},
    ]


def test_texts_files_pictures_and_pages(trust: Path, tmp_path: Path) -> None:
    texts, picture, page = tmp_path / "texts.txt", tmp_path / "code.png", tmp_path / "code.pdf"
    texts.write_text(f"{TEXT}\r\n\n{FORGED}\nHC2:X", encoding="utf-8")
    draw(TEXT).save(picture)
    draw(TEXT).convert("RGB").save(page, resolution=150)
    blank, broken = tmp_path / "blank.png", tmp_path / "broken.png"
    Image.new("L", (50, 50), "white").save(blank)
    broken.write_bytes(picture.read_bytes()[:100])
    said = check(trust, texts, picture, page, blank, broken, tmp_path / "no.pdf", TEXT)
    codes = [one["code"] for one in said]
    good = "trust_list_undated"
    faults = ["cert_signature", "cert_family_unknown"]
    assert codes == [good, *faults, good, good, "cert_picture_empty", *["cert_file_unreadable"] * 2, good]
    assert [one["input"] for one in said[:4]] == [TEXT, FORGED, "HC2:X", str(picture)]


def test_a_file_with_a_mark_of_its_coding_and_a_folder(trust: Path, tmp_path: Path) -> None:
    marked = tmp_path / "marked.txt"
    marked.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert [one["code"] for one in check(trust, marked, tmp_path)] == ["trust_list_undated", "cert_file_unreadable"]


def test_exit_codes(trust: Path) -> None:
    assert run("check", TEXT, "--trust", trust, "--at", AT).exit_code == 0
    assert run("check", TEXT, FORGED, "--trust", trust, "--at", AT).exit_code == 1
    refused = run("check", TEXT, "--trust", trust, "--at", "soon")
    assert isinstance(refused.exception, VerifyRefused)


def test_a_person_reads_sentences_and_no_names(trust: Path) -> None:
    said = run("check", TEXT, FORGED, "--trust", trust, "--at", AT).output
    assert "làm giả" in said
    assert "forged" in said
    assert "HC1:" not in said
    assert "Nguyễn" not in said


def test_the_codes_of_one_card_are_one_input(trust: Path) -> None:
    said = check(trust, "shc:/1/2/5676", "shc:/2/2/5676", "shc:/1/2/5676", TEXT)
    assert [one["code"] for one in said] == ["cert_structure", "cert_chunk_missing", "trust_list_undated"]


def test_rules_of_a_place(trust: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.json"
    rules.write_text('{"place": {"province": "56"}}', encoding="utf-8")
    result = run("check", TEXT, "--trust", trust, "--rules", rules, "--at", AT, "--json")
    assert json.loads(result.output)["stages"][4]["ok"] is not None
    rules.write_text("no rules", encoding="utf-8")
    assert isinstance(run("check", TEXT, "--trust", trust, "--rules", rules, "--at", AT).exception, VerifyRefused)


def test_a_picture_in_memory_is_read() -> None:
    out = BytesIO()
    draw("HC1:TEST").save(out, format="PNG")
    from xacthuc.certificates.pictures import read_codes

    assert read_codes(out.getvalue()) == ["HC1:TEST"]
