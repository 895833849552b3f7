"""Parcels looked over before anything is measured; one without a code stands under its row."""

from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd

from erdao_gis.analysis import (
    AuditRules,
    ParcelAudit,
    audit_parcels,
    crossing_faults,
    parcel_crossings,
    parcel_intensity,
)
from erdao_gis.catalogue import Dataset, Place
from erdao_gis.errors import Fault
from erdao_gis.parcels.facts.surroundings import as_areas, crossing_lines
from erdao_gis.parcels.parcels_of_place import edition_of, read_parcels

_BUILT_OF = ("buildings", "parks_and_green")


@dataclass(frozen=True, kw_only=True, eq=False)
class SeenParcels:
    """Parcels with what facts and limits both need of them, found once."""

    given: gpd.GeoDataFrame
    "All rows, those without a code under the number of their row."
    audit: ParcelAudit
    "What is wrong with them, and what crosses them for certain."
    plots: gpd.GeoDataFrame
    "One row for each code that occurs once; without an outline where it cannot be measured."
    crossings: pd.DataFrame
    "As `parcel_crossings` lists them."
    built: pd.DataFrame
    "What stands on each of `plots`, as `parcel_intensity` tells it."


def seen_parcels(dataset: Dataset, parcels: gpd.GeoDataFrame | None = None) -> SeenParcels:
    """Look parcels over, tell what crosses them and what is built on them; the place's own once.

    Parameters
    ----------
    dataset
        Whose layers.
    parcels
        Parcels in EPSG:4551 on their codes, in place of those of the dataset.

    Raises
    ------
    WorkspaceError, SchemaError
        As `look_over`.
    """
    if parcels is not None:
        return _seen(dataset, parcels)
    return dataset.once("seen parcels", lambda: _seen(dataset, None))


def _seen(dataset: Dataset, parcels: gpd.GeoDataFrame | None) -> SeenParcels:
    given, audit = look_over(dataset, parcels)
    plots = _measurable(given, audit)
    crossings = parcel_crossings(plots, crossing_lines(dataset))
    buildings, green = (as_areas(dataset.layer(name)) for name in _BUILT_OF)
    return SeenParcels(
        given=given,
        audit=replace(audit, faults=(*audit.faults, *crossing_faults(crossings))),
        plots=plots,
        crossings=crossings,
        built=parcel_intensity(plots, buildings, green=green),
    )


def look_over(
    place: Place, parcels: gpd.GeoDataFrame | None = None
) -> tuple[gpd.GeoDataFrame, ParcelAudit]:
    """Read parcels and list what is wrong with them.

    Parameters
    ----------
    place
        A dataset, a workspace or its folder.
    parcels
        Parcels in EPSG:4551 on their codes, in place of those of the place.

    Returns
    -------
    tuple
        All rows, those without a code under the number of their row (``#3``), and the audit,
        whose faults name them so.

    Raises
    ------
    WorkspaceError
        No parcels are given and the place has none.
    SchemaError
        More than one edition of codes.

    Examples
    --------
    >>> from shapely import box
    >>> shapes = [box(0, 0, 9, 9), box(9, 0, 18, 9)]
    >>> plots = gpd.GeoDataFrame(index=["A", None], geometry=shapes, crs=4551)
    >>> found, audit = look_over(None, plots)
    >>> found.index.tolist(), [(fault.feature, fault.rule) for fault in audit.faults]
    (['A', '#2'], [('#2', 'parcels_missing_code')])
    """
    given = read_parcels(place) if parcels is None else parcels
    codes = given.index.to_series().reset_index(drop=True)
    blank = codes.isna() | (codes.astype("str").str.strip() == "")
    rules = AuditRules(edition=edition_of(given))
    if not blank.any():
        return given, audit_parcels(given, rules=rules)
    rows = np.flatnonzero(blank.to_numpy(bool)) + 1
    marks = [f"#{row}" for row in rows]
    named = given.copy()
    codes[blank] = marks
    named.index = pd.Index(codes, name=given.index.name)
    audit = audit_parcels(named, rules=rules)
    none = [
        Fault(file="parcels", feature=mark, rule="parcels_missing_code", facts={"row": int(row)})
        for mark, row in zip(marks, rows, strict=True)
    ]
    return named, replace(audit, faults=(*none, *audit.faults))


def _measurable(parcels: gpd.GeoDataFrame, audit: ParcelAudit) -> gpd.GeoDataFrame:
    """Keep a row for each code; an outline that cannot be measured is none (the audit tells).

    Nobody can say which row of a repeated code is right: such codes have no row here.
    """
    kept = parcels.loc[~parcels.index.duplicated(keep=False)].copy()
    kept.loc[~kept.index.isin(audit.usable), "geometry"] = None
    # Where not one outline can be measured there are no figures, which is no error.
    kept.attrs["completeness"] = "complete"
    return kept


def of_all(table: pd.DataFrame, parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give every parcel a row again, without figures where its code is repeated."""
    if len(table) == len(parcels):
        return table
    attrs = dict(table.attrs)
    whole = table.reindex(parcels.index)
    whole.attrs = attrs
    return whole
