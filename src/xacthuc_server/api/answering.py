"""Who is let in, and how requests are answered: once for each name they have, in codes with their sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from ninja.errors import HttpError
from ninja.security import HttpBearer

from xacthuc.findings import get_code, list_codes
from xacthuc_server import texts
from xacthuc_server.accounts.acting import Acting, set_acting
from xacthuc_server.api.actions import RequestNamedBefore, digest_secret, keep_answer, open_answer
from xacthuc_server.api.limits import KEY_LETTERS, Counter
from xacthuc_server.api.models import ApiKey

HEADER = "Idempotency-Key"
counter = Counter()


class KeyBearer(HttpBearer):
    """A key with a scope; whoever shows it acts for its organisation until the request ends."""

    def __init__(self, scope: str) -> None:
        """Ask for a scope."""
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """Give the key, None where there is none such; raises HttpError where it may not, or asks too often."""
        key = find_key(token, now=timezone.now())
        if key is None:
            return None
        if self.scope not in key.scopes:
            raise HttpError(403, "scope")
        if not counter.allows(key.id):
            raise HttpError(429, "often")
        request.acting = acting = act_by(key)
        set_acting(acting)  # until the transaction of the request ends
        return key


def let_in(scope: str) -> KeyBearer:
    """Give what lets in keys with a scope."""
    return KeyBearer(scope)


def find_key(secret: str, *, now: datetime) -> ApiKey | None:
    """Find the key of a secret that holds now."""
    held = Q(ends_at=None) | Q(ends_at__gt=now)
    return ApiKey.objects.filter(held, digest=digest_secret(secret)).select_related("organisation__unit").first()


def act_by(key: ApiKey) -> Acting:
    """Act by a key: as a sender, for its organisation."""
    organisation = key.organisation
    unit = organisation.unit
    return Acting(f"key:{key.id}", "sender", organisation.authority, organisation.id, unit.lower, unit.upper)


def answer_once(request: HttpRequest, do: Callable[[], tuple[int, Any]]) -> HttpResponse:
    """Answer a request; one that names itself is done once, and its answer given again."""
    name = request.headers.get(HEADER)
    if name is None:
        status, answer = do()
        return JsonResponse(answer, status=status)
    if not 0 < len(name) <= KEY_LETTERS or not name.isascii() or not name.isprintable():
        return write_fault("idempotency_unusable", 422)
    try:
        with transaction.atomic():
            kept = open_answer(
                name, request.path.encode() + b"\n" + request.body, by=request.acting, now=timezone.now()
            )
            if not kept.status:
                status, answer = do()
                keep_answer(kept, status=status, answer=answer)
                return JsonResponse(answer, status=status)
    except RequestNamedBefore as refusal:
        return write_fault(refusal.code, 422)
    again = JsonResponse(kept.answer, status=kept.status)
    again["Idempotent-Replayed"] = "true"
    return again


def write_fault(code: str, status: int, *, errors: Sequence[Any] = ()) -> HttpResponse:
    """Give a refusal in both languages."""
    return JsonResponse({"code": code, **texts.load_texts()[code], "errors": list(errors)}, status=status)


def say_findings(findings: Iterable[Sequence[str]]) -> list[dict[str, str]]:
    """Give findings with their kinds and sentences."""
    known = ((field, get_code(code)) for field, code in findings if code in list_codes())
    return [{"field": field, "code": c.code, "kind": c.kind, "vi": c.vi, "en": c.en} for field, c in known]
