"""What the platform says, in Vietnamese and in English: pairs of sentences by code, one TOML file for each part.

    [upload_empty]
    vi = "..."      # what is wrong, where, and what to do; {name} takes what is named with it
    en = "..."

Codes of the library keep their sentences there.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib import resources
from types import MappingProxyType

from xacthuc.findings import list_codes

LANGUAGES = ("vi", "en")


@cache
def load_texts() -> Mapping[str, Mapping[str, str]]:
    """Give both sentences of every code, the platform's and the library's; one defined twice is an assertion."""
    texts: dict[str, Mapping[str, str]] = {
        code.code: MappingProxyType({"vi": code.vi, "en": code.en}) for code in list_codes().values()
    }
    for file in sorted(resources.files("xacthuc_server.texts").iterdir(), key=lambda file: file.name):
        if file.name.endswith(".toml"):
            for name, pair in tomllib.loads(file.read_text(encoding="utf-8")).items():
                assert name not in texts, f"text {name} is defined twice"
                texts[name] = MappingProxyType(pair)
    return MappingProxyType(texts)


def say(code: str, *, language: str, **named: object) -> str:
    """Give the sentence of a code in a language; an unknown code is a broken assumption of ours."""
    texts = load_texts()
    assert code in texts, f"no such text: {code}"
    pair = texts[code]
    return pair.get(language, pair["vi"]).format(**named) if named else pair.get(language, pair["vi"])
