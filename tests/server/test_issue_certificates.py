"""A certificate for whom both authorities have settled, and for nobody else; a correction turns the old one red."""

from __future__ import annotations

from datetime import timedelta

import pytest
from issuing_cast import changing, issue, list_certificates, set_up_keys, settled_person, sign_all, verify_at_gate
from settling_cast import DAY, NOW, Cast, act_for_job, count_jobs, give_dose, make_cast


@pytest.fixture
def cast(rolled_back: None, tmp_path, monkeypatch) -> Cast:
    from django.conf import settings

    for name in ("DATA", "KEYS"):
        monkeypatch.setattr(settings, name, getattr(settings, name))
    set_up_keys(tmp_path, settings)
    return make_cast()


def publish(now=NOW):
    from xacthuc_server.issuing.actions import publish_lists

    return publish_lists(by=act_for_job(), now=now)


def certified(cast, **values):
    person = settled_person(cast, **values)
    sign_all(cast, person)
    issue(person)
    return person


def test_who_is_settled_by_both_gets_a_certificate_that_the_gate_accepts(cast) -> None:
    person = certified(cast)
    [made] = list_certificates(person)
    publish()
    verdict = verify_at_gate(made.text, now=NOW + DAY)
    assert (verdict.accepted, verdict.code) == (True, "ok")
    entry = verdict.payload["v"][0]
    assert (entry["dn"], entry["sd"], entry["dt"], entry["ci"]) == (2, 2, "2021-09-25", made.uvci)
    assert verdict.payload["nam"]["fn"] == "Trần"
    assert (made.evidence, made.expires_at - made.issued_at) == ("both", timedelta(days=365))


def test_it_is_issued_once(cast) -> None:
    person = certified(cast)
    assert issue(person, now=NOW + DAY) == 0


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("person", {"settled": ""}),
        ("dose", {"vaccination": "DOUBTFUL", "settled_at": None}),
        ("dose", {"signed_at": None, "signature": ""}),
        ("dose", {"signature": "00.AAAA"}),
        ("dose", {"lot": "changed after it was signed"}),
        ("dose", {"withdrawn_at": NOW}),
    ],
)
def test_no_certificate_while_one_authority_has_not_settled(cast, table, values) -> None:
    from xacthuc_server.people.models import Dose, Person

    person = settled_person(cast)
    sign_all(cast, person)
    with changing(Person if table == "person" else Dose) as found:
        found.update(**values)
    assert issue(person) == 0
    assert list_certificates(person) == []


def test_no_certificate_for_half_a_course(cast) -> None:
    from xacthuc_server.people.models import Dose

    person = settled_person(cast)
    sign_all(cast, person)
    with changing(Dose, person=person, dose_no=2) as found:
        found.update(withdrawn_at=NOW)
    assert issue(person) == 0


def correct(cast, person, now=NOW + DAY, **values):
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.people.actions import Vouched, settle_person

    said = {"name": "Trần Thị Đảo", "birth_date": "1980-03-05", "sex": "F", "number": None} | values
    with act_as(cast.officer) as by:
        person.refresh_from_db()
        settle_person(
            person.id, how="officer", vouched=Vouched(**said), reference=person.reference, by=by, now=now,
            version=person.version,
        )  # fmt: skip


def test_a_corrected_name_turns_the_old_code_red_and_the_new_one_green(cast) -> None:
    person = certified(cast)
    publish()
    correct(cast, person)
    assert issue(person, now=NOW + DAY) == 1
    old, new = list_certificates(person)
    assert (old.revoked_why, new.replaces_id, new.revoked_at) == ("corrected", old.id, None)
    assert count_jobs("issuing.publish") == 1
    assert publish(NOW + DAY) == 1
    later = NOW + 2 * DAY
    assert verify_at_gate(old.text, now=later).code == "cert_revoked"
    accepted = verify_at_gate(new.text, now=later)
    assert accepted.accepted
    assert accepted.payload["nam"]["gn"] == "Thị Đảo"


