"""What was sent in, row by row."""

from __future__ import annotations

import uuid

from django.db import models

from xacthuc_server.units.models import Organisation

# received: the file is here; reading: a job has it; recorded: its rows are doses of record; done: the register has been
# asked about all of them; refused: nothing in it could be read, `code` says why.
STATES = ("received", "reading", "recorded", "done", "refused")

# recorded: a dose of record came of it; same: that dose was here already; listed: a person without a dose;
# refused: no record could come of it; ignored: heading, total, blank.
ROW_STATES = ("recorded", "same", "listed", "refused", "ignored")


class Upload(models.Model):
    """A file that somebody sent in."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT)
    place = models.BigIntegerField()  # of the organisation's unit
    by = models.CharField(max_length=64)
    name = models.CharField(max_length=200)  # as the sender called it
    digest = models.CharField(max_length=64)
    size = models.BigIntegerField()  # bytes
    at = models.DateTimeField()
    state = models.CharField(max_length=10, default="received")
    code = models.CharField(max_length=60, blank=True)
    counts = models.JSONField(
        default=dict
    )  # rows by ROW_STATES, "lines", "ignored", "findings"; "read" while it is read
    attempts = models.SmallIntegerField(default=0)  # how often reading was begun
    version = models.IntegerField(default=0)

    again = False  # whether the same file was sent before; said of an object, not kept

    class Meta:
        """The same file twice is one upload."""

        constraints = [models.UniqueConstraint(fields=["organisation", "digest"], name="upload_once")]
        indexes = [models.Index(fields=["organisation", "-at"])]


class Row(models.Model):
    """What became of one row of a file."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="rows")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    place = models.BigIntegerField()
    sheet = models.TextField(blank=True)
    row = models.IntegerField()
    part = models.SmallIntegerField(default=1)
    slot = models.SmallIntegerField(default=0)
    state = models.CharField(max_length=10)
    person = models.BigIntegerField(null=True)  # of people: the layer above, so no foreign key
    dose = models.BigIntegerField(null=True)
    code = models.CharField(max_length=60, blank=True)  # why it was refused

    class Meta:
        """Once each."""

        constraints = [
            models.UniqueConstraint(fields=["upload", "sheet", "row", "part", "slot"], name="row_once"),
        ]
        indexes = [models.Index(fields=["upload", "state"]), models.Index(fields=["person"])]


class CellFinding(models.Model):
    """What was found wrong or was repaired at a cell; without the value."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="findings")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    place = models.BigIntegerField()
    sheet = models.TextField(blank=True)
    row = models.IntegerField(null=True)
    column = models.CharField(max_length=4, blank=True)
    field = models.CharField(max_length=20)
    code = models.CharField(max_length=60)

    class Meta:
        """Read by upload, in the order of the file."""

        indexes = [models.Index(fields=["upload", "sheet", "row"])]


class Mend(models.Model):
    """A cell that somebody has mended here: it stands in place of what the file says."""

    upload = models.ForeignKey(Upload, on_delete=models.CASCADE, related_name="mends")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, db_index=False)
    place = models.BigIntegerField()
    sheet = models.TextField(blank=True)
    row = models.IntegerField()
    part = models.SmallIntegerField()
    slot = models.SmallIntegerField()  # 0 for what is said of the person
    field = models.CharField(max_length=20)  # of RAW_FIELDS
    value = models.TextField(blank=True)
    by = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        """The last of a cell counts."""

        indexes = [models.Index(fields=["upload", "sheet", "row", "id"])]
