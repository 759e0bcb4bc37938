"""A day at the register: its changes and new doses, verified after a run of the whole nation, and what that costs.

1 make the nation and prepare its register   2 verify all of it, keeping the register's side (not counted)
3 enter the changes   4 verify the new doses and what the changes touch   5 with --check: verify everything anew and
compare. The last line of the output is one JSON object.
"""

from __future__ import annotations

import argparse
import json
import secrets
import shutil
import sys
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from processes import measure
from trial import HERE, make_nation, name_commit

COMMAND = "import sys; from xacthuc.cli import main; sys.argv[0] = 'xacthuc'; main()"
AS_OF = "2021-12-31"
GROUPS = 8  # row groups that the day's rows are taken from


def sample(path: Path, *, rows: int, rng: np.random.Generator) -> pa.Table:
    """Give rows of a large file by chance, from a few of its row groups."""
    file = pq.ParquetFile(path)
    groups = rng.permutation(file.num_row_groups)[:GROUPS]
    parts = [file.read_row_group(int(group)) for group in groups]
    each = -(-rows // len(parts))
    taken = [part.take(pa.array(rng.permutation(part.num_rows)[:each])) for part in parts]
    return pa.concat_tables(taken).slice(0, rows)


def write_changes(register: Path, *, rows: int, folder: Path, rng: np.random.Generator) -> tuple[Path, Path]:
    """Write a day's changes: six in ten move and change their phone, two in ten get the names of others (a correction
    of what was entered), one in ten is new, one in ten goes.
    """
    people = sample(register, rows=rows, rng=rng)
    moved, renamed, new, gone = np.split(np.arange(people.num_rows), (np.array([0.6, 0.8, 0.9]) * rows).astype(int))
    places = rng.permutation(moved)
    tables = {
        "moved": _with(
            people.take(moved), people.take(places), "province", "district", "commune_code", "commune", "phone"
        ),
        "renamed": _with(people.take(renamed), people.take(np.roll(renamed, 1)), "name"),
        "new": _with(people.take(new), None, "id", "number12", "number9"),
    }
    changed, removed = folder / "changed.parquet", folder / "removed.parquet"
    pq.write_table(pa.concat_tables(tables.values()), changed)
    pq.write_table(people.take(gone), removed)
    return changed, removed


def _with(table: pa.Table, others: pa.Table | None, *names: str) -> pa.Table:
    """Give a table with some columns of others; where there are none, ids of their own and no numbers."""
    for name in (name for name in names if name in table.column_names):
        place = table.schema.get_field_index(name)
        kind = table.schema.field(name).type
        if others is not None:
            column = others[name]
        elif name == "id":
            column = pa.array([f"{id}-new" for id in table[name].to_pylist()], kind)
        else:
            column = pa.nulls(table.num_rows, kind)
        table = table.set_column(place, table.schema.field(name), column)
    return table


def write_doses(claims: Path, *, rows: int, folder: Path, rng: np.random.Generator) -> Path:
    """Write a day's doses: the next ones of people who have some, written down as before."""
    table = sample(claims, rows=rows, rng=rng)
    news = {
        "record": pa.array([f"{record}-next" for record in table["record"].to_pylist()]),
        "dose_no": pa.repeat(pa.scalar("3"), rows),
        "dose_date": pa.repeat(pa.scalar("20/12/2021"), rows),
    }
    for name, column in news.items():
        kind = table.schema.field(name).type
        table = table.set_column(table.schema.get_field_index(name), table.schema.field(name), column.cast(kind))
    path = folder / "doses.parquet"
    pq.write_table(table, path)
    return path


def call(*words: object, log: Path) -> dict[str, float]:
    """Run the command; give what it cost."""
    return measure([sys.executable, "-c", COMMAND, *map(str, words)], log=log).as_dict()


def verify(files: list[Path], *, register: Path, out: Path, chosen: argparse.Namespace, more: list[object]) -> Any:
    """Run `xacthuc verify` without its report."""
    means = ["--memory", chosen.memory, "--threads", chosen.threads, "--as-of", AS_OF, "--no-report", "--json"]
    return call("verify", *files, "--register", register, "--out", out, *means, *more, log=out.with_suffix(".txt"))


def compare(first: Path, day: Path, full: Path) -> dict[str, int]:
    """Count the records of a full run, and those whose verdict is another one than that of the two runs together."""
    tables = {name: f"read_parquet('{out / 'verdicts.parquet'}')" for name, out in
              (("first", first), ("day", day), ("full", full))}  # fmt: skip
    together = (
        f"SELECT * FROM {tables['day']} UNION ALL "
        f"SELECT f.* FROM {tables['first']} AS f ANTI JOIN {tables['day']} AS d ON f.record = d.record"
    )
    sql = f"SELECT count(*) FROM (SELECT * FROM {tables['full']} EXCEPT ALL ({together}))"
    count = f"SELECT count(*) FROM {tables['full']}"
    with duckdb.connect(config={"memory_limit": "8GB", "threads": 2}) as connection:
        return {
            "records": connection.execute(count).fetchall()[0][0],
            "differing": connection.execute(sql).fetchall()[0][0],
        }


def run(nation: Path, *, out: Path, chosen: argparse.Namespace) -> dict[str, Any]:
    """Run the day; give what each part cost."""
    rng = np.random.default_rng(chosen.seed)
    register, first = out / "register", out / "first"
    costs: dict[str, Any] = {}
    if not (first / "verdicts.parquet").exists():
        out.mkdir(parents=True, exist_ok=True)
        means = ["--memory", chosen.memory, "--threads", chosen.threads]
        source = nation / "register.parquet"
        costs["prepare"] = call("register", "prepare", source, "--out", register, *means, log=out / "prepare.txt")
        side = ["--register-side", out / "side"]
        claims = [nation / "claims.parquet"]
        costs["first"] = verify(claims, register=register, out=first, chosen=chosen, more=side)
    changed, removed = write_changes(nation / "register.parquet", rows=chosen.changes, folder=out, rng=rng)
    doses = write_doses(nation / "claims.parquet", rows=chosen.new_doses, folder=out, rng=rng)
    means = ["--changed", changed, "--removed", removed, "--memory", chosen.memory, "--threads", chosen.threads]
    costs["update"] = call("register", "update", register, *means, log=out / "update.txt")
    after = ["--after", first]
    costs["day"] = verify([doses], register=register, out=out / "day", chosen=chosen, more=after)
    costs["verdicts_of_the_day"] = pq.read_metadata(out / "day" / "verdicts.parquet").num_rows
    if chosen.check:
        model = ["--model", first / "model.json"]
        both = [nation / "claims.parquet", doses]
        costs["full"] = verify(both, register=register, out=out / "full", chosen=chosen, more=model)
        costs["check"] = compare(first, out / "day", out / "full")
    return costs


def parse() -> argparse.Namespace:
    """Read the command line; without a seed chance gives one."""
    parser = argparse.ArgumentParser(description="Measure a day's changes and doses after a run of the whole nation.")
    parser.add_argument("--people", type=int, default=98_000_000)
    parser.add_argument("--doses", type=int, default=61_000_000)
    parser.add_argument("--seed", type=int, default=secrets.randbelow(10**9))
    parser.add_argument("--changes", type=int, default=100_000)
    parser.add_argument("--new-doses", type=int, default=500_000)
    parser.add_argument("--check", action="store_true", help="verify everything anew and compare")
    parser.add_argument("--memory", type=float, default=9.0)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help="keep what the runs wrote, in bench/out")
    return parser.parse_args()


def main() -> None:
    """Measure, and end with one JSON object."""
    chosen = parse()
    nation = make_nation(people=chosen.people, doses=chosen.doses, seed=chosen.seed)
    out = HERE / "out" / f"{nation.name}-daily"
    said = {name: getattr(chosen, name) for name in ("people", "doses", "seed", "changes", "new_doses", "memory")}
    said |= {"date": date.today().isoformat(), "commit": name_commit()}
    said |= run(nation, out=out, chosen=chosen)
    if not chosen.keep:
        shutil.rmtree(out)
    print(json.dumps(said))


if __name__ == "__main__":
    main()
