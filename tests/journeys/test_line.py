"""The whole line on the lists of a village: what goes in, what comes out, and what is promised of it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import openpyxl
import pyarrow.parquet as pq
import pytest

from line import run, write_csv, write_workbook
from village import DOSE, HEADINGS, note_person, write_lists, write_register
from xacthuc.records import IDENTITY, VACCINATION, VERDICT_SCHEMA
from xacthuc.runs.verdicts import RECORD_COLUMNS

JAB = ("1", "AstraZeneca", "CTMAV562", "01/09/2021")
DAY = ("--as-of", "2021-12-20")


class Village:
    """A folder with a register, the command on it, and what it wrote."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.out = folder / "out"
        self.register = write_register(folder / "register.csv")

    def verify(self, *files: Path, options: tuple[str | Path, ...] = ()) -> tuple[int, str, str]:
        words = (*files, "--register", self.register, "--out", self.out, *DAY, *options)
        return run("verify", *words, temporary=self.folder / "tmp")

    def read(self, name: str = "verdicts") -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = pq.read_table(self.out / f"{name}.parquet").to_pylist()
        return rows

    def count_rows(self) -> list[dict[str, str]]:
        with (self.out / "rows.csv").open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))


@pytest.fixture
def village(tmp_path: Path) -> Village:
    return Village(tmp_path)


@pytest.fixture(scope="module")
def verified(tmp_path_factory: pytest.TempPathFactory) -> tuple[Village, tuple[int, str, str]]:
    village = Village(tmp_path_factory.mktemp("village"))
    return village, village.verify(*write_lists(village.folder), options=("--json",))


def test_refused_file_gives_exit_code_one_and_one_json_object(verified: Any) -> None:
    village, (code, out, err) = verified
    assert code == 1
    told = json.loads(out)
    assert err == ""
    assert told["refused_files"] == {"hong.xlsx": "file_damaged"}
    assert told["identity"] == {
        "MATCHED": 3, "MISMATCH": 1, "NO_NUMBER": 1, "NOT_FOUND": 1, "FOREIGN": 1, "REFUSED": 1,
    }  # fmt: skip
    assert told["doses"] == sum(told["identity"].values()) == sum(told["vaccination"].values()) == 8
    assert (told["files"], told["people_in_register"], told["out"]) == (3, 9, str(village.out))


def test_verdicts_hold_what_is_promised(verified: Any) -> None:
    village = verified[0]
    assert pq.read_schema(village.out / "verdicts.parquet").equals(VERDICT_SCHEMA)
    verdicts = {row["record"]: row for row in village.read()}
    assert len(verdicts) == 8
    assert {row["identity"] for row in verdicts.values()} <= set(IDENTITY)
    assert {row["vaccination"] for row in verdicts.values()} <= set(VACCINATION)
    said = {
        record: (row["identity"], row["vaccination"], row["person"], [reason["code"] for reason in row["reasons"]])
        for record, row in verdicts.items()
    }
    book = "tram y te.xlsx:Thôn 1"
    assert said == {
        f"{book}:3:1:1": ("MATCHED", "PLAUSIBLE", "A", []),
        f"{book}:3:1:2": ("MATCHED", "PLAUSIBLE", "A", ["interval_too_long"]),
        f"{book}:4:1:1": ("MISMATCH", "PLAUSIBLE", "B", ["name_marks_lost"]),
        f"{book}:6:1:1": ("REFUSED", "REFUSED", None, ["row_without_person"]),
        "HM-1": ("NO_NUMBER", "PLAUSIBLE", "D", ["number_missing"]),
        "HM-2": ("NOT_FOUND", "PLAUSIBLE", "F", ["number_unknown"]),
        "HM-3": ("FOREIGN", "PLAUSIBLE", None, []),
        "HM-4": ("MATCHED", "DUPLICATE", "A", ["dose_entered_twice"]),
    }
    assert [(row["row"], row["dose_no"]) for row in verdicts.values()][:2] == [(3, 1), (3, 2)]
    assert verdicts["HM-1"]["weight"] > verdicts["HM-1"]["margin"] > 0
    assert verdicts["HM-4"]["sure"]


