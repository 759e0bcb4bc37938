"""The manners in which clerks write everything but dates: numbers, phones, sex, dose numbers, vaccines, places."""

from __future__ import annotations

from xacthuc.nation.chance import Chance, pick, pick_weighted
from xacthuc.nation.hands.cells import EMPTY, Cell
from xacthuc.nation.hands.hand import NumberHabit, TextHabit, Weighted

SEXES = {
    "Nam/Nữ": ("Nam", "Nữ"), "NAM/NỮ": ("NAM", "NỮ"), "nam/nữ": ("nam", "nữ"), "1/0": ("1", "0"), "M/F": ("M", "F"),
    "Male/Female": ("Male", "Female"),
}  # fmt: skip
DOSE_NUMBERS = {
    "1": ("1", "2", "3", "4"), "I": ("I", "II", "III", "IV"), "M1": ("M1", "M2", "M3", "M4"),
    "1st": ("1st", "2nd", "3rd", "4th"), "Mũi 1": ("Mũi 1", "Mũi 2", "Mũi 3", "Mũi 4"), "01": ("01", "02", "03", "04"),
    "Lần 1": ("Lần 1", "Lần 2", "Lần 3", "Lần 4"), "1/2": ("1/2", "2/2", "3", "4"),
    "thứ nhất": ("Mũi thứ nhất", "Mũi thứ hai", "Mũi thứ ba", "Mũi thứ tư"),
}  # fmt: skip
_VACCINES = """
AstraZeneca: AstraZeneca | AZ, Astra, A.Z, az | ASTRAZENECA | AstraZeneca (Anh), Covid-19 AstraZeneca | Astra Zeneca
Comirnaty: Pfizer | Pf, Pfizer, pfizer | PFIZER | Comirnaty (Pfizer), Pfizer-BioNTech | Comirnaty, Pfizer
Spikevax: Moderna | Mod, moderna | MODERNA | Moderna (Mỹ), Spikevax (Moderna) | Spikevax, Moderna
Vero Cell: Vero Cell | Vero, Verocell, VC | VERO CELL | Vero Cell (TQ), Vero-Cell, Sinopharm | Vero Cell, Sinopharm
Sputnik V: Sputnik V | Sputnik | SPUTNIK V | Sputnik V (Nga), Gam-COVID-Vac | Sputnik V
Hayat-Vax: Hayat-Vax | Hayat Vax | HAYAT-VAX | Hayat - Vax | Hayat-Vax
Abdala: Abdala | Abdala | ABDALA | Abdala (Cuba) | Abdala
Janssen: Janssen | Janssen, J&J | JANSSEN | Janssen (J&J), Johnson & Johnson | Janssen
"""  # brand | short | upper | portal | english
_MANNERS = ("brand", "short", "upper", "portal", "english")
VACCINE_WORDS = {
    line.split(":")[0]: {
        manner: tuple(way.strip() for way in ways.split(","))
        for manner, ways in zip(_MANNERS, line.split(":")[1].split("|"), strict=True)
    }
    for line in _VACCINES.strip().splitlines()
}
REMARKS = ("THA", "ĐTĐ", "CCCD chưa nhận", "Có thai 20 tuần", "dị ứng thuốc", "đi làm xa", "HA 150/90")
PUT_OFF = (
    "Hoãn",
    "Hoãn - HA cao",
    "Vắng",
    "Không tiêm: sốt",
    "Chuyển BV tiêm",
    "HOÃN, có thai 8 tuần",
    "Từ chối tiêm",
    "Chưa tiêm",
)


