"""New hands put together at random from the habits of all: for tests that want clerks nobody has seen."""

from __future__ import annotations

from dataclasses import replace

from xacthuc.nation.chance import Chance, pick
from xacthuc.nation.hands.catalogue import ACROSS_2, ACROSS_3, ROW_DOSE
from xacthuc.nation.hands.hand import (
    By,
    CsvHabit,
    DateHabit,
    Font,
    Form,
    Hand,
    Layout,
    NumberHabit,
    TextHabit,
    Weighted,
)
from xacthuc.nation.hands.values import DOSE_NUMBERS, SEXES

TEXT_DATES = ("dd/mm/yyyy", "d/m/yyyy", "dd-mm-yyyy", "dd.mm.yyyy", "d.m.yyyy", "iso", "yyyy/mm/dd", "dd-Mon-yyyy")
CELL_DATES = ("cell", "cell d/m/yyyy", "cell iso", "cell dd-mmm-yy")
BIRTHS = ("birth", "birth", "birth", "birth:nam birth:nu", "day month year")
NUMBERS = ("number", "number", "number", "number9 number12")
PLACES = ("hamlet", "address", "address commune district province", "hamlet commune", "")
OTHERS = ("", "", "job", "group", "insurance", "ethnicity", "site", "pressure!")
CSVS = (
    CsvHabit(",", "utf-8-sig"), CsvHabit(";", "utf-8"), CsvHabit("\t", "utf-16"), CsvHabit(",", "cp1258"),
    CsvHabit(";", "utf-8-sig", line_breaks=True),
)  # fmt: skip


def random_hand(rng: Chance) -> Hand:
    """Compose a hand: any layout with any columns, dates, numbers and file format that a clerk could put together."""
    forms: tuple[Form, ...] = ("xlsx", "xlsx", "xls", "ods", "csv")
    form: Form = pick(forms, rng)
    shape = pick(("rows", "rows", "across", "title"), rng)
    columns = _compose_columns(shape, rng)
    name = f"random_{int(rng.random() * 10**9):09d}"
    hand = Hand(
        name, pick(("north", "centre", "south"), rng), f"{name} {{plain}}", columns,
        form=form,
        manner=pick(("formal", "short", "south"), rng),
        people=pick(("commune", "commune", "factory", "school"), rng),
        layout=_compose_layout(shape, columns, rng),
        dates=_compose_dates(form, rng),
        numbers=_compose_numbers(rng),
        text=_compose_text(form, rng),
        csv=pick(CSVS, rng),
        extras=pick(((), ("summary",), ("summary", "before"), ("pay", "empty"), ("daily", "hidden_empty")), rng),
        date_1904=form == "xlsx" and rng.random() < 0.1,
    )  # fmt: skip
    return _as_csv(hand) if form == "csv" else hand


def _compose_columns(shape: str, rng: Chance) -> str:
    birth = pick(BIRTHS, rng)
    parts = ["stt", pick(("name", "name", "name", "family given"), rng), birth]
    if birth != "birth:nam birth:nu":
        parts.append(pick(("sex", "sex", "sex:nam sex:nu"), rng))
    parts += [pick(NUMBERS, rng), "phone" if rng.random() < 0.85 else "", pick(PLACES, rng), pick(OTHERS, rng)]
    if shape == "across":
        parts.append(pick((ACROSS_2, ACROSS_3, "1:date 1:vaccine_lot 2:date 2:vaccine_lot"), rng))
    if shape == "rows":
        parts.append(pick((ROW_DOSE, "dose_no date vaccine_lot", "date vaccine lot dose_no"), rng))
    return " ".join(part for part in [*parts, "note"] if part)


