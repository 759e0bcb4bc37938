"""Certificates from any people and doses: what is issued verifies, what is touched does not, and nothing raises."""

from __future__ import annotations

import zlib
from contextlib import suppress
from datetime import date
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from certificates import AT, Forge, build, make_issuer, make_payload, make_trust
from xacthuc.certificates.base45 import read_base45, write_base45
from xacthuc.certificates.cbor import is_plain, make_plain, read_cbor, write_cbor
from xacthuc.certificates.hc1 import PREFIX, read_hc1, write_hc1
from xacthuc.certificates.payload import CountedDose, Holder
from xacthuc.certificates.stages import Unreadable
from xacthuc.certificates.transliteration import transliterate
from xacthuc.certificates.uvci import is_checked, make_uvci
from xacthuc.certificates.verify import verify
from xacthuc.codes.vaccines import list_vaccines

ISSUER = make_issuer()
TRUST = make_trust()
TEXT = ISSUER.issue(make_payload())
MESSAGE = read_hc1(TEXT)
WORDS = ("Nguyễn", "Thị", "Đào", "H'Hen", "Niê", "Kđăm", "Văn", "Ước", "Ƀlŭk", "Ng-Ỹ", "Ê", "Ô")

names = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
holders = st.builds(
    Holder,
    family=names,
    given=st.just("") | names,
    birth_date=st.dates(date(1900, 1, 1), date(2021, 1, 1)).map(str) | st.integers(1900, 2020).map(str),
)
doses = st.builds(
    lambda vaccine, number, day: CountedDose(vaccine, number, number, day),
    vaccine=st.sampled_from([vaccine.name for vaccine in list_vaccines()]),
    number=st.integers(1, 5),
    day=st.dates(date(2021, 3, 8), date(2022, 5, 1)),
)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 63), 1 << 63) | st.text() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(holders, doses)
@settings(deadline=None)
def test_what_is_issued_verifies(holder: Holder, dose: CountedDose) -> None:
    built = build(holder, dose)
    assert built.payload is not None, built.codes
    verdict = verify(ISSUER.issue(built.payload), trust=TRUST, at=AT)
    assert (verdict.accepted, verdict.code, verdict.payload) == (True, "ok", built.payload)


@given(st.integers(0, 8 * len(MESSAGE) - 1))
@settings(max_examples=400, deadline=None)
def test_one_flipped_bit_is_refused(bit: int) -> None:
    flipped = bytearray(MESSAGE)
    flipped[bit // 8] ^= 1 << bit % 8
    assert not verify(write_hc1(bytes(flipped)), trust=TRUST, at=AT).accepted


@given(st.integers(0, len(TEXT) - 1), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"))
@settings(max_examples=400, deadline=None)
def test_one_other_sign_of_the_text_is_refused(place: int, sign: str) -> None:
    other = TEXT[:place] + sign + TEXT[place + 1 :]
    assert other == TEXT or not verify(other, trust=TRUST, at=AT).accepted


@given(st.text())
@settings(deadline=None)
def test_any_text_gets_a_verdict(text: str) -> None:
    for whole in (text, PREFIX + text, "shc:/" + text, "eyJ" + text, '{"data"' + text):
        assert not verify(whole, trust=TRUST, at=AT).accepted


@given(st.binary(max_size=400))
@settings(deadline=None)
def test_any_bytes_get_a_verdict(data: bytes) -> None:
    for message in (data, b"\xd2\x84" + data, b"\xd2\x84\x43\xa1\x01\x26\xa0" + data):
        assert not verify(write_hc1(message), trust=TRUST, at=AT).accepted
    assert not verify(PREFIX + write_base45(data), trust=TRUST, at=AT).accepted


@given(values.filter(lambda value: value is not None))
@settings(deadline=None)
def test_any_signed_value_gets_a_verdict(value: Any) -> None:
    """Even who holds a key writes nothing that raises."""
    for forged in (Forge(payload=value), Forge(raw=write_cbor(value)), Forge(claims={-260: value, 4: value, 1: value})):
        verdict = verify(forged.text(), trust=TRUST, at=AT)
        assert not verdict.accepted
        make_plain(verdict.payload)


@given(st.binary())
@settings(deadline=None)
def test_base45_and_back(data: bytes) -> None:
    assert read_base45(write_base45(data)) == data


@given(st.text(alphabet="0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"))
@settings(deadline=None)
def test_a_text_of_base45_is_the_only_one_of_its_bytes(text: str) -> None:
    try:
        data = read_base45(text)
    except Unreadable:
        return
    assert write_base45(data) == text


@given(values)
@settings(deadline=None)
def test_plain_values_come_back(value: Any) -> None:
    assert is_plain(value) is (make_plain(value) == value)
    assert read_cbor(write_cbor(value), code="cert_structure") == value


@given(st.binary(max_size=64))
@settings(deadline=None)
def test_cbor_is_read_or_refused(data: bytes) -> None:
    with suppress(Unreadable):
        make_plain(read_cbor(data, code="cert_structure"))


@given(st.text(max_size=100))
@settings(deadline=None)
def test_names_for_machines_have_their_alphabet(name: str) -> None:
    latin = transliterate(name)
    if latin is not None:
        assert 1 <= len(latin) <= 80
        assert set(latin) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ<")
        assert transliterate(latin.replace("<", " ")) == latin


def test_division_by_a_product_is_exact() -> None:
    """What Base45 divides by: for every pair of bytes, and every rest."""
    assert all(pair * 66281 >> 27 == pair // 2025 for pair in range(1 << 16))
    assert all(rest * 1457 >> 16 == rest // 45 for rest in range(2025))


@given(st.text(max_size=50))
@settings(deadline=None)
def test_identifiers_have_their_check_letter(about: str) -> None:
    assert is_checked(make_uvci(about, country="VN", secret=bytes(32)))


@given(st.integers(0, 1 << 16))
@settings(deadline=None)
def test_a_bomb_stays_small(size: int) -> None:
    bomb = PREFIX + write_base45(zlib.compress(bytes(size * 64)))
    assert not verify(bomb, trust=TRUST, at=AT).accepted
