"""What the whole sheet tells: dates, coding of the sexes, kind of numbers, ids that repeat, the sheet's own place."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from xacthuc.cleaning.evidence import SheetEvidence, find_repeated, gather_evidence
from xacthuc.records import RAW_SCHEMA, SheetLayout


def _raw(**columns: list[str | None]) -> pa.Table:
    length = max(len(values) for values in columns.values())
    given: dict[str, list[object]] = {
        "file": ["f.xlsx"] * length,
        "sheet": ["S"] * length,
        "row": list(range(2, length + 2)),
    }
    given |= {"part": [1] * length, "slot": [1] * length}
    return pa.table(
        {name: columns.get(name) or given.get(name) or [None] * length for name in RAW_SCHEMA.names}, schema=RAW_SCHEMA
    )


def _layout(**changes: object) -> SheetLayout:
    return SheetLayout(file="f.xlsx", sheet="S", kind="list", visible=True, last_row=9, counts={}, **changes)


def _gather(layout: SheetLayout | None = None, **columns: list[str | None]) -> SheetEvidence:
    return gather_evidence([_raw(**columns)], layout or _layout())


US_CELLS = ["1998-08-04", "1976-01-10", "1986-03-07", "1971-07-07", "1990-02-11", "1980-12-12"]
LATE_TEXTS = ["14/05/1996", "21/04/1941", "19/04/1973", "27/08/1988", "30/01/2000", "13/02/1950"]


def test_a_foreign_locale_swapped_the_cells() -> None:
    assert _gather(birth_date=[*US_CELLS, *LATE_TEXTS]).birth.swapped


@pytest.mark.parametrize("more", [["1998-08-24"], ["1/2/1960", "3/4/1961"]])
def test_one_late_cell_or_early_texts_speak_against_it(more: list[str]) -> None:
    assert not _gather(birth_date=[*US_CELLS, *LATE_TEXTS, *more]).birth.swapped


def test_too_few_cells_or_no_late_texts_tell_nothing() -> None:
    assert not _gather(birth_date=[*US_CELLS[:4], *LATE_TEXTS]).birth.swapped
    assert not _gather(birth_date=US_CELLS).birth.swapped


def test_dose_dates_follow_a_swapped_birth_column() -> None:
    births = [*US_CELLS, *LATE_TEXTS]
    assert _gather(birth_date=births, dose_date=["2021-09-11", "2021-05-10", "28/10/2021", *[None] * 9]).dose.swapped
    assert not _gather(
        birth_date=births, dose_date=["2021-09-11", "2021-10-28", "28/10/2021", *[None] * 9]
    ).dose.swapped
    assert not _gather(birth_date=births, dose_date=["2021-09-11", *[None] * 11]).dose.swapped


def test_month_first_needs_three_witnesses_and_no_equal_opposition() -> None:
    assert _gather(birth_date=["03/27/1995", "05/14/1990", "12/31/1980", "1/2/1990"]).birth.order == "mdy"
    assert _gather(birth_date=["03/27/1995", "05/14/1990"]).birth.order == "dmy"
    assert _gather(birth_date=["03/27/1995", "05/14/1990", "12/31/1980", "27/03/1990"]).birth.order == "dmy"


def test_a_column_map_overrides_the_order_and_the_swap() -> None:
    birth = _gather(_layout(birth_order="mdy"), birth_date=[*US_CELLS, *LATE_TEXTS]).birth
    assert (birth.order, birth.swapped) == ("mdy", False)
    assert _gather(_layout(birth_order="dmy"), birth_date=[*US_CELLS, *LATE_TEXTS]).birth.swapped


def test_the_pivot_is_the_youngest_who_can_have_had_the_last_dose() -> None:
    doses: list[str | None] = ["19/10/2021"] * 150 + ["19/10/2012", "1/1/2121"]
    assert _gather(dose_date=doses).birth.pivot == 2016
    assert gather_evidence([_raw(name=["A"])], _layout(), today=date(2022, 6, 1)).birth.pivot == 2022


def test_the_year_of_dates_without_one() -> None:
    assert _gather(dose_date=["20/8", "21/8/2021", "22/8"]).dose.year == 2021
    assert _gather(_layout(context={"title": "DANH SÁCH TIÊM NĂM 2022"}), dose_date=["20/8"]).dose.year == 2022
    assert _gather(dose_date=["20/8"]).dose.year is None


def test_figures_for_sexes_are_read_off_the_numbers() -> None:
    numbers: list[str | None] = [f"036{digit}95{n:06d}" for n in range(5) for digit in "01"]
    flipped = _gather(sex=["0", "1"] * 5, number=numbers)
    assert dict(flipped.sex_codes)["0"] == "M"
    assert dict(flipped.sex_codes)["1"] == "F"
    assert dict(_gather(sex=["1", "2"] * 2, number=numbers[:4]).sex_codes) == {"0": "F", "1": "M", "2": "F"}
    mixed = _gather(sex=["0", "0"] * 5, number=numbers)
    assert dict(mixed.sex_codes)["0"] == "F"


def test_the_letter_n_means_the_sex_that_is_not_written_out() -> None:
    assert dict(_gather(sex=["N", "Nữ", "n"]).sex_codes)["n"] == "M"
    assert dict(_gather(sex=["N", "Nam", "N"]).sex_codes)["n"] == "F"
    assert "n" not in dict(_gather(sex=["N", "N"]).sex_codes)
    assert "n" not in dict(_gather(sex=["N", "Nam", "Nữ"]).sex_codes)
    numbers: list[str | None] = [f"036195{n:06d}" for n in range(5)]
    assert dict(_gather(sex=["N"] * 5, number=numbers).sex_codes)["n"] == "F"


def test_the_usual_first_digit_of_old_numbers() -> None:
    assert _gather(number=["162958077"] * 5 + ["205344457"] * 4).cmnd_first == "1"
    assert _gather(number=["162958077"] * 4).cmnd_first is None
    assert _gather(number=["162958077", "205344457", "305344457"] * 4).cmnd_first is None


def test_keys_of_another_register_are_recognised_by_their_form() -> None:
    keys: list[str | None] = [f"AB{n:04d}" for n in range(20)]
    passports: list[str | None] = [f"M{n:08d}" for n in range(1, 20)]
    assert _gather(number=keys).own_key
    assert not _gather(number=keys[:9]).own_key
    assert not _gather(number=passports).own_key
    assert _gather(_layout(place_tree="none"), number=passports).own_key
    nines: list[str | None] = [f"12345{n:04d}" for n in range(20)]
    assert _gather(_layout(place_tree="none"), number=nines).own_key
    assert not _gather(number=nines).own_key
    assert not _gather(_layout(place_tree="none"), number=[*nines, "036095020263"]).own_key
    assert not _gather(number=[f"0360950{n:05d}" for n in range(20)]).own_key
    assert not _gather(number=["không có"] * 20).own_key


def test_ids_repeat_between_rows_not_within_one() -> None:
    raw = _raw(record=["a", "a", "b", "c", "c", None])
    raw = raw.set_column(
        RAW_SCHEMA.get_field_index("row"), RAW_SCHEMA.field("row"), pa.array([2, 2, 3, 4, 5, 6], pa.int32())
    )
    assert gather_evidence([raw], _layout()).repeated == frozenset({"c"})
    assert find_repeated([]) == []
    assert find_repeated([pa.array(["a", "b"]), pa.array(["a", "c"])]) == ["a"]


def test_the_sheet_belongs_to_the_commune_of_its_letterhead() -> None:
    numbers: list[str | None] = ["036095020263", "36195020263", "091195020263", "xyz"]
    home = _gather(_layout(context={"commune": "XÃ HẢI MINH", "dose_date": "1/2/2021"}), number=numbers).home
    assert home.path[2] == "14233"


def test_the_sample_ends() -> None:
    batches = [
        _raw(birth_date=["1/2/1990"] * 30_000),
        _raw(birth_date=["1/2/1990"] * 30_000),
        _raw(birth_date=["03/27/1995"] * 30),
    ]
    assert gather_evidence(batches, _layout()).birth.order == "dmy"
