"""Every way in which clerks damage a value, by class: the one list that the nation and the workbooks share.

`DAMAGES[class].fn(value, rng)` gives the damaged value, or None where this class cannot apply to
this value; it never gives the value back unchanged. `JOINT_DAMAGES[class].fn(value, rng,
other=...)` needs a second value (a relative's number, the old CMND). Values: names in NFC; numbers
and phones as digits; dates in ISO ("YYYY" where only the year is known); sex M or F; products and
lots as in the code lists. The classes are those of the collected facts 4.3 and of the README beside
the sample workbooks. What is not a matter of one value (hidden rows, two people in a cell, a dose
in the title) is made by the hands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from xacthuc.nation import damage_dates as dates
from xacthuc.nation import damage_names as names
from xacthuc.nation import damage_numbers as numbers
from xacthuc.nation import damage_vaccines as vaccines
from xacthuc.nation.chance import Chance

Field = Literal["name", "birth_date", "sex", "number", "phone", "dose_no", "vaccine", "dose_date", "lot", "qr"]


class JointFn(Protocol):
    """A damage that needs a second value."""

    def __call__(self, value: str, rng: Chance, /, *, other: str) -> str | None:
        """Give the damaged value, or None."""
        ...


@dataclass(frozen=True)
class Damage:
    """One class of damage to one field; recoverable: a careful human could restore the value from what is written."""

    class_name: str
    field: Field
    fn: Callable[[str, Chance], str | None]
    recoverable: bool


@dataclass(frozen=True)
class JointDamage:
    """One class of damage that puts another value in the place of this one, or beside it."""

    class_name: str
    field: Field
    fn: JointFn
    recoverable: bool


def _listed(*damages: Damage) -> dict[str, Damage]:
    return {damage.class_name: damage for damage in damages}


DAMAGES: dict[str, Damage] = _listed(
    Damage("name_no_marks", "name", names.lose_marks, False),
    Damage("name_typo", "name", names.mistype, False),
    Damage("name_middle_missing", "name", names.leave_out_word, False),
    Damage("name_abbreviated", "name", names.abbreviate, False),
    Damage("name_given_first", "name", names.put_given_first, True),
    Damage("name_nickname", "name", names.add_nickname, True),
    Damage("name_variant_word", "name", names.use_variant_word, False),
    Damage("name_iy", "name", names.exchange_i_and_y, False),
    Damage("name_tone_placement", "name", names.move_tone, True),
    Damage("name_nfd", "name", names.decompose, True),
    Damage("name_telex", "name", names.leave_telex, True),
    Damage("name_space_or_case", "name", names.spoil_space_or_case, True),
    Damage("name_upper", "name", names.use_capitals, True),
    Damage("encoding_tcvn3", "name", names.use_tcvn3, True),
    Damage("encoding_vni", "name", names.use_vni, True),
    Damage("number_missing", "number", numbers.leave_empty, False),
    Damage("number_placeholder", "number", numbers.write_placeholder, False),
    Damage("number_wrong_length", "number", numbers.change_length, False),
    Damage("number_lost_zero", "number", numbers.lose_zero, True),
    Damage("number_scientific_text", "number", numbers.write_scientific, False),
    Damage("number_punctuation", "number", numbers.punctuate, True),
    Damage("number_letter_for_digit", "number", numbers.write_letter, True),
    Damage("number_wrong_digit", "number", numbers.change_digit, False),
    Damage("birth_wrong", "birth_date", dates.mistake_birth, False),
    Damage("birth_day_month_swapped", "birth_date", dates.swap_day_and_month, False),
    Damage("birth_month_first_text", "birth_date", dates.write_month_first, True),
    Damage("birth_year_only", "birth_date", dates.write_year_only, False),
    Damage("birth_0101_for_year", "birth_date", dates.write_first_of_january, False),
    Damage("birth_impossible", "birth_date", dates.write_impossible, False),
    Damage("birth_missing", "birth_date", numbers.leave_empty, False),
    Damage("sex_wrong", "sex", numbers.write_other_sex, False),
    Damage("sex_missing", "sex", numbers.leave_empty, False),
    Damage("phone_missing", "phone", numbers.leave_empty, False),
    Damage("phone_changed", "phone", numbers.change_phone, False),
    Damage("phone_old_11_digits", "phone", numbers.use_old_phone, True),
    Damage("phone_wrong_length", "phone", numbers.lose_phone_digit, False),
    Damage("phone_lost_zero", "phone", numbers.lose_zero, True),
    Damage("dose_no_wrong", "dose_no", numbers.change_dose_no, False),
    Damage("dose_no_missing", "dose_no", numbers.leave_empty, False),
    Damage("dose_date_wrong", "dose_date", dates.mistake_dose_date, False),
    Damage("dose_date_year_typo", "dose_date", dates.mistype_dose_year, False),
    Damage("dose_date_impossible", "dose_date", dates.write_impossible_dose_date, False),
    Damage("dose_date_missing", "dose_date", numbers.leave_empty, False),
    Damage("vaccine_typo", "vaccine", vaccines.misspell_vaccine, True),
    Damage("vaccine_wrong", "vaccine", vaccines.change_vaccine, False),
    Damage("vaccine_missing", "vaccine", numbers.leave_empty, False),
    Damage("lot_typo", "lot", vaccines.mistype_lot, False),
    Damage("lot_space_or_case", "lot", vaccines.spoil_lot_space_or_case, True),
    Damage("lot_missing", "lot", numbers.leave_empty, False),
    Damage("qr_truncated", "qr", vaccines.truncate_qr, True),
    Damage("qr_six_fields", "qr", vaccines.drop_qr_field, True),
    Damage("qr_mojibake", "qr", vaccines.garble_qr, True),
)

JOINT_DAMAGES: dict[str, JointDamage] = {
    damage.class_name: damage
    for damage in (
        JointDamage("cmnd_used", "number", numbers.use_other_number, False),
        JointDamage("number_both", "number", numbers.write_both, True),
        JointDamage("number_of_other_person", "number", numbers.use_other_number, False),
        JointDamage("phone_of_relative", "phone", numbers.use_other_number, False),
        JointDamage("qr_of_other_person", "qr", numbers.use_other_number, False),
    )
}
