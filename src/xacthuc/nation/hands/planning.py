"""Who stands in which sheet: people chosen, drafted, and parted by hamlet, month, session, department or class."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from xacthuc.nation.chance import Chance, pick, shuffle
from xacthuc.nation.hands.drafting import Draft, DraftDose, draft_person
from xacthuc.nation.hands.hand import Hand
from xacthuc.nation.hands.outsiders import make_outsider
from xacthuc.nation.hands.people import DoseRow, PersonRow
from xacthuc.nation.hands.titles import Heading
from xacthuc.nation.hands.values import PUT_OFF

DEPARTMENTS = ("Chuyền may 1", "Chuyền may 2", "Gò ráp", "Kho", "Bảo trì", "Văn phòng")
ENGLISH_DEPARTMENTS = ("Assembly 1", "Assembly 2", "QC", "Warehouse", "Office")
CLASSES = ("10A1", "10A2", "11A1", "11A2", "12A1")
MAX_SESSIONS = 4
LOST_FIRST_DOSE = 0.04  # share of people of whose first dose this clerk does not know

Entry = tuple[Draft, list[DraftDose]]


@dataclass
class SheetPlan:
    """One table: its heading and its rows, grouped as the sub-headings are."""

    name: str
    heading: Heading
    groups: list[tuple[str, list[Entry]]] = field(default_factory=list)


def plan_sheets(
    hand: Hand,
    *,
    people: Sequence[PersonRow],
    doses: Mapping[str, Sequence[DoseRow]],
    rates: Mapping[str, float],
    rows: int,
    rng: Chance,
) -> list[SheetPlan]:
    """Choose about `rows` people and put their rows into sheets in the manner of the hand."""
    drafter = _Drafter(hand, people, doses, rates, rng)
    if hand.shape() == "title":
        return _plan_sessions(drafter, rows)
    listed = _choose(drafter, rows)
    parted: dict[str, dict[str, list[Entry]]] = defaultdict(lambda: defaultdict(list))
    last_day = "2021-09-30"
    for person in listed:
        group = _group(person, hand, rng)
        for entry in _list_entries(drafter, person):
            last_day = max([last_day, *(dose.true.dose_date for dose in entry[1])])
            parted[_sheet_name(person, entry, group, hand)][group].append(entry)
    heading = Heading(people[0], last_day)
    plans = [SheetPlan(name, heading, list(groups.items())) for name, groups in sorted(parted.items())]
    for plan in plans:
        _order(plan, hand, rng)
    return plans


@dataclass
class _Drafter:
    hand: Hand
    people: Sequence[PersonRow]
    doses: Mapping[str, Sequence[DoseRow]]
    rates: Mapping[str, float]
    rng: Chance

    def draft(self, person: PersonRow, doses: Sequence[DoseRow]) -> Draft:
        """Draft one person; the neighbours in the list lend numbers and phones."""
        place = int(self.rng.random() * max(1, len(self.people) - 40))
        others = self.people[place : place + 40]
        return draft_person(person, doses, hand=self.hand, rates=self.rates, others=others, rng=self.rng)


def _choose(drafter: _Drafter, rows: int) -> list[PersonRow]:
    """Choose neighbours for a commune's list, anybody for a factory's; strangers among them."""
    hand, rng = drafter.hand, drafter.rng
    given = [person for person in drafter.people if drafter.doses.get(person.id)]
    if hand.people == "commune":
        start = int(rng.random() * max(1, len(given) - rows))
        chosen = given[start : start + rows]
    else:
        chosen = shuffle(given, rng)[:rows]
    share = drafter.rates.get("outsider", 0.0) * (4 if hand.people == "factory" else 1)
    foreign = 0.35 if hand.people == "factory" or hand.manner == "english" else 0.05
    for _ in range(int(len(chosen) * share + rng.random())):
        stranger = make_outsider(drafter.people, foreign=rng.random() < foreign, rng=rng)
        chosen.insert(int(rng.random() * (len(chosen) + 1)), stranger)
    return chosen


def _list_entries(drafter: _Drafter, person: PersonRow) -> list[Entry]:
    """Give a person's rows: one for all doses, or one for each; now and then twice over, or without a dose."""
    hand, rates, rng = drafter.hand, drafter.rates, drafter.rng
    doses = list(drafter.doses.get(person.id) or drafter.doses.get(pick(drafter.people, rng).id) or ())
    if hand.shape() == "across":
        slots = {int(key[0]) for key in hand.fields() if key[0].isdigit()}
        doses = [dose for dose in doses if dose.dose_no in slots]
        if len(doses) > 1 and rng.random() < LOST_FIRST_DOSE:
            doses = doses[1:]
    if not doses or rng.random() < rates.get("without_dose", 0.0):
        draft = drafter.draft(person, ())
        draft.remark = pick(PUT_OFF, rng)
        return [(draft, [])]
    entries: list[Entry] = []
    for again in range(2 if rng.random() < rates.get("repeated_person", 0.0) else 1):
        draft = drafter.draft(person, doses)
        draft.classes |= {"repeated_person"} if again else set()
        entries += [(draft, draft.doses)] if hand.shape() == "across" else [(draft, [dose]) for dose in draft.doses]
    return entries


