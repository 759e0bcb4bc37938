"""Read the chain out of the database of a platform into a file: `xacthuc audit export`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psycopg
from psycopg.rows import dict_row

from xacthuc_server.audit.chain import read_ranges, write_event, write_seal

EVENTS = "SELECT id, at, who, organisation, what, about, why, more FROM audit_event WHERE id = ANY(%s) ORDER BY id"
SEALS = "SELECT number, at, events, count, previous, digest FROM audit_seal ORDER BY number"


def export_chain(address: str, to: Path) -> tuple[int, int]:
    """Write all seals and their events as they stand at one moment; gives how many of each.

    What is not sealed yet waits. The file appears whole or not at all.
    """
    seals = events = 0
    unfinished = to.with_name(f"{to.name}.unfinished")
    with unfinished.open("w", encoding="utf-8") as file:
        for line, is_seal in _list_lines(address):
            file.write(line)
            seals, events = seals + is_seal, events + (not is_seal)
    unfinished.replace(to)
    return seals, events


def _list_lines(address: str) -> Iterator[tuple[str, bool]]:
    with psycopg.connect(address, row_factory=dict_row) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        for seal in connection.execute(SEALS).fetchall():
            yield write_seal(seal), True
            for event in connection.execute(EVENTS, [read_ranges(seal["events"])]):
                yield write_event(event), False
