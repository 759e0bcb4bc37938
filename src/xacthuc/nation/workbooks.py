"""The messy workbooks of a district, with their truth beside them."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from xacthuc.nation.damage_names import strip_marks
from xacthuc.nation.hands.catalogue import HANDS
from xacthuc.nation.hands.cells import Sheet
from xacthuc.nation.hands.drafting import read_rates
from xacthuc.nation.hands.extras import make_extras
from xacthuc.nation.hands.hand import Hand
from xacthuc.nation.hands.laying import lay_list
from xacthuc.nation.hands.people import DoseRow, PersonRow, load_neighbours
from xacthuc.nation.hands.planning import plan_sheets
from xacthuc.nation.hands.truth import Placed, write_register, write_rows, write_truth
from xacthuc.nation.hands.writing import write_workbook

ROWS_PER_WORKBOOK = 240
PEOPLE_PER_ROW = 3  # people of whom a hand may choose one row
CENTRE_FROM, SOUTH_FROM = (
    16681,
    25189,
)  # the first communes of Nghệ An and Bình Phước in the codes of 2021, which go south


@dataclass(frozen=True)
class WorkbookTruth:
    """What was written: the workbooks, and beside them truth.csv, rows.csv and register.csv."""

    folder: Path
    files: tuple[Path, ...]
    truth: Path
    rows: Path
    register: Path
    dose_records: int


def write_workbooks(
    out: Path,
    *,
    people: Sequence[PersonRow],
    doses: Sequence[DoseRow],
    seed: int,
    hands: Sequence[str | Hand] | None = None,
    rates: Mapping[str, float] | None = None,
    rows: int = ROWS_PER_WORKBOOK,
) -> WorkbookTruth:
    """Write a workbook in each hand (all of the catalogue if None) about the people given, and the truth of every dose.

    `people` in the order of a register, households together. The same seed gives the same truth and the same bytes. A
    hand writes of a commune of its own region where there is one; `rates` go over those of the data file, a hand's
    over both. Not checked: that `doses` are plausible, or that `people` have valid numbers.
    """
    out.mkdir(parents=True, exist_ok=True)
    chosen = [HANDS[hand] if isinstance(hand, str) else hand for hand in (hands if hands is not None else tuple(HANDS))]
    by_person: dict[str, list[DoseRow]] = defaultdict(list)
    for dose in doses:
        by_person[dose.person].append(dose)
    communes: dict[str, list[PersonRow]] = defaultdict(list)
    for person in people:
        communes[person.commune_code].append(person)
    files: list[Path] = []
    placed: list[Placed] = []
    sheets: list[tuple[str, Sheet]] = []
    for number, hand in enumerate(chosen):
        rng = random.Random(f"{seed}:{number}:{hand.name}")
        place = _choose_commune(hand, communes, number)
        path = out / _file_name(hand, place[0], {file.name for file in files})
        all_rates = {**read_rates(), **(rates or {}), **hand.rates}
        plans = plan_sheets(hand, people=place, doses=by_person, rates=all_rates, rows=rows, rng=rng)
        stacked = hand.layout.by == "stacked" or hand.form == "csv"
        laid = [
            lay_list(hand, part, file=path.name, rng=rng)
            for part in ([plans] if stacked else [[plan] for plan in plans])
        ]
        extras = make_extras(hand, rng=rng)
        pages = (
            [*extras, *(sheet for sheet, _ in laid)] if "before" in hand.extras else [*(s for s, _ in laid), *extras]
        )
        write_workbook(path, pages, hand)
        files.append(path)
        placed += [line for _, lines in laid for line in lines]
        sheets += [(path.name, sheet) for sheet in pages]
    write_truth(out, placed)
    write_rows(out, sheets)
    write_register(out, people)
    return WorkbookTruth(out, tuple(files), out / "truth.csv", out / "rows.csv", out / "register.csv", len(placed))


def write_neighbours(nation: Path, *, out: Path, count: int, seed: int, rows: int = ROWS_PER_WORKBOOK) -> WorkbookTruth:
    """Write `count` messy workbooks about people of a nation's most populous province, each in another hand.

    The hands are spread over the catalogue, which holds all there are: asking for more is a ValueError.
    """
    names = sorted(HANDS)
    if not 0 < count <= len(names):
        raise ValueError(f"there are {len(names)} hands, not {count}")
    lived = load_neighbours(nation, people=count * rows * PEOPLE_PER_ROW)
    hands = [names[place * len(names) // count] for place in range(count)]
    return write_workbooks(out, people=lived.people, doses=lived.doses, seed=seed, hands=hands, rows=rows)


def _choose_commune(hand: Hand, communes: Mapping[str, list[PersonRow]], number: int) -> list[PersonRow]:
    own = [place for place in communes.values() if _region(place[0]) == hand.region] or list(communes.values())
    return own[number % len(own)]


def _region(person: PersonRow) -> str:
    code = int(person.commune_code or 0)
    return "north" if code < CENTRE_FROM else "centre" if code < SOUTH_FROM else "south"


def _file_name(hand: Hand, place: PersonRow, taken: set[str]) -> str:
    commune = place.commune.split(" ", 1)[-1]
    plain = strip_marks(commune).replace(" ", "")
    name = hand.file.format(commune=strip_marks(commune), plain=plain)
    return f"{name}.{hand.form}" if f"{name}.{hand.form}" not in taken else f"{name} ({hand.name}).{hand.form}"
