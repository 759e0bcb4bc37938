"""The writers of uploads: a file is received once, and begun, recorded, finished or refused in that order."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import IO, Any

from django.db.models import F
from procrastinate.contrib.django import app

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.units.models import Organisation
from xacthuc_server.uploads.limits import ATTEMPTS
from xacthuc_server.uploads.models import Upload
from xacthuc_server.uploads.permissions import check_can_upload
from xacthuc_server.uploads.storing import Stored, UploadRefused, store_file

__all__ = ["UploadChanged", "UploadRefused", "begin_reading", "finish_upload", "receive_upload", "record_upload"]


@action
def receive_upload(*, by: Acting, now: datetime, name: str, content: IO[bytes]) -> Upload:
    """Take a file in, to be read by a job; the same file again gives the upload of the first time, with `again` set.

    Raises UploadRefused, NotAllowed.
    """
    check_can_upload(by)
    stored = store_file(content, name=name)
    try:
        if not stored.size:
            raise UploadRefused("upload_empty")
        upload = _keep(stored, by=by, now=now)
    except BaseException:
        stored.drop()
        raise
    if upload.again:
        stored.drop()
    tell("upload.again" if upload.again else "upload.received", by=by, now=now, about=f"upload:{upload.id}")
    return upload


def _keep(stored: Stored, *, by: Acting, now: datetime) -> Upload:
    place = Organisation.objects.select_related("unit").get(id=by.organisation_id).unit.lower
    upload = Upload(
        id=stored.id, organisation_id=by.organisation_id, place=place, by=by.who, name=stored.name,
        digest=stored.digest, size=stored.size, at=now,
    )  # fmt: skip
    Upload.objects.bulk_create([upload], ignore_conflicts=True)
    kept = Upload.objects.get(organisation_id=by.organisation_id, digest=stored.digest)
    kept.again = kept.id != stored.id
    if not kept.again:
        app.configure_task("uploads.read").defer(upload_id=str(kept.id))
    return kept


@action
def begin_reading(upload_id: uuid.UUID, *, by: Acting, now: datetime) -> Upload | None:
    """Give an upload that is to be read, None where that is done; one whose reader died too often is refused."""
    upload = Upload.objects.select_for_update().filter(id=upload_id, state__in=("received", "reading")).first()
    if upload is not None and upload.attempts >= ATTEMPTS:
        refuse_upload(upload, code="upload_reader_died", by=by, now=now)
        return None
    if upload is not None:
        upload.state, upload.attempts, upload.version = "reading", upload.attempts + 1, upload.version + 1
        upload.save(update_fields=["state", "attempts", "version"])
    tell("upload.reading", by=by, now=now, about=f"upload:{upload_id}", why="" if upload else "done before")
    return upload


def record_progress(upload: Upload, **counts: int) -> None:
    """Say how far reading is; no event, for it says nothing of anybody."""
    Upload.objects.filter(id=upload.id, state="reading", version=upload.version).update(counts=counts)


@action
def record_upload(upload: Upload, *, counts: Mapping[str, Any], by: Acting, now: datetime) -> None:
    """Write down that the rows of an upload are recorded; raises UploadChanged where another has read it meanwhile."""
    step_on(upload, state="recorded", counts=dict(counts))
    tell("upload.recorded", by=by, now=now, about=f"upload:{upload.id}", more=dict(counts))


@action
def refuse_upload(upload: Upload, *, code: str, by: Acting, now: datetime) -> None:
    """Write down that nothing could be read of an upload, and why; raises UploadChanged."""
    step_on(upload, state="refused", code=code)
    tell("upload.refused", by=by, now=now, about=f"upload:{upload.id}", why=code)


@action
def finish_upload(upload: Upload, *, by: Acting, now: datetime) -> None:
    """Write down that the register has been asked about everybody in an upload; raises UploadChanged."""
    step_on(upload, state="done")
    tell("upload.done", by=by, now=now, about=f"upload:{upload.id}")


class UploadChanged(Exception):
    """Somebody has changed the upload since it was read; what was done of it is rolled back."""

    code = "upload_changed"


def step_on(upload: Upload, **fields: Any) -> None:
    """Change an upload unless another has changed it; raises UploadChanged."""
    changed = Upload.objects.filter(id=upload.id, version=upload.version).update(**fields, version=F("version") + 1)
    if not changed:
        raise UploadChanged
