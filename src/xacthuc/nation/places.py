"""Where people live: the communes of 2021 with a population each, and what a province adds to names and numbers."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib import resources

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from xacthuc.codes.keys import list_key
from xacthuc.codes.units import load_units
from xacthuc.nation.shuffling import unit

REGIONS = ("N", "C", "S")
PEOPLES = ("kinh", "tay", "thai", "muong", "hmong", "dao", "khmer", "cham", "giarai", "ede", "bana", "coho", "hoa")
TYPE_WEIGHTS = {"Phường": 1.9, "Thị trấn": 1.3, "Xã": 1.0}  # people of a commune by its type: our assumption


@dataclass(frozen=True)
class Places:
    """The country: arrays by commune and by province, in the order of their codes."""

    provinces: tuple[str, ...]  # codes of all 63, whichever communes are chosen
    commune_codes: pa.Array
    commune_names: pa.Array
    former_names: pa.Array  # of a commune that was merged into this one, null where there is none: invented
    district_codes: pa.Array
    district_names: pa.Array
    province_names: pa.Array  # by commune
    province: NDArray[np.int64]  # index of the province, by commune
    district: NDArray[np.int64]  # index of the district, by commune
    share: NDArray[np.float64]  # of the people, by commune; sums to 1
    population: NDArray[np.float64]  # shares of the nation by province, of all 63
    region: NDArray[np.int64]  # index in REGIONS, by province
    campaign: NDArray[np.float64]  # by province
    peoples: NDArray[np.float64]  # province x PEOPLES, rows sum to 1
    cmnd: tuple[tuple[str, ...], ...]  # prefixes by province

    @property
    def communes(self) -> int:
        """Count the communes."""
        return len(self.share)


@cache
def load_places(provinces: tuple[str, ...] | None = None) -> Places:
    """Give the country, or only the provinces named by code; an unknown code is an assertion."""
    facts = {row["code"]: row for row in _read_provinces()}
    codes = tuple(sorted(facts))
    assert set(provinces or ()) <= set(facts), "a province code is unknown"
    rows = [row for row in _read_communes() if not provinces or row[0] in provinces]
    index = {code: i for i, code in enumerate(codes)}
    province = np.array([index[row[0]] for row in rows], np.int64)
    districts = {code: i for i, code in enumerate(sorted({row[1] for row in rows}))}
    population = np.array([float(facts[code]["population"]) for code in codes])
    return Places(
        provinces=codes,
        commune_codes=pa.array([row[2] for row in rows]),
        commune_names=pa.array([row[5] for row in rows]),
        former_names=pa.array(_invent_former_names(rows), pa.string()),
        district_codes=pa.array([row[1] for row in rows]),
        district_names=pa.array([row[4] for row in rows]),
        province_names=pa.array([row[3] for row in rows]),
        province=province,
        district=np.array([districts[row[1]] for row in rows], np.int64),
        share=_share_people(rows, province=province, population=population),
        population=population / population.sum(),
        region=np.array([REGIONS.index(facts[code]["region"]) for code in codes], np.int64),
        campaign=np.array([float(facts[code]["campaign"]) for code in codes]),
        peoples=np.array([_share_peoples(facts[code]["peoples"]) for code in codes]),
        cmnd=tuple(tuple(facts[code]["cmnd"].split()) for code in codes),
    )


def _invent_former_names(rows: list[tuple[str, ...]]) -> list[str | None]:
    """Give each rural commune of two words the name of one that is no more: in no list, but of the place's own words.

    The first word is the commune's own, as neighbours often share it; the last is that of the next one in the province.
    """
    known = {list_key(unit.full_name) for unit in load_units("2021").communes()}
    former: list[str | None] = []
    for row, following in zip(rows, [*rows[1:], rows[0]], strict=True):
        words, others = row[5].split(), following[5].split()
        name = f"Xã {words[1]} {others[-1]}" if len(words) == len(others) == 3 and words[0] == "Xã" else None
        former.append(None if name is None or list_key(name) in known else name)
    return former


def _share_people(
    rows: list[tuple[str, ...]], *, province: NDArray[np.int64], population: NDArray[np.float64]
) -> NDArray[np.float64]:
    codes = np.array([int(row[2]) for row in rows], np.int64)
    kinds = np.array([next((w for kind, w in TYPE_WEIGHTS.items() if row[5].startswith(kind)), 1.0) for row in rows])
    weights = kinds * (0.5 + unit(codes, key=2021))
    sums = np.bincount(province, weights=weights, minlength=len(population))
    people = weights / sums[province] * population[province]
    return np.asarray(people / people.sum())


def _share_peoples(text: str) -> list[float]:
    shares = {name: float(share) for name, share in (part.split(":") for part in text.split())}
    assert set(shares) <= set(PEOPLES), "a people is unknown"
    return [1 - sum(shares.values()), *(shares.get(name, 0.0) for name in PEOPLES[1:])]


def _read_provinces() -> list[dict[str, str]]:
    text = (resources.files("xacthuc.nation") / "data" / "provinces.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))


def _read_communes() -> list[tuple[str, ...]]:
    tree = load_units("2021")
    rows = []
    for commune in tree.communes():
        district, province = tree.ancestors(commune.code)
        rows.append(
            (province.code, district.code, commune.code, province.full_name, district.full_name, commune.full_name)
        )
    return sorted(rows)
