"""A mended cell is as if the file had said so: the row is one dose still, and the old one does not count."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from intake_cast import NOW, Cast, read, send

from line import write_csv
from village import DOSE, HEADINGS, PEOPLE, note_person

JAB = ("1", "AstraZeneca", "CTMAV562", "01/09/2021")
NUMBER = PEOPLE[3]["number12"]


@pytest.fixture
def cast(rolled_back: None) -> Cast:
    return Cast()


@pytest.fixture
def upload(cast: Cast, tmp_path: Path) -> Any:
    rows = [
        [*HEADINGS, *DOSE],
        [*note_person(0), *JAB],
        [*note_person(3, number12="0363"), *JAB],
        ["", "01/02/1980", "Nam", "", "", *JAB],
    ]
    return read(send(cast.clerk, write_csv(tmp_path / "ds.csv", rows)))


@pytest.fixture(autouse=True)
def _as_clerk(cast: Cast, upload: Any) -> Any:
    from xacthuc_server.accounts.acting import act_as

    with act_as(cast.clerk):
        yield


def mend(by: Any, upload: Any, *, row: int = 3, field: str = "number", was: str = "0363", value: str = NUMBER) -> Any:
    from xacthuc_server.people.mending import Cell, mend_cell

    slot = 1 if field in ("vaccine", "dose_date", "lot") else 0
    return mend_cell(upload.id, Cell("", row, 1, slot, field), was=was, value=value, by=by, now=NOW)


def get_row(row: int) -> Any:
    from xacthuc_server.uploads.models import Row

    return Row.objects.get(row=row)


def test_a_mended_number_is_another_person_and_the_dose_follows(cast: Cast, upload: Any) -> None:
    from xacthuc_server.people.models import Dose, Person

    before = get_row(3)
    mended = mend(cast.clerk, upload)
    after = get_row(3)
    assert after.dose != before.dose
    assert Dose.objects.get(id=before.dose).withdrawn_at == NOW
    assert Dose.objects.get(id=after.dose).withdrawn_at is None
    assert Person.objects.get(id=after.person).number12 == NUMBER
    assert Person.objects.get(id=before.person).replaced_by_id == after.person
    assert mended.counts["recorded"] == upload.counts["recorded"] == 2
    assert mended.state == "recorded"
    assert "number_length" not in mended.counts["codes"]


def test_mended_back_is_as_before(cast: Cast, upload: Any) -> None:
    from xacthuc_server.people.models import Dose, Person

    before = get_row(3)
    mend(cast.clerk, upload)
    mend(cast.clerk, upload, was=NUMBER, value="0363")
    after = get_row(3)
    assert (after.dose, after.person) == (before.dose, before.person)
    assert Dose.objects.get(id=before.dose).withdrawn_at is None
    assert Person.objects.get(id=before.person).replaced_by_id is None
    assert Dose.objects.filter(withdrawn_at=None).count() == 2


def test_a_refused_row_becomes_a_record(cast: Cast, upload: Any) -> None:
    assert get_row(4).state == "refused"
    mended = mend(cast.clerk, upload, row=4, field="name", was="", value="Nguyễn Văn Nam")
    assert get_row(4).state == "recorded"
    assert (mended.counts["recorded"], mended.counts.get("refused", 0)) == (3, 0)


def test_a_cell_of_a_dose_is_mended(cast: Cast, upload: Any) -> None:
    from xacthuc_server.people.models import Dose

    mend(cast.clerk, upload, row=2, field="dose_date", was="01/09/2021", value="02/09/2021")
    assert Dose.objects.get(id=get_row(2).dose).dose_date == "2021-09-02"


@pytest.mark.parametrize(
    ("named", "code"),
    [
        ({"was": "036"}, "cell_changed"),
        ({"row": 99}, "cell_not_there"),
        ({"field": "secret"}, "cell_not_there"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_as_it_was_shown_is_refused(cast: Cast, upload: Any, named: dict[str, Any], code: str) -> None:
    from xacthuc_server.people.mending import MendRefused

    with pytest.raises(MendRefused) as refused:
        mend(cast.clerk, upload, **named)
    assert refused.value.code == code


def test_a_signed_row_is_not_mended(cast: Cast, upload: Any) -> None:
    from xacthuc_server.people.mending import MendRefused
    from xacthuc_server.people.models import Dose

    Dose.objects.filter(id=get_row(3).dose).update(signed_at=NOW)
    with pytest.raises(MendRefused) as refused:
        mend(cast.clerk, upload)
    assert refused.value.code == "row_signed"


def test_a_neighbour_does_not_find_the_file(cast: Cast, upload: Any) -> None:
    from xacthuc_server.people.mending import MendRefused

    with pytest.raises(MendRefused) as refused:
        mend(cast.neighbour, upload)
    assert refused.value.code == "upload_not_there"


def test_the_police_mend_no_cell(cast: Cast, upload: Any) -> None:
    from xacthuc_server.units.posts import NotAllowed

    with pytest.raises(NotAllowed):
        mend(cast.officer, upload)
