"""The whole line shown on a synthetic province: a district's messy workbooks, and all the province's records."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xacthuc.findings import get_code
from xacthuc.nation import build_nation, score
from xacthuc.nation.checking import check_reading, check_verdicts
from xacthuc.nation.hands.people import load_district
from xacthuc.nation.workbooks import write_workbooks
from xacthuc.pipeline import verify
from xacthuc.runs.delivery import deliver, write_report
from xacthuc.runs.demonstration import Demonstration, issue_demonstration
from xacthuc.runs.order import Order, Outcome
from xacthuc.runs.summary import summarise

PROVINCE, DISTRICT = "36", "366"  # Nam Định, Hải Hậu: codes of the tree of 2021
PEOPLE, DOSES = 120_000, 72_000
HANDS = 9  # workbooks, each kept by another clerk
ROWS = 200
AS_OF = date(2021, 12, 1)

Report = Callable[[str, int | None], None]


@dataclass(frozen=True)
class Shown:
    """What came out: the summary of the workbooks, the measures against the truth, what to tell the person."""

    summary: dict[str, Any]
    measures: dict[str, Any]
    text: str


def demonstrate(folder: Path, *, seed: int, now: datetime, report: Report, command: str = "xacthuc") -> Shown:
    """Make the province, verify workbooks and records, write reports, issue certificates for the district's people.

    `command` is how the person calls xacthuc.
    """
    country, books = folder / "country", folder / "workbooks"
    if not (country / "truth.parquet").exists():
        build_nation(country, people=PEOPLE, doses=DOSES, seed=seed, provinces=(PROVINCE,), progress=report)
    files = _write_books(country, books, seed=seed)
    district = _verify(files, country, folder / "district", title="Huyện Hải Hậu (dữ liệu tổng hợp)", report=report)
    province = verify(_order((country / "claims.parquet",), country, folder / "province"), report=report)
    write_report(
        folder / "province",
        as_of=AS_OF,
        title="Tỉnh Nam Định (dữ liệu tổng hợp)",
        deliveries=country / "deliveries.parquet",
        population=country / "population.parquet",
        given=_count_given(country, folder / "given.parquet"),
    )
    issued = issue_demonstration(folder / "district", folder / "certificates", now=now, report=report)
    text = _tell_issued(issued, command=command)
    return _tell(folder, books=books, district=district, province=province, country=country, command=command, text=text)


def _write_books(country: Path, books: Path, *, seed: int) -> tuple[Path, ...]:
    if not (books / "truth.csv").exists():
        lived = load_district(country, DISTRICT)
        write_workbooks(books, people=lived.people, doses=lived.doses, seed=seed, hands=_choose_hands(), rows=ROWS)
    beside = {"truth.csv", "rows.csv", "register.csv"}
    return tuple(sorted(path for path in books.iterdir() if path.is_file() and path.name not in beside))


def _choose_hands() -> list[str]:
    from xacthuc.nation.hands.catalogue import HANDS as ALL

    names = sorted(ALL)
    return names[:: max(1, len(names) // HANDS)][:HANDS]


def _order(files: tuple[Path, ...], country: Path, out: Path) -> Order:
    return Order(
        files=files,
        register=country / "register.parquet",
        out=out,
        as_of=AS_OF,
        lots=country / "lots.parquet",
        sessions=country / "sessions.parquet",
        history=True,
    )


def _verify(files: tuple[Path, ...], country: Path, out: Path, *, title: str, report: Report) -> Outcome:
    # No sessions: a hand names one site for a whole sheet, wherever its people were really vaccinated.
    outcome = verify(replace(_order(files, country, out), sessions=None), report=report)
    deliver(outcome, as_of=AS_OF, title=title, report=report)
    return outcome


def _count_given(country: Path, path: Path) -> Path:
    """Count the doses truly given by commune of residence: what the sites' daily reports would say."""
    homes = pq.read_table(country / "register.parquet", columns=["id", "commune_code"])
    doses = [
        pq.read_table(country / name, columns=["dose", "person"]) for name in ("truth.parquet", "unrecorded.parquet")
    ]
    once = pa.concat_tables(doses).group_by(["dose", "person"]).aggregate([])
    by_unit = once.join(homes, keys="person", right_keys="id", join_type="inner").group_by("commune_code")
    counted = by_unit.aggregate([("dose", "count")]).rename_columns(["unit", "given"])
    pq.write_table(counted, path)
    return path


def _choose_record(outcome: Outcome) -> str:
    """Give a record in whose explanation there is something to see: details differ, if there is one."""
    said = pq.read_table(outcome.verdicts, columns=["record", "identity"])
    differ = said.filter(pc.equal(said["identity"], "MISMATCH"))
    return shlex.quote((differ if differ.num_rows else said)["record"][0].as_py())


def _tell_issued(issued: Demonstration, *, command: str) -> str:
    """Say what was issued and checked, and what to do with it."""
    said = get_code("cert_accepted" if issued.verdict.accepted else issued.verdict.code)
    stages = ", ".join(f"{stage.stage} {'✓' if stage.ok else '–'}" for stage in issued.verdict.stages)
    return f"""
Certificates for the people of the district whom both authorities have settled:
  issued      {issued.done.issued:,} in {issued.certificates}
  not issued  {issued.done.refused:,} rows, each with its reason there
  checked     {said.vi}
              {said.en} ({stages})
{issued.warning}
Check and scan one:
  {command} check {issued.text} --trust {issued.trust}
  {command} gate      then open the page it names, and scan or upload {issued.picture}
"""


def _tell(
    folder: Path, *, books: Path, district: Outcome, province: Outcome, country: Path, command: str, text: str
) -> Shown:
    read = check_reading(district.records, folder / "district" / "rows.csv", books)
    found = check_verdicts(district.verdicts, books)
    persons = folder / "province" / "persons.parquet"
    scored = score(province.verdicts, truth=country / "truth.parquet", records=province.records, people=persons)
    measures: dict[str, Any] = {"reading": read["doses"], "verdicts": found, "province": scored}
    (folder / "measures.json").write_text(json.dumps(measures, ensure_ascii=False, default=str), encoding="utf-8")
    doses, first = read["doses"], scored["residual"]["first_right"]
    text = f"""{text}
Against the known truth of this synthetic province:
  workbooks   {doses["share"]:.2%} of {doses["doses"]:,} doses with every field right that can be restored
  workbooks   {found["share"]:.2%} of {found["in_register"]:,} records of registered people matched or proposed rightly
  province    {scored["matched_wrong_person"]} of {scored["matched"]:,} records matched to a wrong person
  province    {first:.2%} of the records that their number does not settle proposed rightly

Open these:
  {folder}/district/report.html           what each commune has to do
  {folder}/district/annotated/            the clerks' own workbooks with remarks at the cells
  {folder}/province/report.html           the province, with deliveries and what was never entered
Try these:
  {command} explain {_choose_record(province)} --out {folder}/province      why one record got its verdict
  {command} verify your-list.xlsx --register {folder}/country/register.parquet --out {folder}/yours
"""
    return Shown(summarise(district), measures, text)
