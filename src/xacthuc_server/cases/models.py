"""A case: one problem of one person's identity or of one dose, owned by the authority that can settle it."""

from __future__ import annotations

from django.db import models

from xacthuc_server.people.models import Dose, Person
from xacthuc_server.units.models import Organisation


class Case(models.Model):
    """What has to be settled, why, by whom, until when."""

    kind = models.CharField(max_length=12)  # identity, vaccination
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="cases")
    dose = models.ForeignKey(Dose, null=True, on_delete=models.PROTECT, related_name="cases")
    place = models.BigIntegerField()  # of residence for an identity, of the site for a dose
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="cases")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")  # that stated it
    cause = models.CharField(max_length=60)  # the reason that weighs most: a code of the library
    alike = models.CharField(
        max_length=200
    )  # identity and all reasons: cases with the same word may be settled together
    state = models.CharField(max_length=12)  # of policies.TRANSITIONS
    opened_at = models.DateTimeField()
    deadline = models.DateTimeField()
    raised = models.SmallIntegerField(default=0)  # how many levels up it was raised
    raised_to = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="raised_cases")
    # whom a waiting case goes back to once its data are there; null for one that does not wait
    returns_to = models.ForeignKey(Organisation, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.CharField(max_length=64, blank=True)
    outcome = models.CharField(max_length=40, blank=True)  # a code: nothing ends without a reason
    version = models.IntegerField(default=0)

    class Meta:
        """One open case for one problem; work lists are read by owner, state and deadline."""

        constraints = [
            models.UniqueConstraint(
                fields=["kind", "person", "dose"],
                condition=models.Q(closed_at=None),
                name="case_once",
                nulls_distinct=False,
            )
        ]
        indexes = [
            models.Index(fields=["owner", "state", "deadline"]),
            models.Index(fields=["owner", "alike"]),
            models.Index(fields=["deadline"], name="case_due", condition=models.Q(closed_at=None)),
            models.Index(fields=["raised_to", "deadline"], name="case_raised", condition=models.Q(closed_at=None)),
            models.Index(fields=["person", "kind"]),
        ]


class Review(models.Model):
    """A class of cases that one step settles: how many, the sample that was looked through, who signed the step."""

    kind = models.CharField(max_length=12)
    owner = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    alike = models.CharField(max_length=200)
    choice = models.CharField(max_length=40)  # AS_REGISTER of classes.py, or why the doses are kept or withdrawn
    cases = models.JSONField()  # [id, version] of every case, as they were when the sample was drawn
    sample = models.JSONField()  # ids, in the order in which they are shown
    looked = models.JSONField(default=list)  # ids of the sample that were looked at
    drawn_at = models.DateTimeField()
    drawn_by = models.CharField(max_length=64)
    signed_at = models.DateTimeField(null=True)
    signed_by = models.CharField(max_length=64, blank=True)
    settled = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)  # changed meanwhile, or not vouched for
    done = models.IntegerField(default=0)  # of `cases`; a step that was stopped goes on here
    finished_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=0)

    class Meta:
        """Listed by owner."""

        indexes = [models.Index(fields=["owner", "-drawn_at"])]
