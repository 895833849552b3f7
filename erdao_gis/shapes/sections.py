"""The part of a line between two others, or beyond one."""

import shapely
from shapely import LineString, MultiLineString, Point
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from erdao_gis.errors import GeometryError
from erdao_gis.shapes.centrelines import GAP_M, centreline, pieces_of
from erdao_gis.shapes.checks import Line, require_geometry, require_length, require_line
from erdao_gis.shapes.compass import compass, in_words
from erdao_gis.shapes.crossings import cross

# Shorter than this (m), a section is no section: both cuts fall on the same junction.
_SHORTEST_M = 1.0


def section(
    line: BaseGeometry,
    *,
    between: tuple[BaseGeometry, BaseGeometry] | None = None,
    beyond: BaseGeometry | None = None,
    side: str | None = None,
    tolerance_m: float = 50.0,
    gap_m: float = GAP_M,
) -> Line:
    """Cut a stretch out of a street: between two limits, or from one to its end.

    The street may be drawn in several pieces and carriageways: positions are measured
    along its centreline, and each carriageway is cut there. Gaps stay gaps.

    Parameters
    ----------
    line
        LineString or MultiLineString in EPSG:4551.
    between
        The two lines or points that limit the stretch, in any order.
    beyond, side
        Instead of `between`: one limit, and the compass side of it on which the stretch lies.
    tolerance_m
        How far, in metres, a limit may miss the street and still cut it.
    gap_m
        Gap in metres over which pieces count as one street.

    Returns
    -------
    LineString or MultiLineString

    Raises
    ------
    GeometryError
        If the limits are not given in one of the two ways, do not meet the street, meet it
        in several places or in the same one, or if both ends lie on the same side.

    Examples
    --------
    >>> from shapely import LineString, Point
    >>> street = LineString([(0, 0), (100, 0)])
    >>> section(street, between=(Point(20, 0), LineString([(70, -9), (70, 9)])))
    <LINESTRING (20 0, 70 0)>
    >>> section(street, beyond=Point(20, 0), side="west").length
    20.0
    """
    street = require_line(line, "line")
    tolerance = require_length(tolerance_m, "tolerance_m", zero=True)
    spine = centreline(street, gap_m=gap_m)
    if between is not None and beyond is None and side is None and len(between) == 2:  # noqa: PLR2004 - a pair
        low, high = sorted(_position(spine, limit, tolerance) for limit in between)
    elif between is None and beyond is not None and side is not None:
        low, high = _towards(spine, _position(spine, beyond, tolerance), side)
    else:
        raise GeometryError("shapes_section_arguments", {})
    if high - low < _SHORTEST_M:
        raise GeometryError("shapes_section_empty", {"length_m": f"{high - low:.1f}"})
    return _cut(street, spine, low, high)


def _position(spine: LineString, limit: BaseGeometry, tolerance: float) -> float:
    """Measure how far along the spine a limit meets it, in metres."""
    if not isinstance(limit, Point):
        return float(spine.project(cross(spine, limit, tolerance_m=tolerance)))
    require_geometry(limit, "limit")
    apart = spine.distance(limit)
    if apart > tolerance:
        facts = {"distance_m": f"{apart:.0f}", "tolerance_m": f"{tolerance:g}"}
        raise GeometryError("shapes_point_off_line", facts)
    return spine.project(limit)


def _towards(spine: LineString, cut: float, side: str) -> tuple[float, float]:
    """Choose the stretch from the cut to the end that lies on `side` of it."""
    way = compass(side)
    place = spine.interpolate(cut)
    start, end = (
        (x - place.x) * way.x + (y - place.y) * way.y
        for x, y, *_ in (spine.coords[0], spine.coords[-1])
    )
    if max(start, end) <= 0 or min(start, end) > 0:
        facts = {"start_m": f"{start:.0f}", "end_m": f"{end:.0f}"}
        raise GeometryError("shapes_section_side", facts | in_words([way.name]))
    return (0.0, cut) if start > end else (cut, spine.length)


def _cut(street: Line, spine: LineString, low: float, high: float) -> Line:
    """Keep what lies between two positions on the spine, piece by piece."""
    kept: list[LineString] = []
    for piece in pieces_of(street):
        ends = [spine.project(Point(piece.coords[i])) for i in (0, -1)]
        first, last = max(low, min(ends)), min(high, max(ends))
        if low <= min(ends) and max(ends) <= high:
            kept.append(piece)
        elif last > first:
            start, end = sorted(piece.project(spine.interpolate(at)) for at in (first, last))
            part = substring(piece, start, end)
            if isinstance(part, LineString):
                kept.append(part)
    if not kept:
        raise GeometryError("shapes_section_gap", {"length_m": f"{high - low:.0f}"})
    merged = shapely.line_merge(MultiLineString(kept))
    return merged if isinstance(merged, LineString) else MultiLineString(kept)
