"""Revocation sets: what is found in them, what a ledger becomes, what is refused."""

from __future__ import annotations

import base64
import hashlib
import json
import math
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from asn1crypto import cms

from signers import NOON, make_header, new_key
from xacthuc.certificates.golomb import choose_coding
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.revocation import RevocationList, hash_rid, list_hashes, open_set, read_set
from xacthuc.certificates.revocation_build import build_set
from xacthuc.certificates.revocation_delta import make_delta, merge, read_delta
from xacthuc.certificates.revocation_files import list_cards, read_batch, read_cards
from xacthuc.certificates.revocation_header import Header
from xacthuc.certificates.revocation_ledger import NEVER, ROW, Entry, read_rows, write_rows

KEY = new_key()
KID, OTHER = b"kid-of-1", b"kid-of-2"
HASHES = [hashlib.sha256(bytes([n])).digest()[:16] for n in range(40)]


def build(entries: list[Entry], **said: Any) -> bytes:
    header = said.pop("header", None) or make_header(KEY, **said)
    return b"".join(build_set(np.frombuffer(write_rows(entries), ROW), header=header, key=KEY))


def hold(entries: list[Entry], **said: Any) -> RevocationList:
    return RevocationList((read_set(build(entries, **said), keys=[KEY.public]),))


def refuse(data: bytes, **given: Any) -> str:
    with pytest.raises(ListRefused) as refusal:
        read_set(data, keys=given.get("keys", [KEY.public])).check_slices()
    return refusal.value.code


def ask(held: RevocationList, **said: Any) -> bool:
    given = {"issuer": "VN", "uvci": "URN:UVCI:01:VN:1", "signature": b"r" * 32 + b"s" * 32, "algorithm": "ES256"}
    return held.contains(**{**given, "kid": KID, **said})


@pytest.mark.parametrize(
    ("text", "kind"),
    [(b"URN:UVCI:01:VN:1", "uvci"), (b"VNURN:UVCI:01:VN:1", "country_uvci"), (b"r" * 32, "signature")],
)
def test_a_certificate_is_found_by_each_of_its_hashes(text: bytes, kind: str) -> None:
    held = hold([Entry(hashlib.sha256(text).digest()[:16], kind)])
    assert ask(held)
    assert not ask(held, issuer="DE", uvci="URN:UVCI:01:VN:2", signature=b"q" * 32 + b"s" * 32)


def test_another_s_does_not_save_a_signature_and_ps256_counts_whole() -> None:
    entries = [Entry(hashlib.sha256(b"r" * 32).digest()[:16], "signature")]
    assert ask(hold(entries), uvci="", signature=b"r" * 32 + b"t" * 32)
    assert not ask(hold(entries), uvci="", signature=b"r" * 64, algorithm="PS256")
    whole = [Entry(hashlib.sha256(b"w" * 256).digest()[:16], "signature")]
    assert ask(hold(whole), uvci="", signature=b"w" * 256, algorithm="PS256")


def test_what_a_certificate_does_not_have_is_not_asked() -> None:
    assert list_hashes(issuer="VN", uvci="", signature=b"", algorithm="ES256") == {}
    assert list(list_hashes(issuer="", uvci="x", signature=b"", algorithm="ES256")) == ["uvci"]
    nothing = hold([Entry(hashlib.sha256(text).digest()[:16], "uvci") for text in (b"", b"VN")])
    assert not ask(nothing, uvci="", signature=b"")


def test_a_key_is_revoked_as_a_whole_and_a_set_speaks_of_its_scope_only() -> None:
    held = hold([Entry(HASHES[0], "uvci")], keys=frozenset({KID}))
    assert ask(held)
    assert not ask(held, kid=OTHER)
    scoped = hold([Entry(hashlib.sha256(b"URN:UVCI:01:VN:1").digest()[:16], "uvci")], scope=frozenset({OTHER}))
    assert not ask(scoped)
    assert ask(scoped, kid=OTHER)


def test_a_list_is_as_old_as_its_oldest_set() -> None:
    sets = [read_set(build([], number=number), keys=None) for number in (5, 2)]
    held = RevocationList(tuple(sets))
    assert held.complete_as_of == NOON + timedelta(days=2)
    assert held.expires == NOON + timedelta(days=9)
    assert RevocationList(()).complete_as_of is RevocationList(()).expires is None


