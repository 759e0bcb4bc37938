"""Who may write what of a person or a dose: identities belong to the police or the army, doses to the site."""

from __future__ import annotations

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.people.models import Dose, Person
from xacthuc_server.units.posts import NotAllowed, can, check_can

JOB = "job:"  # how the platform's own work begins to say who it is
ENTITLED = {
    "officer": ("police", "settle_identity"),
    "army": ("army", "settle_identity"),
    "passport": ("health", "settle_passport"),
}


def check_is_job(by: Acting) -> None:
    """Raise NotAllowed where it is not the platform's own work."""
    if not by.who.startswith(JOB):
        raise NotAllowed("not_allowed")


def check_can_settle_person(by: Acting, person: Person, *, how: str) -> None:
    """Raise NotAllowed unless somebody answers for an identity of this kind; `how` "" takes back what was settled.

    A foreigner's is settled by passport at the facility that stated it, a soldier's by the army, others by the police.
    """
    if not how:
        how = next((kind for kind, (authority, _) in ENTITLED.items() if by.authority == authority), "officer")
    authority, permission = ENTITLED.get(how, ("none", "settle_identity"))
    check_can(by, permission)
    if by.authority != authority:
        raise NotAllowed("not_allowed")
    if how == "passport" and (person.identity != "FOREIGN" or person.organisation_id != by.organisation_id):
        raise NotAllowed("person_not_yours")
    if how != "passport" and person.identity == "FOREIGN" and how != "army":
        raise NotAllowed("person_by_passport")


def check_can_settle_dose(by: Acting, dose: Dose) -> None:
    """Raise NotAllowed unless somebody answers for a dose: health, at the site that entered it."""
    check_can(by, "settle_vaccination")
    if by.authority != "health" or dose.organisation_id != by.organisation_id:
        raise NotAllowed("dose_not_yours")


def check_can_see_people(by: Acting) -> None:
    """Raise NotAllowed unless somebody may see people at all; which, the wall says."""
    check_can(by, "see_people")


def can_enter(by: Acting) -> bool:
    """Tell whether somebody may take in single doses, for an organisation."""
    return by.organisation_id is not None and can(by, "upload")