def _compose_layout(shape: str, columns: str, rng: Chance) -> Layout:
    grouped = shape == "across" or ":" in columns or "day" in columns.split()
    merged = "phone" if "phone" in columns.split() and rng.random() < 0.4 else ""
    ditto = pick(("", "", "vaccine lot"), rng) if {"vaccine", "lot"} <= set(columns.split()) else ""
    sessions: tuple[By, ...] = ("session", "stacked")
    lists: tuple[By, ...] = ("one", "one", "hamlet", "month")
    return Layout(
        by=pick(sessions if shape == "title" else lists, rng),
        letterhead=rng.random() < 0.6,
        title="dose" if shape == "title" else pick(("plain", "plain", "none"), rng),
        header_rows=pick((2, 2, 3), rng) if grouped else pick((1, 1, 1, 2), rng),
        numbered_header=rng.random() < 0.15,
        subheads="hamlet" if shape != "title" and rng.random() < 0.25 else "",
        repeat_header=pick((0, 0, 0, 30), rng),
        blank_rows=pick((0.0, 0.0, 0.01), rng),
        total=pick(("none", "text", "sum", "both"), rng),
        signatures=rng.random() < 0.6,
        note_below=rng.random() < 0.2,
        bordered_below=pick((0, 0, 8), rng),
        ditto=ditto,
        ditto_mark=pick(('"', "''", "nt", "-nt-", "//"), rng),
        merge_down=merged,
        hidden_rows=pick((0.0, 0.0, 0.01), rng),
        two_in_a_cell=0.02 if shape == "title" and rng.random() < 0.4 else 0.0,
        put_off_last=rng.random() < 0.3,
        order=pick(("person", "date"), rng),
        stt=pick(("number", "text", "restart"), rng),
        first_column=pick((0, 0, 0, 1), rng),
    )  # fmt: skip


def _compose_dates(form: Form, rng: Chance) -> DateHabit:
    cells = form != "csv" and rng.random() < 0.5
    return DateHabit(
        birth=_mix(pick(CELL_DATES if cells else TEXT_DATES, rng), pick(TEXT_DATES, rng), rng),
        given=_mix(pick(CELL_DATES if form != "csv" and rng.random() < 0.5 else TEXT_DATES, rng), "dd/mm/yyyy", rng),
        year=((pick(("number", "text", "words"), rng), 1.0),),
    )  # fmt: skip


def _compose_numbers(rng: Chance) -> NumberHabit:
    return NumberHabit(
        number=_mix("text", pick(("number", "spaced", "dotted", "padded", "apostrophe"), rng), rng),
        phone=_mix("text", pick(("number", "spaced", "dotted", "plus84", "84"), rng), rng),
        sex=pick(tuple(SEXES), rng),
        dose_no=_mix(pick(tuple(DOSE_NUMBERS), rng), "number", rng),
        vaccine=pick(("brand", "short", "upper", "portal"), rng),
    )


def _compose_text(form: Form, rng: Chance) -> TextHabit:
    fonts: tuple[Font, ...] = ("unicode", "unicode", "unicode", "unicode", "tcvn3", "vni")
    font = pick(fonts, rng) if form in ("xlsx", "xls") else fonts[0]
    return TextHabit(
        font=font,
        upper=font == "unicode" and rng.random() < 0.2,
        given_first=pick((0.0, 0.0, 0.0, 0.6), rng),
        nfd=font == "unicode" and form != "csv" and rng.random() < 0.08,
        address=pick(("hamlet", "short", "full", "house"), rng),
    )


def _mix(main: str, other: str, rng: Chance) -> Weighted:
    return ((main, 1.0),) if rng.random() < 0.6 else ((main, 0.85), (other, 0.15))


def _as_csv(hand: Hand) -> Hand:
    """A csv has one sheet, no merged cells, nothing hidden, and one row of headings."""
    columns = (
        hand.columns.replace("birth:nam birth:nu", "birth sex").replace("day month year", "birth").replace("!", "")
    )
    columns = columns.replace("sex:nam sex:nu", "sex")
    by: By = "stacked" if hand.shape() == "title" else "one"
    plain = replace(
        hand.layout, by=by, header_rows=1, merge_down="", hidden_rows=0.0, bordered_below=0, first_column=0,
        repeat_header=0, subheads="",
    )  # fmt: skip
    return replace(hand, columns=columns, layout=plain, extras=(), date_1904=False)
