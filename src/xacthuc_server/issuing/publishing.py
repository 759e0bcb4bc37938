"""Publish whom to trust and what is revoked, for every gate: signed lists in folders of the platform's data.

lists/trust/      the trust list: the signers of certificates, and the key of the revocations
lists/revoked/    the revocations
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

from xacthuc.certificates.issuer_keys import list_keys
from xacthuc.certificates.payload import COUNTRY
from xacthuc.certificates.revocation import list_hashes
from xacthuc.certificates.revocation_ledger import Entry
from xacthuc.runs.revocation_folder import add_revocations, make_revocations, publish
from xacthuc.runs.trust_folder import add_to_trust, make_trust, sign_trust
from xacthuc_server.accounts.acting import Acting, act_as
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.issuing.keys import get_central_folder, make_central_keys
from xacthuc_server.issuing.models import Certificate
from xacthuc_server.issuing.permissions import check_can_issue

LIFE = timedelta(days=7)  # a gate without a network stays of use for a week
NAME = "VN"  # of the revocation list
PART = 10_000  # revocations that are added at once


def get_trust_folder() -> Path:
    """Give the folder of the trust list."""
    return Path(settings.DATA) / "lists" / "trust"


def get_revoked_folder() -> Path:
    """Give the folder of the revocations."""
    return Path(settings.DATA) / "lists" / "revoked"


def is_published() -> bool:
    """Tell whether there are lists for the gates at all."""
    return (get_trust_folder() / "trust.json").is_file()


def publish_lists(*, by: Acting, now: datetime) -> int:
    """Publish the trust list and all revocations; gives how many of these are new.

    Raises NotAllowed, ListRefused. One that was stopped half-way adds the same again, which changes nothing. Not for
    two processes at once: the job that calls it runs alone.
    """
    make_central_keys(now=now)
    _prepare()
    with act_as(by):
        check_can_issue(by)
        found = list(Certificate.objects.exclude(revoked_at=None).filter(listed_at=None).order_by("id")[:PART])
    entries = [_make_entry(one) for one in found]
    if entries:
        add_revocations(get_revoked_folder(), entries)
    made = publish(get_revoked_folder(), at=now, life=LIFE)
    signers = [key.path for key in list_keys(get_central_folder()) if key.kind == "signer"]
    add_to_trust(get_trust_folder(), signers, revocation_keys=[get_revoked_folder() / "public.pem"])
    sign_trust(get_trust_folder(), at=now, life=LIFE)
    with act_as(by):
        note_published([one.id for one in found], number=made.number, by=by, now=now)
    return len(found)


@action
def note_published(certificates: Sequence[int], *, number: int, by: Acting, now: datetime) -> None:
    """Note which revocations a published set says. Raises NotAllowed."""
    check_can_issue(by)
    Certificate.objects.filter(id__in=certificates).update(listed_at=now)
    tell("lists.published", by=by, now=now, about=f"revoked:{number}", more={"new": len(certificates)})


def _prepare() -> None:
    if not (get_trust_folder() / "private.pem").exists():
        make_trust(get_trust_folder())
    if not (get_revoked_folder() / "list.json").exists():
        make_revocations(get_revoked_folder(), name=NAME)


def _make_entry(one: Certificate) -> Entry:
    digest = list_hashes(issuer=COUNTRY, uvci=one.uvci, signature=b"", algorithm="ES256")["uvci"]
    return Entry(digest, "uvci", one.expires_at.astimezone(UTC))
