"""Prints certificates: a tagged PDF in both languages, as A4, as a card or to fold, with the QR symbol as lines.

The compiler of typst stays warm between two certificates; its templates and fonts lie in `templates/`. What is printed
and what the QR code says are two things: both are given, and here both get their form.

Source: PDF/UA-1 (screen readers), PDF/A-2a (to be kept), ISO/IEC 7810 (CR80 is its ID-1).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from importlib import resources
from pathlib import Path
from typing import Any, Literal

import typst

from xacthuc.certificates.fonts import list_letters
from xacthuc.certificates.paper import Paper, PaperRefused, check_paper, describe
from xacthuc.certificates.qr import QUIET_ZONE, Symbol, SymbolRefused, make_symbol, write_path

Form = Literal["a4", "card", "folding"]  # A4; two sides of a CR80 card; the same on A4, to cut out and fold

SIDES_MM: dict[Form, float] = {"a4": 54.0, "card": 41.5, "folding": 41.5}  # of the symbol; see data/print_sizes.toml
FAMILY = "Noto Sans"  # of the templates
STANDARDS: list[Any] = ["a-2a", "ua-1"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A certificate that was found fit to be printed, in a form."""

    form: Form
    issuer: str
    issued: date
    call: str  # of the template, with all that is printed


class Press:
    """Prints certificates one after the other; to be kept, since it is the first that takes long.

    `fonts` are folders of fonts for scripts that Noto Sans lacks. Not for several threads at once.
    """

    def __init__(self, *, fonts: tuple[Path, ...] = ()) -> None:
        """Read the fonts; raises FontUnusable."""
        folder = Path(str(resources.files("xacthuc.certificates") / "templates"))
        loaded = typst.Fonts(
            include_system_fonts=False,  # the same PDF on every machine
            include_embedded_fonts=False,
            font_paths=[folder / "fonts", *fonts],
        )
        files = {Path(font.path) for font in loaded.fonts() if font.path}
        assert FAMILY in loaded.families(), "without its font typst prints nothing, and says nothing"
        self._letters = frozenset[int]().union(*map(list_letters, sorted(files)))
        self._compiler = typst.Compiler(root=folder, font_paths=loaded, ignore_system_fonts=True)

    def print_pdf(self, paper: Paper, text: str, *, form: Form = "a4") -> bytes:
        """Give a certificate as PDF (A-2a, UA-1); the same values give the same bytes. Raises PaperRefused."""
        return self.print_sheets([self.set_up(paper, text, form=form)])

    def set_up(self, paper: Paper, text: str, *, form: Form = "a4") -> Sheet:
        """Give a certificate as it can be printed; raises PaperRefused.

        Not checked: whether text and paper say the same.
        """
        check_paper(paper, letters=self._letters)
        try:
            symbol = make_symbol(text)
        except SymbolRefused as refusal:
            raise PaperRefused(refusal.code) from None
        told = describe(paper) | _describe_symbol(symbol, side_mm=SIDES_MM[form])
        return Sheet(form, paper.issuer, date.fromisoformat(paper.issued), _write_call(told))

    def print_sheets(self, sheets: Sequence[Sheet]) -> bytes:
        """Give sheets of one form as one PDF, in their order; the file bears issuer and day of the first."""
        first = sheets[0]
        assert {sheet.form for sheet in sheets} == {first.form}, "a file has pages of one size"
        made = self._compiler.compile(
            _write_source(sheets),
            format="pdf",
            pdf_standards=STANDARDS,
            timestamp=datetime.combine(first.issued, time(), UTC),
        )
        assert isinstance(made, bytes), "a PDF is one file"
        return made


def _write_source(sheets: Sequence[Sheet]) -> bytes:
    """Give the program of a file: a call of a template for each certificate."""
    first = sheets[0]
    head = (
        f'#import "{first.form}.typ": certificate',
        '#import "parts.typ": titled',
        f"#show: titled.with({_quote(first.issuer)}, ({first.issued.year}, {first.issued.month}, {first.issued.day}))",
    )
    return "\n".join((*head, *(sheet.call for sheet in sheets))).encode()


def _write_call(told: dict[str, Any]) -> str:
    """Give the call that prints a certificate, its values within a text that is data to typst.

    In any other way of handing them over the compiler would forget what it knows of the templates.
    """
    return f"#certificate(json(bytes({_quote(json.dumps(told, ensure_ascii=False))})))"


def _quote(text: str) -> str:
    """Give a text as typst writes one; it holds no control signs, since no paper does."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _describe_symbol(symbol: Symbol, *, side_mm: float) -> dict[str, Any]:
    """Give the symbol as the templates draw it: lines on white paper, its quiet zone as an empty margin."""
    size = symbol.size
    drawn = f'viewBox="0 -.5 {size} {size}"><path stroke="#000" d="{write_path(symbol)}"/>'
    return {
        "symbol": f'<svg xmlns="http://www.w3.org/2000/svg" {drawn}</svg>',
        "side": side_mm,
        "zone": side_mm * QUIET_ZONE / size,
    }
