"""A synthetic nation with known truth, from one seed: its register, its claims, and what really happened.

1 count every chunk   2 hand out doses and numbers   3 write chunk after chunk   4 write what belongs to all
"""

from __future__ import annotations

import multiprocessing
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from itertools import islice
from pathlib import Path
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from xacthuc.nation.chunks import Census, Chunk, Share, add_sessions, count_chunk, make_chunk
from xacthuc.nation.doses import Quota
from xacthuc.nation.numbers import HOLDERS_LIMIT, SECOND_PHONE, Cells
from xacthuc.nation.people import Stretch
from xacthuc.nation.rates import Rates
from xacthuc.nation.setting import load_setting
from xacthuc.nation.supply import write_supply

T = TypeVar("T")
Ints = NDArray[np.int64]
Numbers = NDArray[np.int64] | NDArray[np.float64]
Progress = Callable[[str, "int | None"], None]  # a step and how many people so far; None: the step is finished

CHUNK_PEOPLE = 250_000
OUTSIDE_PER_CHUNK = 20_000  # people in no register that a chunk can number
AHEAD = 2  # chunks made before they are written, by worker: bounds the memory
DOSES_EACH = 3  # more could not be told from a slip of the keyboard; what adults can have had is counted later
COVERED = 0.97  # of the adults of a chunk, at most
STREAMS = ("register", "claims", "truth", "unrecorded")


class TooManyDosesError(Exception):
    """More doses than the adults of the nation can have had by then."""


def build_nation(
    out: Path,
    *,
    people: int,
    doses: int,
    seed: int,
    provinces: tuple[str, ...] | None = None,
    rates: Rates | None = None,
    progress: Progress | None = None,
    workers: int = 1,
    chunk_people: int = CHUNK_PEOPLE,
) -> None:
    """Write a nation into a folder, as Parquet: register, claims and truth; unrecorded, sites, lots, deliveries ...

    `provinces`: codes of 2021, all where None. The same arguments give the same rows, whatever `workers` is;
    `chunk_people` bounds the memory. Raises TooManyDosesError. Not checked: free
    space. Sources of all figures: data/*.toml beside this file.
    """
    assert 0 < people < SECOND_PHONE, "a nation of this size has no numbering plan"
    if doses > people * DOSES_EACH:
        raise TooManyDosesError(f"{doses} doses are too many for {people} people")
    rates = rates or Rates()
    out.mkdir(parents=True, exist_ok=True)
    tell = progress or _say_nothing
    chunks = plan_chunks(people=people, doses=doses, seed=seed, provinces=provinces, rates=rates, size=chunk_people)
    counted = _run(count_chunk, [(chunk,) for chunk in chunks], workers=workers)
    shares = plan_shares(
        _told(counted, chunks=chunks, step="people", tell=tell), chunks=chunks, doses=doses, rates=rates
    )
    made = _run(make_chunk, list(zip(chunks, shares, strict=True)), workers=workers)
    sessions, population = _write_streams(_told(made, chunks=chunks, step="records", tell=tell), out=out)
    pq.write_table(population, out / "population.parquet", compression="zstd")
    write_supply(add_sessions(sessions), out=out, setting=load_setting(provinces, seed=seed, rates=rates))


def plan_chunks(
    *, people: int, doses: int, seed: int, provinces: tuple[str, ...] | None, rates: Rates, size: int = CHUNK_PEOPLE
) -> list[Chunk]:
    """Divide the nation into chunks of neighbours."""
    first_doses = doses * (1 - rates["second_dose"] - rates["further_dose"])
    replaced = tuple(sorted(rates.as_dict().items()))
    chunks = []
    for number, first in enumerate(range(0, people, size)):
        count = min(size, people - first)
        vaccinated = first_doses * count / people
        foreigners = round(vaccinated * rates["foreigners"])
        stretch = Stretch(
            first=first,
            count=count,
            total=people,
            outside=foreigners + round(vaccinated * rates["not_in_register"]),
            foreigners=foreigners,
            outside_first=people + number * OUTSIDE_PER_CHUNK,
        )
        chunks.append(Chunk(number, stretch, seed, provinces and tuple(sorted(provinces)), replaced))
    return chunks