def test_records_hold_what_is_promised(verified: Any) -> None:
    village = verified[0]
    assert pq.read_schema(village.out / "records.parquet").names == RECORD_COLUMNS
    records = {row["record"]: row for row in village.read("records")}
    assert records.keys() == {row["record"] for row in village.read()}
    assert records["HM-2"] == {
        "record": "HM-2", "file": "cong.csv", "sheet": "", "row": 3, "dose_no": 1, "name": "Hoàng Văn Nam",
        "birth_date": "1970-02-03", "sex": "M", "number": "036070000099", "phone": "0912000006",
        "vaccine": "AstraZeneca", "dose_date": "2021-09-01", "lot": "CTMAV562",
    }  # fmt: skip
    assert records["HM-3"]["number"] == "E43171671"


def test_every_row_is_accounted_for(verified: Any) -> None:
    rows = verified[0].count_rows()
    assert [(row["file"], row["sheet"], row["sheet_kind"]) for row in rows] == [
        ("tram y te.xlsx", "Thôn 1", "list"),
        ("tram y te.xlsx", "Ghi chú", "summary"),
        ("cong.csv", "", "list"),
    ]
    counts = [tuple(int(row[kind]) for kind in ("data", "headings", "blank", "totals")) for row in rows]
    assert counts == [(3, 2, 1, 1), (0, 1, 0, 0), (4, 1, 0, 0)]
    assert [sum(count) for count in counts] == [int(row["last_row"]) for row in rows]


def test_people_get_their_own_workbooks_back(verified: Any) -> None:
    village = verified[0]
    copies = sorted(path.name for path in (village.out / "annotated").iterdir())
    assert len(copies) == 2
    book = openpyxl.load_workbook(village.out / "annotated" / next(n for n in copies if n.startswith("tram")))
    told = " ".join(str(cell.value) for row in book["Thôn 1"].iter_rows() for cell in row if cell.value)
    assert "Đúng người" in told
    assert "<html" in (village.out / "report.html").read_text(encoding="utf-8")


def test_work_of_one_text_is_told_on_the_terminal(village: Village) -> None:
    listed = write_csv(village.folder / "list.csv", [[*HEADINGS, *DOSE], [*note_person(0), *JAB]])
    code, out, err = village.verify(listed)
    assert code == 0
    assert "MATCHED" in out
    assert "1 mũi tiêm, mỗi mũi hai kết luận" in out
    assert "1 file; rows: 1 data, 1 heading. 1 dose, each" in " ".join(out.split())
    assert "list.csv: 1 dòng · rows" in err
    assert "verdicts on people" in err
    assert "report written" in err


def test_column_map_serves_claims_and_register(village: Village) -> None:
    columns = village.folder / "map.toml"
    columns.write_text(
        """
[columns]
record = "key"
name = ["forename", "surname"]
birth_date = {column = "born", order = "mdy"}
sex = "gender"
phone = "mobile"
number = ["permit", "pass"]
insurance = "nowhere"
place = {column = "town", tree = "none"}
""",
        encoding="utf-8",
    )
    names = ["key", "forename", "surname", "born", "gender", "town"]
    people = [
        [f"r{n}", first, last, born, sex, town]
        for n, (first, last, born, sex, town) in enumerate(
            [
                ("Hans", "Müller", "07/25/1985", "M", "Graz"),
                ("Anne-Marie", "Dupont", "03/12/1990", "F", "Lyon"),
                ("Mary", "O'Brien", "11/30/1960", "F", "Cork"),
            ]
        )
    ]
    village.register = write_csv(village.folder / "people.csv", [names, *people])
    claims = [
        ["a", "Hans", "Müller", "07/25/1985", "M", "Graz"],
        ["b", "Anne Marie", "Dupont", "12/03/1990", "F", "Lyon"],
        ["c", "Hans", "Muller", "07/25/1985", "M", "Graz"],
    ]
    listed = write_csv(village.folder / "claims.csv", [names, *claims])
    code, _, err = village.verify(listed, options=("--columns", columns, "--no-report"))
    assert code == 0, err
    verdicts = {row["record"]: row for row in village.read()}
    assert [(row["identity"], row["person"]) for row in verdicts.values()] == [
        ("NO_NUMBER", "r0"), ("NO_NUMBER", "r1"), ("NO_NUMBER", "r0"),
    ]  # fmt: skip
    assert [(row["name"], row["birth_date"]) for row in village.read("records")] == [
        ("Hans Müller", "1985-07-25"), ("Anne Marie Dupont", "1990-12-03"), ("Hans Muller", "1985-07-25"),
    ]  # fmt: skip


