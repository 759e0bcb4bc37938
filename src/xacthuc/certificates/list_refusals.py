"""Why a list is refused, for people: a code, the file that is meant, both languages."""

from __future__ import annotations

from pathlib import Path

from xacthuc.findings import get_code


class ListRefused(Exception):
    """A list is not taken or cannot be made: a code of texts/certificate_lists.toml, said in both languages.

    Nothing has been changed by what was refused.
    """

    def __init__(self, code: str, name: str | Path = "") -> None:
        """`name` is the file, key or number that is meant; never a value of a certificate."""
        self.code = code
        self.name = name
        entry = get_code(code)
        super().__init__(f"{entry.vi.format(name=name)}\n{entry.en.format(name=name)}")

    def about(self, name: str | Path) -> ListRefused:
        """Give the same refusal with the name of what is meant, for who knows it."""
        return self if self.name else ListRefused(self.code, name)
