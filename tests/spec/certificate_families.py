"""Cases of the other families: WHO data sets, SMART Health Cards, seals of ICAO."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterator
from typing import Any

from certificate_making import BEGIN, END, NOW, VACCINATION, Signing, sign, signing, write
from certificate_texts import Case, say

DATA_SET = {
    "name": "Nguyễn Thị Hoa",
    "birthDate": "1990-02-03",
    "vaccination": {"vaccine": {"code": "XM0N24"}, "date": "2021-09-28", "dose": 2},
    "certificate": {"hcid": {"value": "VN-0001"}, "period": {"start": "2022-01-01", "end": "2022-12-31"}},
}
BUNDLE = {
    "iss": "https://example.org/issuer",
    "nbf": BEGIN,
    "vc": {
        "type": ["https://smarthealth.cards#health-card", "https://smarthealth.cards#immunization"],
        "credentialSubject": {
            "fhirVersion": "4.0.1",
            "fhirBundle": {
                "resourceType": "Bundle",
                "type": "collection",
                "entry": [
                    {
                        "resource": {
                            "resourceType": "Patient",
                            "name": [{"family": "Nguyễn", "given": ["Hoa"]}],
                            "birthDate": "1990-02-03",
                        }
                    }
                ],
            },
        },
    },
}
SEAL = {
    "hdr": {"t": "icao.vacc", "v": 1, "is": "VNM"},
    "msg": {"uvci": "U32870", "pid": {"n": "NGUYEN THI HOA", "dob": "1990-02-03"}, "ve": [{"des": "XM0N24", "vd": []}]},
}


def list_families() -> Iterator[Case]:
    yield from list_data_sets()
    yield from list_cards()
    yield from list_seals()


def list_data_sets() -> Iterator[Case]:
    def issue(hcert: Any) -> str:
        return write(sign({1: "VN", 4: END, 6: BEGIN, -260: hcert}))

    def with_period(start: Any, end: Any) -> dict[str, Any]:
        return DATA_SET | {"certificate": {"hcid": "VN-0001", "period": {"start": start, "end": end}}}

    tested = {"name": "Hoa", "test": {"x": 1}, "certificate": {"hcid": "VN-2"}}
    yield say("a data set of WHO", issue({3: DATA_SET}))
    yield say("a data set in a list of one", issue({3: [DATA_SET]}))
    yield say("a test of WHO", issue({4: tested}))
    yield say("a data set and a test", issue({3: DATA_SET, 4: tested}), "cert_claims")
    yield say("two data sets", issue({3: [DATA_SET, DATA_SET]}), "cert_claims")
    yield say("no data set in the list", issue({3: []}), "cert_claims")
    yield say("a data set that is a text", issue({3: "x"}), "cert_claims")
    yield say("the EU's wins over WHO's", issue({1: VACCINATION, 3: DATA_SET}))
    yield say(
        "a data set without a name",
        issue({3: {name: value for name, value in DATA_SET.items() if name != "name"}}),
        "cert_schema",
    )
    yield say("a data set without an identifier", issue({3: DATA_SET | {"certificate": {}}}), "cert_schema")
    yield say("bytes in a data set", issue({3: DATA_SET | {"x": b"\1"}}), "cert_schema")
    yield say("a data set that turns the writing", issue({3: DATA_SET | {"name": "a\u202eb"}}), "cert_name_marks")
    yield say("a period that has ended", issue({3: with_period("2022-01-01", "2022-05-30")}), "cert_expired")
    yield say("a period that ends today", issue({3: with_period("2022-01-01", "2022-05-31")}))
    yield say(
        "a period that has not begun", issue({3: with_period("2022-06-01T00:00:01Z", "2022-12-31")}), "cert_not_yet"
    )
    yield say("a period in another zone", issue({3: with_period("2022-06-01T07:00:00+07:00", None)}))
    yield say("a period that is no date", issue({3: with_period("soon", 5)}))
    yield say("rules cannot judge a data set", issue({3: DATA_SET}), "cert_rule_family", rules="khanh hoa")


def write_jws(said: Any, *, by: Signing | None = None, packed: bytes | None = None, **header: Any) -> str:
    """Give a JWS as SMART Health Cards have it."""
    by = by or signing()
    head = {"zip": "DEF", "alg": "ES256", "kid": code(by.kid)} | header
    text = said if isinstance(said, str) else json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    squeezed = zlib.compressobj(9, zlib.DEFLATED, -15)
    body = packed if packed is not None else squeezed.compress(text.encode("utf-8", "surrogatepass")) + squeezed.flush()
    part = f"{code(json.dumps({k: v for k, v in head.items() if v is not None}).encode())}.{code(body)}"
    return f"{part}.{code(by.sign(part.encode()))}"


def code(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def in_digits(jws: str) -> str:
    return "".join(f"{ord(sign) - 45:02}" for sign in jws)


def in_chunks(jws: str, count: int) -> list[str]:
    size = -(-len(jws) // count)
    return [f"shc:/{n + 1}/{count}/{in_digits(jws[n * size : (n + 1) * size])}" for n in range(count)]


def list_cards() -> Iterator[Case]:
    jws = write_jws(BUNDLE)
    one, two, three = in_chunks(jws, 3)
    yield say("a health card as JWS", jws)
    yield say("a health card in digits", "shc:/" + in_digits(jws))
    yield say("a health card in three pieces", "\n".join((one, two, three)))
    yield say("a health card in three pieces in disorder", "\n".join((three, one, two)) + "\n")
    yield say("a piece is missing", "\n".join((one, three)), "cert_chunk_missing")
    yield say("one piece alone", two, "cert_chunk_missing")
    yield say("a piece twice", "\n".join((one, one, two, three)), "cert_structure")
    yield say("pieces of different counts", "\n".join((one, two, three.replace("3/3", "3/4"))), "cert_structure")
    yield say("digits of odd number", "shc:/" + in_digits(jws) + "1", "cert_structure")
    yield say("digits too large", "shc:/" + in_digits(jws)[:-2] + "99", "cert_structure")
    yield say("two parts", jws.rpartition(".")[0], "cert_structure")
    yield say("another coding of the same letters", jws + "=", "cert_structure")
    yield say("a header that is critical", write_jws(BUNDLE, crit=["x"]), "cert_structure")
    yield say("not packed", write_jws(BUNDLE, zip=None), "cert_structure")
    yield say("broken packing of a card", write_jws(BUNDLE, packed=b"\xff\xff"), "cert_compression")
    yield say("a card that is a bomb", write_jws(" " * (300 << 10)), "cert_too_large")
    yield say("a name twice", write_jws('{"iss":"https://a","iss":"https://b","nbf":1}'), "cert_structure")
    yield say("no number", write_jws('{"iss":"https://a","nbf":NaN}'), "cert_structure")
    yield say("a card without an issuer", write_jws(BUNDLE | {"iss": 5}), "cert_claims")
    yield say(
        "a card without a time", write_jws({key: value for key, value in BUNDLE.items() if key != "nbf"}), "cert_times"
    )
    yield say("a time in words", write_jws(BUNDLE | {"nbf": "now"}), "cert_times")
    yield say("a card that has not begun", write_jws(BUNDLE | {"nbf": NOW + 1}), "cert_not_yet")
    yield say("a card that has ended", write_jws(BUNDLE | {"exp": NOW - 1}), "cert_expired")
    yield say("another algorithm of a card", write_jws(BUNDLE, alg="ES384"), "cert_algorithm")
    yield say("no signature wanted", write_jws(BUNDLE, alg="none"), "cert_algorithm")
    yield say("a card of nobody we know", write_jws(BUNDLE, by=signing("stranger")), "cert_key_unknown")
    yield say("a card changed after signing", jws[:-2] + ("AA" if jws[-2:] != "AA" else "BA"), "cert_signature")
    yield say("an issuer that is no address", write_jws(BUNDLE | {"iss": "http://a"}), "cert_schema")
    yield say("no bundle", write_jws(BUNDLE | {"vc": {"type": BUNDLE["vc"]["type"]}}), "cert_schema")  # type: ignore[index]  # a payload is of many kinds
    yield say("a card that turns the writing", write_jws(BUNDLE | {"x": "\u202e"}), "cert_name_marks")
    yield say("rules cannot judge a card", jws, "cert_rule_family", rules="khanh hoa")


def write_seal(data: Any, *, by: Signing | None = None, signed: str | None = None, **said: Any) -> str:
    """Give a seal of ICAO."""
    by = by or signing()
    part = signed if signed is not None else json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    seal = {"alg": "ES256", "cer": code(by.certificate), "sigvl": code(by.sign(part.encode()))} | said
    return json.dumps({"data": data, "sig": seal}, ensure_ascii=False)


def list_seals() -> Iterator[Case]:
    def with_message(**said: Any) -> dict[str, Any]:
        return {"hdr": SEAL["hdr"], "msg": SEAL["msg"] | said}

    def with_header(**said: Any) -> dict[str, Any]:
        return {"hdr": SEAL["hdr"] | said, "msg": SEAL["msg"]}

    good = write_seal(SEAL)
    yield say("a seal", good)
    yield say("a seal with blanks around", f"\n {good} \n")
    yield say(
        "a seal with signs that JSON writes in its own way",
        write_seal(with_message(x='"\\/\b\f\n\r\t\u0001\u007fĐ\U0001f600')),
    )
    yield say("a seal of Germany", write_seal(with_header(**{"is": "D"})), "cert_issuer")
    yield say("a seal of a country nobody knows", write_seal(with_header(**{"is": "XYZ"})), "cert_issuer_name")
    yield say("a seal of another kind", write_seal(with_header(t="icao.visa")), "cert_schema")
    yield say("a seal without a person", write_seal(with_message(pid=None)), "cert_schema")
    yield say("a seal of nothing done", write_seal(with_message(ve=[])), "cert_schema")
    yield say("a seal that turns the writing", write_seal(with_message(pid={"n": "A\u202eB"})), "cert_name_marks")
    yield say("a seal with a fraction", write_seal(with_message(x=1.5)), "cert_structure")
    yield say("a seal with a whole fraction", write_seal(with_message(x=1.0)), "cert_structure")
    yield say("a seal with a large number", write_seal(with_message(x=2**53)), "cert_structure")
    yield say("a seal with half a letter", good.replace('"uvci"', '"x":"\\ud800","uvci"'), "cert_structure")
    yield say("a seal with a name twice", good.replace('"hdr"', '"hdr":{},"hdr"', 1), "cert_structure")
    yield say("a seal with a name beyond ASCII", write_seal(with_message(đ=1)), "cert_structure")
    yield say("a seal without its certificate", write_seal(SEAL, cer=None), "cert_structure")
    yield say("a seal cut off", good[:-1], "cert_structure")
    yield say("a seal of nobody we know", write_seal(SEAL, by=signing("stranger")), "cert_key_unknown")
    yield say("a seal changed after signing", good.replace("HOA", "HUA"), "cert_signature")
    yield say("another algorithm of a seal", write_seal(SEAL, alg="ES384"), "cert_algorithm")
    yield say("rules cannot judge a seal", good, "cert_rule_family", rules="khanh hoa")
    yield say("a seal too long", '{"data":"' + "A" * 17_000 + '"}', "cert_too_long")
