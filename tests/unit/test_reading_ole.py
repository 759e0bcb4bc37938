"""The old container: small streams, long tables, and tables that lie."""

import struct

import pytest

from xacthuc.reading.ole import MAGIC, OleDamaged, open_ole, read_book

END, FREE, TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


def build_ole(stream: bytes, *, far: bool = False, said: int | None = None, shift: int = 9) -> bytes:
    """A compound file: sector 0 the table, 1 the directory, 2 the small table, 3 the far table, then the stream."""
    small = len(stream) < 4096
    body = [stream[i : i + 512].ljust(512, b"\0") for i in range(0, len(stream), 512)]
    table = [TABLE, END, END, END] + [n + 1 for n in range(4, 4 + len(body))]
    if body:
        table[-1] = END
    size = len(stream) if said is None else said
    root = entry("Root Entry", 5, 4 if small else END, len(stream) if small else 0)
    mini = [n + 1 for n in range((len(stream) + 63) // 64)]
    mini[-1] = END
    first = 0 if small else 4
    head = bytearray(512)
    head[:8] = MAGIC
    struct.pack_into("<H", head, 30, shift)
    struct.pack_into("<I4xIIIII", head, 48, 1, 4096, 2 if small else END, 1, 3 if far else END, 1 if far else 0)
    places = [FREE if far else 0] + [FREE] * 108
    struct.pack_into("<109I", head, 76, *places)
    tables = struct.pack("<128I", *(table + [FREE] * (128 - len(table))))
    directory = (root + entry("Workbook", 2, first, size)).ljust(512, b"\0")
    smalls = struct.pack(f"<{len(mini)}I", *mini).ljust(512, b"\xff") if small else b"\0" * 512
    distant = struct.pack("<128I", 0, *([FREE] * 126), END)
    return bytes(head) + tables + directory + smalls + distant + b"".join(body)


def entry(name: str, kind: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    data = bytearray(128)
    data[: len(text)] = text
    struct.pack_into("<HB", data, 64, len(text), kind)
    struct.pack_into("<II", data, 116, start, size)
    return bytes(data)


@pytest.mark.parametrize("stream", [b"ab" * 500, b"cd" * 3000], ids=["small", "large"])
@pytest.mark.parametrize("far", [False, True], ids=["near", "far"])
def test_streams_are_read(stream: bytes, far: bool) -> None:
    assert open_ole(build_ole(stream, far=far)).read("Workbook") == stream


def test_what_does_not_fit_is_damage() -> None:
    whole = build_ole(b"cd" * 3000)
    with pytest.raises(OleDamaged):
        open_ole(build_ole(b"cd" * 3000, said=9000)).read("Workbook")
    with pytest.raises(OleDamaged):
        open_ole(build_ole(b"cd" * 3000, shift=7))
    with pytest.raises(OleDamaged):
        open_ole(whole[:512])
    circle = bytearray(build_ole(b"cd" * 3000, far=True))
    struct.pack_into("<I", circle, 512 * 5 - 4, 3)
    with pytest.raises(OleDamaged):
        open_ole(bytes(circle))


def test_records_tell_dates_and_hidden_parts() -> None:
    def record(kind: int, body: bytes) -> bytes:
        return struct.pack("<HH", kind, len(body)) + body

    head = record(0x809, b"\0" * 16) + record(0x22, b"\1\0")
    sheet = record(0x809, b"\0" * 16) + record(0x208, struct.pack("<H10xB3x", 7, 0x20))
    sheet += record(0x7D, struct.pack("<HH4xB3x", 2, 3, 1))
    name = record(0x85, struct.pack("<IHBB", len(head) + 13, 0, 1, 0) + b"A")
    facts = read_book(head + name + sheet)
    assert (facts.date_system, facts.encrypted) == (1904, False)
    assert facts.hidden_rows == {"A": frozenset({7})}
    assert facts.hidden_columns == {"A": frozenset({2, 3})}
