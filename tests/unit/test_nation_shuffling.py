import numpy as np
import pytest

from xacthuc.nation.shuffling import mix, permute, rank_within, restore, unit


@pytest.mark.parametrize(("left", "right"), [(1000, 1000), (1000, 37), (7, 5000), (1, 12)])
def test_a_permutation_gives_each_place_once_and_can_be_traced_back(left, right):
    ranks = np.arange(left * right)
    places = permute(ranks, left=left, right=right, key=5)
    assert np.array_equal(np.sort(places), ranks)
    assert np.array_equal(restore(places, left=left, right=right, key=5), ranks)


def test_ranges_and_keys_go_by_element():
    ranks, right, key = np.array([5, 5, 5]), np.array([10, 20, 10]), np.array([1, 1, 2])
    together = permute(ranks, left=10, right=right, key=key)
    apart = [int(permute(ranks[:1], left=10, right=int(r), key=int(k))[0]) for r, k in zip(right, key, strict=True)]
    assert together.tolist() == apart


def test_neighbouring_ranks_lie_apart():
    steps = np.diff(permute(np.arange(100_000), left=1000, right=1000, key=9))
    assert len(np.unique(steps)) > 90_000


@pytest.mark.parametrize(("a", "b"), [(1, 2), (17, 18), (41, 43)])
def test_keys_give_numbers_that_know_nothing_of_each_other(a, b):
    values = np.arange(200_000)
    table = np.histogram2d(unit(values, key=a), unit(values, key=b), bins=10)[0]
    expected = table.sum() / 100
    assert ((table - expected) ** 2 / expected).sum() < 99 + 5 * np.sqrt(2 * 99)


def test_mixing_changes_half_the_bits_when_one_changes():
    values = np.arange(10_000)
    changed = mix(values, key=3) ^ mix(values ^ 1, key=3)
    bits = np.unpackbits(changed.view(np.uint8)).mean()
    assert 0.49 < bits < 0.51


def test_ranks_count_within_each_cell_in_order():
    assert rank_within(np.array([3, 1, 3, 3, 1])).tolist() == [0, 0, 1, 2, 1]
    assert rank_within(np.array([], np.int64)).tolist() == []
