"""Base45: three signs of a QR code's alphanumeric alphabet for two bytes.

Source: RFC 9285. All groups of a text are reckoned at once, each in a lane of one large integer.
"""

from __future__ import annotations

from xacthuc.certificates.stages import Unreadable

ALPHABET = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
TEXT_LENGTH = 16 << 10  # signs; a QR code holds 4,296
BYTES = 2 * (TEXT_LENGTH // 3)

_BAD = 0xFF
_SIGNS = ALPHABET.ljust(256, b"?")
_VALUES = bytes(ALPHABET.index(sign) if sign in ALPHABET else _BAD for sign in range(256))

# A lane of an integer holds one group, so that a few operations reckon all groups; nothing runs into the next lane.
# Read: lanes of three bytes, the digits c, d, e from the left. Written: lanes of five, of which products fill 33 bits.
_READ, _WRITTEN = 3, 5
_SIX_BITS = 0x3F  # a digit is below 45
_READ_MASK = int.from_bytes((_SIX_BITS.to_bytes(_READ, "big")) * (TEXT_LENGTH // 3), "big")
_READ_ABOVE = int.from_bytes((0xFF0000).to_bytes(_READ, "big") * (TEXT_LENGTH // 3), "big")  # more than 65,535
_WRITTEN_MASK = int.from_bytes((_SIX_BITS.to_bytes(_WRITTEN, "little")) * (BYTES // 2), "little")


def write_base45(data: bytes) -> str:
    """Give at most BYTES bytes as Base45."""
    assert len(data) <= BYTES, "more than any QR code holds"
    whole = len(data) // 2
    lanes = bytearray(_WRITTEN * whole)
    lanes[0::_WRITTEN] = data[1 : 2 * whole : 2]
    lanes[1::_WRITTEN] = data[0 : 2 * whole : 2]
    pairs = int.from_bytes(lanes, "little")
    # Division by a constant is a product and a shift: exact for all that a lane can hold, as a test counts out.
    e = (pairs * 66281 >> 27) & _WRITTEN_MASK  # pair // 2025
    d = ((pairs - 2025 * e) * 1457 >> 16) & _WRITTEN_MASK  # rest // 45
    digits = (pairs + (0x10000 - 2025) * e + (0x100 - 45) * d).to_bytes(_WRITTEN * whole, "little")
    signs = bytearray(3 * whole)
    for place in range(3):
        signs[place::3] = digits[place::_WRITTEN]
    if len(data) % 2:
        signs += bytes((data[-1] % 45, data[-1] // 45))
    return signs.translate(_SIGNS).decode("ascii")


def read_base45(text: str) -> bytes:
    """Give the bytes of a Base45 text; raises Unreadable where it is none.

    Refused are signs outside the alphabet (lower case and line ends too), groups above 65,535 or 255, a single sign at
    the end, and more than TEXT_LENGTH signs.
    """
    if len(text) > TEXT_LENGTH:
        raise Unreadable("cert_too_long")
    try:
        digits = text.encode("ascii").translate(_VALUES)
    except UnicodeEncodeError:
        raise Unreadable("cert_base45") from None
    groups, rest = divmod(len(digits), 3)
    if rest == 1 or _BAD in digits:
        raise Unreadable("cert_base45")
    lanes = int.from_bytes(digits[: _READ * groups], "big")
    values = (lanes >> 16 & _READ_MASK) + 45 * (lanes >> 8 & _READ_MASK) + 2025 * (lanes & _READ_MASK)
    if values & _READ_ABOVE:
        raise Unreadable("cert_base45")
    data = bytearray(values.to_bytes(_READ * groups, "big"))
    del data[::_READ]
    if rest:
        last = digits[-2] + 45 * digits[-1]
        if last > 0xFF:
            raise Unreadable("cert_base45")
        data.append(last)
    return bytes(data)
