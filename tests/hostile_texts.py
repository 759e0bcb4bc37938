"""Texts that nobody honest writes, without end: certificates changed at every layer, bombs, nests, huge numbers.

Used by the fuzzer in bench/ and by a short seeded test. A part of what is changed is signed again by a key that is on
the list: even who holds a key must not be able to stop a verifier.
"""

from __future__ import annotations

import base64
import json
import random
import string
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import cbor2

sys.path.insert(0, str(Path(__file__).resolve().parent / "spec"))

from certificate_families import in_chunks, in_digits, write_jws, write_seal
from certificate_making import signing
from many_certificates import AT, MAKERS, Made, list_certificates, make_trust

from xacthuc.certificates.base45 import ALPHABET, write_base45
from xacthuc.certificates.cbor import make_plain
from xacthuc.certificates.cose import write_bytes, write_signed_part
from xacthuc.certificates.hc1 import PREFIX
from xacthuc.certificates.revocation import RevocationList, list_hashes
from xacthuc.certificates.revocation_files import Batch
from xacthuc.certificates.revocation_ledger import Entry
from xacthuc.certificates.rule_files import read_rules
from xacthuc.certificates.rule_sets import RuleSet
from xacthuc.certificates.stages import Verdict
from xacthuc.certificates.trust import TrustList
from xacthuc.certificates.verify import verify

TABLE = Path(__file__).resolve().parents[1] / "conformance" / "certificates.json"
VECTORS = Path(__file__).resolve().parents[2] / "shared" / "vectors"
LARGEST = 4 << 20  # letters of a text
LONGEST = 60_000  # bytes of claims: more than is ever unpacked
BOMBS = 10_000, 16 << 10, 256 << 10, 1 << 20, 60 << 20  # bytes
NUMBERS = (0, -1, 23, 24, 255, 256, 1 << 31, (1 << 53) + 1, (1 << 63) - 1, 1 << 63, (1 << 64) - 1, 1 << 64, -(1 << 64))
FRACTIONS = (0.5, -0.0, float("nan"), float("inf"), float("-inf"), 1e308, 5e-324)
LETTERS = ("", "\0", "\ud800", "\u202e", "A" * 81, "\U0001f600", "9" * 5_000, "2021-02-30", "T", "{", '"')
# Heads of CBOR that say more than there is, or that a decoder might act on.
HEADS = ("9bffffffffffffffff", "bbffffffffffffffff", "5bffffffffffffffff", "7b7fffffffffffffff", "9f", "bf", "5f", "ff",
         "c2", "c3", "c4", "c5", "d81c", "d81d", "d8184401020304", "d9010000", "d90102", "d9d9f7", "f800", "fc", "1c",
         "d818", "c0", "c1fb7ff8000000000000", "d82a", "d823613f", "da0001f000")  # fmt: skip


@dataclass(frozen=True)
class Given:
    """What a verifier has at hand."""

    trust: TrustList
    revoked: RevocationList
    rules: RuleSet


def make_given() -> Given:
    """Give lists of all kinds, so that every stage has something to do."""
    digest = list_hashes(issuer="VN", uvci="X", signature=b"", algorithm="ES256")["uvci"]
    batch = Batch("VN", None, (Entry(digest, "uvci"),))
    return Given(make_trust(), RevocationList((), (batch,)), read_rules('{"place": {"province": "56"}}'))


def judge(text: str, given: Given) -> Verdict:
    """Do all that `check` does with a text."""
    verdict = verify(text, trust=given.trust, at=AT, revoked=given.revoked, rules=given.rules)
    json.dumps(make_plain(verdict.payload))
    return verdict


def warm_up(given: Given) -> None:
    """Let everything be loaded and cached that honest certificates need."""
    for made in list_certificates(100):
        judge(made.text, given)


def make_texts(rng: random.Random) -> Iterator[tuple[str, str]]:
    """Give hostile texts without end, each with how it was made."""
    makers = list(TEXTS)
    while True:
        kind = rng.choice(makers)
        yield kind, TEXTS[kind](rng)[:LARGEST]


