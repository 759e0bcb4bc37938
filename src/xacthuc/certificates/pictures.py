"""The texts of the QR codes in pictures and PDF files."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from xacthuc.certificates.stages import Unreadable

if TYPE_CHECKING:
    from collections.abc import Iterator

FILE_BYTES = 64 << 20  # a picture of a phone has 12 MB
PIXELS = 100_000_000  # of a picture; phones make 50 million, more than this is a bomb
PAGES = 20  # of a PDF; a certificate has two
DPI = 200, 400  # at which a page is drawn; the second where the first shows nothing
CODES = 50  # of one file
_POINTS = 72  # of an inch
_PDF = b"%PDF-"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"RIFF", b"II*\0", b"MM\0*", b"BM")


def is_drawn(data: bytes) -> bool:
    """Tell whether a file is a picture or a PDF, by how it begins."""
    return data.startswith(_PICTURES) or _is_pdf(data)


def read_codes(data: bytes) -> list[str]:
    """Give the different texts of the QR codes of a picture (PNG, JPEG, GIF, WebP, TIFF) or a PDF, in their order.

    Raises Unreadable where it is neither, too large or damaged, or holds no code.
    """
    if len(data) > FILE_BYTES:
        raise Unreadable("cert_file_unreadable")
    pages = _draw_pages(data) if _is_pdf(data) else _open_picture(data)
    found: dict[str, None] = {}
    for page in pages:
        for text in _find_codes(page):
            found.setdefault(text)
    if not found:
        raise Unreadable("cert_picture_empty")
    return list(found)[:CODES]


def _is_pdf(data: bytes) -> bool:
    return data[:1024].lstrip().startswith(_PDF)


def _open_picture(data: bytes) -> Iterator[Any]:
    from PIL import Image

    try:
        with Image.open(BytesIO(data)) as picture:
            if picture.width * picture.height > PIXELS:
                raise Unreadable("cert_file_unreadable")
            # Through RGBA onto white: a code drawn on nothing is black on black otherwise.
            shown = picture.convert("RGBA")
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError, MemoryError):
        raise Unreadable("cert_file_unreadable") from None
    paper = Image.new("RGBA", shown.size, "white")
    yield Image.alpha_composite(paper, shown).convert("L")


def _draw_pages(data: bytes) -> Iterator[Any]:
    import pypdfium2

    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError:
        raise Unreadable("cert_file_unreadable") from None
    try:
        for number in range(min(len(document), PAGES)):
            page = document[number]
            width, height = page.get_size()
            for dpi in DPI:
                if width * height * (dpi / _POINTS) ** 2 > PIXELS:
                    raise Unreadable("cert_file_unreadable")
                drawn = page.render(scale=dpi / _POINTS, grayscale=True).to_pil()
                yield drawn
                if _find_codes(drawn):
                    break
    except pypdfium2.PdfiumError:
        raise Unreadable("cert_file_unreadable") from None
    finally:
        document.close()


def _find_codes(picture: Any) -> list[str]:
    import zxingcpp

    kinds = zxingcpp.BarcodeFormat
    formats = zxingcpp.BarcodeFormats([kinds.QRCode, kinds.Aztec, kinds.DataMatrix])
    codes = zxingcpp.read_barcodes(picture, formats=formats)
    return [code.text for code in codes if code.valid and code.text]
