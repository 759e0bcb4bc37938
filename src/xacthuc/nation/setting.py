"""What all parts of a nation have in common: its places, sites, lots, campaign and rates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from xacthuc.nation.campaign import Campaign, Lots, Sites, choose_sites, draw_lots, list_sites, load_campaign, snap_days
from xacthuc.nation.places import Places, load_places
from xacthuc.nation.rates import Rates

Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Setting:
    """What all chunks of a nation have in common."""

    places: Places
    rates: Rates
    campaign: Campaign
    sites: Sites
    lots: Lots

    def choose_sites(self, commune: Ints, *, rng: np.random.Generator) -> Ints:
        """Choose where people of these communes are vaccinated."""
        return choose_sites(commune, places=self.places, sites=self.sites, campaign=self.campaign, rng=rng)

    def snap_days(self, day: Ints, *, site: Ints, forward: bool) -> Ints:
        """Move days to a day on which the site holds a session."""
        return snap_days(day, site=site, sites=self.sites, campaign=self.campaign, forward=forward)


def load_setting(provinces: tuple[str, ...] | None, *, seed: int, rates: Rates) -> Setting:
    """Load what a nation of these provinces and this seed is made of."""
    places, campaign = load_places(provinces), load_campaign()
    return Setting(places, rates, campaign, list_sites(places), draw_lots(campaign, seed=seed))


def write_units(site: Ints, *, places: Places, sites: Sites) -> pa.Array:
    """Give the code of the smallest unit that each site serves: commune, district or province."""
    district_codes = pa.array(places.district_codes.unique().to_pylist())
    commune = places.commune_codes.take(pa.array(np.maximum(sites.commune[site], 0)))
    district = district_codes.take(pa.array(np.maximum(sites.district[site], 0)))
    province = pa.array(places.provinces).take(pa.array(sites.province[site]))
    wide = pc.if_else(pa.array(sites.district[site] >= 0), district, province)
    return pc.if_else(pa.array(sites.commune[site] >= 0), commune, wide)
