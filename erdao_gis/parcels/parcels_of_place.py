"""The parcels of a place, and what all of them are: which edition of codes, drafted or not."""

import geopandas as gpd
import pandas as pd

from erdao_gis.catalogue import Dataset, Place
from erdao_gis.errors import SchemaError, WorkspaceError
from erdao_gis.land_use import PRESENT_EDITION
from erdao_gis.yes_no import read_codes


def read_parcels(place: Place = None) -> gpd.GeoDataFrame:
    """Read the parcels of a place.

    Parameters
    ----------
    place
        A dataset, a workspace or its folder; without it the shipped layers.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:4551, index: the parcel codes.

    Raises
    ------
    WorkspaceError
        There are none: the shipped layers hold no parcels, and none were imported.
    """
    parcels = Dataset.open(place).layer("parcels")
    if parcels.empty:
        raise WorkspaceError("parcels_none_here")
    return parcels


def edition_of(*frames: gpd.GeoDataFrame) -> str:
    """Tell the edition of the land-use codes, the present one where nothing is said.

    Raises
    ------
    SchemaError
        More than one.

    Examples
    --------
    >>> edition_of(gpd.GeoDataFrame({"edition": ["2020", None]}, geometry=[None, None], crs=4551))
    '2020'
    """
    said = {
        str(value)
        for frame in frames
        if "edition" in frame.columns
        for value in frame["edition"].dropna()
    }
    if len(said) > 1:
        raise SchemaError("parcels_mixed_editions", {"found": ", ".join(sorted(said))})
    return said.pop() if said else PRESENT_EDITION


def are_assumed(parcels: gpd.GeoDataFrame) -> "pd.Series[bool]":
    """Tell of each parcel whether it was drafted for illustration; none is where nothing says so.

    Raises
    ------
    SchemaError
        A value of ``assumed`` that means neither yes nor no.

    Examples
    --------
    >>> are_assumed(gpd.GeoDataFrame({"assumed": ["是", False]}, geometry=[None, None])).tolist()
    [True, False]
    """
    if "assumed" not in parcels.columns:
        return pd.Series(data=False, index=parcels.index)
    return read_codes(parcels["assumed"], file="parcels") == "yes"
