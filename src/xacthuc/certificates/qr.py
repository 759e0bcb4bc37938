"""The QR symbol of a text: its modules, as SVG and as PNG, each with a text alternative in both languages.

Source: ISO/IEC 18004 (levels, quiet zone, choice of the mask), data/print_sizes.toml (how large it is printed).
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib import resources
from io import BytesIO
from typing import Any, Literal

import numpy as np
import zxingcpp
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from xacthuc.certificates.masks import Changes, choose_mask, list_changes

Level = Literal["L", "M", "Q", "H"]

QUIET_ZONE = 4  # modules of white on each side. Source: ISO/IEC 18004, 6.3.8
LONGEST = 2_400  # signs, looked at first: a symbol of MOST_MODULES holds 2,395 digits at level M
MOST_MODULES = (
    117  # of a side, version 25: at 42 mm a module has 0.36 mm, the least that a cheap phone reads from paper
)
MOST_PIXELS = 4_096  # of a side of a PNG: 15 cm at 600 dots to the inch and some more; a slip of the pen otherwise
MM_PER_INCH = 25.4

ALTERNATIVE_VI = "Mã QR của giấy chứng nhận tiêm chủng. Quét bằng ứng dụng kiểm tra chứng nhận."
ALTERNATIVE_EN = "QR code of a vaccination certificate. Scan it with an application that checks certificates."


class SymbolRefused(Exception):
    """A text becomes no symbol, or none of that size: a code of texts/certificate_paper.toml, nothing of the text."""

    def __init__(self, code: str) -> None:
        """Keep the code."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Symbol:
    """A QR symbol without its quiet zone: `modules` row by row, a byte each, 1 is dark."""

    size: int  # modules of a side
    modules: bytes
    level: Level

    def rows(self) -> list[list[bool]]:
        """Give the modules as a matrix, True is dark."""
        starts = range(0, self.size**2, self.size)
        return [[bool(module) for module in self.modules[at : at + self.size]] for at in starts]


def make_symbol(text: str, *, level: Level = "M") -> Symbol:
    """Give the smallest symbol of a text of printable ASCII, with the mask that ISO/IEC 18004 chooses.

    Raises SymbolRefused. Not checked: what the text says.
    """
    if not 0 < len(text) <= LONGEST:
        raise SymbolRefused("paper_qr_long" if text else "paper_qr_letters")
    if not (text.isascii() and text.isprintable()):
        raise SymbolRefused("paper_qr_letters")
    try:
        grid = _write_grid(text, level=level, mask=0)
    except ValueError:
        raise SymbolRefused("paper_qr_long") from None
    size = len(grid)
    if size > MOST_MODULES:
        raise SymbolRefused("paper_qr_long")
    changes = _find_changes(size, level)
    return Symbol(size, (grid ^ changes.grids[choose_mask(grid, changes)]).tobytes(), level)


@cache
def _find_changes(size: int, level: Level) -> Changes:
    """Give what the masks change; it follows from any text, written as large as `size` modules."""
    version = (size - 17) // 4
    return list_changes(lambda mask: _write_grid("0", level=level, mask=mask, version=version))


def _write_grid(text: str, *, level: Level, mask: int, **wanted: int) -> Any:
    """Give the modules of a symbol with a mask as a matrix of 0 and 1; raises ValueError where it would be too long."""
    made = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode, ec_level=level, data_mask=mask, **wanted)
    return (np.asarray(made.to_image(scale=1, add_quiet_zones=False)) == 0).view(np.uint8)


def write_svg(symbol: Symbol, *, side_mm: float) -> str:
    """Give a symbol with its quiet zone as SVG, `side_mm` wide without it; title and description tell what it is."""
    whole = symbol.size + 2 * QUIET_ZONE
    across = f"{side_mm * whole / symbol.size:.3f}mm"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{across}" height="{across}" viewBox="0 0 {whole} {whole}"'
        ' role="img" aria-labelledby="qr-vi qr-en" shape-rendering="crispEdges">'
        f'<title id="qr-vi" xml:lang="vi">{escape(ALTERNATIVE_VI)}</title>'
        f'<desc id="qr-en" xml:lang="en">{escape(ALTERNATIVE_EN)}</desc>'
        f'<rect width="{whole}" height="{whole}" fill="#fff"/>'
        f'<path stroke="#000" transform="translate({QUIET_ZONE} {QUIET_ZONE}.5)" d="{write_path(symbol)}"/></svg>'
    )


def write_path(symbol: Symbol) -> str:
    """Give the dark modules as the path of an SVG, a module is one unit: a line of width 1 for each run of a row.

    Row 0 lies at 0, so that all numbers are whole: whoever draws it moves it by the half width of a line. Lines and
    not areas: half as much to draw, and no reader of the files has trouble with it.
    """
    grid = np.frombuffer(symbol.modules, np.int8).reshape(symbol.size, symbol.size)
    rows, edges = np.nonzero(np.diff(grid, axis=1, prepend=0, append=0))
    begins = edges[::2]
    runs = zip(begins.tolist(), rows[::2].tolist(), (edges[1::2] - begins).tolist(), strict=True)
    return "".join([_ACROSS[x] + _DOWN[y] + _ALONG[length] for x, y, length in runs])


# The pieces of a path, written once: a symbol has some 1,500 runs.
_ACROSS = [f"M{x}" for x in range(MOST_MODULES)]
_DOWN = [f" {y}h" for y in range(MOST_MODULES)]
_ALONG = [f"{length}" for length in range(MOST_MODULES + 1)]


def write_png(symbol: Symbol, *, side_mm: float, dpi: int = 300) -> bytes:
    """Give a symbol with its quiet zone as PNG: a module is a whole number of pixels, at least `dpi` to the inch.

    The picture says how large it is printed, and carries the alternative. Raises SymbolRefused: too many pixels.
    """
    whole = symbol.size + 2 * QUIET_ZONE
    scale = -int(-side_mm * dpi // (symbol.size * MM_PER_INCH))
    if not 0 < whole * scale <= MOST_PIXELS:
        raise SymbolRefused("paper_qr_size")
    light = 1 - np.frombuffer(symbol.modules, np.uint8).reshape(symbol.size, symbol.size)
    pixels = np.pad(light, QUIET_ZONE, constant_values=1).repeat(scale, axis=0).repeat(scale, axis=1)
    said = PngInfo()
    said.add_itxt("Title", ALTERNATIVE_VI, lang="vi")
    said.add_itxt("Description", ALTERNATIVE_EN, lang="en")
    real = symbol.size * scale * MM_PER_INCH / side_mm
    written = BytesIO()
    Image.fromarray(pixels * np.uint8(255)).convert("1").save(written, "PNG", pnginfo=said, dpi=(real, real))
    return written.getvalue()


@cache
def list_print_sizes() -> dict[str, dict[str, Any]]:
    """Give the official print sizes, as written in data/print_sizes.toml."""
    data = resources.files("xacthuc.certificates") / "data" / "print_sizes.toml"
    return tomllib.loads(data.read_text(encoding="utf-8"))


def is_print_size(side_mm: float, *, use: str) -> bool:
    """Tell whether a symbol, `side_mm` wide without its quiet zone, has the official size for a use of the data."""
    size = list_print_sizes()[use]
    return bool(size["side_mm_least"] <= side_mm <= size.get("side_mm_most", side_mm))