def test_a_withdrawn_dose_revokes_the_certificate_that_said_it(cast) -> None:
    from xacthuc_server.people.models import Dose

    person = certified(cast)
    with changing(Dose, person=person, dose_no=2) as found:
        found.update(withdrawn_at=NOW)
    assert issue(person, now=NOW + DAY) == 0
    [old] = list_certificates(person)
    assert (old.revoked_why, old.revoked_at) == ("withdrawn", NOW + DAY)


def test_an_identity_that_was_taken_back_revokes(cast) -> None:
    from xacthuc_server.people.models import Person

    person = certified(cast)
    with changing(Person, id=person.id) as found:
        found.update(settled="", vouched_name=None)
    issue(person, now=NOW + DAY)
    assert list_certificates(person)[0].revoked_why == "withdrawn"


def test_a_dose_that_is_open_again_does_not_take_back_what_was_issued(cast) -> None:
    from xacthuc_server.accounts.acting import act_as

    person = certified(cast)
    with act_as(act_for_job()):
        give_dose(cast, person, dose_no=3, dose_date="2022-03-01", vaccination="DOUBTFUL")
    assert issue(person, now=NOW + DAY) == 0
    assert list_certificates(person)[0].revoked_at is None


def test_a_booster_has_its_own_certificate_beside_the_first(cast) -> None:
    from xacthuc_server.accounts.acting import act_as

    person = certified(cast)
    with act_as(act_for_job()):
        give_dose(cast, person, dose_no=3, dose_date="2022-03-01")
    sign_all(cast, person)
    assert issue(person, now=NOW + DAY) == 1
    assert [one.revoked_at for one in list_certificates(person)] == [None, None]


def test_what_changed_while_it_was_signed_is_neither_issued_nor_revoked(cast) -> None:
    from xacthuc_server.issuing.actions import issue_certificates
    from xacthuc_server.issuing.keys import open_central_signer, read_secret
    from xacthuc_server.people.models import Person

    person = certified(cast)
    correct(cast, person)

    class Slow:
        def __init__(self, signer):
            self.signer, self.certificate, self.algorithm = signer, signer.certificate, signer.algorithm

        def sign(self, part):
            with changing(Person, id=person.id) as found:
                found.update(version=99)
            return self.signer.sign(part)

    with open_central_signer(now=NOW) as signer:
        count = issue_certificates(
            [person.id], by=act_for_job(), now=NOW + DAY, signer=Slow(signer), secret=read_secret()
        )
    assert count == 0
    [old] = list_certificates(person)
    assert old.revoked_at is None


def test_doses_that_two_sites_entered_for_one_person_make_one_course(cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.people.models import Dose

    first = settled_person(cast)
    second = settled_person(cast)
    with act_as(act_for_job()):
        Dose.objects.filter(person=first, dose_no=2).delete()
        Dose.objects.filter(person=second, dose_no=1).delete()
    sign_all(cast, first)
    assert issue(first) == 0
    sign_all(cast, second)
    assert issue(first) == 1
    assert len(list_certificates(second)) == 1


def test_a_certificate_that_has_ended_makes_room_for_the_next(cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.issuing.queries import list_ended

    person = certified(cast)
    later = NOW + 366 * DAY
    with act_as(act_for_job()):
        assert list_ended(now=NOW + 300 * DAY) == []
        assert list_ended(now=later) == [person.id]
    assert issue(person, now=later) == 1
    old, new = list_certificates(person)
    assert (old.revoked_why, new.replaces_id) == ("certificate_ended", old.id)


@pytest.mark.parametrize("who", ["clerk", "site_head", "officer", "chief", "chair", "supervisor", "auditor"])
def test_nobody_else_issues_or_publishes(cast, who) -> None:
    from xacthuc_server.issuing.actions import publish_lists
    from xacthuc_server.units.posts import NotAllowed

    person = settled_person(cast)
    with pytest.raises(NotAllowed):
        issue(person, by=cast.acting[who])
    with pytest.raises(NotAllowed):
        publish_lists(by=cast.acting[who], now=NOW)


def test_publishing_what_is_published_already_changes_nothing(cast) -> None:
    person = certified(cast)
    correct(cast, person)
    issue(person, now=NOW + DAY)
    assert [publish(NOW + DAY), publish(NOW + 2 * DAY)] == [1, 0]
