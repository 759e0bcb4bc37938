"""The register node: how long its index takes to make, and single checks at a time and at once, as a partner asks them.

    PYTHONPATH=src .venv-bench/bin/python bench/node.py --people 10000000 --doses 6000000 --seed 5101

The nation is made unless it is there; weights are those of conformance/model.json. What is printed is JSON: seconds of
preparing and indexing, size on disk, and milliseconds by percentile: in the process, and signed over HTTP.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from trial import make_nation, name_commit
from xacthuc.runs.intake import take_in
from xacthuc.runs.prepared import Means, find_prepared, prepare_register
from xacthuc_register.checking import Checker
from xacthuc_register.claims import CLAIMS
from xacthuc_register.client import Partner, open_partner
from xacthuc_register.folder import HEALTH, NodeFolder
from xacthuc_register.serving import open_store

HERE = Path(__file__).resolve().parent
MODEL = HERE.parent / "conformance" / "model.json"
PERCENTILES = (50, 90, 95, 99, 100)
UNBOUND = dict.fromkeys(("claims_a_day", "looks_a_day", "vouched_a_day", "asked_a_day", "asked_a_month"), 10**9)


def main() -> None:
    """Measure, and print what came out."""
    asked = read_options()
    nation = make_nation(people=asked.people, doses=asked.doses, seed=asked.seed)
    out = asked.out / f"node-{asked.people}-{asked.seed}"
    said: dict[str, Any] = {"commit": name_commit(), "people": asked.people, "seed": asked.seed}
    said |= prepare(nation, out)
    claims = sample_claims(nation, out, count=asked.checks, seed=asked.seed)
    said |= index(out)
    said |= check_here(out, claims)
    said |= check_over_http(out, claims, at_once=asked.at_once)
    print(json.dumps(said, indent=1))


def read_options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=1_000_000)
    parser.add_argument("--doses", type=int, default=600_000)
    parser.add_argument("--seed", type=int, default=3101)
    parser.add_argument("--checks", type=int, default=5_000)
    parser.add_argument("--at-once", type=int, default=4, help="Partners that ask at the same time.")
    parser.add_argument("--out", type=Path, default=HERE / "out")
    return parser.parse_args()


def prepare(nation: Path, out: Path) -> dict[str, Any]:
    """Prepare the register, unless that was done before."""
    begin = time.perf_counter()
    if find_prepared(out / "prepared") is None:
        shutil.rmtree(out / "prepared", ignore_errors=True)
        prepare_register(nation / "register.parquet", out=out / "prepared", means=Means(threads=2), model=MODEL)
    return {"prepare_s": round(time.perf_counter() - begin, 1)}


def sample_claims(nation: Path, out: Path, *, count: int, seed: int) -> list[dict[str, Any]]:
    """Give clean claims drawn from all over the nation's records."""
    table = pq.read_table(nation / "claims.parquet")
    places = sorted(random.Random(seed).sample(range(len(table)), min(count, len(table))))
    shutil.rmtree(out / "claims", ignore_errors=True)
    (out / "claims").mkdir(parents=True)
    pq.write_table(table.take(places), out / "claims" / "sample.parquet")
    take_in(out / "claims" / "sample.parquet", folder=out / "claims", number="claim", first=0)
    rows = pq.read_table(out / "claims" / "rows").to_pylist()
    random.Random(seed).shuffle(rows)
    return [row for row in rows if row["refused"] is None]


def index(out: Path) -> dict[str, Any]:
    """Make the node's index anew."""
    shutil.rmtree(out / "node", ignore_errors=True)
    folder = NodeFolder(out / "node")
    begin = time.perf_counter()
    open_store(folder, register=out / "prepared")
    size = sum(path.stat().st_size for path in folder.index.rglob("*") if path.is_file())
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    return {
        "index_s": round(time.perf_counter() - begin, 1),
        "index_gb": round(size / 1e9, 2),
        "index_peak_gb": round(used, 2),
    }


def check_here(out: Path, claims: list[dict[str, Any]]) -> dict[str, Any]:
    """Check one after the other in this process: what the register's side itself takes."""
    folder = NodeFolder(out / "node")
    checker = Checker(open_store(folder, register=None), folder.referrer)
    seconds, found = [], []
    for claim in claims:
        begin = time.perf_counter()
        found.append(checker.check(claim).decision["identity"])
        seconds.append(time.perf_counter() - begin)
    unsettled = [took for took, identity in zip(seconds, found, strict=True) if identity not in ("MATCHED", "FOREIGN")]
    return {
        "checks": len(claims),
        "identities": dict(Counter(found)),
        "check_ms": tell_percentiles(seconds),
        "check_unsettled_ms": tell_percentiles(unsettled),
    }


def check_over_http(out: Path, claims: list[dict[str, Any]], *, at_once: int) -> dict[str, Any]:
    """Check one claim a request, signed, logged and forced to the disk, as the platform does at the entry of a dose."""
    folder = NodeFolder(out / "node")
    key = Ed25519PrivateKey.generate()
    folder.take_partner("bench", role=HEALTH, key=key.public_key())
    (out / "node" / "budgets.toml").write_text("\n".join(f"{name} = {most}" for name, most in UNBOUND.items()))
    command = ["-c", "from xacthuc_register.commands import serve; serve()", "--data", out / "node", "--port", "0"]
    node = subprocess.Popen([sys.executable, *map(str, command)], stdout=subprocess.PIPE, text=True)
    assert node.stdout is not None
    try:
        address = next(word for line in node.stdout for word in line.split() if word.startswith("http:"))
        partner = open_partner(address.rstrip("."), key, folder.key.public_key())
        one = [ask(partner, claim, at) for at, claim in enumerate(claims)]
        with ThreadPoolExecutor(at_once) as pool:
            begin = time.perf_counter()
            many = list(pool.map(lambda at: ask(partner, claims[at], at), range(len(claims))))
            rate = len(claims) / (time.perf_counter() - begin)
        hundreds = check_hundreds(partner, claims)
    finally:
        node.terminate()
        node.wait()
    return {
        "http_ms": tell_percentiles(one),
        f"http_{at_once}_at_once_ms": tell_percentiles(many),
        f"http_{at_once}_at_once_per_s": round(rate, 1),
        "http_hundreds_per_s": round(hundreds, 1),
    }


def check_hundreds(partner: Partner, claims: list[dict[str, Any]]) -> float:
    """Give the claims a second where a hundred travel together, as after an upload."""
    begin = time.perf_counter()
    for at in range(0, len(claims), CLAIMS):
        page = [claim | {"ref": f"r{place}"} for place, claim in enumerate(claims[at : at + CLAIMS])]
        partner.check(page, organisation="station", officer="staff")
    return len(claims) / (time.perf_counter() - begin)


def ask(partner: Partner, claim: dict[str, Any], at: int) -> float:
    """Give the seconds of one question."""
    begin = time.perf_counter()
    answer = partner.check([claim | {"ref": f"r{at}"}], organisation="station", officer="staff")
    assert len(answer) == 1
    return time.perf_counter() - begin


def tell_percentiles(seconds: list[float]) -> dict[str, float]:
    """Give milliseconds by percentile."""
    ordered = sorted(seconds)
    return {f"p{p}": round(1000 * ordered[min(len(ordered) - 1, len(ordered) * p // 100)], 2) for p in PERCENTILES}


if __name__ == "__main__":
    main()
