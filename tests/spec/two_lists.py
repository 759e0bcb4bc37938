"""Two lists of invented people of a western European town, made from one seed, with known truth.

The members' list has given and family name in two columns, ISO dates and a reference. The visitors' list was typed at
a counter: the whole name in one column, days first, misspellings, names in the other order, short names, gaps. There
is no number of identity in either. Run as a program it writes both, the truth and the column map into a folder.
"""

from __future__ import annotations

import csv
import random
import sys
import tomllib
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

MEMBERS, VISITORS, STRANGERS = 5_000, 4_000, 600

WORDS = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
WOMEN, MEN, FAMILY = (WORDS[kind].split() for kind in ("women", "men", "family"))
SHORT: dict[str, str] = WORDS["short"]
PARTICLES = ("von ", "de ", "van der ", "Le ", "Mac", "Saint-")
TOWNS = ("Altheim", "Beaumont", "Easton", "Grünfeld", "Montclair", "Neustadt", "Northbury", "Rivecourt")


@dataclass(frozen=True)
class Person:
    """One invented person as the members' list has them, or as somebody typed them."""

    ref: str
    given: str
    family: str
    born: date
    sex: str
    postcode: str
    phone: str


def draw_people(count: int, *, rng: random.Random) -> list[Person]:
    """Draw households: people who share a family name, a postcode and often a telephone."""
    people: list[Person] = []
    while len(people) < count:
        family, postcode, phone = _family(rng), f"{rng.randrange(10_000, 10_400)}", _phone(rng)
        for _ in range(rng.choice((1, 1, 2, 2, 3, 4, 5))):
            people.append(_person(len(people), family=family, postcode=postcode, phone=phone, rng=rng))
        if rng.random() < 0.02:
            people.append(replace(_person(len(people), family=family, postcode=postcode, phone=phone, rng=rng),
                                  born=people[-1].born))  # fmt: skip
    return people[:count]


def _person(number: int, *, family: str, postcode: str, phone: str, rng: random.Random) -> Person:
    sex = rng.choice("FM")
    names = WOMEN if sex == "F" else MEN
    given = rng.choice(names) if rng.random() < 0.8 else f"{rng.choice(names)} {rng.choice(names)}"
    born = date(1930, 1, 1) + timedelta(days=rng.randrange(75 * 365))
    own = phone if rng.random() < 0.4 else _phone(rng)
    return Person(f"M{number:05d}", given, family, born, sex, postcode, own)


def _family(rng: random.Random) -> str:
    # Some names are far more common than others, as they are in life.
    name = FAMILY[min(int(rng.paretovariate(0.35)) - 1, len(FAMILY) * 50) % len(FAMILY)]
    if rng.random() < 0.06:
        return rng.choice(PARTICLES) + name
    return f"{name}-{rng.choice(FAMILY)}" if rng.random() < 0.04 else name


def _phone(rng: random.Random) -> str:
    return f"07{rng.randrange(10**8):08d}"


def type_in(person: Person, *, rng: random.Random) -> dict[str, str]:
    """Type a person into the visitors' list, in the hurried manner of a counter."""
    given, family = _spell(person, rng=rng)
    name = f"{family} {given}" if rng.random() < 0.06 else f"{given} {family}"
    name = name.upper() if rng.random() < 0.1 else name
    moved = rng.random() < 0.12
    postcode = f"{rng.randrange(10_000, 10_400)}" if moved else person.postcode
    phone = _phone(rng) if rng.random() < 0.15 else person.phone
    return {
        "Full name": name,
        "Date of birth": _write_born(person.born, rng=rng),
        "Sex": "" if rng.random() < 0.05 else person.sex,
        "Post code": "" if rng.random() < 0.05 else postcode,
        "Town": _town(postcode),
        "Telephone": "" if rng.random() < 0.35 else phone,
    }


