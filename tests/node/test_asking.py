"""Partners ask a node: what it answers, and to whom."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from claims import make_claim

from conftest import Cast, run_cast, write_people
from village import PEOPLE
from xacthuc.runs.prepared import Means, update_register
from xacthuc_register.client import NotTrusted, is_vouched

ASKER = {"organisation": "station-1", "officer": "staff-7"}
CASE = {"officer": "police-3", "case": "case-9"}


def test_codes_for_a_claim_and_an_opaque_person_where_sure(cast: Cast) -> None:
    claims = [make_claim(0), make_claim(1, "r2", name="Tran Van Binh"), make_claim(3, "r3", number12="036300009999")]
    answers = cast.health.check(claims, **ASKER)
    assert [answers[ref].identity for ref in ("r1", "r2", "r3")] == ["MATCHED", "MISMATCH", "NOT_FOUND"]
    assert answers["r2"].reasons == (("name", "name_marks_lost"),)
    assert answers["r1"].sure
    assert len(answers["r1"].person or "") == 32
    assert answers["r1"].person != answers["r2"].person


def test_police_see_candidates_and_health_does_not(cast: Cast) -> None:
    claim = make_claim(5, number12=None, number9=None)
    shown = cast.police.candidates(claim, **CASE)
    assert {person.name for person in shown} >= {"Hoàng Văn Nam"}
    assert len({person.person for person in shown}) == len(shown) >= 2
    with pytest.raises(NotTrusted) as refused:
        cast.health.candidates(claim, **CASE)
    assert refused.value.code == "node_not_police"


def test_the_register_vouches_for_a_person_who_is_like_the_claim(cast: Cast) -> None:
    claim = make_claim(1, name="Tran Van Binh")
    person = cast.health.check([claim], **ASKER)["r1"].person or ""
    vouched = cast.police.vouch([("a", claim, person), ("b", make_claim(8), person)], **CASE)
    assert (vouched["a"].name, vouched["a"].birth_date, vouched["a"].number) == (
        "Trần Văn Bình",
        "1985-07-25",
        "036085000002",
    )
    assert is_vouched(vouched["a"].statement, vouched["a"].signature, key=cast.police.server_key)
    assert not is_vouched(vouched["a"].statement + " ", vouched["a"].signature, key=cast.police.server_key)
    assert vouched["b"].refused == "node_person_unlike"


def test_the_node_says_which_version_of_the_register_it_has(cast: Cast) -> None:
    assert cast.health.get_version() == 1
    assert cast.health.changes(0).people == ()


def test_partners_hear_of_changes_a_page_at_a_time(
    prepared: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = Path(shutil.copytree(prepared, tmp_path / "prepared"))
    changed = write_people(tmp_path / "changed.csv", [person | {"phone": None} for person in PEOPLE[:5]])
    update_register(own, changed=changed, means=Means(threads=1))
    monkeypatch.setattr("xacthuc_register.answering.CHANGES", 2)
    with run_cast(own, tmp_path / "node") as cast:
        told = cast.health.changes(1)
        assert told.version == 2
        assert sorted(told.people) == sorted(cast.folder.referrer.make(person["id"]) for person in PEOPLE[:5])
        assert cast.health.changes(2).people == ()
