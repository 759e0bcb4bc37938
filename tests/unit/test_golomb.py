"""The coding of sorted hashes: parameters that hold the promised sizes, and bytes that are no coding."""

from __future__ import annotations

import math

import pytest

from xacthuc.certificates.golomb import (
    ERROR,
    NOMINAL,
    QUESTIONS,
    CodingBroken,
    choose_coding,
    choose_rice,
    decode,
    encode,
    has,
)


@pytest.mark.parametrize("nominal", [1, 2, 3, 999, 1_000, 10**6, 3_141_592, 80 * 10**6, NOMINAL])
def test_a_set_of_any_size_keeps_the_error(nominal: int) -> None:
    coding = choose_coding(nominal)
    assert QUESTIONS * nominal * ERROR <= 2**coding.bits < 2 * QUESTIONS * nominal * ERROR
    assert coding.rice < 64  # with its one, a code is a number of the machine
    assert 0 < coding.inner <= 64
    assert coding.bits - 8 <= 64
    assert coding.slices <= 8 <= coding.blocks


def test_the_low_bits_are_those_that_take_least_room() -> None:
    for bits, count in ((62, 10_000), (68, 10_000), (62, 10**6)):
        mean = 2.0**bits / count
        costs = {rice: rice + 1 / (1 - math.exp(-(2.0**rice) / mean)) for rice in range(30, 60)}
        assert choose_rice(bits, count) == min(costs, key=costs.__getitem__)
        assert min(costs.values()) < bits - math.log2(count) + 1.6


def test_a_coding_is_as_it_is_written_down() -> None:
    # 0: no zeros, one, 00; 5: gap 4, one zero, one, 00; 6: gap 0
    assert encode([0, 5, 6], rice=2) == bytes([0b10001001, 0b00000000])
    assert list(decode(bytes([0b10001001, 0]), rice=2, inner=4)) == [0, 5, 6]
    assert encode([], rice=7) == b""
    assert list(decode(b"", rice=7, inner=9)) == []
    assert encode([0, 2, 3], rice=0) == bytes([0b10110000])
    assert list(decode(bytes([0b10110000]), rice=0, inner=3)) == [0, 2, 3]


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (bytes([0b00000001]), "cut off"),  # a one, and no low bits
        (bytes([0b00001110]), "too large"),  # four zeros: 16 and more
        (bytes([0b10000000, 0, 0]), "follows"),
        (bytes(3), "follows"),
    ],
)
def test_what_is_no_coding_is_said(data: bytes, why: str) -> None:
    with pytest.raises(CodingBroken, match=why):
        list(decode(data, rice=2, inner=4))


def test_looking_up_reads_no_further_than_it_must() -> None:
    data = encode([3, 9], rice=2) + bytes(4)  # broken at its end
    assert has(data, 3, rice=2, inner=4)
    assert not has(data, 2, rice=2, inner=4)
    with pytest.raises(CodingBroken):
        has(data, 11, rice=2, inner=4)


def test_numbers_must_rise() -> None:
    with pytest.raises(AssertionError):
        encode([4, 4], rice=2)
