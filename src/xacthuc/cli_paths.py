"""Paths on a command line, refused in both languages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click


class Place(click.Path):
    """A path whose refusal is said as all others are: in both languages."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Give the path; raises VerifyRefused where nothing or something else is there."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            from xacthuc.runs.refusals import VerifyRefused

            path = Path(value)
            if not path.exists():
                raise VerifyRefused("run_file_missing", value) from None
            if path.is_dir() != self.dir_okay:
                raise VerifyRefused("run_not_a_file" if path.is_dir() else "run_not_a_folder", value) from None
            raise VerifyRefused("run_file_unreadable", value) from None


FILE = Place(exists=True, dir_okay=False, path_type=Path)
PLACE = Place(exists=True, path_type=Path)
FOLDER = Place(file_okay=False, path_type=Path)
