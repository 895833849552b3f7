"""Where parcels lie: in which areas, with what share, how far from what, and against what."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis._inputs import Floats, Given, Positions, Shapes, given
from erdao_gis.analysis._overlap import shared_area
from erdao_gis.analysis._pieces import disjoint_pieces
from erdao_gis.analysis.parcels_given import parcels_given
from erdao_gis.crs import require_metres

__all__ = ["area_shares", "nearest_places", "parcel_memberships", "shared_ground"]

_EMPTY = np.empty(0, dtype=np.intp)


def parcel_memberships(parcels: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the areas (zones, belts, catchments, sub-districts) that each parcel lies in.

    Parameters
    ----------
    parcels
        Areas in metres (EPSG:4551) on their codes.
    areas
        Areas in the same CRS; they may overlap each other.

    Returns
    -------
    pandas.DataFrame
        One row for each parcel and area that share ground: ``parcel``, ``area``, ``area_m2``,
        ``share`` (of the parcel, 0 to 1); by parcel, the largest first.

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or different ones.
    GeometryError, SchemaError
        Invalid geometries, other shapes than areas, or codes that occur twice.

    Examples
    --------
    >>> from shapely import box
    >>> plots = gpd.GeoDataFrame(geometry=[box(0, 0, 40, 10)], index=["A"], crs=4551)
    >>> shapes = [box(-9, -9, 10, 99), box(10, -9, 99, 99)]
    >>> zones = gpd.GeoDataFrame(geometry=shapes, index=["W", "E"], crs=4551)
    >>> parcel_memberships(plots, zones)["share"].tolist()
    [0.75, 0.25]
    """
    require_metres(parcels, areas)
    plots, lands = parcels_given(parcels), given(areas, "areas", "areas")
    plot, land, ground = area_shares(plots.shapes, lands.shapes)
    order = np.lexsort((land, -ground, plot))
    plot, land, ground = plot[order], land[order], ground[order]
    return pd.DataFrame(
        {
            "parcel": parcels.index[plots.placed[plot]],
            "area": areas.index[lands.placed[land]],
            "area_m2": ground,
            "share": np.minimum(ground / shapely.area(plots.shapes[plot]), 1.0),
        }
    )


def area_shares(plots: Shapes, lands: Shapes) -> tuple[Positions, Positions, Floats]:
    """Find the pairs of a parcel and an area that share ground, and how much, in m2.

    A parcel inside an area needs no construction; only those on a border are measured.
    """
    if not len(plots) or not len(lands):
        return _EMPTY, _EMPTY, np.empty(0)
    shapely.prepare(lands)
    tree = shapely.STRtree(plots)
    land, plot = tree.query(lands)
    inside = shapely.covers(lands[land], plots[plot])
    ground = np.where(inside, shapely.area(plots[plot]), 0.0)
    rest = ~inside
    rest[rest] = shapely.intersects(lands[land[rest]], plots[plot[rest]])
    for number in np.unique(land[rest]):
        crossing = np.flatnonzero(rest & (land == number))
        pieces = disjoint_pieces(lands[number : number + 1])
        ground[crossing] = shared_area(plots[plot[crossing]], pieces)
    real = ground > 0
    return plot[real], land[real], ground[real]


def shared_ground(plots: Shapes, lands: Shapes) -> Floats:
    """Area in m2 that each parcel shares with some areas together; overlaps count once."""
    total = np.zeros(len(plots))
    if not len(plots) or not len(lands):
        return total
    shapely.prepare(lands)
    _, near = shapely.STRtree(plots).query(lands, predicate="intersects")
    touched = np.unique(near)
    total[touched] = shared_area(plots[touched], disjoint_pieces(lands))
    return total


def nearest_places(plots: Shapes, places: Given) -> tuple[Floats, Positions]:
    """Distance in metres from each parcel's edge to the nearest place, and its position."""
    metres = np.full(len(plots), np.nan)
    position = np.full(len(plots), -1, dtype=np.intp)
    if len(places.shapes) and len(plots):
        tree = shapely.STRtree(places.shapes)
        (plot, place), away = tree.query_nearest(plots, return_distance=True, all_matches=False)
        metres[plot], position[plot] = away, places.placed[place]
    return metres, position
