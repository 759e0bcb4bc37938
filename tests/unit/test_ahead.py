"""Work that runs ahead: order, errors, and an early end."""

import threading
from collections.abc import Iterator

import pytest

from xacthuc.runs.ahead import run_ahead


def test_items_come_in_order_from_another_thread() -> None:
    found = list(run_ahead(((n, threading.get_ident()) for n in range(50)), depth=3))
    assert [n for n, _ in found] == list(range(50))
    assert {thread for _, thread in found}.isdisjoint({threading.get_ident()})


def test_an_error_comes_after_the_items_before_it() -> None:
    def fail() -> Iterator[int]:
        yield 1
        raise KeyError("lost")

    items = run_ahead(fail())
    assert next(items) == 1
    with pytest.raises(KeyError, match="lost"):
        next(items)


def test_no_more_is_made_than_was_asked_for_and_no_thread_stays() -> None:
    made: list[int] = []
    before = threading.active_count()

    def count() -> Iterator[int]:
        for n in range(1_000):
            made.append(n)
            yield n

    items = run_ahead(count(), depth=1)
    assert [next(items), next(items)] == [0, 1]
    items.close()  # type: ignore[attr-defined]  # the test is of the wrong type
    assert len(made) <= 4  # two used, one waiting, one in the maker's hand
    assert threading.active_count() == before
