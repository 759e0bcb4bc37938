"""A batch of certificates: everybody accounted for, gone on with after a stop, never written over another."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from certificates import AT, ISSUED, SECRET, ec_key, make_signer, make_trust
from settled import count_settled, write_results
from xacthuc.certificates.issue import IssueRefused
from xacthuc.certificates.signer import FileKey, FileSigner
from xacthuc.certificates.verify import verify
from xacthuc.engines import Engine, holding, load_steps
from xacthuc.records import VERDICT_SCHEMA
from xacthuc.runs import certificate_batch
from xacthuc.runs.certificate_batch import BatchOrder, issue_batch
from xacthuc.runs.history import HISTORY_SCHEMA
from xacthuc.runs.refusals import VerifyRefused

PEOPLE = 600
LATER = ISSUED + timedelta(days=3)


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_results(tmp_path_factory.mktemp("results"), people=PEOPLE)


@pytest.fixture
def order(results: Path, tmp_path: Path) -> BatchOrder:
    key = tmp_path / "key.pem"
    key.write_bytes(ec_key().private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    key.chmod(0o600)
    (tmp_path / "to").mkdir()
    opened = FileKey(key, make_signer().certificate.certificate or b"")
    to = tmp_path / "to" / "certificates.parquet"
    return BatchOrder(results, to, opened, "Bộ Y tế", SECRET, timedelta(days=365), threads=1)


def read(to: Path) -> list[dict[str, Any]]:
    rows = pq.read_table(to).drop_columns("text").to_pylist()
    return sorted(rows, key=lambda row: str(row["record"]))


class Stop(Exception):
    """Somebody has pulled the plug."""


def stop_at(step: str) -> Any:
    def report(name: str, rows: int | None) -> None:
        if name == step and rows is None:
            raise Stop

    return report


def test_everybody_is_accounted_for(order: BatchOrder) -> None:
    done = issue_batch(order, now=ISSUED)
    rows = read(order.to)
    assert (done.issued, done.refused) == (count_settled(PEOPLE), PEOPLE - count_settled(PEOPLE))
    assert len({row["person_group"] for row in rows}) == len(rows) == PEOPLE
    assert all(bool(row["codes"]) == (row["uvci"] is None) for row in rows)
    assert set(done.codes) == {
        "issue_no_dose", "issue_identity_open", "issue_dose_open", "issue_course", "issue_name_missing"
    }  # fmt: skip
    texts = [text for text in pq.read_table(order.to)["text"].to_pylist() if text]
    assert all(verify(text, trust=make_trust(), at=AT).accepted for text in texts)


def test_two_processes_issue_the_same(order: BatchOrder) -> None:
    issue_batch(order, now=ISSUED)
    other = replace(order, to=order.to.with_name("two.parquet"), threads=2)
    issue_batch(other, now=ISSUED)
    assert read(other.to) == read(order.to)


@pytest.mark.parametrize("step", ["last_doses", "holders", "issued", "joined"])
def test_a_batch_goes_on_at_its_moment(order: BatchOrder, step: str) -> None:
    whole = replace(order, to=order.to.with_name("whole.parquet"))
    issue_batch(whole, now=ISSUED)
    with pytest.raises(Stop):
        issue_batch(order, now=ISSUED, report=stop_at(step))
    issue_batch(order, now=LATER)
    assert read(order.to) == read(whole.to)
    assert sorted(path.name for path in order.to.parent.iterdir() if path.is_file()) == [order.to.name, whole.to.name]


def test_a_finished_batch_is_not_issued_again(order: BatchOrder) -> None:
    first = issue_batch(order, now=ISSUED)
    written = order.to.read_bytes()
    assert issue_batch(order, now=LATER) == first
    assert order.to.read_bytes() == written


def test_what_a_kill_at_the_very_end_leaves_is_removed(order: BatchOrder) -> None:
    with pytest.raises(Stop):
        issue_batch(order, now=ISSUED, report=stop_at("joined"))
    folder = order.to.with_name("certificates.parquet.batch")
    assert (folder / "batch.json").exists()
    issue_batch(order, now=LATER)
    assert list(order.to.parent.iterdir()) == [order.to]
    folder.mkdir()
    issue_batch(order, now=LATER)
    assert list(order.to.parent.iterdir()) == [order.to]


def test_two_commands_do_not_work_on_one_file(order: BatchOrder) -> None:
    folder = order.to.with_name("certificates.parquet.batch")
    folder.mkdir()
    with holding(folder), pytest.raises(VerifyRefused) as refused:
        issue_batch(order, now=ISSUED)
    assert refused.value.code == "issue_batch_busy"
    assert str(folder) in str(refused.value)
    assert issue_batch(order, now=ISSUED).issued


def test_a_disk_without_room_is_told_before_anything_is_signed(
    order: BatchOrder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(certificate_batch, "find_room", lambda _: (1, 1_000))
    with pytest.raises(VerifyRefused) as refused:
        issue_batch(order, now=ISSUED)
    assert refused.value.code == "issue_disk_short"
    monkeypatch.undo()
    assert issue_batch(order, now=LATER).issued


def test_no_batch_is_written_over(order: BatchOrder) -> None:
    issue_batch(order, now=ISSUED)
    for other in (replace(order, issued=LATER), replace(order, name="Sở Y tế"), replace(order, secret=bytes(32))):
        with pytest.raises(VerifyRefused) as refused:
            issue_batch(other, now=LATER)
        assert refused.value.code == "issue_file_exists"
    order.to.write_bytes(b"somebody's own")
    with pytest.raises(VerifyRefused, match="another batch"):
        issue_batch(order, now=LATER)


def test_another_order_begins_anew(order: BatchOrder) -> None:
    with pytest.raises(Stop):
        issue_batch(order, now=ISSUED, report=stop_at("issued"))
    other = replace(order, issued=LATER)
    issue_batch(other, now=LATER)
    whole = replace(order, issued=LATER, to=order.to.with_name("whole.parquet"))
    issue_batch(whole, now=LATER)
    assert read(other.to) == read(whole.to)


def test_a_slice_that_was_damaged_is_issued_again(order: BatchOrder) -> None:
    whole = replace(order, to=order.to.with_name("whole.parquet"))
    issue_batch(whole, now=ISSUED)
    with pytest.raises(Stop):
        issue_batch(order, now=ISSUED, report=stop_at("issued"))
    slices = sorted(order.to.parent.rglob("slice-*.parquet"))
    assert len(slices) > 2
    os.truncate(slices[0], 100)
    slices[1].unlink()
    issue_batch(order, now=LATER)
    assert read(order.to) == read(whole.to)


def test_people_that_were_damaged_are_taken_again(order: BatchOrder) -> None:
    with pytest.raises(Stop):
        issue_batch(order, now=ISSUED, report=stop_at("issued"))
    (holders,) = order.to.parent.rglob("holders.parquet")
    os.truncate(holders, 100)
    assert issue_batch(order, now=LATER).issued == count_settled(PEOPLE)


def test_a_folder_of_somebody_is_left_alone(order: BatchOrder) -> None:
    folder = order.to.with_name("certificates.parquet.batch")
    folder.mkdir()
    (folder / "photo.jpg").write_bytes(b"a photo")
    with pytest.raises(VerifyRefused) as refused:
        issue_batch(order, now=ISSUED)
    assert refused.value.code == "run_folder_not_ours"
    assert [path.name for path in folder.iterdir()] == ["photo.jpg"]


def test_results_that_change_meanwhile(order: BatchOrder, tmp_path: Path) -> None:
    out = write_results(tmp_path / "out", people=100)

    def change(step: str, _: int | None) -> None:
        if step == "last_doses":
            write_results(out, people=200)

    with pytest.raises(VerifyRefused) as refused:
        issue_batch(replace(order, out=out), now=ISSUED, report=change)
    assert refused.value.code == "run_input_changed"
    assert not order.to.exists()
    assert issue_batch(replace(order, out=out), now=ISSUED).issued == count_settled(200)


@dataclass(frozen=True)
class FailingKey:
    """A key whose signer is wrong once in a while."""

    sound: FileKey

    @property
    def kid(self) -> bytes:
        return self.sound.kid

    @contextmanager
    def open(self) -> Iterator[FileSigner]:
        with self.sound.open() as signer:
            yield Failing(signer)


class Failing(FileSigner):
    def __init__(self, signer: FileSigner) -> None:
        self.__dict__ |= signer.__dict__
        self.signed = 0

    def sign(self, part: bytes) -> bytes:
        self.signed += 1
        return bytes(64) if self.signed == 100 else super().sign(part)


def test_nothing_leaves_where_a_signature_is_wrong(order: BatchOrder) -> None:
    assert isinstance(order.key, FileKey)
    with pytest.raises(IssueRefused) as refused:
        issue_batch(replace(order, key=FailingKey(order.key)), now=ISSUED)
    assert refused.value.code == "issue_self_check"
    assert not order.to.exists()


def test_no_secret_is_written_or_shown(order: BatchOrder) -> None:
    with pytest.raises(Stop):
        issue_batch(order, now=ISSUED, report=stop_at("issued"))
    folder = order.to.with_name("certificates.parquet.batch")
    assert folder.stat().st_mode & 0o077 == 0
    assert set(json.loads((folder / "batch.json").read_text(encoding="utf-8"))) == {"fingerprint", "issued"}
    assert repr(SECRET)[2:-1] not in repr(order)
    assert "invented words" not in repr(FileKey(order.to, b"", b"invented words"))


# record, person, role, dn, sd, state, identity, vaccination; without a person: no dose of it was judged
RECORDS: tuple[tuple[Any, ...], ...] = (
    ("a1", "p:a", "primary", 1, 2, "complete", "MATCHED", "PLAUSIBLE"),
    ("a2", "p:a", "primary", 2, 2, "complete", "MATCHED", "PLAUSIBLE"),
    ("a3", "p:a", "not_counted", None, None, "complete", "MISMATCH", "DUPLICATE"),
    ("b1", "p:b", "primary", 1, 2, "complete", "MISMATCH", "PLAUSIBLE"),
    ("b2", "p:b", "primary", 2, 2, "complete", "MATCHED", "PLAUSIBLE"),
    ("c1", "c:c", "primary", 1, 2, "partial", "NOT_FOUND", "DOUBTFUL"),
    ("d1", "p:d", "not_counted", None, None, "none", "MATCHED", "DOUBTFUL"),
    ("d2", "p:d", "not_counted", None, None, "none", "MATCHED", "DOUBTFUL"),
    ("e1", None, "", None, None, "", "REFUSED", "REFUSED"),
    ("f1", None, "", None, None, "", "MATCHED", "REFUSED"),
)
LAST = [
    ("a2", "p:a", "primary", 2, False, False),
    ("b2", "p:b", "primary", 2, True, False),
    ("c1", "c:c", "primary", 1, True, True),
    ("d1", "p:d", "not_counted", None, False, False),
    ("e1", None, "not_counted", None, False, False),
    ("f1", None, "not_counted", None, False, False),
]


def test_the_last_dose_of_each_person(engine: Engine, tmp_path: Path) -> None:
    names = ("record", "person_group", "role", "dn", "sd", "state", "identity", "vaccination")
    rows = [dict(zip(names, record, strict=True)) for record in RECORDS]
    history = [row | {"extra": 0} for row in rows if row["person_group"]]
    verdicts = [row | {"file": "f", "sheet": "", "row": 1, "reasons": [], "sure": True} for row in rows]
    tables = {"history": (history, HISTORY_SCHEMA), "verdicts": (verdicts, VERDICT_SCHEMA)}
    for name, (given, schema) in tables.items():
        known = [{key: row.get(key) for key in schema.names} for row in given]
        pq.write_table(pa.Table.from_pylist(known, schema=schema), tmp_path / f"{name}.parquet")
    inputs = {name: tmp_path / f"{name}.parquet" for name in tables}
    found = pa.Table.from_batches(engine.stream(load_steps("xacthuc.runs")["last_doses"], inputs=inputs))
    told = found.sort_by("record").select(["record", "person_group", "role", "dn", "identity_open", "dose_open"])
    assert [tuple(row.values()) for row in told.to_pylist()] == LAST
