"""The gate: the page that checks certificates with no network, with the lists that the platform publishes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.cli_gate import PAGE
from xacthuc.runs.gate_lists import gather_lists
from xacthuc.runs.serving import HEADERS, KINDS
from xacthuc_server.issuing.publishing import get_revoked_folder, get_trust_folder

SAMPLES = "samples"  # of the demonstration: signed by a key that nobody may trust


@require_safe
def show_gate(_request: HttpRequest, name: str = "") -> HttpResponse:
    """Give a file of the gate, or of the lists it fetches. Nobody logs in, and nothing is kept of who asks."""
    name = name or "index.html"
    kind = KINDS.get(Path(name).suffix)
    body = _read(name) if kind else None
    if body is None:
        raise Http404
    return HttpResponse(body, content_type=kind, headers=dict(HEADERS))


def _read(name: str) -> bytes | None:
    if name.startswith("lists/"):
        return _list_published().get(name)
    file = (PAGE / name).resolve()
    ours = file.is_relative_to(PAGE.resolve()) and not file.name.startswith(SAMPLES)
    return file.read_bytes() if ours and file.is_file() else None


def _list_published() -> Mapping[str, bytes]:
    signed = get_trust_folder() / "trust.json"
    sets = sorted((get_revoked_folder() / "sets").glob("*.revoked"))
    if not signed.is_file() or not sets:
        return {}
    return _gather(get_trust_folder(), get_revoked_folder(), signed.stat().st_mtime_ns, sets[-1].name)


@lru_cache(maxsize=2)
def _gather(trust: Path, revoked: Path, signed: int, last: str) -> Mapping[str, bytes]:  # noqa: ARG001  what changes
    try:
        return gather_lists(trust, [revoked])
    except ListRefused:  # not published yet
        return {}
