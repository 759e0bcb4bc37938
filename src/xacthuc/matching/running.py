"""Run the numbered steps in their order on an engine: claims and people in, decisions out.

Everything is a file in `work`; a file that is there is finished, so a run that was killed goes on where it stood.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.engines import Engine, Step, load_steps
from xacthuc.matching.learning import learn, patterns_from
from xacthuc.matching.model import NARROW_FROM, RARITIES, Model, cut_of, find_common, read_model, write_model

# Random pairs to learn u from: about twenty-five thousand claims, ten people each.
CLAIMS_SAMPLED = 25_000
ROUNDS_OF_PAIRS = 10

Report = Callable[[str], None]


class Line:
    """The steps of one run: which table each reads, which it writes."""

    def __init__(self, engine: Engine, *, work: Path, report: Report, **tables: Path) -> None:
        """Prepare a run; `work` holds every table in between and stays on the register's side."""
        work.mkdir(parents=True, exist_ok=True)
        self._engine = engine
        self._tables = tables
        self._work = work
        self._report = report
        self._steps = load_steps("xacthuc.matching")

    def make(self, output: str, step: str, **inputs: str) -> Path:
        """Run a step unless its output is there; inputs name tables that were made before."""
        path = self._work / f"{output}.parquet"
        self._tables[output] = path
        if not path.exists():
            self._engine.run_step(
                self._find(step), inputs={name: self._tables[table] for name, table in inputs.items()}, output=path
            )
            self._report(output)
        return path

    def take(self, output: str, path: Path) -> None:
        """Take a table that was made elsewhere."""
        self._tables[output] = path

    def put(self, output: str, table: pa.Table) -> None:
        """Write a small table of ours (sizes, cuts, weights) where the steps can read it."""
        path = self._work / f"{output}.parquet"
        self._tables[output] = path
        unfinished = path.with_suffix(".tmp")
        pq.write_table(table, unfinished)
        unfinished.replace(path)

    def rows(self, table: str) -> list[dict[str, int | bool]]:
        """Give the rows of a small table."""
        found: list[dict[str, int | bool]] = pq.read_table(self._tables[table]).to_pylist()
        return found

    def count(self, table: str) -> int:
        """Give the number of rows of a table."""
        path = self._tables[table]
        files = sorted(path.glob("*.parquet")) if path.is_dir() else [path]
        return sum(int(pq.read_metadata(file).num_rows) for file in files)

    def _find(self, name: str) -> Step:
        return self._steps[name]


def match(
    engine: Engine,
    *,
    claims: Path,
    people: Path,
    work: Path,
    model: Path | None = None,
    names: Path | None = None,
    report: Report = lambda _: None,
) -> dict[str, Path]:
    """Match CLEAN claims (numbered by `claim`) against CLEAN people (numbered by `person_no`).

    Gives the paths of `decided` (09), `scored` (08) and `model`. `model` is a
    model.json to use instead of learning one, `names` the names of the people as `count_names` has written them, where
    that was done before. Raises EngineFailed. Does not look at any raw value.
    """
    line = Line(engine, claims=claims, people=people, work=work, report=report)
    _put_constants(line)
    both = {"claims": "claims", "people": "people"}
    if names is None:
        line.make("names", "00_names", people="people")
    else:
        line.take("names", names)
    line.make("numbered", "01_numbers", **both)
    line.make("learning", "03_random", numbered="numbered", sizes="sizes", rounds="rounds", **both)
    line.make("compared", "02_compare", pairs="learning", **both)
    line.make("settled", "04_settled", numbered="numbered", compared="compared")
    line.make("asked", "05_asked", names="names", claims="claims", settled="settled", cuts="cuts")
    line.make("pairs", "06_blocks", asked="asked", people="people", numbered="numbered", sizes="sizes")
    line.make("candidates", "02_compare", pairs="pairs", claims="asked", people="people")
    model_path = model or _learn_model(line, work=work)
    _put_model(line, read_model(model_path))
    line.make("scored", "08_score", candidates="candidates", compared="compared", asked="asked", weights="weights")
    decided = line.make("decided", "09_decide", settled="settled", scored="scored", thresholds="thresholds")
    return {"decided": decided, "scored": work / "scored.parquet", "model": model_path}


def group(
    engine: Engine, *, claims: Path, decided: Path, work: Path, report: Report = lambda _: None
) -> dict[str, Path]:
    """Bring the claims of one person together, and the entries of one dose: the paths of `groups` (10), `doses` (12).

    `claims` as for `match`, `decided` as `match` gives it. Raises EngineFailed.
    """
    line = Line(engine, claims=claims, work=work, report=report)
    line.take("decided", decided)
    groups = line.make("groups", "10_groups", claims="claims", decided="decided")
    line.make("entries", "11_entries", claims="claims", decided="decided", groups="groups")
    doses = line.make("doses", "12_doses", entries="entries", claims="claims")
    return {"groups": groups, "doses": doses}


def find_pairs(engine: Engine, *, people: Path, tables: Mapping[str, Path], output: Path) -> None:
    """Write whom step 06 finds among some people only, by the `tables` of an earlier run. Raises EngineFailed."""
    inputs = {"people": people, **tables}
    engine.run_step(load_steps("xacthuc.matching")["06_blocks"], inputs=inputs, output=output)


def list_cuts() -> dict[str, list[int]]:
    """Give the classes of rarity: rarity, at_least, at_most bearers."""
    cuts = [(rarity, *cut_of(rarity)) for rarity in range(1, RARITIES)]
    rarity, least, most = (list(column) for column in zip(*cuts, strict=True))
    return {"rarity": rarity, "at_least": least, "at_most": most}


def count_names(engine: Engine, *, people: Path, output: Path) -> None:
    """Count who bears which name among CLEAN people: all of matching that asks for no claim. Raises EngineFailed."""
    engine.run_step(load_steps("xacthuc.matching")["00_names"], inputs={"people": people}, output=output)


def _put_constants(line: Line) -> None:
    line.put("cuts", pa.table(list_cuts()))
    line.put("rounds", pa.table({"round": list(range(ROUNDS_OF_PAIRS))}))
    every = max(1, line.count("claims") // CLAIMS_SAMPLED)
    people = line.count("people")
    sizes = {"every": every, "people": people, "narrow": people >= NARROW_FROM, "common": find_common(people)}
    line.put("sizes", pa.Table.from_pylist([sizes]))


def _learn_model(line: Line, *, work: Path) -> Path:
    path = work / "model.json"
    if path.exists():
        return path
    line.make("patterns", "07_patterns", compared="compared", asked="asked")
    line.make("candidate_patterns", "07_patterns", compared="candidates", asked="asked")
    pairs = patterns_from(line.rows("patterns"))
    learnt = learn(
        numbered=[pattern for pattern in pairs if pattern.held],
        random=[pattern for pattern in pairs if not pattern.held],
        candidates=patterns_from(line.rows("candidate_patterns")),
        claims=line.count("claims"),
        people=line.count("people"),
    )
    unfinished = path.with_suffix(".tmp")
    write_model(learnt, unfinished)
    unfinished.replace(path)
    return path


def _put_model(line: Line, model: Model) -> None:
    schema = pa.schema([("field", pa.string()), ("level", pa.int32()), ("rarity", pa.int32()), ("weight", pa.int32())])
    weights = [{name: getattr(weight, name) for name in schema.names} for weight in model.weights]
    line.put("weights", pa.Table.from_pylist(weights, schema=schema))
    names = ("propose", "sure_weight", "sure_margin", "doubt_margin")
    line.put("thresholds", pa.table({name: [getattr(model.thresholds, name)] for name in names}))
