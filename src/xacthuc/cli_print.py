"""The command that puts certificates on paper."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from xacthuc.cli_paths import FOLDER, PLACE

if TYPE_CHECKING:
    from xacthuc.runs.printing import Printed, Row

PRINTED, NOT_ALL = 0, 1
MOST_TEXT_BYTES = 64 << 20  # of a file of texts: a province's, at 600 bytes each
_PREFIX = "HC1:"


@click.command(name="print")
@click.argument("certificates")
@click.option("--out", required=True, type=FOLDER, help="Folder for the files; printed.csv there says where each is.")
@click.option(
    "--form",
    "kind",
    type=click.Choice(["a4", "card", "folding", "qr"]),
    default="a4",
    show_default=True,
    help="A4; two sides of a bank card; a card to fold; the QR code alone (SVG and PNG).",
)
@click.option("--person", "people", multiple=True, help="Only this person_group, record or UVCI; may be repeated.")
@click.option("--limit", type=click.IntRange(1), help="At most so many certificates.")
@click.option("--each", is_flag=True, help="A file for each person instead of one for every 100.")
@click.option("--specimen", is_flag=True, help="Print MẪU · SPECIMEN across it.")
@click.option("--fonts", type=FOLDER, multiple=True, help="More fonts, for scripts that Noto Sans lacks.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one JSON object.")
def print_(
    certificates: str, *, out: Path, fonts: tuple[Path, ...], people: tuple[str, ...], as_json: bool, **how: Any
) -> None:
    """Print CERTIFICATES: the Parquet file that `certify` wrote, a file of texts (one a line), or one text.

    Files are named by numbers and never by people. Signatures are not checked: that is `check`.

    Exit code 0: all are printed; 1: some are not, or there was nothing to print; 2: the command cannot be used.
    """
    from xacthuc.certificates.fonts import FontUnusable
    from xacthuc.certificates.press import Press
    from xacthuc.runs.printing import Wanted, print_certificates
    from xacthuc.runs.refusals import VerifyRefused

    try:
        press = Press(fonts=fonts)
    except FontUnusable:
        raise VerifyRefused("print_font_unusable", ", ".join(map(str, fonts))) from None
    wanted = Wanted(people=frozenset(people), **how)
    done = print_certificates(_read_rows(certificates), out=out, wanted=wanted, press=press)
    click.echo(_write_json(done, out) if as_json else _write_words(done, out))
    sys.exit(PRINTED if done.certificates and not done.codes else NOT_ALL)


def _read_rows(given: str) -> Iterator[Row]:
    """Give the certificates that are meant; a text is told by its beginning, a Parquet file by its name."""
    from xacthuc.runs.printing import read_rows, read_texts
    from xacthuc.runs.refusals import VerifyRefused

    if given.startswith(_PREFIX):
        return read_texts([given])
    path = Path(PLACE.convert(given, None, None))
    if path.is_dir() or path.suffix == ".parquet":
        return read_rows(path)
    with path.open("rb") as stream:
        data = stream.read(MOST_TEXT_BYTES + 1)
    if len(data) > MOST_TEXT_BYTES or b"\0" in data:
        raise VerifyRefused("print_file_unusable", path)
    return read_texts(data.decode("utf-8", errors="replace").split("\n"))


def _write_json(done: Printed, out: Path) -> str:
    told = {"out": str(out), "printed": done.certificates, "files": done.files, "without": done.without}
    return json.dumps(told | {"codes": done.codes}, ensure_ascii=False)


def _write_words(done: Printed, out: Path) -> str:
    from xacthuc.findings import get_code

    lines = [
        f"Đã in {done.certificates:,} chứng nhận vào {done.files:,} tệp, {done.without:,} người chưa có: {out}",
        f"{done.certificates:,} certificates in {done.files:,} files, {done.without:,} people without one: {out}",
    ]
    for name, number in sorted(done.codes.items()):
        code = get_code(name)
        lines += [f"  {number:,} {name}", f"    {code.vi}", f"    {code.en}"]
    return "\n".join(lines)
