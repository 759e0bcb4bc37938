"""A file is read and recorded: every row is accounted for, the same row is one dose, whenever the reader is killed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from intake_cast import NOW, Cast, clock, fetch, read, send

from line import write_csv
from village import DOSE, HEADINGS, note_person, write_lists

JAB = ("1", "AstraZeneca", "CTMAV562", "01/09/2021")


@pytest.fixture
def cast(rolled_back: None) -> Cast:
    return Cast()


@pytest.fixture(autouse=True)
def _all(rolled_back: None) -> Any:
    """Look at everything: what the wall hides is tested elsewhere."""
    from xacthuc_server.accounts.acting import act_as, work_as

    with act_as(work_as("test")):
        yield


def count_states(upload: Any) -> Counter[str]:
    from xacthuc_server.uploads.models import Row

    return Counter(Row.objects.filter(upload=upload).values_list("state", flat=True))


def test_every_row_is_accounted_for(cast: Cast, tmp_path: Path) -> None:
    from xacthuc_server.people.models import Dose, Person

    upload = read(send(cast.clerk, write_lists(tmp_path)[0]))
    counts = upload.counts
    assert upload.state == "recorded"
    assert counts["lines"] == counts["data"] + counts["ignored"]
    assert count_states(upload) == {"recorded": 3, "refused": 1}
    assert sum(count_states(upload).values()) == counts["records"]
    assert Dose.objects.count() == count_states(upload)["recorded"]
    assert {person.identity for person in Person.objects.all()} == {"UNASKED"}
    assert {person.place for person in Person.objects.all()} == {cast.unit.lower}


def test_the_same_row_twice_is_one_dose(cast: Cast, tmp_path: Path) -> None:
    from xacthuc_server.people.models import Dose, Person

    rows = [[*HEADINGS, *DOSE], [*note_person(0), *JAB], [*note_person(3), *JAB], [*note_person(0), *JAB]]
    first = read(send(cast.clerk, write_csv(tmp_path / "a.csv", rows)))
    second = read(send(cast.clerk, write_csv(tmp_path / "b.csv", [*rows[:2], [*note_person(4), *JAB]])))
    assert count_states(first) == {"recorded": 2, "same": 1}
    assert count_states(second) == {"recorded": 1, "same": 1}
    assert (Dose.objects.count(), Person.objects.count()) == (3, 3)


def test_a_person_without_a_dose_is_listed(cast: Cast, tmp_path: Path) -> None:
    from xacthuc_server.people.models import Dose, Person

    upload = read(send(cast.clerk, write_csv(tmp_path / "ds.csv", [[*HEADINGS], note_person(0), note_person(3)])))
    assert count_states(upload) == {"listed": 2}
    assert (Dose.objects.count(), Person.objects.count()) == (0, 2)


def test_what_is_no_list_is_refused_with_the_reason(cast: Cast, tmp_path: Path) -> None:
    broken = tmp_path / "hong.xlsx"
    broken.write_bytes(b"PK\x03\x04 no workbook")
    upload = read(send(cast.clerk, broken))
    assert upload.state == "refused"
    assert upload.code


def test_a_value_too_long_for_anybody_is_refused_at_its_row(cast: Cast, tmp_path: Path) -> None:
    rows = [[*HEADINGS, *DOSE, "Cơ sở tiêm"], [*note_person(0), *JAB, "Trạm " * 100], [*note_person(3), *JAB, "Trạm"]]
    upload = read(send(cast.clerk, write_csv(tmp_path / "dai.csv", rows)))
    assert count_states(upload) == {"refused": 1, "recorded": 1}


class Killed(BaseException):
    pass


STEPS = ("begin_reading", "pipeline.read_only", "copy_rows", "record_list", "_record_findings", "record_upload")


@pytest.mark.parametrize("step", STEPS)
def test_a_reader_that_is_killed_is_begun_again_and_ends_the_same(
    cast: Cast, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Killed after the step, before its transaction ends where it is in one."""
    from xacthuc_server.jobs import reading
    from xacthuc_server.people.models import Dose
    from xacthuc_server.uploads.models import CellFinding

    upload = send(cast.clerk, write_lists(tmp_path)[0])
    owner: Any = reading
    *path, name = step.split(".")
    for part in path:
        owner = getattr(owner, part)
    done = getattr(owner, name)

    def kill(*args: Any, **named: Any) -> None:
        done(*args, **named)
        raise Killed

    with monkeypatch.context() as killing:
        killing.setattr(owner, name, kill)
        with pytest.raises(Killed):
            read(upload)
    assert fetch(upload).state in ("received", "reading")
    assert not Dose.objects.exists()
    upload = read(upload)
    assert upload.state == "recorded"
    assert sum(count_states(upload).values()) == upload.counts["records"]
    assert CellFinding.objects.filter(upload=upload).count() == upload.counts["findings"]


def test_reading_again_changes_nothing(cast: Cast, tmp_path: Path) -> None:
    from xacthuc_server.people.models import Dose

    upload = read(send(cast.clerk, write_lists(tmp_path)[0]))
    doses = list(Dose.objects.order_by("id").values())
    again = read(upload)
    assert (again.version, again.counts) == (upload.version, upload.counts)
    assert list(Dose.objects.order_by("id").values()) == doses


def test_a_file_that_kills_its_reader_is_refused_in_the_end(cast: Cast, tmp_path: Path) -> None:
    from xacthuc_server.jobs import reading
    from xacthuc_server.uploads.limits import ATTEMPTS

    upload = send(cast.clerk, write_lists(tmp_path)[0])
    by = reading.work_as("uploads.read")
    for _ in range(ATTEMPTS):
        with reading.act_as(by):
            assert reading.begin_reading(upload.id, by=by, now=NOW) is not None
    reading.read_upload(upload.id, clock=clock)
    assert (fetch(upload).state, fetch(upload).code) == ("refused", "upload_reader_died")
