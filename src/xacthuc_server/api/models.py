"""Keys of systems that send records in, and the answers that they were given."""

from __future__ import annotations

from django.db import models

from xacthuc_server.units.models import Organisation

SCOPES = ("doses:write", "doses:read", "uploads:write")


class ApiKey(models.Model):
    """What a system of an organisation shows: only the digest of its secret is kept."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="keys")
    name = models.CharField(max_length=80)  # of the system, as its keeper calls it
    digest = models.CharField(max_length=64, unique=True)  # SHA-256 of a secret of 256 bits: nothing to guess
    scopes = models.JSONField(default=list)  # of SCOPES
    made_at = models.DateTimeField()
    made_by = models.CharField(max_length=64)
    ends_at = models.DateTimeField(null=True)


class Kept(models.Model):
    """The answer to a request that named itself: sent again, it is answered the same and done once."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    key = models.CharField(max_length=80)  # the header Idempotency-Key
    digest = models.CharField(max_length=64)  # of what was asked
    status = models.SmallIntegerField(default=0)
    answer = models.JSONField(default=dict)  # ids and codes
    at = models.DateTimeField()

    class Meta:
        """Once each."""

        constraints = [models.UniqueConstraint(fields=["organisation", "key"], name="kept_once")]
        indexes = [models.Index(fields=["at"])]
