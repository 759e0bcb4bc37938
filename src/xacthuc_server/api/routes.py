"""The addresses of the API, version 1. Each names its scope; what goes wrong is said in codes, never by a stack."""

from __future__ import annotations

import uuid
from collections import Counter as Count
from typing import Annotated, Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import File, NinjaAPI, Path, Status, UploadedFile
from ninja.errors import AuthenticationError, HttpError, ValidationError
from pydantic import Field

from xacthuc.findings import list_codes
from xacthuc_server import texts
from xacthuc_server.api.answering import answer_once, let_in, say_findings, write_fault
from xacthuc_server.api.limits import LARGEST_ID
from xacthuc_server.api.schemas import BatchIn, BatchOut, DoseIn, DoseOut, DoseStatus, Fault, UploadOut
from xacthuc_server.audit.actions import tell
from xacthuc_server.people.actions import record_doses
from xacthuc_server.people.entry import clean_entries
from xacthuc_server.people.models import Dose
from xacthuc_server.people.recording import Answer
from xacthuc_server.uploads.actions import UploadRefused, receive_upload
from xacthuc_server.uploads.models import Upload
from xacthuc_server.uploads.queries import UploadNotThere, get_upload

api = NinjaAPI(
    title="Xác Thực",
    version="1",
    description="Doses of vaccines in; two verdicts out: who it was, by the police; what was given, by health.",
    docs_url=None,  # a page of others' scripts
    urls_namespace="api-1",
)

Number = Annotated[int, Field(ge=1, le=LARGEST_ID)]
FAULTS = {code: Fault for code in (400, 401, 403, 422, 429)}


@api.post(
    "/doses",
    response={200: DoseOut, 201: DoseOut, 422: Fault | DoseOut, **{k: v for k, v in FAULTS.items() if k != 422}},
    auth=let_in("doses:write"),
)
def post_dose(request: HttpRequest, said: DoseIn) -> HttpResponse:
    """Send one dose: 201 where it is new, 200 where it was here already, 422 where no record can come of it."""

    def do() -> tuple[int, Any]:
        [result] = record(request, [said])
        return {"recorded": 201, "listed": 201, "same": 200, "refused": 422}[result.state], result.model_dump()

    return answer_once(request, do)


@api.post("/doses/batch", response={200: BatchOut, **FAULTS}, auth=let_in("doses:write"))
def post_batch(request: HttpRequest, said: BatchIn) -> HttpResponse:
    """Send up to a hundred doses; each is recorded or not by itself, and answered in its place."""

    def do() -> tuple[int, Any]:
        results = record(request, said.doses)
        counts = dict(Count(result.state for result in results))
        return 200, BatchOut(results=results, counts=counts).model_dump()

    return answer_once(request, do)


def record(request: HttpRequest, doses: list[DoseIn]) -> list[DoseOut]:
    """Clean and record doses for the organisation of the key."""
    entries = clean_entries([dose.model_dump() for dose in doses])
    staged = entries.stage(home=request.acting.lower)
    answers = record_doses(staged, by=request.acting, now=timezone.now())
    return [_write(answer, entries.findings[at]) for at, answer in enumerate(answers)]


def _write(answer: Answer, findings: tuple[tuple[str, str], ...]) -> DoseOut:
    said = say_findings(findings)
    if answer.code and answer.code not in list_codes():
        said.append({"field": "row", "code": answer.code, "kind": "refused", **texts.load_texts()[answer.code]})
    return DoseOut(state=answer.state, dose=answer.dose, person=answer.person, findings=said)


@api.get("/doses/{dose_id}", response={200: DoseStatus, 404: Fault, **FAULTS}, auth=let_in("doses:read"))
def get_dose(request: HttpRequest, dose_id: Path[Number]) -> Any:
    """Ask how a dose stands: both verdicts with their reasons, for who entered it."""
    acting = request.acting
    mine = Dose.objects.filter(id=dose_id, organisation_id=acting.organisation_id)
    dose = mine.select_related("person").first()
    if dose is None:
        return write_fault("dose_not_there", 404)
    person = dose.person
    tell("person.read", by=acting, now=timezone.now(), about=f"person:{person.id}", why="api")
    return {
        "dose": dose.id,
        "person": person.id,
        "identity": person.identity,
        "identity_settled": person.settled,
        "identity_reasons": say_findings(person.reasons),
        "vaccination": dose.vaccination,
        "vaccination_reasons": say_findings(dose.reasons),
        "withdrawn_at": dose.withdrawn_at,
        "signed_at": dose.signed_at,
    }


@api.post("/uploads", response={200: UploadOut, 201: UploadOut, **FAULTS}, auth=let_in("uploads:write"))
def post_upload(request: HttpRequest, file: File[UploadedFile]) -> Any:
    """Send a file; 200 where the same file was sent before."""
    try:
        upload = receive_upload(
            by=request.acting,
            now=timezone.now(),
            name=file.name or "",
            content=file,
        )
    except UploadRefused as refusal:
        return write_fault(refusal.code, 422)
    return Status(200 if upload.again else 201, _write_upload(upload))


@api.get("/uploads/{upload_id}", response={200: UploadOut, 404: Fault, **FAULTS}, auth=let_in("uploads:write"))
def get_file(request: HttpRequest, upload_id: uuid.UUID) -> Any:
    """Ask how far a file is."""
    try:
        return _write_upload(get_upload(upload_id, by=request.acting))
    except UploadNotThere as refusal:
        return write_fault(refusal.code, 404)


def _write_upload(upload: Upload) -> dict[str, Any]:
    counts = {name: number for name, number in upload.counts.items() if isinstance(number, int)}
    known = {"state": upload.state, "again": upload.again, "code": upload.code or None, "counts": counts}
    return {"upload": str(upload.id), **known}


@api.exception_handler(ValidationError)
def refuse_fields(request: HttpRequest, fault: ValidationError) -> HttpResponse:  # noqa: ARG001  as handlers are called
    """Say by field what a request lacks or has too much of; never what it said."""
    errors = []
    for each in fault.errors:
        place = [str(part) for part in each["loc"] if part not in ("body", "said", "path", "file")]
        code = FIELD_CODES.get(each["type"], "field_unusable")
        errors.append({"field": ".".join(place) or "body", "code": code, "kind": "refused", **texts.load_texts()[code]})
    return write_fault("request_unusable", 422, errors=errors)


FIELD_CODES = {
    "string_too_long": "field_too_long",
    "extra_forbidden": "field_unknown",
    "missing": "field_missing",
    "too_long": "batch_too_long",
    "too_short": "batch_empty",
    "string_type": "field_no_text",
}


@api.exception_handler(AuthenticationError)
def refuse_stranger(request: HttpRequest, fault: AuthenticationError) -> HttpResponse:  # noqa: ARG001  as handlers are called
    """Answer somebody without a key that holds."""
    answer = write_fault("key_unknown", 401)
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(RequestDataTooBig)
def refuse_size(request: HttpRequest, fault: RequestDataTooBig) -> HttpResponse:  # noqa: ARG001  as handlers are called
    """Answer what is larger than any batch."""
    return write_fault("request_too_large", 400)


@api.exception_handler(HttpError)
def refuse_request(request: HttpRequest, fault: HttpError) -> HttpResponse:  # noqa: ARG001  as handlers are called
    """Answer what cannot be read, or may not be asked."""
    codes = {403: "scope_missing", 429: "asked_too_often"}
    return write_fault(codes.get(fault.status_code, "request_unreadable"), fault.status_code)
