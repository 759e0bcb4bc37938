"""A batch of certificates that is killed and begun again gives what an undisturbed one gives, each certificate once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certificates import SECRET, ec_key, make_issuer, make_signer
from line import COMMAND
from settled import count_settled, write_results

SEED = 20220501
ALL_KILLS = os.environ.get("XACTHUC_ALL_KILLS") == "1"
MOMENTS, PARTS = (50, 10) if ALL_KILLS else (4, 1)
PEOPLE = 6_000 if ALL_KILLS else 4_000
STEPS = 18  # files that a batch makes on its way: its state, the people, sixteen slices
SAID = ("person_group", "record", "uvci", "payload", "nationality", "evidence", "codes")


@dataclass(frozen=True)
class Undisturbed:
    """The command, and what came of it where nobody stopped it."""

    words: tuple[str, ...]
    rows: list[dict[str, Any]]
    seconds: float


def start(words: tuple[str, ...], to: Path) -> subprocess.Popen[bytes]:
    """Begin or go on with a batch, in a group of processes of its own; what it says goes into a file of its folder."""
    to.parent.mkdir(exist_ok=True)
    with (to.parent / "log.txt").open("ab") as log:
        command = [*COMMAND, *words, "--to", str(to)]
        return subprocess.Popen(command, start_new_session=True, stdout=log, stderr=log)


def finish(words: tuple[str, ...], to: Path) -> None:
    assert start(words, to).wait() == 0, (to.parent / "log.txt").read_text(encoding="utf-8")
    assert sorted(path.name for path in to.parent.iterdir()) == [to.name, "log.txt"]


def kill(process: subprocess.Popen[bytes], *, all_of_it: bool) -> bool:
    """Kill a batch where it has not ended: all its processes, or only the first, whose helper lives on for a moment."""
    alive = process.poll() is None
    if alive and all_of_it:
        os.killpg(process.pid, signal.SIGKILL)
    process.kill()
    process.wait()
    return alive


def read(to: Path) -> list[dict[str, Any]]:
    """Give what a file says but for the signatures, which differ; every text has to say the same."""
    table = pq.read_table(to)
    issuer = make_issuer()
    for text, payload in zip(table["text"].to_pylist(), table["payload"].to_pylist(), strict=True):
        assert (text is None) == (payload is None)
        if text is not None:
            issuer.check_again(text, json.loads(payload))
    return sorted(table.select(SAID).to_pylist(), key=lambda row: str(row["record"]))


def count_made(to: Path) -> int:
    """Give how far a batch is: its state, its tables, its slices, its file."""
    return sum(path.is_file() for path in [*to.with_name(f"{to.name}.batch").rglob("*"), to])


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    folder = tmp_path_factory.mktemp("batch")
    key, secret, certificate = folder / "key.pem", folder / "secret", folder / "dsc.der"
    key.write_bytes(ec_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    secret.write_bytes(SECRET)
    for path in (key, secret):
        path.chmod(0o600)
    certificate.write_bytes(make_signer().certificate.certificate or b"")
    out = write_results(folder / "out", people=PEOPLE)
    means = ("--key", key, "--certificate", certificate, "--secret", secret, "--issued", "2022-05-01T00:00:00Z")
    words = ("certify", *map(str, (out, *means)))
    to = folder / "whole" / "certificates.parquet"
    began = time.monotonic()
    finish(words, to)
    return Undisturbed(words, read(to), time.monotonic() - began)


def test_the_undisturbed_batch_is_whole(undisturbed: Undisturbed) -> None:
    uvcis = [row["uvci"] for row in undisturbed.rows if row["uvci"]]
    assert len(uvcis) == len(set(uvcis)) == count_settled(PEOPLE)
    assert len(undisturbed.rows) == PEOPLE


@pytest.mark.parametrize("part", range(PARTS))
def test_killed_at_any_moment(undisturbed: Undisturbed, tmp_path: Path, part: int) -> None:
    rng = random.Random(SEED + part)
    moments = range(part * MOMENTS // PARTS, (part + 1) * MOMENTS // PARTS)
    killed = 0
    for moment in moments:
        to = tmp_path / str(moment) / "certificates.parquet"
        process = start(undisturbed.words, to)
        # One moment out of each stretch of the batch, so that few moments meet all of it, however busy the machine is.
        after = int(STEPS * (moment + rng.random()) / MOMENTS)
        while process.poll() is None and count_made(to) < after:
            time.sleep(0.002)
        time.sleep(rng.uniform(0, undisturbed.seconds / STEPS))
        killed += kill(process, all_of_it=moment % 2 == 1)
        finish(undisturbed.words, to)
        assert read(to) == undisturbed.rows
    assert killed >= len(moments) * 0.5  # the last ones may have ended


def test_killed_again_and_again(undisturbed: Undisturbed, tmp_path: Path) -> None:
    to = tmp_path / "certificates.parquet"
    for made in (1, 4, 8, 12):
        process = start(undisturbed.words, to)
        while process.poll() is None and count_made(to) < made:
            time.sleep(0.002)
        kill(process, all_of_it=False)
    finish(undisturbed.words, to)
    assert read(to) == undisturbed.rows


def test_stopped_by_hand_and_begun_again(undisturbed: Undisturbed, tmp_path: Path) -> None:
    to = tmp_path / "certificates.parquet"
    process = start(undisturbed.words, to)
    while process.poll() is None and count_made(to) < 6:
        time.sleep(0.002)
    while process.poll() is None:
        process.send_signal(signal.SIGINT)
        time.sleep(2)
    assert process.returncode == 130
    assert "run the same command again" in (tmp_path / "log.txt").read_text(encoding="utf-8")
    assert not to.exists()
    finish(undisturbed.words, to)
    assert read(to) == undisturbed.rows
