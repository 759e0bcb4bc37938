"""Whose a case is: routed by residence for an identity, by who entered it for a dose. The routes are data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from xacthuc_server.units.models import Organisation

# Kinds of organisation that are asked one after the other, for a problem of identity: the nearest that covers the
# place. Who stated the record is asked last, so that there always is an owner; where the commune is not known, it is
# who stated the record that can ask the person, and no centre could.
ROUTES: Mapping[str, tuple[str, ...]] = {
    "police": ("commune_police", "police_department"),
    "station": ("station",),
}

# Identity verdicts by who settles them first.
TO_POLICE = ("MISMATCH", "NOT_FOUND", "AMBIGUOUS")
TO_STATION = ("NO_NUMBER",)  # which brings the number; then the police: at once, where it is sure who is meant
TO_FACILITY = ("FOREIGN",)  # which has seen the passport


def find_nearest(places: Iterable[int], *, route: str) -> dict[int, Organisation]:
    """Give for each place the organisation of a route whose unit covers it, the smallest unit first."""
    kinds = ROUTES[route]
    wanted = sorted(set(places))
    exact = Organisation.objects.filter(kind=kinds[0], unit__lower__in=wanted, unit__level="commune")
    found = {one.unit.lower: one for one in exact.select_related("unit").order_by("-id")}
    for place in wanted:
        if place not in found:
            covering = _find_covering(place, kinds)
            if covering is not None:
                found[place] = covering
    return found


def _find_covering(place: int, kinds: Sequence[str]) -> Organisation | None:
    covering = Organisation.objects.filter(kind__in=kinds, unit__lower__lte=place, unit__upper__gt=place)
    nearest = sorted(covering.select_related("unit"), key=lambda one: (one.unit.upper - one.unit.lower, one.id))
    return nearest[0] if nearest else None
