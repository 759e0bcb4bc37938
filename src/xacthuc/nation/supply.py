"""Sites, lots, deliveries and sessions of the nation: what health itself knows of a dose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from xacthuc.nation.setting import Setting, write_units
from xacthuc.nation.shuffling import unit


def write_supply(sessions: pa.Table, *, out: Path, setting: Setting) -> None:
    """Write sites, lots, deliveries and sessions; `sessions` counts doses by site, day, product and lot."""
    places, sites, campaign, lots = setting.places, setting.sites, setting.campaign, setting.lots
    products = pa.array(campaign.products)
    site = np.asarray(sessions["site"])
    used = np.asarray(sessions["lot"])
    day = pa.array(np.asarray(sessions["day"]).astype("datetime64[D]")).cast(pa.string())
    _write(out, "sessions", {
        "site": write_site_codes(site),
        "name": sites.name.take(pa.array(site)),
        "unit": write_units(site, places=places, sites=sites),
        "date": day,
        "vaccine": products.take(pa.array(np.asarray(sessions["product"]))),
        "lot": lots.name.take(pa.array(used)),
        "given": sessions["given"],
        "recorded": sessions["recorded"],
    })  # fmt: skip
    everywhere = np.arange(len(sites.name))
    _write(out, "sites", {
        "site": write_site_codes(everywhere),
        "name": sites.name,
        "kind": sites.kind,
        "unit": write_units(everywhere, places=places, sites=sites),
        "province": pa.array(places.provinces).take(pa.array(sites.province)),
        "opened": pa.array(["2021-03-08"] * len(everywhere)),
    })  # fmt: skip
    arrived = lots.arrived.astype("datetime64[D]")
    given = np.bincount(used, weights=np.asarray(sessions["given"]), minlength=len(lots.name))
    _write(out, "lots", {
        "lot": lots.name,
        "vaccine": products.take(pa.array(lots.product)),
        "arrived": pa.array(arrived).cast(pa.string()),
        "expires": pa.array(arrived + int(campaign.supply["shelf_days"])).cast(pa.string()),
        "given": given.astype(np.int64),
    })  # fmt: skip
    _write_deliveries(sessions, out=out, setting=setting)


def _write_deliveries(sessions: pa.Table, *, out: Path, setting: Setting) -> None:
    """Write what each province received of each lot: more than it gave in most, less in a few (facts 5)."""
    places, sites, campaign, lots = setting.places, setting.sites, setting.campaign, setting.lots
    province = sites.province[np.asarray(sessions["site"])]
    used = np.asarray(sessions["lot"])
    cell = province * len(lots.name) + used
    given = np.bincount(cell, weights=np.asarray(sessions["given"]), minlength=len(places.provinces) * len(lots.name))
    there = np.flatnonzero(given)
    surplus = 0.7 + 0.6 * unit(there // len(lots.name), key=83)
    surplus *= campaign.supply["delivered"] * given.sum() / (given[there] * surplus).sum()
    boxes = given[there] * surplus / campaign.supply["batch"] + unit(there, key=89)  # rounds both ways
    doses = np.floor(boxes) * campaign.supply["batch"]
    first = lots.arrived[there % len(lots.name)] + 1
    _write(out, "deliveries", {
        "unit": pa.array(places.provinces).take(pa.array(there // len(lots.name))),
        "product": pa.array(campaign.products).take(pa.array(lots.product[there % len(lots.name)])),
        "lot": lots.name.take(pa.array(there % len(lots.name))),
        "date": pa.array(first.astype("datetime64[D]")).cast(pa.string()),
        "doses": doses.astype(np.int64),
    })  # fmt: skip


def write_site_codes(site: NDArray[np.int64]) -> pa.Array:
    """Give the code of each site."""
    return pa.array([f"S{number:05d}" for number in range(int(site.max(initial=0)) + 1)]).take(pa.array(site))


def _write(out: Path, name: str, columns: dict[str, object]) -> None:
    pq.write_table(pa.table(columns), out / f"{name}.parquet", compression="zstd", row_group_size=250_000)
