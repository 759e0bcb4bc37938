"""Who takes part in the tests of records coming in: a commune with its station and police, and a neighbour."""

from __future__ import annotations

import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

NOW = datetime(2021, 12, 20, 3, 0, tzinfo=UTC)


def clock() -> datetime:
    return NOW


def make_unit(*, district: str, commune: str, name: str) -> Any:
    from xacthuc_server.units.models import Unit
    from xacthuc_server.units.places import find_territory

    territory = find_territory("2021", province="36", district=district, commune=commune)
    return Unit.objects.create(
        tree="2021", code=commune, level="commune", name=name, valid_from=date(2021, 1, 1),
        lower=territory.lower, upper=territory.upper,
    )  # fmt: skip


def make_organisation(unit: Any, *, kind: str) -> Any:
    from xacthuc_server.units.models import KINDS, Organisation

    return Organisation.objects.create(
        kind=kind, authority=KINDS[kind], code=f"{kind}-{unit.code}", name=f"{kind} {unit.name}", unit=unit
    )


def take_role(organisation: Any, role: str) -> Any:
    from xacthuc_server.accounts.acting import Acting

    unit = organisation.unit
    return Acting(
        who=f"user-{role}-{organisation.code}", role=role, authority=organisation.authority,
        organisation_id=organisation.id, lower=unit.lower, upper=unit.upper,
    )  # fmt: skip


class Cast:
    """Hải Minh and its neighbour, each with a station and police."""

    def __init__(self) -> None:
        self.unit = make_unit(district="366", commune="14233", name="Xã Hải Minh")
        self.other_unit = make_unit(district="366", commune="14236", name="Xã Hải Anh")
        self.station = make_organisation(self.unit, kind="station")
        self.police = make_organisation(self.unit, kind="commune_police")
        self.other_station = make_organisation(self.other_unit, kind="station")
        self.clerk = take_role(self.station, "clerk")
        self.head = take_role(self.station, "site_head")
        self.officer = take_role(self.police, "officer")
        self.neighbour = take_role(self.other_station, "clerk")


def send(by: Any, path: Path, *, name: str | None = None) -> Any:
    """Send a file in; gives the upload."""
    from xacthuc_server.accounts.acting import act_as
    from xacthuc_server.uploads.actions import receive_upload

    with act_as(by):
        return receive_upload(by=by, now=NOW, name=name or path.name, content=io.BytesIO(path.read_bytes()))


def read(upload: Any, *, at: datetime = NOW + timedelta(minutes=1)) -> Any:
    """Do the job of reading; gives the upload as it is afterwards."""
    from xacthuc_server.jobs.reading import read_upload

    read_upload(upload.id, clock=lambda: at)
    return fetch(upload)


def fetch(upload: Any) -> Any:
    """Give an upload as it is now."""
    from xacthuc_server.accounts.acting import act_as, work_as
    from xacthuc_server.uploads.models import Upload

    with act_as(work_as("test")):
        return Upload.objects.get(id=upload.id)
