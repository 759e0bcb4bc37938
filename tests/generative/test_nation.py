"""Whatever the seed: the truth of a nation says no more and no less than what its claims and register show."""

import sys
import unicodedata
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit"))
from nation_tables import make_nation

PEOPLE, DOSES = 1500, 900
HARMLESS_TEXT = {"name_nfd", "name_telex", "encoding_tcvn3", "encoding_vni", "name_given_first", "name_tone_placement"}


@cache
def nation_of(seed):
    with TemporaryDirectory() as folder:
        return make_nation(Path(folder), people=PEOPLE, doses=DOSES, seed=seed)


def plain(name):
    return " ".join(unicodedata.normalize("NFC", name).replace("\u00a0", " ").upper().split())


def bare(name):
    letters = (letter for letter in unicodedata.normalize("NFD", plain(name)) if not unicodedata.combining(letter))
    return "".join(letters).replace("Đ", "D")


def iso(text):
    if text is None or "/" not in text:
        return text
    day, month, year = text.split("/")
    return f"{year}-{int(month):02d}-{int(day):02d}"


def swapped(birth):
    return f"{birth[:4]}-{birth[8:]}-{birth[5:7]}"


def says_of_name(claim, person):
    one, other = plain(claim["name"]), plain(person["name"])
    if one == other:
        return set()
    if bare(one) == bare(other):
        return {"name_marks_lost" if one == bare(one) else "name_marks_differ"}
    if sorted(bare(one).split()) == sorted(bare(other).split()):
        return {"name_order"}
    return {"name_one_letter", "name_words_missing", "name_variant", "name_other"}


def says_of_birth(claim, person):
    one, other = iso(claim["birth_date"]), person["birth_date"]
    if one == other:
        return set()
    if one is None:
        return {"birth_missing"}
    if len(one) == len(other) == 10 and one == swapped(other):
        return {"birth_day_month_swapped"}
    if one[:4] != other[:4] or len(one) == len(other) == 10:
        return {"birth_other"}
    if len(one) == 4:
        return {"birth_year_only"}
    return {"birth_0101_for_year" if one.endswith("-01-01") else "birth_register_year_only"}


def check_own(claim, truth, person):
    codes = {reason["field"]: reason["code"] for reason in truth["expected_reasons"]}
    if not HARMLESS_TEXT & set(truth["damage"]):
        shown = says_of_name(claim, person)
        assert (codes.get("name") in shown) if shown else ("name" not in codes)
    shown = says_of_birth(claim, person)
    assert ({codes["birth_date"]} if "birth_date" in codes else set()) == shown
    differs = {"Nam": "M", "Nữ": "F"}[claim["sex"]] != person["sex"]
    assert differs == (codes.get("sex") == "sex_differs" or "sex_wrong_mended" in truth["damage"])
    assert ("number" in codes) == ("cmnd_used" in truth["damage"])
    wrong = set(codes) - {"number"}
    assert truth["expected_identity"] == ("MISMATCH" if wrong else "MATCHED")


def digits(text):
    return "".join(letter for letter in text or "" if letter.isdigit())


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**31))
def test_the_truth_agrees_with_what_is_written(seed):
    nation = nation_of(seed)
    register = {person["id"]: person for person in nation["register"].to_pylist()}
    held = {person[column] for person in register.values() for column in ("number12", "number9") if person[column]}
    for claim, truth in zip(nation["claims"].to_pylist(), nation["truth"].to_pylist(), strict=True):
        person, number = register.get(truth["person"]), claim["number"]
        if truth["number_own"]:
            check_own(claim, truth, person)
            spelt = {"number_lost_zero", "number_letter_for_digit", "number_both"} & set(truth["damage"])
            assert spelt or digits(number.removesuffix(".0")) in (person["number12"], person["number9"])
            continue
        codes = {reason["code"] for reason in truth["expected_reasons"]}
        identity = truth["expected_identity"]
        if identity == "FOREIGN":
            assert number[0].isalpha()
            assert codes == set()
        elif identity == "NO_NUMBER":
            assert codes == {"number_missing" if not number else "number_malformed"}
        elif identity == "NOT_FOUND":
            assert codes == {"number_unknown"}
            assert number not in held
        else:
            assert codes == {"number_of_another_person"}
            assert number in held - {person["number12"], person["number9"]}
