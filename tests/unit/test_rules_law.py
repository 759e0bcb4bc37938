"""The dated data itself, and what happens when a folder of rules is damaged."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from xacthuc.findings import list_codes
from xacthuc.rules import Dose, RulesError, assess_history, build_tables, list_steps, load_rules
from xacthuc.rules.tables import SCHEMAS

OWN = Path(str(resources.files("xacthuc.rules"))) / "data"


@pytest.fixture
def folder(tmp_path):
    for file in OWN.glob("*.toml"):
        shutil.copy(file, tmp_path / file.name)
    return tmp_path


def edit(file: Path, old: str, new: str) -> None:
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new, 1), "utf-8")


def test_a_folder_gives_the_same_rules_as_the_own_data(folder):
    assert load_rules(folder) == load_rules()


def test_a_rule_changed_in_a_folder_changes_the_assessment(folder):
    edit(folder / "intervals.toml", "min_days = 56", "min_days = 63")
    doses = [Dose("a", 1, "AstraZeneca", date(2021, 6, 1)), Dose("b", 2, "AstraZeneca", date(2021, 7, 27))]
    ask = {"birth_date": "1980", "as_of": date(2022, 1, 15)}
    assert assess_history(doses, **ask).doses[1].findings == ()
    changed = assess_history(doses, rules=load_rules(folder), **ask)
    assert changed.doses[1].findings == ("interval_too_short",)


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("ages.toml", 'id = "adults"', 'id = "adults', "ages.toml is not TOML"),
        ("ages.toml", "min_age = 18", "minimum = 18", "ages.toml, rule adults"),
        ("intervals.toml", 'source = "M', 'sauce = "M', "intervals.toml, rule az_8_12_weeks"),
        ("intervals.toml", "valid_to = 2021-09-19", "valid_to = 2020-09-19", "in this order"),
        ("mixing.toml", "valid_from = 2021-07-22", 'valid_from = "2021-07-22"', "are days"),
        ("mixing.toml", 'strength = "soft"', 'strength = "strict"', "strength is hard or soft"),
        ("products.toml", "licensed_from = 2021-02-01", "approved = 2021-02-01", "products.toml, rule AstraZeneca"),
        ("products.toml", 'source = "Decision 983', 'source = ""\n# "', "a source is named"),
        ("campaign.toml", "[largest_dose_no]", "[largest]", "largest_dose_no"),
    ],
)
def test_damaged_rules_are_refused_by_name(folder, file, old, new, said):
    edit(folder / file, old, new)
    with pytest.raises(RulesError, match=said):
        load_rules(folder)


def test_a_folder_without_one_of_the_files_is_refused(folder):
    (folder / "ages.toml").unlink()
    with pytest.raises(RulesError, match=r"lack the file ages\.toml"):
        load_rules(folder)


def test_names_of_rules_are_unique_and_their_products_known():
    rules = load_rules()
    for listed in (rules.intervals, rules.ages, rules.mixing):
        assert len({rule.id for rule in listed}) == len(listed)
    named = {name for rule in (*rules.intervals, *rules.mixing) for name in (rule.first, rule.second)}
    assert named | {rule.vaccine for rule in rules.ages} <= {"", *rules.products}


def test_rules_that_are_not_confirmed_only_ever_warn_or_are_few():
    rules = load_rules()
    unsure = {r.id for r in (*rules.products.values(), *rules.ages) if not r.confirmed and r.strength == "hard"}
    assert unsure == {"Hayat-Vax", "spikevax_from_12", "comirnaty_from_5"}
    assert all(rule.strength == "soft" for rule in (*rules.intervals, *rules.mixing))


def test_every_rule_of_interval_age_and_mixing_is_found_on_its_first_day():
    rules = load_rules()
    for r in rules.intervals:
        keys = {"first": r.first, "second": r.second, "province": r.province, "age": r.min_age}
        assert rules.find_interval(r.kind, **keys, on=r.valid_from) == r
    for limit in rules.ages:
        assert rules.find_age_limit(limit.strength, vaccine=limit.vaccine, on=limit.valid_from) == limit
    for m in rules.mixing:
        assert rules.may_follow(m.scope, first=m.first or "Janssen", second=m.second, age=m.min_age, on=m.valid_from)


def test_the_tables_have_the_promised_columns_and_unique_keys():
    tables = build_tables(load_rules(), as_of=date(2022, 9, 30))
    assert {name: table.schema for name, table in tables.items()} == SCHEMAS
    keys = {
        "intervals": ["kind", "product_1", "product_2", "province", "band", "period"],
        "mixing": ["scope", "product_1", "product_2", "band", "period"],
        "age_limits": ["product", "period"],
        "calendar": ["day"],
    }
    for name, columns in keys.items():
        rows = list(zip(*(tables[name][column].to_pylist() for column in columns), strict=True))
        assert len(set(rows)) == len(rows) > 0


def test_rules_without_a_limit_of_age_judge_no_age():
    rules = replace(load_rules(), ages=())
    dose = Dose("a", 1, "AstraZeneca", date(2021, 8, 1))
    result = assess_history([dose], birth_date="2015-01-01", as_of=date(2022, 1, 15), rules=rules)
    assert result.doses[0].findings == ()


def test_each_step_reads_only_what_is_there_before_it_and_says_so_in_its_header():
    known = {"doses", *SCHEMAS}
    for planned in list_steps():
        head = [line.removeprefix("--").strip() for line in planned.step.sql.splitlines() if line.startswith("--")]
        assert head[0] == f"{planned.step.name[:2]} {planned.writes}"
        text = " ".join(head)
        said = text[text.index("reads ") : text.index(" does ")]
        assert all(name in said for name in planned.reads)
        assert set(planned.reads) <= known
        known.add(planned.writes)


def test_doubt_follows_the_kind_of_the_code():
    doses = [Dose("a", 1, "AstraZeneca", date(2021, 6, 1)), Dose("b", 1, "AstraZeneca", date(2021, 7, 20))]
    result = assess_history(doses, birth_date="1980", as_of=date(2022, 1, 15))
    assert [dose.findings for dose in result.doses] == [(), ("dose_no_repeated", "interval_too_short")]
    assert [dose.is_doubtful for dose in result.doses] == [False, True]
    assert (result.state, result.is_settled) == ("complete", False)
    soft = [doses[0], replace(doses[1], dose_no=2)]
    assert assess_history(soft, birth_date="1980", as_of=date(2022, 1, 15)).is_settled


def test_codes_of_the_rules_speak_of_a_field_of_the_dose():
    fields = {code.field for code in list_codes().values() if code.stage == "rules"}
    assert fields <= {"dose_date", "dose_no", "vaccine", "lot", "site", "birth_date"}
    assert all(code.kind in ("wrong", "noted") for code in list_codes().values() if code.stage == "rules")


def test_a_birth_date_that_is_neither_day_nor_year_is_not_used():
    result = assess_history(
        [Dose("a", 1, "AstraZeneca", date(2021, 8, 1))], birth_date="2015-01", as_of=date(2022, 1, 15)
    )
    assert result.doses[0].findings == ()
