"""The classes of damage of the nation's records, and the reason each gives against the register."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

# class -> field and code of texts/matching.toml; None: repaired without doubt, or no matter of identity
REASONS: dict[str, tuple[str, str] | None] = {
    "name_no_marks": ("name", "name_marks_lost"),
    "name_marks_differ": ("name", "name_marks_differ"),
    "name_one_letter": ("name", "name_one_letter"),
    "name_middle_missing": ("name", "name_words_missing"),
    "name_abbreviated": ("name", "name_words_missing"),
    "name_order": ("name", "name_order"),
    "name_variant_word": ("name", "name_variant"),
    "name_iy": ("name", "name_variant"),
    "name_other": ("name", "name_other"),
    "birth_day_month_swapped": ("birth_date", "birth_day_month_swapped"),
    "birth_wrong": ("birth_date", "birth_other"),
    "birth_year_only": ("birth_date", "birth_year_only"),
    "birth_0101_for_year": ("birth_date", "birth_0101_for_year"),
    "birth_full_for_year": ("birth_date", "birth_register_year_only"),
    "birth_missing": ("birth_date", "birth_missing"),
    "sex_wrong": ("sex", "sex_differs"),
    "number_missing": ("number", "number_missing"),
    "number_malformed": ("number", "number_malformed"),
    "number_wrong_digit": ("number", "number_unknown"),
    "number_of_other_person": ("number", "number_of_another_person"),
    "cmnd_used": ("number", "number_old_cmnd"),
    "cmnd_not_in_register": ("number", "number_unknown"),
    "not_in_register": ("number", "number_unknown"),
    "foreigner": None,
    "sex_wrong_mended": None,
    "number_lost_zero": None,
    "number_punctuation": None,
    "number_letter_for_digit": None,
    "number_both": None,
    "name_given_first": None,
    "name_tone_placement": None,
    "name_nfd": None,
    "name_telex": None,
    "encoding_tcvn3": None,
    "encoding_vni": None,
    "name_space_or_case": None,
    "name_upper": None,
    "phone_missing": None,
    "phone_changed": None,
    "phone_of_relative": None,
    "phone_old_11_digits": None,
    "phone_lost_zero": None,
    "moved": None,
    "commune_old_name": None,
    "dose_again": None,
    "dose_no_wrong": None,
    "dose_no_missing": None,
    "dose_date_wrong": None,
    "dose_date_year_typo": None,
    "dose_date_missing": None,
    "vaccine_wrong": None,
    "vaccine_missing": None,
    "vaccine_typo": None,
    "lot_typo": None,
    "lot_space_or_case": None,
    "lot_missing": None,
    "interval_too_short": None,
    "too_young": None,
}
CLASSES = tuple(REASONS)
PLACE = {name: place for place, name in enumerate(CLASSES)}
NUMBER_STATES_LOST = ("number_missing", "number_malformed")  # the number leads nowhere: NO_NUMBER
NUMBER_UNKNOWN = ("number_wrong_digit", "cmnd_not_in_register", "not_in_register")  # NOT_FOUND
DIFFERENCES = tuple(name for name, reason in REASONS.items() if reason and reason[0] != "number")

REASON_TYPE = pa.struct([("field", pa.string()), ("code", pa.string())])


class Marks:
    """Which classes of damage each row of a table has."""

    def __init__(self, size: int) -> None:
        """Begin with none."""
        self.flags: NDArray[np.bool_] = np.zeros((size, len(CLASSES)), bool)

    def set(self, name: str, rows: NDArray[np.int64] | NDArray[np.bool_]) -> None:
        """Mark rows, given by place or by flag."""
        self.flags[rows, PLACE[name]] = True

    def clear(self, name: str, rows: NDArray[np.int64] | NDArray[np.bool_]) -> None:
        """Take a mark back."""
        self.flags[rows, PLACE[name]] = False

    def has(self, *names: str) -> NDArray[np.bool_]:
        """Tell which rows have one of the classes."""
        return np.asarray(self.flags[:, [PLACE[name] for name in names]].any(axis=1))

    def take(self, rows: NDArray[np.int64]) -> Marks:
        """Give the marks of other rows, each as often as it is named."""
        taken = Marks(0)
        taken.flags = self.flags[rows]
        return taken


def list_damage(marks: Marks) -> pa.Array:
    """Give the names of each row's classes as lists."""
    rows, places = np.nonzero(marks.flags)
    return _as_lists(pa.array(CLASSES).take(pa.array(places)), rows=rows, size=len(marks.flags))


def expect_identity(marks: Marks) -> tuple[pa.Array, NDArray[np.int64]]:
    """Give each row's expected identity, and its number for `expect_reasons`.

    1 passport: FOREIGN  2 no number, or malformed: NO_NUMBER  3 nobody in the register holds it: NOT_FOUND
    4 somebody else holds it, or it is the person's own and a field differs: MISMATCH  5 MATCHED
    """
    values = ("FOREIGN", "NO_NUMBER", "NOT_FOUND", "MISMATCH", "MATCHED")
    number = np.select(
        [
            marks.has("foreigner"),
            marks.has(*NUMBER_STATES_LOST),
            marks.has(*NUMBER_UNKNOWN),
            marks.has("number_of_other_person", *DIFFERENCES),
        ],
        [0, 1, 2, 3],
        4,
    )
    return pa.array(values).take(pa.array(number)), number


def expect_reasons(marks: Marks, *, identity: NDArray[np.int64]) -> pa.Array:
    """Give the reasons of each row: of each field that differs where the number is one's own, else of the number."""
    flags = marks.flags.copy()
    own = (identity >= 3) & ~marks.has("number_of_other_person")
    for name, reason in REASONS.items():
        if reason is None:
            flags[:, PLACE[name]] = False
        elif reason[0] != "number":
            flags[:, PLACE[name]] &= own
    flags[identity == 0] = False
    lost = marks.has(*NUMBER_STATES_LOST)
    flags[lost, PLACE["not_in_register"]] = False
    rows, places = np.nonzero(flags)
    known = [reason or ("", "") for reason in REASONS.values()]
    structs = pa.StructArray.from_arrays(
        [pa.array([reason[part] for reason in known]).take(pa.array(places)) for part in (0, 1)],
        fields=list(REASON_TYPE),
    )
    return _as_lists(structs, rows=rows, size=len(flags))


def _as_lists(values: pa.Array, *, rows: NDArray[np.int64], size: int) -> pa.Array:
    offsets = np.concatenate(([0], np.cumsum(np.bincount(rows, minlength=size))))
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), values)
