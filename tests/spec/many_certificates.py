"""A thousand different certificates that all verify, and every text that one flipped bit makes of one of them.

    python tests/spec/many_certificates.py 1000 > certificates.jsonl

writes them a line each: `why`, `text`, and for those in HC1 `message`, the signed message in hexadecimal. The same seed
gives the same certificates. All people are invented.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))

from certificate_families import BUNDLE, DATA_SET, SEAL, in_digits, write_jws, write_seal
from certificate_making import (
    BEGIN,
    END,
    NOW,
    RECOVERY,
    TEST,
    VACCINATION,
    Signing,
    change,
    make_claims,
    sign,
    signing,
)

from xacthuc.certificates.hc1 import PREFIX, write_hc1
from xacthuc.certificates.keys import read_certificate
from xacthuc.certificates.trust import TrustList

SEED = 4
AT = datetime.fromtimestamp(NOW, UTC)
BITS = 8
WORDS = ("Nguyễn", "Trần", "Lê", "Phạm", "H'Hen", "Niê", "Kđăm", "Ƀlŭk", "Thị", "Văn", "Minh", "Ước", "Ngọc", "Đào")
LATIN = ("NGUYEN", "TRAN", "LE", "PHAM", "HHEN", "NIE", "KDAM", "BLUK", "THI", "VAN", "MINH", "UOC", "NGOC", "DAO")


@dataclass(frozen=True)
class Made:
    """A certificate: what it is, its text, and its signed message where it is one of HC1."""

    why: str
    text: str
    message: bytes | None


def list_certificates(count: int, *, seed: int = SEED) -> Iterator[Made]:
    """Give certificates of all families, both algorithms, and of many sizes and spellings."""
    rng = random.Random(seed)
    makers = list(MAKERS)
    for number in range(count):
        why = rng.choices(makers, weights=[WEIGHTS.get(name, 10) for name in makers])[0]
        if number < len(makers):
            why = makers[number]  # each at least once
        made = MAKERS[why](rng)
        text, message = (write_hc1(made), made) if isinstance(made, bytes) else (made, None)
        yield Made(why, text, message)


@cache
def make_trust() -> TrustList:
    """Give the list of all that sign here, without a date."""
    signers = (signing(), signing("rsa", bits=2048))
    return TrustList(tuple(read_certificate(one.certificate) for one in signers))


def list_flips(made: Made) -> Iterator[str]:
    """Give every text in which one bit of the text is another, and of HC1 every one of the message as well."""
    data = made.text.encode()
    for flipped in flip_bits(data):
        text = flipped.decode(errors="replace")
        if made.message is None or text.startswith(PREFIX):  # what lost its beginning is nothing at all
            yield text
    if made.message is not None:
        yield from map(write_hc1, flip_bits(made.message))


def flip_bits(data: bytes) -> Iterator[bytes]:
    """Give all that differ from some bytes in one bit."""
    for bit in range(BITS * len(data)):
        flipped = bytearray(data)
        flipped[bit // BITS] ^= 1 << bit % BITS
        yield bytes(flipped)


def _vaccination(rng: random.Random) -> dict[str, Any]:
    doses = rng.randint(1, 5)
    day = f"2021-{rng.randint(3, 12):02}-{rng.randint(1, 28):02}"
    fields = {"v.0.dn": doses, "v.0.sd": rng.randint(1, 3), "v.0.dt": day, "v.0.ci": _identifier(rng)}
    return change(VACCINATION, fields | _person(rng))


def _person(rng: random.Random) -> dict[str, Any]:
    chosen = [rng.randrange(len(WORDS)) for _ in range(rng.randint(2, 12))]
    family, given = chosen[:1], chosen[1:]
    born = f"{rng.randint(1920, 2020)}-{rng.randint(1, 12):02}-{rng.randint(1, 28):02}"
    return {
        "nam": {
            "fn": " ".join(WORDS[at] for at in family),
            "fnt": "<".join(LATIN[at] for at in family),
            "gn": " ".join(WORDS[at] for at in given),
            "gnt": "<".join(LATIN[at] for at in given),
        },
        "dob": born[: rng.choice((4, 7, 10, 10, 10, 10))],
    }


def _identifier(rng: random.Random) -> str:
    return rng.choice(("URN:UVCI:", "")) + f"01:VN:{rng.getrandbits(4 * rng.choice((16, 24, 32))):X}"


def _by_rsa() -> Signing:
    return signing("rsa", bits=2048)


def _with_key_id_unprotected(rng: random.Random) -> bytes:
    return sign(make_claims(_vaccination(rng)), protected={1: -7}, loose={4: signing().kid})


def _data_set(rng: random.Random) -> bytes:
    entry = DATA_SET | {"name": " ".join(rng.choices(WORDS, k=3))}
    return sign({1: "VN", 4: END, 6: BEGIN, -260: {3: entry}})


def _card(rng: random.Random) -> str:
    jws = write_jws(BUNDLE | {"nbf": BEGIN + rng.randrange(1_000_000)})
    return rng.choice((jws, "shc:/" + in_digits(jws)))


def _seal(rng: random.Random) -> str:
    message = SEAL["msg"] | {"uvci": f"U{rng.randrange(10**6):06}", "pid": {"n": " ".join(rng.choices(LATIN, k=4))}}
    return write_seal({"hdr": SEAL["hdr"], "msg": message})


MAKERS: dict[str, Callable[[random.Random], bytes | str]] = {
    "vaccination": lambda rng: sign(make_claims(_vaccination(rng))),
    "vaccination, PS256": lambda rng: sign(make_claims(_vaccination(rng)), by=_by_rsa()),
    "test": lambda rng: sign(make_claims(change(TEST, _person(rng) | {"t.0.ci": _identifier(rng)}))),
    "recovery": lambda rng: sign(make_claims(change(RECOVERY, _person(rng) | {"r.0.ci": _identifier(rng)}))),
    "key id unprotected": _with_key_id_unprotected,
    "untagged": lambda rng: sign(make_claims(_vaccination(rng)), tag=b""),
    "CWT around it": lambda rng: sign(make_claims(_vaccination(rng)), tag=b"\xd8\x3d\xd2"),
    "times as fractions": lambda rng: sign(make_claims(_vaccination(rng), exp=END + 0.5, iat=BEGIN + rng.random())),
    "data set of WHO": _data_set,
    "health card": _card,
    "seal": _seal,
}
WEIGHTS = {"vaccination": 60, "health card": 3, "seal": 3}  # of 100 or so; the last two have the most bits


def main() -> None:
    """Write as many as the command names."""
    for made in list_certificates(int(sys.argv[1])):
        message = made.message.hex() if made.message else None
        print(json.dumps({"why": made.why, "text": made.text, "message": message}, ensure_ascii=False))


if __name__ == "__main__":
    main()
