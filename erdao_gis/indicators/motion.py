"""Shapes in doubt: moved in and out by their accuracy; and lines with their second carriageway."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import GeometryCollection
from shapely.geometry.base import BaseGeometry

from erdao_gis.shapes import band
from erdao_gis.shapes.accuracy import accuracy_of

# Pieces that run side by side within this distance (m) are carriageways of one street.
_CARRIAGEWAYS_M = 60.0
_AREA = 2


def has_place(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> pd.Series:
    """Tell which rows have a geometry; an empty one is a place that is all taken away."""
    shapes = frame.geometry.to_numpy(dtype=object)
    return pd.Series(~shapely.is_missing(shapes), index=frame.index)


def is_doubtful(frame: gpd.GeoDataFrame) -> bool:
    """Tell whether any placed feature is not of evidence A."""
    placed = frame[has_place(frame)]
    if "evidence" not in placed.columns:
        return bool((accuracy_of(placed) > 0).any())
    return bool((placed["evidence"] != "A").any())


def moved(frame: gpd.GeoDataFrame, doubt: int) -> gpd.GeoDataFrame:
    """Move the areas of a frame out (`doubt` 1) or in (-1) by their accuracy.

    Points and lines stay: their doubt goes into the reach, or into the ends of a length. An area
    that its accuracy erases becomes null.
    """
    metres = accuracy_of(frame)
    shapes = frame.geometry.to_numpy(dtype=object).copy()
    placed = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    areas = placed & (shapely.get_dimensions(shapes) == _AREA) & (metres.to_numpy() > 0)
    if doubt == 0 or not areas.any():
        return frame
    for position in np.flatnonzero(areas).tolist():
        inner, outer = band(shapes[position], accuracy_m=float(metres.iloc[position]))
        new = outer if doubt > 0 else inner
        shapes[position] = None if new.is_empty else new
    result = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
    result.attrs = dict(frame.attrs)
    return result


def cut_to(shapes: gpd.GeoSeries, land: BaseGeometry) -> gpd.GeoSeries:
    """Cut areas to some land: nulls stay null, what lies outside becomes empty.

    >>> from shapely import box
    >>> fields = gpd.GeoSeries([box(0, 0, 10, 10), box(10, 0, 20, 10), None])
    >>> cut_to(fields, box(0, 0, 10, 4)).area.tolist()
    [40.0, 0.0, nan]
    """
    shapely.prepare(land)
    array = shapes.to_numpy(dtype=object).copy()
    crossing = shapely.intersects(array, land) & ~shapely.covered_by(array, land)
    outside = ~shapely.intersects(array, land) & ~shapely.is_missing(array)
    array[outside] = shapely.Polygon()
    array[crossing] = [area_part(shape) for shape in shapely.intersection(array[crossing], land)]
    return gpd.GeoSeries(array, index=shapes.index, crs=shapes.crs)


def area_part(shape: BaseGeometry) -> BaseGeometry:
    """Keep the areas of what an intersection left: touching gives points and lines."""
    if isinstance(shape, GeometryCollection) and shape.geom_type == "GeometryCollection":
        parts = [part for part in shape.geoms if part.area > 0]
        return shapely.union_all(parts) if parts else shapely.Polygon()
    return shape if shape.area > 0 else shapely.Polygon()


def one_carriageway(geometry: BaseGeometry | None) -> BaseGeometry | None:
    """Leave out what runs beside the longest piece of a street within 60 m of it.

    >>> from shapely import MultiLineString
    >>> main, beside, onward = [(0, 0), (900, 0)], [(0, 20), (800, 20)], [(900, 0), (1500, 0)]
    >>> street = MultiLineString([main, beside, onward])
    >>> one_carriageway(street).length
    1500.0
    """
    if geometry is None or geometry.geom_type != "MultiLineString":
        return geometry
    merged = shapely.line_merge(geometry)
    pieces = sorted(
        shapely.get_parts(merged).tolist(), key=lambda part: (-part.length, part.bounds)
    )
    kept: list[BaseGeometry] = []
    for piece in pieces:
        rest = piece
        if kept:
            beside = shapely.buffer(shapely.union_all(kept), _CARRIAGEWAYS_M, cap_style="flat")
            rest = piece.difference(beside)
        if not rest.is_empty:
            kept.append(rest)
    return shapely.union_all(kept)
