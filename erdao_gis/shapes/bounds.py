"""The land between named bounds."""

import math
from dataclasses import dataclass
from functools import reduce
from itertools import pairwise

import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from erdao_gis.errors import GeometryError
from erdao_gis.shapes.centrelines import bearing, centreline
from erdao_gis.shapes.checks import (
    areas_of,
    require_area,
    require_geometry,
    require_length,
    require_line,
)
from erdao_gis.shapes.compass import SIDES, Side, compass, in_words
from erdao_gis.shapes.sides import Extended, beyond_line, span_of, window_around

# Fewer bounds enclose nothing: one line has land on its side, but no extent.
_MIN_BOUNDS = 2
# A second part smaller than this share of the first is a sliver where bounds wind about
# each other, not another candidate.
_SLIVER_SHARE = 0.05
# Outlines closer than this (m) are the same line.
_SLACK_M = 0.05
# A part of the outline shorter than this (m) is a corner, not a side.
_CORNER_M = 1.0
# An end may be led aside to a neighbouring bound, but not back along its own line.
_MIN_FORWARD = -0.5


@dataclass(frozen=True, slots=True)
class BoundedArea:
    """Land between named bounds, and how far the names carry it.

    Attributes
    ----------
    geometry
        The land, EPSG:4551.
    open_sides
        The sides without a named bound on which the land ends only because of `within`
        or `reach_m`; empty where the named bounds close the land by themselves.
    extended_m
        How far, in metres, a bound had to be led on beyond its end to meet the next.
    """

    geometry: Polygon
    open_sides: tuple[Side, ...]
    extended_m: float


def bounded(
    *,
    north: BaseGeometry | None = None,
    east: BaseGeometry | None = None,
    south: BaseGeometry | None = None,
    west: BaseGeometry | None = None,
    within: BaseGeometry | None = None,
    reach_m: float | None = None,
    extend_m: float = 100.0,
) -> BoundedArea:
    """Find the land between named bounds, two at least.

    Bounds may be slightly curved, drawn in pieces or as dual carriageways, and need not
    quite meet: an end is led on straight, or aside to a neighbouring bound, by up to
    `extend_m`. Two bounds that meet leave a wedge closed without a third side.

    Parameters
    ----------
    north, east, south, west
        The bound on that side, EPSG:4551. Of an area the edge that faces the land is
        meant; the area itself stays outside.
    within
        The land ends here at the latest, such as at the district's boundary.
    reach_m
        An unnamed side ends at this distance in metres from the bound opposite to it.
    extend_m
        How far, in metres, a bound may be led on beyond its end.

    Returns
    -------
    BoundedArea

    Raises
    ------
    GeometryError
        If there are fewer than two bounds, they do not enclose land, an end would have to
        be led on further than `extend_m`, or a side stays open.

    Examples
    --------
    >>> from shapely import LineString, box
    >>> land = bounded(
    ...     west=LineString([(0, 0), (0, 100)]),
    ...     south=LineString([(0, 0), (80, 0)]),
    ...     east=LineString([(80, 0), (80, 100)]),
    ...     within=box(-50, -50, 150, 90),
    ... )
    >>> land.geometry.area, land.open_sides
    (7200.0, ('north',))
    """
    named = {"north": north, "east": east, "south": south, "west": west}
    limit = require_length(extend_m, "extend_m", zero=True)
    courses = {side: _course(named[side], side) for side in SIDES if named[side] is not None}
    if len(courses) < _MIN_BOUNDS:
        raise GeometryError("shapes_few_bounds", {"count": len(courses)})
    reach = None if reach_m is None else require_length(reach_m, "reach_m")
    frame = [] if within is None else [require_area(within, "within")]
    window = window_around([*courses.values(), *frame], 1000.0 + limit + (reach or 0.0))
    lines = {side: _led_on(side, courses, limit, span_of(window)) for side in courses}
    pieces: list[BaseGeometry] = [
        beyond_line(window, line.whole, compass(side).opposite, course=line.line)
        for side, line in lines.items()
    ]
    pieces += [*frame, *_reaches(lines, reach)]
    land = _only_part(reduce(shapely.intersection, pieces), lines)
    _require_closed(land, window, lines)
    return BoundedArea(land, _open_sides(land, lines), _require_met(land, lines, limit))


def _course(bound: object, side: Side) -> LineString:
    """Reduce a bound to one line: a street to its centreline, an area to the edge facing us."""
    geometry = require_geometry(bound, side)
    if shapely.get_dimensions(geometry) < 2:  # noqa: PLR2004 - areas have two dimensions
        return centreline(require_line(geometry, side))
    # The hull: bays of a large site behind its own front are not land beside it.
    ring = list(orient(_hull(geometry)).exterior.coords)[:-1]
    way = compass(side)
    # Seen from the land, a south bound shows its north face: anticlockwise that face runs from
    # the eastmost corner to the westmost one; the other sides are the same, turned.
    across = [x * way.y - y * way.x for x, y, *_ in ring]
    first = min(
        range(len(ring)), key=lambda i: (across[i], ring[i][0] * way.x + ring[i][1] * way.y)
    )
    ring = ring[first:] + ring[:first]
    across = across[first:] + across[:first]
    toward = [x * way.x + y * way.y for x, y, *_ in ring]
    last = max(range(len(ring)), key=lambda i: (across[i], -toward[i]))
    return LineString(ring[: last + 1])


def _hull(geometry: BaseGeometry) -> Polygon:
    hull = geometry.convex_hull
    return hull if isinstance(hull, Polygon) else Polygon()


