"""The commands of lists, from an empty folder to a verifier's answer, with their exit codes."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from signers import b64, make_certificate, write_json_list
from xacthuc.cli import main

VN, DE = make_certificate("VN", usages=("1.3.6.1.4.1.1847.2021.1.2",)), make_certificate("DE", serial=7)
DAY, NEXT, LATE = "2021-11-01T00:00:00Z", "2021-11-02T00:00:00Z", "2022-11-02T00:00:00Z"


def run(*words: object, code: int = 0, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    """Run a command; gives what it printed, as JSON if that was asked for."""
    monkeypatch.setattr(sys, "argv", ["xacthuc", *map(str, words)])
    try:
        main()
        ended = 0
    except SystemExit as end:
        ended = int(end.code or 0)
    out, err = capsys.readouterr()
    assert ended == code, err
    return json.loads(out) if "--json" in words and out else out + err


@pytest.fixture
def xacthuc(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Any:
    return lambda *words, code=0: run(*words, code=code, monkeypatch=monkeypatch, capsys=capsys)


def test_a_trust_list_from_its_folder_to_a_verifier(tmp_path: Path, xacthuc: Any) -> None:
    folder, given = tmp_path / "trust", tmp_path / "given.json"
    given.write_bytes(write_json_list(VN, DE))
    assert "root.public.pem" in xacthuc("trust", "make", folder)
    root = tmp_path / "root.pem"
    root.write_bytes((folder / "root.public.pem").read_bytes())
    xacthuc("trust", "make", folder, code=2)
    xacthuc("trust", "add", folder, code=2)
    assert xacthuc("trust", "add", folder, given, "--json")["added"] == 2
    assert xacthuc("trust", "add", folder, given, "--json")["added"] == 0
    first = Path(xacthuc("trust", "sign", folder, "--at", DAY, "--json")["list"])
    assert xacthuc("trust", "check", first, "--root", root, "--at", DAY, "--json")["code"] == "ok"
    shown = xacthuc("trust", "show", first, "--json")
    assert {row["country"]: row["may_sign"] for row in shown["certificates"]} == {"VN": ["vaccination"], "DE": "any"}
    assert "version: 1" in xacthuc("trust", "show", first)
    xacthuc("trust", "add", folder, "--remove", DE.kid.hex())
    xacthuc("trust", "roll-over", folder, "--at", NEXT)
    second = Path(xacthuc("trust", "sign", folder, "--at", NEXT, "--days", 9, "--json")["list"])
    told = xacthuc("trust", "check", second, "--root", root, "--held", first, "--at", NEXT, "--json")
    assert (told["version"], told["certificates"]) == (2, 1)
    third = xacthuc("trust", "sign", folder, "--at", NEXT, "--json")["list"]
    assert "cũ hơn" in xacthuc("trust", "check", second, "--root", root, "--held", third, "--at", NEXT, code=2)
    xacthuc("trust", "check", first, "--root", root, "--held", second, "--at", NEXT, code=2)  # its root was replaced
    assert "quá hạn" in xacthuc("trust", "check", second, "--root", root, "--at", LATE, code=1)
    other = tmp_path / "other"
    xacthuc("trust", "make", other)
    xacthuc("trust", "check", second, "--root", other / "root.public.pem", code=2)
    assert xacthuc("trust", "check", given, "--json", code=1)["code"] == "trust_list_undated"
    assert (folder / "private.pem").stat().st_mode & 0o077 == 0
    assert len(list(folder.glob("retired-*.pem"))) == 1


def test_a_rollover_that_was_stopped_is_finished(tmp_path: Path, xacthuc: Any) -> None:
    folder = tmp_path / "trust"
    xacthuc("trust", "make", folder)
    old = (folder / "private.pem").read_bytes()
    root = tmp_path / "root.pem"
    root.write_bytes((folder / "root.public.pem").read_bytes())
    xacthuc("trust", "roll-over", folder)
    (folder / "private.pem").rename(folder / "next.pem")
    (folder / "private.pem").write_bytes(old)
    (folder / "private.pem").chmod(0o600)
    path = xacthuc("trust", "sign", folder, "--json")["list"]
    assert not (folder / "next.pem").exists()
    assert xacthuc("trust", "check", path, "--root", root, "--json")["code"] == "ok"


def test_keys_and_files_that_cannot_be_used(tmp_path: Path, xacthuc: Any) -> None:
    folder, junk = tmp_path / "trust", tmp_path / "junk"
    junk.write_bytes(b"junk")
    xacthuc("trust", "make", folder)
    for words in (("add", folder, junk), ("add", folder, "--revocation-key", junk), ("show", junk), ("sign", tmp_path)):
        xacthuc("trust", *words, code=2)
    xacthuc("trust", "check", junk, "--root", folder / "root.public.pem", code=2)
    bare = tmp_path / "bare.json"
    bare.write_text(json.dumps({"keys": [{"kty": "EC"}, {"kid": b64(VN.kid), "x5c": [b64(VN.certificate or b"")]}]}))
    assert xacthuc("trust", "add", folder, bare, "--json", code=1)["unread"] == 1
    (folder / "private.pem").chmod(0o644)
    assert "0600" in xacthuc("trust", "sign", folder, code=2)
    (folder / "private.pem").write_bytes(b"junk")
    (folder / "private.pem").chmod(0o600)
    xacthuc("trust", "sign", folder, code=2)


def test_revocations_from_the_ledger_to_a_look_up(tmp_path: Path, xacthuc: Any) -> None:
    folder, lines = tmp_path / "revoked", tmp_path / "lines.txt"
    lines.write_text("URN:UVCI:01:VN:A\nURN:UVCI:01:VN:B\n", encoding="utf-8")
    xacthuc("revoke", "make", folder, "--name", "vn")
    xacthuc("revoke", "make", folder, "--name", "vn", code=2)
    xacthuc("revoke", "add", folder, code=2)
    xacthuc("revoke", "add", folder, "--file", lines, "--expires", LATE)
    first = xacthuc("revoke", "publish", folder, "--at", DAY, "--for", 1000, "--json")
    assert (first["count"], first["delta"]) == (2, None)
    signature = ("--signature", "ab" * 64)
    xacthuc("revoke", "add", folder, "--uvci", "URN:UVCI:01:VN:C", "--country", "VN", *signature, "--kid", VN.kid.hex())
    xacthuc("revoke", "add", folder, "--uvci", "URN:UVCI:01:VN:A", "--withdraw")
    second = xacthuc("revoke", "publish", folder, "--at", NEXT, "--json")
    assert second["count"] == 3
    key, path = folder / "public.pem", second["set"]
    merged, delta = tmp_path / "merged", tmp_path / "delta"
    xacthuc("revoke", "merge", first["set"], second["delta"], "--out", merged, "--key", key)
    assert merged.read_bytes() == Path(path).read_bytes()
    xacthuc("revoke", "delta", first["set"], path, "--out", delta)
    assert delta.read_bytes() == Path(second["delta"]).read_bytes()
    xacthuc("revoke", "merge", path, delta, "--out", merged, code=2)
    look = ("revoke", "look-up", path, "--key", key, "--at", NEXT, "--json")
    asked = xacthuc(*look, "--uvci", "URN:UVCI:01:VN:A", "--uvci", "URN:UVCI:01:VN:B", code=1)
    assert asked["revoked"] == [False, True]
    assert xacthuc(*look, "--uvci", "URN:UVCI:01:VN:C", "--country", "DE")["revoked"] == [False]
    assert xacthuc(*look, "--uvci", "URN:UVCI:01:VN:C", "--country", "VN", code=1)["revoked"] == [True]
    assert xacthuc(*look, "--signature", "ab" * 32 + "00" * 32, code=1)["revoked"] == [True]
    assert xacthuc(*look, "--kid", VN.kid.hex(), "--quick", code=1)["revoked"] == [True]
    xacthuc("revoke", "look-up", path, "--kid", "zz", code=2)
    for at, code in ((DAY, "revocation_ahead"), (LATE, "revocation_too_old")):
        assert xacthuc("revoke", "look-up", path, "--at", at, "--json", code=1)["code"] == code
    assert "quá hạn" in xacthuc("revoke", "look-up", path, "--at", LATE, code=1)
    third = xacthuc("revoke", "publish", folder, "--at", "2022-11-03", "--for", 2000, "--json")
    assert third["delta"] is None
    assert third["count"] == 2  # one has expired by itself


def test_lists_of_others_are_taken_within_the_scope_only(tmp_path: Path, xacthuc: Any) -> None:
    folder, batch, cards = tmp_path / "revoked", tmp_path / "batch.json", tmp_path / "cards.json"
    said = {
        "country": "DE",
        "expires": LATE,
        "kid": b64(DE.kid),
        "hashType": "UCI",
        "entries": [{"hash": b64(b"h" * 16)}],
    }
    batch.write_text(json.dumps(said), encoding="utf-8")
    kid = base64.urlsafe_b64encode(b"k" * 32).rstrip(b"=").decode()
    cards.write_text(json.dumps({"kid": kid, "method": "rid", "ctr": 1, "rids": ["aa"]}), encoding="utf-8")
    xacthuc("revoke", "make", folder, "--name", "de", "--kid", DE.kid.hex())
    assert xacthuc("revoke", "add", folder, "--batch", batch, "--json")["entries"] == 1
    assert "khóa" in xacthuc("revoke", "add", folder, "--cards", cards, code=2)
    cards.write_text("{}", encoding="utf-8")
    assert "cards.json" in xacthuc("revoke", "add", folder, "--cards", cards, code=2)


def test_a_command_in_a_process_of_its_own(tmp_path: Path) -> None:
    words = [
        sys.executable,
        "-c",
        "import sys; from xacthuc.cli import main; main()",
        "trust",
        "make",
        str(tmp_path / "t"),
    ]
    assert subprocess.run(words, check=False, capture_output=True).returncode == 0
