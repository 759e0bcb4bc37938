"""The pages of files: send them in, see what became of them, mend them cell by cell or by an annotated copy."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from xacthuc.findings import get_code
from xacthuc_server.desk.refusing import for_staff
from xacthuc_server.desk.templatetags.words import words
from xacthuc_server.people.mending import Cell, MendRefused, mend_cell
from xacthuc_server.people.models import Standing
from xacthuc_server.people.queries import count_verdicts
from xacthuc_server.uploads.actions import UploadRefused, receive_upload
from xacthuc_server.uploads.annotated import find_annotated, receive_order
from xacthuc_server.uploads.models import ROW_STATES, Upload
from xacthuc_server.uploads.queries import (
    PAGE,
    get_upload,
    list_grid,
    list_troubled,
    list_uploads,
    show_rows,
)
from xacthuc_server.uploads.raw import has_rows

AT_WORK = ("received", "reading")


@for_staff
def show_uploads(request: HttpRequest) -> HttpResponse:
    """Show the files of one's organisation, and take one in."""
    if request.method == "POST":
        return _receive(request)
    after = _read_moment(request.GET.get("after"))
    uploads = list_uploads(by=request.acting, after=after)
    more = reverse("uploads") + f"?after={uploads[PAGE - 1].at.timestamp()}" if len(uploads) > PAGE else None
    return render(request, "desk/uploads/list.html", {"uploads": uploads[:PAGE], "next": more})


def _receive(request: HttpRequest) -> HttpResponse:
    given = request.FILES.get("file")
    try:
        if given is None:
            raise UploadRefused("upload_empty")
        upload = receive_upload(
            by=request.acting,
            now=timezone.now(),
            name=given.name or "",
            content=given,
        )
    except UploadRefused as refusal:
        messages.error(request, words(refusal.code))
        return redirect("uploads")
    if upload.again:
        messages.warning(request, words("upload_again"))
    return redirect("upload", upload.id)


@for_staff
@require_GET
def show_upload(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Show what became of a file."""
    upload = get_upload(upload_id, by=request.acting)
    return render(request, "desk/uploads/page.html", _tell(upload))


@for_staff
@require_GET
def show_progress(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Show how far a file is: the part of its page that asks again until it is done."""
    upload = get_upload(upload_id, by=request.acting)
    return render(request, "desk/uploads/progress.html", _tell(upload))


def _tell(upload: Upload) -> dict[str, Any]:
    counts = upload.counts
    read = upload.state not in (*AT_WORK, "refused")
    codes = sorted(counts.get("codes", {}).items(), key=lambda item: (_weigh(item[0]), -item[1]))
    return {
        "upload": upload,
        "at_work": upload.state in AT_WORK,
        "read": read,
        "state_code": f"upload_state_{upload.state}",
        "states": [(f"row_{state}", counts.get(state, 0)) for state in ROW_STATES if state != "ignored"]
        if read
        else [],
        "verdicts": count_verdicts(upload.id) if read else {},
        "away": Standing.objects.filter(id=1).exclude(away_since=None).first() if upload.state == "recorded" else None,
        "codes": [(get_code(code), number) for code, number in codes],
        "troubled": list_troubled(upload) if read and has_rows(upload) else {},
        "annotated": find_annotated(upload),
    }


def _weigh(code: str) -> int:
    return ("refused", "wrong", "repaired", "noted").index(get_code(code).kind)


@for_staff
@require_GET
def show_cells(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Show the rows of a sheet in which something is wrong, to be mended where they stand."""
    acting = request.acting
    upload = get_upload(upload_id, by=acting)
    sheet = request.GET.get("sheet", "")
    after = int(request.GET.get("after", "0")) if request.GET.get("after", "0").isdecimal() else 0
    if not has_rows(upload):
        return redirect("upload", upload_id)
    try:
        grid = list_grid(upload, sheet, by=acting, now=timezone.now(), after=after)
    except KeyError:
        raise Http404 from None
    return render(request, "desk/uploads/cells.html", {"upload": upload, "grid": grid})


@for_staff
@require_POST
def mend(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Take a mended value in, and show its row as it is now."""
    acting, said = request.acting, request.POST
    upload = get_upload(upload_id, by=acting)
    try:
        cell = Cell(said["sheet"], int(said["row"]), int(said["part"]), int(said["slot"]), said["field"])
    except (KeyError, ValueError):
        raise Http404 from None
    refused = ""
    try:
        mend_cell(upload.id, cell, was=said.get("was", ""), value=said.get("value", ""), by=acting, now=timezone.now())
    except MendRefused as refusal:
        refused = refusal.code
    if "HX-Request" not in request.headers:
        if refused:
            messages.error(request, words(refused))
        return redirect(f"{reverse('upload_cells', args=[upload.id])}?sheet={cell.sheet}&after={max(cell.row - 1, 0)}")
    grid = show_rows(upload, cell.sheet, [cell.row])
    mine = [row for row in grid.rows if row.part == cell.part]
    shown = {"upload": upload, "grid": grid, "row": mine[0], "refused": refused, "mended": not refused}
    return render(request, "desk/uploads/row.html", shown)


@for_staff
def annotate(request: HttpRequest, upload_id: uuid.UUID) -> HttpResponse:
    """Let an annotated copy be made, say how far it is, or give it."""
    acting = request.acting
    upload = get_upload(upload_id, by=acting)
    if request.method == "POST":
        receive_order(upload, by=acting, now=timezone.now())
        return render(request, "desk/uploads/annotated.html", {"upload": upload, "annotated": None, "ordered": True})
    found = find_annotated(upload)
    if "wait" in request.GET:
        return render(
            request, "desk/uploads/annotated.html", {"upload": upload, "annotated": found, "ordered": not found}
        )
    if found is None:
        raise Http404
    return FileResponse(found.open("rb"), as_attachment=True, filename=found.name)


def _read_moment(text: str | None) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text or ""), tz=timezone.get_current_timezone())
    except (ValueError, OverflowError, OSError):
        return None
