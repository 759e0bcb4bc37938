"""Cases of reading: what is accepted although it is odd, and what cannot be read."""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from math import inf, nan
from typing import Any

from cbor2 import CBORTag, dumps
from certificate_making import (
    BEGIN,
    END,
    HASH,
    NOW,
    ORDER,
    RECOVERY,
    TEST,
    VACCINATION,
    change,
    issue,
    make_claims,
    pack,
    sign,
    signing,
    write,
)

from xacthuc.certificates.base45 import write_base45

Case = dict[str, Any]
HEALTH = "1.3.6.1.4.1.1847.2021.1"


def say(why: str, text: str, code: str = "ok", **said: Any) -> Case:
    return {"why": why, "text": text, "code": code, **said}


def turn(signature: bytes) -> bytes:
    """Give the other signature that is as good: n - s."""
    s = ORDER - int.from_bytes(signature[HASH:], "big")
    return signature[:HASH] + s.to_bytes(HASH, "big")


def list_accepted() -> Iterator[Case]:
    plain, kid = issue(), signing().kid
    yield say("a certificate as it should be", plain)
    yield say("signed with RSA", issue(by=signing("rsa", bits=2048)))
    yield say("signed with a short RSA key", issue(by=signing("short rsa", bits=1024)), "cert_key_short")
    yield say("blanks before and behind", f" \t{plain}  \r\n")
    yield say("a zero sign of a scanner behind", plain + "\0")
    yield say("key id beside the signature", write(sign(protected={1: -7}, loose={4: kid})))
    yield say("algorithm beside the signature", write(sign(protected={4: kid}, loose={1: -7})))
    yield say("all headers beside the signature", write(sign(protected=None, loose={1: -7, 4: kid})))
    yield say("headers that are an empty map", write(sign(protected={}, loose={1: -7, 4: kid})))
    yield say("two key ids: the signed one counts", write(sign(loose={4: b"\1" * 8})))
    yield say("a key id that is text is passed over", write(sign(protected={1: -7, 4: "kid"}, loose={4: kid})))
    yield say("without a tag", write(sign(tag=b"")))
    yield say("tagged as CWT and COSE", write(sign(tag=b"\xd8\x3d\xd2")))
    yield say("tagged as CWT alone", write(sign(tag=b"\xd8\x3d")))
    yield say("tagged four times", write(sign(tag=b"\xd2\xd2\xd8\x3d\xd2")))
    yield say("the other half of a signature is as good", write(sign(twist=turn)))
    yield from list_odd_claims()
    yield from list_odd_payloads()
    yield from list_odd_packing()


def list_odd_claims() -> Iterator[Case]:
    yield say("times that are fractions", issue(iat=BEGIN + 0.5, exp=END + 0.25))
    yield say("a time from which it counts", issue(nbf=NOW))
    yield say("in its last second", issue(exp=NOW))
    yield say("in its first second", issue(iat=NOW))
    yield say("a time behind a tag", issue(iat=CBORTag(1, BEGIN)))
    yield say("no issuer", issue(iss=None))
    yield say("an issuer in small letters with blanks", issue(iss=" vn "))
    yield say("an issuer that is a name", issue(iss="CNAM"), "cert_issuer_name")
    yield say("an issuer that is a name with a country in it", issue(iss="CH BAG"), "cert_issuer_name")
    yield say("Greece by its other code", issue(by=signing("greece", country="GR"), iss="EL"))
    yield say("Guernsey under Britain", issue(by=signing("britain", country="GB"), iss="GG"))
    yield say("a key without a country", issue(by=signing("nowhere", country=None), iss="XX"))
    yield say(
        "the country of the certificate is another than that of the dose", issue(change(VACCINATION, {"v.0.co": "TH"}))
    )
    yield say("a key for vaccinations", issue(by=signing("vaccinations", usages=(f"{HEALTH}.2",))))
    yield say(
        "a key for vaccinations, named as in the first weeks",
        issue(by=signing("early", usages=("1.3.6.1.4.1.0.1847.2021.1.2",))),
    )
    yield say("a key with a usage that is none of health", issue(by=signing("server", usages=("1.3.6.1.5.5.7.3.1",))))
    raw = dumps(make_claims())
    yield say("claims whose length is not told", write(sign(raw=b"\xbf" + raw[1:] + b"\xff")))
    yield say("an issuer in two pieces", write(sign(raw=raw.replace(b"\x62VN", b"\x7f\x61V\x61N\xff", 1))))
    yield say("a label written as a fraction", write(sign(raw=raw.replace(b"\x01\x62VN", b"\xf9\x3c\x00\x62VN", 1))))
    yield say("a claim that nobody knows", write(sign(make_claims() | {"x": b"\1"})))
    yield say("two keys with one id", issue(by=signing("second of two")), "trust_list_undated", trust="twins")


