"""Commands that other packages bring along: the library knows the group of their entry points, and none of them."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import click


class OpenGroup(click.Group):
    """A group that also has the commands of installed packages; one is loaded when it is called."""

    entries = ""  # the group of entry points

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name our own commands and those of installed packages."""
        return sorted({*super().list_commands(ctx), *self._find()})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Give a command; ours stand before those of packages."""
        ours = super().get_command(ctx, cmd_name)
        entry = self._find().get(cmd_name)
        if ours is not None or entry is None:
            return ours
        try:
            command: Any = entry.load()
        except ModuleNotFoundError:
            return _make_missing(cmd_name)
        assert isinstance(command, click.Command), f"the entry point {cmd_name} is a command"
        return command

    def _find(self) -> Mapping[str, EntryPoint]:
        return {entry.name: entry for entry in entry_points(group=self.entries)}


class MainGroup(OpenGroup):
    """The commands of `xacthuc`."""

    entries = "xacthuc.commands"


class RegisterGroup(OpenGroup):
    """The commands of `xacthuc register`."""

    entries = "xacthuc.register_commands"


def _make_missing(name: str) -> click.Command:
    """Give a command that says what it needs: the packages of the platform come with an extra of this one."""

    def refuse(**_: Any) -> None:
        from xacthuc.runs.refusals import VerifyRefused

        raise VerifyRefused("run_extra_missing", name)

    settings = {"ignore_unknown_options": True}
    rest = click.Argument(["rest"], nargs=-1)
    return click.Command(
        name, callback=refuse, params=[rest], context_settings=settings, help="Not installed: needs xacthuc[server]."
    )
