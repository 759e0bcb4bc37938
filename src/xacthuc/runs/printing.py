"""Print the certificates of a file that certify wrote, or texts that somebody brings: PDF, or the QR symbols alone."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, count, islice
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.certificates.paper import PaperRefused
from xacthuc.certificates.paper_text import read_paper
from xacthuc.certificates.press import Form, Press, Sheet
from xacthuc.certificates.qr import SymbolRefused, make_symbol, write_png, write_svg
from xacthuc.engines import writing
from xacthuc.runs.refusals import VerifyRefused

ROWS = 10_000  # read at a time: some 10 MB
STACK = 100  # certificates of one file: the compiler remembers the last ten files, which is 0.5 GB then and 0.9 at 500
SYMBOL_MM = 54.0  # of a symbol that is printed alone; 50 are asked of what a person carries
LIST = "printed.csv"
_NEEDED = ("person_group", "record", "text", "uvci", "nationality", "evidence")

Kind = Form | Literal["qr"]


@dataclass(frozen=True, slots=True)
class Row:
    """A certificate as it lies in a file: its number there, who is meant in references, its text or none."""

    number: int
    text: str | None
    person_group: str = ""
    record: str = ""
    uvci: str | None = None
    nationality: str | None = None
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be printed, and how; without `people` everybody, who else are named by group, record or UVCI."""

    kind: Kind = "a4"
    people: frozenset[str] = frozenset()
    limit: int | None = None
    each: bool = False  # a file for each, instead of one for a stack
    specimen: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What became of one certificate: the file and its first page there, or the code of what forbade it."""

    row: Row
    file: str = ""
    page: int | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """What came of it: certificates, files, people without a certificate, and how often each code was given."""

    certificates: int
    files: int
    without: int
    codes: dict[str, int]


def print_certificates(rows: Iterable[Row], *, out: Path, wanted: Wanted, press: Press) -> Printed:
    """Write what is wanted into `out`, named by numbers, and the list that says where each certificate is.

    The list has references and no names. The same rows give the same files; memory: one stack.
    """
    out.mkdir(parents=True, exist_ok=True)
    found: Counter[str] = Counter()
    files: set[str] = set()
    with writing(out / LIST) as unfinished, unfinished.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["number", "person_group", "record", "uvci", "file", "page", "code"])
        for done in _print_rows(_select(rows, wanted), out=out, wanted=wanted, press=press):
            row = done.row
            writer.writerow([row.number, row.person_group, row.record, row.uvci, done.file, done.page, done.code])
            found[done.code] += 1
            files |= {done.file} - {""}
    without = found.pop("paper_not_issued", 0)
    return Printed(found.pop("", 0), len(files), without, dict(found))


def read_rows(path: Path) -> Iterator[Row]:
    """Give the certificates of a Parquet file, or of a folder of them in the order of their names.

    Raises VerifyRefused where it is no file of certificates.
    """
    parts = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
    if not parts:
        raise VerifyRefused("print_file_unusable", path)
    told = chain.from_iterable(_read_part(part) for part in parts)
    for number, row in enumerate(told, start=1):
        yield Row(number, **row)


def read_texts(texts: Iterable[str]) -> Iterator[Row]:
    """Give certificates of which nothing but the text is known; empty texts are passed over."""
    filled = (text.strip() for text in texts)
    for number, text in enumerate((text for text in filled if text), start=1):
        yield Row(number, text)


def _read_part(path: Path) -> Iterator[dict[str, Any]]:
    try:
        file = pq.ParquetFile(path)
    except (pa.ArrowException, OSError):
        raise VerifyRefused("print_file_unusable", path) from None
    with file:
        if not set(_NEEDED) <= set(file.schema_arrow.names):
            raise VerifyRefused("print_file_unusable", path)
        for batch in file.iter_batches(ROWS, columns=list(_NEEDED)):
            yield from batch.to_pylist()


def _select(rows: Iterable[Row], wanted: Wanted) -> Iterator[Row]:
    people = wanted.people
    kept = (row for row in rows if not people or not people.isdisjoint((row.person_group, row.record, row.uvci)))
    return kept if wanted.limit is None else _stop_after(kept, wanted.limit)


def _stop_after(rows: Iterable[Row], limit: int) -> Iterator[Row]:
    """Give rows until so many have a certificate; those without one that stand before it are told of all the same."""
    left = limit
    for row in rows:
        yield row
        left -= row.text is not None
        if not left:
            return


def _print_rows(rows: Iterator[Row], *, out: Path, wanted: Wanted, press: Press) -> Iterator[Done]:
    if wanted.kind == "qr":
        yield from (_write_symbol(row, out) for row in rows)
        return
    size = 1 if wanted.each else STACK
    for number in count(1):
        stack = list(islice(rows, size))
        if not stack:
            return
        name = f"certificate-{stack[0].number:08}.pdf" if wanted.each else f"certificates-{number:04}.pdf"
        yield from _print_stack(stack, out / name, wanted=wanted, press=press)


def _print_stack(stack: list[Row], path: Path, *, wanted: Wanted, press: Press) -> list[Done]:
    """Print what can be printed of a stack into one file; there is none where nothing can."""
    sheets: list[Sheet] = []
    told: list[Done] = []
    for row in stack:
        try:
            sheets.append(_set_up(row, wanted=wanted, press=press))
        except PaperRefused as refusal:
            told.append(Done(row, code=refusal.code))
        else:
            told.append(Done(row, path.name, 1 + (len(sheets) - 1) * _PAGES.get(wanted.kind, 1)))
    if sheets:
        with writing(path) as unfinished:
            unfinished.write_bytes(press.print_sheets(sheets))
    return told


_PAGES: dict[Kind, int] = {"card": 2}  # of a certificate, where it is not one


def _set_up(row: Row, *, wanted: Wanted, press: Press) -> Sheet:
    assert wanted.kind != "qr", "a symbol alone has no sheet"
    if row.text is None:
        raise PaperRefused("paper_not_issued")
    paper = read_paper(row.text, nationality=row.nationality, evidence=row.evidence)
    return press.set_up(replace(paper, specimen=wanted.specimen), row.text, form=wanted.kind)


def _write_symbol(row: Row, out: Path) -> Done:
    """Write the symbol of a certificate as SVG and PNG, each with its text alternative."""
    if row.text is None:
        return Done(row, code="paper_not_issued")
    try:
        symbol = make_symbol(row.text)
    except SymbolRefused as refusal:
        return Done(row, code=refusal.code)
    path = out / f"qr-{row.number:08}.svg"
    with writing(path) as unfinished:
        unfinished.write_text(write_svg(symbol, side_mm=SYMBOL_MM), encoding="utf-8")
    with writing(path.with_suffix(".png")) as unfinished:
        unfinished.write_bytes(write_png(symbol, side_mm=SYMBOL_MM))
    return Done(row, path.name)
