"""Small registers and claims in which everything collides, and how to compare what engines decide about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from hypothesis import strategies as st

from rows import make_row, number_rows, write_rows
from xacthuc.engines import Engine
from xacthuc.matching import group, match

Row = dict[str, Any]

NAMES = (
    "Nguyễn Thị Đào", "Nguyen Thi Dao", "Nguyễn Thị Đáo", "Nguyễn Thị Đan", "Đào Nguyễn Thị", "Nguyễn Đào", "N T Đào",
    "Nguyễn Thị Hồng Đào", "Vũ Thị Mai", "Võ Thị Mai", "Vũ Thị My", "Vũ Thị Mi", "Lê Văn An", "Lê Văn Ân", "An Lê Văn",
    "Lê Văn Anh", "Lê Van An", "An", "Lê", "Trần Quốc Toản", "Hans Müller", "Müller Hans",
)  # fmt: skip
DECIDED = ("identity", "person_no", "sure", "weight", "margin", "name", "birth", "sex", "number")


def describe_person(place: int) -> st.SearchStrategy[Row]:
    """Draw what is known of somebody; people of different places share no key by which they could meet."""
    year = 1900 + 2 * place
    days = ["03-12", "12-03", "03-13", "04-12", "01-01", "11-30"]
    births = [str(year), str(year + 1), f"{year + 1}-03-12", *(f"{year}-{day}" for day in days)]
    twelve = [f"0{place:02}190{n:06}" for n in (1, 2, 3, 12, 21, 1001)]
    nine = [f"{place:03}{n:06}" for n in (1, 2, 12, 21, 100001)]
    phones = [f"09{place:03}{n:05}" for n in (1, 2)]
    communes = [(f"{place:02}{n}", f"{place:02}d{n // 2}", f"p{place:02}") for n in range(4)]
    places = [
        *({"commune": c, "district": d, "province": p} for c, d, p in communes),
        {"district": communes[0][1], "province": communes[0][2]},
        {"province": communes[0][2]},
        {"place": f"HAMLET {place}"},
        {},
    ]

    def maybe(values: Sequence[Any], share: int = 4) -> st.SearchStrategy[Any]:
        return st.sampled_from([*values, *[None] * max(1, len(values) // share)])

    return st.fixed_dictionaries(
        {
            "name": maybe(NAMES, 12),
            "birth_date": maybe(births, 6),
            "sex": maybe("MF"),
            "number12": maybe(twelve, 2),
            "number9": maybe(nine, 1),
            "phone": maybe(phones, 1),
            "place": st.sampled_from(places),
        }
    ).map(lambda known: {**known, "place": None} | known["place"])


def describe_claim(place: int) -> st.SearchStrategy[Row]:
    """Draw a claim: as a person, with malformed numbers, passports and refused rows among them, and a dose."""
    malformed = [f"0{place:02}19000001", f"0{place:02}1900000012", f"{place:02}00001", "5"]
    extra = st.fixed_dictionaries(
        {
            "digits": st.sampled_from([None, *malformed]),
            "passport": st.sampled_from([None] * 15 + ["C1234567"]),
            "refused": st.sampled_from([None] * 19 + ["row_without_person"]),
            "dose_no": st.sampled_from([1, 2, None]),
            "vaccine": st.sampled_from(["AstraZeneca", "Comirnaty", None]),
            "lot": st.sampled_from(["CTMAV562", "CTMAV563", "FK0112", None]),
            "dose_date": st.sampled_from(["2021-09-01", "2021-09-03", "2021-01-09", "2020-09-01", "2021-11-30", None]),
        }
    )

    def join(known: Row, more: Row) -> Row:
        return known | more | ({"digits": None} if more["passport"] else {})

    return st.builds(join, describe_person(place), extra)


@st.composite
def describe_place(draw: st.DrawFn, place: int) -> tuple[list[Row], list[Row]]:
    """Draw the people of one place, some of them recorded twice, and claims that say much the same as one of them."""
    people = draw(st.lists(describe_person(place), min_size=1, max_size=10))
    people += [dict(person) for person in draw(st.lists(st.sampled_from(people), max_size=2))]
    claims = []
    for claim in draw(st.lists(describe_claim(place), min_size=1, max_size=12)):
        person = draw(st.sampled_from(people))
        kept = draw(st.sets(st.sampled_from(sorted(person)), min_size=3)) if draw(st.booleans()) else set()
        claim |= {field: person[field] for field in kept}
        claims.append(claim | ({"digits": None} if claim["number12"] or claim["number9"] else {}))
    return claims, people


def write_country(country: Sequence[tuple[list[Row], list[Row]]], folder: Path) -> tuple[list[Row], list[Row]]:
    """Write the claims and people of all places as the intake does; gives their numbered rows."""
    claims = number_rows([make_row(**row) for claims, _ in country for row in claims], number="claim")
    people = number_rows([make_row(**row) for _, people in country for row in people], number="person_no")
    write_rows(claims, folder / "claims.parquet", number="claim")
    write_rows(people, folder / "people.parquet", number="person_no")
    return claims, people


def decide_on(
    engine: Engine,
    folder: Path,
    *,
    model: Path | None = None,
    claims: str = "claims.parquet",
    people: str = "people.parquet",
) -> dict[str, Any]:
    """Match what lies in a folder; gives decisions, groups and doses by claim, and the model as text."""
    given, work = folder / claims, folder / engine.name
    made = match(engine, claims=given, people=folder / people, work=work, model=model)
    made |= group(engine, claims=given, decided=made["decided"], work=work)
    tables = {name: {row["claim"]: row for row in pq.read_table(made[name]).to_pylist()} for name in TABLES}
    return tables | {"model": made["model"].read_text(encoding="utf-8")}


TABLES = ("decided", "groups", "doses")


def tell(decision: Mapping[str, Any]) -> tuple[Any, ...]:
    """Give a decision of an engine or of the reference in one form."""
    return tuple(decision.get(f"{field}_reason", decision.get(field)) for field in DECIDED)


def find_differences(engine: Mapping[int, Row], judge: Mapping[int, Row]) -> list[Any]:
    """Give the claims on which an engine and the judge differ."""
    assert engine.keys() == judge.keys()
    return [
        (claim, tell(engine[claim]), tell(judge[claim])) for claim in judge if tell(engine[claim]) != tell(judge[claim])
    ]
