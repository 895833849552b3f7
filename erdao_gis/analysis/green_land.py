"""Green land over land (绿地率), from polygons. For vegetation seen from above: `vegetation`."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis.kernels.frame_inputs import Shapes, given, given_together, positive
from erdao_gis.analysis.kernels.overlap import shared_area
from erdao_gis.analysis.kernels.pieces import disjoint_pieces
from erdao_gis.analysis.kernels.results import as_series, counted, state_of
from erdao_gis.crs import require_metres


def green_ratio(
    units: gpd.GeoDataFrame,
    green: gpd.GeoDataFrame,
    *,
    buildings: gpd.GeoDataFrame | None = None,
    wall_gap_m: float = 1.0,
) -> pd.Series:
    """Share of each unit that is green land (绿地率, CJJ/T 85-2017).

    ``area(unit and union of green land) / area(unit)``; overlapping green land counts once.
    This is a measure of land: trees over a street do not count, lawn under no tree does. The
    projection of vegetation (绿化覆盖率) is :func:`green_cover`, and never a substitute.

    Parameters
    ----------
    units
        Areas in metres (EPSG:4551): parcels, blocks, the built-up area.
    green
        Green land as areas in the same CRS.
    buildings
        Building footprints. Where given, green land begins only `wall_gap_m` from their walls,
        as GB 50180-2018 (appendix A.0.2) counts green land in residential blocks; the footprint
        itself never counts.
    wall_gap_m
        Metres from the walls: 1.0 for green land, 1.5 for concentrated green land (集中绿地).

    Returns
    -------
    pandas.Series
        ``green_ratio``, 0 to 1, on the index of `units`. NaN for units without geometry (listed
        in ``attrs["unmeasured"]``). ``attrs["state"]`` is ``value``; ``lower_bound`` where the
        green layer is partial or has unplaced rows (0 then says nothing and is NaN);
        ``no_data`` (all NaN) where it says that it is empty, or where buildings are asked for
        and their layer is not complete, because the walls are not known then.

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or different ones.
    GeometryError
        Invalid geometries, points or lines where areas are needed, or nothing placed in a frame
        that does not say that its layer is complete or empty.

    Examples
    --------
    Two lawns that overlap count once; a house of 20 m with 1 m around it takes 484 m2 away:

    >>> from shapely import box
    >>> units = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], crs="EPSG:4551")
    >>> lawns = gpd.GeoDataFrame(geometry=[box(0, 0, 60, 50), box(40, 0, 100, 50)], crs=units.crs)
    >>> green_ratio(units, lawns).tolist()
    [0.5]
    >>> house = gpd.GeoDataFrame(geometry=[box(40, 10, 60, 30)], crs=units.crs)
    >>> green_ratio(units, lawns, buildings=house).round(3).tolist()
    [0.452]
    """
    areas, land = given_together(units, green, "green", "areas")
    pieces = disjoint_pieces(land.shapes)
    walls_known = True
    if buildings is not None:
        require_metres(units, buildings)
        houses = given(buildings, "buildings", "areas")
        walls_known = state_of(houses) == "value"
        gap = positive(wall_gap_m, "wall_gap_m")
        pieces = _without(pieces, shapely.buffer(houses.shapes, gap))
    ratio = shared_area(areas.shapes, pieces) / shapely.area(areas.shapes)
    figures = counted(areas, ratio, land)
    if not walls_known:
        figures[:] = np.nan
    series = as_series("green_ratio", figures, areas, land, "share")
    if not walls_known:
        series.attrs["state"] = "no_data"
    return series


def _without(pieces: Shapes, taken: Shapes) -> Shapes:
    """Take areas away from disjoint pieces; the rest stays disjoint."""
    piece, other = shapely.STRtree(taken).query(pieces, predicate="intersects")
    order = np.argsort(piece, kind="stable")
    touched, starts = np.unique(piece[order], return_index=True)
    groups = np.split(other[order], starts[1:]) if touched.size else []
    blocks = np.array([shapely.union_all(taken[group]) for group in groups], dtype=object)
    rest = shapely.get_parts(shapely.difference(pieces[touched], blocks))
    rest = rest[shapely.get_type_id(rest) == shapely.GeometryType.POLYGON]
    untouched = np.delete(pieces, touched)
    return np.concatenate([untouched, rest])
