"""People who are in no register of ours: passers-by, neighbours from another commune, foreigners. All made up."""

from __future__ import annotations

from collections.abc import Sequence

from xacthuc.nation.chance import Chance, pick
from xacthuc.nation.hands.people import PersonRow

FOREIGN_NAMES = (
    ("KIM MIN SOO", "KR"), ("PARK SEO YEON", "KR"), ("CHEN YU TING", "TW"), ("LIN CHIH WEI", "TW"),
    ("WANG JIAN GUO", "CN"), ("TANAKA HIROSHI", "JP"), ("SATO YUKI", "JP"), ("SOK CHAN DARA", "KH"),
    ("GARCIA MARIA", "PH"), ("KUMAR RAJESH", "IN"), ("SOMCHAI PRASERT", "TH"), ("MUELLER HANS", "DE"),
)  # fmt: skip
COUNTRY_WORDS = {
    "KR": "Hàn Quốc", "TW": "Đài Loan", "CN": "Trung Quốc", "JP": "Nhật Bản", "KH": "Campuchia", "PH": "Philippines",
    "IN": "Ấn Độ", "TH": "Thái Lan", "DE": "Đức",
}  # fmt: skip


def make_outsider(people: Sequence[PersonRow], *, foreign: bool, rng: Chance) -> PersonRow:
    """Make somebody up whose number no one among `people` has; a third of them live in another commune."""
    taken = {person.number12 for person in people} | {person.number9 for person in people}
    home = pick(people, rng)
    sex = pick(("M", "F"), rng)
    birth = f"{1955 + int(rng.random() * 48)}-{1 + int(rng.random() * 12):02d}-{1 + int(rng.random() * 28):02d}"
    phone = "09" + _digits(8, rng)
    if foreign:
        name, country = pick(FOREIGN_NAMES, rng)
        passport = pick("MGENTC", rng) + _digits(8, rng)
        return PersonRow(
            "", name, birth, sex, "", phone=phone, province=home.province, district=home.district,
            commune=home.commune, commune_code=home.commune_code, address=home.address, standing="foreigner",
            passport=passport,
            nationality=COUNTRY_WORDS[country],
        )  # fmt: skip
    names = [pick(people, rng).name.split() for _ in range(2)]
    middle = "Thị" if sex == "F" else "Văn"
    while True:
        century = (2 if birth >= "2000" else 0) + (sex == "F")
        number = f"{home.number12[:3] or '036'}{century}{birth[2:4]}{_digits(6, rng)}"
        old = pick(("16", "20", "35"), rng) + _digits(7, rng)
        if not {number, old} & taken:
            break
    elsewhere = rng.random() < 0.35
    return PersonRow(
        "", f"{names[0][0]} {middle} {names[1][-1]}", birth, sex, number, old if rng.random() < 0.4 else "", phone,
        home.province, home.district, "" if elsewhere else home.commune_code,
        "Xã Tân Lập" if elsewhere else home.commune,
        "Xã Tân Lập" if elsewhere else home.address, "other_commune" if elsewhere else "outside",
    )  # fmt: skip


def _digits(count: int, rng: Chance) -> str:
    return "".join(pick("0123456789", rng) for _ in range(count))
