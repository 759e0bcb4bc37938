"""A nation of 60,000: who lives in it, what happened to them, and that nothing is related that is not in life."""

import unicodedata
from collections import Counter, defaultdict
from itertools import pairwise

import numpy as np
import pytest
from nation_tables import make_nation

from xacthuc.codes.units import load_units
from xacthuc.codes.vaccines import get_vaccine, list_products_of_shape
from xacthuc.nation import describe_nation

PEOPLE, DOSES = 60_000, 36_000
PYRAMID = {(0, 14): 0.243, (15, 24): 0.133, (25, 64): 0.54, (65, 120): 0.086}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("nation")


@pytest.fixture(scope="module")
def nation(folder):
    return make_nation(folder, people=PEOPLE, doses=DOSES, seed=20)


@pytest.fixture(scope="module")
def people(nation):
    return nation["register"].to_pylist()


def chi_square_is_of_chance(a, b):
    """Tell whether two columns of small whole numbers are as unrelated as chance leaves them (five deviations)."""
    table = np.zeros((max(a) + 1, max(b) + 1))
    np.add.at(table, (np.array(a), np.array(b)), 1)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    freedom = (table.shape[0] - 1) * (table.shape[1] - 1)
    return ((table - expected) ** 2 / expected).sum() < freedom + 5 * np.sqrt(2 * freedom)


def test_everybody_is_there_once(nation):
    register = nation["register"]
    assert register.num_rows == PEOPLE
    for column in ("id", "number12"):
        assert len(set(register[column].to_pylist())) == PEOPLE
    assert nation["population"]["people"].to_numpy().sum() == PEOPLE


def test_old_numbers_repeat_only_in_the_block_that_was_issued_twice(people):
    counts = Counter(person["number9"] for person in people if person["number9"])
    assert all(number.startswith("2714") or number == "271500000" for number, count in counts.items() if count > 1)


def test_ages_follow_the_pyramid(people):
    years = np.array([int(person["birth_date"][:4]) for person in people])
    for (low, high), share in PYRAMID.items():
        found = ((2021 - years >= low) & (2021 - years <= high)).mean()
        assert found == pytest.approx(share, abs=0.02)


def test_sexes_are_even_and_the_old_more_often_lack_a_day_of_birth(people):
    assert np.mean([person["sex"] == "F" for person in people]) == pytest.approx(0.505, abs=0.015)
    old = [len(person["birth_date"]) == 4 for person in people if person["birth_date"] < "1955"]
    young = [len(person["birth_date"]) == 4 for person in people if "1960" < person["birth_date"] < "1985"]
    assert np.mean(old) > 3 * np.mean(young) > 0


