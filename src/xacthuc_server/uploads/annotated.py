"""The annotated copy of a file: made by a job when somebody asks for it, and given until the next is asked for."""

from __future__ import annotations

import shutil
from datetime import datetime
from pathlib import Path

from procrastinate.contrib.django import app

from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.uploads.models import Upload
from xacthuc_server.uploads.permissions import check_can_upload
from xacthuc_server.uploads.storing import find_folder

READY = ".ready"  # beside the copy, once it is whole


@action
def receive_order(upload: Upload, *, by: Acting, now: datetime) -> None:
    """Take in that somebody wants an annotated copy, as things stand now. Raises NotAllowed."""
    check_can_upload(by)
    shutil.rmtree(find_copies(upload), ignore_errors=True)
    app.configure_task("uploads.annotate").defer(upload_id=str(upload.id))
    tell("upload.copy_asked", by=by, now=now, about=f"upload:{upload.id}")


def find_copies(upload: Upload) -> Path:
    """Give the folder of annotated copies."""
    return find_folder(upload.id) / "annotated"


def find_annotated(upload: Upload) -> Path | None:
    """Give the annotated copy, where there is one."""
    folder = find_copies(upload)
    if not (folder / READY).exists():
        return None
    return next((path for path in folder.iterdir() if path.name != READY), None)
