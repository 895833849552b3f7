"""Lines and areas within units: along the axis, the rivers and the streets."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis.kernels.edges import segments_of, sums_by
from erdao_gis.analysis.kernels.frame_inputs import Floats, Given, Shapes, given_together, per_row
from erdao_gis.analysis.kernels.overlap import shared_area
from erdao_gis.analysis.kernels.pieces import disjoint_pieces
from erdao_gis.analysis.kernels.results import as_series, counted
from erdao_gis.shapes import widen

# Lines this near to each other are one line: a section cut out of its street by computation.
_SAME_PLACE_M = 1e-3


def corridor_share(
    units: gpd.GeoDataFrame, lines: gpd.GeoDataFrame, width_m: float | str | pd.Series
) -> pd.Series:
    """Share of each unit's area within the corridors along lines.

    A corridor is its line widened by `width_m` to each side with flat ends; ground in several
    corridors counts once. For the share of something in a corridor, make the corridors the
    units of another measure.

    Parameters
    ----------
    units
        Areas in metres (EPSG:4551).
    lines
        Centre lines of the axis, rivers or streets, in the same CRS.
    width_m
        Metres to each side: one number, a column of `lines` or a Series on their index.

    Returns
    -------
    pandas.Series
        ``corridor_share``, 0 to 1, on the index of `units`; NaN and ``attrs["state"]`` as in
        :func:`service_coverage`.

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or two different ones.
    GeometryError
        Invalid geometries, or nothing placed in a frame that does not say why.
    SchemaError
        A width that is missing or not positive.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> units = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], crs="EPSG:4551")
    >>> river = gpd.GeoDataFrame(geometry=[LineString([(0, 50), (80, 50)])], crs=units.crs)
    >>> corridor_share(units, river, 10).tolist()
    [0.16]
    """
    areas, ways = given_together(units, lines, "lines", "lines")
    widths = per_row(width_m, ways, "width_m")
    strips = [widen(line, width_m=width) for line, width in zip(ways.shapes, widths, strict=True)]
    corridors = disjoint_pieces(np.array(strips, dtype=object))
    share = shared_area(areas.shapes, corridors) / shapely.area(areas.shapes)
    return as_series("corridor_share", counted(areas, share, ways), areas, ways, "share")


def area_within(units: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame) -> pd.Series:
    """Area of some land within each unit, in m2; overlapping shapes count once.

    Parameters
    ----------
    units
        Areas in metres (EPSG:4551).
    shapes
        Areas in the same CRS.

    Returns
    -------
    pandas.Series
        ``area_within`` in m2, on the index of `units`; NaN and ``attrs["state"]`` as in
        :func:`service_coverage`.

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or two different ones.
    GeometryError
        Invalid geometries, no areas, or nothing placed in a frame that does not say why.

    Examples
    --------
    >>> from shapely import box
    >>> units = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], crs="EPSG:4551")
    >>> water = gpd.GeoDataFrame(geometry=[box(90, 0, 200, 20)], crs=units.crs)
    >>> area_within(units, water).tolist()
    [200.0]
    """
    areas, land = given_together(units, shapes, "shapes", "areas")
    amounts = shared_area(areas.shapes, disjoint_pieces(land.shapes))
    return as_series("area_within", counted(areas, amounts, land), areas, land, "m2")


def length_within(units: gpd.GeoDataFrame, lines: gpd.GeoDataFrame) -> pd.Series:
    """Length of lines within each unit, in m; each stretch of ground counts once.

    Lines drawn over each other count once. Where `lines` has a column ``part_of``, a row that is
    a section of another placed row is left out, because the other holds it. A line on the border
    of two units counts in both.

    Parameters
    ----------
    units
        Areas in metres (EPSG:4551).
    lines
        Lines in the same CRS.

    Returns
    -------
    pandas.Series
        ``length_within`` in m, on the index of `units`; NaN and ``attrs["state"]`` as in
        :func:`service_coverage`.

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or two different ones.
    GeometryError
        Invalid geometries, no lines, or nothing placed in a frame that does not say why.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> units = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], crs="EPSG:4551")
    >>> street = LineString([(-50, 20), (150, 20)])
    >>> lines = gpd.GeoDataFrame(geometry=[street, street], crs=units.crs)
    >>> length_within(units, lines).tolist()
    [100.0]
    """
    areas, ways = given_together(units, lines, "lines", "lines")
    amounts = _length_in(areas.shapes, _wholes(ways))
    return as_series("length_within", counted(areas, amounts, ways), areas, ways, "m")


def _wholes(lines: Given) -> Shapes:
    """Leave out the rows that are sections of another placed row."""
    if "part_of" not in lines.frame.columns:
        return lines.shapes
    placed = lines.frame.iloc[lines.placed]
    section = placed["part_of"].isin(placed.index) & (placed["part_of"] != placed.index)
    kept: Shapes = lines.shapes[~section.to_numpy(bool)]
    return kept


def _length_in(units: Shapes, lines: Shapes) -> Floats:
    stretches = shapely.get_parts(
        np.array([shapely.union_all(lines, grid_size=_SAME_PLACE_M)], dtype=object)
    )
    # Between two corners at a time: a long river meets few units with each of them.
    corners, line = shapely.get_coordinates(stretches, return_index=True)
    same = line[1:] == line[:-1]
    segments = segments_of(corners[:-1][same], corners[1:][same])
    tree = shapely.STRtree(units)
    shapely.prepare(units)
    segment, unit = tree.query(segments)
    whole = shapely.covers(units[unit], segments[segment])
    lengths: Floats = np.asarray(shapely.length(segments))[segment]
    crossing = ~whole
    cut = shapely.intersection(segments[segment[crossing]], units[unit[crossing]])
    lengths[crossing] = shapely.length(cut)
    return sums_by(unit, lengths, len(units))
