"""Parcels looked over before anything is measured; one without a code stands under its row."""

from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from erdao_gis.analysis import AuditRules, ParcelAudit, audit_parcels
from erdao_gis.catalogue import Place
from erdao_gis.errors import Fault
from erdao_gis.parcels.reading import edition_of, read_parcels

__all__ = ["look_over"]


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
