"""The checker: a perfect reading is perfect, every kind of fault is counted, and two people in a row are told apart."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hands_people import make_doses, make_people

from xacthuc.nation.checking import check_reading, check_verdicts
from xacthuc.nation.damage_names import place_tone_otherwise
from xacthuc.nation.hands.catalogue import HANDS
from xacthuc.nation.workbooks import write_workbooks

SHARED = Path(__file__).resolve().parents[2].parent / "shared" / "workbooks"


@pytest.fixture(scope="module")
def truth_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    people = make_people(150)
    folder = tmp_path_factory.mktemp("truth")
    hands = ["session_titles", "letterhead_two_doses", "card_scans", "day_month_year_columns"]
    assert set(hands) <= set(HANDS)
    return write_workbooks(folder, people=people, doses=make_doses(people), seed=4, hands=hands, rows=60).folder


def read_lines(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def read_perfectly(truth_dir: Path) -> list[dict[str, Any]]:
    """Give the records of a reader who restores whatever can be restored, and nothing else."""
    register = {line["id"]: line for line in read_lines(truth_dir / "register.csv")}
    records = []
    for number, line in enumerate(read_lines(truth_dir / "truth.csv")):
        person, can = register.get(line["person_id"], {}), line["recoverable_fields"].split(";")
        values = {
            "name": line["true_name"], "birth_date": line["true_birth_date"], "sex": line["true_sex"],
            "number": line["true_number"], "phone": person.get("phone", "0900000000"), "dose_no": int(line["dose_no"]),
            "vaccine": line["vaccine"], "dose_date": line["dose_date"], "lot": line["lot"],
        }  # fmt: skip
        shown = {name: value if name in can else None for name, value in values.items()}
        if "number" not in can and "number9" in can:
            shown["number"] = person["number9"]
        place = {"record": f"r{number}", "file": line["file"], "sheet": line["sheet"], "row": int(line["row"])}
        records.append({**place, **shown, "person_id": line["person_id"]})
    return records


def write_records(folder: Path, records: list[dict[str, Any]], truth_dir: Path) -> dict[str, Path]:
    folder.mkdir(exist_ok=True)
    columns = ("record", "file", "sheet", "row", "dose_no", "name", "birth_date", "sex", "number", "phone", "vaccine",
               "dose_date", "lot")  # fmt: skip
    pq.write_table(
        pa.table({name: [record[name] for record in records] for name in columns}), folder / "records.parquet"
    )
    (folder / "rows.csv").write_bytes((truth_dir / "rows.csv").read_bytes())
    return {"records": folder / "records.parquet", "rows": folder / "rows.csv"}


def write_verdicts(folder: Path, records: list[dict[str, Any]]) -> Path:
    columns: dict[str, Any] = {
        name: [record[name] for record in records] for name in ("record", "file", "sheet", "row")
    }
    columns["dose_no"] = [record["dose_no"] for record in records]
    columns["person"] = [record["person_id"] or None for record in records]
    columns["identity"] = ["MATCHED" if record["person_id"] else "NOT_FOUND" for record in records]
    columns["sure"] = [False for _ in records]
    pq.write_table(pa.table(columns), folder / "verdicts.parquet")
    return folder / "verdicts.parquet"


def test_a_perfect_reading_is_perfect(truth_dir: Path, tmp_path: Path) -> None:
    result = check_reading(**write_records(tmp_path, read_perfectly(truth_dir), truth_dir), truth_dir=truth_dir)
    assert result["doses"]["share"] == 1.0
    assert result["rows"]["wrong"] == []
    assert result["misses"] == []
    assert result["records_without_truth"] == 0
    assert all(counts["share"] in (1.0, None) for counts in result["restored"].values())
    assert result["restored"]["name_nickname"]["cells"] > 0


@pytest.mark.shared
@pytest.mark.skipif(not SHARED.exists(), reason="the sample workbooks are not beside this checkout")
def test_the_truth_of_the_sample_workbooks_is_understood(tmp_path: Path) -> None:
    result = check_reading(**write_records(tmp_path, read_perfectly(SHARED), SHARED), truth_dir=SHARED)
    assert result["doses"] == {"doses": 8443, "right": 8443, "share": 1.0}
    assert (result["rows"]["sheets"], result["rows"]["right"]) == (23, 23)


def test_faults_are_counted_by_field_class_and_file(truth_dir: Path, tmp_path: Path) -> None:
    records = read_perfectly(truth_dir)
    truth = read_lines(truth_dir / "truth.csv")
    lost = next(
        n for n, line in enumerate(truth) if "birth_date" in line["recoverable_fields"] and "qr" not in line["damage"]
    )
    records[lost]["birth_date"] = "1900-01-01"
    missing = records.pop(len(records) - 1)
    records.append({**missing, "record": "more", "row": 9999})
    result = check_reading(**write_records(tmp_path, records, truth_dir), truth_dir=truth_dir)
    assert result["doses"]["right"] == len(truth) - 2
    assert result["records_without_truth"] == 1
    assert (truth[lost]["file"], truth[lost]["sheet"], int(truth[lost]["row"]), "birth_date") in result["misses"]
    assert {miss[3] for miss in result["misses"]} == {"birth_date", "record"}
    assert "1900-01-01" not in json.dumps(result)


def test_a_dose_without_its_number_is_not_rightly_read(truth_dir: Path, tmp_path: Path) -> None:
    records = read_perfectly(truth_dir)
    lines = read_lines(truth_dir / "truth.csv")
    numbered = next(n for n, line in enumerate(lines) if "dose_no" in line["recoverable_fields"])
    records[numbered]["dose_no"] = None
    result = check_reading(**write_records(tmp_path, records, truth_dir), truth_dir=truth_dir)
    assert result["doses"]["right"] == result["doses"]["doses"] - 1


def test_names_compare_as_the_readme_says(truth_dir: Path, tmp_path: Path) -> None:
    records = read_perfectly(truth_dir)
    for record in records:
        if record["name"]:
            words = [place_tone_otherwise(word) for word in record["name"].split()]
            record["name"] = "  ".join(words).upper()
    result = check_reading(**write_records(tmp_path, records, truth_dir), truth_dir=truth_dir)
    assert result["fields"]["name"]["share"] == 1.0


def test_rows_that_are_counted_otherwise_are_told(truth_dir: Path, tmp_path: Path) -> None:
    paths = write_records(tmp_path, read_perfectly(truth_dir), truth_dir)
    lines = read_lines(paths["rows"])
    lines[0]["data"] = str(int(lines[0]["data"]) + 1)
    with paths["rows"].open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, lines[0].keys())
        writer.writeheader()
        writer.writerows(lines[:-1])
    result = check_reading(**paths, truth_dir=truth_dir)
    assert len(result["rows"]["wrong"]) == 2
    assert result["rows"]["wrong"][-1]["found"] is None


def test_verdicts_are_judged_by_person(truth_dir: Path, tmp_path: Path) -> None:
    records = read_perfectly(truth_dir)
    write_records(tmp_path, records, truth_dir)
    result = check_verdicts(write_verdicts(tmp_path, records), truth_dir)
    assert result["share"] == 1.0
    assert result["wrong_at"] == []
    assert result["matched"] == result["right"] == result["in_register"]


def test_a_match_to_a_wrong_person_or_to_a_stranger_is_wrong(truth_dir: Path, tmp_path: Path) -> None:
    records = read_perfectly(truth_dir)
    known = next(n for n, record in enumerate(records) if record["person_id"])
    stranger = next(n for n, record in enumerate(records) if not record["person_id"])
    records[known]["person_id"] = records[stranger]["person_id"] = "somebody else"
    result = check_verdicts(write_verdicts(tmp_path, records), truth_dir)
    assert result["wrong"] == 2
    assert len(result["wrong_at"]) == 2
    assert result["in_register"] - result["right"] == 1
