"""What clerks do to numbers, phones, sex and dose numbers: digits in, damaged text out, None where it cannot be."""

from __future__ import annotations

from xacthuc.nation.chance import Chance, pick

PLACEHOLDERS = (
    "không có",
    "chưa có",
    "x",
    "K",
    "0",
    "000000000",
    "mất",
    "đang làm lại",
    "-",
    "chưa cấp",
    "Không",
    "không nhớ",
    ".",
)
REMARKS = ("(CMND)", "(CCCD)", "(mới)", "(cũ)", "- CCCD")
OLD_PREFIXES = {   # the renumbering of 15 September 2018, new prefix to old, by operator
    **{f"03{n}": f"016{n}" for n in range(2, 10)},
    "070": "0120", "079": "0121", "077": "0122", "076": "0126", "078": "0128", "083": "0123", "084": "0124",
    "085": "0125", "081": "0127", "082": "0129", "056": "0186", "058": "0188", "059": "0199",
}  # fmt: skip
MOBILE_PREFIXES = (
    "032",
    "033",
    "034",
    "035",
    "036",
    "037",
    "038",
    "039",
    "070",
    "076",
    "077",
    "079",
    "081",
    "083",
    "086",
    "090",
    "091",
    "097",
    "098",
)


def leave_empty(value: str, _rng: Chance) -> str | None:
    """Leave the cell empty; None where it is empty already."""
    return "" if value else None


def write_placeholder(number: str, rng: Chance) -> str | None:
    """Write words or noughts where the number should be."""
    return pick([text for text in PLACEHOLDERS if text != number], rng) if number else None


def change_length(number: str, rng: Chance) -> str | None:
    """Lose a digit or have one too many; never only the leading zero."""
    if not number.isdigit() or len(number) < 2:
        return None
    place = 1 + int(rng.random() * (len(number) - 1))
    if rng.random() < 0.65:
        return number[:place] + number[place + 1 :]
    return number[:place] + pick("0123456789", rng) + number[place:]


def lose_zero(number: str, _rng: Chance) -> str | None:
    """Lose the leading zeros, as a number cell does; None where there are none."""
    stripped = number.lstrip("0")
    return stripped if number.isdigit() and stripped and stripped != number else None


def write_scientific(number: str, rng: Chance) -> str | None:
    """Write the rounded text of a number cell that was too narrow (3.6E+10): digits are gone."""
    if not number.isdigit() or int(number) < 10**7:
        return None
    digits = str(int(number))
    shown = f"{digits[0]}.{digits[1 : 2 + int(rng.random() * 3)]}E+{len(digits) - 1:02d}"
    return shown.replace(".", ",") if rng.random() < 0.3 else shown


def punctuate(number: str, rng: Chance) -> str | None:
    """Put blanks, dots, an apostrophe, ".0" or a remark into the number."""
    if not number.isdigit() or len(number) < 7:
        return None
    groups = [number[index : index + 3] for index in range(0, len(number), 3)]
    ways = (
        " ".join(groups), ".".join(groups), f"'{number}", f"{number}.0", f"{number} ", f"{number}\u00a0", f" {number}",
        f"{number} {pick(REMARKS, rng)}", f"số {number}", "-".join(groups),
    )  # fmt: skip
    return pick(ways, rng)


def write_letter(number: str, rng: Chance) -> str | None:
    """Write the letter O for a nought or l for a one; None where there is neither."""
    places = [index for index, digit in enumerate(number) if digit in "01"]
    if not number.isdigit() or not places:
        return None
    place = places[0] if rng.random() < 0.6 else pick(places, rng)
    letter = pick("OOo", rng) if number[place] == "0" else pick("lI", rng)
    return number[:place] + letter + number[place + 1 :]


def change_digit(number: str, rng: Chance) -> str | None:
    """Change one digit, or exchange two neighbours; the length and the leading digit stay."""
    if not number.isdigit() or len(number) < 3:
        return None
    pairs = [index for index in range(1, len(number) - 1) if number[index] != number[index + 1]]
    if pairs and rng.random() < 0.4:
        place = pick(pairs, rng)
        return number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    place = 1 + int(rng.random() * (len(number) - 1))
    other = pick([digit for digit in "0123456789" if digit != number[place]], rng)
    return number[:place] + other + number[place + 1 :]


def use_other_number(number: str, _rng: Chance, *, other: str) -> str | None:
    """Write another number instead: a relative's, somebody else's, the old CMND of the same person."""
    return other if other and other != number else None


def write_both(number: str, rng: Chance, *, other: str) -> str | None:
    """Write two numbers into one cell: the old CMND and the new number."""
    if not number or not other or number == other:
        return None
    first, second = (other, number) if rng.random() < 0.6 else (number, other)
    return first + pick(("/", " - ", "\n", " / ", "; ", ", "), rng) + second


def change_phone(phone: str, rng: Chance) -> str | None:
    """Give another mobile number: the person has a new one."""
    other = pick(MOBILE_PREFIXES, rng) + "".join(pick("0123456789", rng) for _ in range(7))
    return other if phone and other != phone else None


def use_old_phone(phone: str, rng: Chance) -> str | None:
    """Give the 11 digits of before September 2018; None for a prefix that did not change."""
    old = OLD_PREFIXES.get(phone[:3])
    if old is None or len(phone) != 10:
        return None
    digits = old + phone[3:]
    ways = (digits, digits, f"{digits[:4]} {digits[4:7]} {digits[7:]}", f"{digits[:4]}.{digits[4:7]}.{digits[7:]}")
    return pick(ways, rng)


def lose_phone_digit(phone: str, rng: Chance) -> str | None:
    """Lose one digit after the leading zero."""
    if not phone.isdigit() or len(phone) != 10:
        return None
    place = 1 + int(rng.random() * 9)
    return phone[:place] + phone[place + 1 :]


def write_other_sex(sex: str, _rng: Chance) -> str | None:
    """Give the other sex (M, F)."""
    return {"M": "F", "F": "M"}.get(sex)


def change_dose_no(dose_no: str, _rng: Chance) -> str | None:
    """Write 1 for 2 or 2 for 1, 2 for any other; None where it is no number."""
    if not dose_no.isdigit():
        return None
    return {"1": "2", "2": "1"}.get(dose_no, "2")
