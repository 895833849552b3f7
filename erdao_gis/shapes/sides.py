"""The part of an area on one side of a line."""

import math
from typing import NamedTuple

import numpy as np
import shapely
from shapely import LineString, MultiPolygon, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from erdao_gis.errors import GeometryError
from erdao_gis.shapes.centrelines import bearing, centreline
from erdao_gis.shapes.checks import Area, areas_of, require_area, require_length, require_line
from erdao_gis.shapes.compass import compass, in_words

# A line within 15 degrees of the west-east direction does not tell east from west.
_MIN_SINE = math.sin(math.radians(15))
# The direction of an extension is read over this length (m).
_TAIL_M = 100.0
# Overlays move points by less than this (m); results are compared with it.
_SLACK_M = 0.01
# Sharing less than this (m) is crossing, not running along.
_TOUCH_M = 0.5
# A step (m) aside that tells left from right.
_ASIDE_M = 0.001
_SAMPLES = 1000


class Extended(NamedTuple):
    """A line with a straight extension at each end, both directed away from it."""

    line: LineString
    head: LineString
    tail: LineString

    @property
    def whole(self) -> LineString:
        """The extensions and the line in one."""
        return LineString(
            [self.head.coords[-1], *(point[:2] for point in self.line.coords), self.tail.coords[-1]]
        )

    @classmethod
    def of(
        cls,
        line: LineString,
        length_m: float,
        *,
        headings: tuple[tuple[float, float] | None, tuple[float, float] | None] = (None, None),
    ) -> "Extended":
        """Extend a line by `length_m` along its own direction, or along the given headings."""
        rays: list[LineString] = []
        for heading, at_end in zip(headings, (False, True), strict=True):
            dx, dy = heading or bearing(line, at_end=at_end, over_m=_TAIL_M)
            x, y = line.coords[-1 if at_end else 0][:2]
            rays.append(LineString([(x, y), (x + dx * length_m, y + dy * length_m)]))
        return cls(line, *rays)

    def used(self, edge: BaseGeometry) -> float:
        """Measure how far beyond the line's ends its extensions are part of `edge`, in metres."""
        needed = 0.0
        for ray in (self.head, self.tail):
            shared = edge.intersection(ray.buffer(_SLACK_M, cap_style="flat"))
            along = [ray.project(Point(xy)) for xy in shapely.get_coordinates(shared)]
            # A mere touch, where another edge crosses the ray, is no use of it.
            if shared.length > _TOUCH_M and along:
                needed = max(needed, *along)
        return needed


def side(area: BaseGeometry, line: BaseGeometry, *, side: str, extend_m: float = 0.0) -> Area:
    """Keep the part of an area that lies on a compass side of a line.

    Parameters
    ----------
    area
        Polygon or MultiPolygon in EPSG:4551.
    line
        The dividing line; pieces and carriageways are reduced to their centreline.
    side
        Which part to keep: ``north``, ``east``, ``south`` or ``west`` of the line.
    extend_m
        How far, in metres, each end of the line may be extended straight on to leave the area.

    Returns
    -------
    Polygon or MultiPolygon
        Together with the opposite side it is the whole area.

    Raises
    ------
    GeometryError
        If the line does not divide the area, ends inside it by more than `extend_m`, or
        runs so that it has no such side (a west-east line has no east).

    Examples
    --------
    >>> from shapely import LineString, box
    >>> side(box(0, 0, 100, 100), LineString([(30, -5), (30, 105)]), side="west").area
    3000.0
    """
    whole = require_area(area, "area")
    limit = require_length(extend_m, "extend_m", zero=True)
    spine = centreline(require_line(line, "line"))
    window = window_around([whole, spine])
    extended = Extended.of(
        spine, span_of(window), headings=_clear_of(whole, spine, span_of(window))
    )
    inside = shapely.intersection(extended.whole, whole)
    needed = extended.used(inside)
    if needed > limit + _SLACK_M:
        facts = {"needed_m": f"{needed:.0f}", "limit_m": f"{limit:g}"}
        raise GeometryError("shapes_line_ends_inside", facts | in_words([compass(side).name]))
    half = beyond_line(window, extended.whole, side, course=spine)
    parts = areas_of(shapely.intersection(whole, half))
    kept = sum(part.area for part in parts)
    if kept <= _SLACK_M or whole.area - kept <= _SLACK_M:
        raise GeometryError("shapes_does_not_divide", in_words([compass(side).name]))
    return parts[0] if len(parts) == 1 else MultiPolygon(parts)


