"""QR texts: the ID card's, the personal one of the epidemic apps, the health insurance card's.

None of them is signed: a QR tells what was printed, not that the printing is genuine.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields

import pyarrow as pa

from xacthuc.cleaning.cells import Answer, fold, map_distinct
from xacthuc.cleaning.dates import DateStyle, read_date
from xacthuc.cleaning.encodings import repair_mojibake
from xacthuc.cleaning.sexes import read_sex

_NINE, _TWELVE = re.compile(r"^\d{9}$"), re.compile(r"^\d{12}$")
_HEX = re.compile(r"^(?:[0-9A-Fa-f]{2}){2,}$")
_INSURANCE = re.compile(r"^(?:[A-Z]{2}\d{3})?\d{10}$")
_STYLE = DateStyle(pivot=2100)


@dataclass(frozen=True)
class CardRead:
    """What one QR text says; `code` where it is damaged."""

    number12: str | None = None
    number9: str | None = None
    name: str | None = None
    birth: str | None = None
    sex: str | None = None
    address: str | None = None
    insurance: str | None = None
    phone: str | None = None
    marked: str | None = None  # "y" where the name has its marks and may be taken as it is
    code: str | None = None


CARD_COLUMNS = tuple(column.name for column in fields(CardRead))


def clean_cards(values: pa.Array) -> dict[str, pa.Array]:
    """Clean a column of scanned QR texts: the columns of CardRead, null where the text does not tell."""

    def read(text: str) -> Answer:
        card = read_card(text)
        return tuple(getattr(card, column) for column in CARD_COLUMNS)

    return dict(zip(CARD_COLUMNS, map_distinct(values, read, width=len(CARD_COLUMNS)), strict=True))


def read_card(text: str) -> CardRead:
    """Read one QR text, whichever card it came from; a text that is none has a finding and nothing else."""
    plain = repair_mojibake(text).strip().strip("\"'")
    parts = [part.strip() for part in plain.split("|")]
    if len(parts) < 3:
        return CardRead(code="qr_unreadable")
    if _INSURANCE.match(parts[0]) and _HEX.match(parts[1]) and len(parts[1]) >= 6:
        return _read_insurance(parts)
    if len(parts) >= 5 and ("*" in parts[0] or re.match(r"^[\d*]{4}-", parts[2])):
        return _read_personal(parts)
    if _TWELVE.match(parts[0]):
        return _read_card(parts)
    return CardRead(code="qr_unreadable")


def _read_card(parts: list[str]) -> CardRead:
    """ID card: number, CMND or nothing, name, birth, sex, address, day of issue; the second or the last may lack."""
    has_cmnd = not parts[1] or _NINE.match(parts[1]) is not None or not any(map(str.isalpha, parts[1]))
    rest = parts[2:] if has_cmnd else parts[1:]
    rest += [""] * (4 - len(rest))
    name, birth, sex, address = rest[:4]
    found = read_date(birth, _STYLE)
    complete = bool(name and found.value and found.reason is None)
    return CardRead(
        number12=parts[0],
        number9=parts[1] if _NINE.match(parts[1]) else None,
        name=name or None,
        birth=found.value if found.reason is None else None,
        sex=read_sex(sex, codes={}) if sex else None,
        address=address or None,
        marked="y",
        code=None if complete and address else "qr_incomplete",
    )


def _read_personal(parts: list[str]) -> CardRead:
    """Personal QR v1.1: paper number, name without marks, birth, kind, QID, extras; masked values are nothing."""
    number, name, birth = parts[0], parts[1], parts[2]
    extras = parts[5].split("<") if len(parts) > 5 else []
    sex = {"1": "M", "2": "F"}.get(extras[1] if len(extras) > 1 else "")
    phones = [extra for extra in extras if re.match(r"^0\d{9}$", extra)]
    return CardRead(
        number12=number if _TWELVE.match(number) else None,
        number9=number if _NINE.match(number) else None,
        name=name or None,
        birth=None if "*" in birth else read_date(birth, _STYLE).value,
        sex=sex,
        phone=phones[0] if phones else None,
        code="qr_masked" if "*" in number or "*" in birth else None,
    )


def _read_insurance(parts: list[str]) -> CardRead:
    """Health insurance card: number, name in hexadecimal UTF-8, birth, 1 for male, address likewise."""
    birth = read_date(parts[2], _STYLE).value if len(parts) > 2 else None
    sex = None if len(parts) < 4 else "M" if parts[3] == "1" or fold(parts[3]) == "nam" else "F"
    return CardRead(
        name=_unhex(parts[1]),
        birth=birth,
        sex=sex,
        address=_unhex(parts[4]) if len(parts) > 4 else None,
        insurance=parts[0][-10:],
        marked="y",
    )


def _unhex(text: str) -> str | None:
    try:
        return bytes.fromhex(text).decode("utf-8").strip() or None
    except ValueError:
        return None
