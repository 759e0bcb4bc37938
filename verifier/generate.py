"""Write what the gate takes from the library: sentences, dated data, the list of its files. A test holds them to this.

    python verifier/generate.py

texts.json: the sentences of the library's codes, and the words of the page (words.toml).
data.json: the coloured cards of provinces, value sets, aliases of issuers, country codes, provinces, names of vaccines.
files.js: what a phone keeps for work without a network, with a version that changes when any of it does.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from datetime import date
from itertools import product
from pathlib import Path
from string import ascii_uppercase
from typing import Any

from xacthuc.certificates.place_rules import list_cards
from xacthuc.certificates.rule_sets import Card, Measure
from xacthuc.certificates.value_sets import HOLDERS, PRODUCTS, list_set_members, load_value_sets
from xacthuc.certificates.verify import load_aliases
from xacthuc.codes.countries import find_country, list_countries
from xacthuc.codes.units import read_rows
from xacthuc.findings import list_codes

HERE = Path(__file__).resolve().parent
STAGES = ("certificates", "certificate_lists", "certificate_rules")
KEPT = {".css", ".html", ".js", ".json", ".png", ".svg", ".wasm", ".webmanifest"}
LEFT_OUT = {
    "files.js",
    "sw.js",
    "samples.css",
    "samples.html",
    "samples.js",
}  # the worker itself, and the page of a demonstration


def write_texts() -> str:
    """Give all sentences in both languages."""
    codes = {
        code.code: {"vi": code.vi, "en": code.en}
        for code in list_codes().values()
        if code.stage in STAGES and not code.code.startswith("issue_")
    }
    words = tomllib.loads((HERE / "words.toml").read_text(encoding="utf-8"))
    return _write({"codes": codes, "words": words})


def write_data() -> str:
    """Give the dated data."""
    sets = load_value_sets()
    products = {code: value.name for code, value in sets[PRODUCTS].codes.items()}
    return _write(
        {
            "aliases": dict(load_aliases()),
            "alpha3": {country.alpha3: country.alpha2 for country in list_countries()},
            "cards": [_tell_card(card) for card in list_cards()],
            "countryCodes": _list_country_codes(),
            "countries": {country.alpha2: {"vi": country.vi, "en": country.en} for country in list_countries()},
            "holders": {code: value.name for code, value in sets[HOLDERS].codes.items()},
            "products": products,
            "provinces": _list_provinces(),
            "valueSets": {name: list(members) for name, members in list_set_members().items()},
        }
    )


def write_files() -> str:
    """Give the list of files that a phone keeps."""
    names = sorted(
        path.relative_to(HERE).as_posix()
        for path in HERE.rglob("*")
        if path.is_file() and path.suffix in KEPT and path.name not in LEFT_OUT and "lists" not in path.parts
    )
    total = hashlib.sha256()
    for name in names:
        made = PAGES[name]() if name in PAGES else (HERE / name).read_bytes()
        total.update(f"{name}\n".encode() + (made.encode() if isinstance(made, str) else made))
    listed = json.dumps(names, indent=1)
    return f'// Written by generate.py.\nself.VERSION = "{total.hexdigest()[:16]}";\nself.FILES = {listed};\n'


PAGES = {"texts.json": write_texts, "data.json": write_data}


def _list_country_codes() -> dict[str, str]:
    """Give the countries that two or three capitals mean, as the library finds them in the names of trust lists."""
    texts = ("".join(signs) for size in (2, 3) for signs in product(ascii_uppercase, repeat=size))
    return {text: found.alpha2 for text in texts if (found := find_country(text))}


def _tell_card(card: Card) -> dict[str, Any]:
    ways = [
        {
            "colour": way.colour,
            "certificateType": way.certificate_type,
            "rules": [
                {
                    "identifier": rule.identifier,
                    "logic": rule.logic,
                    "country": rule.country,
                    "certificateType": rule.certificate_type,
                    "descriptions": dict(rule.descriptions),
                    "measures": {name: _tell_measure(measure) for name, measure in rule.measures.items()},
                }
                for rule in way.rules
            ],
        }
        for way in card.ways
    ]
    return {
        "id": card.id,
        "province": card.province,
        "status": card.status,
        "validFrom": _tell_day(card.valid_from),
        "validTo": _tell_day(card.valid_to),
        "ways": ways,
    }


def _tell_measure(measure: Measure) -> dict[str, Any]:
    said = {"number": measure.number, "value": measure.value, "since": measure.since, "unit": measure.unit}
    return {name: value for name, value in said.items() if value not in (None, "")}


def _tell_day(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _list_provinces() -> list[dict[str, str]]:
    rows = [row for row in read_rows("units_2021.csv") if not row["parent"]]
    return [{"code": row["code"], "name": row["name"]} for row in sorted(rows, key=lambda row: row["code"])]


def _write(said: dict[str, Any]) -> str:
    return json.dumps(said, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def main() -> None:
    """Write all of it."""
    for name, page in PAGES.items():
        (HERE / name).write_text(page(), encoding="utf-8")
    (HERE / "files.js").write_text(write_files(), encoding="utf-8")


if __name__ == "__main__":
    main()
