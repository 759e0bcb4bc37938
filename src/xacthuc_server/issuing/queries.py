"""The readers of what is to be signed and of certificates. Reading of a person is an event too."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q, QuerySet

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import tell
from xacthuc_server.issuing.models import Certificate, SignedList, Signing
from xacthuc_server.issuing.permissions import check_can_sign
from xacthuc_server.people.models import Dose, Person
from xacthuc_server.people.permissions import check_can_see_people

ENDED = 5_000  # certificates that are renewed in one turn
SHOWN = 500  # doses of one page: what is looked over before it is signed; the rest follows


def list_signable(by: Acting) -> QuerySet[Dose]:
    """Give the doses that one's own site has still to sign, oldest entry first. Raises NotAllowed."""
    check_can_sign(by)
    settled = Q(vaccination="PLAUSIBLE") | Q(settled_at__isnull=False)
    found = Dose.objects.filter(settled, organisation_id=by.organisation_id, signed_at=None, withdrawn_at=None)
    return found.order_by("entered_at", "id")


def list_to_sign(*, by: Acting, now: datetime) -> list[Dose]:
    """List a page of doses to be signed, with whom they were given to; who is shown is an event. Raises NotAllowed."""
    shown = list(list_signable(by).select_related("person")[:SHOWN])
    if shown:
        tell("doses.listed", by=by, now=now, more={"doses": [dose.id for dose in shown]})
    return shown


def list_orders(by: Acting) -> list[Signing]:
    """List the latest orders to sign."""
    return list(Signing.objects.filter(organisation_id=by.organisation_id).order_by("-ordered_at")[:10])


def list_signed_lists(by: Acting) -> list[SignedList]:
    """List the latest lists that a commune's chair has signed."""
    return list(SignedList.objects.filter(organisation_id=by.organisation_id).defer("lines").order_by("-number")[:10])


def get_person(person_id: int, *, by: Acting, now: datetime) -> tuple[Person, list[Certificate]] | None:
    """Give a person with their certificates, latest first, which is an event; None where nobody is seen.

    Raises NotAllowed.
    """
    check_can_see_people(by)
    person = Person.objects.filter(id=person_id).first()
    if person is None:
        return None
    tell("person.certificates_read", by=by, now=now, about=f"person:{person_id}")
    return person, list(Certificate.objects.filter(person=person).select_related("dose").order_by("-issued_at", "-id"))


def list_ended(*, now: datetime) -> list[int]:
    """Give the persons whose certificate has ended by itself: a batch of them, to be issued again."""
    ended = Certificate.objects.filter(revoked_at=None, expires_at__lte=now).order_by("expires_at", "id")
    return sorted(set(ended.values_list("person_id", flat=True)[:ENDED]))


def get_certificate(certificate_id: int, *, by: Acting, now: datetime) -> Certificate | None:
    """Give a certificate to be printed, which is an event; None where it is not seen. Raises NotAllowed."""
    check_can_see_people(by)
    found = Certificate.objects.select_related("person").filter(id=certificate_id).first()
    if found is not None:
        tell("certificate.printed", by=by, now=now, about=f"person:{found.person_id}", more={"certificate": found.id})
    return found
