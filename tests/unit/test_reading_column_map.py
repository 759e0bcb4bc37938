"""A column map serves any layout: names in several columns, other languages, places in no tree."""

from pathlib import Path

import pytest
from reading_tables import pick, read_one, write_text, write_xlsx

from xacthuc.reading import ColumnMap, ColumnMapRefused, load_column_map


def write_map(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def test_every_key(tmp_path: Path) -> None:
    text = """[columns]
record = "key"
name = ["last", "first"]
birth_date = { column = "geb", order = "mdy" }
sex = "g"
number = ["id1", "id2"]
phone = "tel"
place = { column = "town", tree = "none" }
dose_date = "when"
"""
    columns = load_column_map(write_map(tmp_path / "map.toml", text))
    assert columns == ColumnMap(
        headings={
            "record": ("key",), "name": ("last", "first"), "birth_date": ("geb",), "sex": ("g",),
            "number": ("id1", "id2"),
            "phone": ("tel",), "commune": ("town",), "dose_date": ("when",),
        },
        birth_order="mdy",
        place_tree="none",
    )  # fmt: skip
    heading = ["First", "KEY", " last ", "geb", "g", "id1", "id2", "tel", "town", "when"]
    row = ["Anna", "k1", "Berg", "3/2/1980", "f", "A1", "B2", "123", "Lund", "8/1/2021"]
    reading, rows = read_one(write_text(tmp_path / "a.csv", [heading, row]), columns=columns)
    assert pick(rows, "record", "name", "birth_date", "sex", "number", "phone", "commune", "dose_date", "slot") == [
        ("k1", "Berg Anna", "3/2/1980", "f", "A1 ; B2", "123", "Lund", "8/1/2021", 1)
    ]
    assert reading.layout.birth_order == "mdy"
    assert reading.layout.place_tree == "none"


def test_names_alone_and_keys_that_the_file_lacks(tmp_path: Path) -> None:
    columns = ColumnMap(headings={"name": ("given", "family"), "number": ("nothing",)})
    cells = [["people of a town"], ["family", "given"], ["Berg", "Anna"], ["Ek", "Olof"]]
    _, rows = read_one(write_xlsx(tmp_path / "a.xlsx", ("a", cells)), columns=columns)
    assert pick(rows, "row", "name", "number") == [(3, "Anna Berg", None), (4, "Olof Ek", None)]


def test_the_map_goes_before_synonyms_and_leaves_the_rest_to_them(tmp_path: Path) -> None:
    columns = ColumnMap(headings={"name": ("Họ tên khai sinh",)})
    cells = [["Họ tên", "Họ tên khai sinh", "Năm sinh", "CCCD"], ["Tư", "Nguyễn Văn An", "1980", "089080000001"]]
    _, rows = read_one(write_text(tmp_path / "a.csv", cells), columns=columns)
    assert pick(rows, "name", "birth_date", "number") == [("Nguyễn Văn An", "1980", "089080000001")]


def test_a_register_needs_no_map(tmp_path: Path) -> None:
    heading = [
        "id",
        "name",
        "birth_date",
        "sex",
        "number12",
        "number9",
        "phone",
        "province",
        "district",
        "commune_code",
        "commune",
        "address",
    ]
    row = [
        "P1",
        "Lê Văn Oánh",
        "1942",
        "M",
        "036042023420",
        "162380877",
        "0700248607",
        "Tỉnh Nam Định",
        "Huyện Hải Hậu",
        "14233",
    ]
    _, rows = read_one(write_text(tmp_path / "r.csv", [heading, [*row, "Xã Hải Minh", "Xóm 14"]]))
    assert pick(rows, "record", "number", "commune", "district", "slot") == [
        ("P1", "036042023420 ; 162380877", "14233 Xã Hải Minh", "Huyện Hải Hậu", 0)
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("columns = 3", "no table"),
        ("[other]", "no table"),
        ("[columns", "TOML"),
        ("[columns]\nage = 'x'", "age"),
        ("[columns]\nname = 3", "name"),
        ("[columns]\nname = []", "name"),
        ("[columns]\nname = ['']", "name"),
        ("[columns]\nplace = {column = 'x', tree = '1999'}", "tree"),
        ("[columns]\nbirth_date = {column = 'x', order = 'ydm'}", "order"),
        ("[columns]\nbirth_date = {column = 'x', tree = '2021'}", "tree"),
        ("[columns]\nplace = {tree = '2021'}", "place"),
    ],
)
def test_a_map_that_cannot_be_used(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ColumnMapRefused) as refused:
        load_column_map(write_map(tmp_path / "map.toml", text))
    vi, en = str(refused.value).splitlines()
    assert said in en
    assert (refused.value.vi, refused.value.en) == (vi, en)
    assert vi != en
    with pytest.raises(ColumnMapRefused):
        load_column_map(tmp_path / "none.toml")


def test_headings_that_no_file_has_are_told() -> None:
    columns = ColumnMap(headings={"name": ("Họ và tênn", "Tên  đệm"), "birth_date": ("Sinh",), "commune": ("Xã",)})
    headings = ["Họ và tên", "tên đệm", "Ngày / sinh", "Địa chỉ / Xã / Thường trú"]
    assert columns.list_unfound(headings) == ["Họ và tênn"]
    assert columns.list_unfound([]) == ["Họ và tênn", "Tên  đệm", "Sinh", "Xã"]
