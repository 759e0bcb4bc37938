"""The node as a WSGI application: who asks, what may be asked, what is answered and written down.

A request is
1 read, as large as it may be
2 signed by a partner, for this node, now, and not sent before
3 allowed to the partner's role
4 answered in codes, within the budgets
5 written into the log, in the transaction that spends the budgets; only then the answer leaves, signed.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs

from xacthuc_register import signing
from xacthuc_register.answering import ANSWERS, Asking
from xacthuc_register.checking import Checker
from xacthuc_register.folder import NodeFolder, Partner
from xacthuc_register.refusals import NodeRefused, make_refusal
from xacthuc_register.state import SKEW, State
from xacthuc_register.store import Store

BODY_BYTES = 4 << 20  # a thousand items to vouch for are less than one

Start = Callable[[str, list[tuple[str, str]]], Any]
Environ = Mapping[str, Any]


class Node:
    """Answers what partners ask; `now` is the clock."""

    def __init__(self, folder: NodeFolder, *, store: Store, state: State, now: Callable[[], datetime]) -> None:
        """Over an open index and an open memory."""
        self._folder, self._store, self._state, self._now = folder, store, state, now
        self._checker = Checker(store, folder.referrer)
        self._key_id = folder.key_id

    def __call__(self, environ: Environ, start: Start) -> Iterable[bytes]:
        """Answer a request, whatever it is."""
        try:
            status, said = 200, self._answer(environ)
        except NodeRefused as refusal:
            status, said = refusal.status, _tell_refusal(refusal)
        except Exception as error:  # noqa: BLE001 - a mistake of ours ends one answer and not the node
            _tell_mistake(error)
            failed = NodeRefused("node_failed")
            status, said = failed.status, _tell_refusal(failed)
        body = json.dumps(said, ensure_ascii=False).encode()
        signature = signing.sign(signing.write_answer(status, _header(environ, signing.NONCE), body), self._folder.key)
        headers = [
            ("Content-Type", "application/json; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
            (signing.KEY, self._key_id),
            (signing.SIGNATURE, signature),
        ]
        start(f"{status} {HTTPStatus(status).phrase}", headers)
        return [body]

    def _answer(self, environ: Environ) -> Mapping[str, Any]:
        method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "/")
        if path == "/healthz" and method == "GET":
            return {"ready": True, "key": self._key_id, "version": self._store.index.version}
        if path not in ANSWERS:
            raise NodeRefused("node_path_unknown")
        allowed, roles, answer = ANSWERS[path]
        if method != allowed:
            raise NodeRefused("node_method_wrong")
        body = _read_body(environ)  # 1
        now = self._now()
        partner, nonce = self._check_sender(environ, method=method, path=path, body=body, now=now)  # 2
        asking = Asking(self._checker, self._store, self._folder, self._state, partner=partner, nonce=nonce, now=now)
        try:
            if partner.role not in roles:  # 3
                raise make_refusal("node_not_police")
            return answer(asking, _read_said(environ, body))  # 4, 5
        except NodeRefused as refusal:
            asking.log_refusal(path, refusal)
            raise

    def _check_sender(
        self, environ: Environ, *, method: str, path: str, body: bytes, now: datetime
    ) -> tuple[Partner, str]:
        key, time, nonce, signature = (
            _header(environ, name) for name in (signing.KEY, signing.TIME, signing.NONCE, signing.SIGNATURE)
        )
        if not (key and time and signature) or not signing.NONCE_FORM.fullmatch(nonce):
            raise make_refusal("node_unsigned")
        partner = self._folder.list_partners().get(key)
        if partner is None:
            raise make_refusal("node_key_unknown")
        query = _query(environ)
        target = f"{path}?{query}" if query else path
        request = signing.Request(method, target, self._key_id, time, nonce)
        if not signing.has_signed(partner.key, request.write(body), signature):
            raise make_refusal("node_signature_wrong")
        if not _is_near(time, now):
            raise make_refusal("node_time_off")
        if self._state.is_known(nonce):
            raise make_refusal("node_repeated")
        return partner, nonce


def _header(environ: Environ, name: str) -> str:
    return str(environ.get("HTTP_" + name.upper().replace("-", "_"), ""))


def _query(environ: Environ) -> str:
    return str(environ.get("QUERY_STRING", ""))


def _is_near(time: str, now: datetime) -> bool:
    try:
        said = datetime.fromisoformat(time)
    except ValueError:
        return False
    return said.tzinfo is not None and abs(said - now) <= SKEW


def _read_body(environ: Environ) -> bytes:
    try:
        length = int(environ.get("CONTENT_LENGTH") or 0)
    except ValueError:
        raise NodeRefused("node_request_unusable") from None
    if not 0 <= length <= BODY_BYTES:
        raise NodeRefused("node_request_large")
    try:
        body: bytes = environ["wsgi.input"].read(length) if length else b""
    except OSError:  # whoever asks is gone, or says nothing more
        raise NodeRefused("node_request_unusable") from None
    return body


def _read_said(environ: Environ, body: bytes) -> Mapping[str, Any]:
    if environ["REQUEST_METHOD"] == "POST":
        return _read_json(body)
    return {name: values[-1] for name, values in parse_qs(_query(environ)).items()}


def _read_json(body: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        raise NodeRefused("node_request_unusable") from None
    if not isinstance(said, dict):
        raise NodeRefused("node_request_unusable")
    return said


def _tell_refusal(refusal: NodeRefused) -> Mapping[str, Any]:
    return {"code": refusal.code, "vi": refusal.vi, "en": refusal.en}


def _tell_mistake(error: Exception) -> None:
    """Say where a mistake happened and of which kind, and nothing of what it was about."""
    place, places = error.__traceback__, []
    while place is not None:
        places.append(f"{place.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{place.tb_lineno}")
        place = place.tb_next
    print(
        datetime.now(UTC).isoformat(timespec="seconds"), type(error).__name__, *places[-6:], file=sys.stderr, flush=True
    )
