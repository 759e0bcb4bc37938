"""Files that were sent in, below the folder of data: one folder for each upload, open to nobody else.

uploads/ID/given/NAME    as it was sent, under its own name: a name tells of places, too
uploads/ID/read/         what came of reading it
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import shutil
import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from django.conf import settings

from xacthuc_server.uploads.limits import FILE_BYTES, NAME_BYTES, NAME_LETTERS

PIECE = 1 << 20  # read at a time


class UploadRefused(Exception):
    """A file is not taken in; `code` is a key of the texts."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Stored:
    """A file that lies in the folder of an upload that may come of it."""

    id: uuid.UUID
    name: str
    digest: str
    size: int

    def drop(self) -> None:
        """Remove it: the same file is here already, or nothing comes of it."""
        shutil.rmtree(find_folder(self.id), ignore_errors=True)


def find_folder(upload: uuid.UUID) -> Path:
    """Give the folder of an upload."""
    return Path(settings.DATA) / "uploads" / str(upload)


def find_file(upload: uuid.UUID, name: str) -> Path:
    """Give the path of the file as it was sent."""
    return find_folder(upload) / "given" / name


def find_read(upload: uuid.UUID) -> Path:
    """Give the folder of what came of reading it."""
    return find_folder(upload) / "read"


def store_file(content: IO[bytes], *, name: str) -> Stored:
    """Write a file down, on the disk and not only in the system's memory; raises UploadRefused."""
    upload, name = uuid.uuid4(), clean_name(name)
    target = find_file(upload, name)
    hashed, size = hashlib.sha256(), 0
    try:
        target.parent.mkdir(parents=True, mode=0o700)
        target.parent.parent.chmod(0o700)
        with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            while piece := content.read(PIECE):
                size += len(piece)
                if size > FILE_BYTES:
                    raise UploadRefused("upload_too_large")
                hashed.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        shutil.rmtree(find_folder(upload), ignore_errors=True)
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise UploadRefused("upload_no_room") from None
        raise
    except UploadRefused:
        shutil.rmtree(find_folder(upload), ignore_errors=True)
        raise
    return Stored(upload, name, hashed.hexdigest(), size)


def clean_name(name: str) -> str:
    """Give a name under which a file can lie in a folder, its ending kept; never a path, never hidden."""
    last = re.split(r"[/\\]", name)[-1]
    plain = re.sub(r"[\x00-\x1f\x7f]", "", last).strip().lstrip(".") or "tep"
    stem, dot, ending = plain.rpartition(".")
    if not dot or len(ending) > 10:
        stem, ending = plain, ""
    room = NAME_BYTES - len(dot + ending)
    short = stem.encode()[:room].decode(errors="ignore")[: NAME_LETTERS - 12]
    return f"{short}.{ending}" if ending else short
