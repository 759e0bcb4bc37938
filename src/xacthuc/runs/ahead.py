"""Work that runs ahead in a thread of its own: the next item is made while the last one is used."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from typing import Generic, TypeVar, cast

T = TypeVar("T")

_PATIENCE = 0.1  # seconds between looks whether anybody still waits for the items


class _End(Exception):
    """The items have ended."""


class _Relay(Generic[T]):
    """A thread that takes items from an iterator, a few ahead of those who use them."""

    def __init__(self, items: Iterator[T], *, depth: int) -> None:
        self._items = items
        self._queue: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(depth)
        self._wanted = True
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            for item in self._items:
                if not self._put((item, None)):
                    return
            self._put((None, _End()))
        except BaseException as error:  # noqa: BLE001 - raised again where the items are used
            # It is raised where the items are used, whatever it is.
            self._put((None, error))

    def _put(self, entry: tuple[T | None, BaseException | None]) -> bool:
        while self._wanted:
            try:
                self._queue.put(entry, timeout=_PATIENCE)
            except queue.Full:
                continue
            return True
        return False

    def get(self) -> T:
        """Give the next item; what the iterator raised is raised here."""
        item, error = self._queue.get()
        if error is not None:
            raise error
        return cast("T", item)

    def leave(self) -> None:
        """Want no more items, and wait until the thread has ended."""
        self._wanted = False
        self._thread.join()


def run_ahead(items: Iterator[T], *, depth: int = 1) -> Iterator[T]:
    """Give the items of an iterator in order, made in a thread of their own up to `depth` before they are asked for.

    What the iterator raises is raised at the same place. Not checked: that nobody else uses what the iterator uses.
    """
    relay = _Relay(items, depth=depth)
    try:
        while True:
            try:
                item = relay.get()
            except _End:
                return
            yield item
    finally:
        relay.leave()
