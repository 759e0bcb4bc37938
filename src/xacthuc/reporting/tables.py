"""Tables by unit and cause: numbered SQL steps over the verdicts, as Parquet and CSV.

The two axes stand side by side everywhere; there is no merged status. What a percentage is a percentage of stands in
`columns.csv` and in its name: `matched_of_recorded`.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from xacthuc.codes.units import UnitTree, load_units
from xacthuc.engines import Engine, load_steps, writing
from xacthuc.reporting.patterns import LINES, PATTERNS, explain_numbers
from xacthuc.reporting.words import Words, write_reasons

UNKNOWN = "-"  # ends the code of a unit that is not known: "01-" is somewhere in Hà Nội
NATION = "VN"
NO_UNIT = Words("Chưa rõ đơn vị", "Unit not known")

DELIVERED_SCHEMA = pa.schema([("unit", pa.string()), ("product", pa.string()), ("doses", pa.int64())])
GIVEN_SCHEMA = pa.schema([("unit", pa.string()), ("given", pa.int64()), ("unrecorded", pa.int64())])
PEOPLE_SCHEMA = pa.schema([("unit", pa.string()), ("people", pa.int64()), ("adults", pa.int64())])
# A column that may be absent has another beside it that tells the same, or is not counted.
NEEDED = {"delivered": (("doses",),), "given": (("given", "unrecorded"),), "people": (("people",), ("adults",))}

# What is published of each table: the step it comes from and the columns that put its rows in one order.
ORDER: Mapping[str, tuple[str, ...]] = {
    "units": ("level", "unit"),
    "causes": ("level", "unit", "state", "axis", "code"),
    "worklist": ("level", "unit", "owner", "rank"),
    "products": ("level", "unit", "product", "dose_no"),
    "days": ("level", "unit", "dose_date"),
}
# share: (part, whole), both columns of `units`; the whole is in the name
SHARES: Mapping[str, tuple[str, str]] = {
    "given_of_delivered": ("given", "delivered"),
    "recorded_of_given": ("given_recorded", "given"),
    "matched_of_recorded": ("matched", "recorded"),
    "plausible_of_recorded": ("plausible", "recorded"),
    "both_of_recorded": ("both_settled", "recorded"),
}


class FiguresRefused(ValueError):
    """A file of figures by unit that would be lost in part or whole; says why, in both languages."""

    def __init__(self, path: Path, vi: str, en: str) -> None:
        """Name the file and the reason in each language."""
        super().__init__(f"{path.name}: {vi} / {en}")
        self.path, self.vi, self.en = path, vi, en


@dataclass(frozen=True)
class Sources:
    """Where the tables come from; what is None is not known and stays empty in the tables."""

    lines: Path  # the folder of LINES and PATTERNS
    deliveries: Path | None = None  # unit, product, doses
    population: Path | None = None  # unit, people, adults
    unrecorded: Path | None = None  # unit, and `given` or `unrecorded` doses


@dataclass(frozen=True)
class Tables:
    """The tables of one run, in the order of ORDER."""

    units: pa.Table
    causes: pa.Table
    worklist: pa.Table
    products: pa.Table
    days: pa.Table

    def by_name(self) -> dict[str, pa.Table]:
        """Give the tables by the names of their files."""
        return {name: getattr(self, name) for name in ORDER}


def build_tables(sources: Sources, *, engine: Engine, scratch: Path) -> Tables:
    """Count everything there is to say, by unit, cause, product, dose number and day.

    `scratch` is a folder of this call's own; it is emptied afterwards. Units are those of 2021. Raises FiguresRefused,
    EngineFailed.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    explain_numbers(
        sources.lines / PATTERNS,
        statuses=scratch / "statuses.parquet",
        reasons=scratch / "reasons.parquet",
        classes=scratch / "classes.parquet",
    )
    _write_inputs(sources, scratch)
    made = _run_steps(sources.lines / LINES, engine=engine, scratch=scratch)
    tables = {name: _read_made(made, name) for name in ORDER}
    shutil.rmtree(scratch)
    tables["units"] = _add_shares(_add_names(tables["units"]))
    tables["worklist"] = tables["worklist"].append_column("to_settle", _settles(tables["worklist"]))
    return Tables(**tables)


def write_tables(tables: Tables, out: Path) -> list[Path]:
    """Write every table as Parquet and as CSV that spreadsheets read as UTF-8, and what the columns mean."""
    out.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, table in tables.by_name().items():
        with writing(out / f"{name}.parquet") as unfinished:
            pq.write_table(table, unfinished, compression="zstd")
        paths += [out / f"{name}.parquet", write_csv(table, out / f"{name}.csv")]
    columns = resources.files("xacthuc.reporting") / "columns.csv"
    with writing(out / "columns.csv") as unfinished:
        unfinished.write_text("\ufeff" + columns.read_text(encoding="utf-8"), encoding="utf-8")
    return [*paths, out / "columns.csv"]


def write_csv(table: pa.Table, path: Path) -> Path:
    """Write one table as CSV; the mark at the head tells spreadsheets that it is UTF-8."""
    with writing(path) as unfinished, unfinished.open("wb") as file:
        file.write(b"\xef\xbb\xbf")
        pa_csv.write_csv(table, file)
    return path


