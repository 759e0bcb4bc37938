"""A person whose course is complete and whose identity is settled, keys of a test, and the steps to a certificate."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from settling_cast import NOW, Cast, act_for_job, give_dose, state_person

PASSPHRASE = "a passphrase of tests"


def set_up_keys(folder: Path, settings: Any) -> None:
    settings.DATA = folder
    settings.KEYS = PASSPHRASE


def settled_person(cast: Cast, **changed: Any) -> Any:
    """Record somebody whose identity is settled, with two plausible doses of the site."""
    from xacthuc_server.accounts.acting import act_as

    vouched = {
        "identity": "MATCHED", "reasons": [], "settled": "matched", "settled_at": NOW, "reference": "r1",
        "vouched_name": "Trần Thị Đào", "vouched_birth_date": "1980-03-05", "vouched_sex": "F",
    }  # fmt: skip
    with act_as(act_for_job()):
        person = state_person(cast, **(vouched | changed))
        give_dose(cast, person, dose_no=1, dose_date="2021-09-01")
        give_dose(cast, person, dose_no=2, dose_date="2021-09-25")
    return person


def sign_all(cast: Cast, person: Any, *, who: str = "site_head", now: Any = NOW) -> int:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.issuing.actions import sign_doses
    from xacthuc_server.issuing.keys import open_organisation_signer
    from xacthuc_server.people.models import Dose

    with act_as(act_for_job()):
        ids = list(Dose.objects.filter(person=person, signed_at=None).values_list("id", flat=True))
    with open_organisation_signer(cast.organisations["site"], now=now) as signer:
        return sign_doses(ids, factor_at=now, by=cast.acting[who], now=now, signer=signer)


def issue(person: Any, *, now: Any = NOW, by: Any = None) -> int:
    from xacthuc_server.issuing.actions import issue_certificates
    from xacthuc_server.issuing.keys import open_central_signer, read_secret

    with open_central_signer(now=now) as signer:
        return issue_certificates([person.id], by=by or act_for_job(), now=now, signer=signer, secret=read_secret())


def list_certificates(person: Any) -> list[Any]:
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.issuing.models import Certificate

    with act_as(act_for_job()):
        return list(Certificate.objects.filter(person=person).order_by("id"))


@contextmanager
def changing(model: type, **found: Any) -> Iterator[Any]:
    from xacthuc_server.accounts.acting import act_as

    with act_as(act_for_job()):
        yield model.objects.filter(**found)


def verify_at_gate(text: str, *, now: Any) -> Any:
    """Verify as a gate does, by nothing but the files that are published for it."""
    from xacthuc.certificates.revocation import RevocationList, open_set
    from xacthuc.certificates.trust_document import read_offer
    from xacthuc.certificates.verify import verify
    from xacthuc.runs.trust_folder import read_public_key
    from xacthuc_server.issuing.publishing import get_revoked_folder, get_trust_folder

    root = read_public_key(get_trust_folder() / "root.public.pem")
    trust = read_offer((get_trust_folder() / "trust.json").read_bytes(), root=root).list
    last = sorted((get_revoked_folder() / "sets").glob("*.revoked"))[-1]
    revoked = RevocationList((open_set(last, keys=trust.revocation_keys),))
    return verify(text, trust=trust, at=now, revoked=revoked)