def _plan_sessions(drafter: _Drafter, rows: int) -> list[SheetPlan]:
    """Give a table to each of the greatest sessions, with those put off among them or at the end."""
    hand, rng = drafter.hand, drafter.rng
    sessions: dict[DoseRow, list[PersonRow]] = defaultdict(list)
    for person in drafter.people:
        for dose in drafter.doses.get(person.id, ()):
            sessions[DoseRow("", dose.dose_no, dose.vaccine, dose.lot, dose.dose_date)].append(person)
    greatest = sorted(sessions, key=lambda key: (-len(sessions[key]), key.dose_date, key.lot, key.dose_no))[
        :MAX_SESSIONS
    ]
    plans: list[SheetPlan] = []
    for key in sorted(greatest, key=lambda dose: (dose.dose_date, dose.dose_no, dose.lot)):
        entries: list[Entry] = []
        for person in sessions[key][: max(5, rows // len(greatest))]:
            given = next(
                d for d in drafter.doses[person.id] if (d.dose_no, d.dose_date) == (key.dose_no, key.dose_date)
            )
            draft = drafter.draft(person, (given,))
            entries.append((draft, draft.doses))
        if "note" in hand.fields():
            for _ in range(int(rng.random() * 4)):
                draft = drafter.draft(pick(drafter.people, rng), ())
                draft.remark = pick(PUT_OFF, rng)
                entries.insert(
                    len(entries) if hand.layout.put_off_last else int(rng.random() * len(entries)), (draft, [])
                )
        name = f"{int(key.dose_date[8:])}-{int(key.dose_date[5:7])}" + (f" (M{key.dose_no})" if key.dose_no > 1 else "")
        taken = sum(plan.name.startswith(name) for plan in plans)
        plan = SheetPlan(name + (f" b{taken + 1}" if taken else ""), Heading(drafter.people[0], key.dose_date, key))
        plan.groups = [("", entries)]
        plans.append(plan)
    return plans


def _group(person: PersonRow, hand: Hand, rng: Chance) -> str:
    if hand.people == "school":
        return pick(CLASSES, rng)
    if hand.people == "factory" or {"department"} & {hand.layout.by, hand.layout.subheads}:
        return pick(ENGLISH_DEPARTMENTS if hand.manner == "english" else DEPARTMENTS, rng)
    return person.address.split(",")[-1].strip() or person.commune


def _sheet_name(person: PersonRow, entry: Entry, group: str, hand: Hand) -> str:
    by = hand.layout.by
    if by in ("hamlet", "department", "class"):
        return group[:31]
    if by == "month":
        months = sorted(dose.true.dose_date[:7] for dose in entry[1])
        return f"T{int(months[0][5:])}-{months[0][:4]}" if months else "Chua tiem"
    return "DS tiem" if person else ""


def _order(plan: SheetPlan, hand: Hand, rng: Chance) -> None:
    if not hand.layout.subheads:
        entries = [entry for _, group in plan.groups for entry in group]
        if hand.layout.order == "date":
            entries.sort(key=lambda entry: min((dose.true.dose_date for dose in entry[1]), default="9999"))
        elif hand.people != "commune":
            entries = shuffle(entries, rng) if hand.shape() == "across" else entries
        plan.groups = [("", entries)]
    if hand.layout.put_off_last:
        plan.groups = [(name, sorted(group, key=lambda entry: not entry[1])) for name, group in plan.groups]
