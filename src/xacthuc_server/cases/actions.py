"""The writers of cases: each settles, ends or moves one, within what its owner may say.

Health and the police settle their own fields only: an identity's vouched fields come from the register or from a paper
that the owner of identities has seen, never from what was stated; a dose is kept or withdrawn, never edited.
"""

from __future__ import annotations

from datetime import datetime

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.cases.deadlines import find_deadline
from xacthuc_server.cases.models import Case
from xacthuc_server.cases.moving import ask_for_data, complete_case, hand_over, raise_due
from xacthuc_server.cases.opening import CORRECTION, open_cases
from xacthuc_server.cases.permissions import check_can_end, check_can_settle
from xacthuc_server.cases.policies import take_step
from xacthuc_server.cases.problems import make_alike
from xacthuc_server.cases.refusals import NotSettledByThis, NotThere, NotVouched
from xacthuc_server.cases.register import Register, make_claim
from xacthuc_server.cases.routing import find_nearest
from xacthuc_server.cases.settling import read_vouched, settle_as, settle_dose_as
from xacthuc_server.cases.steps import check_reason, follow, move_case, take_case
from xacthuc_server.people.actions import Vouched
from xacthuc_server.people.models import Dose, Person
from xacthuc_server.units.posts import NotAllowed, can

__all__ = [
    "ask_correction",
    "ask_for_data",
    "complete_case",
    "end_case",
    "hand_over",
    "open_cases",
    "raise_due",
    "settle_by_document",
    "settle_identity",
    "settle_vaccination",
]


@action
def settle_identity(case_id: int, *, person: str, register: Register, by: Acting, now: datetime, version: int) -> None:
    """Settle who is meant: `person` is the candidate that the officer chose, whom the register then vouches for.

    Raises NotThere, NotAllowed, NotYours, WrongState, Changed, NotSettledByThis, NotVouched. The register is asked
    before anything is written: no row is locked while it answers.
    """
    case = take_case(case_id, version=version)
    check_can_settle(by, case, "settle_identity")
    take_step(case.state, "settle")
    if case.person.identity == "FOREIGN" or case.owner.authority != "police":
        raise NotSettledByThis("case_by_document")
    name = f"case:{case.id}"
    said = register.vouch([(name, make_claim(case.person), person)], officer=by.who, case=name).get(name)
    settle_as(case, read_vouched(said), how="officer", reference=person, by=by, now=now)
    follow([case.person_id], references=[case.person.reference])


@action
def settle_by_document(case_id: int, *, vouched: Vouched, by: Acting, now: datetime, version: int) -> None:
    """Settle by a paper that was seen: a foreigner's passport at the facility, a soldier's in the army's own books.

    Raises NotThere, NotAllowed, NotYours, WrongState, Changed, NotSettledByThis, NotVouched.
    """
    case = take_case(case_id, version=version)
    army = case.owner.authority == "army"
    check_can_settle(by, case, "settle_identity" if army else "settle_passport")
    take_step(case.state, "settle")
    if not army and case.person.identity != "FOREIGN":
        raise NotSettledByThis("case_by_register")
    if not (vouched.name.strip() and vouched.birth_date and vouched.number):
        raise NotVouched("case_document_incomplete")
    settle_as(case, vouched, how="army" if army else "passport", reference=case.person.reference, by=by, now=now)
    follow([case.person_id])


@action
def settle_vaccination(case_id: int, *, keep: bool, why: str, by: Acting, now: datetime, version: int) -> None:
    """Settle a dose: the site stands by it, or withdraws it, for a listed reason.

    Raises NotThere, NotAllowed, NotYours, WrongState, Changed, ReasonMissing.
    """
    case = take_case(case_id, version=version)
    check_can_settle(by, case, "settle_vaccination")
    check_reason("keep" if keep else "withdraw", why)
    settle_dose_as(case, keep=keep, why=why, by=by, now=now)
    follow([case.person_id], references=[case.person.reference])


@action
def end_case(case_id: int, *, why: str, by: Acting, now: datetime, version: int) -> None:
    """End a case without a decision, for a listed reason: nobody in the register is meant, say.

    Raises NotThere, NotAllowed, NotYours, WrongState, Changed, ReasonMissing. The record stays unverified.
    """
    case = take_case(case_id, version=version)
    check_can_end(by, case)
    check_reason("end", why)
    move_case(case, "end", by=by, now=now, outcome=why)


@action
def ask_correction(person_id: int, *, why: str, by: Acting, now: datetime, dose_id: int | None = None) -> int:
    """Open a case for an identity, or a dose, that is settled and turned out wrong; gives its id.

    It goes to who settles such things, within the hours that the law gives a complaint. What is open already stays.
    Raises NotAllowed, NotThere, ReasonMissing.
    """
    if not any(can(by, one) for one in ("settle_vaccination", "settle_identity", "settle_passport")):
        raise NotAllowed("not_allowed")
    check_reason("correct", why)
    person = Person.objects.select_related("organisation").filter(id=person_id).first()
    dose = Dose.objects.select_related("organisation").filter(id=dose_id, person_id=person_id).first()
    if person is None or (dose_id is not None and dose is None):
        raise NotThere("person_not_there")
    kind = "vaccination" if dose else "identity"
    open_ = Case.objects.filter(kind=kind, person=person, dose=dose, closed_at=None).first()
    case = open_ or _open_correction(kind, person, dose, now=now)
    tell("case.correction_asked", by=by, now=now, about=f"case:{case.id}", why=why, more={"person": person_id})
    return case.id


def _open_correction(kind: str, person: Person, dose: Dose | None, *, now: datetime) -> Case:
    stated_by = dose.organisation if dose else person.organisation
    owner = stated_by
    if kind == "identity" and person.identity != "FOREIGN" and person.organisation.authority != "army":
        owner = find_nearest([person.place], route="police").get(person.place, stated_by)
    return Case.objects.create(
        kind=kind,
        person=person,
        dose=dose,
        place=dose.place if dose else person.place,
        owner=owner,
        organisation=stated_by,
        cause=CORRECTION,
        alike=make_alike(CORRECTION, [str(dose.id if dose else person.id)]),  # of its own class
        state="open",
        opened_at=now,
        deadline=find_deadline(CORRECTION, at=now),
    )
