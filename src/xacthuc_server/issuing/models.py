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
    kid = models.CharField(max_length=24)
    evidence = models.CharField(max_length=12)  # as the library names it: "both" and less
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_why = models.CharField(max_length=60, blank=True)
    replaces = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")

    class Meta:
        """One valid certificate for a dose."""

        constraints = [
            models.UniqueConstraint(fields=["dose"], condition=models.Q(revoked_at=None), name="certificate_once")
        ]