@cache
def list_seeds() -> list[str]:
    """Give the texts that others are made of: ours, those of the table, and public vectors where they are."""
    texts = [made.text for made in list_certificates(10 * len(MAKERS))]
    texts += [case["text"] for case in json.loads(TABLE.read_text(encoding="utf-8"))["cases"]]
    for path in sorted(VECTORS.glob("dgc-testdata/*/*/*.json"))[:500]:
        prefixed = json.loads(path.read_text(encoding="utf-8-sig")).get("PREFIX")
        texts += [prefixed] if isinstance(prefixed, str) else []
    return texts + [path.read_text().strip() for path in sorted(VECTORS.glob("shc/spec-examples/*.txt"))]


@cache
def list_messages() -> list[bytes]:
    """Give signed messages of HC1."""
    return [made.message for made in list_certificates(10 * len(MAKERS)) if made.message]


def _change_text(rng: random.Random) -> str:
    text = rng.choice(list_seeds())
    for _ in range(rng.randint(1, 4)):
        begin, end = sorted(rng.randrange(len(text) + 1) for _ in range(2))
        piece = rng.choice((_random_letters(rng, 3), text[begin:end], rng.choice(list_seeds())[:50], "\n", " ", ""))
        text = text[:begin] + piece + text[rng.choice((begin, end, begin + 1)) :]
    return text


def _random_letters(rng: random.Random, most: int) -> str:
    alphabet = rng.choice((ALPHABET.decode(), string.printable, "\0\x1f\x7f\u00e9\u202e\ud800\U0001f600", "0123456789"))
    return "".join(rng.choices(alphabet, k=rng.randint(0, most)))


def _random_text(rng: random.Random) -> str:
    start = rng.choice((PREFIX, "HC1", "shc:/", "shc:/1/2/", "eyJ", '{"data":', "001098012345|", "", " "))
    return start + _random_letters(rng, rng.choice((10, 1_000, 20_000)))


def _change_message(rng: random.Random) -> str:
    """Change bytes of a message, some of them to heads of CBOR that say more than there is."""
    data = bytearray(rng.choice(list_messages()))
    for _ in range(rng.randint(1, 4)):
        at = rng.randrange(len(data) + 1)
        piece = rng.choice((bytes.fromhex(rng.choice(HEADS)), rng.randbytes(rng.randint(0, 4))))
        data[at : at + rng.choice((0, 1, len(piece)))] = piece
    return _pack(bytes(data), rng)


def _change_packing(rng: random.Random) -> str:
    data = bytearray(zlib.compress(rng.choice(list_messages()), rng.randint(0, 9)))
    for _ in range(rng.randint(1, 3)):
        data[rng.randrange(len(data))] = rng.randrange(256)
    return PREFIX + write_base45(bytes(data))


def _change_claims(rng: random.Random) -> str:
    """Change the claims of a certificate as values, and sign them again or not."""
    protected, loose, payload, signature = _take_apart(rng.choice(list_messages()))
    claims = cbor2.loads(payload)
    for _ in range(rng.randint(1, 3)):
        claims = _change_value(claims, rng, wild=_wild_value)
    if rng.random() < 0.2:
        headers = _change_value(cbor2.loads(protected) if protected else {}, rng, wild=_wild_value)
        protected = _dump(headers)[:LONGEST]
    if rng.random() < 0.2:
        loose = _change_value(loose, rng, wild=_wild_value)
    body = _dump(claims)[:LONGEST]
    if rng.random() < 0.7:
        signature = signing().sign(write_signed_part(protected, body))
    parts = b"".join((write_bytes(protected), _dump(loose), write_bytes(body), write_bytes(signature)))
    return _pack(rng.choice((b"\xd2\x84", b"\x84", b"\xd8\x3d\xd2\x84", b"\xd8\x3d" * 5 + b"\x84")) + parts, rng)


def _take_apart(message: bytes) -> tuple[bytes, Any, bytes, bytes]:
    value = cbor2.loads(message)
    while isinstance(value, cbor2.CBORTag):
        value = value.value
    protected, loose, payload, signature = value
    return protected, dict(loose), payload, signature


