"""The numbers by which a register is looked up are those that the slow reference reads, person by person."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from registers import describe_person
from rows import make_row
from xacthuc.matching.reference_blocks import EVERY, EXACT, FEW, FIRST, PARTS
from xacthuc.records import CLEAN_SCHEMA
from xacthuc_register.blocks import HOLDERS, hash_parts, hash_text, list_blocks, read_claim, read_people

BLOCKS = tuple(dict.fromkeys([*HOLDERS, *list_blocks(narrow=True), *list_blocks(narrow=False)]))


@settings(max_examples=50, deadline=None)
@given(st.lists(describe_person(36), min_size=1, max_size=8))
def test_columns_and_rows_say_the_same(known: list[dict[str, str | None]]) -> None:
    rows = [make_row(**person) for person in known]
    people = pa.Table.from_pylist([row | {"record": "x"} for row in rows], schema=CLEAN_SCHEMA)
    hashed = hash_parts(people, frozenset(part for block in BLOCKS for part in block))
    for parts in BLOCKS:
        numbers, places = read_people(parts, hashed)
        found = dict(zip(places.tolist(), numbers.tolist(), strict=True))
        # A person asks by the same values as a claim of that person, but by the number12 alone.
        expected = {at: read_claim(parts, row | {"digits": None}) for at, row in enumerate(rows)}
        assert found == {at: number for at, number in expected.items() if number is not None}


def test_every_block_of_the_reference_is_there() -> None:
    of_reference = {block.parts for block in (*FIRST, EXACT, *EVERY, *FEW)}
    assert of_reference == set(BLOCKS) - set(HOLDERS)
    assert {part for parts in of_reference for part in parts} <= PARTS.keys()


def test_keys_with_the_same_parts_in_another_order_differ() -> None:
    assert read_claim(("day", "name_last"), make_row(name="An", birth_date="1990-01-01")) != read_claim(
        ("name_last", "day"), make_row(name="An", birth_date="1990-01-01")
    )
    assert hash_text("") != hash_text("0")
