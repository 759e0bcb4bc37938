"""Events and the seals that chain them. Neither is ever changed: the database refuses it."""

from __future__ import annotations

from django.db import models


class Event(models.Model):
    """One thing that somebody did, or read of a person. It holds ids and codes, never a person's data."""

    at = models.DateTimeField()
    who = models.CharField(max_length=64)  # an opaque id: a user's, an API key's, "job:..." for work of the platform
    organisation = models.BigIntegerField(null=True)
    what = models.CharField(max_length=64)  # a code of ACTIONS or READINGS
    about = models.CharField(max_length=64)  # "case:17", "person:93"; "" where the event is of many, named in `more`
    why = models.CharField(max_length=200, blank=True)
    more = models.JSONField(default=dict)

    class Meta:
        """Asked for by thing and by person who did it."""

        indexes = [models.Index(fields=["about", "id"]), models.Index(fields=["who", "id"])]


class Seal(models.Model):
    """The digest of a batch of events and of the seal before it."""

    number = models.BigIntegerField(unique=True)  # from 1, without gaps
    at = models.DateTimeField()
    events = models.TextField()  # their ids, as ranges: "1-40,42"; a gap is a transaction that was rolled back
    count = models.IntegerField()
    previous = models.CharField(max_length=64)  # hex; 64 zeros for the first
    digest = models.CharField(max_length=64)  # hex


class Unsealed(models.Model):
    """The events that wait for their seal; filled by a trigger, emptied by sealing."""

    event = models.OneToOneField(Event, on_delete=models.DO_NOTHING, primary_key=True, db_constraint=False)
