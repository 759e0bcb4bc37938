"""A prepared register: the same verdicts as from the raw one, version by version."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from line import digest, run
from xacthuc import pipeline
from xacthuc.nation import build_nation
from xacthuc.reading import columnar
from xacthuc.runs.order import Order, VerifyRefused
from xacthuc.runs.prepared import UNFINISHED, Means, find_prepared, prepare_register, update_register

MEANS = Means(memory_gb=1.0, threads=1)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nation")
    build_nation(folder, people=4_000, doses=2_500, seed=31, provinces=("36",))
    return folder


@pytest.fixture(scope="module")
def prepared(nation: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("prepared") / "register"
    prepare_register(nation / "register.parquet", out=folder, means=MEANS)
    return folder


def verify(nation: Path, register: Path, out: Path, *, model: Path | None = None) -> Path:
    order = Order(
        files=(nation / "claims.parquet",),
        register=register,
        out=out,
        as_of=date(2021, 12, 31),
        memory_gb=1.0,
        threads=1,
        model=model,
    )
    return pipeline.verify(order).verdicts


def change(nation: Path, folder: Path) -> tuple[Path, Path, Path]:
    """Write an update: 40 people marry away and change their phone, 15 are new, 20 go; and the register after it."""
    people = pq.read_table(nation / "register.parquet")
    moved = people.slice(100, 40)
    place, phone = people.schema.get_field_index("commune"), people.schema.get_field_index("phone")
    moved = moved.set_column(place, "commune", people["commune"].slice(3_000, 40))
    moved = moved.set_column(phone, "phone", pa.array([f"09120000{n:02d}" for n in range(40)]))
    new = people.slice(2_000, 15)
    new = new.set_column(0, people.column_names[0], pa.array([f"new-{n}" for n in range(15)]))
    gone = people.slice(500, 20)
    key = people.column_names[0]
    out = pa.concat_tables([moved, gone])[key]
    after = pa.concat_tables([people.filter(pc.invert(pc.is_in(people[key], value_set=out))), moved, new])
    paths = folder / "changed.parquet", folder / "removed.parquet", folder / "after.parquet"
    for path, table in zip(paths, (pa.concat_tables([moved, new]), gone, after), strict=True):
        pq.write_table(table, path)
    return paths


def test_prepared_gives_the_same_verdicts(nation: Path, prepared: Path, tmp_path: Path) -> None:
    raw = verify(nation, nation / "register.parquet", tmp_path / "raw")
    assert digest(verify(nation, prepared, tmp_path / "once")) == digest(raw)
    assert digest(verify(nation, prepared / "0001", tmp_path / "version")) == digest(raw)


def test_an_update_gives_the_verdicts_of_the_register_as_it_is_then(
    nation: Path, prepared: Path, tmp_path: Path
) -> None:
    changed, removed, after = change(nation, tmp_path)
    folder = tmp_path / "register"
    prepare_register(nation / "register.parquet", out=folder, means=MEANS)
    made = update_register(folder, changed=changed, removed=removed, means=MEANS)
    assert (made.version, made.people) == (2, 4_000 + 15 - 20)
    older = verify(nation, folder / "0001", tmp_path / "older")
    model = older.parent / "model.json"
    updated = verify(nation, folder, tmp_path / "updated", model=model)
    assert digest(updated) == digest(verify(nation, after, tmp_path / "raw", model=model))
    assert digest(updated) != digest(older)


def test_names_are_counted_anew_by_what_went_and_came(nation: Path, tmp_path: Path) -> None:
    changed, removed, after = change(nation, tmp_path)
    prepare_register(nation / "register.parquet", out=tmp_path / "a", means=MEANS)
    updated = update_register(tmp_path / "a", changed=changed, removed=removed, means=MEANS)
    anew = prepare_register(after, out=tmp_path / "b", means=MEANS)
    tables = [pq.read_table(made.folder / "names.parquet").sort_by("name_fold") for made in (updated, anew)]
    assert tables[0].to_pydict() == tables[1].to_pydict()


def test_learnt_weights_come_with_the_register(nation: Path, prepared: Path, tmp_path: Path) -> None:
    first = verify(nation, prepared, tmp_path / "first").parent / "model.json"
    folder = tmp_path / "register"
    prepare_register(nation / "register.parquet", out=folder, means=MEANS, model=first)
    second = verify(nation, folder, tmp_path / "second")
    assert (second.parent / "model.json").read_text() == first.read_text()
    assert "patterns" not in (second.parent / "steps.jsonl").read_text()


def test_what_was_killed_is_no_version(nation: Path, tmp_path: Path) -> None:
    folder = tmp_path / "register"
    (folder / UNFINISHED / "people" / "rows").mkdir(parents=True)
    (folder / UNFINISHED / "people" / "rows" / "000000000000.parquet.1.tmp").write_bytes(b"half")
    assert find_prepared(folder) is None
    assert prepare_register(nation / "register.parquet", out=folder, means=MEANS).version == 1
    (folder / UNFINISHED / "people").mkdir(parents=True)
    found = find_prepared(folder)
    assert found is not None
    assert found.version == 1


def test_register_that_changes_is_never_mixed(nation: Path, tmp_path: Path) -> None:
    people = pq.read_table(nation / "register.parquet")
    source, folder = tmp_path / "register.parquet", tmp_path / "prepared"

    def stop(step: str, _: int | None) -> None:
        if step == "names":
            raise KeyboardInterrupt

    def change(_: str, rows: int | None) -> None:
        if rows:
            pq.write_table(people.slice(0, 700), source)

    pq.write_table(people.slice(0, 900), source)
    with pytest.raises(KeyboardInterrupt):
        prepare_register(source, out=folder, means=MEANS, report=stop)
    pq.write_table(people.slice(0, 800), source)
    with pytest.raises(VerifyRefused) as refusal:
        prepare_register(source, out=folder, means=MEANS, report=change)
    assert refusal.value.code == "run_input_changed"
    assert prepare_register(source, out=folder, means=MEANS).people == 700
    assert not (folder / "0001" / "run.json").exists()


def test_refusals(nation: Path, prepared: Path, tmp_path: Path) -> None:
    source = nation / "register.parquet"
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "letter.txt").write_text("mine")
    nameless = tmp_path / "nameless.parquet"
    table = pq.read_table(source)
    pq.write_table(table.drop_columns([table.column_names[0]]), nameless)
    (tmp_path / "foreign" / "0001").mkdir(parents=True)
    (tmp_path / "foreign" / "0001" / "register.json").write_text(
        (prepared / "0001" / "register.json").read_text().replace('"made_with": "', '"made_with": "9')
    )
    for code, call in {
        "run_prepared_already": lambda: prepare_register(source, out=prepared, means=MEANS),
        "run_folder_not_ours": lambda: prepare_register(source, out=tmp_path / "full", means=MEANS),
        "run_not_prepared": lambda: update_register(tmp_path / "full", changed=source, means=MEANS),
        "run_changes_unusable": lambda: update_register(prepared, changed=nameless, means=MEANS),
        "run_prepared_elsewhere": lambda: find_prepared(tmp_path / "foreign"),
    }.items():
        with pytest.raises(VerifyRefused) as refused:
            call()
        assert refused.value.code == code
    assert [path.name for path in prepared.iterdir() if path.name != UNFINISHED] == ["0001"]


def test_the_command(nation: Path, tmp_path: Path) -> None:
    folder, source = tmp_path / "register", nation / "register.parquet"
    code, said, _ = run("register", "prepare", source, "--out", folder, "--json", temporary=tmp_path / "tmp")
    assert (code, '"version": 1' in said) == (0, True)
    changed, _, _ = change(nation, tmp_path)
    code, said, _ = run("register", "update", folder, "--changed", changed, temporary=tmp_path / "tmp")
    assert code == 0
    assert "phiên bản 2, 4015 người" in said


def halve(nation: Path, folder: Path) -> tuple[Path, Path]:
    """Divide the claims as they come in over time: what was there before, and a tenth that is new."""
    claims = pq.read_table(nation / "claims.parquet")
    order = pa.array([row * 7919 % claims.num_rows for row in range(claims.num_rows)])
    mixed = claims.take(order)
    cut = claims.num_rows * 9 // 10
    for name, part in (("before.parquet", mixed.slice(0, cut)), ("new.parquet", mixed.slice(cut))):
        pq.write_table(part, folder / name, row_group_size=100)
    return folder / "before.parquet", folder / "new.parquet"


@pytest.mark.parametrize("slices", [1, 8])
def test_what_is_new_or_changed_gets_the_verdicts_of_a_full_run(
    slices: int, nation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if slices > 1:  # of each file, by several processes
        monkeypatch.setattr(columnar, "SLICE_ROWS", 300)
    before, new = halve(nation, tmp_path)
    changed, removed, _ = change(nation, tmp_path)
    folder = tmp_path / "register"
    prepare_register(nation / "register.parquet", out=folder, means=MEANS)
    means = {"as_of": date(2021, 12, 31), "memory_gb": 1.0, "threads": min(slices, 2), "register": folder}
    first = pipeline.verify(Order(files=(before,), out=tmp_path / "first", register_side=tmp_path / "side", **means))
    parts = list((tmp_path / "first" / "work" / "claims" / "rows").glob("*.parquet"))
    assert len(parts) == (slices + 1 if slices > 1 else 1)
    update_register(folder, changed=changed, removed=removed, means=MEANS)
    kept = {"register_side": tmp_path / "later side", "after": tmp_path / "first"}
    after = pipeline.verify(Order(files=(new,), out=tmp_path / "after", **kept, **means))
    model = tmp_path / "first" / "model.json"
    full = pipeline.verify(Order(files=(before, new), out=tmp_path / "full", model=model, **means))
    told = {row["record"]: row for row in pq.read_table(after.verdicts).to_pylist()}
    held = {row["record"]: row for row in pq.read_table(first.verdicts).to_pylist()}
    wanted = {row["record"]: row for row in pq.read_table(full.verdicts).to_pylist()}
    assert {**held, **told} == wanted
    differing = [record for record in held if held[record] != wanted[record]]
    assert differing
    assert len(told) < len(wanted) / 2
    assert pq.read_metadata(after.records).num_rows == len(told)
    for code, earlier in (("run_records_known", "first"), ("run_earlier_incomplete", "after")):
        with pytest.raises(VerifyRefused) as refused:
            pipeline.verify(Order(files=(before,), out=tmp_path / "twice", after=tmp_path / earlier, **means))
        assert refused.value.code == code
    raw = means | {"register": nation / "register.parquet"}
    with pytest.raises(VerifyRefused) as refused:
        pipeline.verify(Order(files=(new,), out=tmp_path / "raw", after=tmp_path / "first", **raw))
    assert refused.value.code == "run_earlier_other_register"
