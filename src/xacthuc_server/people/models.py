"""Person: who it is, which the police vouch for. Dose: what was given, which health vouches for."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models

from xacthuc_server.units.models import Organisation
from xacthuc_server.uploads.models import Upload

IDENTITY = ("UNASKED", "MATCHED", "MISMATCH", "NOT_FOUND", "AMBIGUOUS", "NO_NUMBER", "FOREIGN", "REFUSED")
VACCINATION = ("UNJUDGED", "PLAUSIBLE", "DOUBTFUL", "DUPLICATE", "REFUSED")

# How an identity was settled: the register said that all agrees; an officer looked; by passport; by the army.
SETTLED_HOW = ("", "matched", "officer", "passport", "army")


def _text(length: int, *, ordered: bool = False) -> models.CharField[str | None, str | None]:
    collation = "C" if ordered else None  # ASCII keys, in which ranges are looked for
    return models.CharField(max_length=length, null=True, blank=True, db_collation=collation)


@pghistory.track(level=pgtrigger.Statement)
class Person(models.Model):
    """An identity as one organisation stated it; the columns of CLEAN_SCHEMA that speak of the person."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    place = models.BigIntegerField()  # of residence; where it is unknown, of the organisation's unit
    digest = models.CharField(max_length=64)  # of what was stated
    stated_at = models.DateTimeField()

    name = _text(120)
    name_key = _text(240)
    name_fold = _text(120)
    name_base = _text(120, ordered=True)
    name_first = _text(60, ordered=True)
    name_last = _text(60, ordered=True)
    birth_date = _text(10, ordered=True)
    sex = _text(1)
    number = _text(40)
    number12 = _text(12)
    number9 = _text(9)
    passport = _text(20)
    digits = _text(40)
    number_state = models.CharField(max_length=10)
    phone = _text(20)  # ten digits; a foreign one keeps its country
    insurance = _text(15)
    nationality = _text(2)
    province = _text(5)
    district = _text(5)
    commune = _text(5)
    place_text = _text(240)  # `place` of the library: the key of a place that is in no tree

    identity = models.CharField(max_length=10, default="UNASKED")
    reasons = models.JSONField(default=list)  # [field, code] each
    sure = models.BooleanField(default=False)
    reference = _text(64)  # the register's opaque reference, where it is sure who is meant
    asked_at = models.DateTimeField(null=True)

    settled = models.CharField(max_length=10, blank=True)  # SETTLED_HOW
    settled_by = models.CharField(max_length=64, blank=True)
    settled_at = models.DateTimeField(null=True)
    vouched_name = _text(120)  # what the owner of identities vouches for, and certificates say
    vouched_birth_date = _text(10)
    vouched_sex = _text(1)
    vouched_number = _text(40)

    # What was stated was mended, and nothing is left of it: who stands in its place.
    replaced_by = models.ForeignKey("self", null=True, on_delete=models.PROTECT, db_index=False, related_name="+")

    version = models.IntegerField(default=0)

    class Meta:
        """Searched by equality and ranges only, which the wall lets through to an index."""

        constraints = [models.UniqueConstraint(fields=["organisation", "digest"], name="person_once")]
        indexes = [
            models.Index(fields=["place", "identity"]),
            models.Index(fields=["number12"]),
            models.Index(fields=["number9"]),
            models.Index(fields=["phone"]),
            models.Index(fields=["name_base", "place"]),
            models.Index(fields=["name_last", "place"]),
            models.Index(fields=["organisation", "name_base"]),
            models.Index(fields=["organisation", "name_last"]),
            models.Index(fields=["passport"]),
            models.Index(fields=["insurance"]),
            models.Index(fields=["reference"]),
            models.Index(fields=["id"], name="person_unasked", condition=models.Q(identity="UNASKED")),
        ]


@pghistory.track(level=pgtrigger.Statement)
class Dose(models.Model):
    """A dose of record: what was given, where it was entered, and who has signed it."""

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="doses")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)  # entered it, and signs it
    place = models.BigIntegerField()  # of the person
    digest = models.CharField(max_length=64)  # of what was stated of person and dose
    dose_no = models.SmallIntegerField(null=True)
    vaccine = _text(60)
    lot = _text(40)
    dose_date = _text(10)
    site = _text(200)
    upload = models.ForeignKey(Upload, null=True, on_delete=models.PROTECT, db_index=False)
    sheet = models.TextField(blank=True)
    row = models.IntegerField(null=True)
    entered_at = models.DateTimeField()
    found = models.JSONField(default=list)  # [field, code] each: what cleaning found wrong in its cells

    vaccination = models.CharField(max_length=10, default="UNJUDGED")
    reasons = models.JSONField(default=list)
    settled_by = models.CharField(max_length=64, blank=True)  # who at the site looked at a doubtful dose
    settled_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)  # it was never given, or is another record's

    signed_by = models.CharField(max_length=64, blank=True)
    signed_at = models.DateTimeField(null=True)
    signature = models.TextField(blank=True)

    version = models.IntegerField(default=0)

    class Meta:
        """The same row twice is one dose."""

        constraints = [models.UniqueConstraint(fields=["organisation", "digest"], name="dose_once")]
        indexes = [
            models.Index(fields=["place", "vaccination"]),
            models.Index(fields=["upload", "sheet", "row"]),
            models.Index(fields=["organisation", "signed_at"]),
            models.Index(fields=["person"], name="dose_unjudged", condition=models.Q(vaccination="UNJUDGED")),
        ]


class Standing(models.Model):
    """How it stands with the register node; one row."""

    answered_at = models.DateTimeField(null=True)
    away_since = models.DateTimeField(null=True)
