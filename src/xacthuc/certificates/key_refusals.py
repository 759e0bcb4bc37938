"""Why a key is not made, opened or packed, for people: a code, the file that is meant, both languages."""

from __future__ import annotations

from pathlib import Path

from xacthuc.findings import get_code


class KeysRefused(Exception):
    """A key cannot be made, opened or packed: a code of texts/certificate_keys.toml, said in both languages.

    Nothing has been changed by what was refused.
    """

    def __init__(self, code: str, name: str | Path = "") -> None:
        """`name` is the file, folder or key that is meant; never anything of a key or a passphrase."""
        self.code = code
        entry = get_code(code)
        super().__init__(f"{entry.vi.format(name=name)}\n{entry.en.format(name=name)}")
