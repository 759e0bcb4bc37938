"""What a hand is: the habits of one clerk, as data. A new hand is a few lines in `catalogue.py`.

Columns are named in a small language, one word a column, from left to right:
`stt name family given birth birth:nam birth:nu day month year sex sex:nam sex:nu number number9 number12 phone hamlet
address commune district province department class job group insurance nationality ethnicity qr site reaction pressure
note staff_code`, `dose_no date vaccine lot vaccine_lot` for lists of one dose a row, `1:date 1:vaccine 1:lot ...`
for doses across, none of them for lists whose title tells the dose. A trailing `!` hides a column.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Region = Literal["north", "centre", "south"]
By = Literal["one", "hamlet", "month", "session", "department", "class", "stacked"]
Form = Literal["xlsx", "xls", "ods", "csv"]
Font = Literal["unicode", "tcvn3", "vni"]
Weighted = tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class DateHabit:
    """How dates are written: styles of `dates.write_date`, with weights."""

    birth: Weighted = (("dd/mm/yyyy", 1.0),)
    given: Weighted = (("dd/mm/yyyy", 1.0),)
    year: Weighted = (("number", 1.0),)  # number, text, words ("năm 1944")
    us_locale: bool = False  # dd/mm typed into a US-locale Excel


@dataclass(frozen=True)
class NumberHabit:
    """How identity numbers and phones are typed."""

    number: Weighted = (("text", 1.0),)  # text, number, padded (a number shown with zeros), spaced, dotted, apostrophe
    phone: Weighted = (("text", 1.0),)  # text, number, spaced, dotted, plus84, 84
    sex: str = "Nam/Nữ"  # Nam/Nữ, NAM/NỮ, 1/0, M/F, Male/Female, nam/nữ
    dose_no: Weighted = (("1", 1.0),)  # 1, number, I, M1, Mũi 1, Lần 1, 1st, thứ nhất
    vaccine: str = "brand"  # manner of `values.write_vaccine`: brand, short, upper, product, portal, english


@dataclass(frozen=True)
class TextHabit:
    """How text is typed."""

    font: Font = "unicode"
    upper: bool = False  # names in capitals
    given_first: float = 0.0  # share of names with the given name first
    nfd: bool = False  # everything decomposed, as some keyboards do
    address: Literal["hamlet", "short", "full", "house"] = "hamlet"


@dataclass(frozen=True)
class Layout:
    """How a sheet is laid out."""

    by: By = "one"
    letterhead: bool = True
    title: str = "plain"  # plain, dose (title tells date, vaccine, lot, number), year, none
    header_rows: int = 1  # 1, 2, 3
    numbered_header: bool = False  # (1) (2) (3) under the header
    subheads: Literal["", "hamlet", "department", "class"] = ""
    repeat_header: int = 0  # after how many rows the header is repeated for printing
    blank_rows: float = 0.0  # chance of a blank row after a row
    total: Literal["none", "text", "sum", "both", "groups"] = "text"
    signatures: bool = True
    note_below: bool = False
    bordered_below: int = 0  # empty bordered rows under the table
    ditto: str = ""  # columns in which a value as above becomes a mark
    ditto_mark: str = '"'
    merge_down: str = ""  # columns in which equal neighbours become one merged cell; "phone" is a household
    hidden_rows: float = 0.0
    two_in_a_cell: float = 0.0
    order: Literal["person", "date"] = "person"
    put_off_last: bool = False  # people without a dose stand at the end
    stt: Literal["number", "text", "restart"] = "number"
    first_column: int = 0  # empty columns before the table
    qr: float = 0.0  # share of rows with a scanned QR, where there is such a column


@dataclass(frozen=True)
class CsvHabit:
    """How a csv is written."""

    delimiter: str = ","
    encoding: str = "utf-8-sig"  # utf-8-sig, utf-8, utf-16, cp1258
    line_breaks: bool = False  # some addresses hold a quoted line break


@dataclass(frozen=True)
class Hand:
    """One clerk's hand."""

    name: str
    region: Region
    file: str  # file name; {commune}, {plain} and {district} are filled in
    columns: str
    form: Form = "xlsx"
    manner: Literal["formal", "short", "south", "english", "old"] = "formal"
    people: Literal["commune", "factory", "school", "closed"] = "commune"
    layout: Layout = Layout()
    dates: DateHabit = DateHabit()
    numbers: NumberHabit = NumberHabit()
    text: TextHabit = TextHabit()
    csv: CsvHabit = CsvHabit()
    extras: tuple[str, ...] = ()  # summary, pay, empty, hidden_empty, before (the summary stands first)
    date_1904: bool = False
    words: Mapping[str, str] = field(default_factory=dict)  # a heading fixed by field, over the manner
    rates: Mapping[str, float] = field(default_factory=dict)  # over workbook_rates.toml

    def fields(self) -> tuple[str, ...]:
        """Give the columns from left to right, without marks of hiding."""
        return tuple(word.rstrip("!") for word in self.columns.split())

    def hidden_columns(self) -> frozenset[int]:
        """Give the places of hidden columns, from 0."""
        return frozenset(place for place, word in enumerate(self.columns.split()) if word.endswith("!"))

    def shape(self) -> Literal["across", "rows", "title"]:
        """Say where the doses stand: across a row, one in a row, or in the title."""
        keys = self.fields()
        if any(key[0].isdigit() for key in keys):
            return "across"
        return "rows" if {"date", "vaccine", "vaccine_lot", "lot"} & set(keys) else "title"
