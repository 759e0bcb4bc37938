"""What only the whole sheet can tell: order of day and month, swapped date cells, coding of sexes, kind of numbers.

A first pass over the sheet, cheap enough for millions of rows: the distinct values of the first fifty thousand rows.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from xacthuc.cleaning.cells import as_array, fold
from xacthuc.cleaning.dates import DateStyle, Order, read_date
from xacthuc.cleaning.doses import load_rules
from xacthuc.cleaning.name_habits import tells_given_first
from xacthuc.cleaning.numbers import is_plausible_twelve, load_forms, read_number
from xacthuc.cleaning.place_context import PlaceContext, find_context
from xacthuc.cleaning.sexes import USUAL_CODES, read_sex
from xacthuc.records import SheetLayout

SAMPLE_ROWS = 50_000  # rows looked at for habits; a clerk's habit shows long before
SAMPLE_NUMBERS = 2_000  # distinct numbers whose form is looked at
LEAST_SWAPPED = 5  # true date cells without a day after the 12th: by chance once in a hundred columns
LEAST_MONTH_FIRST = 3  # texts that only month first can be, without one that only day first can be
PLACE_CONTEXT = ("commune", "district", "province", "site")  # of the context that reading found, small before large
LEAST_KEYS = 10  # values before a column counts as another register's key

_YEAR = re.compile(r"(?<!\d)20[12]\d(?!\d)")

USUAL_STYLE = DateStyle()
NO_PLACE = PlaceContext()

Raw: TypeAlias = pa.RecordBatch | pa.Table


@dataclass(frozen=True)
class SheetEvidence:
    """What the rows of one sheet tell together; the same for all its batches."""

    birth: DateStyle = USUAL_STYLE
    dose: DateStyle = USUAL_STYLE
    first_day: str = "2021-03-08"  # of the campaign: a dose before it is wrong
    last_day: str = "2023-12-31"
    sex_codes: tuple[tuple[str, str], ...] = USUAL_CODES
    cmnd_first: str | None = None  # the first digit that at least half of the CMNDs share
    home: PlaceContext = NO_PLACE  # the unit the sheet belongs to
    given_first: bool = False  # given names stand before the surnames
    own_key: bool = False  # the numbers are another country's or register's key
    repeated: frozenset[str] = frozenset()  # own ids that stand in more than one row


@dataclass
class _Tally:
    """Counts over the distinct values of the sample; private to the pass."""

    births: Counter[str] = field(default_factory=Counter)
    doses: Counter[str] = field(default_factory=Counter)
    numbers: Counter[str] = field(default_factory=Counter)
    sexes: Counter[tuple[str, str]] = field(default_factory=Counter)
    names: list[pa.Array] = field(default_factory=list)
    ids: list[pa.Array] = field(default_factory=list)
    rows: int = 0


def gather_evidence(batches: Iterable[Raw], layout: SheetLayout, *, today: date | None = None) -> SheetEvidence:
    """Look once over a sheet's batches and decide what its rows share. `today` bounds the dates; no clock is read.

    `layout.birth_order` overrides what the birth dates seem to tell.
    """
    tally = _Tally()
    for batch in batches:
        _count(batch, tally)
    campaign = load_rules()["campaign"]
    last_day = today or campaign["last_day"]
    dose = _find_style(tally.doses, layout, pivot=last_day.year, order=None)
    youngest = _last_dose_year(tally.doses, dose, last_day) - campaign["youngest"]
    pivot = youngest if tally.doses else last_day.year
    birth = _find_style(tally.births, layout, pivot=pivot, order=layout.birth_order)
    dose = replace(dose, year=_find_year(tally.doses, dose, layout))
    if birth.swapped and not dose.swapped and _may_be_swapped(tally.doses):
        dose = replace(dose, swapped=True)
    return SheetEvidence(
        birth=birth,
        dose=dose,
        first_day=campaign["first_day"].isoformat(),
        last_day=last_day.isoformat(),
        sex_codes=_find_sex_codes(tally.sexes),
        cmnd_first=_find_cmnd_first(tally.numbers),
        home=_find_home(layout, tally.numbers),
        given_first=_is_given_first(tally.names, layout),
        own_key=_is_own_key(tally.numbers, strict=layout.place_tree != "none"),
        repeated=frozenset(find_repeated(tally.ids)),
    )


def find_repeated(ids: Iterable[pa.Array]) -> list[str]:
    """Give the texts that stand more than once in the arrays together."""
    chunks = pa.chunked_array(list(ids), pa.string())
    if len(chunks) == 0 or pc.count_distinct(chunks).as_py() == len(chunks):
        return []
    counts = pc.value_counts(chunks)
    values, times = counts.field("values"), counts.field("counts")
    found: list[str] = values.filter(pc.greater(times, 1)).drop_null().to_pylist()
    return found


def _count(batch: Raw, tally: _Tally) -> None:
    ids, rows = as_array(batch.column("record")), as_array(batch.column("row"))
    if ids.null_count < len(ids):
        changed = pc.not_equal(rows, pc.coalesce(pa.concat_arrays([pa.nulls(1, rows.type), rows[:-1]]), -1))
        tally.ids.append(ids.filter(pc.and_(changed, pc.is_valid(ids))))
    room = SAMPLE_ROWS - tally.rows
    if room <= 0:
        return
    sample = batch.slice(0, room)
    tally.rows += sample.num_rows
    for name, counter in (("birth_date", tally.births), ("dose_date", tally.doses), ("number", tally.numbers)):
        _add(counter, sample.column(name))
    _count_sexes(sample, tally.sexes)
    if not tally.names:
        tally.names.append(as_array(sample.column("name")))


def _add(counter: Counter[Any], values: pa.Array | pa.ChunkedArray) -> None:
    counts = pc.value_counts(as_array(values))
    for value, times in zip(counts.field("values").to_pylist(), counts.field("counts").to_pylist(), strict=True):
        if value is not None:
            counter[value] += times


def _count_sexes(sample: Raw, counter: Counter[tuple[str, str]]) -> None:
    """Count what figures, and the letter n, in the column of sexes go with which sex of a 12-digit number or word."""
    sexes, numbers = pc.utf8_lower(as_array(sample.column("sex"))), as_array(sample.column("number"))
    _count_words(sexes, counter)
    short = pc.or_(pc.ascii_is_decimal(sexes), pc.equal(sexes, "n"))
    figures = pc.and_(short, pc.match_substring_regex(numbers, "^0[0-9]{2}[0-3][0-9]{8}$"))
    figures = pc.fill_null(figures, False)
    pairs = pc.binary_join_element_wise(
        sexes.filter(figures), pc.utf8_slice_codeunits(numbers.filter(figures), 3, 4), " "
    )
    centuries = load_forms()["centuries"]
    found: Counter[str] = Counter()
    _add(found, pairs)
    for pair, times in found.items():
        figure, _, digit = pair.partition(" ")
        counter[figure, centuries[digit][1]] += times


def _count_words(sexes: pa.Array, counter: Counter[tuple[str, str]]) -> None:
    """Count the cells that say a sex in a word; n begins both words, so it means the one that is not written out."""
    words: Counter[str] = Counter()
    _add(words, sexes)
    for word, times in words.items():
        counter["words", read_sex(word, codes={}) or ""] += times


def _find_sex_codes(pairs: Counter[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    codes = dict(USUAL_CODES)
    if bool(pairs["words", "M"]) != bool(pairs["words", "F"]):
        codes["n"] = "F" if pairs["words", "M"] else "M"
    for figure in {figure for figure, _ in pairs} - {"words"}:
        male, female = pairs[figure, "M"], pairs[figure, "F"]
        if male + female >= 5 and max(male, female) >= 0.8 * (male + female):
            codes[figure] = "M" if male > female else "F"
    return tuple(sorted(codes.items()))


def _find_style(values: Counter[str], layout: SheetLayout, *, pivot: int, order: Order | None) -> DateStyle:
    first, second, swapped = _count_orders(values)
    if order is None:
        order = "mdy" if second >= LEAST_MONTH_FIRST and second > 9 * first else "dmy"
        return DateStyle(order, swapped, pivot, layout.date_system)
    return DateStyle(order, order == "dmy" and swapped, pivot, layout.date_system)


def _count_orders(values: Counter[str]) -> tuple[int, int, bool]:
    """Count texts that only day first and only month first can be, and tell whether a locale swapped the cells."""
    day_first = month_first = either = cells = late_cells = 0
    for text, times in values.items():
        parts = [int(part) for part in fold(text).replace("-", "/").replace(".", "/").split("/") if part.isdecimal()]
        if len(parts) != 3:
            continue
        if parts[0] > 999:
            cells += times
            late_cells += times * (parts[2] > 12)
        elif parts[0] > 12:
            day_first += times
        elif parts[1] > 12:
            month_first += times
        else:
            either += times
    swapped = cells >= LEAST_SWAPPED and late_cells == 0 and day_first >= LEAST_SWAPPED and either * 10 <= day_first
    return day_first, month_first, swapped


def _may_be_swapped(values: Counter[str]) -> bool:
    """Tell whether date cells beside a swapped column can be swapped too: all days up to 12, later ones stayed text."""
    day_first, _, _ = _count_orders(values)
    cells = [text for text in values if text[:4].isdecimal() and text[4:5] == "-"]
    late = [text for text in cells if text[8:10].isdecimal() and int(text[8:10]) > 12]
    return bool(cells) and not late and day_first > 0


def _last_dose_year(values: Counter[str], style: DateStyle, last_day: date) -> int:
    """Give the year in which doses were last given, leaving out the one in a hundred that is a typing error."""
    years: Counter[int] = Counter()
    for text, times in values.items():
        value = read_date(text, style).value
        if value and int(value[:4]) <= last_day.year:
            years[int(value[:4])] += times
    total = sum(years.values())
    return max((year for year, times in years.items() if times * 100 >= total), default=last_day.year)


def _find_year(values: Counter[str], style: DateStyle, layout: SheetLayout) -> int | None:
    """Give the year of dates written without one: that of most other dates, else the one in title or file name."""
    years: Counter[int] = Counter()
    for text, times in values.items():
        value = read_date(text, style).value
        if value:
            years[int(value[:4])] += times
    named = _YEAR.findall(" ".join((layout.sheet, layout.file, *layout.context.values())))
    return max(years, key=lambda year: (years[year], year)) if years else int(named[0]) if named else None


def _is_given_first(names: list[pa.Array], layout: SheetLayout) -> bool:
    return bool(names) and tells_given_first(names[0], encoding=layout.context.get("encoding"))


def _find_cmnd_first(values: Counter[str]) -> str | None:
    firsts = Counter({digit: 0 for digit in "0123456789"})
    for text, times in values.items():
        if len(text) == 9 and text.isascii() and text.isdecimal():
            firsts[text[0]] += times
    (digit, times), *_ = firsts.most_common(1)
    return digit if times >= 5 and times * 2 >= firsts.total() else None


def _find_home(layout: SheetLayout, numbers: Counter[str]) -> PlaceContext:
    """Give the unit that title and letterhead name; of several alike, the one in the province of most numbers."""
    texts = [layout.context[name] for name in PLACE_CONTEXT if name in layout.context]
    if layout.place_tree == "none" or not texts:
        return NO_PLACE
    provinces: Counter[str] = Counter()
    for text, times in numbers.items():
        twelve = text.rjust(12, "0") if len(text) in (11, 12) and text.isascii() and text.isdecimal() else None
        if twelve and is_plausible_twelve(twelve):
            provinces[twelve[1:3]] += times
    (province, times), *_ = provinces.most_common(1) or [("", 0)]
    return find_context(
        texts, tree=layout.place_tree, province=province if 2 * times >= provinces.total() > 0 else None
    )


def _is_own_key(values: Counter[str], *, strict: bool) -> bool:
    """Tell whether most numbers have no Vietnamese form.

    `strict`: the places are Vietnamese, so passports are known, and nine digits without any twelve beside them.
    """
    twelves = nines = passports = others = 0
    for text, times in islice(values.items(), SAMPLE_NUMBERS):
        found = read_number(text)
        twelve = found.number12 is not None and not found.doubtful and is_plausible_twelve(found.number12)
        twelves += times * twelve
        scientific = found.code == "number_scientific"
        nines += times * (not twelve and (found.number9 is not None or scientific))
        passports += times * (not twelve and found.passport is not None)
        odd = found.state == "malformed" and not scientific
        others += times * (odd or (found.number12 is not None and not twelve))
    known = twelves + (nines if strict or twelves else 0) + (passports if strict else 0)
    total = twelves + nines + passports + others
    return total >= LEAST_KEYS and known * 2 < total
