"""Where parcels lie: in which areas, with what share, how far from what, and against what."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis.facts.given_parcels import parcels_given
from erdao_gis.analysis.kernels.frame_inputs import Floats, Given, Positions, Shapes, given
from erdao_gis.analysis.kernels.least_and_most import metres_off, moved_by
from erdao_gis.analysis.kernels.overlap import shared_area
from erdao_gis.analysis.kernels.pieces import disjoint_pieces
from erdao_gis.crs import require_metres


@dataclass(frozen=True, kw_only=True, eq=False)
class Pairs:
    """Parcels with the areas that they share ground with, or may share some with."""

    plot: Positions
    land: Positions
    ground: Floats
    "Square metres shared as drawn; 0 where the pair meets within the area's accuracy only."
    low: Floats
    high: Floats
    "The same with the area at its smallest and at its largest: low <= ground <= high."

    def take(self, some: Positions) -> "Pairs":
        """Return some of the pairs."""
        columns = {name: values[some] for name, values in vars(self).items()}
        return Pairs(**columns)


@dataclass(frozen=True, kw_only=True, eq=False)
class Nearest:
    """The place that is nearest to each parcel, in metres from its edge."""

    metres: Floats
    position: Positions
    "Of the place in its frame; -1 where there are no places."
    low: Floats
    high: Floats
    "The nearest place is at least and at most so far, wherever in its accuracy each place lies."


def parcel_memberships(parcels: gpd.GeoDataFrame, areas: gpd.GeoDataFrame) -> pd.DataFrame:
    """List the areas (zones, belts, catchments, sub-districts) that each parcel lies in.

    Parameters
    ----------
    parcels
        Areas in metres (EPSG:4551) on their codes.
    areas
        Areas in the same CRS; they may overlap each other. Where ``accuracy_m`` says how far
        their outlines may be off, and ``evidence`` is not A, shares have a band.

    Returns
    -------
    pandas.DataFrame
        One row for each parcel and area that share ground: ``parcel``, ``area``, ``area_m2``,
        ``share`` (of the parcel, 0 to 1), ``share_low`` and ``share_high``, with the area moved
        in and out by its accuracy; by parcel, the largest first. A pair that meets only with
        the area moved out has a share of 0. The parcels' own outlines are taken as they are.

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or different ones.
    GeometryError, SchemaError
        Invalid geometries, other shapes than areas, codes that occur twice, or an accuracy that
        is negative or endless.

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
    pairs = lying_in(shapely.STRtree(plots.shapes), lands.shapes, metres_off(lands))
    pairs = pairs.take(np.lexsort((pairs.land, -pairs.high, -pairs.ground, pairs.plot)))
    size = shapely.area(plots.shapes[pairs.plot])
    return pd.DataFrame(
        {
            "parcel": parcels.index[plots.placed[pairs.plot]],
            "area": areas.index[lands.placed[pairs.land]],
            "area_m2": pairs.ground,
            "share": np.minimum(pairs.ground / size, 1.0),
            "share_low": np.minimum(pairs.low / size, 1.0),
            "share_high": np.minimum(pairs.high / size, 1.0),
        }
    )


def lying_in(plots: shapely.STRtree, lands: Shapes, off: Floats) -> Pairs:
    """Find the pairs of a parcel and an area that share ground, and how much, in m2.

    Parameters
    ----------
    plots
        A tree of valid areas in metres.
    lands
        Valid areas in metres.
    off
        How far the outline of each area may be off, in metres; 0 is exact.
    """
    shapes, outer = plots.geometries, moved_by(lands, off)
    land, plot = plots.query(outer)
    drawn = _ground(shapes, lands, plot, land)
    low, high = drawn.copy(), drawn.copy()
    doubtful = off[land] > 0
    if doubtful.any():
        # Rounding of the moved outlines must not turn the order around.
        some = doubtful & (drawn > 0)
        less = _ground(shapes, moved_by(lands, -off), plot[some], land[some])
        low[some] = np.minimum(less, drawn[some])
        some = doubtful & (drawn < shapely.area(shapes)[plot])
        more = _ground(shapes, outer, plot[some], land[some])
        high[some] = np.maximum(more, drawn[some])
    pairs = Pairs(plot=plot, land=land, ground=drawn, low=low, high=high)
    return pairs.take(np.flatnonzero(high > 0))


def _ground(plots: Shapes, lands: Shapes, plot: Positions, land: Positions) -> Floats:
    """Measure the ground that each pair shares.

    A parcel inside an area needs no construction; only those on a border are measured.
    """
    shapely.prepare(lands)
    inside = shapely.covers(lands[land], plots[plot])
    ground = np.where(inside, shapely.area(plots[plot]), 0.0)
    rest = ~inside
    rest[rest] = shapely.intersects(lands[land[rest]], plots[plot[rest]])
    for number in np.unique(land[rest]):
        crossing = np.flatnonzero(rest & (land == number))
        pieces = disjoint_pieces(lands[number : number + 1])
        ground[crossing] = shared_area(plots[plot[crossing]], pieces)
    return ground


def shared_ground(plots: Shapes, lands: Shapes) -> Floats:
    """Area in m2 that each parcel shares with some areas together; overlaps count once."""
    total = np.zeros(len(plots))
    lands = lands[~shapely.is_empty(lands)]
    if not len(plots) or not len(lands):
        return total
    shapely.prepare(lands)
    _, near = shapely.STRtree(plots).query(lands, predicate="intersects")
    touched = np.unique(near)
    total[touched] = shared_area(plots[touched], disjoint_pieces(lands))
    return total


def nearest_places(plots: Shapes, places: Given) -> Nearest:
    """Find the nearest place of each parcel; NaN metres where there are none.

    Places are looked up by accuracy: one that is further away but less well known may be the
    nearest.
    """
    metres, low, high = (np.full(len(plots), amount) for amount in (np.inf, np.inf, np.inf))
    position = np.full(len(plots), -1, dtype=np.intp)
    off = metres_off(places)
    for accuracy in np.unique(off) if len(plots) else ():
        some = np.flatnonzero(off == accuracy)
        tree = shapely.STRtree(places.shapes[some])
        (plot, place), away = tree.query_nearest(plots, return_distance=True, all_matches=False)
        nearer = away < metres[plot]
        metres[plot[nearer]] = away[nearer]
        position[plot[nearer]] = places.placed[some[place[nearer]]]
        low[plot] = np.minimum(low[plot], np.maximum(away - accuracy, 0.0))
        high[plot] = np.minimum(high[plot], away + accuracy)
    none = position < 0
    for column in (metres, low, high):
        column[none] = np.nan
    return Nearest(metres=metres, position=position, low=low, high=high)
