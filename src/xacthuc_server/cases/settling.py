"""What settling comes to, singly or as a class: the person's or the dose's fields, and the case.

Who calls lets the platform's own work follow, once for all that was settled.
"""

from __future__ import annotations

from datetime import datetime

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.cases.models import Case
from xacthuc_server.cases.refusals import Changed, NotVouched
from xacthuc_server.cases.register import Stated
from xacthuc_server.cases.steps import move_case
from xacthuc_server.people.actions import PersonChanged, Vouched, settle_dose, settle_person


def read_vouched(said: Stated | None) -> Vouched:
    """Read what the register vouches for; raises NotVouched where it does not."""
    if said is None or said.refused or not (said.name and said.birth_date):
        raise NotVouched("case_not_vouched")
    return Vouched(said.name, said.birth_date, said.sex, said.number)


def settle_as(case: Case, vouched: Vouched, *, how: str, reference: str | None, by: Acting, now: datetime) -> None:
    """Write down who somebody is and settle the case, both or neither; raises WrongState, Changed."""
    move_case(case, "settle", by=by, now=now, outcome=f"settled_{how}")
    try:
        settle_person(
            case.person_id,
            how=how,
            vouched=vouched,
            reference=reference,
            by=by,
            now=now,
            version=case.person.version,
        )
    except PersonChanged:
        raise Changed("case_changed") from None


def settle_dose_as(case: Case, *, keep: bool, why: str, by: Acting, now: datetime) -> None:
    """Keep or withdraw a dose and settle its case, both or neither; raises WrongState, Changed."""
    dose = case.dose
    assert dose is not None, "a case of vaccination has its dose"
    move_case(case, "settle", by=by, now=now, outcome=why)
    try:
        settle_dose(dose.id, keep=keep, why=why, by=by, now=now, version=dose.version)
    except PersonChanged:
        raise Changed("case_changed") from None
