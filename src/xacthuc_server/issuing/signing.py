"""A site signs its doses: ordered with a second factor, carried out by a job, a part at a time.

The signatures are made between two transactions: no transaction waits for a token.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db.models import F

from xacthuc.certificates.signer import Signer
from xacthuc_server.accounts.acting import Acting, act_as
from xacthuc_server.accounts.factor import check_factor
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.issuing.dose_signatures import sign, write_dose
from xacthuc_server.issuing.models import Signing
from xacthuc_server.issuing.permissions import check_can_sign
from xacthuc_server.issuing.policies import can_sign
from xacthuc_server.issuing.refusals import NotSignable, OrderGone
from xacthuc_server.people.models import Dose

LARGEST = 5_000  # doses of one order: what a person may be shown as one list
PART = 200  # doses of one transaction


@action
def order_signing(
    doses: Sequence[tuple[int, int]], *, post: int | None, factor_at: datetime | None, by: Acting, now: datetime
) -> Signing:
    """Order doses, (id, version) each as they were shown, to be signed for one's own site.

    `post` is the one that is acted in, None where no job is to follow. Raises NotAllowed, FactorNeeded, and NotSignable
    where one is another site's, open, withdrawn or signed.
    """
    check_can_sign(by)
    check_factor(factor_at, now=now)
    if not 0 < len(doses) <= LARGEST:
        raise NotSignable("sign_nothing" if not doses else "sign_too_many")
    found = {dose.id: dose for dose in Dose.objects.filter(id__in=[dose for dose, _ in doses])}
    for dose_id, version in doses:
        dose = found.get(dose_id)
        if dose is None or dose.organisation_id != by.organisation_id:
            raise NotSignable("sign_not_yours")
        if dose.version != version or not can_sign(dose):
            raise NotSignable("sign_wrong_state")
    order = Signing.objects.create(
        organisation_id=by.organisation_id, post=post, by=by.who, ordered_at=now, doses=[list(one) for one in doses]
    )
    tell("signing.ordered", by=by, now=now, about=f"signing:{order.id}", more={"doses": len(doses)})
    if post is not None:
        from procrastinate.contrib.django import app  # the app is there once Django is

        app.configure_task("issuing.sign").defer(order_id=order.id, post_id=post)
    return order


def carry_out(order_id: int, *, by: Acting, now: datetime, signer: Signer) -> None:
    """Sign what was ordered, part by part; goes on where it was stopped. Raises OrderGone, SignerUnusable."""
    left = 1
    while left:
        with act_as(by):
            order = _take_order(order_id, by=by)
            part = order.doses[order.done : order.done + PART]
            parts = _write_part(part)
        made = {dose: sign(data, signer=signer) for dose, data in parts.items()}
        with act_as(by):
            left = record_part(order_id, signatures=made, done=order.done, by=by, now=now)


def sign_doses(
    dose_ids: Sequence[int], *, factor_at: datetime | None, by: Acting, now: datetime, signer: Signer
) -> int:
    """Sign doses at once, without an order: gives how many. Raises as order_signing does.

    Of more than a few, order_signing: this keeps its caller waiting.
    """
    with act_as(by):
        versions = Dose.objects.filter(id__in=dose_ids).values_list("id", "version").order_by("id")
        order = order_signing(list(versions), post=None, factor_at=factor_at, by=by, now=now)
        if len(order.doses) != len(set(dose_ids)):
            raise NotSignable("sign_not_yours")
    carry_out(order.id, by=by, now=now, signer=signer)
    with act_as(by):
        order.refresh_from_db()
    return order.signed


@action
def record_part(order_id: int, *, signatures: Mapping[int, str], done: int, by: Acting, now: datetime) -> int:
    """Record the signatures of the next part of an order; gives how many doses are left.

    A dose that was changed since it was ordered stays unsigned, and is counted. Raises OrderGone, NotAllowed.
    """
    check_can_sign(by)
    order = _take_order(order_id, by=by)
    if order.done != done:
        raise OrderGone("signing_gone")
    part = order.doses[done : done + PART]
    signed = [
        dose_id
        for dose_id, version in part
        if dose_id in signatures and _record(dose_id, version, signatures[dose_id], by=by, now=now)
    ]
    left = len(order.doses) - done - len(part)
    Signing.objects.filter(id=order.id, done=done).update(
        done=done + len(part),
        signed=F("signed") + len(signed),
        refused=F("refused") + len(part) - len(signed),
        finished_at=None if left else now,
    )
    tell("doses.signed", by=by, now=now, about=f"signing:{order.id}", more={"doses": signed})
    _issue_for(signed)
    return left


def _take_order(order_id: int, *, by: Acting) -> Signing:
    order = Signing.objects.filter(id=order_id, by=by.who).first()
    if order is None:
        raise OrderGone("signing_gone")
    return order


def _write_part(part: Sequence[Sequence[int]]) -> dict[int, bytes]:
    versions = {dose: version for dose, version in part}
    doses = Dose.objects.filter(id__in=versions).select_related("organisation")
    return {dose.id: write_dose(dose) for dose in doses if dose.version == versions[dose.id] and can_sign(dose)}


def _record(dose_id: int, version: int, signature: str, *, by: Acting, now: datetime) -> int:
    return Dose.objects.filter(id=dose_id, version=version, organisation_id=by.organisation_id, signed_at=None).update(
        signed_by=by.who, signed_at=now, signature=signature, version=F("version") + 1
    )


def _issue_for(doses: Sequence[int]) -> None:
    """Let certificates follow; what else is known of these people is seen by the platform's own work only."""
    persons = sorted(set(Dose.objects.filter(id__in=doses).values_list("person_id", flat=True)))
    if persons:
        from procrastinate.contrib.django import app  # the app is there once Django is

        app.configure_task("issuing.issue").defer(person_ids=list(persons))
