"""Ten records whose measures can be counted by hand."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from xacthuc.nation import ScoreMismatchError, score, score_run
from xacthuc.records import REASON_TYPE

NUMBER = [{"field": "number", "code": "number_unknown"}]
MARKS = [{"field": "name", "code": "name_marks_lost"}]
DOSE = [{"field": "birth_date", "code": "too_young"}]
# record, person, human, profile, dose, identity, reasons, own
TRUTH = [
    ("a", "P1", "P1", "H1", "D1", "MATCHED", [], True),
    ("b", "P1", "P1", "H2", "D1", "MISMATCH", MARKS, True),
    ("c", "P1", "P1", "H3", "D2", "NOT_FOUND", NUMBER, False),
    ("d", "P2", "P2", "H4", "D3", "MATCHED", [], True),
    ("e", "P3", "P3", "H5", "D4", "NOT_FOUND", NUMBER, False),
    ("f", None, "X6", "H6", "D5", "NOT_FOUND", NUMBER, False),
]
# record, identity, vaccination, reasons, person, sure
SAID = [
    ("f", "NOT_FOUND", "PLAUSIBLE", NUMBER, None, False),
    ("a", "MATCHED", "PLAUSIBLE", DOSE, "P1", True),
    ("b", "MISMATCH", "DUPLICATE", MARKS, "P1", True),
    ("c", "NOT_FOUND", "PLAUSIBLE", NUMBER, "P1", True),
    ("d", "MATCHED", "DUPLICATE", [], "P2", True),
    ("e", "NOT_FOUND", "PLAUSIBLE", NUMBER, "P2", False),
]

TRUTH_LINE = """file,sheet,row,dose_no,person_id,true_name,true_birth_date,true_sex,true_number,vaccine,dose_date,lot,damage,recoverable_fields
f.csv,,2,1,P1,Trần Văn Hùng,1980-02-03,M,036080000001,Abdala,2021-10-01,1,,name;birth_date;number;vaccine;dose_date
"""  # noqa: E501 - a line of a file cannot be broken
ROWS_LINE = """file,sheet,sheet_kind,state,last_row,data,headings,blank,totals
f.csv,,list,visible,2,1,1,0,0
"""


def write_truth(folder, rows=TRUTH):
    columns = [list(column) for column in zip(*rows, strict=True)]
    names = ("record", "person", "human", "profile", "dose", "expected_identity")
    table = {name: pa.array(columns[place], pa.string()) for place, name in enumerate(names)}
    table["expected_reasons"] = pa.array(columns[6], REASON_TYPE)
    table["number_own"] = pa.array(columns[7])
    table["damage"] = pa.array([["lot_typo"] if row[0] == "a" else [] for row in rows], pa.list_(pa.string()))
    for name, value in (("vaccine", "Abdala"), ("dose_date", "2021-10-01"), ("lot", "1")):
        table[name] = pa.array([value] * len(rows))
    pq.write_table(pa.table(table), folder / "truth.parquet")
    return folder / "truth.parquet"


def write_verdicts(folder, rows=SAID):
    columns = [list(column) for column in zip(*rows, strict=True)]
    names = ("record", "identity", "vaccination", "reasons", "person", "sure")
    types = (pa.string(), pa.string(), pa.string(), REASON_TYPE, pa.string(), pa.bool_())
    table = {name: pa.array(columns[place], types[place]) for place, name in enumerate(names)}
    pq.write_table(pa.table(table), folder / "verdicts.parquet")
    return folder / "verdicts.parquet"


def write_groups(folder, groups):
    table = {"record": [record for record, *_ in groups], "person_group": [group[1] for group in groups]}
    if len(groups[0]) > 2:
        table["dose_group"] = [group[2] for group in groups]
    pq.write_table(pa.table(table), folder / "persons.parquet")
    return folder / "persons.parquet"


def test_identity_is_counted_by_record(tmp_path):
    measured = score(write_verdicts(tmp_path), truth=write_truth(tmp_path))
    assert measured["records"] == 6
    assert measured["matched"] == 2
    assert measured["matched_wrong_person"] == 0
    assert measured["own_number"] == 3
    assert measured["own_number_right"] == 1
    assert measured["residual"] == {
        "records": 2,
        "share_of_all": pytest.approx(2 / 6),
        "first_right": 0.5,
        "sure_right": 1.0,
        "right_and_sure": 1.0,
        "all_sure_right": 1.0,
    }


def test_a_wrong_person_and_a_missing_reason_are_seen(tmp_path):
    said = [("a", "MATCHED", "PLAUSIBLE", [], "P2", True), ("b", "MISMATCH", "PLAUSIBLE", [], "P1", True), *SAID[3:]]
    said.append(SAID[0])
    measured = score(write_verdicts(tmp_path, said), truth=write_truth(tmp_path))
    assert measured["matched_wrong_person"] == 1
    assert measured["own_number_identity_right"] == 1
    assert measured["own_number_right"] == pytest.approx(2 / 3)


def test_repeated_doses_are_counted_by_dose(tmp_path):
    measured = score(write_verdicts(tmp_path), truth=write_truth(tmp_path))["doses_twice"]
    assert (measured["right"], measured["said"], measured["true"]) == (1, 2, 1)
    assert (measured["precision"], measured["recall"]) == (0.5, 1.0)
    assert measured["f1"] == pytest.approx(2 / 3)


def test_pairs_of_profiles_are_counted_by_group(tmp_path):
    groups = [("a", "g1", 1), ("b", "g1", 1), ("c", "g2", 2), ("d", "g2", 3), ("e", "g3", 4), ("f", "g4", 5)]
    write_verdicts(tmp_path)
    truth = write_truth(tmp_path)
    records = {"record": [row[0] for row in TRUTH], "vaccine": ["Abdala"] * 6, "dose_date": ["2021-10-01"] * 6}
    lots = ["2", "1", "1", "1", None, "1"]
    pq.write_table(pa.table({**records, "lot": lots}), tmp_path / "records.parquet")
    write_groups(tmp_path, groups)
    measured = score_run(tmp_path, truth=truth)
    assert measured["people_twice"] == {"right": 1, "said": 2, "true": 3, "precision": 0.5,
                                        "recall": pytest.approx(1 / 3), "f1": pytest.approx(0.4)}  # fmt: skip
    assert measured["doses_twice"]["pairs"]["precision"] == 1
    assert measured["doses_twice"]["pairs"]["recall"] == 1
    assert measured["doses_read"] == {"vaccine": 1.0, "dose_date": 1.0, "lot": 0.8}


def test_without_a_group_a_record_stands_alone(tmp_path):
    groups = [(record, None) for record in "abcdef"]
    people = write_groups(tmp_path, groups)
    measured = score(write_verdicts(tmp_path), truth=write_truth(tmp_path), people=people)
    assert measured["people_twice"]["said"] == 0
    assert measured["people_twice"]["precision"] is None
    assert "pairs" not in measured["doses_twice"]


def test_what_cannot_be_measured_is_none(tmp_path):
    truth = write_truth(tmp_path, TRUTH[5:])
    measured = score(write_verdicts(tmp_path, SAID[:1]), truth=truth)
    assert measured["own_number_right"] is None
    assert measured["residual"]["first_right"] is None
    assert measured["doses_twice"]["f1"] is None


def test_records_without_a_verdict_are_refused(tmp_path):
    with pytest.raises(ScoreMismatchError, match="1 records"):
        score(write_verdicts(tmp_path, SAID[1:]), truth=write_truth(tmp_path))
    people = write_groups(tmp_path, [("a", "g")])
    with pytest.raises(ScoreMismatchError, match="5 records"):
        score(write_verdicts(tmp_path), truth=write_truth(tmp_path), people=people)


def test_records_with_two_verdicts_and_what_is_no_truth_are_refused(tmp_path):
    with pytest.raises(ScoreMismatchError, match="more than one"):
        score(write_verdicts(tmp_path, [*SAID, SAID[0]]), truth=write_truth(tmp_path))
    with pytest.raises(ScoreMismatchError, match="expected_identity"):
        score(tmp_path / "verdicts.parquet", truth=write_groups(tmp_path, [("a", "g")]))


def test_what_is_not_known_pairs_with_nothing(tmp_path):
    unknown = [(record, person, None, None, None, *rest) for record, person, _, _, _, *rest in TRUTH]
    people = write_groups(tmp_path, [(record, "g", 1) for record in "abcdef"])
    measured = score(write_verdicts(tmp_path), truth=write_truth(tmp_path, unknown), people=people)
    assert (measured["people_twice"]["right"], measured["people_twice"]["said"]) == (0, 15)
    assert (measured["people_twice"]["true"], measured["doses_twice"]["true"]) == (0, 0)


def test_the_folder_of_what_spills_is_removed(tmp_path, monkeypatch):
    spill = tmp_path / "spill"
    spill.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(spill))
    score(write_verdicts(tmp_path), truth=write_truth(tmp_path))
    assert list(spill.iterdir()) == []


def test_a_run_over_workbooks_is_measured_by_their_own_truth(tmp_path):
    lines = {"truth.csv": TRUTH_LINE, "register.csv": "id,name,number9\nP1,Trần Văn Hùng,", "rows.csv": ROWS_LINE}
    for name, text in lines.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    row = {"record": "a", "file": "f.csv", "sheet": "", "row": 2, "dose_no": 1}
    read = {"name": "Trần Văn Hùng", "birth_date": "1980-02-03", "sex": "M", "number": "036080000001", "phone": None,
            "vaccine": "Abdala", "dose_date": "2021-10-01", "lot": "1"}  # fmt: skip
    pq.write_table(pa.Table.from_pylist([row | read]), tmp_path / "records.parquet")
    judged = row | {"identity": "MATCHED", "person": "P1", "sure": True}
    pq.write_table(pa.Table.from_pylist([judged]), tmp_path / "verdicts.parquet")
    measured = score_run(tmp_path, truth=tmp_path / "truth.csv")
    assert measured["verdicts"]["share"] == 1
    assert measured["reading"]["doses"]["share"] == 1
