"""A file is received once, whoever sends it again; what is no file, too large or not allowed is refused."""

from __future__ import annotations

import io
import stat
from pathlib import Path

import pytest
from intake_cast import NOW, Cast, send

from village import write_lists


@pytest.fixture
def cast(rolled_back: None) -> Cast:
    return Cast()


@pytest.fixture
def book(tmp_path: Path) -> Path:
    return write_lists(tmp_path)[0]


def test_a_file_is_kept_for_its_sender_alone_and_is_to_be_read(cast: Cast, book: Path) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    from xacthuc_server.uploads.storing import find_file

    upload = send(cast.clerk, book)
    path = find_file(upload.id, upload.name)
    assert (upload.state, upload.again, upload.place) == ("received", False, cast.unit.lower)
    assert path.read_bytes() == book.read_bytes()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == stat.S_IMODE(path.parent.parent.stat().st_mode) == 0o700
    job = ProcrastinateJob.objects.get(task_name="uploads.read")
    assert job.args == {"upload_id": str(upload.id)}


def test_the_same_file_again_changes_nothing_and_says_so(cast: Cast, book: Path) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    from xacthuc_server.audit.models import Event
    from xacthuc_server.uploads.storing import find_folder

    first = send(cast.clerk, book)
    again = send(cast.head, book, name="ban sao.xlsx")
    assert (again.id, again.again, again.name) == (first.id, True, book.name)
    assert ProcrastinateJob.objects.filter(task_name="uploads.read").count() == 1
    assert len(list(find_folder(first.id).parent.iterdir())) >= 1
    assert list(Event.objects.order_by("id").values_list("what", flat=True)) == ["upload.received", "upload.again"]


def test_another_organisation_may_send_the_same_file(cast: Cast, book: Path) -> None:
    first, other = send(cast.clerk, book), send(cast.neighbour, book)
    assert first.id != other.id
    assert not other.again


@pytest.mark.parametrize("role", ["officer", "police_chief", "supervisor", "auditor"])
def test_who_may_not_send_is_refused(cast: Cast, book: Path, role: str) -> None:
    from intake_cast import take_role

    from xacthuc_server.units.posts import NotAllowed

    with pytest.raises(NotAllowed):
        send(take_role(cast.police, role), book)


def test_an_empty_file_is_refused_and_leaves_nothing(cast: Cast, tmp_path: Path) -> None:
    from xacthuc_server.uploads.models import Upload
    from xacthuc_server.uploads.storing import UploadRefused

    empty = tmp_path / "trong.csv"
    empty.touch()
    with pytest.raises(UploadRefused) as refused:
        send(cast.clerk, empty)
    assert refused.value.code == "upload_empty"
    assert not Upload.objects.exists()


def test_a_file_beyond_the_limit_is_refused_and_leaves_nothing(
    cast: Cast, book: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.conf import settings

    from xacthuc_server.uploads import storing

    folder = Path(settings.DATA) / "uploads"
    before = set(folder.iterdir()) if folder.exists() else set()
    monkeypatch.setattr(storing, "FILE_BYTES", 100)
    with pytest.raises(storing.UploadRefused) as refused:
        send(cast.clerk, book)
    assert refused.value.code == "upload_too_large"
    assert set(folder.iterdir()) == before


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Users\\ds tiêm.xlsx", "ds tiêm.xlsx"),
        ("...", "tep"),
        ("", "tep"),
        ("a\x00b\n.csv", "ab.csv"),
        (".hidden", "hidden"),
    ],
)
def test_a_name_never_leads_out_of_its_folder(given: str, kept: str) -> None:
    from xacthuc_server.uploads.storing import clean_name

    assert clean_name(given) == kept


def test_a_long_name_keeps_its_ending() -> None:
    from xacthuc_server.uploads.storing import clean_name

    name = clean_name("ệ" * 300 + ".xlsx")
    assert name.endswith("ệ.xlsx")
    assert len(name.encode()) <= 200


def test_nothing_is_sent_by_nobody(database: str) -> None:
    from xacthuc_server.accounts.acting import NOBODY
    from xacthuc_server.units.posts import NotAllowed
    from xacthuc_server.uploads.actions import receive_upload

    with pytest.raises(NotAllowed):
        receive_upload(by=NOBODY, now=NOW, name="a.csv", content=io.BytesIO(b"x"))
