"""The two sides of an exchange in folders of their own, with a judge who needs no register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from rows import make_row, number_rows, write_rows
from xacthuc.engines import Engine
from xacthuc.exchange import Asked, Mailbox, ask, make_mailbox, open_mailbox, trust
from xacthuc.exchange.envelope import measure_rows, read_manifest, seal, take_rows
from xacthuc.exchange.keys import read_private_key
from xacthuc.exchange.tables import ANSWER_SCHEMA

HEALTH, POLICE = "y-te", "cong-an"
NOON = datetime(2021, 12, 1, 12, tzinfo=timezone(timedelta(hours=7)))


def make_sides(folder: Path) -> tuple[Path, Path]:
    """Make the mailboxes of Health and of the police, each trusting the other."""
    health, police = folder / "health", folder / "police"
    make_mailbox(health, side="health", name=HEALTH)
    make_mailbox(police, side="police", name=POLICE)
    trust(health, key=police / f"{POLICE}.public.pem", name=POLICE)
    trust(police, key=health / f"{HEALTH}.public.pem", name=HEALTH)
    return health, police


def write_claims(rows: Iterable[Mapping[str, Any]], folder: Path) -> Path:
    """Write clean claims as a run does; gives the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    write_rows(number_rows([make_row(**row) for row in rows], number="claim"), folder / "0.parquet", number="claim")
    return folder


def note(record: str, name: str = "Nguyễn Thị Đào", **more: Any) -> dict[str, Any]:
    """Say something of a person: enough for a claim."""
    return {"record": record, "name": name, "birth_date": "1950-01-02", "number12": "036150001234"} | more


def ask_for(box: Path, claims: Path, engine: Engine, *, at: datetime = NOON, **more: Any) -> Asked:
    """Ask from a mailbox by its folder."""
    with open_mailbox(box, side="health") as opened:
        return ask(opened, claims, engine=engine, at=at, **more)


def judge_cheaply(claims: Path, _: Path) -> pa.Table:
    """Decide by the last digit of the number, whatever the register would say."""
    rows = []
    for claim in pq.read_table(claims).to_pylist():
        matched = (claim["number12"] or "1")[-1] in "02468"
        reasons = [] if matched else [{"field": "number", "code": "number_unknown"}]
        identity = "MATCHED" if matched else "NOT_FOUND"
        rows.append({"ref": claim["record"], "identity": identity, "reasons": reasons, "sure": matched, "person": "p"})
    return pa.Table.from_pylist(rows, schema=ANSWER_SCHEMA)


def forge(source: Path, out: Path, *, by: Path, table: pa.Table | None = None, **changed: Any) -> Path:
    """Write a file like `source` with another manifest or other rows, signed with the key of the mailbox `by`."""
    rows = take_rows(source, out.with_suffix(".rows"))
    if table is not None:
        pq.write_table(table, rows, compression="zstd", store_schema=False)
    size, digest = measure_rows(rows)
    manifest = replace(read_manifest(source), rows=pq.read_metadata(rows).num_rows, rows_bytes=size, rows_sha256=digest)
    seal(replace(manifest, **changed), rows=rows, key=read_private_key(by / "private.pem"), out=out)
    rows.unlink()
    return out


def list_answers(box: Mailbox) -> dict[str, list[str]]:
    """Give what Health knows: the identities that each record got, in the order of the answers."""
    known: dict[str, list[str]] = {}
    for path in sorted((box.folder / "answers").glob("*.parquet")):
        for row in pq.read_table(path).to_pylist():
            known.setdefault(row["record"], []).append(row["identity"])
    return known
