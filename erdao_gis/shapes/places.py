"""A place for a shape, shapes put together, and a shape cut to another."""

import shapely
from shapely import MultiLineString, MultiPolygon, Point
from shapely.geometry.base import BaseGeometry

from erdao_gis.errors import GeometryError
from erdao_gis.shapes.checks import lines_of, require_area, require_geometry


def at(geometry: BaseGeometry) -> Point:
    """Return one point that stands for a shape and lies on it.

    A point stands for itself, a line is met half-way along its longest connected
    stretch, and an area at a point inside it.

    Parameters
    ----------
    geometry
        Point, line or area in EPSG:4551.

    Returns
    -------
    Point

    Raises
    ------
    GeometryError
        If the geometry is empty or invalid.

    Examples
    --------
    >>> from shapely import LineString
    >>> at(LineString([(0, 0), (100, 0)]))
    <POINT (50 0)>
    """
    shape = require_geometry(geometry, "geometry")
    lines = lines_of(shape)
    if not lines:
        return shape.representative_point()
    merged = shapely.line_merge(MultiLineString(lines))
    longest = max(lines_of(merged), key=lambda part: part.length)
    return longest.interpolate(0.5, normalized=True)


def union(*geometries: BaseGeometry) -> BaseGeometry:
    """Put shapes of the same kind together; what overlaps counts once.

    Parameters
    ----------
    geometries
        Points, lines or areas in EPSG:4551, all of one kind.

    Returns
    -------
    Geometry
        Of that kind; lines that meet end to end are joined.

    Raises
    ------
    GeometryError
        If there is no geometry, an empty one, or a mix of kinds.

    Examples
    --------
    >>> from shapely import box
    >>> union(box(0, 0, 10, 10), box(5, 0, 15, 10)).area
    150.0
    """
    shapes = [require_geometry(item, f"geometries[{i}]") for i, item in enumerate(geometries)]
    if not shapes:
        raise GeometryError("shapes_missing", {"name": "geometries"})
    if len({shapely.get_dimensions(shape) for shape in shapes}) > 1:
        kinds = ", ".join(sorted({shape.geom_type for shape in shapes}))
        raise GeometryError("shapes_mixed_kinds", {"kinds": kinds})
    together = shapely.union_all(shapes)
    return shapely.line_merge(together) if isinstance(together, MultiLineString) else together


def clip(geometry: BaseGeometry, by: BaseGeometry) -> BaseGeometry:
    """Keep the part of a shape that lies in an area.

    Parameters
    ----------
    geometry
        Point, line or area in EPSG:4551.
    by
        The area to stay in.

    Returns
    -------
    Geometry
        Of the kind of `geometry`; where it only touches the area, nothing is kept of it.

    Raises
    ------
    GeometryError
        If nothing is left, or an input is empty or invalid.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> clip(LineString([(-5, 5), (20, 5)]), box(0, 0, 10, 10)).length
    10.0
    """
    shape = require_geometry(geometry, "geometry")
    area = require_area(by, "by")
    kind = shapely.get_dimensions(shape)
    parts = shapely.get_parts(shapely.intersection(shape, area))
    kept = parts[(shapely.get_dimensions(parts) == kind) & ~shapely.is_empty(parts)]
    if not len(kept):
        apart = shape.distance(area)
        raise GeometryError("shapes_nothing_left", {"distance_m": f"{apart:.0f}"})
    left = shapely.union_all(kept)
    if isinstance(left, MultiPolygon | MultiLineString) and len(left.geoms) == 1:
        return left.geoms[0]
    return left
