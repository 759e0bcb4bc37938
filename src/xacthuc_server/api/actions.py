"""The writers of keys and of kept answers."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.api.models import SCOPES, ApiKey, Kept
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.units.models import Organisation
from xacthuc_server.units.posts import check_can
from xacthuc_server.units.roles import ROLES

PREFIX = "xacthuc_"  # so that a secret is known for what it is where it lies about


class KeyRefused(Exception):
    """A key is not made; `code` is a key of the texts."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@action
def issue_key(
    organisation_id: int, *, name: str, scopes: Sequence[str], by: Acting, now: datetime
) -> tuple[ApiKey, str]:
    """Make a key for a system of an organisation; gives it with its secret, which is told this once.

    Raises NotAllowed, KeyRefused.
    """
    check_can(by, "administer")
    organisation = Organisation.objects.filter(id=organisation_id).first()
    if organisation is None or organisation.kind not in ROLES["sender"].kinds:
        raise KeyRefused("key_not_for_this")
    if not scopes or not set(scopes) <= set(SCOPES) or not name.strip():
        raise KeyRefused("key_incomplete")
    secret = PREFIX + secrets.token_urlsafe(32)
    key = ApiKey.objects.create(
        organisation=organisation, name=name.strip()[:80], digest=digest_secret(secret), scopes=sorted(set(scopes)),
        made_at=now, made_by=by.who,
    )  # fmt: skip
    tell("key.issued", by=by, now=now, about=f"key:{key.id}", more={"organisation": organisation_id})
    return key, secret


@action
def revoke_key(key_id: int, *, by: Acting, now: datetime) -> None:
    """End a key; one that has ended stays so. Raises NotAllowed, KeyRefused."""
    check_can(by, "administer")
    if not ApiKey.objects.filter(id=key_id).exists():
        raise KeyRefused("key_not_there")
    changed = ApiKey.objects.filter(id=key_id, ends_at=None).update(ends_at=now)
    tell("key.revoked", by=by, now=now, about=f"key:{key_id}", why="" if changed else "ended before")


def digest_secret(secret: str) -> str:
    """Give what is kept of a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


class RequestNamedBefore(Exception):
    """Another request had this name before."""

    code = "idempotency_other"


def open_answer(name: str, body: bytes, *, by: Acting, now: datetime) -> Kept:
    """Give the answer that is kept of a request; its status is 0 where it is to be done now, in this transaction.

    The same request at the same time waits for the first. Raises RequestNamedBefore.
    """
    digest = hashlib.sha256(body).hexdigest()
    kept = Kept(organisation_id=by.organisation_id, key=name, digest=digest, at=now)
    Kept.objects.bulk_create([kept], ignore_conflicts=True)
    found = Kept.objects.get(organisation_id=by.organisation_id, key=name)
    if found.digest != digest:
        raise RequestNamedBefore
    return found


def keep_answer(kept: Kept, *, status: int, answer: Any) -> None:
    """Keep an answer to be given again."""
    Kept.objects.filter(id=kept.id).update(status=status, answer=answer)