def write_number(text: str, styles: Weighted, rng: Chance) -> tuple[Cell, str]:
    """Write an identity number; a number cell loses leading zeros: give the cell and that class of damage, or ""."""
    if not text.isdigit() or len(text) < 8:
        return Cell(text or None), ""
    style = pick_weighted(styles, rng)
    if style in ("number", "padded"):
        form = "0" * len(text) if style == "padded" else ""
        return Cell(int(text), form or "0"), "number_lost_zero" if text.startswith("0") else ""
    if style in ("spaced", "dotted"):
        joint = " " if style == "spaced" else "."
        return Cell(joint.join(text[place : place + 3] for place in range(0, len(text), 3))), "number_punctuation"
    if style == "apostrophe":
        return Cell(f"'{text}"), "number_punctuation"
    return Cell(text), ""


def write_phone(text: str, styles: Weighted, rng: Chance) -> tuple[Cell, str]:
    """Write a phone; a number cell loses the leading zero: give the cell and that class of damage, or ""."""
    if not text.isdigit() or len(text) != 10:
        return Cell(text or None), ""
    style = pick_weighted(styles, rng)
    ways = {
        "spaced": f"{text[:4]} {text[4:7]} {text[7:]}",
        "dotted": f"{text[:4]}.{text[4:7]}.{text[7:]}",
        "plus84": f"+84{text[1:]}",
        "84": f"84{text[1:]}",
    }
    if style == "number":
        return Cell(int(text), "0"), "phone_lost_zero"
    return Cell(ways.get(style, text)), ""


def write_sex(sex: str, habit: NumberHabit) -> Cell:
    """Write the sex in the manner of the hand; 1/0 as numbers."""
    if sex not in ("M", "F"):
        return Cell(sex or None)
    word = SEXES[habit.sex][sex == "F"]
    return Cell(int(word) if word.isdigit() else word)


def write_dose_no(text: str, styles: Weighted, rng: Chance) -> Cell:
    """Write the number of a dose in the manner of the hand."""
    if not text.isdigit():
        return EMPTY
    style = pick_weighted(styles, rng)
    if style == "number":
        return Cell(int(text))
    return Cell(DOSE_NUMBERS[style][min(int(text), 4) - 1])


def write_vaccine(text: str, manner: str, rng: Chance) -> str:
    """Write a product in a manner, one time in nine in another one; what is no product stays."""
    words = VACCINE_WORDS.get(text)
    if words is None:
        return text.upper() if manner == "upper" else text
    return pick(words[manner], rng) if rng.random() < 0.89 else pick(words[pick(_MANNERS, rng)], rng)


def write_vaccine_and_lot(vaccine: str, lot: str, rng: Chance) -> str:
    """Write both into one cell."""
    if not lot or not vaccine:
        return vaccine or (f"lô {lot}" if lot else "")
    lot = lot.strip()
    if lot.lower().startswith(("lô", "số lô")):
        return f"{vaccine} {lot}"
    return pick(
        (f"{vaccine}, {lot}", f"{vaccine} lô {lot}", f"{vaccine} ({lot})", f"{vaccine} - {lot}", f"{vaccine}/{lot}"),
        rng,
    )


def write_place(address: str, commune: str, text: TextHabit, rng: Chance) -> str:
    """Write where somebody lives: the hamlet, shortened, with a house, or with the commune."""
    hamlet = address.split(",")[-1].strip()
    if text.address == "short":
        return hamlet.replace("Xóm ", "X ").replace("Thôn ", "T.") if rng.random() < 0.6 else hamlet
    if text.address == "house":
        return pick(
            (f"Số {1 + int(rng.random() * 480)}, {hamlet}", f"Tổ {1 + int(rng.random() * 25)}, {hamlet}", hamlet), rng
        )
    if text.address == "full":
        return f"{hamlet}, {commune}"
    return hamlet


def write_qr(*, number12: str, number9: str, name: str, birth_date: str, sex: str, place: str, issued: str) -> str:
    """Give the text of a card's QR, its seven fields: 12 digits, CMND, name, birth, sex, address, day of issue."""
    birth = f"{birth_date[8:]}{birth_date[5:7]}{birth_date[:4]}" if len(birth_date) == 10 else f"0101{birth_date}"
    return "|".join((number12, number9, name, birth, "Nữ" if sex == "F" else "Nam", place, issued))
