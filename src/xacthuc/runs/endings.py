"""How a command ends when it does not end well: an exit code, and sentences in both languages for the person."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from xacthuc.runs.refusals import CommandRefused, VerifyRefused

DONE, REFUSED, UNUSABLE, STOPPED, INTERRUPTED = 0, 1, 2, 3, 130

# What the system says of a whole machine, whichever file was meant.
USED_UP = {
    errno.ENOSPC: "engine_disk_full",
    errno.EDQUOT: "engine_disk_full",
    errno.ENOMEM: "engine_memory_used_up",
}


def find_ending(error: BaseException) -> tuple[int, str] | None:
    """Give the exit code and what to say, Vietnamese in the first line, English in the second.

    None for what nobody foresaw: that is a mistake of ours, and its traceback is wanted.
    """
    found = _find(error)
    if found is None:
        return None
    code, text = found
    lines = [text.splitlines(), *(note.splitlines() for note in _list_notes(error))]
    return code, "\n".join(" ".join(said) for said in zip(*lines, strict=True))


def _find(error: BaseException) -> tuple[int, str] | None:
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return INTERRUPTED, str(VerifyRefused("run_interrupted"))
    if isinstance(error, click.ClickException):
        return UNUSABLE, str(explain_usage(error))
    if isinstance(error, VerifyRefused | CommandRefused):
        return UNUSABLE, str(error)
    return _find_of_engine(error)


def _find_of_engine(error: BaseException) -> tuple[int, str] | None:
    from pyarrow import ArrowException

    from xacthuc.engines import EngineFailed
    from xacthuc.runs.cleaners import CleanerLost

    if isinstance(error, EngineFailed):
        return STOPPED, str(error)
    if isinstance(error, CleanerLost):
        return STOPPED, str(VerifyRefused("run_cleaner_lost"))
    if isinstance(error, MemoryError):  # Arrow's too, which is an ArrowException as well
        return STOPPED, str(EngineFailed("engine_memory_used_up"))
    if isinstance(error, OSError):
        return _find_of_file(error)
    if isinstance(error, ArrowException):
        return STOPPED, str(EngineFailed("engine_stopped"))
    return _find_of_exchange(error)


def _find_of_exchange(error: BaseException) -> tuple[int, str] | None:
    from xacthuc.exchange.refusals import ExchangeRefused  # last: it loads much, and memory may be used up

    return (UNUSABLE, str(error)) if isinstance(error, ExchangeRefused) else _find_of_certificates(error)


def _find_of_certificates(error: BaseException) -> tuple[int, str] | None:
    from xacthuc.certificates.issue import IssueRefused
    from xacthuc.certificates.key_refusals import KeysRefused
    from xacthuc.certificates.list_refusals import ListRefused
    from xacthuc.certificates.signer import SignerUnusable

    if isinstance(error, IssueRefused | SignerUnusable):
        return UNUSABLE, str(VerifyRefused(error.code))
    return (UNUSABLE, str(error)) if isinstance(error, KeysRefused | ListRefused) else None


def _find_of_file(error: OSError) -> tuple[int, str]:
    from xacthuc.engines import EngineFailed

    if error.errno in USED_UP:
        return STOPPED, str(EngineFailed(USED_UP[error.errno]))
    if not isinstance(error.filename, str | bytes | os.PathLike):  # whoever raised it does not say which file
        return STOPPED, str(EngineFailed("engine_file_failed"))
    path = Path(os.fsdecode(error.filename))
    if isinstance(error, FileNotFoundError):
        return UNUSABLE, str(VerifyRefused("run_file_missing", path))
    if path.is_file() and not os.access(path, os.R_OK):
        return UNUSABLE, str(VerifyRefused("run_file_unreadable", path))
    return STOPPED, str(VerifyRefused("run_folder_unwritable", path))


def _list_notes(error: BaseException) -> Iterator[str]:
    """Give the notes of an error and of what it was raised from: click turns Ctrl-C into an error of its own."""
    seen: BaseException | None = error
    while seen is not None:
        yield from getattr(seen, "__notes__", ())
        seen = seen.__cause__


def explain_usage(error: click.ClickException) -> VerifyRefused:
    """Say in both languages why a command line is not understood."""
    if isinstance(error, click.exceptions.NoSuchCommand):
        return VerifyRefused("run_usage_command", error.command_name)
    if isinstance(error, click.NoSuchOption):
        return VerifyRefused("run_usage_option", error.option_name)
    if isinstance(error, click.BadParameter) and error.param is not None:
        name = error.param.opts[0] if isinstance(error.param, click.Option) else error.param.human_readable_name
        if isinstance(error, click.MissingParameter):
            return VerifyRefused("run_usage_missing", name)
        return VerifyRefused("run_usage_value", f"{name}{_describe(error.param.type)}")
    return VerifyRefused("run_usage", "xacthuc --help", en=f"xacthuc --help ({error.format_message()})")


def _describe(kind: click.ParamType[Any]) -> str:
    """Give what a value may be, in signs that need no language."""
    if isinstance(kind, click.Choice):
        return f" ({', '.join(map(str, kind.choices))})"
    if isinstance(kind, click.IntRange | click.FloatRange):
        return f" ({kind.min} – {'' if kind.max is None else kind.max})"
    return f" ({kind.formats[0]})" if isinstance(kind, click.DateTime) else ""
