"""Hold a folder for one command at a time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FolderHeld(Exception):
    """Another process holds the folder."""


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Hold a folder for this process alone, until the block or the process ends; raises FolderHeld."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderHeld(folder) from None
        yield
    finally:
        os.close(handle)
