"""Open cases for what is wrong or unsure, and end those whose problem is gone: as often as anything changes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db.models import F, Max

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import MOST_IDS, action, tell
from xacthuc_server.cases.deadlines import find_deadline
from xacthuc_server.cases.models import Case
from xacthuc_server.cases.policies import take_step
from xacthuc_server.cases.problems import Key, Problem, list_problems
from xacthuc_server.people.models import Dose, Person
from xacthuc_server.people.permissions import check_is_job

BATCH = 5_000  # persons at a time: some 20 MB
CORRECTION = "correction_asked"  # a case that somebody asked for; it is not ended because the verdict is fine

# Outcomes of the platform's own; the others are those of reasons.toml and of settling.
GONE, REPLACED = "problem_gone", "problem_changed"


@action
def open_cases(person_ids: Sequence[int], *, by: Acting, now: datetime) -> int:
    """Open what is to be settled of some persons and their doses; gives how many cases were opened.

    1 a problem that has its open case already keeps it
    2 one that somebody has decided since the register was last asked is not opened again
    3 an open case whose problem is gone, or is another one now, is ended.
    Raises NotAllowed: only the platform's own work does this.
    """
    check_is_job(by)
    opened: list[int] = []
    ended = 0
    for at in range(0, len(person_ids), BATCH):
        some = person_ids[at : at + BATCH]
        persons = list(Person.objects.filter(id__in=some).select_related("organisation"))
        doses = list(Dose.objects.filter(person_id__in=some).select_related("organisation", "person"))
        problems = {problem.key: problem for problem in list_problems(persons, doses)}
        kept, gone = _compare(some, problems, now=now)
        ended += gone
        decided = _list_decided(some)
        new = [one for key, one in problems.items() if key not in kept and not _is_decided(one, decided)]
        opened += [case.id for case in Case.objects.bulk_create([_make_case(one, now=now) for one in new])]
    more = {"opened": len(opened), "ended": ended, "ids": opened[:MOST_IDS]}
    tell("cases.opened", by=by, now=now, more=more)
    return len(opened)


def _compare(persons: Sequence[int], problems: dict[Key, Problem], *, now: datetime) -> tuple[set[Key], int]:
    """End the open cases that do not say what is wrong now; gives the keys of those that do, and how many ended."""
    kept: set[Key] = set()
    over: dict[str, list[Case]] = {GONE: [], REPLACED: []}
    for case in Case.objects.filter(person_id__in=persons, closed_at=None):
        problem = problems.get((case.kind, case.person_id, case.dose_id))
        if case.cause == CORRECTION or (problem is not None and problem.alike == case.alike):
            kept.add((case.kind, case.person_id, case.dose_id))
        else:
            over[GONE if problem is None else REPLACED].append(case)
    for outcome, cases in over.items():
        for case in cases:
            take_step(case.state, "vanish")
        Case.objects.filter(id__in=[case.id for case in cases], closed_at=None).update(
            state="ended", closed_at=now, outcome=outcome, version=F("version") + 1
        )
    return kept, sum(map(len, over.values()))


def _list_decided(persons: Sequence[int]) -> dict[tuple[Key, str], datetime]:
    """Give when problems were last decided by somebody, by key and class."""
    closed = Case.objects.filter(person_id__in=persons).exclude(closed_at=None).exclude(outcome__in=[GONE, REPLACED])
    told = closed.values_list("kind", "person_id", "dose_id", "alike").annotate(Max("closed_at"))
    return {((kind, person, dose), alike): at for kind, person, dose, alike, at in told}


def _is_decided(problem: Problem, decided: dict[tuple[Key, str], datetime]) -> bool:
    at = decided.get((problem.key, problem.alike))
    if at is None:
        return False
    asked = problem.person.asked_at if problem.kind == "identity" else None
    return asked is None or asked <= at


def _make_case(problem: Problem, *, now: datetime) -> Case:
    return Case(
        kind=problem.kind,
        person=problem.person,
        dose=problem.dose,
        place=problem.place,
        owner=problem.owner,
        organisation=problem.dose.organisation if problem.dose else problem.person.organisation,
        cause=problem.cause,
        alike=problem.alike,
        state="waiting" if problem.returns_to else "open",
        returns_to=problem.returns_to,
        opened_at=now,
        deadline=find_deadline(problem.cause, at=now),
    )
