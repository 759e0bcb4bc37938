"""The node's commands by hand: keys, partners and the log."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from claims import make_claim
from click.testing import CliRunner

from conftest import Cast
from xacthuc.exchange.keys import name_key, read_private_key, read_public_key
from xacthuc_register import commands
from xacthuc_register.refusals import NodeRefused


def test_keys_of_node_and_partners(tmp_path: Path) -> None:
    words = ["--data", str(tmp_path / "node"), "--partner", "desk", "--role", "police"]
    made = CliRunner().invoke(commands.keys, [*words, "--make", str(tmp_path / "desk.pem")], catch_exceptions=False)
    node, partner = made.output.splitlines()
    assert node.split()[0] == name_key(read_public_key(tmp_path / "node" / "node.pem"))
    key = read_private_key(tmp_path / "desk.pem").public_key()
    assert partner.split() == [name_key(key), "police", "desk"]
    words[3:] = ["other", "--role", "health", "--key", str(tmp_path / "desk.pem.pub")]
    again = CliRunner().invoke(commands.keys, words, catch_exceptions=False)
    assert again.output.splitlines()[0] == node
    assert (tmp_path / "node" / "partners" / "health" / "other.pem").exists()


@pytest.mark.parametrize("words", [["--partner", "a"], ["--partner", "a", "--role", "police"]])
def test_a_partner_needs_a_role_and_a_key(tmp_path: Path, words: list[str]) -> None:
    assert CliRunner().invoke(commands.keys, ["--data", str(tmp_path), *words]).exit_code == 2


def test_the_log_is_printed(cast: Cast) -> None:
    cast.health.check([make_claim(0)], organisation="station-1", officer="staff-7")
    asleep = str(cast.folder.path.parent / "asleep")
    assert CliRunner().invoke(commands.log, ["--data", asleep], catch_exceptions=False).output == ""
    said = CliRunner().invoke(commands.log, ["--data", str(cast.folder.path)], catch_exceptions=False).output
    line = json.loads(said)
    assert (line["action"], line["officer"], len(line["hash"])) == ("check", "staff-7", 64)


def test_a_node_without_a_register_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refused = CliRunner().invoke(commands.serve, ["--data", str(tmp_path / "node")])
    assert isinstance(refused.exception, NodeRefused)
    monkeypatch.setattr("sys.argv", ["serve", "--data", str(tmp_path / "node")])
    with pytest.raises(SystemExit) as ended:
        commands.main()
    assert ended.value.code == 2
    assert "has no register yet" in capsys.readouterr().err
