"""Where two lines cross."""

import shapely
from shapely import LineString, MultiLineString, MultiPoint, Point
from shapely.geometry.base import BaseGeometry

from erdao_gis.errors import GeometryError
from erdao_gis.shapes.checks import (
    Line,
    lines_of,
    require_geometry,
    require_length,
    require_line,
)


def cross(
    first: BaseGeometry,
    second: BaseGeometry,
    *,
    near: BaseGeometry | None = None,
    tolerance_m: float = 0.0,
    merge_m: float = 60.0,
) -> Point:
    """Find the point where two lines cross.

    Crossings of the carriageways of dual roads count as one crossing, at their centre.
    Lines that cross nowhere but come within `tolerance_m` of each other are taken to
    meet half-way between their nearest points.

    Parameters
    ----------
    first, second
        Lines in EPSG:4551; several pieces are welcome.
    near
        Where there are several crossings: take the one nearest to this point.
    tolerance_m
        How far apart, in metres, the lines may pass and still be taken to meet.
    merge_m
        Crossings closer to each other than this, in metres, are one.

    Returns
    -------
    Point

    Raises
    ------
    GeometryError
        If the lines do not meet, run along each other for more than `merge_m`, or cross
        in several places and `near` is not given (the places are listed).

    Examples
    --------
    >>> from shapely import LineString, MultiLineString
    >>> dual = MultiLineString([[(0, -10), (100, -10)], [(0, 10), (100, 10)]])
    >>> cross(dual, LineString([(50, -50), (50, 50)]))
    <POINT (50 0)>
    """
    one, other = require_line(first, "first"), require_line(second, "second")
    tolerance = require_length(tolerance_m, "tolerance_m", zero=True)
    merge = require_length(merge_m, "merge_m", zero=True)
    touching = _touching_points(one, other, merge) or _near_misses(one, other, tolerance)
    if not touching:
        facts = {"distance_m": f"{one.distance(other):.0f}", "tolerance_m": f"{tolerance:g}"}
        raise GeometryError("shapes_no_crossing", facts)
    places = _clusters(touching, merge)
    if near is not None:
        target = require_geometry(near, "near")
        return min(places, key=target.distance)
    if len(places) > 1:
        listed = "; ".join(f"({place.x:.0f}, {place.y:.0f})" for place in places)
        raise GeometryError("shapes_many_crossings", {"count": len(places), "points": listed})
    return places[0]


def _touching_points(one: Line, other: Line, merge: float) -> list[Point]:
    """List where the lines truly meet; a short shared stretch counts by its middle."""
    shared = shapely.intersection(one, other)
    stretches = lines_of(shared)
    if stretches:
        together = shapely.line_merge(MultiLineString(stretches))
        longest = max(part.length for part in lines_of(together))
        if longest > merge:
            raise GeometryError("shapes_run_together", {"length_m": f"{longest:.0f}"})
        stretches = lines_of(together)
    middles = [stretch.interpolate(0.5, normalized=True) for stretch in stretches]
    points = [part for part in shapely.get_parts(shared).tolist() if isinstance(part, Point)]
    return [point for point in points + middles if not point.is_empty]


def _near_misses(one: Line, other: Line, tolerance: float) -> list[Point]:
    """List the middles between pieces that pass each other within `tolerance`."""
    middles: list[Point] = []
    for piece in lines_of(shapely.line_merge(one)):
        for counterpart in lines_of(shapely.line_merge(other)):
            link = shapely.shortest_line(piece, counterpart)
            if isinstance(link, LineString) and link.length <= tolerance:
                middles.append(link.interpolate(0.5, normalized=True))
    return middles


def _clusters(points: list[Point], merge: float) -> list[Point]:
    """Group points that are linked by steps shorter than `merge`; return each group's centre.

    The centre is that of the group's outline, so that three of the four crossings of two
    dual roads do not pull it aside when a fourth is drawn twice.
    """
    groups: list[list[Point]] = []
    for point in points:
        linked = [g for g in groups if any(point.distance(member) <= merge for member in g)]
        groups = [g for g in groups if g not in linked]
        groups.append([point, *(member for g in linked for member in g)])
    centres = [MultiPoint(group).convex_hull.centroid for group in groups]
    return sorted(centres, key=lambda centre: (centre.x, centre.y))
