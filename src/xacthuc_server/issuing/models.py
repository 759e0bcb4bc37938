"""Certificates that were issued, and what became of them."""

from __future__ import annotations

from django.db import models

from xacthuc_server.people.models import Dose, Person


class Certificate(models.Model):
    """A certificate: its text is what a QR code holds."""

    uvci = models.CharField(max_length=80, unique=True)
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="certificates")
    dose = models.ForeignKey(Dose, on_delete=models.PROTECT, related_name="certificates")
    place = models.BigIntegerField()
    organisation = models.ForeignKey("units.Organisation", on_delete=models.PROTECT, related_name="+")
    text = models.TextField()  # HC1:...
    told = models.CharField(max_length=64)  # digest of what it says: another one means that it has to be replaced
    kid = models.CharField(max_length=24)
    evidence = models.CharField(max_length=12)  # as the library names it: "both" and less
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_why = models.CharField(max_length=60, blank=True)
    listed_at = models.DateTimeField(null=True)  # when the revocation was published
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")

    class Meta:
        """One valid certificate for a dose."""

        constraints = [
            models.UniqueConstraint(fields=["dose"], condition=models.Q(revoked_at=None), name="certificate_once")
        ]
        indexes = [
            models.Index(
                fields=["revoked_at"],
                name="certificate_unlisted",
                condition=models.Q(revoked_at__isnull=False, listed_at=None),
            ),
            models.Index(fields=["expires_at"], name="certificate_ends", condition=models.Q(revoked_at=None)),
        ]


class Signing(models.Model):
    """An order to sign doses, given with a second factor; a job carries it out, and goes on where it was stopped."""

    organisation = models.ForeignKey("units.Organisation", on_delete=models.PROTECT, related_name="+")
    post = models.BigIntegerField(null=True)  # in which it was given
    by = models.CharField(max_length=64)
    ordered_at = models.DateTimeField()
    doses = models.JSONField()  # [id, version] each, as they were shown
    signed = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)  # changed meanwhile
    done = models.IntegerField(default=0)  # of `doses`; an order that was stopped goes on here
    finished_at = models.DateTimeField(null=True)

    class Meta:
        """Listed by organisation."""

        indexes = [models.Index(fields=["organisation", "-ordered_at"])]


class SignedList(models.Model):
    """The list of results that the chair of a commune has signed: the digests of its doses, not their values."""

    place = models.BigIntegerField()
    organisation = models.ForeignKey("units.Organisation", on_delete=models.PROTECT, related_name="+")
    number = models.IntegerField()  # of the commune, from 1
    signed_at = models.DateTimeField()
    by = models.CharField(max_length=64)
    count = models.IntegerField()
    digest = models.CharField(max_length=64)  # SHA-256 of its lines
    lines = models.TextField()  # see lists.py
    signature = models.TextField()

    class Meta:
        """One list of a number."""

        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="list_once")]
