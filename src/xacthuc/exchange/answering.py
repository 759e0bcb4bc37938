"""The register's owner answers: a request into an answer in codes, each claim exactly once."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from xacthuc.exchange.envelope import take_rows
from xacthuc.exchange.ledger import Entry
from xacthuc.exchange.limits import LIMITS
from xacthuc.exchange.mailbox import BEGUN, Mailbox
from xacthuc.exchange.refusals import ExchangeRefused
from xacthuc.exchange.storing import storing
from xacthuc.exchange.tables import (
    ANSWER_SCHEMA,
    PERSON_COLUMNS,
    REQUEST_SCHEMA,
    check_answers,
    is_distinct,
    read_rows,
    write_rows,
)
from xacthuc.records import CLEAN_SCHEMA

# Claims (CLEAN_SCHEMA numbered by `claim`, `record` is the ref) and a folder to work in -> rows of ANSWER_SCHEMA.
# It may be called again for the same claims and folder after a kill.
Judge = Callable[[Path, Path], pa.Table]

CLAIMS_SCHEMA = CLEAN_SCHEMA.append(pa.field("claim", pa.int64(), nullable=False))

# The forms in which cleaning gives values; a claim with a value of another form is not compared.
FORMS = {
    **dict.fromkeys(("name_key", "name_fold", "name_base", "name_first", "name_last"), "[A-Za-z<]+"),
    "birth_date": r"\d{4}(-\d\d-\d\d)?",
    "sex": "[MF]",
    "number12": r"\d{12}",
    "number9": r"\d{9}",
    "digits": r"\d+",
    "number_state": "twelve|nine|malformed|missing",
    "phone": r"\d{10}",
    **dict.fromkeys(("province", "district", "commune"), r"\d{2,5}"),
    "place": "[ -~]+",
}


@dataclass(frozen=True)
class Answered:
    """The answer to a request, and whether it was there already."""

    request: int
    answer: Path
    claims: int
    recorded: bool


def answer(
    box: Mailbox, path: Path, *, judge: Judge, at: datetime, beside: Collection[int] = ()
) -> tuple[Answered, ...]:
    """Take a request in and answer it, after those that were taken in before and not answered: gives all these answers.

    The same request again gives the recorded answer, the same bytes under the same number. `beside`: numbers of the
    requests given with this one. Raises ExchangeRefused, and what `judge` raises; a request that was taken in stays so.
    """
    opened = box.open_file(path, kinds=("request",))
    manifest = opened.manifest
    recorded = _find_answer(box, manifest.number) if box.has(manifest) else None
    if recorded is not None:
        return (Answered(manifest.number, box.find("sent", recorded), recorded.rows, recorded=True),)
    if not box.has(manifest):
        box.check_turn(opened, beside=beside)
        _read_claims(opened.rows, count=manifest.rows, name=opened.name)
        box.accept(opened, at=at)
    return tuple(_answer(box, request, judge=judge, at=at) for request in list_unanswered(box))


def list_unanswered(box: Mailbox) -> list[Entry]:
    """Give the requests that were taken in and not answered yet, in order."""
    done = {entry.about["request"] for entry in box.sent if entry.kind == "answer"}
    return [entry for entry in box.received if entry.kind == "request" and entry.number not in done]


def _find_answer(box: Mailbox, request: int) -> Entry | None:
    return next((e for e in box.sent if e.kind == "answer" and e.about["request"] == request), None)


def _answer(box: Mailbox, request: Entry, *, judge: Judge, at: datetime) -> Answered:
    work = box.work / f"{BEGUN}{request.number:06}"
    work.mkdir(exist_ok=True)
    source = box.find("received", request)
    table = _read_claims(take_rows(source, work / "rows.parquet"), count=request.rows, name=source.name)
    usable = _find_usable(table)
    claims = _put_claims(table.filter(usable), work / "claims.parquet")
    judged = judge(claims, work).select(ANSWER_SCHEMA.names).cast(ANSWER_SCHEMA)
    answers = pa.concat_tables([_hide_unsure(judged), _refuse(table.filter(pc.invert(usable)))]).sort_by("ref")
    check_answers(answers, refs=table["ref"].combine_chunks(), name=source.name)
    write_rows(answers, work / "answers.parquet")
    about: dict[str, str | int] = {"request": request.number, "request_sha256": request.sha256}
    sent = box.send("answer", rows=work / "answers.parquet", count=len(answers), about=about, at=at)
    return Answered(request.number, sent, len(answers), recorded=False)


def _read_claims(path: Path, *, count: int, name: str) -> pa.Table:
    table = read_rows(path, REQUEST_SCHEMA, count=count, most=LIMITS.claims, name=name)
    if not is_distinct(table["ref"]):
        raise ExchangeRefused("exchange_claims_repeated", name)
    return table


def _find_usable(table: pa.Table) -> pa.ChunkedArray:
    """Tell which claims can be compared: those whose values have the forms that cleaning gives."""
    usable = pc.is_valid(table["ref"])
    for name, form in FORMS.items():
        fits = pc.match_substring_regex(table[name], f"^({form})$")
        usable = pc.and_(usable, pc.fill_null(fits, True))
    return usable


def _put_claims(table: pa.Table, path: Path) -> Path:
    """Write claims as matching reads them; what a request does not carry is null."""
    rows = len(table)
    known = {name: table[name] for name in PERSON_COLUMNS}
    known |= {"record": table["ref"], "claim": pa.array(range(rows), pa.int64()), "given": pa.repeat(True, rows)}
    empty = {"file": "", "sheet": "", "row": 0, "part": 0, "slot": 0}
    known |= {name: pa.repeat(pa.scalar(value, CLAIMS_SCHEMA.field(name).type), rows) for name, value in empty.items()}
    columns = [known.get(field.name, pa.nulls(rows, field.type)) for field in CLAIMS_SCHEMA]
    with storing(path) as unfinished:
        pq.write_table(pa.Table.from_arrays(columns, schema=CLAIMS_SCHEMA), unfinished)
    return path


def _hide_unsure(answers: pa.Table) -> pa.Table:
    """Leave out the register's reference where it is not sure who is meant."""
    person = pc.if_else(answers["sure"], answers["person"], None)
    return answers.set_column(answers.schema.get_field_index("person"), ANSWER_SCHEMA.field("person"), person)


def _refuse(table: pa.Table) -> pa.Table:
    """Answer claims that cannot be compared."""
    reasons = [{"field": "row", "code": "exchange_claim_unusable"}]
    rows = [{"ref": ref, "identity": "REFUSED", "reasons": reasons, "sure": False} for ref in table["ref"].to_pylist()]
    return pa.Table.from_pylist(rows, schema=ANSWER_SCHEMA)
