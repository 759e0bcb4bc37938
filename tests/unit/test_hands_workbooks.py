"""Workbooks in all hands: the truth beside them accounts for every row and says where each dose stands."""

from __future__ import annotations

import csv
import random
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from hands_people import make_doses, make_people
from python_calamine import CalamineWorkbook

from xacthuc.nation.damage_names import strip_marks
from xacthuc.nation.hands.catalogue import HANDS
from xacthuc.nation.hands.composing import random_hand
from xacthuc.nation.hands.drafting import read_rates
from xacthuc.nation.hands.hand import Layout
from xacthuc.nation.workbooks import WorkbookTruth, write_workbooks


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> WorkbookTruth:
    people = make_people(360)
    folder = tmp_path_factory.mktemp("hands")
    return write_workbooks(folder, people=people, doses=make_doses(people), seed=7, rows=90)


def read_lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def read_sheets(path: Path, encoding: str = "utf-8-sig") -> dict[str, list[list[str]]]:
    if path.suffix == ".csv":
        raw = path.read_bytes()
        encoding = "utf-16" if raw[:2] == b"\xff\xfe" else encoding
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            text = raw.decode("cp1258")
        delimiter = max("\t;,", key=text.splitlines()[0].count)
        return {"": list(csv.reader(text.splitlines(keepends=True), delimiter=delimiter))}
    book = CalamineWorkbook.from_path(str(path))
    return {
        name: [[str(value) for value in row] for row in book.get_sheet_by_name(name).to_python(skip_empty_area=False)]
        for name in book.sheet_names
    }


def test_there_are_at_least_24_hands_of_three_regions_and_four_formats() -> None:
    assert len(HANDS) >= 24
    assert {hand.region for hand in HANDS.values()} == {"north", "centre", "south"}
    assert {hand.form for hand in HANDS.values()} == {"xlsx", "xls", "ods", "csv"}
    assert {hand.shape() for hand in HANDS.values()} == {"across", "rows", "title"}


def test_every_hand_writes_a_workbook_with_doses(written: WorkbookTruth) -> None:
    doses = Counter(line["file"] for line in read_lines(written.truth))
    assert len(written.files) == len(HANDS)
    assert all(doses[path.name] > 30 for path in written.files)
    assert sum(doses.values()) == written.dose_records


def test_rows_add_up_to_the_last_row_of_the_file(written: WorkbookTruth) -> None:
    lines = read_lines(written.rows)
    for path in written.files:
        sheets = read_sheets(path)
        of_file = [line for line in lines if line["file"] == path.name]
        assert {line["sheet"] for line in of_file} == set(sheets)
        for line in of_file:
            parts = [int(line[name]) for name in ("data", "headings", "blank", "totals")]
            held = [number for number, row in enumerate(sheets[line["sheet"]], 1) if any(row)]
            assert sum(parts) == int(line["last_row"]) == max(held, default=0), line
            assert int(line["blank"]) == int(line["last_row"]) - len(held), line


def test_each_dose_stands_where_the_truth_says(written: WorkbookTruth) -> None:
    rows = {path.name: read_sheets(path) for path in written.files}
    for line in read_lines(written.truth):
        if "encoding" in line["damage"] or "name_telex" in line["damage"] or not line["recoverable_fields"]:
            continue
        if "name" in line["recoverable_fields"].split(";") and "qr_mojibake" not in line["damage"]:
            cells = " ".join(rows[line["file"]][line["sheet"]][int(line["row"]) - 1])
            given = strip_marks(line["true_name"].split()[-1]).upper()
            assert given in strip_marks(cells).upper(), line


def test_numbers_that_can_be_restored_stand_in_the_row(written: WorkbookTruth) -> None:
    rows = {path.name: read_sheets(path) for path in written.files}
    for line in read_lines(written.truth):
        if "number" not in line["recoverable_fields"].split(";") or "number_letter_for_digit" in line["damage"]:
            continue
        cells = " ".join(rows[line["file"]][line["sheet"]][int(line["row"]) - 1])
        digits = "".join(letter for letter in cells if letter.isalnum())
        assert line["true_number"].lstrip("0") in digits, line


