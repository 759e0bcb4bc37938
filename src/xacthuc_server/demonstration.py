"""People who work in one district, invented, with passwords that everybody can read: to try the platform out."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.totp.internal.auth import TOTP

from xacthuc_server.accounts.acting import Acting, act_as
from xacthuc_server.accounts.models import User
from xacthuc_server.units.actions import found_site, give_post, make_account
from xacthuc_server.units.loading import NATION, found_organisations, record_units
from xacthuc_server.units.models import Organisation, Unit

PASSWORD = "trinh-dien-cong-khai"
SECRET = "XACTHUCTRINHDIEN"  # base32, of every account's second factor

OPERATOR = Acting("demonstration", "administrator", "none", None)


class InsecureDemonstrationStaff(UserWarning):
    """Accounts whose password and second factor everybody knows."""


@dataclass(frozen=True)
class Member:
    """Somebody of the cast: how they log in, and as what."""

    login: str
    name: str
    role: str
    kind: str  # of the organisation, in the unit of `level`
    level: str = "commune"


CAST = (
    Member("tram", "Lò Thị Mai", "clerk", "station"),
    Member("coso", "Đỗ Văn Hậu", "site_head", "site"),
    Member("congan", "Phạm Văn Thắng", "officer", "commune_police"),
    Member("truongca", "Vũ Đức Long", "police_chief", "commune_police"),
    Member("chutich", "Trần Quốc Bảo", "chair", "people_committee"),
    Member("huyen", "Nguyễn Thu Hà", "supervisor", "centre", "district"),
    Member("tinh", "Bùi Minh Châu", "supervisor", "department", "province"),
    Member("boyte", "Hoàng Gia Linh", "issuer", "ministry", "nation"),
    Member("kiemtoan", "Ngô Bích Vân", "auditor", "ministry", "nation"),
    Member("quantri", "Đặng Hữu Phúc", "administrator", "operator", "nation"),
)


def make_cast(*, commune: str, neighbours: Sequence[str] = (), now: datetime) -> list[Member]:
    """Make units, organisations and staff of a commune of 2021 and of those above it; warns that they are insecure.

    What is there already stays; gives the cast.
    """
    warnings.warn("accounts whose passwords everybody knows", InsecureDemonstrationStaff, stacklevel=2)
    with act_as(OPERATOR):
        if not Unit.objects.filter(tree="2021", code=NATION).exists():
            record_units("2021", by=OPERATOR, now=now)
        units = _list_line(commune)
        near = Unit.objects.filter(tree="2021", level="commune", code__in=neighbours)
        found_organisations([*units.values(), *near], by=OPERATOR, now=now)
        _found_others(units, now=now)
        for member in CAST:
            if not User.objects.filter(login=member.login).exists():
                _hire(member, units[member.level], now=now)
    return list(CAST)


def _list_line(commune: str) -> dict[str, Unit]:
    unit: Unit | None = Unit.objects.get(tree="2021", level="commune", code=commune)
    line: dict[str, Unit] = {}
    while unit is not None:
        line[unit.level] = unit
        unit = unit.parent
    return line


def _found_others(units: dict[str, Unit], *, now: datetime) -> None:
    commune = units["commune"]
    station = Organisation.objects.get(unit=commune, kind="station")
    code = f"site-{commune.code}-1"
    if not Organisation.objects.filter(code=code).exists():
        found_site(code=code, name=f"Điểm tiêm {commune.name}", station=station, by=OPERATOR, now=now)
    Organisation.objects.get_or_create(
        code="operator", defaults={"kind": "operator", "authority": "none", "name": "Vận hành", "unit": units["nation"]}
    )


def _hire(member: Member, unit: Unit, *, now: datetime) -> None:
    user = make_account(login=member.login, name=member.name, password=PASSWORD, by=OPERATOR, now=now)
    TOTP.activate(user, SECRET)
    organisation = Organisation.objects.filter(unit=unit, kind=member.kind).order_by("id").first()
    assert organisation is not None, member.kind
    give_post(user=user, organisation=organisation, role=member.role, by=OPERATOR, now=now)
