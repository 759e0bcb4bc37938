"""A site signs what it entered: with its key, a second factor, and so that anybody can check it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from issuing_cast import changing, set_up_keys, settled_person, sign_all
from settling_cast import NOW, Cast, act_for_job, count_jobs, make_cast


@pytest.fixture
def cast(rolled_back: None, tmp_path, monkeypatch) -> Cast:
    from django.conf import settings

    for name in ("DATA", "KEYS"):
        monkeypatch.setattr(settings, name, getattr(settings, name))
    set_up_keys(tmp_path, settings)
    return make_cast()


def list_doses(person):
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.people.models import Dose

    with act_as(act_for_job()):
        return list(Dose.objects.filter(person=person).select_related("organisation").order_by("id"))


def order(cast, doses, *, who="site_head", factor_at=NOW):
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.issuing.actions import order_signing

    told = [(dose.id, dose.version) for dose in doses]
    with act_as(cast.acting[who]) as by:
        return order_signing(told, post=cast.posts[who].id, factor_at=factor_at, by=by, now=NOW)


def test_a_signature_holds_for_the_dose_as_it_is(cast) -> None:
    from xacthuc_server.issuing.dose_signatures import is_signed

    person = settled_person(cast)
    assert sign_all(cast, person) == 2
    doses = list_doses(person)
    assert all(is_signed(dose) for dose in doses)
    assert {dose.signed_by for dose in doses} == {cast.site_head.who}
    assert count_jobs("issuing.issue") == 1


@pytest.mark.parametrize("field", ["dose_no", "vaccine", "lot", "dose_date", "site", "digest"])
def test_a_dose_that_was_changed_afterwards_is_not_signed(cast, field) -> None:
    from xacthuc_server.issuing.dose_signatures import is_signed

    person = settled_person(cast)
    sign_all(cast, person)
    dose = list_doses(person)[0]
    setattr(dose, field, 3 if field == "dose_no" else "2021-09-02")
    assert not is_signed(dose)


@pytest.mark.parametrize("signature", ["", "x", "aa.bb", "../../x.YQ=="])
def test_what_is_no_signature_signs_nothing(cast, signature) -> None:
    from xacthuc_server.issuing.dose_signatures import is_signed

    person = settled_person(cast)
    sign_all(cast, person)
    dose = list_doses(person)[0]
    kid = dose.signature.split(".")[0]
    for text in (signature, f"{kid}.{signature}", f"{kid}.AAAA"):
        dose.signature = text
        assert not is_signed(dose)


def test_an_order_is_carried_out_once_even_if_it_was_stopped(cast, monkeypatch) -> None:
    from xacthuc_server.issuing import signing
    from xacthuc_server.issuing.keys import open_organisation_signer

    monkeypatch.setattr(signing, "PART", 1)
    person = settled_person(cast)
    made = order(cast, list_doses(person))

    class Falling:
        def __init__(self, signer):
            self.signer, self.certificate, self.signed = signer, signer.certificate, 0

        def sign(self, part):
            self.signed += 1
            if self.signed == 2:
                raise ConnectionError
            return self.signer.sign(part)

    with open_organisation_signer(cast.organisations["site"], now=NOW) as signer:
        with pytest.raises(ConnectionError):
            signing.carry_out(made.id, by=cast.site_head, now=NOW, signer=Falling(signer))
        assert [bool(dose.signed_at) for dose in list_doses(person)] == [True, False]
        signing.carry_out(made.id, by=cast.site_head, now=NOW, signer=signer)
    assert all(dose.signed_at for dose in list_doses(person))


def test_a_dose_that_was_changed_after_the_order_stays_unsigned(cast) -> None:
    from xacthuc_server.issuing import signing
    from xacthuc_server.issuing.keys import open_organisation_signer
    from xacthuc_server.people.models import Dose

    person = settled_person(cast)
    doses = list_doses(person)
    made = order(cast, doses)
    with changing(Dose, id=doses[0].id) as found:
        found.update(lot="L1", version=5)
    with open_organisation_signer(cast.organisations["site"], now=NOW) as signer:
        signing.carry_out(made.id, by=cast.site_head, now=NOW, signer=signer)
    assert [bool(dose.signed_at) for dose in list_doses(person)] == [False, True]


@pytest.mark.parametrize("who", ["clerk", "officer", "chief", "chair", "supervisor", "issuer"])
def test_only_the_head_of_a_site_signs(cast, who) -> None:
    from xacthuc_server.units.posts import NotAllowed

    with pytest.raises(NotAllowed):
        order(cast, list_doses(settled_person(cast)), who=who)


@pytest.mark.parametrize("who", ["station_head", "other_head"])
def test_a_site_signs_its_own_doses_only(cast, who) -> None:
    from xacthuc_server.issuing.refusals import NotSignable

    with pytest.raises(NotSignable):
        order(cast, list_doses(settled_person(cast)), who=who)


@pytest.mark.parametrize(
    "values",
    [
        {"vaccination": "DOUBTFUL"},
        {"vaccination": "UNJUDGED"},
        {"withdrawn_at": NOW},
        {"signed_at": NOW},
        {"version": 3},
    ],
)
def test_a_dose_in_another_state_is_not_signed(cast, values) -> None:
    from xacthuc_server.issuing.refusals import NotSignable
    from xacthuc_server.people.models import Dose

    person = settled_person(cast)
    doses = list_doses(person)
    with changing(Dose, person=person) as found:
        found.update(**values)
    with pytest.raises(NotSignable):
        order(cast, doses)


@pytest.mark.parametrize("given", [None, NOW - timedelta(hours=1)])
def test_signing_takes_the_second_factor_again(cast, given) -> None:
    from xacthuc_server.accounts.factor import FactorNeeded

    with pytest.raises(FactorNeeded):
        order(cast, list_doses(settled_person(cast)), factor_at=given)


def test_no_key_opens_without_the_passphrase(cast) -> None:
    from django.conf import settings

    from xacthuc_server.issuing.refusals import KeyMissing

    settings.KEYS = ""
    with pytest.raises(KeyMissing):
        sign_all(cast, settled_person(cast))
