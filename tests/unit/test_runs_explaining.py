"""What a run says of single records: why they match, who is proposed, how far the person's course is."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from line import write_csv
from village import DOSE, HEADINGS, PEOPLE, note_person, write_register
from xacthuc import pipeline
from xacthuc.reporting.explanation import explain_text
from xacthuc.runs.explaining import explain_record
from xacthuc.runs.history import HISTORY_SCHEMA
from xacthuc.runs.order import Order

FIRST = ("1", "AstraZeneca", "CTMAV562", "01/09/2021")
SECOND = ("2", "AstraZeneca", "CTMAV562", "01/12/2021")


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("village")
    rows = [
        ["record", *HEADINGS, *DOSE],
        ["one", *note_person(0), *FIRST],
        ["two", *note_person(0), *SECOND],
        ["again", *note_person(0), *SECOND],
        ["sexless", *note_person(8)[:2], "", PEOPLE[8]["number9"], "", *FIRST],
        ["marks", *note_person(3, name="Pham Thi Dung"), *FIRST],
        ["lost", *note_person(3, number12=""), *FIRST],
        ["foreign", "Chen Yu Ting", "05/11/1970", "Nữ", "E43171671", "", *FIRST],
        ["passport lost", "Chen Yu Ting", "05/11/1970", "Nữ", "E43171677", "", *FIRST],
    ]
    order = Order(
        files=(write_csv(folder / "list.csv", rows),),
        register=write_register(folder / "register.csv"),
        out=folder / "out",
        as_of=date(2021, 12, 20),
        history=True,
    )
    pipeline.verify(order)
    return order.out


def test_a_match_says_why_and_whom(out: Path) -> None:
    matched = explain_record("one", out)
    assert matched.identity == "MATCHED"
    assert matched.match is not None
    assert (matched.match.old_number, matched.match.sex_known) == (False, True)
    [row] = pq.read_table(out / "verdicts.parquet", filters=[("record", "=", "one")]).to_pylist()
    assert matched.person == row["person"] is not None
    sexless = explain_record("sexless", out)
    assert sexless.match is not None
    assert (sexless.match.old_number, sexless.match.sex_known) == (True, False)
    assert "No weights" not in explain_text(matched)


def test_a_proposal_names_the_opaque_reference(out: Path) -> None:
    told = explain_record("lost", out)
    assert told.identity == "NO_NUMBER"
    assert told.match is None
    rows = pq.read_table(out / "explanations.parquet", filters=[("record", "=", "lost")]).to_pylist()
    assert [proposal.person for proposal in told.proposals] == [row["person"] for row in rows][: len(told.proposals)]
    assert told.candidates == len(rows) >= 1
    if told.candidates == 1:
        assert told.proposals[0].margin is None
    assert told.margin_threshold > 0
    assert "a foreigner" in explain_text(explain_record("foreign", out)).lower()


def test_the_history_of_a_run_is_written_down_and_told(out: Path) -> None:
    assert pq.read_schema(out / "history.parquet").equals(HISTORY_SCHEMA)
    rows = {row["record"]: row for row in pq.read_table(out / "history.parquet").to_pylist()}
    told = {name: (row["role"], row["dn"], row["sd"], row["state"]) for name, row in rows.items()}
    assert told.keys() == {"one", "two", "again", "sexless", "marks", "lost", "foreign", "passport lost"}
    assert told["one"] == ("primary", 1, 2, "complete")
    assert told["two"] == ("primary", 2, 2, "complete")
    assert told["again"] == ("not_counted", None, None, "complete")
    assert told["sexless"] == told["foreign"] == ("primary", 1, 2, "partial")
    persons = pq.read_table(out / "persons.parquet").to_pylist()
    groups = {row["record"]: row["person_group"] for row in persons}
    assert rows.pop("passport lost")["person_group"] == groups["foreign"] != groups.pop("passport lost")
    assert {name: row["person_group"] for name, row in rows.items()} == groups
    course = explain_record("two", out).course
    assert course is not None
    assert [dose.record for dose in course.doses] == ["two", "one", "again"]
    assert (course.next_role, course.next_dose) == ("booster", 3)
    text = explain_text(explain_record("sexless", out))
    assert "Next dose: number 2 (primary course, AstraZeneca) from 2021-09-29 to 2021-11-24" in text


def test_a_dose_that_two_writings_of_a_person_share_counts_once_and_for_both(out: Path) -> None:
    [row] = pq.read_table(out / "verdicts.parquet", filters=[("record", "=", "passport lost")]).to_pylist()
    assert (row["identity"], row["vaccination"]) == ("FOREIGN", "DUPLICATE")
    for record, other in (("foreign", "passport lost"), ("passport lost", "foreign")):
        course = explain_record(record, out).course
        assert course is not None
        assert (course.state, course.next_dose) == ("partial", 2)
        assert {dose.record: dose.role for dose in course.doses} == {
            "foreign": "primary",
            "passport lost": "not_counted",
        }
        assert [dose.record for dose in course.doses] == [record, other]
