"""`xacthuc keys` by hand and by script: from the first authority to a roll-over and the pack for a trust network."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from certificate_papers import issue_text
from xacthuc import cli
from xacthuc.certificates.issuer_keys import list_keys, open_key, read_passphrase
from xacthuc.certificates.keys import read_certificate
from xacthuc.certificates.signer import FileSigner

Told = tuple[int, str, str]
Call = Callable[..., Told]
NOW = "2022-05-01"
START = datetime(2022, 5, 1, tzinfo=UTC)


@pytest.fixture
def call(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Call:
    """Call `xacthuc keys` in this process; gives exit code, output and errors."""

    def run(*words: str | Path) -> Told:
        monkeypatch.setattr(sys, "argv", ["xacthuc", "keys", *map(str, words)])
        code = 0
        try:
            cli.main()
        except SystemExit as end:
            code = int(end.code or 0)
        told = capsys.readouterr()
        return code, told.out, told.err

    return run


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    path = tmp_path / "secret"
    path.write_text("a passphrase of these tests\n", encoding="utf-8")
    path.chmod(0o600)
    return path


@pytest.fixture
def folder(call: Call, secret: Path, tmp_path: Path) -> Path:
    made = tmp_path / "keys"
    owner = ("--country", "VN", "--organisation", "Ministry of Health")
    assert call("csca", made, *owner, "--passphrase", secret, "--at", NOW)[0] == 0
    assert call("signer", made, "--passphrase", secret, "--at", NOW)[0] == 0
    return made


def read(told: Told) -> Any:
    return json.loads(told[1])


def test_a_new_key_is_told(call: Call, folder: Path, secret: Path) -> None:
    code, out, _ = call("signer", folder, "--passphrase", secret, "--at", "2022-08-01", "--usage", "test", "--rsa")
    assert code == 0
    assert "2022-10-31 – 2023-05-02" in out
    assert "Khóa riêng" in out
    assert "passphrase of these" not in out
    made = read(call("signer", folder, "--passphrase", secret, "--at", "2023-02-01", "--json"))
    assert (made["kind"], made["used_from"], made["signs"]) == ("signer", "2023-05-02", True)


def test_the_calendar_tells_scripts_by_its_exit_code(call: Call, folder: Path, secret: Path) -> None:
    assert call("calendar", folder, "--at", "2022-05-02")[0] == 0
    code, out, _ = call("calendar", folder, "--at", "2022-09-01")
    assert code == 1
    assert "! 2022-10-01 signer" in out
    assert "✓ signer" in out
    told = call("calendar", folder, "--at", "2022-09-01", "--json")
    assert [(one["code"], one["day"]) for one in read(told)["due"]] == [("keys_due_next", "2022-10-01")]
    assert len(read(told)["keys"]) == 2
    assert call("calendar", folder, "--at", "2022-09-01", "--within", "7")[0] == 0
    assert call("signer", folder, "--passphrase", secret, "--at", "2022-09-01")[0] == 0
    assert call("calendar", folder, "--at", "2022-09-01")[0] == 0


def test_a_key_that_has_lapsed_is_an_alarm(call: Call, folder: Path) -> None:
    code, out, _ = call("calendar", folder, "--at", "2026-07-15")
    assert code == 1
    assert out.count("\n! ") == 2


def test_which_key_signs(call: Call, folder: Path) -> None:
    signer = next(key for key in list_keys(folder) if key.kind == "signer")
    assert call("which", folder, "--at", NOW)[1].strip() == str(signer.path)
    assert read(call("which", folder, "--at", NOW, "--json"))["kid"] == signer.kid
    code, _, said = call("which", folder, "--kind", "tls", "--at", NOW)
    assert code == 2
    assert "tls" in said


def test_the_pack(call: Call, folder: Path, secret: Path, tmp_path: Path) -> None:
    words = ("gdhcn", folder, "--environment", "UAT", "--at", NOW)
    made = read(call(*words, "--to", tmp_path / "pack", "--passphrase", secret, "--json"))
    assert made["signers"] == 1
    assert len(made["files"]) == 7
    code, out, _ = call(*words, "--to", tmp_path / "again")  # the keys are there: no passphrase is asked for
    assert code == 0
    assert "README.md" in out
    assert call(*words, "--to", tmp_path / "pack")[0] == 2


def test_what_is_issued_again(call: Call, folder: Path, secret: Path, tmp_path: Path) -> None:
    key = next(key for key in list_keys(folder) if key.kind == "signer")
    certificate = read_certificate(key.certificate.public_bytes(Encoding.DER))
    signer = FileSigner(open_key(key, passphrase=read_passphrase(secret)), certificate=certificate)
    texts = [issue_text(signer, issued=START, expires=START + timedelta(days=days)) for days in (100, 365)]
    people = pa.table({"person_group": ["a", "b", "c"], "record": ["1", "2", "3"], "text": [texts[0], None, texts[1]]})
    pq.write_table(people, tmp_path / "certificates.parquet")
    words = ("reissue", tmp_path / "certificates.parquet", "--keys", folder, "--to", tmp_path / "again.parquet")
    assert read(call(*words, "--before", "2022-12-01", "--json"))["codes"] == {"reissue_expires": 1}
    rows = pq.read_table(tmp_path / "again.parquet").to_pylist()
    assert [(row["person_group"], row["kid"], row["code"]) for row in rows] == [("a", key.kid, "reissue_expires")]
    code, out, _ = call(*words, "--before", "2022-05-02", "--replaced", key.kid.upper())
    assert code == 0
    assert "reissue_key_chosen 2" in out
    assert [row["person_group"] for row in pq.read_table(tmp_path / "again.parquet").to_pylist()] == ["a", "c"]
    for wrong in (secret, write_other(tmp_path / "other.parquet")):
        assert call("reissue", wrong, *words[2:], "--before", "2022-12-01")[0] == 2


def write_other(path: Path) -> Path:
    pq.write_table(pa.table({"text": ["HC1:"]}), path)
    return path


def test_refusals_are_said_in_both_languages(call: Call, folder: Path, secret: Path) -> None:
    secret.chmod(0o644)
    code, _, said = call("signer", folder, "--passphrase", secret, "--at", "2022-09-01")
    assert code == 2
    assert "chmod 600" in said
    assert len(said.strip().splitlines()) == 2


def test_a_passphrase_is_asked_for(call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("click.prompt", lambda *_, **__: "typed by somebody")
    owner = ("--country", "VN", "--organisation", "Ministry of Health")
    assert call("csca", tmp_path / "keys", *owner, "--at", NOW)[0] == 0
    monkeypatch.setattr("click.prompt", lambda *_, **__: "short")
    assert call("signer", tmp_path / "keys", "--at", NOW)[0] == 2
