"""Who may do what with a case: by role, and by whose case it is. In which state stands in policies.py."""

from __future__ import annotations

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.cases.models import Case
from xacthuc_server.cases.refusals import NotYours
from xacthuc_server.units.posts import NotAllowed, can, check_can

# What settles a case of a kind: health settles doses, the police or the army identities, and a facility those of
# foreigners, by passport.
SETTLES = {"vaccination": ("settle_vaccination",), "identity": ("settle_identity", "settle_passport")}


def is_owner(by: Acting, case: Case) -> bool:
    """Tell whether a case lies with the organisation of whoever acts."""
    return by.organisation_id is not None and by.organisation_id == case.owner_id


def check_can_see(by: Acting, case: Case) -> None:
    """Raise where somebody neither owns a case nor answers for its delay."""
    if not is_owner(by, case) and by.organisation_id not in (case.raised_to_id, case.organisation_id):
        check_can(by, "oversee")
        if not by.covers(case.place):
            raise NotYours("case_not_yours")


def check_can_settle(by: Acting, case: Case, permission: str) -> None:
    """Raise NotAllowed or NotYours: only a case's owner settles it, each authority its own kind."""
    check_can(by, permission)
    if permission not in SETTLES[case.kind]:
        raise NotAllowed("not_allowed")
    if not is_owner(by, case):
        raise NotYours("case_not_yours")


def check_can_end(by: Acting, case: Case) -> None:
    """Raise where somebody may not decide about a case."""
    if not any(can(by, permission) for permission in SETTLES[case.kind]):
        raise NotAllowed("not_allowed")
    if not is_owner(by, case):
        raise NotYours("case_not_yours")


def check_can_hand_over(by: Acting, case: Case) -> None:
    """Raise NotAllowed or NotYours: a case is given on by its owner, or by who stands above and is of its authority."""
    check_can(by, "hand_over")
    if is_owner(by, case) or by.organisation_id == case.raised_to_id:
        return
    above = can(by, "oversee") and by.authority == case.owner.authority and by.covers(case.place)
    if not above:
        raise NotYours("case_not_yours")
