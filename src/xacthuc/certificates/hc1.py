"""HC1: the text of a health certificate in a QR code: prefix, Base45, zlib, COSE.

Source: HCERT 1.1.1, 4.
"""

from __future__ import annotations

import zlib

from xacthuc.certificates.base45 import read_base45, write_base45
from xacthuc.certificates.stages import Unreadable

PREFIX = "HC1:"
# A certificate has some 400 bytes, and a QR code holds 2,864; more is a bomb. It also bounds what keys of one hash may
# cost, which an attacker can make of lists as keys: all that fit are compared within 20 ms.
INFLATED_BYTES = 12 << 10
_BLANKS = " \t\r\n\0"  # what scanners leave around a text; a text of Base45 never ends in one

# Half of a message is signature, key id and numbers: on 2,000 certificates zlib's best saves 3 bytes of 362, and costs
# a third of the signature. So what we write is stored, one block of a zlib stream. Source: RFC 1951, 3.2.4.
_HEADER = (
    b"\x78\x01\x01"  # of zlib, by whose first byte older verifiers tell packed from plain; of a last, stored block
)
_STORED_BYTES = 0xFFFF
_BLOCK = 2  # where the first block begins; three bits say its kind, and where it is stored five are of no use
_KIND, _STORED = 0b111, 0b001


def write_hc1(cose: bytes) -> str:
    """Give the text of a signed message of at most 64 KB."""
    size = len(cose)
    assert size <= _STORED_BYTES, "more than any QR code holds"
    sizes = size.to_bytes(2, "little") + (size ^ _STORED_BYTES).to_bytes(2, "little")
    return PREFIX + write_base45(b"".join((_HEADER, sizes, cose, zlib.adler32(cose).to_bytes(4))))


def read_hc1(text: str) -> bytes:
    """Give the signed message of a text; raises Unreadable.

    1 it begins with HC1: and nothing else
    2 the rest is Base45; blanks around it are the scanner's
    3 that is one whole zlib stream of at most INFLATED_BYTES, with nothing behind it, and in our form no idle bit set.
    """
    text = text.strip(_BLANKS)
    if not text.startswith(PREFIX):  # 1
        raise Unreadable("cert_family_unknown")
    packed = read_base45(text[len(PREFIX) :])  # 2
    unpacker = zlib.decompressobj()  # 3
    try:
        cose = unpacker.decompress(packed, INFLATED_BYTES)
    except zlib.error:
        raise Unreadable("cert_compression") from None
    if not unpacker.eof:
        raise Unreadable("cert_too_large" if len(cose) >= INFLATED_BYTES else "cert_compression")
    if unpacker.unused_data or (packed[_BLOCK] & _KIND == _STORED and packed[_BLOCK] != _STORED):
        raise Unreadable("cert_compression")
    return cose