def list_odd_payloads() -> Iterator[Case]:
    yield say("a test", issue(TEST))
    yield say("a recovery", issue(RECOVERY))
    good: dict[str, dict[str, Any]] = {
        "a booster two of one": {"v.0.dn": 2, "v.0.sd": 1},
        "a booster three of three": {"v.0.dn": 3, "v.0.sd": 3},
        "dose numbers that are fractions": {"v.0.dn": 2.0, "v.0.sd": 2.0},
        "a very large dose number": {"v.0.dn": 2**60},
        "no birth date": {"dob": ""},
        "a birth year": {"dob": "1990"},
        "a birth month": {"dob": "1990-02"},
        "an old version": {"ver": "1.0.0"},
        "a version to come": {"ver": "1.9.0"},
        "an identifier without its prefix": {"v.0.ci": "01:VN:ABC"},
        "an identifier in small letters": {"v.0.ci": "urn:uvci:01:vn:abc#x"},
        "a name of eighty letters": {"nam.fn": "Ễ" * 80},
        "a name of eighty letters beyond the first plane": {"nam.fn": "\U00020000" * 80},
        "no given name": {"nam": {"fn": "Nguyễn", "fnt": "NGUYEN"}},
        "a field that nobody knows": {"v.0.x": [1, {"y": None}]},
        "a name that is called like a part of the language": {"__proto__": {"v": 1}, "constructor": "x"},
        "a name in another script": {"nam.fn": "ສີສະຫວັດ"},
    }
    for why, said in good.items():
        yield say(why, issue(change(VACCINATION, said)))


def list_odd_packing() -> Iterator[Case]:
    message = sign()
    for why, level in (("not packed at all", 0), ("packed in haste", 1)):
        yield say(why, "HC1:" + write_base45(zlib.compress(message, level)))
    fixed = zlib.compressobj(9, zlib.DEFLATED, 15, 8, zlib.Z_FIXED)
    yield say("packed with fixed codes", "HC1:" + write_base45(fixed.compress(message) + fixed.flush()))
    small = zlib.compressobj(9, zlib.DEFLATED, 9)
    yield say("packed with a small window", "HC1:" + write_base45(small.compress(message) + small.flush()))
    pieces = zlib.compressobj(9)
    packed = b"".join(
        pieces.compress(message[at : at + 50]) + pieces.flush(zlib.Z_SYNC_FLUSH) for at in range(0, len(message), 50)
    )
    yield say("packed in many blocks", "HC1:" + write_base45(packed + pieces.flush()))


