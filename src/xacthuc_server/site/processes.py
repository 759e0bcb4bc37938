"""Child processes that never outlive their parent."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1  # Linux: prctl(2)

_LIBC = ctypes.CDLL(None, use_errno=True)


def start(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str] | None = None,
    user: int | None = None,
    group: int | None = None,
    farewell: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, its words in `log`; it gets `farewell` when this process dies.

    A session of its own: Ctrl-C in the terminal reaches this process only, which then stops its children in order.
    """

    def bind() -> None:  # runs in the child, after the change of user, which would undo it
        _LIBC.prctl(PR_SET_PDEATHSIG, int(farewell))

    with log.open("ab") as words:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=words,
            stderr=words,
            env=dict(environment) if environment is not None else None,
            cwd="/",
            user=user,
            group=group,
            extra_groups=[] if user is not None else None,
            start_new_session=True,
            preexec_fn=bind if os.name == "posix" and hasattr(_LIBC, "prctl") else None,
        )


def stop(child: subprocess.Popen[bytes], *, by: signal.Signals, within: float) -> None:
    """Ask a child to end, and end it after `within` seconds."""
    if child.poll() is None:
        child.send_signal(by)
    try:
        child.wait(within)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()
