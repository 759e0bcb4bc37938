"""What every action on a case does: find it as it was shown, step on, tell, and let the platform's own work follow."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import F
from procrastinate.types import JSONValue

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import tell
from xacthuc_server.cases.models import Case
from xacthuc_server.cases.policies import TRANSITIONS, take_step
from xacthuc_server.cases.refusals import Changed, NotThere, ReasonMissing

# Why a case is ended without a decision, data are asked for, or a case is given on: texts why_*.
REASONS: Mapping[str, tuple[str, ...]] = {
    "end": ("nobody_in_register", "no_person", "has_died_unregistered", "cannot_be_reached"),
    "ask": ("need_number", "need_name", "need_birth_date", "need_document"),
    "hand_over": ("lives_elsewhere", "serves_in_army", "other_owner", "given_back"),
    "keep": ("seen_in_session_list", "seen_on_certificate", "seen_in_stock_book"),
    "withdraw": ("entered_twice", "never_given", "of_another_person"),
    "correct": ("holder_asked", "found_in_review", "register_changed"),
}


def take_case(case_id: int, *, version: int) -> Case:
    """Give a case as it was shown; raises NotThere, Changed."""
    found = Case.objects.select_related("person", "dose", "owner", "organisation").filter(id=case_id).first()
    if found is None:
        raise NotThere("case_not_there")
    if found.version != version:
        raise Changed("case_changed")
    return found


def check_reason(step: str, why: str) -> None:
    """Raise ReasonMissing where a reason is none of those that are listed for a step."""
    if why not in REASONS[step]:
        raise ReasonMissing("case_reason_missing")


def move_case(case: Case, step: str, *, by: Acting, now: datetime, outcome: str = "", **changed: Any) -> None:
    """Let a case take a step, compare-and-set, and tell of it; raises WrongState, Changed."""
    state = take_step(case.state, step)
    if TRANSITIONS[state].closed:
        assert outcome, "nothing ends without a reason"
        changed |= {"closed_at": now, "closed_by": by.who, "outcome": outcome}
    found = Case.objects.filter(id=case.id, version=case.version)
    if not found.update(state=state, **changed, version=F("version") + 1):
        raise Changed("case_changed")
    tell(f"case.{step}", by=by, now=now, about=f"case:{case.id}", why=outcome, more={"person": case.person_id})


def follow(person_ids: Iterable[int], *, references: Iterable[str | None] = ()) -> None:
    """Let the platform's own work follow, once the transaction has ended well: doses judged, cases, certificates.

    `references` are those that the persons had before: who shared them is looked at again too.
    """
    from procrastinate.contrib.django import app  # the app is there once Django is

    ids: list[JSONValue] = [*sorted(set(person_ids))]
    before: list[JSONValue] = [*sorted({one for one in references if one})]
    app.configure_task("cases.follow").defer(person_ids=ids, references=before)
