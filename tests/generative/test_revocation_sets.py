"""Revocation sets of any content: every entry is found, both coders agree, deltas lead to the published bytes."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from signers import make_header, new_key
from xacthuc.certificates.golomb import Coding, choose_coding, decode, encode, encode_blocks, has
from xacthuc.certificates.list_refusals import ListRefused
from xacthuc.certificates.revocation import read_set
from xacthuc.certificates.revocation_build import build_set
from xacthuc.certificates.revocation_delta import extend_set, make_delta, merge, read_delta
from xacthuc.certificates.revocation_ledger import ROW, Entry, write_rows

KEY = new_key()
HASHES = st.sets(st.binary(min_size=16, max_size=16), max_size=60)


def build(hashes: set[bytes], *, number: int = 1, nominal: int = 1_000) -> bytes:
    rows = np.frombuffer(write_rows(Entry(one, "uvci") for one in sorted(hashes)), ROW)
    return b"".join(build_set(rows, header=make_header(KEY, number=number, nominal=nominal), key=KEY))


@given(st.sets(st.integers(0, 2**50 - 1), max_size=200), st.integers(30, 50))
def test_what_is_written_is_read(values: set[int], rice: int) -> None:
    data = encode(sorted(values), rice=rice)
    assert list(decode(data, rice=rice, inner=50)) == sorted(values)
    assert all(has(data, one, rice=rice, inner=50) for one in values)
    assert not any(has(data, one + 1, rice=rice, inner=50) for one in values if one + 1 not in values)


@given(st.integers(1, 10**9), st.lists(st.integers(0, 2**64 - 1), max_size=120), st.integers(0, 40))
def test_both_coders_write_the_same(nominal: int, keys: list[int], crowd: int) -> None:
    """`crowd` moves all keys into few blocks."""
    full = choose_coding(nominal)
    coding = Coding(full.bits, full.rice, min(full.blocks, 12), 0)
    width = full.bits - 8
    cut = sorted({key % 2**width >> min(crowd, width - 1) for key in keys})
    if coding.inner > 62:
        return
    data, sizes = encode_blocks(np.array(cut, np.uint64), coding=coding)
    blocks: dict[int, list[int]] = {}
    for key in cut:
        blocks.setdefault(key >> coding.inner, []).append(key % 2**coding.inner)
    written = {number: encode(values, rice=coding.rice) for number, values in sorted(blocks.items())}
    assert b"".join(written.values()) == data
    assert {number: size for number, size in enumerate(sizes.tolist()) if size} == {
        n: len(d) for n, d in written.items()
    }


@settings(max_examples=40, deadline=None)
@given(HASHES, HASHES, st.sampled_from([100, 1_000, 10**6]))
def test_a_delta_leads_to_the_published_bytes(before: set[bytes], after: set[bytes], nominal: int) -> None:
    old, new = build(before, nominal=nominal), build(after, number=2, nominal=nominal)
    opened = read_set(old, keys=[KEY.public])
    opened.check_slices()
    assert all(map(opened.has, before))
    assert not any(map(opened.has, after - before))
    delta = make_delta(opened, read_set(new, keys=[KEY.public]))
    assert b"".join(merge(opened, read_delta(delta, keys=[KEY.public]))) == new


@settings(max_examples=30, deadline=None)
@given(HASHES, HASHES, HASHES)
def test_a_set_made_of_the_one_before_is_as_built_anew(before: set[bytes], more: set[bytes], less: set[bytes]) -> None:
    """Hashes that are added and removed at once stay; nothing happens to what is there, or never was."""
    old = read_set(build(before), keys=None)
    header = make_header(KEY, number=2)
    made = read_set(b"".join(extend_set(old, added=more, removed=less, header=header, key=KEY)), keys=[KEY.public])
    anew = read_set(build((before - less) | more, number=2), keys=None)
    assert made.digests == anew.digests
    assert made.header == anew.header


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_one_flipped_bit_is_refused(data: st.DataObject) -> None:
    hashes = {bytes([n] * 16) for n in range(20)}
    old, new = build(hashes), build(hashes | {b"x" * 16}, number=2)
    opened = read_set(old, keys=[KEY.public])
    delta = make_delta(opened, read_set(new, keys=[KEY.public]))
    for message in (old, delta):
        place = data.draw(st.integers(0, 8 * len(message) - 1))
        flipped = bytearray(message)
        flipped[place // 8] ^= 1 << place % 8
        assert is_refused(bytes(flipped), delta=message is delta, old=old)


@given(st.binary(max_size=400), st.booleans())
def test_any_bytes_are_refused_and_nothing_else(data: bytes, delta: bool) -> None:
    for begin in (b"", b"XTRDELT1" if delta else b"XTREVOK1"):
        assert is_refused(begin + data, delta=delta, old=OLD)


def is_refused(data: bytes, *, delta: bool, old: bytes) -> bool:
    try:
        if delta:
            merge(read_set(old, keys=[KEY.public]), read_delta(data, keys=[KEY.public]))
        else:
            read_set(data, keys=[KEY.public]).check_slices()
    except ListRefused:
        return True
    return False


OLD = build(set())
