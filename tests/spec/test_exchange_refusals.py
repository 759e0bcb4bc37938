"""Each refusal of the exchange, as the table in conformance/exchange.json promises it."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from sides import (
    HEALTH,
    NOON,
    ask_for,
    forge,
    judge_cheaply,
    make_sides,
    note,
    write_claims,
)
from xacthuc.engines import Engine
from xacthuc.exchange import ExchangeRefused, answer, apply, make_mailbox, open_mailbox
from xacthuc.exchange.envelope import MANIFEST, ROWS, SIGNATURE, read_manifest, seal, take_rows
from xacthuc.exchange.keys import read_private_key
from xacthuc.exchange.limits import LIMITS
from xacthuc.findings import list_codes

TABLE = json.loads((Path(__file__).parents[2] / "conformance" / "exchange.json").read_text(encoding="utf-8"))
CASES = TABLE["cases"]


@dataclass(frozen=True)
class Land:
    """Two sides, the files that went between them, and who signs for whom."""

    health: Path
    police: Path
    stranger: Path
    files: dict[str, Path]

    def signer(self, give: str) -> Path:
        return self.health if give.startswith("request") else self.police


@pytest.fixture(scope="module")
def model_land(tmp_path_factory: pytest.TempPathFactory, duckdb_engine: Engine) -> Land:
    """Two requests and their answers; the sides that are tested have sent the same and taken in nothing."""
    folder = tmp_path_factory.mktemp("land")
    health, police = make_sides(folder)
    rows = [note(f"r{n}", number12=f"03615000{n:04}") for n in range(6)]
    requests = ask_for(health, write_claims(rows, folder / "claims"), duckdb_engine, most=3).requests
    fresh = shutil.copytree(police, folder / "fresh")
    with open_mailbox(police) as box:
        answers = [answer(box, request, judge=judge_cheaply, at=NOON)[0].answer for request in requests]
    make_mailbox(folder / "stranger", side="health", name=HEALTH)
    files = {f"{kind} {n}": path for kind, paths in (("request", requests), ("answer", answers)) for n, path in
             enumerate(paths, 1)}  # fmt: skip
    return Land(health, fresh, folder / "stranger", files)


@pytest.fixture
def land(model_land: Land, tmp_path: Path) -> Land:
    copied = {name: shutil.copytree(getattr(model_land, name), tmp_path / name) for name in ("health", "police")}
    return replace(model_land, **copied)


def pack(path: Path, entries: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", method) as package:
        for name, data in entries.items():
            package.writestr(zipfile.ZipInfo(name), data, compress_type=method)
    return path


def unpack(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as package:
        return {name: package.read(name) for name in package.namelist()}


def table_of(path: Path, out: Path) -> pa.Table:
    return pq.read_table(take_rows(path, out.with_suffix(".taken")))


def change_rows(table: pa.Table, **columns: Any) -> pa.Table:
    """Set values of the first row."""
    rows = table.to_pylist()
    rows[0] |= columns
    return pa.Table.from_pylist(rows, schema=pa.schema([field.with_nullable(True) for field in table.schema]))


Do = Callable[[Land, str, Path], Path]


def edit_bytes(edit: Callable[[bytes], bytes]) -> Do:
    def do(land: Land, give: str, out: Path) -> Path:
        out.write_bytes(edit(land.files[give].read_bytes()))
        return out

    return do


def edit_entries(edit: Callable[[dict[str, bytes]], dict[str, bytes]], method: int = zipfile.ZIP_STORED) -> Do:
    return lambda land, give, out: pack(out, edit(unpack(land.files[give])), method)


def edit_rows(edit: Callable[[pa.Table], pa.Table]) -> Do:
    """Change the rows and sign them, as the owner of the key alone can."""

    def do(land: Land, give: str, out: Path) -> Path:
        source = land.files[give]
        return forge(source, out, by=land.signer(give), table=edit(table_of(source, out)))

    return do


def edit_manifest(edit: Callable[[Land, Any], dict[str, Any]]) -> Do:
    def do(land: Land, give: str, out: Path) -> Path:
        source = land.files[give]
        return forge(source, out, by=land.signer(give), **edit(land, read_manifest(source)))

    return do


def alter_rows(**columns: Any) -> Do:
    """Change the rows in the file alone."""

    def do(land: Land, give: str, out: Path) -> Path:
        pq.write_table(change_rows(table_of(land.files[give], out), **columns), out.with_suffix(".new"))
        return pack(out, unpack(land.files[give]) | {ROWS: out.with_suffix(".new").read_bytes()})

    return do


def change_and_keep_signature(land: Land, give: str, out: Path) -> Path:
    table = change_rows(table_of(land.files[give], out), identity="MATCHED")
    forged = unpack(forge(land.files[give], out, by=land.signer(give), table=table))
    return pack(out, forged | {SIGNATURE: unpack(land.files[give])[SIGNATURE]})


def no_table(land: Land, give: str, out: Path) -> Path:
    rows = out.with_suffix(".rows")
    rows.write_bytes(b"PAR1 no table PAR1")
    manifest = replace(
        read_manifest(land.files[give]),
        rows_bytes=rows.stat().st_size,
        rows_sha256=hashlib.sha256(rows.read_bytes()).hexdigest(),
    )
    seal(manifest, rows=rows, key=read_private_key(land.signer(give) / "private.pem"), out=out)
    return out


def make_large(_: Land, __: str, out: Path) -> Path:
    with out.open("wb") as stream:
        os.truncate(stream.fileno(), LIMITS.file_bytes + 1)  # nothing but a hole: it takes no room
    return out


def flip(data: bytes) -> bytes:
    at = data.index(b"PAR1") + 9
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def many(table: pa.Table) -> pa.Table:
    refs = pa.array([f"{n:032}" for n in range(LIMITS.claims + 1)])
    columns = [refs if name == "ref" else pa.nulls(len(refs), pa.string()) for name in table.schema.names]
    return pa.Table.from_arrays(columns, schema=pa.schema([(name, pa.string()) for name in table.schema.names]))


def twice(table: pa.Table) -> pa.Table:
    return pa.concat_tables([table, table.slice(0, 1)])


OTHER = "0" * 64
DONE: dict[str, Do] = {
    "nothing": lambda land, give, out: Path(shutil.copy(land.files[give], out)),
    "given before the one that is due": lambda land, give, out: Path(shutil.copy(land.files[give], out)),
    "cut in the middle": edit_bytes(lambda data: data[: len(data) // 2]),
    "cut by a byte": edit_bytes(lambda data: data[:-1]),
    "emptied": edit_bytes(lambda data: b""),
    "another file": edit_bytes(lambda data: "Họ và tên,Ngày sinh\n".encode() * 40),
    "a byte of the rows flipped": edit_bytes(flip),
    "an entry added": edit_entries(lambda entries: entries | {"more": b"more"}),
    "packed with compression": edit_entries(lambda entries: entries, zipfile.ZIP_DEFLATED),
    "the manifest no JSON": edit_entries(lambda entries: entries | {MANIFEST: b"{"}),
    "a row changed and packed again": alter_rows(birth_date="1999-09-09"),
    "an identity changed and packed again": alter_rows(identity="MATCHED"),
    "the manifest changed with its rows": change_and_keep_signature,
    "the date of an entry changed": edit_bytes(lambda data: data[:10] + bytes([data[10] ^ 2]) + data[11:]),
    "another format": edit_manifest(lambda land, said: {"format": 2}),
    "signed by a stranger": lambda land, give, out: forge(land.files[give], out, by=land.stranger, key="0" * 16),
    "signed by a stranger under a known key's id": lambda land, give, out: forge(
        land.files[give], out, by=land.stranger
    ),
    "for somebody else": edit_manifest(lambda land, said: {"receiver": "cong-an-khac"}),
    "from somebody else": edit_manifest(lambda land, said: {"sender": "y-te-khac"}),
    "a kind that is not taken": edit_manifest(lambda land, said: {"kind": "request"}),
    "another file of that number": edit_manifest(lambda land, said: {"created": "2021-12-02T00:00:00+07:00"}),
    "continues another file": edit_manifest(lambda land, said: {"previous": OTHER}),
    "continues nothing": edit_manifest(lambda land, said: {"previous": None}),
    "answers a request that was never sent": edit_manifest(
        lambda land, said: {"about": {"request": 3, "request_sha256": OTHER}}
    ),
    "answers another content of a request": edit_manifest(
        lambda land, said: {"about": {"request": 1, "request_sha256": OTHER}}
    ),
    "answers the first request again": edit_manifest(
        lambda land, said: {"about": dict(read_manifest(land.files["answer 1"]).about)}
    ),
    "a claim left out": edit_rows(lambda table: table.slice(1)),
    "a claim added": edit_rows(lambda table: change_rows(twice(table), ref="f" * 32)),
    "a claim instead of another": edit_rows(lambda table: change_rows(table, ref="f" * 32)),
    "a claim repeated": edit_rows(twice),
    "a column added": edit_rows(lambda table: table.append_column("name", table["ref"])),
    "a reference missing": edit_rows(lambda table: change_rows(table, ref=None)),
    "a value longer than any": edit_rows(lambda table: change_rows(table, name_key="A" * 201)),
    "an identity that does not exist": edit_rows(lambda table: change_rows(table, identity="PERHAPS")),
    "a reason that does not exist": edit_rows(
        lambda table: change_rows(table, reasons=[{"field": "name", "code": "name_is_strange"}])
    ),
    "no table": no_table,
    "more rows than the manifest says": edit_manifest(lambda land, said: {"rows": said.rows - 1}),
    "more claims than are allowed": edit_rows(many),
    "larger than any file": make_large,
}


def give_file(land: Land, to: str, path: Path, *, beside: tuple[int, ...] = ()) -> None:
    if to == "police":
        with open_mailbox(land.police) as box:
            answer(box, path, judge=judge_cheaply, at=NOON, beside=beside)
    else:
        with open_mailbox(land.health) as box:
            apply(box, path, at=NOON, beside=beside)


def list_state(folder: Path) -> dict[str, bytes]:
    """Give all that a mailbox holds."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    "case", CASES, ids=[f"{c['to']} {c['give']} {c['done']} after {len(c['before'])}" for c in CASES]
)
def test_a_file_is_refused_by_its_own_code(land: Land, tmp_path: Path, case: dict[str, Any]) -> None:
    to = case["to"]
    for name in case["before"]:
        give_file(land, to, land.files[name])
    path = DONE[case["done"]](land, case["give"], tmp_path / "given.zip")
    beside = (2, 1) if case["done"] == "given before the one that is due" else ()
    if case["code"] is None:
        give_file(land, to, path)
        return
    before = list_state(land.police if to == "police" else land.health)
    with pytest.raises(ExchangeRefused) as refusal:
        give_file(land, to, path, beside=beside)
    assert refusal.value.code == case["code"]
    vi, en = str(refusal.value).splitlines()
    assert vi != en
    assert list_state(land.police if to == "police" else land.health) == before
    due = f"{'request' if to == 'police' else 'answer'} {len(case['before']) + 1}"
    if due in land.files:
        give_file(land, to, land.files[due])


def test_the_table_has_every_refusal_of_a_file() -> None:
    """Codes of mailboxes, keys and commands are tested where these are."""
    elsewhere = ("exchange_mailbox", "exchange_key_o", "exchange_key_unus", "exchange_partner", "exchange_ledger")
    others = {
        "exchange_side_wrong", "exchange_name_unusable", "exchange_folder_not_ours", "exchange_nothing_read",
        "exchange_records_repeated", "exchange_claim_unusable", "exchange_too_many_files",
    }  # fmt: skip
    codes = {name for name, code in list_codes().items() if code.stage == "exchange"}
    told = {code for code in codes if not code.startswith(elsewhere)} - others
    assert told == {case["code"] for case in CASES} - {None}
