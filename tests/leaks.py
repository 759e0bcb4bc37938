"""A register in which each value tells whose it is, claims about half of its people, and a search for what leaked."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq

PEOPLE = 400
WORDS = ("Quỳnh", "Khuê", "Thược", "Nguyệt", "Huyền", "Tường", "Phượng", "Khương", "Nghiêm", "Thoại", "Đoan", "Trác")
PLACE = ("Tỉnh Nam Định", "Huyện Hải Hậu", "Xã Hải Minh")
SECRET_FIELDS = ("name", "birth_date", "number12", "number9", "phone")


def make_people() -> list[dict[str, str]]:
    """Make people of whom no two share a value, so that each value found tells whose it is."""
    rng = random.Random(7)
    names = [f"Nguyễn {' '.join(words)}" for words in combinations(WORDS, 4)]  # no two of the same words
    days = [
        f"{year}-{month:02}-{day:02}" for year in range(1941, 1999) for month in range(1, 13) for day in range(1, 29)
    ]
    names, days = rng.sample(names, PEOPLE), rng.sample(days, PEOPLE)
    people = []
    for n in range(PEOPLE):
        female = n % 2
        people.append(
            {
                "id": f"ref{n:04}",
                "name": names[n],
                "birth_date": days[n],
                "sex": "MF"[female],
                "number12": f"036{female}{days[n][2:4]}{rng.randrange(10**4):04}{n:02}"[:10] + f"{n % 100:02}",
                "number9": f"16{rng.randrange(10**4):04}{n:03}",
                "phone": f"09{rng.randrange(10**5):05}{n:03}",
            }
        )
    return people


def make_claims(people: list[dict[str, str]]) -> list[list[str]]:
    """Write half of them down: rightly, without number, or under the number or the phone of somebody else."""
    rows = [["record", "name", "birth_date", "sex", "number", "phone", "vaccine", "lot", "dose_date", "dose_no"]]
    jab = ["AstraZeneca", "CTMAV562", "2021-09-01", "1"]
    for n, person in enumerate(people[: PEOPLE // 2]):
        other = people[n + PEOPLE // 2]
        said = {
            0: [person["name"], person["birth_date"], person["sex"], person["number12"], person["phone"]],
            1: [person["name"], person["birth_date"], person["sex"], "", ""],
            2: [person["name"], person["birth_date"], person["sex"], "", person["phone"]],
            3: [person["name"], person["birth_date"][:4], "", other["number12"], ""],
            4: [person["name"][:-1], person["birth_date"], "", "", other["phone"]],
        }[n % 5]
        rows.append([f"c{n}", *said, *jab])
    return rows


def find_secrets(people: list[dict[str, str]], claims: list[list[str]]) -> set[str]:
    """Give the values of the register that no claim writes, as anyone might write them."""
    written = "\n".join("\t".join(row) for row in claims)
    secrets = {person[field] for person in people for field in SECRET_FIELDS}
    secrets = {secret for secret in secrets if secret not in written}
    days = {"/".join(reversed(secret.split("-"))) for secret in secrets if secret.count("-") == 2}
    return secrets | days


def read_texts(folder: Path) -> Iterator[tuple[Path, str]]:
    """Give all that is written in the files of a folder, decoded where a format hides it."""
    for path in sorted(folder.rglob("*")):
        if path.is_dir():
            continue
        yield path, path.read_bytes().decode("utf-8", errors="replace")
        if path.suffix == ".parquet":
            yield path, "\n".join(str(value) for column in pq.read_table(path).columns for value in column.to_pylist())
        elif path.suffix == ".zip":
            with zipfile.ZipFile(path) as parts:
                rows = pq.read_table(io.BytesIO(parts.read("rows.parquet")))
            yield path, "\n".join(str(value) for column in rows.columns for value in column.to_pylist())
        elif path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as parts:
                for name in parts.namelist():
                    yield path, parts.read(name).decode("utf-8", errors="replace")
            book = openpyxl.load_workbook(path)
            yield path, "\n".join(str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row)


def find_leaks(folder: Path, secrets: set[str]) -> list[str]:
    return [str(path) for path, text in read_texts(folder) if any(secret in text for secret in secrets)]
