"""Sex in words, figures and marks, and what number and name say about it."""

from __future__ import annotations

import pyarrow as pa
import pytest

from xacthuc.cleaning.sexes import clean_sexes, restore_sexes


@pytest.mark.parametrize(
    ("text", "sex"),
    [
        ("Nam", "M"),
        ("NỮ", "F"),
        ("nu", "F"),
        ("N÷", "F"),
        ("Nöõ", "F"),
        ("M", "M"),
        ("f", "F"),
        ("trai", "M"),
        ("Bé gái", "F"),
        ("ông", "M"),
        ("bà", "F"),
        ("1", "M"),
        ("0", "F"),
        ("2", "F"),
        ("1.0", "M"),
        ("Giới tính: Nam", "M"),
        (" nữ. ", "F"),
        ("?", None),
        ("x", None),
        ("nam nữ", None),
        ("N", None),
        ("männlich", "M"),
        ("weiblich", "F"),
        ("Homme", "M"),
        ("femme", "F"),
        ("masculin", "M"),
        ("Féminin", "F"),
        ("hombre", "M"),
        ("MUJER", "F"),
        ("masculino", "M"),
        ("femenino", "F"),
        ("uomo", "M"),
        ("donna", "F"),
        ("H", None),
    ],
)
def test_words_and_figures(text: str, sex: str | None) -> None:
    value, code = clean_sexes(pa.array([text]))
    assert value[0].as_py() == sex
    assert code[0].as_py() == (None if sex else "sex_unreadable")


def test_figures_mean_what_the_sheet_means() -> None:
    value, _ = clean_sexes(pa.array(["0", "1"]), codes=(("0", "M"), ("1", "F")))
    assert value.to_pylist() == ["M", "F"]


def test_a_mark_under_one_sex_leaves_the_other_for_empty_cells() -> None:
    value, code = clean_sexes(pa.array(["x", None, "nam", "X"]), marked="F")
    assert value.to_pylist() == ["F", "M", "M", "F"]
    assert code.null_count == 4


@pytest.mark.parametrize(
    ("cell", "number", "key", "sex", "code"),
    [
        (None, "F", "LEc<HOA", "F", "sex_from_number"),
        (None, None, "LEc<THIj<HOA", None, None),
        ("M", "F", "LEc<THIj<HOA", "F", "sex_mended"),
        ("F", "M", "LEc<VAbN<AN", "M", "sex_mended"),
        ("M", "F", "LEc<HOA", "M", "sex_differs_from_number"),
        ("M", "F", "LEc<THI<HOA", "M", "sex_differs_from_number"),
        ("M", "F", "LEc<VAbN<THIj", "M", "sex_differs_from_number"),
        ("M", "M", "LEc<THIj<HOA", "M", None),
        ("M", "F", None, "M", "sex_differs_from_number"),
    ],
)
def test_number_and_name_together_mend_a_sex(
    cell: str | None, number: str | None, key: str | None, sex: str | None, code: str | None
) -> None:
    columns = [pa.array([value], pa.string()) for value in (cell, number, key)]
    value, codes = restore_sexes(columns[0], number=columns[1], name_key=columns[2])
    assert (value[0].as_py(), codes[0].as_py()) == (sex, code)