def plan_shares(counted: Iterable[Census], *, chunks: list[Chunk], doses: int, rates: Rates) -> list[Share]:
    """Hand out the doses by the pace of the provinces, and the numbers in the order of the chunks."""
    censuses = list(counted)
    outside = np.array([chunk.stretch.outside for chunk in chunks])
    room = np.array([int(census.adults * COVERED) for census in censuses]) + outside
    third = round(doses * rates["further_dose"])
    first = min(round(doses * (1 - rates["second_dose"])) - third, int(room.sum()))
    second = doses - third - first
    if second > first * COVERED:
        raise TooManyDosesError(f"{doses} doses are too many for {sum(census.adults for census in censuses)} adults")
    firsts = _hand_out(first, weights=np.array([census.pull for census in censuses]), room=room)
    seconds, thirds = _hand_out(second, weights=firsts, room=firsts), _hand_out(third, weights=firsts, room=firsts)
    totals = Cells(
        np.sum([census.cells.twelve for census in censuses], axis=0),
        np.sum([census.cells.nine for census in censuses], axis=0),
    )
    assert totals.twelve.max() < HOLDERS_LIMIT, "too many people of one province, sex and year for six digits"
    shares = []
    before = Cells(np.zeros_like(totals.twelve), np.zeros_like(totals.nine))
    for number, census in enumerate(censuses):
        quota = Quota(int(firsts[number]), int(seconds[number]), int(thirds[number]))
        shares.append(Share(quota=quota, before=before, totals=totals))
        before = Cells(before.twelve + census.cells.twelve, before.nine + census.cells.nine)
    return shares


def _hand_out(total: int, *, weights: Numbers, room: Ints) -> Ints:
    """Divide a whole number by weight, nobody getting more than there is room for."""
    given = np.zeros(len(weights), np.int64)
    while (left := total - int(given.sum())) > 0:
        open_ = np.where(given < room, np.maximum(weights, 1e-9), 0.0)
        assert open_.sum() > 0, "there is no room for all"
        wish = np.cumsum(left * open_ / open_.sum())
        part = np.diff(np.concatenate(([0], np.round(wish).astype(np.int64))))
        given = np.minimum(given + part, room)
    return given


def _run(make: Callable[..., T], jobs: Sequence[tuple[object, ...]], *, workers: int) -> Iterator[T]:
    """Run jobs in order, a bounded number of them ahead of what is taken."""
    if workers <= 1 or len(jobs) == 1:
        yield from (make(*job) for job in jobs)
        return
    left = iter(jobs)
    waiting: deque[Future[T]] = deque()
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        waiting.extend(pool.submit(make, *job) for job in islice(left, workers * AHEAD))
        while waiting:
            done = waiting.popleft().result()
            waiting.extend(pool.submit(make, *job) for job in islice(left, 1))
            yield done


def _told(results: Iterable[T], *, chunks: Sequence[Chunk], step: str, tell: Progress) -> Iterator[T]:
    for chunk, result in zip(chunks, results, strict=True):
        yield result
        tell(step, chunk.stretch.first + chunk.stretch.count)
    tell(step, None)


def _write_streams(chunks: Iterator[Mapping[str, pa.Table]], *, out: Path) -> tuple[pa.Table, pa.Table]:
    """Write each chunk as a row group of its files; give the sessions and the population of all."""
    writers: dict[str, pq.ParquetWriter] = {}
    sessions: list[pa.Table] = []
    population: list[pa.Table] = []
    try:
        for tables in chunks:
            for name in STREAMS:
                if name not in writers:
                    writers[name] = pq.ParquetWriter(out / f"{name}.parquet", tables[name].schema, compression="zstd")
                writers[name].write_table(tables[name])
            sessions.append(tables["sessions"])
            population.append(tables["population"])
    finally:
        for writer in writers.values():
            writer.close()
    people = pa.concat_tables(population).group_by("unit").aggregate([("people", "sum"), ("adults", "sum")])
    people = people.rename_columns(["unit", "people", "adults"]).sort_by("unit")
    return pa.concat_tables(sessions), people


def _say_nothing(_step: str, _people: int | None) -> None:
    pass
