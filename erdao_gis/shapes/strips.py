"""Strips along lines, and the doubt around any shape."""

import shapely
from shapely import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from erdao_gis.shapes.checks import Area, require_geometry, require_length, require_line

# Sixteen segments a quarter circle: the arc stays within 0.5 % of the radius.
_QUARTER = 16


def widen(line: BaseGeometry, *, width_m: float) -> Area:
    """Widen a line to both sides, with flat ends and round joins.

    Parameters
    ----------
    line
        LineString or MultiLineString in EPSG:4551.
    width_m
        Distance to each side in metres; the strip is twice as wide.

    Returns
    -------
    Polygon or MultiPolygon
        One polygon for each connected stretch of the line.

    Raises
    ------
    GeometryError
        If the line is empty or no line, or the width is not positive.

    Examples
    --------
    >>> from shapely import LineString
    >>> widen(LineString([(0, 0), (100, 0)]), width_m=10).area
    2000.0
    """
    pieces = shapely.line_merge(require_line(line, "line"))
    width = require_length(width_m, "width_m")
    strip = pieces.buffer(width, quad_segs=_QUARTER, cap_style="flat", join_style="round")
    return _as_area(strip)


def band(geometry: BaseGeometry, *, accuracy_m: float) -> tuple[Area, Area]:
    """Move a shape in and out by its accuracy: the least and the most it may cover.

    Parameters
    ----------
    geometry
        Point, line or area in EPSG:4551.
    accuracy_m
        Accuracy in metres, zero or more.

    Returns
    -------
    inner, outer : Polygon or MultiPolygon
        What is covered for certain and what may be covered. The inner one is an empty
        polygon where the accuracy erases the shape, and always for points and lines.

    Raises
    ------
    GeometryError
        If the geometry is empty or invalid, or the accuracy negative.

    Examples
    --------
    >>> from shapely import box
    >>> inner, outer = band(box(0, 0, 100, 100), accuracy_m=10)
    >>> inner.area
    6400.0
    >>> band(box(0, 0, 10, 10), accuracy_m=10)[0].is_empty
    True
    """
    shape = require_geometry(geometry, "geometry")
    distance = require_length(accuracy_m, "accuracy_m", zero=True)
    outer = shape.buffer(distance, quad_segs=_QUARTER)
    # Lines and points have no inside.
    inner = shape.buffer(-distance, quad_segs=_QUARTER) if shape.area else Polygon()
    return _as_area(inner), _as_area(outer)


def _as_area(geometry: BaseGeometry) -> Area:
    return geometry if isinstance(geometry, Polygon | MultiPolygon) else Polygon()
