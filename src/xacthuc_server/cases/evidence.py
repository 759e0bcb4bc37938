"""What speaks for a candidate of the register, in words: compared by the library, field by field.

"Same number, same birth date; the name differs in a mark."
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from xacthuc.cleaning.one_name import clean_name
from xacthuc.matching.reference_fields import compare_births, compare_names, distance
from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.cases.permissions import check_can_settle
from xacthuc_server.cases.policies import take_step
from xacthuc_server.cases.refusals import NotSettledByThis
from xacthuc_server.cases.register import Register, Seen, make_claim
from xacthuc_server.cases.steps import take_case
from xacthuc_server.people.models import Person

MOST = 10  # candidates that are shown: more is no help, and a way to read the register

# Texts by the level of a field (02_compare.sql of the library); the first says that nothing differs.
NAMES = (
    "same_name", "name_marks_lost", "name_marks_differ", "name_order", "name_variant", "name_one_letter",
    "name_words_missing", "name_two_letters", "name_middle_differs", "name_given_only", "name_another",
)  # fmt: skip
BIRTHS = (
    "same_birth", "birth_swapped", "birth_year_only", "birth_0101", "birth_register_year", "birth_one_part",
    "birth_same_year", "birth_another",
)  # fmt: skip


@dataclass(frozen=True)
class Candidate:
    """Somebody of the register who may be meant, as shown to one officer, once; kept nowhere."""

    person: str
    name: str
    birth_date: str
    sex: str | None
    number: str | None
    same: tuple[str, ...]  # codes: texts seen_*
    differs: tuple[str, ...]


@action
def read_candidates(case_id: int, *, register: Register, by: Acting, now: datetime, version: int) -> list[Candidate]:
    """Ask the register who may be meant by a case; the look itself is an event, here and there.

    Raises NotThere, Changed, NotAllowed, NotYours, WrongState, NotSettledByThis.
    """
    case = take_case(case_id, version=version)
    check_can_settle(by, case, "settle_identity")
    take_step(case.state, "settle")
    if case.person.identity == "FOREIGN" or case.owner.authority != "police":
        raise NotSettledByThis("case_by_document")
    found = register.candidates(make_claim(case.person), officer=by.who, case=f"case:{case.id}")
    shown = [compare(case.person, one) for one in found[:MOST]]
    tell("case.candidates_read", by=by, now=now, about=f"case:{case.id}", more={"shown": len(shown)})
    return shown


def compare(person: Person, said: Seen) -> Candidate:
    """Put a candidate beside what was stated, in words."""
    told = [_compare_numbers(person, said), _compare_births(person, said), _compare_names(person, said)]
    told.append(_compare_sexes(person, said))
    codes = [code for code in told if code]
    return Candidate(
        person=said.person,
        name=said.name or "",
        birth_date=said.birth_date or "",
        sex=said.sex,
        number=said.number12 or said.number9,
        same=tuple(f"seen_{code}" for code in codes if code.startswith("same_")),
        differs=tuple(f"seen_{code}" for code in codes if not code.startswith("same_")),
    )


def _compare_names(person: Person, said: Seen) -> str | None:
    other = clean_name(said.name, told=True)
    level = compare_names(person.name_key, other.key, person.name_fold, other.fold)
    if level < 0:
        return None
    if NAMES[level] == "name_marks_differ" and distance(person.name_key or "", other.key or "") == 1:
        return "name_one_mark"
    return NAMES[level]


def _compare_births(person: Person, said: Seen) -> str | None:
    level = compare_births(person.birth_date, said.birth_date)
    return BIRTHS[level] if level >= 0 else None


def _compare_sexes(person: Person, said: Seen) -> str | None:
    if person.sex is None or said.sex is None:
        return None
    return "same_sex" if person.sex == said.sex else "sex_differs"


def _compare_numbers(person: Person, said: Seen) -> str | None:
    stated = person.number12 or person.number9 or person.digits
    held = [number for number in (said.number12, said.number9) if number]
    if not stated or not held:
        return None
    if stated in held:
        return "same_number"
    return "number_one_digit" if min(distance(stated, number) for number in held) == 1 else "number_another"