def _dump(value: Any) -> bytes:
    try:
        return cbor2.dumps(value)
    except (ValueError, TypeError, OverflowError, RecursionError, cbor2.CBOREncodeError):
        return b"\xa0"


def _wild_value(rng: random.Random) -> Any:
    return rng.choice((
        lambda: rng.choice(NUMBERS),
        lambda: rng.choice(FRACTIONS),
        lambda: rng.choice(LETTERS).replace("\ud800", "x"),
        lambda: rng.randbytes(rng.randint(0, 40)),
        lambda: _nest([], rng.choice((3, 10, 16, 40, 300))),
        lambda: cbor2.CBORTag(rng.choice((0, 1, 6, 18, 24, 61, 98, 1234567890123)), rng.choice(NUMBERS)),
        lambda: {number: None for number in range(rng.choice((1, 300, 3_000)))},
        lambda: [0] * rng.choice((1, 500, 20_000)),
        lambda: {(number, -number): number for number in range(rng.choice((1, 1_000)))},
        lambda: rng.choice((None, True, False, cbor2.undefined, cbor2.CBORSimpleValue(99))),
    ))()  # fmt: skip


def _wild_json(rng: random.Random) -> Any:
    return rng.choice((
        lambda: rng.choice(NUMBERS) ** rng.choice((1, 1, 60)),
        lambda: rng.choice(FRACTIONS),
        lambda: rng.choice(LETTERS),
        lambda: _nest([], rng.choice((3, 60, 64, 65, 300, 900))),
        lambda: _nest({}, rng.choice((3, 60, 65, 300, 480))),
        lambda: {str(number): None for number in range(rng.choice((1, 300, 5_000)))},
        lambda: [0] * rng.choice((1, 500, 50_000)),
        lambda: rng.choice((None, True, False)),
    ))()  # fmt: skip


def _nest(inner: Any, depth: int) -> Any:
    for _ in range(depth):
        inner = {"a": inner} if isinstance(inner, dict) else [inner]
    return inner


def _change_value(value: Any, rng: random.Random, *, wild: Callable[[random.Random], Any]) -> Any:
    """Give a value in which something anywhere is another, twice there, or gone."""
    if isinstance(value, dict) and value and rng.random() < 0.9:
        name = rng.choice(list(value))
        changed = {**value, name: _change_value(value[name], rng, wild=wild)}
        if rng.random() < 0.1:
            del changed[name]
        if rng.random() < 0.1:
            changed[str(rng.random())] = wild(rng)
        return changed
    if isinstance(value, list) and value and rng.random() < 0.8:
        at = rng.randrange(len(value))
        return [*value[:at], _change_value(value[at], rng, wild=wild), *value[at + rng.randint(0, 1) :]]
    return wild(rng)


def _change_card(rng: random.Random) -> str:
    seed = rng.choice([text for text in list_seeds() if text.startswith("eyJ") and text.count(".") == 2])
    try:
        packed = seed.split(".")[1]
        said = json.loads(zlib.decompress(base64.urlsafe_b64decode(packed + "=" * (-len(packed) % 4)), -15))
    except (ValueError, zlib.error):
        said = {"iss": "https://a", "nbf": 1}
    for _ in range(rng.randint(1, 3)):
        said = _change_value(said, rng, wild=_wild_json)
    header = _change_value({"zip": "DEF", "alg": "ES256"}, rng, wild=_wild_json) if rng.random() < 0.2 else {}
    jws = write_jws(_write_json(said), **(header if isinstance(header, dict) and "kid" not in header else {}))
    return rng.choice((jws, "shc:/" + in_digits(jws), "\n".join(in_chunks(jws, rng.randint(1, 40)))))


def _write_json(said: Any) -> str:
    """Give JSON, also of what is nested deeper than the encoder follows."""
    try:
        return json.dumps(said)
    except (RecursionError, ValueError):
        return "[" * 2_000 + "]" * 2_000


def _change_seal(rng: random.Random) -> str:
    seal = json.loads(rng.choice([made.text for made in _list_seals()]))
    data = seal["data"]
    for _ in range(rng.randint(1, 3)):
        data = _change_value(data, rng, wild=_wild_json)
    try:
        signed = write_seal(data) if rng.random() < 0.7 else json.dumps(seal | {"data": data})
    except (ValueError, RecursionError, TypeError):
        return '{"data":' + "[" * 5_000
    return signed if rng.random() < 0.8 else json.dumps(_change_value(json.loads(signed), rng, wild=_wild_json))


