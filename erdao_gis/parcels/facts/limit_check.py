"""What stands on a place's parcels, held against their limits."""

import sys
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from erdao_gis.analysis import ParcelAudit, check_limits
from erdao_gis.catalogue import Dataset, Place, own_frames
from erdao_gis.land_use import limit_norms
from erdao_gis.parcels.facts.looked_over import of_all, seen_parcels

BROKEN = ("exceeded", "below", "reversed")
"""States of a limit that call for a look."""

_WHOLE_PERCENT = 100.0


@dataclass(frozen=True, kw_only=True, eq=False)
class LimitCheck:
    """Parcels held against their limits."""

    parcels: gpd.GeoDataFrame
    limits: pd.DataFrame
    "As `check_limits` gives it: one row for each parcel and limit."
    values: pd.DataFrame
    "What stands on each parcel."
    audit: ParcelAudit
    "As `ParcelFacts` has it."

    @property
    def broken(self) -> pd.DataFrame:
        """Rows of `limits` that are exceeded, fallen below or reversed."""
        return self.limits[self.limits["state"].isin(BROKEN)]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of `limits` are exceeded, fallen below and reversed, each by itself."""
        return {state: int((self.limits["state"] == state).sum()) for state in BROKEN}


def _judged(parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """Take out limits that are no figures; the audit lists them, and nothing is judged by them."""
    table = pd.DataFrame(parcels.drop(columns=parcels.geometry.name))
    norms = limit_norms()
    for column, unit in zip(norms["bound_column"], norms["unit"], strict=True):
        if column in table:
            figures = pd.to_numeric(table[column], errors="coerce")
            most = _WHOLE_PERCENT if unit == "%" else sys.float_info.max
            table[column] = figures.where((figures >= 0) & (figures <= most))
    return table


def check_parcels(place: Place = None, *, parcels: gpd.GeoDataFrame | None = None) -> LimitCheck:
    """Look the parcels over, tell what crosses them, hold what stands on them against limits.

    A limit that is no figure counts as not set, a parcel that cannot be measured has no values;
    ``audit`` lists both. A parcel without a code stands under the number of its row (``#3``).

    Parameters
    ----------
    place
        A dataset, a workspace or its folder; without it the shipped district.
    parcels
        Parcels in EPSG:4551 on their codes, in place of those of the place.

    Returns
    -------
    LimitCheck

    Raises
    ------
    WorkspaceError
        No parcels are given and the place has none.
    SchemaError
        More than one edition of codes.
    """
    dataset = Dataset.open(place)
    if parcels is not None:
        return _checked(dataset, parcels)
    return own_frames(dataset.once("parcel limits", lambda: _checked(dataset, None)))


def _checked(dataset: Dataset, parcels: gpd.GeoDataFrame | None) -> LimitCheck:
    seen = seen_parcels(dataset, parcels)
    values = of_all(seen.built, seen.given)
    limits = check_limits(_judged(seen.given), values=values)
    return LimitCheck(parcels=seen.given, limits=limits, values=values, audit=seen.audit)