def test_places_are_units_of_2021(people):
    tree = load_units("2021")
    for person in people[:: PEOPLE // 500]:
        unit = tree.get(person["commune_code"])
        assert unit.full_name == person["commune"]
        assert [above.full_name for above in tree.ancestors(unit.code)] == [person["district"], person["province"]]


def test_names_are_of_their_region(people):
    first = defaultdict(Counter)
    for person in people:
        first[person["province"]][person["name"].split()[0]] += 1
    assert first["Thành phố Hồ Chí Minh"]["Huỳnh"] > 5 * first["Thành phố Hồ Chí Minh"]["Hoàng"]
    assert first["Thành phố Hà Nội"]["Vũ"] > 5 * first["Thành phố Hà Nội"]["Võ"]
    assert first["Tỉnh Sơn La"]["Lò"] > 0
    assert first["Tỉnh Trà Vinh"]["Thạch"] > 0
    assert 0.3 < sum(one["Nguyễn"] for one in first.values()) / PEOPLE < 0.4


@pytest.mark.parametrize(("sex", "word"), [("M", "Văn"), ("F", "Thị")])
def test_middle_names_went_out_of_fashion(people, sex, word):
    def share(low, high):
        of_age = [
            person["name"].split()[1]
            for person in people
            if person["sex"] == sex and low <= person["birth_date"] < high
        ]
        return np.mean([middle == word for middle in of_age])

    assert share("1900", "1965") > 0.7
    assert share("2000", "2022") < 0.35


def test_nobody_has_the_same_word_twice_as_a_name(people):
    assert sum(person["name"].split()[-1] == person["name"].split()[-2] for person in people) < PEOPLE * 0.001


def test_households_share_phones_and_family_names(people):
    by_phone = defaultdict(list)
    for person in people:
        if person["phone"]:
            by_phone[person["phone"]].append(person)
    shared = [group for group in by_phone.values() if len(group) > 1]
    assert len(shared) > PEOPLE * 0.1
    same_name = np.mean([len({person["name"].split()[0] for person in group}) < len(group) for group in shared])
    assert same_name > 0.6
    assert 0.03 < np.mean([person["phone"] is None for person in people]) < 0.15


def test_there_are_twins_whose_names_are_close(people):
    pairs = [
        (one["name"], other["name"])
        for one, other in pairwise(people)
        if one["birth_date"] == other["birth_date"] and len(one["birth_date"]) == 10 and one["phone"] == other["phone"]
        and one["name"].split()[0] == other["name"].split()[0]
    ]  # fmt: skip
    assert len(pairs) > 50
    assert all(one != other for one, other in pairs)
    assert sum(one.split()[:-1] == other.split()[:-1] for one, other in pairs) > len(pairs) * 0.25


def test_columns_know_nothing_of_each_other(people):
    given = {word: place for place, (word, _) in enumerate(
        Counter(person["name"].split()[-1] for person in people if person["sex"] == "F").most_common(12))}  # fmt: skip
    rows = [
        person for person in people
        if person["sex"] == "F" and person["name"].split()[-1] in given and len(person["birth_date"]) == 10
    ]  # fmt: skip
    columns = {
        "given": [given[person["name"].split()[-1]] for person in rows],
        "day": [int(person["birth_date"][8:]) for person in rows],
        "month": [int(person["birth_date"][5:7]) for person in rows],
        "commune": [int(person["commune_code"]) % 11 for person in rows],
        "serial": [int(person["number12"][-2:]) // 10 for person in rows],
        "phone": [int((person["phone"] or "0")[-1]) for person in rows],
        "insurance": [int((person["insurance"] or "0")[-1]) for person in rows],
    }
    names = list(columns)
    for place, one in enumerate(names):
        for other in names[place + 1 :]:
            assert chi_square_is_of_chance(columns[one], columns[other]), (one, other)


def test_damages_of_two_profiles_of_a_person_are_independent(nation):
    lost = defaultdict(dict)
    for row in nation["truth"].to_pylist():
        lost[row["human"]][row["profile"]] = "name_no_marks" in row["damage"]
    pairs = [list(flags.values())[:2] for flags in lost.values() if len(flags) > 1]
    both = np.mean([one and other for one, other in pairs])
    assert len(pairs) > 500
    assert both < 0.06  # 15 % of 15 % and no more; alike profiles are one profile


def test_doses_are_all_accounted_for(nation):
    given = nation["sessions"]["given"].to_numpy().sum()
    recorded = nation["sessions"]["recorded"].to_numpy().sum()
    assert given == DOSES
    assert recorded + nation["unrecorded"].num_rows == DOSES
    assert len(set(nation["truth"]["dose"].to_pylist())) == recorded
    assert nation["claims"]["record"].to_pylist() == nation["truth"]["record"].to_pylist()
    assert len(set(nation["claims"]["record"].to_pylist())) == nation["claims"].num_rows


def test_histories_are_plausible_but_for_a_few(nation):
    doses = {}
    for table in ("truth", "unrecorded"):
        for row in nation[table].to_pylist():
            doses.setdefault(row.get("human") or row["person"], {})[row["dose_no"]] = row
    early = 0
    for history in doses.values():
        for number in (2, 3):
            if number in history and number - 1 in history:
                gap = np.datetime64(history[number]["dose_date"]) - np.datetime64(history[number - 1]["dose_date"])
                assert gap > np.timedelta64(0)
                early += gap < np.timedelta64(14, "D")
        for dose in history.values():
            assert dose["dose_date"] >= get_vaccine(dose["vaccine"]).licensed_from
            assert dose["dose_date"] <= "2021-10-21"
    assert early < DOSES * 0.004


def test_products_come_and_go_as_they_did(nation):
    by_month = defaultdict(Counter)
    for row in nation["truth"].to_pylist():
        by_month[row["dose_date"][:7]][row["vaccine"]] += 1
    assert by_month["2021-05"].keys() == {"AstraZeneca"}
    assert by_month["2021-10"]["Comirnaty"] > by_month["2021-10"]["Spikevax"] > 0
    assert by_month["2021-10"]["Abdala"] > 0


def test_lots_have_the_shape_of_their_product_and_were_there(nation):
    lots = {lot["lot"]: lot for lot in nation["lots"].to_pylist()}
    for lot in lots.values():
        assert lot["vaccine"] in list_products_of_shape(lot["lot"])
    late = sum(row["dose_date"] < lots[row["lot"]]["arrived"] for row in nation["truth"].to_pylist())
    assert late == 0


def test_more_was_delivered_than_given(nation):
    delivered = nation["deliveries"]["doses"].to_numpy().sum()
    assert delivered / DOSES == pytest.approx(1.42, abs=0.03)
    assert set(nation["deliveries"]["product"].to_pylist()) >= {"AstraZeneca", "Comirnaty", "Vero Cell"}


def test_sessions_name_sites_and_units_that_exist(nation):
    tree = load_units("2021")
    sites = {site["site"]: site for site in nation["sites"].to_pylist()}
    for session in nation["sessions"].to_pylist()[::200]:
        assert sites[session["site"]]["unit"] == session["unit"]
        assert tree.get(session["unit"]) is not None


def test_the_published_totals_come_out(folder, nation):
    described = describe_nation(folder)
    assert described["people"] == PEOPLE
    assert described["doses"] == DOSES
    assert described["residual"] >= 0.09
    assert described["vaccinated"] < described["profiles"]
    tolerance = {"delivered_for_each_given": 0.03}
    for name, total in described["totals"].items():
        assert total["realised"] == pytest.approx(total["published"], abs=tolerance.get(name, 0.012)), name


LEAST = {
    "number_missing": 0.046,
    "number_wrong_digit": 0.02,
    "number_of_other_person": 0.015,
    "name_no_marks": 0.15,
    "phone_missing": 0.30,
    "phone_changed": 0.20,
    "moved": 0.15,
    "birth_day_month_swapped": 0.01,
    "birth_wrong": 0.01,
    "birth_year_only": 0.01,
    "dose_again": 0.02,
    "not_in_register": 0.005,
    "foreigner": 0.003,
}


def test_every_class_of_error_is_there_at_the_rate_asked_for(folder, nation):
    described = describe_nation(folder)
    realised = {name: entry["realised"] for name, entry in described["classes"].items()} | described["other_classes"]
    realised |= {name: entry["share_of_records"] for name, entry in described["classes_of_some"].items()}
    for name, least in LEAST.items():
        spread = 4 * np.sqrt(least / described["records"]) + 0.02 * least
        assert realised[name] > least - 1.6 * spread, name
    misspelt = realised["name_one_letter"] + realised["name_marks_differ"]
    assert misspelt > 0.03 - 0.004


def test_a_rate_stands_beside_what_can_be_compared_with_it(folder, nation):
    """Tone placement fits few names: its rate, of those alone, is no measure of a share of all records."""
    described = describe_nation(folder)
    assert "name_tone_placement" in described["classes_of_some"]
    assert "rate" not in described["classes_of_some"]["name_tone_placement"]
    assert {"name_no_marks", "phone_missing", "lot_typo"} <= described["classes"].keys()
    size = {"profiles": described["profiles"], "records": described["records"]}
    for name, entry in described["classes"].items():
        of = size[entry["of"].partition(":")[0]]
        spread = 5 * np.sqrt(entry["rate"] / of) + 0.15 * entry["rate"]
        assert entry["realised"] == pytest.approx(entry["rate"], abs=spread), name


def test_old_commune_names_are_in_no_list_and_marked(nation):
    """The name of a commune that was merged away leads to no commune of 2021; the other names are those of the list."""
    known = {unit.full_name for unit in load_units("2021").communes()}
    damaged = dict(zip(nation["truth"]["record"].to_pylist(), nation["truth"]["damage"].to_pylist(), strict=True))
    old = 0
    for claim in nation["claims"].select(["record", "commune"]).to_pylist():
        assert (claim["commune"] in known) != ("commune_old_name" in damaged[claim["record"]])
        old += claim["commune"] not in known
    assert 0.002 < old / len(damaged) < 0.02


def test_names_are_composed_unless_damaged(nation):
    for claim, truth in zip(nation["claims"].to_pylist()[:5000], nation["truth"].to_pylist()[:5000], strict=True):
        decomposed = unicodedata.normalize("NFC", claim["name"]) != claim["name"]
        assert decomposed == ("name_nfd" in truth["damage"])
