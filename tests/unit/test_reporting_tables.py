"""Tables by unit and cause: counted by the steps, compared with the same counted by hand."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.csv as pa_csv
import pytest
from reporting_country import put_lines, write_country

from xacthuc.engines import Engine, open_engine
from xacthuc.reporting.tables import ORDER, FiguresRefused, Sources, Tables, build_tables, write_tables

HAI_MINH, DUY_TRINH = "14233", "20617"  # communes of Nam Định and Quảng Nam
MARKS = {"field": "name", "code": "name_marks_lost"}
CMND = {"field": "number", "code": "number_old_cmnd"}
TWICE = {"field": "row", "code": "dose_entered_twice"}


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    opened = open_engine("duckdb", scratch=tmp_path / "spill")
    yield opened
    opened.close()


def verdict(
    record: str, unit: str | None, identity: str, vaccination: str, *reasons: dict[str, str], **more: Any
) -> Any:
    given = {"person": None, "sure": False} | more
    row = {"record": record, "file": "a.csv", "sheet": "", "row": 1, "dose_no": 1, "unit": unit, "identity": identity}
    return row | {"vaccination": vaccination, "reasons": list(reasons)} | given


LINES = (
    verdict("1", HAI_MINH, "MATCHED", "PLAUSIBLE", CMND, person="p1", sure=True),
    verdict("2", HAI_MINH, "MATCHED", "DOUBTFUL", person="p2", sure=True),
    verdict("3", HAI_MINH, "MISMATCH", "PLAUSIBLE", MARKS, person="p3", sure=True),
    verdict("4", HAI_MINH, "MISMATCH", "PLAUSIBLE", MARKS, {"field": "sex", "code": "sex_differs"}, person="p4"),
    verdict("5", HAI_MINH, "MATCHED", "DUPLICATE", TWICE, person="p1", sure=True),
    verdict("6", DUY_TRINH, "FOREIGN", "PLAUSIBLE"),
    verdict("7", DUY_TRINH, "NO_NUMBER", "DOUBTFUL", {"field": "number", "code": "number_missing"}),
    verdict("8", None, "NOT_FOUND", "PLAUSIBLE", {"field": "number", "code": "number_unknown"}),
    verdict("9", None, "REFUSED", "REFUSED"),
)


def write_lines(folder: Path, lines: tuple[Any, ...] = LINES) -> dict[str, Path]:
    rows = [{"vaccine": "AstraZeneca", "dose_date": "2021-08-09" if line["unit"] else None} for line in lines]
    return put_lines(folder, verdicts=lines, records=rows)


def find_unit(tables: Tables, unit: str) -> dict[str, Any]:
    [row] = [row for row in tables.units.to_pylist() if row["unit"] == unit]
    return dict(row)


def test_counts_of_a_commune_are_those_of_its_lines(tmp_path: Path, engine: Engine) -> None:
    tables = build_tables(Sources(**write_lines(tmp_path)), engine=engine, scratch=tmp_path / "s")
    row = find_unit(tables, HAI_MINH)
    expected = {"name": "Xã Hải Minh", "level": "commune", "line_count": 5, "duplicates": 1, "refused": 0}
    expected |= {"recorded": 4, "matched": 2, "mismatch": 2, "plausible": 3, "doubtful": 1, "both_settled": 1}
    expected |= {"identity_only": 1, "dose_only": 2, "neither": 0, "open_doses": 3, "sure": 1, "unsure": 1}
    assert {name: row[name] for name in expected} == expected
    assert row["matched_of_recorded"] == 50.0


def test_a_foreigner_with_a_plausible_dose_leaves_nothing_to_do(tmp_path: Path, engine: Engine) -> None:
    tables = build_tables(Sources(**write_lines(tmp_path)), engine=engine, scratch=tmp_path / "s")
    row = find_unit(tables, DUY_TRINH)
    assert (row["recorded"], row["by_rule"], row["both_settled"], row["open_doses"]) == (2, 1, 0, 1)


def test_lines_without_a_unit_keep_their_place_in_the_totals(tmp_path: Path, engine: Engine) -> None:
    tables = build_tables(Sources(**write_lines(tmp_path)), engine=engine, scratch=tmp_path / "s")
    nation, unknown = find_unit(tables, "VN"), find_unit(tables, "-")
    assert (nation["line_count"], nation["recorded"]) == (9, 7)
    assert (unknown["name"], unknown["refused"], unknown["not_found"]) == ("Chưa rõ đơn vị", 1, 1)


def test_noted_reasons_are_no_causes_and_several_reasons_count_each(tmp_path: Path, engine: Engine) -> None:
    tables = build_tables(Sources(**write_lines(tmp_path)), engine=engine, scratch=tmp_path / "s")
    rows = [row for row in tables.causes.to_pylist() if row["unit"] == "VN" and row["state"] == "recorded"]
    counts = {row["code"]: (row["axis"], row["class_2262"], row["doses"], row["sure"]) for row in rows}
    assert counts == {
        "name_marks_lost": ("identity", "c", 2, 1),
        "sex_differs": ("identity", "c", 1, 0),
        "number_missing": ("identity", "a", 1, 0),
        "number_unknown": ("identity", "c", 1, 0),
    }


def test_work_is_divided_by_owner_class_and_way_to_settle(tmp_path: Path, engine: Engine) -> None:
    tables = build_tables(Sources(**write_lines(tmp_path)), engine=engine, scratch=tmp_path / "s")
    rows = [row for row in tables.worklist.to_pylist() if row["unit"] == HAI_MINH]
    assert {(row["owner"], row["settle"], row["work_class"], row["doses"]) for row in rows} == {
        ("identity", "one_step", "name_marks_lost", 1),
        ("identity", "compare", "name_marks_lost sex_differs", 1),
        ("dose", "one_step", "dose_entered_twice", 1),
        ("dose", "ask", "", 1),
    }
    assert sorted(row["rank"] for row in rows if row["owner"] == "identity") == [1, 2]
    assert all(row["to_settle"] for row in rows)


def test_backlog_is_only_of_units_that_report(tmp_path: Path, engine: Engine) -> None:
    (tmp_path / "given.csv").write_text(f"unit,given\n{HAI_MINH},10\n", encoding="utf-8")
    (tmp_path / "people.csv").write_text("unit,people,adults\n36,100,70\n49,200,150\n", encoding="utf-8")
    (tmp_path / "doses.csv").write_text("unit,product,doses\n36,AstraZeneca,8\n36,Comirnaty,4\n", encoding="utf-8")
    more = {"unrecorded": tmp_path / "given.csv", "population": tmp_path / "people.csv"}
    sources = Sources(**write_lines(tmp_path), **more, deliveries=tmp_path / "doses.csv")
    tables = build_tables(sources, engine=engine, scratch=tmp_path / "s")
    nation, quang_nam = find_unit(tables, "VN"), find_unit(tables, "49")
    assert (nation["given"], nation["given_recorded"], nation["unrecorded"]) == (10, 4, 6)
    assert (nation["people"], nation["delivered"], nation["recorded_of_given"]) == (300, 12, 40.0)
    assert (quang_nam["given"], quang_nam["unrecorded"], quang_nam["people"]) == (None, None, 200)


def test_more_recorded_than_given_is_no_negative_backlog(tmp_path: Path, engine: Engine) -> None:
    (tmp_path / "given.csv").write_text(f"unit,given,unrecorded\n{HAI_MINH},1,\n{DUY_TRINH},,3\n", encoding="utf-8")
    sources = Sources(**write_lines(tmp_path), unrecorded=tmp_path / "given.csv")
    tables = build_tables(sources, engine=engine, scratch=tmp_path / "s")
    assert find_unit(tables, HAI_MINH)["unrecorded"] == 0
    assert (find_unit(tables, DUY_TRINH)["unrecorded"], find_unit(tables, DUY_TRINH)["given"]) == (3, 5)


def test_every_level_adds_up_to_the_one_above(tmp_path: Path, engine: Engine) -> None:
    tables = build_tables(Sources(**write_country(tmp_path, lines=3000)), engine=engine, scratch=tmp_path / "s")
    rows = tables.units.to_pylist()
    counts = ("line_count", "recorded", "matched", "plausible", "both_settled", "open_doses", "sure", "unrecorded")
    sums: dict[tuple[str, str], int] = Counter()
    for row in rows:
        for name in counts:
            sums[row["level"], name] += row[name] or 0
    for name in counts:
        assert len({sums[level, name] for level in ("nation", "province", "district", "commune")}) == 1, name


def test_the_axes_each_add_up_to_recorded(tmp_path: Path, engine: Engine) -> None:
    tables = build_tables(Sources(**write_country(tmp_path, lines=3000)), engine=engine, scratch=tmp_path / "s")
    for row in tables.units.to_pylist():
        identity = ("matched", "mismatch", "not_found", "ambiguous", "no_number", "foreigners")
        assert sum(row[name] for name in identity) == row["recorded"]
        assert row["plausible"] + row["doubtful"] == row["recorded"]
        assert row["both_settled"] + row["by_rule"] + row["open_doses"] == row["recorded"]
        assert row["recorded"] + row["duplicates"] + row["refused"] == row["line_count"]


def test_days_and_products_add_up_to_recorded(tmp_path: Path, engine: Engine) -> None:
    tables = build_tables(Sources(**write_lines(tmp_path)), engine=engine, scratch=tmp_path / "s")
    for table in (tables.days, tables.products):
        assert sum(row["recorded"] for row in table.to_pylist() if row["unit"] == "VN") == 7
    [undated] = [r for r in tables.days.to_pylist() if r["unit"] == "VN" and r["dose_date"] is None]
    assert undated["recorded"] == 1


def test_files_are_readable_and_every_column_is_explained(tmp_path: Path, engine: Engine) -> None:
    tables = build_tables(Sources(**write_lines(tmp_path)), engine=engine, scratch=tmp_path / "s")
    paths = write_tables(tables, tmp_path / "tables")
    assert all(path.stat().st_size for path in paths)
    units = pa_csv.read_csv(tmp_path / "tables" / "units.csv")
    assert units.column_names == tables.units.column_names
    columns = pa_csv.read_csv(tmp_path / "tables" / "columns.csv").to_pylist()
    explained = {(row["table"], row["column"]) for row in columns}
    for name in ORDER:
        for column in tables.by_name()[name].column_names:
            assert (name, column) in explained or ("*", column) in explained, (name, column)
    shares = {row["column"]: row["denominator"] for row in columns if "_of_" in row["column"]}
    assert all(name.endswith(whole.replace("_settled", "")) for name, whole in shares.items())


@pytest.mark.spark
def test_spark_gives_the_same_tables(tmp_path: Path, engine: Engine) -> None:
    if shutil.which("java") is None:
        if os.environ.get("XACTHUC_REQUIRE_ALL") == "1":
            pytest.fail("Spark needs Java 17, which is not here")
        pytest.skip("Spark needs Java 17, which is not here")
    sources = Sources(**write_country(tmp_path, lines=2000, provinces=("36", "48")))
    here = build_tables(sources, engine=engine, scratch=tmp_path / "s")
    spark = open_engine("spark", scratch=tmp_path / "spark")
    there = build_tables(sources, engine=spark, scratch=tmp_path / "t")
    for name, table in here.by_name().items():
        assert table.to_pylist() == there.by_name()[name].to_pylist(), name


@pytest.mark.parametrize(
    ("which", "text", "said"),
    [
        ("deliveries", "a,b\n1,2\n", "the column unit is missing"),
        ("deliveries", "unit,product\n36,AstraZeneca\n", "the column doses is missing"),
        ("unrecorded", "unit,people,adults\n14233,5,4\n", "the column given / unrecorded is missing"),
        ("population", "unit,people\n14233,5\n", "the column adults is missing"),
        ("deliveries", "unit,product,doses\n36,AstraZeneca,many\n", "no whole number"),
        ("deliveries", "unit,product,doses\n36,AZ,10\nTổng,AZ,10\n", "row 3: no unit"),
        ("unrecorded", "", "no readable csv"),
    ],
)
def test_figures_that_would_be_lost_are_refused(
    tmp_path: Path, engine: Engine, which: str, text: str, said: str
) -> None:
    path = tmp_path / "figures.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(FiguresRefused, match=said) as caught:
        build_tables(Sources(**write_lines(tmp_path), **{which: path}), engine=engine, scratch=tmp_path / "s")
    assert caught.value.vi


def test_a_file_that_is_neither_csv_nor_parquet_is_refused(tmp_path: Path, engine: Engine) -> None:
    (tmp_path / "bad.toml").write_text("a = 1", encoding="utf-8")
    sources = Sources(**write_lines(tmp_path), deliveries=tmp_path / "bad.toml")
    with pytest.raises(FiguresRefused, match="csv or Parquet"):
        build_tables(sources, engine=engine, scratch=tmp_path / "s")