def _spell(person: Person, *, rng: random.Random) -> tuple[str, str]:
    given, family = person.given, person.family
    if " " in given and rng.random() < 0.5:
        given = given.split()[0]
    if given in SHORT and rng.random() < 0.25:
        given = SHORT[given]
    if rng.random() < 0.05:
        given = given[0] + "."
    if person.sex == "F" and rng.random() < 0.03:
        family = rng.choice(FAMILY)
    if rng.random() < 0.06:
        given, family = (_plain(word) for word in (given, family))
    if rng.random() < 0.06:
        family = _mistype(family, rng=rng)
    if rng.random() < 0.05:
        given = _mistype(given, rng=rng)
    return given, family


def _plain(word: str) -> str:
    for marked, plain in zip("éèÉöüäßë", ("e", "e", "E", "oe", "ue", "ae", "ss", "e"), strict=True):
        word = word.replace(marked, plain)
    return word


def _mistype(word: str, *, rng: random.Random) -> str:
    at = rng.randrange(1, max(2, len(word) - 1))
    letter = rng.choice("abcdefghiklmnoprstuvwz")
    kind = rng.randrange(4)
    if kind == 0:
        return word[:at] + word[at + 1 :]
    if kind == 1:
        return word[:at] + letter + word[at:]
    if kind == 2:
        return word[:at] + letter + word[at + 1 :]
    return word[: at - 1] + word[at : at + 1] + word[at - 1 : at] + word[at + 1 :]


def _write_born(born: date, *, rng: random.Random) -> str:
    kind = rng.random()
    if kind < 0.04:
        return ""
    if kind < 0.06:
        return f"{born.year}"
    if kind < 0.09 and born.day <= 12:
        return f"{born.month:02d}/{born.day:02d}/{born.year}"
    if kind < 0.13:
        born = born + timedelta(days=rng.choice((-10, -1, 1, 10, 20, 365, -365, 3653)))
    return f"{born.day:02d}/{born.month:02d}/{born.year}"


def _town(postcode: str) -> str:
    return TOWNS[int(postcode) % len(TOWNS)]


COLUMN_MAP = """[columns]
record = "Reference"
name = ["Given name", "Family name", "Full name"]
birth_date = {column = ["Born", "Date of birth"], order = "dmy"}
sex = ["Gender", "Sex"]
phone = ["Mobile", "Telephone"]
place = {column = ["Postcode", "Post code"], tree = "none"}
"""


def write_lists(folder: Path, *, seed: int = 7, phones: bool = True) -> None:
    """Write members.csv, visitors.csv, truth.csv and map.toml."""
    rng = random.Random(seed)
    people = draw_people(MEMBERS + STRANGERS, rng=rng)
    rng.shuffle(people)
    members, strangers = people[:MEMBERS], people[MEMBERS:]
    known = [(person.ref, person) for person in rng.sample(members, VISITORS - STRANGERS)]
    came = [*known, *(("", person) for person in strangers)]
    rng.shuffle(came)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "members.csv", [_list_member(person, phones=phones) for person in members])
    typed = [{"Reference": f"V{n:05d}", **type_in(person, rng=rng)} for n, (_, person) in enumerate(came)]
    kept = [{key: value for key, value in row.items() if phones or key != "Telephone"} for row in typed]
    _write(folder / "visitors.csv", kept)
    _write(folder / "truth.csv", [{"record": f"V{n:05d}", "person": ref} for n, (ref, _) in enumerate(came)])
    (folder / "map.toml").write_text(COLUMN_MAP, encoding="utf-8")


def _list_member(person: Person, *, phones: bool) -> dict[str, str]:
    row = {
        "Reference": person.ref,
        "Family name": person.family,
        "Given name": person.given,
        "Born": person.born.isoformat(),
        "Gender": person.sex,
        "Postcode": person.postcode,
        "Town": _town(person.postcode),
    }
    return row | ({"Mobile": person.phone} if phones else {})


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    write_lists(Path(sys.argv[1]))
