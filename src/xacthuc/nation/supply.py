"""Sites, lots, deliveries and sessions of the nation: what health itself knows of a dose."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from xacthuc.nation.campaign import Campaign, Sites, draw_lots
from xacthuc.nation.chunks import write_units
from xacthuc.nation.places import Places
from xacthuc.nation.shuffling import unit


def write_supply(sessions: pa.Table, *, out: Path, places: Places, sites: Sites, campaign: Campaign, seed: int) -> None:
    """Write sites, lots, deliveries and sessions; `sessions` counts the doses given and recorded by site, day, product and lot."""
    lots = draw_lots(campaign, seed=seed)
    products = pa.array(campaign.products)
    site = np.asarray(sessions["site"])
    used = np.asarray(sessions["lot"])
    day = pa.array(np.asarray(sessions["day"]).astype("datetime64[D]")).cast(pa.string())
    _write(out, "sessions", {
        "site": write_site_codes(site),
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
    deliver(sessions, out=out, places=places, sites=sites, campaign=campaign, seed=seed)


def deliver(sessions: pa.Table, *, out: Path, places: Places, sites: Sites, campaign: Campaign, seed: int) -> None:
    """Write what each province received of each lot: more than it gave in most, less in a few (facts 5: up to 112 % given)."""
    lots = draw_lots(campaign, seed=seed)
    province = sites.province[np.asarray(sessions["site"])]
    used = np.asarray(sessions["lot"])
    cell = province * len(lots.name) + used
    given = np.bincount(cell, weights=np.asarray(sessions["given"]), minlength=len(places.provinces) * len(lots.name))
    there = np.flatnonzero(given)
    surplus = campaign.supply["delivered"] * (0.7 + 0.6 * unit(there // len(lots.name), key=83))
    doses = np.ceil(given[there] * surplus / campaign.supply["batch"]) * campaign.supply["batch"]
    first = lots.arrived[there % len(lots.name)] + 1
    _write(out, "deliveries", {
        "unit": pa.array(places.provinces).take(pa.array(there // len(lots.name))),
        "product": pa.array(campaign.products).take(pa.array(lots.product[there % len(lots.name)])),
        "lot": lots.name.take(pa.array(there % len(lots.name))),
        "date": pa.array(first.astype("datetime64[D]")).cast(pa.string()),
        "doses": doses.astype(np.int64),
    })  # fmt: skip


def write_site_codes(site: np.ndarray) -> pa.Array:
    """Give the code of each site."""
    return pa.array([f"S{number:05d}" for number in range(int(site.max(initial=0)) + 1)]).take(pa.array(site))


def _write(out: Path, name: str, columns: dict[str, object]) -> None:
    pq.write_table(pa.table(columns), out / f"{name}.parquet", compression="zstd", row_group_size=250_000)
