"""Findings of one batch, collected column by column and given as one table."""

from __future__ import annotations

from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning.cells import is_true, letter_of, map_distinct
from xacthuc.cleaning.sexes import read_sex
from xacthuc.records import FINDING_SCHEMA, Column, SheetLayout


@dataclass
class FoundList:
    """Collects finding codes field by field, each with the rows it speaks of."""

    layout: SheetLayout
    slot: pa.Array
    parts: list[tuple[str, pa.Array, pa.Array]] = field(default_factory=list)

    def add(self, name: str, codes: pa.Array) -> None:
        """Add the codes of one field, a column beside the rows."""
        if codes.null_count < len(codes):
            here = pc.indices_nonzero(pc.is_valid(codes))
            self.parts.append((name, here, codes.take(here)))

    def add_rows(self, name: str, code: str, rows: pa.Array) -> None:
        """Add one code of one field for the rows given, from 0."""
        if len(rows):
            self.parts.append((name, rows, pa.repeat(code, len(rows))))

    def build(self, *, record: pa.Array, file: pa.Array, sheet: pa.Array, row: pa.Array, sex: pa.Array) -> pa.Table:
        """Give one row per finding, in the order of fields and rows; `sex` as written chooses between two columns."""
        tables = [FINDING_SCHEMA.empty_table()]
        for name, here, codes in self.parts:
            letters = self._letters(name, slot=self.slot.take(here), sex=sex.take(here))
            columns = [
                record.take(here),
                file.take(here),
                sheet.take(here),
                row.take(here),
                letters,
                pa.repeat(name, len(here)),
                codes,
            ]
            tables.append(pa.table(columns, schema=FINDING_SCHEMA))
        return pa.concat_tables(tables).combine_chunks()

    def _letters(self, name: str, *, slot: pa.Array, sex: pa.Array) -> pa.Array:
        """Give the letters of the columns the cells stand in; null where a heading above the table filled them."""
        mine = [column for column in self.layout.columns if column.field == name]
        people = {column.slot: letter_of(column.index) for column in reversed(mine)}
        last = max([*people, 0])
        by_slot = [people.get(number, people.get(0)) for number in range(last + 1)]
        index = pc.min_element_wise(slot.cast(pa.int64()), last)
        if 0 not in people and len(people) == 1:
            return pa.repeat(pa.scalar(next(iter(people.values())), pa.string()), len(slot))
        letters = pa.array(by_slot, pa.string()).take(index)
        return self._letters_by_sex(letters, mine=mine, sex=sex) if name == "birth_date" and len(mine) > 1 else letters

    def _letters_by_sex(self, letters: pa.Array, *, mine: list[Column], sex: pa.Array) -> pa.Array:
        """Choose between the columns "Nam" and "Nữ" by the sub-heading that reading gave as the sex."""
        (written,) = map_distinct(sex, lambda text: (read_sex(text, codes={}),), width=1)
        for column in mine:
            own = read_sex(column.heading.split(" / ")[-1], codes={})
            if own:
                letters = pc.if_else(is_true(pc.equal(written, own)), letter_of(column.index), letters)
        return letters
