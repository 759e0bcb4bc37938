"""The chair of a commune signs the list of its results."""

from __future__ import annotations

from datetime import timedelta

import pytest
from issuing_cast import set_up_keys, settled_person, sign_all
from settling_cast import NOW, Cast, act_for_job, make_cast


@pytest.fixture
def cast(rolled_back: None, tmp_path, monkeypatch) -> Cast:
    from django.conf import settings

    for name in ("DATA", "KEYS"):
        monkeypatch.setattr(settings, name, getattr(settings, name))
    set_up_keys(tmp_path, settings)
    return make_cast()


def sign(cast, *, who="chair", factor_at=NOW):
    from xacthuc_server.issuing.actions import sign_list
    from xacthuc_server.issuing.keys import open_organisation_signer

    with open_organisation_signer(cast.organisations["committee"], now=NOW) as signer:
        return sign_list(factor_at=factor_at, by=cast.acting[who], now=NOW, signer=signer, organisation="committee")


def test_the_list_names_every_signed_dose_of_the_commune_and_no_value(cast) -> None:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.issuing.models import SignedList

    sign_all(cast, settled_person(cast))
    elsewhere = settled_person(cast, unit="other_station", reference="r2")
    sign_all(cast, elsewhere)
    assert sign(cast) == 1
    assert sign(cast) == 2
    with act_as(act_for_job()):
        made = SignedList.objects.first()
    assert made.count == 2
    assert all(line.endswith(" matched") for line in made.lines.splitlines())


def test_an_empty_list_is_not_signed(cast) -> None:
    from xacthuc_server.issuing.refusals import ListEmpty

    with pytest.raises(ListEmpty):
        sign(cast)


@pytest.mark.parametrize("who", ["site_head", "officer", "supervisor", "issuer", "clerk"])
def test_nobody_but_the_chair_signs_it(cast, who) -> None:
    from xacthuc_server.units.posts import NotAllowed

    sign_all(cast, settled_person(cast))
    with pytest.raises(NotAllowed):
        sign(cast, who=who)


def test_it_takes_the_second_factor_again(cast) -> None:
    from xacthuc_server.accounts.factor import FactorNeeded

    with pytest.raises(FactorNeeded):
        sign(cast, factor_at=NOW - timedelta(hours=1))
