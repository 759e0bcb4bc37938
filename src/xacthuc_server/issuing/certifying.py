"""Issue certificates, and replace those that say something else than the records: both in one transaction.

The signature is made between two transactions: no transaction waits for a token.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from xacthuc.certificates.issue import Issuer
from xacthuc.certificates.payload import COUNTRY, build_payload
from xacthuc.certificates.signer import Signer
from xacthuc.certificates.uvci import make_uvci
from xacthuc_server.accounts.acting import Acting, act_as
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.issuing.holders import Change, Wanted, list_changes
from xacthuc_server.issuing.keys import ISSUER
from xacthuc_server.issuing.models import Certificate
from xacthuc_server.issuing.permissions import check_can_issue
from xacthuc_server.people.histories import list_groups
from xacthuc_server.people.models import Dose, Person

LASTING = timedelta(days=365)  # QĐ 5772: twelve months after it was made
PART = 200  # persons of one transaction


@dataclass(frozen=True)
class Made:
    """A change whose certificate is signed; `codes` say why it could not be made."""

    change: Change
    text: str = ""
    uvci: str = ""
    codes: tuple[str, ...] = ()


def issue_certificates(person_ids: Sequence[int], *, by: Acting, now: datetime, signer: Signer, secret: bytes) -> int:
    """Issue and revoke what the records of some persons ask for; gives how many certificates were issued.

    Raises NotAllowed, IssueRefused, SignerUnusable. What was changed while it was signed is left: its change brings it
    here again.
    """
    issuer = Issuer(signer, country=COUNTRY, issued=now, expires=now + LASTING)
    issued = 0
    for at in range(0, len(person_ids), PART):
        with act_as(by):
            check_can_issue(by)
            groups = list_groups(person_ids[at : at + PART])
            changes = [change for group in groups for change in list_changes(group, on=timezone.localdate(now))]
        made = [_make(change, issuer=issuer, secret=secret, now=now) for change in changes]
        if made:
            with act_as(by):
                issued += record_certificates(made, kid=signer.certificate.kid.hex(), by=by, now=now)
    return issued


@action
def record_certificates(made: Sequence[Made], *, kid: str, by: Acting, now: datetime) -> int:
    """Keep new certificates and revoke old ones, each pair together or not at all; gives how many were issued.

    Raises NotAllowed.
    """
    check_can_issue(by)
    issued = revoked = 0
    for one in made:
        new, old = one.change.new, one.change.old
        if new is not None and not one.text:
            tell("certificate.not_made", by=by, now=now, about=f"dose:{new.dose.id}", more={"codes": list(one.codes)})
            continue
        with transaction.atomic():
            if new is not None and not _is_unchanged(new.versions):
                continue
            if old is not None:
                if not Certificate.objects.filter(id=old.id, revoked_at=None).update(
                    revoked_at=now, revoked_why=one.change.why
                ):
                    continue
                revoked += 1
                tell("certificate.revoked", by=by, now=now, about=f"person:{old.person_id}", why=one.change.why)
            if new is not None:
                _keep(one, new, old, kid=kid, now=now)
                issued += 1
                tell("certificate.issued", by=by, now=now, about=f"person:{new.person.id}", more={"dose": new.dose.id})
    tell("certificates.recorded", by=by, now=now, more={"issued": issued, "revoked": revoked})
    if revoked:
        from procrastinate.contrib.django import app  # the app is there once Django is

        app.configure_task("issuing.publish").defer()
    return issued


def _make(change: Change, *, issuer: Issuer, secret: bytes, now: datetime) -> Made:
    new = change.new
    if new is None:
        return Made(change)
    about = json.dumps([now.isoformat(), new.dose.id, new.told])
    uvci = make_uvci(about, country=COUNTRY, secret=secret)
    today = timezone.localdate(now)
    built = build_payload(new.holder, new.counted, uvci=uvci, issuer=ISSUER, today=today, evidence="both")
    if built.payload is None:
        return Made(change, codes=built.codes)
    return Made(change, text=issuer.issue(built.payload), uvci=uvci)


def _keep(made: Made, new: Wanted, old: Certificate | None, *, kid: str, now: datetime) -> None:
    Certificate.objects.create(
        uvci=made.uvci,
        person=new.person,
        dose=new.dose,
        place=new.person.place,
        organisation=new.dose.organisation,
        text=made.text,
        told=new.told,
        kid=kid,
        evidence="both",
        issued_at=now,
        expires_at=now + LASTING,
        replaces=old,
    )


def _is_unchanged(versions: Iterable[tuple[str, int, int]]) -> bool:
    """Tell whether records are as they were read, and keep them so until the transaction ends."""
    tables: dict[str, Any] = {"person": Person, "dose": Dose}
    wanted: dict[str, dict[int, int]] = {"person": {}, "dose": {}}
    for table, row, version in versions:
        wanted[table][row] = version
    for table, rows in wanted.items():
        found = tables[table].objects.select_for_update().filter(id__in=rows).order_by("id")
        if dict(found.values_list("id", "version")) != rows:
            return False
    return True
