"""The node as a process: it starts, stops when told to, outlives a kill, and shares its folder with nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from claims import make_claim

from xacthuc.exchange.keys import read_private_key, read_public_key
from xacthuc_register.client import NodeAway, Partner, open_partner
from xacthuc_register.state import read_log

SRC = Path(__file__).parents[2] / "src"
ASKER = {"organisation": "station-1", "officer": "staff-7"}
START_SECONDS, STOP_SECONDS = 30, 10


def call(*words: str | Path, **more: str) -> subprocess.Popen[str]:
    """Call a command of the node as its entry point does."""
    name, *rest = map(str, words)
    program = (
        "import sys; from xacthuc.cli import commands; from xacthuc_register import commands as node; "
        f"commands.commands['register'].add_command(node.{name}); from xacthuc.cli import main; main()"
    )
    environment = {**os.environ, "PYTHONPATH": str(SRC), "PYTHONUNBUFFERED": "1", **more}
    return subprocess.Popen(
        [sys.executable, "-c", program, "register", name, *rest],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    )


def finish(process: subprocess.Popen[str]) -> tuple[int, str]:
    out, err = process.communicate(timeout=START_SECONDS)
    return process.returncode, out + err


@contextmanager
def running(data: Path, *more: str | Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    process = call("serve", "--data", data, "--port", "0", *more)
    assert process.stdout is not None
    try:
        address = next(word for line in process.stdout for word in line.split() if word.startswith("http:"))
        yield process, address.rstrip(".")
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def make_partner(data: Path, address: str) -> Partner:
    return open_partner(address, read_private_key(data / "health.pem"), read_public_key(data / "node.pem"))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "node"
    code, said = finish(
        call("keys", "--data", folder, "--partner", "platform", "--role", "health", "--make", folder / "health.pem")
    )
    assert code == 0
    assert "health  platform" in said
    return folder


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_until_it_is_told_to_stop(data: Path, prepared: Path, by: signal.Signals) -> None:
    with running(data, "--register", prepared) as (process, address):
        partner = make_partner(data, address)
        assert partner.check([make_claim(0)], **ASKER)["r1"].sure
        began = time.monotonic()
        process.send_signal(by)
        assert process.wait(STOP_SECONDS) == 0
        assert time.monotonic() - began < STOP_SECONDS
        with pytest.raises(NodeAway):
            partner.get_version()


def test_a_kill_loses_no_line_of_the_log(data: Path, prepared: Path) -> None:
    for at in range(3):
        with running(data, *(["--register", prepared] if at == 0 else [])) as (process, address):
            partner = make_partner(data, address)
            partner.check([make_claim(at)], **ASKER)
            process.kill()
            process.wait(STOP_SECONDS)
    assert [line["answers"][0][:2] for line in read_log(data / "state.sqlite")] == [["r1", "MATCHED"]] * 3
    code, said = finish(call("log", "--data", data))
    assert code == 0
    assert len(said.splitlines()) == 3


def ask_until_it_is_gone(partner: Partner, prefix: str) -> list[str]:
    """Ask one question after the other; gives the refs of those that were answered."""
    answered: list[str] = []
    while True:
        ref = f"{prefix}-{len(answered)}"
        try:
            answered += partner.check([make_claim(0, ref)], **ASKER)
        except NodeAway:
            return answered


@pytest.mark.slow
def test_what_was_answered_before_a_kill_is_in_the_log(data: Path, prepared: Path) -> None:
    answered: list[str] = []
    for at in range(8):
        with running(data, "--register", prepared) as (process, address), ThreadPoolExecutor(3) as pool:
            partner = make_partner(data, address)
            asking = [pool.submit(ask_until_it_is_gone, partner, f"r{at}-{thread}") for thread in range(3)]
            time.sleep(0.1 + 0.07 * at)
            process.kill()
            answered += [ref for each in asking for ref in each.result(STOP_SECONDS)]
    logged = [line["answers"][0][0] for line in read_log(data / "state.sqlite")]
    assert len(logged) == len(set(logged))
    assert set(answered) <= set(logged)
    assert len(logged) - len(answered) <= 8 * 3  # at most the one question of each that was under way
    assert len(answered) > 50


def test_a_folder_and_a_port_are_one_node_s(data: Path, prepared: Path, tmp_path: Path) -> None:
    with running(data, "--register", prepared) as (_, address):
        code, said = finish(call("serve", "--data", data, "--port", "0"))
        assert code == 2
        assert "node" in said.splitlines()[-1]
        port = address.rsplit(":", 1)[1]
        code, said = finish(call("serve", "--data", tmp_path / "other", "--register", prepared, "--port", port))
        assert code == 2
        assert f"The port {port} is in use" in said


def test_what_the_commands_refuse(data: Path, tmp_path: Path) -> None:
    code, said = finish(call("serve", "--data", data))
    assert (code, "has no register yet" in said) == (2, True)
    code, said = finish(call("keys", "--data", data, "--partner", "platform"))
    assert code == 2
    code, said = finish(
        call("keys", "--data", data, "--partner", "Ông A", "--role", "police", "--make", tmp_path / "k")
    )
    assert (code, "letters a-z" in said) == (2, True)
    (tmp_path / "none.pem").write_text("no key")
    code, said = finish(
        call("keys", "--data", data, "--partner", "a", "--role", "police", "--key", tmp_path / "none.pem")
    )
    assert code == 2
    assert "Traceback" not in said