def test_what_has_expired_or_was_withdrawn_is_left_out() -> None:
    day = make_header(KEY).complete_as_of
    entries = [
        Entry(HASHES[0], "uvci", day),
        Entry(HASHES[1], "uvci", day - timedelta(seconds=1)),
        Entry(HASHES[2], "uvci"),
        Entry(HASHES[2], "uvci", withdrawn=True),
        Entry(HASHES[3], "uvci", withdrawn=True),
        Entry(HASHES[3], "uvci"),
        Entry(HASHES[2][:8] + bytes([HASHES[2][8] ^ 0xFF]) + bytes(7), "uvci"),  # half the hash of one withdrawn
        Entry(HASHES[4], "uvci"),
        Entry(HASHES[4], "country_uvci"),
    ]
    held = read_set(build(entries, nominal=80_000_000), keys=None)  # its hashes are longer than that half
    found = [held.has(one.digest) for one in entries]
    assert found == [True, False, False, False, True, True, True, True, True]
    assert held.header.count == 4


def test_a_ledger_that_was_cut_off_ends_with_its_last_whole_row(tmp_path: Path) -> None:
    path = tmp_path / "entries.bin"
    path.write_bytes(write_rows([Entry(HASHES[0], "uvci"), Entry(HASHES[1], "uvci")])[:-1])
    rows = read_rows(path)
    assert rows["high"].tolist() == [int.from_bytes(HASHES[0][:8], "big")]
    assert rows["expires"].tolist() == [NEVER]
    path.write_bytes(b"")
    assert len(read_rows(path)) == 0


def test_a_set_is_not_made_for_more_than_it_is_made_for() -> None:
    with pytest.raises(ListRefused) as refusal:
        build([Entry(one, "uvci") for one in HASHES], nominal=39)
    assert refusal.value.code == "revocation_set_full"
    build([Entry(one, "uvci") for one in HASHES], nominal=40)


def test_a_set_of_a_million_keeps_its_size_in_proportion() -> None:
    """50,000 entries, of each no more bits than the 5.5 MB for a million allow."""
    rng = np.random.default_rng(4)
    rows = np.zeros(50_000, ROW)
    rows["high"], rows["low"] = (rng.integers(0, 2**64, 50_000, np.uint64) for _ in range(2))
    rows["expires"] = NEVER
    made = b"".join(build_set(rows, header=make_header(KEY, nominal=50_000), key=KEY))
    ideal = math.log2(2 ** choose_coding(50_000).bits / 50_000) + 1.6
    assert 8 * len(made) / 50_000 < ideal + 1  # index, padding, header


def test_what_is_no_set_is_refused(tmp_path: Path) -> None:
    good = build([Entry(one, "uvci") for one in HASHES])
    assert refuse(b"") == refuse(b"PK\x03\x04") == "list_of_another_kind"
    assert refuse(good[:10]) == "revocation_damaged"
    assert refuse(good[:8] + b"\xff" * 4 + good[12:]) == "list_too_large"
    assert refuse(good[:-1]) == refuse(good + b"\0") == "revocation_damaged"
    assert refuse(good[:-1] + b"\xff") == "revocation_damaged"
    assert refuse(good, keys=[new_key().public]) == "list_key_unknown"
    path = tmp_path / "empty.revoked"
    path.write_bytes(b"")
    with pytest.raises(ListRefused, match=r"empty\.revoked"):
        open_set(path, keys=None)
    path.write_bytes(good[:-1] + b"\xff")
    with pytest.raises(ListRefused, match=r"empty\.revoked"):
        open_set(path, keys=None)
    assert open_set(path, keys=None, whole=False).header.count == 40


def test_a_damaged_block_is_said_where_it_is_read() -> None:
    good = read_set(build([Entry(one, "uvci") for one in HASHES]), keys=None)
    block = HASHES[0][0]
    data = bytearray(good.data)
    at = good.begins[0] + 4 * block
    data[at : at + 4] = b"\xff" * 4
    with pytest.raises(ListRefused):
        replace(good, data=bytes(data)).has(HASHES[0])
    data = bytearray(good.data)
    data[good.begins[0] + 4 * 256 :] = bytes(len(data) - good.begins[0] - 4 * 256)
    with pytest.raises(ListRefused):
        replace(good, data=bytes(data)).has(HASHES[0])


@pytest.mark.parametrize(
    "said",
    [
        {"number": 0},
        {"count": -1},
        {"count": 2_000},
        {"nominal": 0},
        {"nominal": 10**10},
        {"keys": frozenset({b""})},
        {"keys": frozenset({b"x" * 65})},
        {"name": 5},
    ],
)
def test_a_header_that_cannot_be_is_refused(said: dict[str, Any]) -> None:
    from xacthuc.certificates.revocation_header import open_header, write_header

    header: Header = replace(make_header(KEY), **said)
    with pytest.raises(ListRefused) as refusal:
        open_header(write_header(header, key=KEY), keys=None)
    assert refusal.value.code == "list_damaged"


