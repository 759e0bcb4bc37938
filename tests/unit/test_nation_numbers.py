import numpy as np
import pytest

from xacthuc.nation.numbers import (
    BLOCK_FIRST,
    BLOCK_SIZE,
    Cells,
    Holders,
    Numbering,
    count_cells,
    is_held_nine,
    is_held_twelve,
    number_nine,
    number_twelve,
    write_ids,
    write_insurance,
    write_phones,
)
from xacthuc.nation.places import load_places

PLACES = load_places()
COUNTRY = Numbering(places=PLACES, seed=4, unknown=0.05)
SIZE = 40_000


@pytest.fixture(scope="module")
def holders():
    rng = np.random.default_rng(1)
    index = np.arange(SIZE)
    return Holders(
        rng.integers(0, 63, SIZE), sex=rng.integers(0, 2, SIZE), year=rng.integers(1930, 2021, SIZE),
        inside=index % 50 != 0, index=index,
    )  # fmt: skip


@pytest.fixture(scope="module")
def totals(holders):
    return count_cells(holders, holds_cmnd=np.ones(SIZE, bool), provinces=63)


def empty_cells(totals):
    return Cells(np.zeros_like(totals.twelve), np.zeros_like(totals.nine))


def as_numbers(texts):
    return np.array([int(text) for text in texts.to_pylist()])


def test_twelve_digits_tell_province_sex_and_year_and_are_unique(holders, totals):
    texts = number_twelve(holders, before=empty_cells(totals), country=COUNTRY).to_pylist()
    inside = [text for text, known in zip(texts, holders.inside, strict=True) if known]
    assert len(set(inside)) == len(inside)
    rows = zip(texts, holders.home.tolist(), holders.sex.tolist(), holders.year.tolist(), strict=True)
    for text, home, sex, year in rows:
        assert text[:3] == f"0{PLACES.provinces[home]}"
        assert text[3] == str(sex + (2 if year >= 2000 else 0))
        assert text[4:6] == f"{year % 100:02d}"
        assert len(text) == 12


def test_whether_somebody_holds_a_number_is_known_without_the_register(holders, totals):
    numbers = as_numbers(number_twelve(holders, before=empty_cells(totals), country=COUNTRY))
    assert np.array_equal(is_held_twelve(numbers, totals=totals, country=COUNTRY), holders.inside)
    neighbours = numbers + 1
    held = is_held_twelve(neighbours, totals=totals, country=COUNTRY)
    assert np.array_equal(held, np.isin(neighbours, numbers[holders.inside]))


def test_numbers_of_no_province_are_held_by_nobody(totals):
    assert not is_held_twelve(np.array([3_085_000_001, 999_085_000_001]), totals=totals, country=COUNTRY).any()


def test_chunks_go_on_where_the_one_before_ended(holders, totals):
    first = as_numbers(number_twelve(holders, before=empty_cells(totals), country=COUNTRY))[holders.inside]
    second = as_numbers(number_twelve(holders, before=totals, country=COUNTRY))[holders.inside]
    assert not np.isin(second, first).any()


def test_old_numbers_have_the_prefix_of_their_province(holders, totals):
    nine = number_nine(holders, holds=np.ones(SIZE, bool), before=empty_cells(totals), country=COUNTRY)
    block = (nine.number >= BLOCK_FIRST) & (nine.number < BLOCK_FIRST + BLOCK_SIZE)
    for number, home in zip(nine.number[~block].tolist(), holders.home[~block].tolist(), strict=True):
        assert f"{number:09d}".startswith(PLACES.cmnd[home])
    outside_block = nine.number[~block & holders.inside]
    assert len(np.unique(outside_block)) == len(outside_block)


def test_a_block_of_old_numbers_was_issued_in_two_provinces(holders, totals):
    nine = number_nine(holders, holds=np.ones(SIZE, bool), before=empty_cells(totals), country=COUNTRY)
    by_province = {}
    for code in ("75", "77"):
        here = nine.number[(holders.home == PLACES.provinces.index(code)) & holders.inside]
        by_province[code] = {number for number in here.tolist() if 0 <= number - BLOCK_FIRST < BLOCK_SIZE}
    assert by_province["75"]
    assert by_province["75"] <= by_province["77"]


def test_whether_the_register_knows_an_old_number_is_known_without_it(holders, totals):
    nine = number_nine(holders, holds=np.ones(SIZE, bool), before=empty_cells(totals), country=COUNTRY)
    block = (nine.number >= BLOCK_FIRST) & (nine.number < BLOCK_FIRST + BLOCK_SIZE)
    held = is_held_nine(nine.number, totals=totals, country=COUNTRY)
    assert np.array_equal(held, nine.known)
    assert held[block].all()
    assert not is_held_nine(np.array([BLOCK_FIRST + BLOCK_SIZE - 1]), totals=totals, country=COUNTRY).any()
    assert 0.03 < 1 - nine.known[holders.inside].mean() < 0.07


def test_nobody_holds_an_old_number_who_should_not(holders, totals):
    holds = np.arange(SIZE) % 2 == 0
    nine = number_nine(holders, holds=holds, before=empty_cells(totals), country=COUNTRY)
    assert (nine.number[~holds] == -1).all()
    assert not nine.known[~holds].any()


def test_no_two_provinces_share_a_prefix():
    prefixes = [prefix for of_one in PLACES.cmnd for prefix in of_one]
    for one in prefixes:
        assert [other for other in prefixes if other.startswith(one)] == [one]


def test_phones_insurance_and_ids_never_repeat():
    slots = np.concatenate((np.arange(50_000), np.arange(50_000) + 180_000_000))
    for texts, length in (
        (write_phones(slots, seed=1), 10),
        (write_insurance(slots, seed=1), 10),
        (write_ids(slots, seed=1), 11),
    ):
        values = texts.to_pylist()
        assert len(set(values)) == len(values)
        assert {len(value) for value in values} == {length}
    assert all(phone[0] == "0" for phone in write_phones(slots, seed=1).to_pylist())
