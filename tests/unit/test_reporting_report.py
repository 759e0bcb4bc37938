"""The report's page: what it says for a nation, a province and a district, and what it must never hold."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from reporting_country import put_lines, write_country

from xacthuc.codes.units import load_units
from xacthuc.engines import open_engine
from xacthuc.records import FINDING_SCHEMA
from xacthuc.reporting.country_map import draw_map, find_breaks, find_shade, read_geometry
from xacthuc.reporting.figures import Figures, collect_figures
from xacthuc.reporting.notes import write_checked
from xacthuc.reporting.pages import render_page, write_count, write_large, write_share
from xacthuc.reporting.patterns import LINES
from xacthuc.reporting.report import build_report, list_stages, round_up
from xacthuc.reporting.tables import Sources, build_tables

AS_OF = date(2021, 12, 15)
TITLE = "Kết quả xác thực"


def build(folder: Path, paths: dict[str, Path], **more: Any) -> str:
    [page, *others] = build_report(folder / "out", **paths, **more, as_of=AS_OF, title=TITLE)
    assert all(path.exists() for path in others)
    assert not (folder / "out" / ".report").exists()
    return page.read_text(encoding="utf-8")


def figures_of(folder: Path, paths: dict[str, Path]) -> Figures:
    engine = open_engine("duckdb", scratch=folder / "spill")
    tables = build_tables(Sources(**paths), engine=engine, scratch=folder / "s")
    engine.close()
    return collect_figures(tables, tree=load_units("2021"), as_of=AS_OF)


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("nation")
    return build(folder, write_country(folder, lines=4000, per_district=1))


def test_the_page_loads_nothing_and_names_no_host(nation: str) -> None:
    assert "http" not in nation
    assert not re.search(r"<(script|img|link|iframe)[^>]*\b(src|href)=", nation)
    assert "@import" not in nation
    assert "url(" not in re.sub(r"url\(#\w+\)", "", nation)


def test_the_page_holds_no_value_of_a_record(nation: str) -> None:
    assert "Nguyễn Văn Thử" not in nation
    assert "r0000001" not in nation


def test_the_map_shows_every_province_and_both_archipelagos(nation: str) -> None:
    assert len(re.findall(r'<a class="prov', nation)) == 63
    for name in ("Quần đảo Hoàng Sa", "Quần đảo Trường Sa", "(TP. Đà Nẵng)", "(tỉnh Khánh Hòa)"):
        assert name in nation


def test_everything_said_in_vietnamese_is_said_in_english(nation: str) -> None:
    assert nation.count('class="vi"') == nation.count('class="en"') > 500


def test_a_title_is_text_and_never_markup(tmp_path: Path) -> None:
    paths = write_country(tmp_path, lines=50, provinces=("01",))
    [page, *_] = build_report(tmp_path / "o", **paths, as_of=AS_OF, title="<script>alert(1)</script>")
    assert "<script>alert" not in page.read_text(encoding="utf-8")


def test_one_province_has_its_communes_and_its_place_on_the_map(tmp_path: Path) -> None:
    page = build(tmp_path, write_country(tmp_path, lines=400, provinces=("49",)))
    assert "Vị trí trong cả nước" in page
    assert len(re.findall(r'<g class="prov', page)) == 63
    assert len(re.findall(r'<g class="prov"><path[^>]* fill=', page)) == 1
    assert "Quần đảo Hoàng Sa" in page
    assert "pick-province" not in page.partition("<script>")[0]
    assert "Tỉnh Quảng Nam" in page
    assert "Theo huyện và xã" in page


def test_one_district_has_a_flat_list_of_communes(tmp_path: Path) -> None:
    paths = write_country(tmp_path, lines=300, provinces=("96",), per_district=4)
    table = pq.read_table(paths["lines"] / LINES)
    district = {unit.code for unit in load_units("2021").children("964")}
    kept = table.filter(pa.array([unit is None or unit in district for unit in table["unit"].to_pylist()]))
    pq.write_table(kept, paths["lines"] / LINES)
    page = build(tmp_path, paths)
    assert "<h2><span" in page
    assert "Theo xã" in page
    assert "Huyện U Minh" in page or "Thành phố Cà Mau" in page
    assert 'aria-controls="duoi-' not in page
    assert "Tỉnh Cà Mau" in page[page.index('id="ban-do"') :]
    assert len(re.findall(r'<g class="prov"><path[^>]* fill=', page)) == 1


@pytest.mark.parametrize(
    ("units", "name", "places"),
    [
        (["14233", "14236", "14239"], "Huyện Hải Hậu", {"Xã Hải Minh", "Xã Hải Anh", "Xã Hải Hưng"}),
        (["14233", "366", None], "Huyện Hải Hậu", {"Xã Hải Minh", "Huyện Hải Hậu, chưa rõ xã", "Chưa rõ đơn vị"}),
        (["14233", "36"], "Tỉnh Nam Định", {"Huyện Hải Hậu", "Tỉnh Nam Định, chưa rõ huyện"}),
        (["14233", None], "Xã Hải Minh, Huyện Hải Hậu, Tỉnh Nam Định", {"Xã Hải Minh", "Chưa rõ đơn vị"}),
        ([None], "Chưa rõ đơn vị", {"Chưa rõ đơn vị"}),
        (["14233", "01"], "Cả nước", {"Tỉnh Nam Định", "Thành phố Hà Nội"}),
    ],
)
def test_the_page_is_headed_by_the_smallest_unit_that_holds_all(
    tmp_path: Path, units: list[str | None], name: str, places: set[str]
) -> None:
    paths = write_country(tmp_path, lines=60, provinces=("36",))
    table = pq.read_table(paths["lines"] / LINES)
    chosen = pa.array([units[n % len(units)] for n in range(table.num_rows)], pa.string())
    pq.write_table(table.set_column(table.schema.get_field_index("unit"), "unit", chosen), paths["lines"] / LINES)
    figures = figures_of(tmp_path, {"lines": paths["lines"]})
    assert figures.scope_name.vi == name
    assert {place.name.vi for place in figures.places} == places


def test_nothing_at_all_is_a_report_too(tmp_path: Path) -> None:
    paths = write_country(tmp_path, lines=3, provinces=("01",), per_district=1)
    pq.write_table(pq.read_table(paths["lines"] / LINES).slice(0, 0), paths["lines"] / LINES)
    page = build(tmp_path, {"lines": paths["lines"]})
    assert "Không có lý do nào." in page
    assert "Không mũi nào có ngày tiêm." in page
    assert "chưa biết" in page


def test_rows_and_findings_are_accounted_for(tmp_path: Path) -> None:
    paths = write_country(tmp_path, lines=60, provinces=("01",))
    heading = "file,sheet,data,headings,blank,totals\n"
    (tmp_path / "rows.csv").write_text(heading + "a.xlsx,S1,1200,3,4,5\na.xlsx,S2,34,1,0,\n", encoding="utf-8")
    found = {"file": "a.xlsx", "sheet": "S1", "row": 4, "field": "name"}
    codes = ["name_marks_lost"] * 3 + ["number_old_cmnd"]
    rows = [found | {"code": code} for code in codes]
    pq.write_table(pa.Table.from_pylist(rows, FINDING_SCHEMA), tmp_path / "findings.parquet")
    page = build(tmp_path, paths, rows=tmp_path / "rows.csv", findings=tmp_path / "findings.parquet")
    assert "1 tệp, 2 trang tính" in page
    assert "1.234 dòng dữ liệu" in page
    assert "Trong các ô của tệp nguồn" in page
    assert "Số CMND cũ của đúng người này" not in page


def test_the_waterfall_never_grows_after_recorded(tmp_path: Path) -> None:
    figures = figures_of(tmp_path, write_country(tmp_path, lines=500, provinces=("36", "48")))
    stages = list(list_stages(figures))
    assert [stage.words.vi for stage in stages] == [
        "Đã phân bổ",
        "Đã tiêm",
        "Đã ghi nhận",
        "Đúng người",
        "Cả hai xác nhận",
    ]
    counts = [stage.count for stage in stages[2:]]
    assert counts == sorted(counts, reverse=True)
    assert counts[0] - counts[1] == stages[3].lost


def test_the_bars_add_up_where_units_record_more_than_they_report(tmp_path: Path) -> None:
    """What the backlog of some leaves out of what others record too much is said, and so is what nobody reported."""
    paths = write_country(tmp_path, lines=600, provinces=("36",), per_district=2)
    recorded = figures_of(tmp_path, {"lines": paths["lines"]}).places
    units = [unit.code for place in recorded for unit in place.below if not unit.code.endswith("-")]
    doses = [unit.figures["recorded"] for place in recorded for unit in place.below if not unit.code.endswith("-")]
    given = [doses[0] - 5, doses[1] - 8, *(count + 3 for count in doses[2:-1])]  # the last one reports nothing
    pq.write_table(pa.table({"unit": units[:-1], "given": given}), paths["unrecorded"])
    page = build(tmp_path, paths)
    stages = {stage.words.en: stage for stage in list_stages(figures_of(tmp_path, paths))}
    told, counted = stages["Given"], stages["Recorded"]
    assert counted.gains[0][0] == 13
    assert told.count - (counted.lost or 0) + sum(count for count, _ in counted.gains) == counted.count
    assert "recorded above what was reported" in page
    assert "recorded in units that do not report" in page


def test_the_page_says_what_the_doses_were_held_against(tmp_path: Path) -> None:
    assert write_checked(None).en.endswith("; lots and sessions not checked: no list")
    for lots, sites, said in (
        (204, 237, "the rules of age, interval and product, a list of 204 lots, 11,407 sessions of 237 sites"),
        (204, 0, "a list of 204 lots; sessions not checked: no list"),
        (0, 237, "11,407 sessions of 237 sites; lots not checked: no list"),
        (0, 0, "product; lots and sessions not checked: no list"),
    ):
        counted = {"lots": lots, "sites": sites, "sessions": 11407 if sites else 0}
        (tmp_path / "checks.json").write_text(json.dumps(counted), encoding="utf-8")
        assert write_checked(tmp_path / "checks.json").en.endswith(said)
    unmet = {"lots": 204, "sites": 0, "sessions": 0, "sites_listed": 9}
    (tmp_path / "checks.json").write_text(json.dumps(unmet), encoding="utf-8")
    assert write_checked(tmp_path / "checks.json").en.endswith("names none of the sites of these doses")
    (tmp_path / "checks.json").write_text('{"lots": 204, "sites": 2, "sessions": 9}', encoding="utf-8")
    page = build(tmp_path, write_country(tmp_path, lines=60, provinces=("36",)), checks=tmp_path / "checks.json")
    assert "danh mục 204 lô, 9 buổi tiêm của 2 điểm tiêm<" in page


def test_the_worst_communes_come_first_and_name_their_chain(tmp_path: Path) -> None:
    figures = figures_of(tmp_path, write_country(tmp_path, lines=800, provinces=("36",), per_district=1))
    work = [place.figures["open_doses"] + place.figures["duplicates"] for place in figures.worst]
    assert work == sorted(work, reverse=True)
    assert all("Tỉnh Nam Định" in place.name.vi for place in figures.worst)
    assert all(place.tasks and place.tasks[0].doses >= place.tasks[-1].doses for place in figures.worst)


def write_days(folder: Path, days: dict[str | None, int]) -> dict[str, Path]:
    dates = [day for day, count in days.items() for _ in range(count)]
    settled = {"unit": "00001", "dose_no": 1, "identity": "MATCHED", "vaccination": "PLAUSIBLE", "reasons": []}
    verdicts = [settled | {"person": "p", "sure": True}] * len(dates)
    return put_lines(folder, verdicts=verdicts, records=[{"vaccine": "Comirnaty", "dose_date": day} for day in dates])


@pytest.mark.parametrize(
    ("days", "step", "bars"),
    [(5, "day", 5), (70, "day", 70), (100, "week", 15), (520, "month", 18)],
)
def test_a_trend_has_a_bar_for_every_step_without_a_gap(tmp_path: Path, days: int, step: str, bars: int) -> None:
    first = AS_OF - timedelta(days=days - 1)
    trend = figures_of(tmp_path, write_days(tmp_path, {first.isoformat(): 20, AS_OF.isoformat(): 30})).trend
    assert (trend.step, len(trend.bars)) == (step, bars)
    assert sum(bar.recorded for bar in trend.bars) == 50


def test_slips_of_the_year_and_days_to_come_stay_off_the_chart(tmp_path: Path) -> None:
    days = {"2012-08-09": 1, "2021-08-09": 150, "2021-08-10": 150, "2121-08-09": 2, None: 4}
    trend = figures_of(tmp_path, write_days(tmp_path, days)).trend
    assert [bar.recorded for bar in trend.bars] == [150, 150]
    assert (trend.stray, trend.undated) == (3, 4)


def test_numbers_are_written_as_each_language_does() -> None:
    assert write_count(1234567) == ("1.234.567", "1,234,567")
    assert write_large(61_234_567) == ("61,2 triệu", "61.2 million")
    assert write_large(247_339_252).en == "247 million"
    assert write_share(2, 3) == ("66,7 %", "66.7%")
    assert write_share(1, 0) == write_share(None, 5) == ("–", "–")


def test_a_share_never_says_all_or_nothing_where_it_is_not() -> None:
    assert write_share(99_999, 100_000).en == "99.9%"
    assert write_share(1, 100_000).en == "0.1%"
    assert write_share(5, 5).en == "100.0%"
    assert write_share(0, 5).en == "0.0%"


@pytest.mark.parametrize(
    ("shares", "breaks"),
    [
        ([], (0, 20, 40, 60, 80, 100)),
        ([61.2, 64.9], (61, 62, 63, 64, 65, 66)),
        ([56.1, 79.9], (55, 60, 65, 70, 75, 80)),
        ([12.0, 97.0], (0, 20, 40, 60, 80, 100)),
        ([100.0], (95, 96, 97, 98, 99, 100)),
    ],
)
def test_classes_of_the_map_are_round_and_hold_every_share(shares: list[float], breaks: tuple[int, ...]) -> None:
    assert find_breaks(shares) == breaks
    assert all(0 <= find_shade(share, breaks) <= 4 for share in shares)


def test_the_map_covers_the_provinces_of_2021_and_no_other() -> None:
    codes = {unit.code for unit in load_units("2021").provinces()}
    assert set(read_geometry()["provinces"]) == codes
    assert {group["unit"] for group in read_geometry()["archipelagos"]} == {"48", "56"}
    assert all(shape.shade is None for shape in draw_map({}).shapes)


def test_scales_end_on_round_numbers() -> None:
    assert [round_up(count) for count in (1, 7, 10, 998, 1001, 13_000)] == [2, 8, 10, 1000, 2000, 20_000]


def test_text_in_a_template_is_escaped() -> None:
    page = render_page(
        "explain.html.j2",
        title="<b>",
        rows=[],
        verdicts=[],
        reasons=[],
        proposals=[],
        zero=0,
        threshold_at=0,
        match=[],
        checks=[],
        course=[],
        doses=[],
    )
    assert "<h1>&lt;b&gt;</h1>" in page