def _write_inputs(sources: Sources, scratch: Path) -> None:
    """Write the small tables that the steps join: units with their chain, and figures, empty where not known."""
    places = _list_places(load_units("2021"))
    pq.write_table(places, scratch / "places.parquet")
    for name, path, schema in (
        ("delivered", sources.deliveries, DELIVERED_SCHEMA),
        ("given", sources.unrecorded, GIVEN_SCHEMA),
        ("people", sources.population, PEOPLE_SCHEMA),
    ):
        figures = schema.empty_table()
        if path is not None:
            figures = _read_figures(path, schema, needed=NEEDED[name])
            _check_units(path, figures, known=places["unit"])
        pq.write_table(figures, scratch / f"{name}.parquet")


def _list_places(tree: UnitTree) -> pa.Table:
    """Give each unit with the codes of its province, district and commune, as far down as it reaches."""
    rows = []
    for unit in tree:
        chain = {above.level: above.code for above in (unit, *tree.ancestors(unit.code))}
        rows.append({"unit": unit.code, **{level: chain.get(level) for level in ("province", "district", "commune")}})
    return pa.Table.from_pylist(
        rows, pa.schema([(n, pa.string()) for n in ("unit", "province", "district", "commune")])
    )


def _read_figures(path: Path, schema: pa.Schema, *, needed: tuple[tuple[str, ...], ...]) -> pa.Table:
    """Read a small table of figures by unit (Parquet or CSV); of each group in `needed` one column has to be there."""
    try:
        if path.suffix.lower() == ".csv":
            as_text = pa_csv.ConvertOptions(column_types={"unit": pa.string()}, strings_can_be_null=True)
            table = pa_csv.read_csv(path, convert_options=as_text)
        else:
            table = pq.read_table(path)
    except pa.ArrowException:
        raise FiguresRefused(path, "không phải tệp csv hay Parquet đọc được", "no readable csv or Parquet") from None
    present = set(table.column_names)
    for names in (("unit",), *needed):
        if not present & set(names):
            column = " / ".join(names)
            raise FiguresRefused(path, f"thiếu cột {column}", f"the column {column} is missing")
    try:
        columns = [
            table[f.name].cast(f.type) if f.name in present else pa.nulls(table.num_rows, f.type) for f in schema
        ]
    except pa.ArrowException:
        raise FiguresRefused(path, "có ô không phải số nguyên", "a cell is no whole number") from None
    return pa.table(columns, schema=schema)


def _check_units(path: Path, figures: pa.Table, *, known: pa.ChunkedArray) -> None:
    """Refuse figures of units that the tree does not have: they would stand in no line of the report."""
    strange = pc.invert(pc.is_in(figures["unit"], value_set=known.combine_chunks()))
    if pc.any(strange).as_py():
        row = pc.index(strange, True).as_py() + 2  # as a person sees it below the heading
        raise FiguresRefused(
            path,
            f"dòng {row}: không có mã đơn vị này trong danh mục tháng 11/2021",
            f"row {row}: no unit of November 2021 has this code",
        )


def _run_steps(lines: Path, *, engine: Engine, scratch: Path) -> dict[str, Path]:
    """Run the numbered steps one after another, each on what the earlier ones and the inputs give."""
    made: dict[str, Path] = {}
    written = ("statuses", "reasons", "classes", "places", "people", "delivered", "given")
    inputs = {name: scratch / f"{name}.parquet" for name in written} | {"lines": lines}
    for name, step in load_steps("xacthuc.reporting").items():
        made[name] = scratch / f"{name}.parquet"
        engine.run_step(step, inputs=inputs, output=made[name])
        inputs[name.partition("_")[2]] = made[name]
    return made


def _read_made(made: Mapping[str, Path], name: str) -> pa.Table:
    path = next(path for step, path in made.items() if step.endswith(f"_{name}"))
    table = ds.dataset(path, format="parquet").to_table()
    return table.sort_by([(column, "ascending") for column in ORDER[name]])


def _add_names(units: pa.Table) -> pa.Table:
    """Put the name of each unit behind its code; an unknown part says so."""
    tree = load_units("2021")
    names = pa.array([name_unit(code, tree).vi for code in units["unit"].to_pylist()], pa.string())
    return units.add_column(units.column_names.index("unit") + 1, "name", names)


def name_unit(code: str, tree: UnitTree) -> Words:
    """Give the full name of a unit's code as the tables hold it; of an unknown one, the unit it lies in."""
    if code == NATION:
        return Words("Cả nước", "Whole country")
    if (unit := tree.get(code)) is not None:
        return Words(unit.full_name, unit.full_name)
    above = tree.get(code.rstrip(UNKNOWN))
    if above is None:
        return NO_UNIT
    vi, en = ("xã", "commune") if above.level == "district" else ("huyện", "district")
    return Words(f"{above.full_name}, chưa rõ {vi}", f"{above.full_name}, {en} not known")


def _add_shares(units: pa.Table) -> pa.Table:
    """Add each share of SHARES in percent, two digits; null where its whole is null or nought."""
    for name, (part, whole) in SHARES.items():
        below = pc.if_else(pc.equal(units[whole], 0), None, units[whole])
        share = pc.divide(pc.multiply(units[part].cast(pa.float64()), 100.0), below.cast(pa.float64()))
        units = units.append_column(name, pc.round(share, ndigits=2))
    return units


def _settles(worklist: pa.Table) -> pa.Array:
    """Say in Vietnamese what a class of work is: the sentences of its codes."""
    said = {text: write_class(text).vi for text in pc.unique(worklist["work_class"]).to_pylist()}
    return pa.array([said[text] for text in worklist["work_class"].to_pylist()], pa.string())


def write_class(work_class: str) -> Words:
    """Give the sentences of a class of work in the two languages; a class without a reason says so."""
    if not work_class:
        return Words("Chưa rõ lý do.", "No reason is given.")
    return write_reasons({"code": code} for code in work_class.split())
