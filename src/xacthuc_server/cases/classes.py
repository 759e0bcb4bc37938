"""Settle whole classes in one reviewed step: cases that are alike, a sample that is looked through, one signature.

1 draw_review fixes which cases are meant, each with its version, and draws the sample by chance
2 look_at_case notes each case of the sample that was looked at
3 settle_class signs for all, with the second factor
4 settle_part settles the next part, and goes on where it stopped: what changed meanwhile is left to be settled singly.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import resources

from django.db import transaction
from django.db.models import F

from xacthuc.findings import list_codes
from xacthuc_server.accounts.acting import Acting
from xacthuc_server.accounts.factor import check_factor
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.cases.models import Case, Review
from xacthuc_server.cases.permissions import SETTLES, is_owner
from xacthuc_server.cases.policies import OPEN_STATES, can_step
from xacthuc_server.cases.refusals import CaseRefused, Changed, NotSettledByThis, NotThere, NotYours, SampleNotSeen
from xacthuc_server.cases.register import Claim, Stated, make_claim
from xacthuc_server.cases.settling import read_vouched, settle_as, settle_dose_as
from xacthuc_server.cases.steps import REASONS, follow
from xacthuc_server.units.posts import NotAllowed, can, check_can

AS_REGISTER = "register"  # everybody is whom the register was sure of
LARGEST = 5_000  # cases of one step: an afternoon of the node, and as much as one sample may speak for
PART = 100  # cases that are settled in one transaction


@dataclass(frozen=True)
class ClassOfCases:
    """Open cases of one owner that are alike."""

    kind: str
    alike: str
    cause: str
    count: int

    @property
    def codes(self) -> list[str]:
        """Give all reasons that its cases share, where the word says them."""
        known = list_codes()
        return [word for word in self.alike.split() if word in known] or [self.cause]


@cache
def load_sizes() -> tuple[tuple[int, int], ...]:
    """Give sizes of classes and of their samples, as written in samples.toml."""
    text = (resources.files("xacthuc_server.cases") / "samples.toml").read_text(encoding="utf-8")
    return tuple((entry["upto"], entry["sample"]) for entry in tomllib.loads(text)["size"])


@action
def draw_review(alike: str, *, kind: str, choice: str, rng: random.Random, by: Acting, now: datetime) -> Review:
    """Fix the cases of a class and draw its sample; `choice` is AS_REGISTER, or why doses are kept or withdrawn.

    Raises NotAllowed, NotThere where there is none, NotSettledByThis where such a class cannot be settled together.
    """
    _check_may(by, kind)
    _check_choice(kind, choice)
    found = Case.objects.filter(owner_id=by.organisation_id, kind=kind, alike=alike, state__in=OPEN_STATES)
    if kind == "identity":
        found = found.filter(person__sure=True).exclude(person__reference=None).exclude(person__identity="FOREIGN")
    cases = [[case, version] for case, version in found.order_by("id").values_list("id", "version")[:LARGEST]]
    if not cases:
        raise NotThere("class_empty")
    wanted = next(sample for upto, sample in load_sizes() if len(cases) <= upto)
    sample = rng.sample([case for case, _ in cases], min(wanted, len(cases)))
    review = Review.objects.create(
        kind=kind, owner_id=by.organisation_id, alike=alike, choice=choice, cases=cases, sample=sample,
        drawn_at=now, drawn_by=by.who,
    )  # fmt: skip
    tell("review.drawn", by=by, now=now, about=f"review:{review.id}", more={"cases": len(cases), "sample": sample})
    return review


@action
def look_at_case(review_id: int, case_id: int, *, by: Acting, now: datetime) -> None:
    """Note that a case of a sample was looked at. Raises NotAllowed, NotYours, NotThere, Changed."""
    review = take_review(review_id, by=by)
    if case_id not in review.sample:
        raise NotThere("case_not_there")
    looked = sorted({*review.looked, case_id})
    if not Review.objects.filter(id=review.id, version=review.version).update(looked=looked, version=F("version") + 1):
        raise Changed("case_changed")
    tell("review.looked", by=by, now=now, about=f"case:{case_id}", more={"review": review.id})


@action
def settle_class(
    review_id: int, *, post: int, factor_at: datetime | None, by: Acting, now: datetime, version: int
) -> None:
    """Sign for a class; its cases are settled by the platform's work that follows, in the name of who signed.

    Raises FactorNeeded, NotAllowed, NotYours, NotThere, SampleNotSeen, Changed. `post` is the one that is acted in.
    """
    review = take_review(review_id, by=by)
    check_factor(factor_at, now=now)
    if set(review.looked) != set(review.sample):
        raise SampleNotSeen("sample_not_seen")
    if review.signed_at is not None:
        raise Changed("class_signed")
    signed = Review.objects.filter(id=review.id, version=version, signed_at=None)
    if not signed.update(signed_at=now, signed_by=by.who, version=F("version") + 1):
        raise Changed("case_changed")
    tell("review.signed", by=by, now=now, about=f"review:{review.id}", why=review.choice)
    from procrastinate.contrib.django import app  # the app is there once Django is

    app.configure_task("cases.settle_class").defer(review_id=review.id, post_id=post)


def list_items(review: Review) -> list[tuple[str, Claim, str]]:
    """Give what the register is asked to vouch for in the next part: ref, claim and person of each case."""
    if review.kind != "identity":
        return []
    cases = _list_part(review)
    return [(f"case:{case.id}", make_claim(case.person), case.person.reference or "") for case in cases.values()]


@action
def settle_part(review_id: int, *, said: Mapping[str, Stated], done: int, by: Acting, now: datetime) -> int:
    """Settle the next part of a signed class, by what the register has said; gives how many cases are left.

    `done` is where the part begins: a part that another worker has settled meanwhile is Changed. Each case is settled
    or refused by itself, and has its event. Raises NotAllowed, NotYours, NotThere.
    """
    review = take_review(review_id, by=by)
    if review.done != done or review.signed_at is None or review.signed_by != by.who:
        raise Changed("case_changed")
    part, cases = review.cases[done : done + PART], _list_part(review)
    refused, settled = 0, list[Case]()
    for case_id, version in part:
        try:
            with transaction.atomic():
                settled.append(_settle_one(review, cases.get(case_id), version=version, said=said, by=by, now=now))
        except (CaseRefused, NotAllowed) as refusal:
            refused += 1
            more = {"review": review.id}
            tell("case.class_refused", by=by, now=now, about=f"case:{case_id}", why=refusal.code, more=more)
    left = len(review.cases) - done - len(part)
    Review.objects.filter(id=review.id, done=done).update(
        done=done + len(part),
        settled=F("settled") + len(part) - refused,
        refused=F("refused") + refused,
        finished_at=None if left else now,
        version=F("version") + 1,
    )
    if settled:
        follow([case.person_id for case in settled], references=[case.person.reference for case in settled])
    more = {"settled": len(part) - refused, "refused": refused}
    tell("review.settled", by=by, now=now, about=f"review:{review.id}", why=review.choice, more=more)
    return left


def take_review(review_id: int, *, by: Acting) -> Review:
    """Give a review of one's own organisation; raises NotAllowed, NotThere."""
    check_can(by, "review_class")
    found = Review.objects.filter(id=review_id).first()
    if found is None or found.owner_id != by.organisation_id:
        raise NotThere("case_not_there")
    _check_may(by, found.kind)
    return found