@cache
def _list_seals() -> list[Made]:
    return [made for made in list_certificates(10 * len(MAKERS)) if made.why == "seal"]


def _make_bomb(rng: random.Random) -> str:
    packed = _inflate_to(
        rng.choice(BOMBS), rng.choice((b"\0", b"\x81", b"[", b" ", b"\xa1aa", b'{"a":')), rng.choice((15, -15))
    )
    if rng.random() < 0.5:
        packed = packed[: rng.randrange(len(packed))]
    code = base64.urlsafe_b64encode(packed).rstrip(b"=").decode()
    head = base64.urlsafe_b64encode(b'{"zip":"DEF","alg":"ES256","kid":"AA"}').rstrip(b"=").decode()
    return rng.choice((PREFIX + write_base45(packed), f"{head}.{code}.AAAA"))


@cache
def _inflate_to(size: int, piece: bytes, window: int) -> bytes:
    """Give what unpacks to that many bytes, as much of it as fits a text."""
    squeezed = zlib.compressobj(9, zlib.DEFLATED, window)
    packed = b"".join(squeezed.compress(piece * 1_000) for _ in range(size // (1_000 * len(piece)))) + squeezed.flush()
    return packed[: 10 << 10]


def _make_collisions(rng: random.Random) -> str:
    """Write a map whose keys, lists of two numbers, all have one hash: each is compared with all before it."""
    keys = list_collisions()[: rng.choice((10, 500, 850))]
    body = b"\xb9" + len(keys).to_bytes(2, "big") + b"".join(cbor2.dumps(key) + b"\0" for key in keys)
    kid = cbor2.dumps({1: -7, 4: signing().kid})
    where = rng.choice((b"", b"\xa1\x39\x01\x03"))
    return _pack(b"\xd2\x84" + write_bytes(kid) + b"\xa0" + write_bytes(where + body) + write_bytes(bytes(64)), rng)


@cache
def list_collisions() -> list[tuple[int, int]]:
    """Give pairs of numbers with one hash: that of tuples follows a rule that can be turned round. Source: xxHash."""
    whole = (1 << 64) - 1
    one, two, five = 11400714785074694791, 14029467366897019727, 2870177450012600261
    back_one, back_two, found, number = pow(one, -1, 1 << 64), pow(two, -1, 1 << 64), [], 0
    while len(found) < 850:
        number += 1
        state = _turn((five + number * two) & whole, 31) * one & whole
        wanted = _turn((12345 - (2 ^ five ^ 3527539)) * back_one & whole, 33)
        other = (wanted - state) * back_two & whole
        if other < (1 << 61) - 1:
            found.append((number, other))
    return found


def _turn(number: int, bits: int) -> int:
    return (number << bits | number >> (64 - bits)) & ((1 << 64) - 1)


def _make_long(rng: random.Random) -> str:
    piece = rng.choice(("\n", " ", "A", "shc:/1/2/", "0", "|", "[", '{"data":', "{", "\ud800", "9|", "eyJ.", "\u3000"))
    start = rng.choice(("", PREFIX, "shc:/", "eyJ", '{"data":', "001098012345|"))
    return start + piece * (rng.choice((1_000, 300_000, LARGEST)) // len(piece))


def _pack(data: bytes, rng: random.Random) -> str:
    packed = zlib.compress(data, rng.choice((0, 9)))
    return PREFIX + (write_base45(packed) if len(packed) < 10 << 10 else write_base45(packed[: 10 << 10]))


TEXTS: dict[str, Callable[[random.Random], str]] = {
    "a changed text": _change_text,
    "any text": _random_text,
    "a changed message": _change_message,
    "a changed packing": _change_packing,
    "changed claims": _change_claims,
    "a changed card": _change_card,
    "a changed seal": _change_seal,
    "a bomb": _make_bomb,
    "keys with one hash": _make_collisions,
    "a long text": _make_long,
}
