"""A village of nine, and the lists that its clerks keep: small inputs for tests of the whole line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from line import write_csv, write_workbook

PEOPLE: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "conformance" / "decisions.json").read_text(encoding="utf-8")
)["people"]
FIELDS = ("id", "name", "birth_date", "sex", "number12", "number9", "phone")
PLACE = ("Tỉnh Nam Định", "Huyện Hải Hậu", "Xã Hải Minh")
HEADINGS = ("Họ và tên", "Ngày sinh", "Giới tính", "Số CCCD", "Điện thoại")
DOSE = ("Mũi", "Vắc xin", "Số lô", "Ngày tiêm")


def write_register(path: Path) -> Path:
    """Write the village's people as the register's owner does."""
    rows = [[person[field] for field in FIELDS] + list(PLACE) for person in PEOPLE]
    return write_csv(path, [[*FIELDS, "province", "district", "commune"], *rows])


def note_person(place: int, **changed: str) -> list[str]:
    """Give the cells of a list about a person of the village, as a clerk writes them; `changed` says what else."""
    person = PEOPLE[place] | changed
    day = "/".join(reversed(person["birth_date"].split("-")))
    return [
        person["name"],
        day,
        {"M": "Nam", "F": "Nữ"}[person["sex"]],
        person["number12"] or "",
        person["phone"] or "",
    ]


def write_lists(folder: Path) -> list[Path]:
    """Write a workbook (title, blank row, total, rows of two doses), a csv with own ids, and a broken file."""
    first, second = ["AstraZeneca", "CTMAV562", "01/09/2021"], ["AstraZeneca", "CTMAV563", "01/12/2021"]
    across = [
        *HEADINGS, "Vắc xin mũi 1", "Số lô mũi 1", "Ngày tiêm mũi 1", "Vắc xin mũi 2", "Số lô mũi 2", "Ngày tiêm mũi 2",
    ]  # fmt: skip
    sheet = [
        ["DANH SÁCH TIÊM VẮC XIN COVID-19"],
        across,
        [*note_person(0), *first, *second],
        [*note_person(1, name="Tran Van Binh"), *first],
        [],
        ["", "01/02/1980", "Nam", "", "", *first],
        ["Tổng cộng: 3 người"],
    ]
    book = write_workbook(folder / "tram y te.xlsx", {"Thôn 1": sheet, "Ghi chú": [["In ngày 5/12/2021"]]})
    ids = [
        ["record", *HEADINGS, *DOSE],
        ["HM-1", *note_person(3, number12=""), "1", *first],
        ["HM-2", *note_person(5, number12="036070000099"), "1", *first],
        ["HM-3", "Chen Yu Ting", "05/11/1970", "Nữ", "E43171671", "", "1", *first],
        ["HM-4", *note_person(0), "1", *first],
    ]
    listed = write_csv(folder / "cong.csv", ids)
    broken = folder / "hong.xlsx"
    broken.write_bytes(b"PK\x03\x04 no workbook at all")
    return [book, listed, broken]