def window_around(shapes: list[BaseGeometry], margin_m: float = 1000.0) -> Polygon:
    """Return a rectangle well around all shapes."""
    west, south, east, north = shapely.total_bounds(np.asarray(shapes, dtype=object))
    window: Polygon = box(west - margin_m, south - margin_m, east + margin_m, north + margin_m)
    return window


def beyond_line(window: Polygon, cutter: LineString, wanted: str, *, course: LineString) -> Area:
    """Split a window by a line that leaves it at both ends; return what lies on one side.

    `course` is the line without extensions: its ends say which way it runs.
    """
    right_is_wanted = _right_is(course, wanted)
    edges = shapely.union_all([window.exterior, cutter])
    faces = areas_of(shapely.polygonize([edges]))
    right, left = _asides(cutter)
    chosen: list[Polygon] = []
    for face in faces:
        on_right = shapely.contains_xy(face, right[:, 0], right[:, 1]).sum()
        on_left = shapely.contains_xy(face, left[:, 0], left[:, 1]).sum()
        if (on_right > on_left) == right_is_wanted and window.contains(face):
            chosen.append(face)
    joined = shapely.union_all(chosen)
    return joined if isinstance(joined, Polygon | MultiPolygon) else Polygon()


def _right_is(course: LineString, wanted: str) -> bool:
    """Tell whether `wanted` lies to the right of the line as it is drawn."""
    way = compass(wanted)
    (x0, y0, *_), (x1, y1, *_) = course.coords[0], course.coords[-1]
    # The right-hand normal of (dx, dy) is (dy, -dx).
    turn = (y1 - y0) * way.x - (x1 - x0) * way.y
    if abs(turn) < _MIN_SINE * math.hypot(x1 - x0, y1 - y0) or (x0, y0) == (x1, y1):
        raise GeometryError("shapes_no_such_side", in_words([way.name]))
    return turn > 0


def _asides(cutter: LineString) -> tuple["np.ndarray[tuple[int, int], np.dtype[np.float64]]", ...]:
    """Return points a little to the right and to the left, evenly along the line."""
    dense = shapely.get_coordinates(shapely.segmentize(cutter, cutter.length / _SAMPLES))
    step = np.diff(dense, axis=0)
    length = np.hypot(step[:, 0], step[:, 1])
    step, middle = step[length > 0], (dense[1:] + dense[:-1])[length > 0] / 2
    normal = np.column_stack([step[:, 1], -step[:, 0]]) / length[length > 0][:, None] * _ASIDE_M
    return middle + normal, middle - normal


def _clear_of(
    area: Area, spine: LineString, span: float
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """Turn an end that already lies outside away from the area, if it points back into it."""
    headings: list[tuple[float, float] | None] = []
    rays = Extended.of(spine, span)
    middle = area.centroid
    for ray in (rays.head, rays.tail):
        tip = Point(ray.coords[0])
        away = tip.distance(middle)
        points_back = not area.intersects(tip) and area.intersects(ray) and away > 0
        heading = ((tip.x - middle.x) / away, (tip.y - middle.y) / away) if points_back else None
        headings.append(heading)
    return headings[0], headings[1]


def span_of(window: Polygon) -> float:
    """Return a length (m) that leads out of the window from anywhere in it."""
    return math.hypot(*np.subtract(window.bounds[2:], window.bounds[:2]))