def test_the_classes_of_the_samples_are_there(written: WorkbookTruth) -> None:
    found = Counter(name for line in read_lines(written.truth) for name in line["damage"].split(";"))
    structural = {"dose_in_heading", "dose_again_other_file", "dose_again_same_file", "repeated_person", "hidden_row",
                  "two_people_in_one_cell", "phone_cell_merged", "not_in_register", "foreigner", "qr_pasted",
                  "encoding_tcvn3", "encoding_vni", "birth_us_locale_swap", "ditto_mark", "cell_merged", "name_upper",
                  "number_lost_zero", "phone_lost_zero", "cmnd_used", "number_both"}  # fmt: skip
    assert structural <= set(found), structural - set(found)


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    people = make_people(90)
    doses = make_doses(people)
    for folder in ("one", "two"):
        write_workbooks(tmp_path / folder, people=people, doses=doses, seed=3, rows=20)
    names = sorted(path.name for path in (tmp_path / "one").iterdir())
    assert names == sorted(path.name for path in (tmp_path / "two").iterdir())
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes() for name in names)


def test_random_hands_account_for_every_row(tmp_path: Path) -> None:
    people = make_people(120)
    rng = random.Random(11)
    hands = [random_hand(rng) for _ in range(40)]
    truth = write_workbooks(tmp_path, people=people, doses=make_doses(people), seed=5, hands=hands, rows=25)
    lines = read_lines(truth.rows)
    for path in truth.files:
        sheets = read_sheets(path)
        for line in (line for line in lines if line["file"] == path.name):
            held = [number for number, row in enumerate(sheets[line["sheet"]], 1) if any(row)]
            assert sum(int(line[name]) for name in ("data", "headings", "blank", "totals")) == max(held, default=0)
            assert int(line["blank"]) == int(line["last_row"]) - len(held), (path.name, line)


def test_a_rate_of_one_damages_everybody_and_of_none_nobody(tmp_path: Path) -> None:
    people = make_people(60)
    doses = make_doses(people)
    hand = replace(HANDS["closed_institution"], rates={})
    everybody = write_workbooks(
        tmp_path / "a", people=people, doses=doses, seed=1, hands=[hand], rates={"birth_missing": 1.0}
    )
    lines = read_lines(everybody.truth)
    assert lines
    assert all("birth_missing" in line["damage"] and "birth_date" not in line["recoverable_fields"] for line in lines)
    nobody = write_workbooks(
        tmp_path / "b", people=people, doses=doses, seed=1, hands=[hand], rates=dict.fromkeys(read_rates(), 0.0)
    )
    lines = read_lines(nobody.truth)
    assert all(
        {"name", "sex", "number", "dose_no", "vaccine", "dose_date", "lot"}
        <= set(line["recoverable_fields"].split(";"))
        for line in lines
    )


def test_two_people_in_a_cell_share_a_row(tmp_path: Path) -> None:
    people = make_people(90)
    hand = replace(HANDS["session_titles"], layout=Layout(by="session", title="dose", two_in_a_cell=1.0))
    truth = write_workbooks(tmp_path, people=people, doses=make_doses(people), seed=2, hands=[hand])
    lines = read_lines(truth.truth)
    assert max(Counter((line["sheet"], line["row"]) for line in lines).values()) == 2
    with_dose = sum(int(line["data"]) - int(line["data_without_dose"]) for line in read_lines(truth.rows))
    assert with_dose < len(lines)


def test_two_hands_with_one_file_name_get_two_files(tmp_path: Path) -> None:
    people = make_people(30)
    hand = HANDS["closed_institution"]
    truth = write_workbooks(
        tmp_path, people=people, doses=make_doses(people), seed=2, hands=[hand, replace(hand, name="other")], rows=10
    )
    assert len({path.name for path in truth.files}) == 2