def test_absent_column_refuses_no_row(village: Village) -> None:
    listed = write_csv(village.folder / "list.csv", [HEADINGS[:2], note_person(0)[:2], note_person(1)[:2]])
    code, _, _ = village.verify(listed, options=("--no-report",))
    assert code == 0
    assert [row["identity"] for row in village.read()] == ["NO_NUMBER", "NO_NUMBER"]


def test_own_ids_that_stand_twice_stay_apart(village: Village) -> None:
    headings = ["record", *HEADINGS, *DOSE]
    first = [[str(n), *note_person(n), *JAB] for n in (0, 1)]
    twice = [["7", *note_person(3), *JAB], ["7", *note_person(5), *JAB], ["1", *note_person(4), *JAB]]
    sheets = {"A": [headings, ["1", *note_person(5), *JAB]], "B": [headings, ["1", *note_person(6), *JAB]]}
    files = [
        write_csv(village.folder / "a.csv", [headings, *first]),
        write_csv(village.folder / "b.csv", [headings, *twice]),
        write_workbook(village.folder / "c.xlsx", sheets),
    ]
    code, _, _ = village.verify(*files)
    assert code == 0
    names = [row["record"] for row in village.read()]
    assert names == ["0", "1", "b.csv::2:1:1", "b.csv::3:1:1", "b.csv:1", "c.xlsx:1", "c.xlsx:B:2:1:1"]
    assert [row["record"] for row in village.read("records")] == names
    findings = pq.read_table(village.out / "work" / "claims" / "findings")
    assert set(findings["record"].to_pylist()) <= {*names, None}


def test_what_cannot_be_used_is_said_in_both_languages(village: Village) -> None:
    listed = write_csv(village.folder / "list.csv", [[*HEADINGS, *DOSE], [*note_person(0), *JAB]])
    (village.folder / "again").mkdir()
    same = write_csv(village.folder / "again" / "list.csv", [[*HEADINGS, *DOSE], [*note_person(1), *JAB]])
    nobody = write_csv(village.folder / "nobody.csv", [["quantity", "price"], [3, 4]])
    wrong = village.folder / "wrong.toml"
    wrong.write_text("{}", encoding="utf-8")
    for options, files in (
        ((), (listed, same)),
        ((), (nobody,)),
        (("--columns", wrong), (listed,)),
        (("--model", wrong), (listed,)),
        (("--lots", wrong), (listed,)),
        (("--register", nobody), (listed,)),
    ):
        code, out, err = village.verify(*files, options=options)
        assert (code, out) == (2, ""), err
        vi, en = err.splitlines()[-2:]
        assert vi.startswith("xacthuc: ")
        assert not vi.isascii()
        assert not set("ăâđêôơư") & set(en.casefold().replace("họ và tên", ""))
        assert "Traceback" not in err
        assert not (village.folder / "tmp").exists() or list((village.folder / "tmp").iterdir()) == []


def test_missing_file_is_said(village: Village) -> None:
    code, out, err = village.verify(village.folder / "nowhere.xlsx")
    assert (code, out) == (2, "")
    vi, en = err.splitlines()
    assert vi.startswith("xacthuc: Không có tệp ")
    assert "nowhere.xlsx" in vi
    assert en.startswith("There is no file ")


def test_list_that_was_not_understood_is_told(village: Village) -> None:
    listed = write_csv(village.folder / "list.csv", [[*HEADINGS, *DOSE], [*note_person(0), *JAB]])
    unread = write_csv(village.folder / "unread.csv", [["Ai", "Sinh thời", "Mũi"], [*note_person(1)[:2], "1"]])
    columns = village.folder / "map.toml"
    columns.write_text('[columns]\nname = ["Họ và tên", "Họ và tênn", "name"]\n', encoding="utf-8")
    code, out, _ = village.verify(listed, unread, options=("--columns", columns, "--no-report"))
    said = " ".join(out.split())
    assert code == 1
    assert "unread.csv: Trang tính có vẻ là danh sách người" in said
    assert "The column map names headings that no file has: Họ và tênn." in said