def _check_may(by: Acting, kind: str) -> None:
    check_can(by, "review_class")
    if kind not in SETTLES or not any(can(by, one) for one in SETTLES[kind] if one != "settle_passport"):
        raise NotAllowed("not_allowed")


def _check_choice(kind: str, choice: str) -> None:
    allowed: Sequence[str] = (AS_REGISTER,) if kind == "identity" else (*REASONS["keep"], *REASONS["withdraw"])
    if choice not in allowed:
        raise NotSettledByThis("class_not_for_this")


def _list_part(review: Review) -> dict[int, Case]:
    ids = [case for case, _ in review.cases[review.done : review.done + PART]]
    cases = Case.objects.filter(id__in=ids).select_related("person", "dose", "owner", "organisation")
    return {case.id: case for case in cases}


def _settle_one(
    review: Review, case: Case | None, *, version: int, said: Mapping[str, Stated], by: Acting, now: datetime
) -> Case:
    if case is None:
        raise NotThere("case_not_there")
    if case.version != version or case.alike != review.alike or not can_step(case.state, "settle"):
        raise Changed("case_changed")
    if not is_owner(by, case):
        raise NotYours("case_not_yours")
    if review.kind == "identity":
        vouched = read_vouched(said.get(f"case:{case.id}"))
        settle_as(case, vouched, how="officer", reference=case.person.reference, by=by, now=now)
    else:
        settle_dose_as(case, keep=review.choice in REASONS["keep"], why=review.choice, by=by, now=now)
    return case
