"""What a person sees while a command works: the step, rows so far, rate, time left where it is known."""

from __future__ import annotations

import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars


class Progress:
    """A line per step on the terminal; plain lines where there is no terminal; nothing when quiet."""

    def __init__(self, *, quiet: bool, steps: int | None = None) -> None:
        """`steps` is the number of steps, where it is known, for the time left."""
        self._quiet = quiet
        self._console = Console(stderr=True)
        self._live = not quiet and sys.stderr.isatty()
        self._bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[rows]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._live,
        )
        self._task: TaskID | None = None
        self._steps = steps
        self._began: dict[str, float] = {}

    def __enter__(self) -> Progress:
        """Begin to show."""
        self._bars.start()
        self._task = self._bars.add_task("…", total=self._steps, rows="")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop showing, whatever happened."""
        self._bars.stop()

    def step(self, name: str, rows: int | None = None) -> None:
        """Say that a step is finished, or how many rows of it are."""
        if self._quiet:
            return
        said = ""
        if rows is not None:
            began = self._began.setdefault(name, time.monotonic())
            seconds = time.monotonic() - began
            said = f"{rows:,} rows" + (f", {rows / seconds:,.0f}/s" if seconds > 1 else "")
        if self._live and self._task is not None:
            self._bars.update(self._task, description=name, rows=said, advance=0 if rows else 1)
        elif rows is None:
            self._console.print(f"  {name}", highlight=False)
