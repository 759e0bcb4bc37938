"""A batch of certificates by the command: synthetic histories of so many people in, signed certificates out.

Usage: batch.py [--people N] [--threads T] [--memory GB] [--seed S] [--rsa] [--folder FOLDER]. The folder has to have
room for some 0.5 kB a person. Prints one JSON object: certificates, seconds, CPU-seconds and the memory of all
processes of the command; making the histories is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

import pyarrow.parquet as pq

from processes import Disk, measure

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from settled import count_settled, write_results  # what the tests make their own with
from xacthuc.certificates.issuer_keys import make_csca, make_signer

PASSPHRASE = b"of this measure only"
ISSUED = datetime(2022, 5, 1, tzinfo=UTC)


def make_means(folder: Path, *, rsa: bool) -> list[str]:
    """Make keys, passphrase and secret; give the words of the command that name them."""
    now = ISSUED
    make_csca(folder / "keys", country="VN", organisation="Synthetic", now=now, passphrase=PASSPHRASE)
    make_signer(folder / "keys", now=now, passphrase=PASSPHRASE, csca_passphrase=PASSPHRASE, rsa=rsa)
    for name, content in (("passphrase", PASSPHRASE), ("secret", os.urandom(32))):
        (folder / name).write_bytes(content)
        (folder / name).chmod(0o600)
    named = {"--keys": "keys", "--passphrase": "passphrase", "--secret": "secret"}
    words = [word for option, name in named.items() for word in (option, str(folder / name))]
    return [*words, "--issued", ISSUED.isoformat()]


def check(to: Path, *, people: int) -> dict[str, int]:
    """Give rows, certificates and how many of their identifiers differ; in the memory of this process, afterwards."""
    uvcis = pq.read_table(to, columns=["uvci"])["uvci"]
    issued = len(uvcis) - uvcis.null_count
    assert len(uvcis) == people, "everybody has a row"
    assert issued == count_settled(people), "everybody who is settled has a certificate"
    assert len(uvcis.drop_null().unique()) == issued, "once each"
    return {"rows": people, "certificates": issued}


def main() -> None:
    """Make, issue, measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=200_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--memory", type=float, default=4.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rsa", action="store_true")
    parser.add_argument("--folder", type=Path, help="where to work; a temporary folder if not given")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=chosen.folder)))
        out = write_results(folder / "out", people=chosen.people, seed=chosen.seed)
        to, disk = folder / "to" / "certificates.parquet", Disk(folder / "to")
        to.parent.mkdir()
        words = ["certify", str(out), "--to", str(to), *make_means(folder, rsa=chosen.rsa)]
        words += ["--threads", str(chosen.threads), "--memory", str(chosen.memory)]
        command = [sys.executable, "-c", "from xacthuc.cli import main; main()", *words]
        used = measure(command, log=folder / "log.txt", watch=disk.look)
        found = check(to, people=chosen.people) | used.as_dict() | {"disk_gb": round(disk.most_gb, 2)}
        found |= {"file_gb": round(to.stat().st_size / 1e9, 3), "threads": chosen.threads, "memory": chosen.memory}
        print(json.dumps(found))


if __name__ == "__main__":
    main()