def list_unread() -> Iterator[Case]:
    plain = issue()
    unknown = "cert_family_unknown"
    yield say("nothing", "", unknown)
    yield say("an address", "https://example.org/", unknown)
    yield say("a prefix in small letters", plain.replace("HC1:", "hc1:"), unknown)
    yield say("a prefix of another version", plain.replace("HC1:", "HC2:"), unknown)
    yield say("a mark of byte order before it", "\ufeff" + plain, unknown)
    yield say("no prefix", plain.removeprefix("HC1:"), unknown)
    yield say(
        "a chip card",
        "001186000123|012345678|Nguyễn Thị Hoa|03021990|Nữ|Số 8, phố Mẫu, Hà Nội|20052021",
        "cert_not_signed",
    )
    yield say(
        "a chip card without the older number",
        "001186000123||Nguyễn Thị Hoa|03021990|Nữ|Hà Nội|20052021\r\n",
        "cert_not_signed",
    )
    yield say("a personal code", "001186000123|NGUYEN THI HOA|1990-02-03|0|162979388586171100|<2<", "cert_not_signed")
    yield say(
        "a personal code with masks",
        "******000123|NGUYEN THI HOA|1990-**-**|0|162979388586171100|<2<",
        "cert_not_signed",
    )
    yield say("a text too long", "HC1:" + "A" * 16_386, "cert_too_long")
    yield from list_unread_coding(plain)
    yield from list_unread_packing()
    yield from list_unread_messages()
    yield from list_unread_claims()
    yield from list_schema_faults()


