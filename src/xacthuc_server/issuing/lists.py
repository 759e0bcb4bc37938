"""The chair of a commune signs its list of results (CV 8938, step 4): every signed dose of who lives there.

A line is the number of a dose, the digest of what its site has signed, and how the identity was settled; no values.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max

from xacthuc.certificates.signer import Signer
from xacthuc_server.accounts.acting import Acting, act_as
from xacthuc_server.accounts.factor import check_factor
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.issuing.dose_signatures import sign
from xacthuc_server.issuing.models import SignedList
from xacthuc_server.issuing.permissions import check_can_sign_list
from xacthuc_server.issuing.refusals import ListEmpty, OrderGone
from xacthuc_server.people.models import Dose

LARGEST = 200_000  # lines of a list: the largest commune has some 100,000 people; 20 MB


@dataclass(frozen=True)
class Draft:
    """A list before it is signed."""

    number: int
    lines: str

    def write(self, *, organisation: str) -> bytes:
        """Give what is signed."""
        digest = hashlib.sha256(self.lines.encode()).hexdigest()
        return f"xacthuc list 1\n{organisation}\n{self.number}\n{digest}".encode()


def draft_list(*, by: Acting) -> Draft:
    """Give the list of one's own commune as it would be signed now. Raises NotAllowed, ListEmpty."""
    check_can_sign_list(by)
    doses = Dose.objects.filter(place__gte=by.lower, place__lt=by.upper, withdrawn_at=None)
    told = doses.exclude(signed_at=None).order_by("id").values_list("id", "signature", "person__settled")[:LARGEST]
    lines = [f"{dose} {hashlib.sha256(signature.encode()).hexdigest()} {how or '-'}" for dose, signature, how in told]
    if not lines:
        raise ListEmpty("list_empty")
    last = SignedList.objects.filter(organisation_id=by.organisation_id).aggregate(last=Max("number"))["last"]
    return Draft((last or 0) + 1, "\n".join(lines))


@action
def order_list(*, post: int | None, factor_at: datetime | None, by: Acting, now: datetime) -> None:
    """Order the commune's list of results to be signed; `post` is the one that is acted in, None where no job follows.

    Raises NotAllowed, FactorNeeded, ListEmpty.
    """
    check_factor(factor_at, now=now)
    draft = draft_list(by=by)
    tell("list.ordered", by=by, now=now, about=f"list:{by.organisation_id}-{draft.number}")
    if post is not None:
        from procrastinate.contrib.django import app  # the app is there once Django is

        app.configure_task("issuing.sign_list").defer(post_id=post)


def sign_list(*, factor_at: datetime | None, by: Acting, now: datetime, signer: Signer, organisation: str) -> int:
    """Sign the commune's list at once, without a job; gives its number. Raises as order_list does, and OrderGone."""
    with act_as(by):
        order_list(post=None, factor_at=factor_at, by=by, now=now)
    return carry_out_list(by=by, now=now, signer=signer, organisation=organisation)


def carry_out_list(*, by: Acting, now: datetime, signer: Signer, organisation: str) -> int:
    """Sign the list that was ordered; gives its number. Raises NotAllowed, ListEmpty, OrderGone."""
    with act_as(by):
        draft = draft_list(by=by)
    signature = sign(draft.write(organisation=organisation), signer=signer)
    with act_as(by):
        record_list(draft, signature=signature, by=by, now=now)
    return draft.number


@action
def record_list(draft: Draft, *, signature: str, by: Acting, now: datetime) -> None:
    """Keep a list that was signed; raises NotAllowed, and OrderGone where another of the same number came first."""
    check_can_sign_list(by)
    if SignedList.objects.filter(organisation_id=by.organisation_id, number=draft.number).exists():
        raise OrderGone("signing_gone")
    SignedList.objects.create(
        place=by.lower,
        organisation_id=by.organisation_id,
        number=draft.number,
        signed_at=now,
        by=by.who,
        count=draft.lines.count("\n") + 1,
        digest=hashlib.sha256(draft.lines.encode()).hexdigest(),
        lines=draft.lines,
        signature=signature,
    )
    tell("list.signed", by=by, now=now, about=f"list:{by.organisation_id}-{draft.number}")
