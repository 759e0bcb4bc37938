"""Who gets which certificate: read from what both authorities have settled, and compared with what was issued.

1 the records of one person are those with the same reference of the register
2 a certificate says the last dose that counts, of a complete course
3 every record with a counted dose has a settled identity, every counted dose is settled and signed by its site
4 a certificate that says something else than the records now is replaced; one whose dose no longer counts is revoked
5 while something is open, nothing new is issued; what was issued stays, unless its dose or identity was taken back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from xacthuc.certificates.payload import CountedDose, Holder
from xacthuc.certificates.transliteration import divide_name
from xacthuc.rules import AssessedDose
from xacthuc_server.issuing.dose_signatures import is_signed
from xacthuc_server.issuing.models import Certificate
from xacthuc_server.issuing.policies import is_settled
from xacthuc_server.people.histories import Group, assess_group
from xacthuc_server.people.models import Dose, Person

# Why a certificate is revoked; one that has ended by itself makes room for the next (QĐ 5772: after twelve months).
CORRECTED, WITHDRAWN, ENDED = "corrected", "withdrawn", "certificate_ended"


@dataclass(frozen=True)
class Wanted:
    """A certificate as the records want it; `versions` are those of the records it was read from."""

    person: Person
    dose: Dose
    holder: Holder
    counted: CountedDose
    versions: tuple[tuple[str, int, int], ...]  # person or dose, id, version

    @property
    def told(self) -> str:
        """Give the digest of what it says."""
        said = [self.holder.family, self.holder.given, self.holder.birth_date, self.counted.product]
        said += [str(part) for part in (self.counted.number, self.counted.series, self.counted.day, self.dose.id)]
        return hashlib.sha256(json.dumps(said, ensure_ascii=False).encode()).hexdigest()


@dataclass(frozen=True)
class Change:
    """What is to be done: a new certificate, an old one to be revoked, or both at once."""

    new: Wanted | None
    old: Certificate | None
    why: str = ""


def list_changes(group: Group, *, on: date) -> list[Change]:
    """Give what is to be done for one person; nothing, where all that was issued says what the records say."""
    doses = {str(dose.id): dose for _, some in group for dose in some}
    valid = Certificate.objects.filter(dose_id__in=[dose.id for dose in doses.values()], revoked_at=None)
    issued = list(valid.select_related("dose", "person").order_by("id"))
    assessment = assess_group(group, on=on)
    counted = [said for said in assessment.doses if said.role != "not_counted"]
    settled = assessment.state == "complete" and _is_vouched(group, [doses[said.record] for said in counted])
    if not settled:
        return list(_take_back(issued))
    told = {doses[said.record].id: _want(group, doses[said.record], said) for said in counted if _is_whole(said)}
    last = max(counted, key=lambda said: (said.dn or 0, said.record))
    return list(_compare(issued, told, last=doses[last.record].id, on=on))


def _is_whole(said: AssessedDose) -> bool:
    return bool(said.dn and said.sd and said.dn >= said.sd)


def _is_vouched(group: Group, counted: Sequence[Dose]) -> bool:
    """Tell whether both authorities have settled all that counts; signatures come last, since they take long."""
    unsettled = {person.id for person, _ in group if not person.settled}
    if any(dose.person_id in unsettled or not is_settled(dose) or dose.signed_at is None for dose in counted):
        return False
    return all(is_signed(dose) for dose in counted)


def _take_back(issued: Sequence[Certificate]) -> Iterator[Change]:
    """Revoke what must not wait for the rest to be settled: its dose, or who it names, was taken back."""
    for one in issued:
        if one.dose.withdrawn_at is not None or not one.person.settled:
            yield Change(None, one, WITHDRAWN)


def _compare(issued: Sequence[Certificate], told: dict[int, Wanted], *, last: int, on: date) -> Iterator[Change]:
    missing = {last} & told.keys() - {one.dose_id for one in issued}
    for one in issued:
        wanted = told.get(one.dose_id)
        if wanted is None:  # its dose no longer counts: the last one takes its place, if it has no certificate yet
            new = told[missing.pop()] if missing else None
            yield Change(new, one, WITHDRAWN)
        elif wanted.told != one.told:
            yield Change(wanted, one, CORRECTED)
        elif timezone.localdate(one.expires_at) <= on:
            yield Change(wanted, one, ENDED)
    for dose in missing:
        yield Change(told[dose], None)


def _want(group: Group, dose: Dose, said: AssessedDose) -> Wanted:
    """Give a certificate as the records want it; who was settled last says who it is."""
    persons = [person for person, _ in group if person.settled]
    who = max(persons, key=lambda person: (person.settled_at is not None, person.settled_at, person.id))
    person = next(person for person, _ in group if person.id == dose.person_id)
    family, given = divide_name(who.vouched_name or "")
    counted = CountedDose(
        product=dose.vaccine or "",
        number=said.dn or 0,
        series=said.sd or 0,
        day=date.fromisoformat(dose.dose_date or ""),
        booster=said.role != "primary",
    )
    versions = [("person", one.id, one.version) for one, _ in group]
    versions += [("dose", one.id, one.version) for _, some in group for one in some]
    holder = Holder(family, given, who.vouched_birth_date or "", nationality=who.nationality)
    return Wanted(person, dose, holder, counted, tuple(versions))