def test_a_delta_fits_its_own_set_only() -> None:
    one, two, three = (build([Entry(h, "uvci") for h in HASHES[: 10 * n]], number=n) for n in (1, 2, 3))
    opened = [read_set(data, keys=None) for data in (one, two, three)]
    delta = read_delta(make_delta(opened[1], opened[2]), keys=[KEY.public])
    assert len(delta.added) == 10
    cases = {
        "revocation_delta_base": opened[0],
        "list_forked": opened[2],
        "revocation_other_list": read_set(build([], name="la"), keys=None),
        "list_backwards": read_set(build([], number=4), keys=None),
    }
    for code, base in cases.items():
        with pytest.raises(ListRefused) as refusal:
            merge(base, delta)
        assert refusal.value.code == code
    with pytest.raises(ListRefused):
        make_delta(opened[0], read_set(build([], number=2, nominal=5_000), keys=None))
    assert make_delta(opened[0], opened[0])  # the same set again is a delta of nothing


@pytest.mark.parametrize("kind", ["UCI", "COUNTRYCODEUCI", "SIGNATURE"])
def test_a_batch_of_the_eu(kind: str) -> None:
    said = {
        "country": "VN",
        "expires": "2022-11-01T00:00:00+00:00",
        "kid": base64.b64encode(KID).decode(),
        "hashType": kind,
        "entries": [{"hash": base64.b64encode(HASHES[0]).decode()}],
    }
    plain = json.dumps(said).encode()
    inner = {"version": "v1", "digest_algorithms": [], "signer_infos": []}
    content = {"content_type": "data", "content": plain}
    wrapped = cms.ContentInfo(
        {"content_type": "signed_data", "content": {**inner, "encap_content_info": content}}
    ).dump()
    for data in (plain, wrapped, base64.b64encode(wrapped)):
        batch = read_batch(data)
        assert (batch.country, batch.kid) == ("VN", KID)
        (entry,) = batch.entries
        assert entry.digest == HASHES[0]
        assert entry.expires is not None
        assert entry.expires.year == 2022
    assert read_batch(json.dumps({**said, "kid": "UNKNOWN_KID"}).encode()).kid is None
    short = [{"hash": base64.b64encode(b"short").decode()}]
    bad: list[dict[str, Any]] = [
        {"hashType": "X"},
        {"entries": short},
        {"entries": said["entries"] * 1001},
        {"expires": 5},
    ]
    for change in bad:
        with pytest.raises(ListRefused) as refusal:
            read_batch(json.dumps({**said, **change}).encode())
        assert refusal.value.code == "revocation_batch_unreadable"


def test_a_list_of_smart_health_cards() -> None:
    kid = base64.urlsafe_b64encode(b"k" * 32).rstrip(b"=").decode()
    said = {"kid": kid, "method": "rid", "ctr": 3, "rids": ["aa", "bb.100", "bb.200", "cc.5", "cc"]}
    cards = read_cards(json.dumps(said).encode())
    assert (cards.kid, cards.counter) == (b"k" * 32, 3)
    assert cards.contains("aa", issued=10**9)
    assert cards.contains("bb", issued=199.9)
    assert not cards.contains("bb", issued=200)
    assert cards.contains("cc", issued=10)
    assert not cards.contains("dd", issued=0)
    held = hold(list(list_cards(cards)))
    assert held.contains_card(kid=b"k" * 32, rid="aa", issued=0, signature=b"")
    assert not held.contains_card(kid=b"j" * 32, rid="aa", issued=0, signature=b"")
    assert not held.contains_card(kid=b"k" * 32, rid="bb", issued=0, signature=b"")
    assert hash_rid(b"k", "a") != hash_rid(b"", "a")
    for change in ({"method": "x"}, {"ctr": "3"}, {"rids": ["?"]}, {"rids": ["a" * 25]}, {"rids": 5}):
        with pytest.raises(ListRefused):
            read_cards(json.dumps({**said, **change}).encode())


@pytest.mark.shared
def test_the_revoked_card_of_the_smart_examples(shared: Path) -> None:
    examples = shared / "vectors" / "shc" / "spec-examples"
    (path,) = (examples / "issuer" / ".well-known" / "crl").glob("*.json")
    card = json.loads((examples / "example-03-b-jws-payload-expanded.json").read_text(encoding="utf-8"))
    assert read_cards(path.read_bytes()).contains(card["vc"]["rid"], issued=card["nbf"])
