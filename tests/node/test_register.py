"""The node's index of a register: whole or absent, in the version that is prepared, with what an update has changed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from claims import make_claim

from conftest import write_people
from village import PEOPLE
from xacthuc.exchange.references import Referrer
from xacthuc.matching import read_model, write_model
from xacthuc.runs.prepared import Means, find_prepared, update_register
from xacthuc.runs.refusals import VerifyRefused
from xacthuc_register import store
from xacthuc_register.building import MANIFEST, build_index, find_index
from xacthuc_register.checking import Checker
from xacthuc_register.folder import NodeFolder
from xacthuc_register.refusals import NodeRefused
from xacthuc_register.serving import open_store
from xacthuc_register.store import Store

MODEL = Path(__file__).parents[2] / "conformance" / "model.json"
REFERRER = Referrer(b"secret of a test")


@pytest.fixture
def own(prepared: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(prepared, tmp_path / "prepared"))


def test_an_update_of_the_register_is_the_next_index(own: Path, tmp_path: Path) -> None:
    folder = NodeFolder(tmp_path / "node")
    before = Checker(open_store(folder, register=own), folder.referrer)
    renamed, gone = PEOPLE[1] | {"name": "Trần Văn Minh"}, PEOPLE[8]
    changed = write_people(tmp_path / "changed.csv", [renamed])
    removed = write_people(tmp_path / "removed.csv", [gone])
    update_register(own, changed=changed, removed=removed, means=Means(threads=1))
    opened = open_store(folder, register=own)
    after = Checker(opened, folder.referrer)
    claims = [{**make_claim(at), "claim": 0, "refused": None} for at in (0, 1, 8)]
    assert [before.check(claim).decision["identity"] for claim in claims] == ["MATCHED"] * 3
    assert [after.check(claim).decision["identity"] for claim in claims] == ["MATCHED", "MISMATCH", "NOT_FOUND"]
    references = {folder.referrer.make(person["id"]) for person in (PEOPLE[1], gone)}
    assert set(opened.list_changes(1)) == references
    assert opened.list_changes(2) == []
    assert [path.name for path in folder.index.iterdir()] == ["0002"]
    assert before.name_sure(before.check(claims[0])) == after.name_sure(after.check(claims[0]))
    assert (opened.index.version, opened.index.people) == (2, len(PEOPLE) - 1)


def test_an_index_that_is_there_is_used_and_an_unfinished_one_made_anew(own: Path, tmp_path: Path) -> None:
    folder = NodeFolder(tmp_path / "node")
    open_store(folder, register=own)
    made = (folder.index / "0001" / "rows.bin").stat().st_mtime_ns
    open_store(folder, register=None)
    open_store(folder, register=own)
    assert (folder.index / "0001" / "rows.bin").stat().st_mtime_ns == made
    (folder.index / "0001" / MANIFEST).unlink()
    assert find_index(folder.index, version=1) is None
    with pytest.raises(NodeRefused) as refused:
        open_store(folder, register=None)
    assert refused.value.code == "node_register_missing"
    assert open_store(folder, register=own).index.people == len(PEOPLE)


def test_other_weights_need_no_other_index(own: Path, tmp_path: Path) -> None:
    folder = NodeFolder(tmp_path / "node")
    first = open_store(folder, register=own)
    write_model(read_model(MODEL), tmp_path / "model.json")
    said = json.loads((tmp_path / "model.json").read_text())
    said["thresholds"]["propose"] += 1
    (tmp_path / "model.json").write_text(json.dumps(said))
    second = open_store(folder, register=own, model=tmp_path / "model.json")
    assert second.model.thresholds.propose == first.model.thresholds.propose + 1
    (tmp_path / "model.json").write_text("{}")
    with pytest.raises(VerifyRefused) as refused:
        open_store(folder, register=own, model=tmp_path / "model.json")
    assert refused.value.code == "run_aid_unusable"


def test_a_register_without_weights_and_one_that_is_not_prepared(own: Path, tmp_path: Path) -> None:
    folder = NodeFolder(tmp_path / "node")
    (own / "0001" / "model.json").unlink()
    with pytest.raises(NodeRefused) as refused:
        open_store(folder, register=own)
    assert refused.value.code == "node_model_missing"
    with pytest.raises(NodeRefused) as refused:
        open_store(folder, register=tmp_path / "empty")
    assert refused.value.code == "node_register_raw"


def test_an_id_with_the_sign_between_values_is_refused(own: Path, tmp_path: Path) -> None:
    people = find_prepared(own)
    assert people is not None
    part = next(people.rows.glob("*.parquet"))
    rows = pq.read_table(part)
    ids = pa.array([f"{record}\x1f" for record in rows["record"].to_pylist()], pa.string())
    pq.write_table(rows.set_column(rows.schema.get_field_index("record"), rows.schema.field("record"), ids), part)
    with pytest.raises(NodeRefused) as refused:
        build_index(people, folder=tmp_path / "index", referrer=REFERRER, model=None)
    assert refused.value.code == "node_value_unusable"
    assert find_index(tmp_path / "index", version=1) is None


def test_a_key_that_says_nothing_is_no_reason_to_read_the_register(
    own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = find_prepared(own)
    assert people is not None
    opened = Store(build_index(people, folder=tmp_path / "index", referrer=REFERRER, model=None))
    monkeypatch.setattr(store, "CANDIDATES", 1)
    claim = {**make_claim(5, number12=None, number9=None), "claim": 0, "refused": None}
    with pytest.raises(NodeRefused) as refused:
        Checker(opened, REFERRER).check(claim)
    assert refused.value.code == "node_candidates_many"


def test_references_depend_on_the_secret_and_on_nothing_else() -> None:
    assert REFERRER.make("036190000001") == Referrer(b"secret of a test").make("036190000001")
    assert REFERRER.make("036190000001") != Referrer(b"another secret").make("036190000001")
    assert REFERRER.make("A") != REFERRER.hide("A")
    assert "secret" not in repr(REFERRER)
