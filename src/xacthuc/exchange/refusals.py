"""Why a file or a mailbox is refused, for people: a code, the file that is meant, both languages."""

from __future__ import annotations

from pathlib import Path

from xacthuc.findings import get_code


class ExchangeRefused(Exception):
    """A file is not taken in or cannot be made: a code of texts/exchange.toml, said in both languages.

    Nothing has been changed by what was refused.
    """

    def __init__(self, code: str, name: str | Path = "") -> None:
        """`name` is the file, folder, number or key that is meant; never a value of a row."""
        self.code = code
        entry = get_code(code)
        super().__init__(f"{entry.vi.format(name=name)}\n{entry.en.format(name=name)}")
