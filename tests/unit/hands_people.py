"""A few hundred made-up people of three communes and their doses, for the tests of the hands."""

from __future__ import annotations

import random
from datetime import date, timedelta

from xacthuc.nation.hands.people import DoseRow, PersonRow

FAMILY = ("Nguyễn", "Trần", "Lê", "Phạm", "Hoàng", "Huỳnh", "Vũ", "Võ", "Đặng", "Bùi", "Đỗ", "Hồ", "Ngô", "Dương", "Lý")
MIDDLE = {"M": ("Văn", "Hữu", "Đức", "Công", "Quang", "Thành"), "F": ("Thị", "Thị Thu", "Ngọc", "Thị Kim", "Thuỳ")}
GIVEN = {
    "M": ("Hùng", "Dũng", "Phúc", "Thịnh", "Quý", "Tùng", "Bảo", "Toàn", "Đạt", "Khôi", "Nghĩa", "Hòa", "Chính"),
    "F": ("Hoa", "Lý", "Mỹ", "Thuý", "Hằng", "Phượng", "Yến", "Tuyết", "Loan", "Hoà", "Điệp", "Sương", "Quỳnh"),
}
COMMUNES = (
    ("036", "16", "Tỉnh Nam Định", "Huyện Hải Hậu", "14233", "Xã Hải Minh", "Xóm"),
    ("049", "20", "Tỉnh Quảng Nam", "Huyện Duy Xuyên", "20617", "Xã Duy Trinh", "Thôn"),
    ("089", "35", "Tỉnh An Giang", "Huyện Chợ Mới", "30649", "Xã Kiến Thành", "Ấp"),
)
SESSIONS = (
    ("2021-08-11", "AstraZeneca", "CTMAV543"), ("2021-08-20", "Vero Cell", "202107B1713"),
    ("2021-09-03", "Comirnaty", "FK0592"), ("2021-09-12", "Spikevax", "043D21A"),
    ("2021-09-24", "AstraZeneca", "210153"), ("2021-10-05", "Vero Cell", "202108B2519"),
)  # fmt: skip


def make_people(count: int = 180, seed: int = 1) -> list[PersonRow]:
    """Make people of three communes, in households of one to four that share phone and hamlet."""
    rng = random.Random(seed)
    people: list[PersonRow] = []
    for province, old, *place, unit in COMMUNES:
        phone, hamlet, left = "", "", 0
        for _ in range(count // len(COMMUNES)):
            if left == 0:
                left = rng.randint(1, 4)
                phone = rng.choice(("03", "09", "07", "08")) + f"{rng.randrange(10**8):08d}"
                hamlet = f"{unit} {rng.randint(1, 5)}"
            left -= 1
            people.append(_make_person(len(people), province, old, place, phone, hamlet, rng))
    return people


def make_doses(people: list[PersonRow], seed: int = 1) -> list[DoseRow]:
    """Give nine in ten people one to three doses in a few sessions of their commune."""
    rng = random.Random(seed)
    doses = []
    for person in people:
        if rng.random() < 0.1:
            continue
        day, vaccine, lot = rng.choice(SESSIONS)
        for number in range(1, 1 + rng.choice((1, 2, 2, 2, 3))):
            given = date.fromisoformat(day) + timedelta(days=28 * (number - 1) + (60 if number == 3 else 0))
            doses.append(DoseRow(person.id, number, vaccine, lot, given.isoformat(), f"TYT {person.commune}"))
    return doses


def _make_person(
    place: int, province: str, old: str, unit: list[str], phone: str, hamlet: str, rng: random.Random
) -> PersonRow:
    sex = rng.choice("MF")
    born = date(1940, 1, 1) + timedelta(days=rng.randrange(365 * 63))
    century = (2 if born.year >= 2000 else 0) + (sex == "F")
    name = " ".join((rng.choice(FAMILY), rng.choice(MIDDLE[sex]), rng.choice(GIVEN[sex])))
    birth = str(born.year) if born.year < 1960 and rng.random() < 0.15 else born.isoformat()
    return PersonRow(
        f"T{place:05d}", name, birth, sex, f"{province}{century}{born.year % 100:02d}{place:06d}",
        f"{old}{rng.randrange(10**7):07d}" if rng.random() < 0.7 else "", phone if rng.random() < 0.9 else "",
        *unit, hamlet,
    )  # fmt: skip
