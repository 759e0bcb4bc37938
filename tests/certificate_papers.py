"""What tests of printed certificates share: texts as long as real ones, papers of invented people, foreign readers."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from xacthuc.certificates.issue import Issuer
from xacthuc.certificates.paper import Paper, PrintedDose
from xacthuc.certificates.payload import CountedDose, Holder, build_payload
from xacthuc.certificates.signer import Signer
from xacthuc.certificates.uvci import make_uvci

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"  # of Base45

DOSE = PrintedDose(
    number=2,
    series=2,
    day="2021-09-01",
    vaccine="SARS-CoV-2 inactivated vaccine",
    product="COVID-19 Vaccine (Vero Cell), Inactivated",
    manufacturer="Beijing Institute of Biological Products",
)
PAPER = Paper(
    family="Nguyễn",
    given="Thị Đào",
    family_latin="NGUYEN",
    given_latin="THI<DAO",
    birth_date="1980-02-03",
    nationality="Việt Nam",
    doses=(PrintedDose(1, 2, "2021-08-04", DOSE.vaccine, DOSE.product, DOSE.manufacturer), DOSE),
    country="Việt Nam",
    identifier="URN:UVCI:01:VN:5F0C3A1E9B7D42668A1FD0C2B3E49A71#K",
    evidence="both",
    issuer="Bộ Y tế",
    issued="2022-05-01",
    expires="2023-05-01",
)


def make_text(length: int) -> str:
    """Give a text as long as a certificate's, of its alphabet and as dense."""
    chance = random.Random(length)
    return "HC1:" + "".join(chance.choice(ALPHABET) for _ in range(length - 4))


def issue_text(signer: Signer, *, issued: datetime, expires: datetime) -> str:
    """Give a certificate of an invented person."""
    built = build_payload(
        Holder(PAPER.family, PAPER.given, PAPER.birth_date),
        CountedDose("Vero Cell", 2, 2, date(2021, 9, 1)),
        uvci=make_uvci("a test of keys", country="VN", secret=bytes(range(32))),
        issuer=PAPER.issuer,
        today=issued.date(),
        evidence="both",
    )
    assert built.payload is not None
    return Issuer(signer, country="VN", issued=issued, expires=expires).issue(built.payload)


def draw_pages(pdf: bytes, *, dpi: int = 150) -> list[Any]:
    """Give the pages of a PDF as pictures."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [document[number].render(scale=dpi / 72).to_pil() for number in range(len(document))]
    finally:
        document.close()


def read_words(pdf: bytes) -> str:
    """Give the text of a PDF as a reader takes it out, lines as blanks."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return " ".join(
            " ".join(document[number].get_textpage().get_text_range().split()) for number in range(len(document))
        )
    finally:
        document.close()


def read_by_zbar(picture: Any, *, folder: Path) -> list[str]:
    """Give what zbar reads from a picture; skips aloud where it is not installed."""
    if shutil.which("zbarimg") is None:
        if os.environ.get("XACTHUC_REQUIRE_ALL") == "1":
            pytest.fail("zbarimg is missing")
        pytest.skip("needs zbarimg (Debian: zbar-tools)")
    path = folder / "page.png"
    picture.save(path)
    command = ["zbarimg", "--quiet", "--nodbus", "--raw", "-Sdisable", "-Sqrcode.enable", str(path)]
    read = subprocess.run(command, capture_output=True, check=False, timeout=60)
    return read.stdout.decode().splitlines()
