"""Vaccines and lots in the cells of clerks."""

from __future__ import annotations

import pyarrow as pa
import pytest

from xacthuc.cleaning.vaccines import clean_lots, clean_vaccines, count_edits, read_lot, read_vaccine

VACCINES = [
    ("AstraZeneca", "AstraZeneca", None, None),
    ("A.Z", "AstraZeneca", None, None),
    ("AZ, 210153", "AstraZeneca", "210153", None),
    ("AZ lô CTMAV562", "AstraZeneca", "CTMAV562", None),
    ("VERO CELL l« 202107B1713", "Vero Cell", "202107B1713", None),
    ("AstraZeneca (Anh), ABX2304", "AstraZeneca", "ABX2304", None),
    ("Pfizer FK0592", "Comirnaty", "FK0592", None),
    ("Pfizer - số lô: FK0592", "Comirnaty", "FK0592", None),
    ("Vero Cell – Số lô: 202106C1304 – HSD: 30/11/2021", "Vero Cell", "202106C1304", None),
    ("Moderna Lot 043D21A", "Spikevax", "043D21A", None),
    (", FHO114", None, "FHO114", None),
    ("vắc xin Pfizer", "Comirnaty", None, None),
    ("Vaccine: Moderna", "Spikevax", None, None),
    ("Pfiezr", "Comirnaty", None, "vaccine_misspelt"),
    ("Pzifer/FK0592", "Comirnaty", "FK0592", "vaccine_misspelt"),
    ("Astrazenica", "AstraZeneca", None, "vaccine_misspelt"),
    ("Jansenn", "Janssen", None, "vaccine_misspelt"),
    ("Hayat-Vax (UAE) mới", "Hayat-Vax", None, None),
    ("AZ/Pfizer", None, None, "vaccine_unknown"),
    ("Xyzabc", None, None, "vaccine_unknown"),
    ("QQ", None, None, "vaccine_unknown"),
    ("không rõ", None, None, "vaccine_placeholder"),
    ("-", None, None, None),
]
LOTS = [
    ("FK0592", "Comirnaty", "FK0592", None),
    ("Lô FK0592", "Comirnaty", "FK0592", None),
    ("Số lô: ctmav543 ", "AstraZeneca", "CTMAV543", None),
    ("Lo\u0302 CTMAV543", "AstraZeneca", "CTMAV543", None),
    ("CTM AV543", "AstraZeneca", "CTMAV543", None),
    ("FHO114", "Comirnaty", "FH0114", "lot_letter_mended"),
    ("NJO318A", "AstraZeneca", "NJ0318A", "lot_letter_mended"),
    ("2O2107B1713", None, "202107B1713", "lot_letter_mended"),
    ("F40114", "Comirnaty", "F40114", None),
    ("OOOOO1", "Comirnaty", "OOOOO1", None),
    ("LOXQ", "Comirnaty", "LOXQ", None),
    ("ABX2304", "Comirnaty", "ABX2304", "lot_of_other_vaccine"),
    ("không rõ", "Comirnaty", None, "lot_placeholder"),
    ("-", None, None, "lot_placeholder"),
]


@pytest.mark.parametrize(("text", "vaccine", "lot", "code"), VACCINES, ids=range(len(VACCINES)))
def test_one_vaccine(text: str, vaccine: str | None, lot: str | None, code: str | None) -> None:
    read = read_vaccine(text)
    assert (read.vaccine, read.lot, read.code) == (vaccine, lot, code)


@pytest.mark.parametrize(("text", "vaccine", "lot", "code"), LOTS, ids=range(len(LOTS)))
def test_one_lot(text: str, vaccine: str | None, lot: str | None, code: str | None) -> None:
    assert read_lot(text, vaccine=vaccine) == (lot, code)


def test_columns_are_read_as_their_cells() -> None:
    vaccine, lot, code = clean_vaccines(pa.array([case[0] for case in VACCINES] + [None]))
    got = zip(vaccine.to_pylist(), lot.to_pylist(), code.to_pylist(), strict=True)
    assert list(got) == [case[1:] for case in VACCINES] + [(None, None, None)]
    lots, codes = clean_lots(
        pa.array([case[0] for case in LOTS] + [None]), vaccine=pa.array([case[1] for case in LOTS] + ["Comirnaty"])
    )
    assert list(zip(lots.to_pylist(), codes.to_pylist(), strict=True)) == [case[2:] for case in LOTS] + [(None, None)]


@pytest.mark.parametrize(
    ("first", "second", "edits"),
    [("AB", "AB", 0), ("PFIEZR", "PFIZER", 1), ("ABC", "AC", 1), ("", "AB", 2), ("ABC", "XYZ", 3)],
)
def test_edits_count_neighbours_exchanged_as_one(first: str, second: str, edits: int) -> None:
    assert count_edits(first, second) == edits
