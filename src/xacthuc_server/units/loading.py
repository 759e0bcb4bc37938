"""The units of the two trees, and the organisations that every unit has by law."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from types import MappingProxyType

from xacthuc.codes.units import Tree, UnitTree
from xacthuc.codes.units import Unit as Listed
from xacthuc.codes.units import load_units as list_units
from xacthuc_server.accounts.acting import Acting
from xacthuc_server.audit.actions import action, tell
from xacthuc_server.units.models import KINDS, Organisation, Unit
from xacthuc_server.units.places import find_territory

NATION = "00"  # the code of the whole tree; no province has it

# Which organisations a unit of a level has: kind, its name before the unit's, and the kind above it, a level higher.
STANDING: Mapping[str, tuple[tuple[str, str, str | None], ...]] = MappingProxyType(
    {
        "nation": (
            ("ministry", "Bộ Y tế", None),
            ("police_ministry", "Bộ Công an", None),
            ("army", "Bộ Quốc phòng", None),
        ),
        "province": (("department", "Sở Y tế", "ministry"), ("police_department", "Công an", "police_ministry")),
        "district": (("centre", "Trung tâm Y tế", "department"), ("police_district", "Công an", "police_department")),
        "commune": (
            ("station", "Trạm Y tế", "centre"),
            ("commune_police", "Công an", "police_district"),
            ("people_committee", "UBND", "centre"),
        ),
    }
)
BATCH = 1_000


@action
def record_units(tree: Tree, *, by: Acting, now: datetime) -> int:
    """Take in the units of a tree that are not there yet; gives how many came."""
    listed, there = list_units(tree), {(unit.level, unit.code) for unit in Unit.objects.filter(tree=tree)}
    made = 0
    if ("nation", NATION) not in there:
        made += len(_write([_make_nation(listed)]))
    for level in ("province", "district", "commune"):
        above = {unit.code: unit for unit in Unit.objects.filter(tree=tree)}
        wanted = [unit for unit in listed.of_level(level) if (level, unit.code) not in there]
        made += len(_write([_make(unit, listed, above) for unit in wanted]))
    tell("units_recorded", by=by, now=now, more={"tree": tree, "units": made})
    return made


def _write(units: list[Unit]) -> list[Unit]:
    return Unit.objects.bulk_create(units, batch_size=BATCH)


def _make_nation(listed: UnitTree) -> Unit:
    territory = find_territory(listed.tree)
    return Unit(
        tree=listed.tree, code=NATION, level="nation", name="Việt Nam", lower=territory.lower, upper=territory.upper,
        **_list_days(listed),
    )  # fmt: skip


def _list_days(listed: UnitTree) -> dict[str, date | None]:
    ends = listed.valid_to
    return {"valid_from": date.fromisoformat(listed.valid_from), "valid_to": date.fromisoformat(ends) if ends else None}


def _make(unit: Listed, listed: UnitTree, above: Mapping[str, Unit]) -> Unit:
    codes = {each.level: each.code for each in (unit, *listed.ancestors(unit.code))}
    territory = find_territory(listed.tree, **codes)
    return Unit(
        tree=listed.tree, code=unit.code, level=unit.level, name=unit.full_name, parent=above[unit.parent or NATION],
        lower=territory.lower, upper=territory.upper, **_list_days(listed),
    )  # fmt: skip


@action
def found_organisations(units: Iterable[Unit], *, by: Acting, now: datetime) -> int:
    """Found what every unit has by law, from the nation down; gives how many are new.

    The units above each must be among those given, or have theirs already.
    """
    made = 0
    for unit in sorted(units, key=lambda unit: ("nation", "province", "district", "commune").index(unit.level)):
        for kind, title, kind_above in STANDING[unit.level]:
            _, new = Organisation.objects.get_or_create(
                code=f"{kind}-{unit.tree}-{unit.code}",
                defaults={
                    "kind": kind, "authority": KINDS[kind], "unit": unit, "above": _find_above(unit, kind_above),
                    "name": title if unit.level == "nation" else f"{title} {unit.name}",
                },
            )  # fmt: skip
            made += new
    tell("organisations_founded", by=by, now=now, more={"organisations": made})
    return made


def _find_above(unit: Unit, kind: str | None) -> Organisation | None:
    """Find the organisation above: of the nearest unit above that has one of the kind."""
    above = unit.parent
    while kind is not None and above is not None:
        found = Organisation.objects.filter(unit=above, kind=kind).first()
        if found is not None:
            return found
        above = above.parent
    return None
