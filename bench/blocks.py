"""How many strangers share each block of matching/06_blocks.sql with a person, by the register's cleaned people.

Usage: blocks.py PEOPLE, the folder that matching.py leaves in bench/out/NATION/line/people. Chance companions grow with
the number of people; those by telephone are mostly one household, and do not.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from xacthuc.engines import open_engine

BIRTH_DAY = "CASE WHEN length(birth_date) = 10 THEN birth_date END"
BIRTH_YEAR = "substr(birth_date, 1, 4)"
PLACE = "coalesce(commune, place)"
PROVINCE = "coalesce(province, '')"
BLOCKS = {
    "name, birth date": ("name_fold", "birth_date"),
    "birth day, place": (BIRTH_DAY, PLACE),
    "name, place": ("name_fold", PLACE),
    "telephone, last word": ("phone", "name_last"),
    "telephone, birth year": ("phone", BIRTH_YEAR),
    "name, birth year, province": ("name_fold", BIRTH_YEAR, PROVINCE),
    "birth day, last word, sex": (BIRTH_DAY, "name_last", "sex"),
    "birth day, first word, province, sex": (BIRTH_DAY, "name_first", PROVINCE, "sex"),
    "place, last word, birth year": (PLACE, "name_last", BIRTH_YEAR),
    "number: first six and last three digits": ("substr(number12, 1, 6)", "substr(number12, -3)"),
    "number: last six digits; birth year": ("substr(number12, -6)", BIRTH_YEAR),
}


def main() -> None:
    """Print, for each block, the companions of a person, and of a person of 98 million if all of them are chance."""
    people = {"people": Path(sys.argv[1])}
    with tempfile.TemporaryDirectory() as scratch:
        engine = open_engine("duckdb", scratch=Path(scratch))
        count = engine.fetch("SELECT count(*) AS n FROM people", inputs=people)["n"][0].as_py()
        for block, keys in BLOCKS.items():
            known = " AND ".join(f"{key} IS NOT NULL" for key in keys)
            held = f"SELECT count(*) AS n FROM people WHERE {known} GROUP BY {', '.join(keys)}"
            pairs = engine.fetch(f"SELECT CAST(sum(n * (n - 1)) AS DOUBLE) AS n FROM ({held})", inputs=people)
            companions = pairs["n"][0].as_py() / count
            print(f"{block:40} {companions:8.4f} {companions * 98e6 / count:8.2f}")
        engine.close()


if __name__ == "__main__":
    main()