def list_unread_coding(plain: str) -> Iterator[Case]:
    body = plain.removeprefix("HC1:")
    bad = {
        "small letters": body.lower(),
        "a line end in the middle": body[:30] + "\n" + body[30:],
        "a single sign left over": body[: len(body) // 3 * 3] + "A",
        "a group too large": ":::" + body[3:],
        "a last pair too large": body[: len(body) // 3 * 3] + "::",
        "a sign of another alphabet": body[:40] + "Ä" + body[41:],
        "a sign beyond the first plane": body[:39] + "\U0001f600" + body[41:],
        "a comma": body[:40] + "," + body[41:],
    }
    for why, text in bad.items():
        yield say(why, "HC1:" + text, "cert_base45")


def list_unread_packing() -> Iterator[Case]:
    message = sign()
    packed = pack(message)
    bad = {
        "nothing behind the prefix": b"",
        "not packed, without the frame": message,
        "packed without the frame": packed[2:-4],
        "cut off in the middle": packed[: len(packed) // 2],
        "cut off before the sum": packed[:-4],
        "something behind the stream": packed + b"\0",
        "two streams": packed + packed,
        "a wrong sum": packed[:-1] + bytes((packed[-1] ^ 1,)),
        "a dictionary that nobody has": b"\x78\xbb" + packed[2:],
        "another method": b"\x77" + packed[1:],
        "a header with a wrong check": b"\x78\xdb" + packed[2:],
        "a window too large": b"\x88\x1c" + packed[2:],
        "a block of no kind": b"\x78\x9c\x07" + packed[3:],
        "a plain block with a wrong length": b"\x78\x9c\x01\x05\x00\x00\x00hello",
        "a copy from before the beginning": b"\x78\x9c" + b"\x03\x02" + b"\0" * 8,
        "codes that are too many": b"\x78\x9c\xfd\xff" + b"\xff" * 40,
        "codes without an end": b"\x78\x9c\x05\xc0\x81\x00\x00\x00\x00\x00\x90\xff\x6b\x00" + b"\0" * 8,
    }
    for why, data in bad.items():
        yield say(why, "HC1:" + write_base45(data), "cert_compression")
    bomb = zlib.compress(b"\0" * (1 << 20), 9)
    yield say("a bomb", "HC1:" + write_base45(bomb), "cert_too_large")
    yield say("a bomb with a broken end", "HC1:" + write_base45(bomb[:-8] + b"\xff" * 8), "cert_too_large")
    yield say("as large as is allowed", "HC1:" + write_base45(pack(b"\0" * 12_288)), "cert_structure")
    yield say("just too large", "HC1:" + write_base45(pack(b"\0" * 12_289)), "cert_too_large")


def list_unread_messages() -> Iterator[Case]:
    message, claims, headers = sign(), dumps(make_claims()), dumps({1: -7, 4: signing().kid})
    signature = b"\1" * 64
    bad = {
        "an empty message": b"",
        "a number": b"\x01",
        "a message cut off": message[:-1],
        "something behind the message": message + b"\0",
        "a map instead of parts": dumps({1: 2}),
        "three parts": dumps([headers, {}, claims]),
        "five parts": dumps([headers, {}, claims, signature, signature]),
        "a payload kept elsewhere": dumps([headers, {}, None, signature]),
        "a payload that is text": dumps([headers, {}, "x", signature]),
        "headers that are a map unsigned": dumps([{1: -7}, {}, claims, signature]),
        "headers that are a number inside": dumps([b"\x01", {}, claims, signature]),
        "loose headers that are a list": dumps([headers, [], claims, signature]),
        "a signature that is a number": dumps([headers, {}, claims, 1]),
        "another tag": dumps(CBORTag(98, [headers, {}, claims, signature])),
        "a tag that is acted on": dumps(CBORTag(24, [headers, {}, claims, signature])),
        "five tags": b"\xd2" * 5 + message[1:],
        "the mark of CBOR before it": b"\xd9\xd9\xf7" + message,
        "a critical header": sign(protected={1: -7, 2: [1], 4: signing().kid}),
        "the same header twice": sign(protected=b"\xa3\x01\x26\x04\x48" + signing().kid + b"\x01\x26"),
        "the same header twice, once as a fraction": sign(
            protected=b"\xa3\x01\x26\x04\x48" + signing().kid + b"\xf9\x3c\x00\x26"
        ),
        "the same loose header twice": message[:1]
        + b"\x84"
        + write_part(headers)
        + b"\xa2\x05\x01\x05\x02"
        + write_part(claims)
        + write_part(signature),
        "headers nested too deeply": sign(
            protected=b"\xa3\x01\x26\x04\x48" + signing().kid + b"\x18\x63" + b"\x81" * 16 + b"\x00"
        ),
        "a length that nobody can hold": b"\xd2\x9b" + b"\xff" * 8,
        "a text that is no text": b"\xd2\x84\x40\xa1\x61\xff\x00\x40\x40",
        "a reserved length": b"\xd2\x84\x5c\x40\xa0\x40\x40",
        "an end without a beginning": b"\xff",
    }
    for why, data in bad.items():
        yield say(why, write(data), "cert_structure")


def write_part(data: bytes) -> bytes:
    return dumps(data)


def list_unread_claims() -> Iterator[Case]:
    raw = dumps(make_claims())
    claims: dict[str, bytes] = {
        "claims that are a list": dumps([1]),
        "claims that are nothing": b"",
        "claims with something behind": raw + b"\0",
        "the same claim twice": b"\xa5" + raw[1:] + b"\x01\x62VN",
        "the same claim twice, once as true": b"\xa5" + raw[1:] + b"\xf5\x62VN",
        "the same field twice": raw.replace(b"\xa4cver", b"\xa5cdobd1990cver", 1),
        "an issuer that is a number": dumps(make_claims(iss=5)),
        "no health certificate": dumps({1: "VN", 4: END, 6: BEGIN}),
        "a health certificate that is a list": dumps({1: "VN", 4: END, 6: BEGIN, -260: [1]}),
        "a health certificate of an unknown kind": dumps({1: "VN", 4: END, 6: BEGIN, -260: {9: VACCINATION}}),
        "a health certificate that is a text": dumps({1: "VN", 4: END, 6: BEGIN, -260: {1: "x"}}),
        "nested too deeply": dumps({1: "VN", 4: END, 6: BEGIN, -260: {1: VACCINATION | {"x": nest(14)}}}),
        "a large number behind its tag": dumps({1: "VN", 4: END, 6: BEGIN, -260: {1: VACCINATION | {"x": 2**70}}}),
    }
    for why, data in claims.items():
        yield say(why, write(sign(raw=data)), "cert_claims")
    times: dict[str, Any] = {
        "an end that is no number": nan,
        "an end without end": inf,
        "an end in words": "2022-12-31",
        "a negative end": -1,
        "an end that is true": True,
        "an end in the year 10000": 253_402_300_800,
        "an end of very many digits": 2**64 - 1,
        "an end that is a list": [END],
    }
    for why, value in times.items():
        yield say(why, issue(exp=value), "cert_times")
    yield say("nested as deeply as is allowed", write(sign(dict(make_claims(VACCINATION | {"x": nest(13)})))))


def nest(levels: int) -> Any:
    value: Any = 0
    for _ in range(levels):
        value = [value]
    return value


def list_schema_faults() -> Iterator[Case]:
    faults: dict[str, tuple[dict[str, Any], str]] = {
        "no version": ({"ver": None}, "schema_version"),
        "version 2": ({"ver": "2.0.0"}, "schema_version"),
        "a name that is a list": ({"nam": ["x"]}, "schema_field_type"),
        "neither name without marks": ({"nam": {"fn": "Hoa"}}, "schema_name_missing"),
        "small letters in the name without marks": ({"nam.fnt": "Nguyen"}, "schema_machine_name"),
        "a blank in the name without marks": ({"nam.gnt": "THI HOA"}, "schema_machine_name"),
        "a name of eighty-one letters": ({"nam.fn": "Ễ" * 81}, "schema_text_too_long"),
        "a birth date of another century": ({"dob": "1890-01-01"}, "schema_birth_date"),
        "a birth date with a time": ({"dob": "1990-02-03T00:00:00"}, "schema_birth_date"),
        "a birth date that is a number": ({"dob": 1990}, "schema_field_type"),
        "two doses": ({"v": [*VACCINATION["v"], *VACCINATION["v"]]}, "schema_entry_count"),  # type: ignore[misc]  # a payload is of many kinds
        "no dose": ({"v": []}, "schema_entry_count"),
        "doses that are nothing": ({"v": None}, "schema_field_type"),
        "a dose that is a text": ({"v": ["x"]}, "schema_field_type"),
        "a dose and a test": ({"t": TEST["t"]}, "schema_group_count"),
        "dose number zero": ({"v.0.dn": 0}, "schema_dose_number"),
        "half a dose": ({"v.0.dn": 1.5}, "schema_dose_number"),
        "a dose number in words": ({"v.0.dn": "2"}, "schema_dose_number"),
        "a dose number that is true": ({"v.0.dn": True}, "schema_dose_number"),
        "a day that is none": ({"v.0.dt": "2021-02-30"}, "schema_date"),
        "a day with a time": ({"v.0.dt": "2021-09-28T10:00:00Z"}, "schema_date"),
        "a country in small letters": ({"v.0.co": "vn"}, "schema_country"),
        "an identifier of eighty-one letters": ({"v.0.ci": "U" * 81}, "schema_text_too_long"),
        "bytes in a name": ({"nam.fn": b"Hoa"}, "cert_schema"),
        "no number in a field nobody knows": ({"x": nan}, "cert_schema"),
        "a tag in a field nobody knows": ({"x": CBORTag(99, 1)}, "cert_schema"),
        "a name that turns the writing": ({"nam.fn": "Nguyễn\u202eaoH"}, "cert_name_marks"),
        "a sign that isolates the writing": ({"v.0.is": "\u2066Bộ Y tế\u2069"}, "cert_name_marks"),
        "a field name that turns the writing": ({"\u200f": 1}, "cert_name_marks"),
    }
    for why, (said, code) in faults.items():
        yield say(why, issue(change(VACCINATION, said)), code)
    for field in ("ver", "nam", "dob", "v.0.tg", "v.0.dn", "v.0.dt", "v.0.ci"):
        code = "schema_version" if field == "ver" else "schema_field_missing"
        yield say(f"without {field}", issue(change(VACCINATION, {}, without=(field,))), code)
    yield say("no kind at all", issue(change(VACCINATION, {}, without=("v",))), "schema_group_count")
    yield say("a test without its zone", issue(change(TEST, {"t.0.sc": "2022-05-31T08:00:00"})), "schema_time")
    yield say("a number as the name of a field", issue(VACCINATION | {7: 1}), "cert_schema")  # type: ignore[dict-item]  # a payload is of many kinds
