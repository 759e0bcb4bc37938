"""What clerks do to vaccines, lots and scanned QR texts; None where it cannot be."""

from __future__ import annotations

from xacthuc.nation.chance import Chance, pick

_MISSPELT = """
AstraZeneca: Astra zenaca, Astrzeneca, AZT, Atra, AtraZeneca, Aztrazeneca, Astrazenneca, Astrazenica, Aztra, Astrazeneka
Comirnaty: Pfiezr, Pfzier, Pfizzer, Comirnati, Pfize, Phizer, Pfiser, Fizer, Pzifer, Comirnarty, Pfaizer
Spikevax: Moderma, Modena, Mordena, Spikevac, Mođerna, Modenra, Spikvax
Vero Cell: Vêro cell, Veo cell, Vero sell, Verocel, Vero cel, Verro cell, Vero xell, Ver cell, Sinopham, Sinofarm
Sputnik V: Spunik V, Sputnick, Spuntik V, Sputnic
Hayat-Vax: Hayat vac, Hayatvac, Hayar-Vax, Hyat-Vax
Abdala: Apdala, Abdalla, Abdla, Adbala
Janssen: Jansen, Janssenn, Jansenn, Janssem
"""  # each still tells which product is meant
MISSPELT = {
    product: tuple(ways.strip().split(", "))
    for product, ways in (line.split(":") for line in _MISSPELT.strip().splitlines())
}
LETTERS_FOR_DIGITS = {"0": "O", "1": "I", "8": "B", "5": "S", "2": "Z"}


def misspell_vaccine(vaccine: str, rng: Chance) -> str | None:
    """Misspell a product's name so that it still tells which one is meant; None for a product not in the list."""
    return pick(MISSPELT[vaccine], rng) if vaccine in MISSPELT else None


def change_vaccine(vaccine: str, rng: Chance) -> str | None:
    """Give another product."""
    others = [name for name in ("AstraZeneca", "Comirnaty", "Spikevax", "Vero Cell") if name != vaccine]
    return pick(others, rng) if vaccine else None


def mistype_lot(lot: str, rng: Chance) -> str | None:
    """Write a letter for a digit, lose a character, change one or have one too many."""
    if len(lot) < 3:
        return None
    for _ in range(12):
        place = int(rng.random() * len(lot))
        letter = LETTERS_FOR_DIGITS.get(lot[place])
        other = letter or pick([digit for digit in "0123456789" if digit != lot[place]], rng)
        ways = (lot[:place] + other + lot[place + 1 :], lot[:place] + lot[place + 1 :], lot[: place + 1] + lot[place:])
        damaged = pick(ways, rng)
        if damaged != lot:
            return damaged
    return None


def spoil_lot_space_or_case(lot: str, rng: Chance) -> str | None:
    """Put "Lô" before, blanks into or after it, or write small letters."""
    if not lot:
        return None
    middle = max(1, len(lot) // 2)
    ways = (
        f"Lô {lot}",
        f"lô {lot}",
        f"{lot} ",
        f" {lot}",
        lot[:middle] + " " + lot[middle:],
        lot.lower(),
        f"Lô: {lot}",
        f"số lô {lot}",
    )
    return pick([way for way in ways if way != lot], rng)


def truncate_qr(qr: str, _rng: Chance) -> str | None:
    """Lose the address and the day of issue of a card's QR; None where it has not seven fields."""
    fields = qr.split("|")
    return "|".join(fields[:5]) if len(fields) == 7 else None


def drop_qr_field(qr: str, _rng: Chance) -> str | None:
    """Lose the field of the old CMND; None where the QR has not seven fields."""
    fields = qr.split("|")
    return "|".join(fields[:1] + fields[2:]) if len(fields) == 7 else None


def garble_qr(qr: str, _rng: Chance) -> str | None:
    """Read the UTF-8 of the QR as Latin-1; None where that changes nothing."""
    damaged = qr.encode("utf-8").decode("latin-1")
    return damaged if damaged != qr else None