def _led_on(side: Side, courses: dict[Side, LineString], limit: float, span: float) -> Extended:
    """Extend a bound at both ends: straight on, or towards a bound nearby that it misses.

    Opposite bounds meet only where their own courses lead; a link across would be a bound
    that nobody named.
    """
    course = courses[side]
    missed = [
        other
        for name, other in courses.items()
        if name not in (side, compass(side).opposite) and not other.intersects(course)
    ]
    # Both may stop short of their crossing: what counts is where they would meet.
    ahead = [Extended.of(other, limit).whole for other in missed]
    headings: list[tuple[float, float] | None] = []
    straight = Extended.of(course, limit)
    for ray, at_end in ((straight.head, False), (straight.tail, True)):
        heading = None
        if not any(ray.intersects(other) for other in ahead):
            heading = _aside(ray, missed, limit, bearing(course, at_end=at_end))
        headings.append(heading)
    return Extended.of(course, span, headings=(headings[0], headings[1]))


def _aside(
    ray: LineString, missed: list[LineString], limit: float, ahead: tuple[float, float]
) -> tuple[float, float] | None:
    """Return the heading from a line's end to the nearest bound that it misses, if near enough."""
    tip = shapely.get_point(ray, 0)
    for link in sorted((shapely.shortest_line(tip, other) for other in missed), key=shapely.length):
        if 0 < link.length <= limit:
            dx, dy = bearing(link, at_end=True, over_m=math.inf)
            if dx * ahead[0] + dy * ahead[1] >= _MIN_FORWARD:
                return (dx, dy)
    return None


def _reaches(lines: dict[Side, Extended], reach: float | None) -> list[BaseGeometry]:
    """Return, for every unnamed side opposite to a bound, the land within reach of that bound."""
    if reach is None:
        return []
    return [
        line.whole.buffer(reach)
        for side, line in lines.items()
        if compass(side).opposite not in lines
    ]


def _only_part(land: BaseGeometry, lines: dict[Side, Extended]) -> Polygon:
    """Choose the part that truly lies on every bound; refuse to guess between several."""
    parts = sorted(areas_of(land), key=lambda part: -part.area)
    if not parts:
        raise GeometryError("shapes_bounds_empty", in_words(lines))
    for side, line in lines.items():
        if not any(_lies_on(part, line) for part in parts):
            raise GeometryError("shapes_bound_untouched", in_words([side]))
    complete = [part for part in parts if all(_lies_on(part, line) for line in lines.values())]
    if not complete or (complete[1:] and complete[1].area > _SLIVER_SHARE * complete[0].area):
        areas = ", ".join(f"{part.area / 10_000:.1f}" for part in complete or parts)
        facts = {"count": len(complete or parts), "areas_ha": areas}
        raise GeometryError("shapes_bounds_several", facts)
    return complete[0]


def _lies_on(part: Polygon, line: Extended) -> bool:
    """Tell whether the bound itself, not its extension, is an edge of a part."""
    near = line.line.buffer(_SLACK_M, cap_style="flat")
    return bool(part.exterior.intersection(near).length > _CORNER_M)


def _require_closed(land: Polygon, window: Polygon, lines: dict[Side, Extended]) -> None:
    """Refuse land that runs out of the window: nothing closes it there."""
    outline = window.exterior
    if land.distance(outline) > _SLACK_M:
        return
    unnamed = [side for side in SIDES if side not in lines]
    edges = land.exterior.intersection(outline.buffer(_SLACK_M))
    facing = [side for side in unnamed if _faces(land, edges)[side] > _CORNER_M]
    raise GeometryError("shapes_not_closed", in_words(facing or unnamed))


def _require_met(land: Polygon, lines: dict[Side, Extended], limit: float) -> float:
    """Return the longest extension in the outline; refuse one beyond the limit."""
    longest = 0.0
    for side, line in lines.items():
        needed = line.used(land.exterior)
        if needed > limit + _SLACK_M:
            facts = {"needed_m": f"{needed:.0f}", "limit_m": f"{limit:g}"}
            raise GeometryError("shapes_bounds_apart", facts | in_words([side]))
        longest = max(longest, needed)
    return longest


def _open_sides(land: Polygon, lines: dict[Side, Extended]) -> tuple[Side, ...]:
    """List the unnamed sides on which no bound makes the outline."""
    bounds = shapely.union_all([line.whole.buffer(_SLACK_M) for line in lines.values()])
    rest = land.exterior.difference(bounds)
    if rest.length <= _CORNER_M:
        return ()
    lengths = _faces(land, rest)
    unnamed = [side for side in SIDES if side not in lines]
    return tuple(side for side in unnamed if lengths[side] > _CORNER_M) or tuple(unnamed)


def _faces(land: Polygon, edges: BaseGeometry) -> dict[Side, float]:
    """Measure how much of some edges of the land faces each side, in metres."""
    lengths = dict.fromkeys(SIDES, 0.0)
    ring = shapely.get_coordinates(orient(land).exterior)
    shapely.prepare(near := edges.buffer(_SLACK_M))
    for (x0, y0), (x1, y1) in pairwise(ring):
        if shapely.contains_xy(near, (x0 + x1) / 2, (y0 + y1) / 2):
            # Anticlockwise, the outside is to the right of every edge.
            dx, dy = float(x1 - x0), float(y1 - y0)
            outward = {side: dy * compass(side).x - dx * compass(side).y for side in SIDES}
            facing = max(SIDES, key=outward.__getitem__)
            lengths[facing] += math.hypot(dx, dy)
    return lengths
