"""Cases that change hands: given on, waiting for data, raised when their deadline has passed."""

from __future__ import annotations

from datetime import datetime

from django.db.models import F

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.cases.deadlines import find_deadline, load_deadlines
from xacthuc_server.cases.models import Case
from xacthuc_server.cases.permissions import check_can_end, check_can_hand_over, is_owner
from xacthuc_server.cases.policies import OPEN_STATES, take_step
from xacthuc_server.cases.refusals import Changed, NotSettledByThis, NotThere, NotYours
from xacthuc_server.cases.routing import find_nearest
from xacthuc_server.cases.steps import check_reason, follow, move_case, take_case
from xacthuc_server.people.actions import PersonChanged
from xacthuc_server.people.permissions import check_is_job
from xacthuc_server.people.restating import Restated, restate_person
from xacthuc_server.units.models import KINDS, Organisation
from xacthuc_server.units.posts import check_can

BATCH = 500  # cases that one turn raises; the next turn takes the next

# Who may answer for what at all: kinds of organisation by kind of case.
OWNERS = {
    "identity": ("commune_police", "police_department", "army"),
    "vaccination": tuple(kind for kind, authority in KINDS.items() if authority == "health"),
}


@action
def hand_over(case_id: int, *, to: int, why: str, by: Acting, now: datetime, version: int) -> None:
    """Give a case to another organisation that answers for its kind, with a new deadline.

    Raises NotThere, NotAllowed, NotYours, WrongState, Changed, ReasonMissing, NotSettledByThis. Person and doses of an
    identity move to the new owner's place afterwards, so that it sees them: residence is what routes.
    """
    case = take_case(case_id, version=version)
    check_can_hand_over(by, case)
    check_reason("hand_over", why)
    owner = Organisation.objects.filter(id=to).first()
    if owner is None:
        raise NotThere("organisation_not_there")
    if owner.kind not in OWNERS[case.kind] or owner.id == case.owner_id:
        raise NotSettledByThis("case_not_theirs")
    move_case(
        case, "hand_over", by=by, now=now, owner=owner, raised_to=None, returns_to=None,
        deadline=find_deadline(case.cause, at=now),
    )  # fmt: skip
    tell("case.given", by=by, now=now, about=f"case:{case.id}", why=why, more={"from": case.owner_id, "to": owner.id})
    if case.kind == "identity" and why in ("lives_elsewhere", "serves_in_army"):
        follow([case.person_id], references=[])


@action
def ask_for_data(case_id: int, *, why: str, by: Acting, now: datetime, version: int) -> None:
    """Let the station of the residence bring what is missing; the case waits there, and then comes back.

    Raises NotThere, NotAllowed, NotYours, WrongState, Changed, ReasonMissing.
    """
    case = take_case(case_id, version=version)
    check_can_end(by, case)
    check_reason("ask", why)
    station = find_nearest([case.place], route="station").get(case.place, case.organisation)
    deadline = find_deadline(case.cause, at=now)
    move_case(case, "ask", by=by, now=now, owner=station, returns_to=case.owner, raised_to=None, deadline=deadline)
    tell("case.asked", by=by, now=now, about=f"case:{case.id}", why=why, more={"to": station.id})


@action
def complete_case(case_id: int, *, stated: Restated, by: Acting, now: datetime, version: int) -> None:
    """Bring what was missing: what is stated of the person is put right, the register asked again, the case goes back.

    Raises NotThere, NotAllowed, NotYours, WrongState, Changed, and StatedRefused for what cannot be read.
    """
    case = take_case(case_id, version=version)
    check_can(by, "settle_vaccination")
    if not is_owner(by, case) or case.returns_to is None:
        raise NotYours("case_not_yours")
    owner, deadline = case.returns_to, find_deadline(case.cause, at=now)
    move_case(case, "complete", by=by, now=now, owner=owner, returns_to=None, raised_to=None, deadline=deadline)
    try:
        restate_person(case.person_id, stated=stated, by=by, now=now, version=case.person.version)
    except PersonChanged:
        raise Changed("case_changed") from None


@action
def raise_due(*, by: Acting, now: datetime) -> int:
    """Raise the open cases whose deadline has passed to the organisation above, a level each time; gives how many.

    The owner still settles it; who stands above answers for the delay, and may give it to somebody else. At the top it
    stays overdue. Raises NotAllowed: only the platform's own work does this.
    """
    check_is_job(by)
    due = Case.objects.filter(closed_at=None, deadline__lt=now, state__in=OPEN_STATES)
    due = due.exclude(raised_to__isnull=False, raised_to__above=None).exclude(raised_to=None, owner__above=None)
    raised = []
    for case in due.select_related("owner__above", "raised_to__above").order_by("deadline", "id")[:BATCH]:
        above = (case.raised_to or case.owner).above
        assert above is not None, "those at the top are left out"
        found = Case.objects.filter(id=case.id, version=case.version)
        raised += [case.id] * found.update(
            state=take_step(case.state, "raise"),
            raised=F("raised") + 1,
            raised_to=above,
            deadline=now + load_deadlines().raised,
            version=F("version") + 1,
        )
        tell("case.raise", by=by, now=now, about=f"case:{case.id}", more={"to": above.id})
    tell("cases.raised", by=by, now=now, more={"count": len(raised)})
    return len(raised)
