"""The dose of each row: date, vaccine, lot, number, and whether it was given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning.cells import choose, is_empty, is_true, no_text
from xacthuc.cleaning.date_columns import clean_dates
from xacthuc.cleaning.doses import clean_dose_numbers, decide_given, tell_not_given, tell_only_words
from xacthuc.cleaning.evidence import SheetEvidence
from xacthuc.cleaning.found import FoundList
from xacthuc.cleaning.people import rename
from xacthuc.cleaning.vaccines import clean_lots, clean_vaccines
from xacthuc.records import SheetLayout

DATE_CODES = {
    "month_first": "dose_date_month_first",
    "day_first": "dose_date_month_first",
    "swapped": "dose_date_cells_swapped",
    "impossible": "dose_date_impossible",
    "unreadable": "dose_date_unreadable",
    "day_missing": "dose_date_incomplete",
    "year_added": "dose_date_year_added",
}


DOSE_NAMES = ("dose_no", "vaccine", "lot", "dose_date")  # a band between the rows may tell them, too


@dataclass(frozen=True)
class Doses:
    """The dose's columns, all of one length."""

    dose_no: pa.Array
    vaccine: pa.Array
    lot: pa.Array
    dose_date: pa.Array
    given: pa.Array


def clean_doses(
    cells: Mapping[str, pa.Array], layout: SheetLayout, *, evidence: SheetEvidence, found: FoundList
) -> Doses:
    """Clean what was given; what the cells do not tell stays null. Not checked: licence, interval, order (rules)."""
    people_only = not has_doses(layout) and all(is_empty(cells[name]) for name in DOSE_NAMES)
    if people_only and is_empty(cells["note"]):
        nothing = no_text(len(cells["slot"]))
        return Doses(nothing.cast(pa.int8()), nothing, nothing, nothing, given=pc.is_null(nothing))
    absent = pc.or_(tell_not_given(cells["dose_date"]), tell_not_given(cells["vaccine"]))
    alone = pc.and_(pc.is_null(cells["vaccine"]), pc.is_null(cells["lot"]))
    absent = pc.or_(absent, pc.and_(alone, tell_only_words(cells["dose_date"])))
    day = _clean_days(cells["dose_date"], absent=absent, evidence=evidence, found=found)
    vaccine, lot_beside, code = clean_vaccines(cells["vaccine"])
    found.add("vaccine", pc.if_else(absent, None, code))
    lot, code = clean_lots(pc.coalesce(cells["lot"], lot_beside), vaccine=vaccine)
    found.add("lot", code)
    number, code = clean_dose_numbers(cells["dose_no"])
    found.add("dose_no", code)
    given, contradicted = decide_given(
        slot=cells["slot"], own=_find_own(cells, layout, absent=absent), note=tell_not_given(cells["note"]), cell=absent
    )
    if people_only:
        given = pc.is_valid(given)  # a list of people only: nobody was left out of anything
    found.add("note", choose(contradicted, "note_says_not_given"))
    found.add("dose_date", choose(absent, "dose_not_given"))
    return Doses(dose_no=number, vaccine=vaccine, lot=lot, dose_date=day, given=given)


def has_doses(layout: SheetLayout) -> bool:
    """Tell whether the sheet speaks of doses at all, in a column or in its title."""
    named = {column.field for column in layout.columns} | set(layout.context)
    return not layout.columns or not named.isdisjoint(DOSE_NAMES)


def _clean_days(values: pa.Array, *, absent: pa.Array, evidence: SheetEvidence, found: FoundList) -> pa.Array:
    day, reason, _ = clean_dates(values, style=evidence.dose)
    found.add("dose_date", pc.if_else(absent, None, rename(reason, DATE_CODES)))
    year_only = is_true(pc.equal(pc.binary_length(day), 4))
    outside = pc.or_(pc.less(day, evidence.first_day), pc.greater(day, evidence.last_day))
    found.add(
        "dose_date",
        pc.coalesce(
            choose(pc.and_(year_only, pc.is_null(reason)), "dose_date_incomplete"),
            choose(pc.and_(outside, pc.invert(year_only)), "dose_date_outside_campaign"),
        ),
    )
    return pc.if_else(pc.or_(is_true(outside), year_only), None, day)


def _find_own(cells: Mapping[str, pa.Array], layout: SheetLayout, *, absent: pa.Array) -> pa.Array:
    """Tell by row whether its own cells, not a heading above the table, hold a date, a vaccine or a lot."""
    in_table = {column.field for column in layout.columns}
    own = pc.is_null(absent)
    for name in ("dose_date", "vaccine", "lot"):
        if not in_table or name in in_table:
            own = pc.or_(own, pc.is_valid(cells[name]))
    return pc.and_(own, pc.invert(absent))
