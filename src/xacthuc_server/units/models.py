"""Units with their dates, organisations, and who holds which post."""

from __future__ import annotations

from django.conf import settings
from django.db import models

LEVELS = ("nation", "province", "district", "commune")

AUTHORITIES = ("health", "police", "army", "commune", "none")

# Who vouches for what, as data. Soldiers are outside the civil number: the army vouches for who they are.
KINDS = {
    "station": "health",  # trạm y tế xã
    "site": "health",  # cơ sở tiêm chủng
    "centre": "health",  # trung tâm y tế huyện, CDC tỉnh
    "department": "health",  # sở y tế
    "ministry": "health",  # bộ y tế: signs certificates
    "commune_police": "police",
    "police_district": "police",
    "police_department": "police",
    "police_ministry": "police",
    "people_committee": "commune",
    "army": "army",
    "operator": "none",  # who keeps the platform running, and sees nobody
}


class Unit(models.Model):
    """An administrative unit of one tree. Codes are used again: a unit is its code and the day its tree begins."""

    tree = models.CharField(max_length=4)
    code = models.CharField(max_length=5)
    level = models.CharField(max_length=8)
    name = models.CharField(max_length=80)  # with its type: "Huyện Hải Hậu"
    parent = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="parts")
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)
    lower = models.BigIntegerField()  # its territory, see places.py
    upper = models.BigIntegerField()

    class Meta:
        """Unique by code and validity."""

        constraints = [models.UniqueConstraint(fields=["tree", "level", "code"], name="unit_once")]
        indexes = [models.Index(fields=["lower", "upper"])]

    def __str__(self) -> str:
        """Show the name."""
        return self.name


class Organisation(models.Model):
    """Who answers for records, identities or signatures in a unit."""

    kind = models.CharField(max_length=20)  # of KINDS
    authority = models.CharField(max_length=8)  # of AUTHORITIES
    code = models.CharField(max_length=40, unique=True)  # a site's licence, or one that is made of kind and unit
    name = models.CharField(max_length=120)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="organisations")
    above = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="below")

    class Meta:
        """Found by unit and kind when a case is routed."""

        indexes = [models.Index(fields=["unit", "kind"])]

    def __str__(self) -> str:
        """Show the name."""
        return self.name


class Post(models.Model):
    """A role that somebody holds in an organisation, from a day to a day."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="posts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="posts")
    role = models.CharField(max_length=20)
    valid_from = models.DateField()
    valid_to = models.DateField(null=True)

    @property
    def role_code(self) -> str:
        """Give the code of the role's text."""
        return f"role_{self.role}"

    class Meta:
        """One post of a kind at a time."""

        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"], condition=models.Q(valid_to=None), name="post_once"
            )
        ]
