"""The commands that issue and check certificates, and the answer that scripts rely on."""

from __future__ import annotations

import base64
import json
import os
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zxingcpp
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PIL import Image

from certificates import Forge, ec_key, make_issuer, make_payload, make_signer
from xacthuc.certificates.keys import make_kid
from xacthuc.cli import commands
from xacthuc.records import VERDICT_SCHEMA
from xacthuc.runs.certifying import CERTIFICATE_SCHEMA
from xacthuc.runs.history import HISTORY_SCHEMA
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


# person, identity, vaccination, state, dn, sd, role
PEOPLE = (
    ("a", "MATCHED", "PLAUSIBLE", "complete", 2, 2, "primary"),
    ("b", "MISMATCH", "PLAUSIBLE", "complete", 2, 2, "primary"),
    ("c", "MATCHED", "DOUBTFUL", "complete", 2, 2, "primary"),
    ("d", "MATCHED", "PLAUSIBLE", "partial", 1, 2, "primary"),
    ("e", "MATCHED", "PLAUSIBLE", "complete", 3, 3, "booster"),
)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Write what a run with histories leaves: for each person all doses up to the last."""
    out = tmp_path / "out"
    out.mkdir()
    history, records, verdicts = [], [], []
    for group, identity, vaccination, state, dn, sd, role in PEOPLE:
        for number in range(1, dn + 1):
            record = f"{group}{number}"
            last = number == dn
            history.append(
                {"record": record, "person_group": group, "role": role if last else "primary", "dn": number}
                | {"sd": sd if last else 2, "state": state, "extra": 0}
            )
            records.append(
                {"record": record, "name": "Nguyễn Thị Đào", "birth_date": "1980-02-03", "vaccine": "AstraZeneca"}
                | {"dose_date": f"2021-0{number + 5}-01"}
            )
            verdicts.append(
                {"record": record, "file": "f", "sheet": "", "row": 1, "identity": identity, "reasons": []}
                | {"vaccination": vaccination, "sure": True}
            )
    pq.write_table(pa.Table.from_pylist(history, schema=HISTORY_SCHEMA), out / "history.parquet")
    pq.write_table(pa.Table.from_pylist(records), out / "records.parquet")
    pq.write_table(pa.Table.from_pylist(verdicts, schema=VERDICT_SCHEMA), out / "verdicts.parquet")
    return out


@pytest.fixture
def means(tmp_path: Path) -> list[object]:
    key, secret, certificate = tmp_path / "key.pem", tmp_path / "secret", tmp_path / "dsc.pem"
    key.write_bytes(ec_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    secret.write_bytes(os.urandom(32))
    for path in (key, secret):
        path.chmod(0o600)
    encoded = base64.encodebytes(make_signer().certificate.certificate or b"").decode()
    certificate.write_text(f"-----BEGIN CERTIFICATE-----\n{encoded}-----END CERTIFICATE-----\n")
    return ["--key", key, "--secret", secret, "--certificate", certificate, "--issued", "2022-05-15T00:00:00Z"]


def test_certificates_of_a_run(results: Path, means: list[object], trust: Path, tmp_path: Path) -> None:
    out = tmp_path / "certificates.parquet"
    done = run("certify", results, "--to", out, *means, "--json")
    assert done.exit_code == 0, done.output
    wanted = {"issue_identity_open": 1, "issue_dose_open": 1, "issue_course": 1}
    assert json.loads(done.output) == {"certificates": str(out), "issued": 2, "refused": 3, "codes": wanted}
    table = pq.read_table(out)
    assert table.schema == CERTIFICATE_SCHEMA
    rows = {row["person_group"]: row for row in table.to_pylist()}
    said = check(trust, *(rows[group]["text"] for group in "ae"))
    assert [one["code"] for one in said] == ["trust_list_undated"] * 2
    assert [json.loads(rows[group]["payload"])["v"][0]["dn"] for group in "ae"] == [2, 3]
    assert [rows[group]["evidence"] for group in "ab"] == ["identity settled", "self-declared"]


def test_the_same_run_gives_the_same_identifiers(results: Path, means: list[object], tmp_path: Path) -> None:
    tables = []
    for name in ("one", "two"):
        run("certify", results, "--to", tmp_path / name, *means)
        tables.append(pq.read_table(tmp_path / name, columns=["person_group", "uvci", "payload"]))
    assert tables[0].equals(tables[1])


def test_what_cannot_issue(results: Path, means: list[object], tmp_path: Path) -> None:
    to = tmp_path / "x.parquet"
    Path(str(means[3])).write_bytes(b"short")
    assert isinstance(run("certify", results, "--to", to, *means).exception, VerifyRefused)
    assert isinstance(run("certify", tmp_path / "none", "--to", to, *means).exception, VerifyRefused)
    assert not to.exists()


def test_a_picture_in_memory_is_read() -> None:
    out = BytesIO()
    draw("HC1:TEST").save(out, format="PNG")
    from xacthuc.certificates.pictures import read_codes

    assert read_codes(out.getvalue()) == ["HC1:TEST"]
