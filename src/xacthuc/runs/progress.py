"""What a person sees while a command works: the step in words, rows so far, rate, time left where it is known."""

from __future__ import annotations

import sys
import time
import tomllib
from functools import cache
from importlib import resources
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.progress import Progress as Bars

from xacthuc.runs.order import Order


@cache
def list_steps() -> dict[str, dict[str, tuple[str, str]]]:
    """Give the words of each step, Vietnamese and English, by the part of the work to which it belongs."""
    text = (resources.files("xacthuc.runs") / "steps.toml").read_text(encoding="utf-8")
    return {part: {name: (vi, en) for name, (vi, en) in steps.items()} for part, steps in tomllib.loads(text).items()}


def count_steps(order: Order, *, report: bool) -> int:
    """Give how many steps a run of an order reports when nothing of it is done yet; `report`: it ends with one."""
    asked = {
        "always": True,
        "learnt": not order.model,
        "history": order.history,
        "given": report,
        "after": order.after is not None,
    }
    files = len(order.files) * (2 if report else 1)  # read, and given back annotated
    kept = order.register_side is not None  # the candidates are written for the register's owner
    return files + kept + sum(len(steps) for part, steps in list_steps().items() if asked.get(part))


def name_step(name: str) -> str:
    """Give a step in words, with what it names behind a colon; the name itself where it is a file's."""
    step, colon, named = name.partition(": ")
    words = next((steps[step] for steps in list_steps().values() if step in steps), None)
    return f"{' · '.join(words)}{colon}{named}" if words else name


class Progress:
    """A line per step on the terminal; plain lines where there is no terminal; nothing when quiet."""

    def __init__(self, *, quiet: bool, steps: int | None = None) -> None:
        """`steps` is the number of steps, where it is known, for the time left."""
        self._quiet = quiet
        self._console = Console(stderr=True)
        self._live = not quiet and sys.stderr.isatty()
        self._bars = Bars(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
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
        self._began = time.monotonic()  # of the step at work
        self._rows: int | None = None  # of the step at work

    def __enter__(self) -> Progress:
        """Begin to show."""
        self._bars.start()
        self._task = self._bars.add_task("…", total=self._steps, rows="")
        self._began = time.monotonic()
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
        self._rows = self._rows if rows is None else rows
        shown = self._say_rows()
        if self._live and self._task is not None:
            self._bars.update(self._task, description=name_step(name), rows=shown, advance=1 if rows is None else 0)
        elif rows is None:
            self._console.print(
                f"  {name_step(name)}{shown and ': '}{shown}", highlight=False, markup=False, soft_wrap=True
            )
        if rows is None:
            self._began, self._rows = time.monotonic(), None

    def _say_rows(self) -> str:
        if self._rows is None:
            return ""
        seconds = max(time.monotonic() - self._began, 0.001)
        return f"{self._rows:,} dòng · rows, {self._rows / seconds:,.0f}/s"
