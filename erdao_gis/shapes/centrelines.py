"""One line for a street that is drawn as several pieces or as two carriageways.

A named street arrives as many pieces: some follow each other with small gaps, some run
side by side. Cutting, dividing and bounding need a single line from end to end.
"""

from typing import NamedTuple

import numpy as np
import shapely
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from erdao_gis.errors import GeometryError
from erdao_gis.shapes.checks import Line, lines_of, require_length, require_line

#: Pieces that follow each other within this distance (m) are joined.
GAP_M = 150.0
#: Pieces that run side by side within this distance (m) are carriageways of one street.
MERGE_M = 60.0
# Directions are read over this length (m): the last vertices of a street often turn
# into a junction and say nothing about where it leads.
_BEARING_M = 50.0
# Spacing (m) of the cross-sections at which carriageways are averaged.
_STEP_M = 25.0
# Pieces left over that add up to less than this share of the street are spurs and slip roads.
_SPUR_SHARE = 0.1
# Carriageways stay within about 35 degrees of each other, also where they part and join.
_PARALLEL_COSINE = 0.8
# Cross-sections over which a sudden offset is led over; an odd number.
_SMOOTH = 5
# Turning by more than a right angle is turning back, into the other carriageway.
_MIN_COSINE = 0.0
_TINY_M = 1e-6


class _Link(NamedTuple):
    """A way to continue a chain: its cost, the piece's number and the new chain."""

    cost: float
    number: int
    chain: LineString


def pieces_of(line: Line) -> list[LineString]:
    """List the connected stretches of a line, longest first."""
    merged = lines_of(shapely.line_merge(line))
    return sorted(merged, key=lambda part: (-part.length, part.bounds))


def bearing(line: LineString, *, at_end: bool, over_m: float = _BEARING_M) -> tuple[float, float]:
    """Return the unit direction in which a line leaves its start or its end."""
    tip = Point(line.coords[-1 if at_end else 0])
    back = line.interpolate(-over_m if at_end else over_m) if over_m < line.length else None
    if back is None or back.distance(tip) < _TINY_M:
        back = Point(line.coords[0 if at_end else -1])
    length = back.distance(tip)
    if length < _TINY_M:
        return (0.0, 0.0)
    return ((tip.x - back.x) / length, (tip.y - back.y) / length)


def centreline(line: BaseGeometry, *, merge_m: float = MERGE_M, gap_m: float = GAP_M) -> LineString:
    """Reduce a street to one line from end to end.

    Pieces that follow each other are joined over gaps of up to `gap_m`; pieces that run
    side by side within `merge_m` give the line midway between the outer ones. Spurs that
    add up to less than a tenth of the street are left out.

    Parameters
    ----------
    line
        LineString or MultiLineString in EPSG:4551.
    merge_m, gap_m
        Distances in metres.

    Returns
    -------
    LineString
        A single piece is returned as it is.

    Raises
    ------
    GeometryError
        If pieces stay apart, or the line closes on itself.

    Examples
    --------
    >>> from shapely import MultiLineString
    >>> gapped = MultiLineString([[(0, 0), (100, 0)], [(110, 0), (200, 0)]])
    >>> centreline(gapped).length
    200.0
    """
    pieces = pieces_of(require_line(line, "line"))
    merge = require_length(merge_m, "merge_m", zero=True)
    gap = require_length(gap_m, "gap_m", zero=True)
    chain, rest = _chain(pieces, merge, gap)
    left_over = sum(piece.length for piece in rest)
    if left_over > _SPUR_SHARE * chain.length:
        apart = chain.distance(max(rest, key=lambda piece: piece.length))
        facts = {"count": len(rest), "length_m": f"{left_over:.0f}", "gap_m": f"{gap:g}"}
        raise GeometryError("shapes_pieces_apart", facts | {"distance_m": f"{apart:.0f}"})
    if chain.is_closed:
        raise GeometryError("shapes_closed_line", {"length_m": f"{chain.length:.0f}"})
    return _midway(chain, pieces, merge) if len(pieces) > 1 else chain


def _chain(
    pieces: list[LineString], merge: float, gap: float
) -> tuple[LineString, list[LineString]]:
    """Join the longest piece with those that follow it; also return what is left beside it."""
    chain, pool = pieces[0], pieces[1:]
    while pool:
        pool = _beside_removed(pool, chain, merge)
        links = [link for i, piece in enumerate(pool) for link in _links(chain, i, piece, gap)]
        if not links:
            break
        best = min(links)
        chain = best.chain
        del pool[best.number]
    return chain, pool


def _beside_removed(pool: list[LineString], chain: LineString, merge: float) -> list[LineString]:
    """Take from the pool what runs beside the chain; flat ends keep what follows it."""
    if merge == 0:
        return pool
    corridor = chain.buffer(merge, cap_style="flat")
    shapely.prepare(corridor)
    remaining: list[LineString] = []
    for piece in pool:
        if corridor.disjoint(piece):
            remaining.append(piece)
        else:
            # What sticks out a little at a slanting end does not follow the chain.
            outside = lines_of(piece.difference(corridor))
            least = min(merge, piece.length / 2)
            remaining += [part for part in outside if part.length > least]
    return remaining


def _links(chain: LineString, number: int, piece: LineString, gap: float) -> list[_Link]:
    """List the ways in which `piece` can continue `chain` at either end, turning at most 90°."""
    found: list[_Link] = []
    for forward in (chain, chain.reverse()):
        tip = Point(forward.coords[-1])
        heading = bearing(forward, at_end=True)
        for candidate in (piece, piece.reverse()):
            distance = tip.distance(Point(candidate.coords[0]))
            away = bearing(candidate, at_end=False)
            cosine = -(heading[0] * away[0] + heading[1] * away[1])
            if distance <= gap and cosine >= _MIN_COSINE:
                joined = _joined(forward, candidate)
                # A straight continuation wins over a nearer one that turns off.
                found.append(_Link(distance + MERGE_M * (1 - cosine), number, joined))
    return found


def _joined(first: LineString, second: LineString) -> LineString:
    one, other = list(first.coords), list(second.coords)
    return LineString(one + (other[1:] if one[-1] == other[0] else other))


def _midway(chain: LineString, pieces: list[LineString], merge: float) -> LineString:
    """Move the chain midway between the outermost carriageways at regular cross-sections."""
    beside = _parallels(chain, pieces, merge)
    if merge == 0 or beside.is_empty:
        return chain
    dense = shapely.get_coordinates(shapely.segmentize(chain, _STEP_M))
    along = np.gradient(dense, axis=0)
    length = np.hypot(along[:, 0], along[:, 1])
    across = np.column_stack([-along[:, 1], along[:, 0]]) / np.where(length > 0, length, 1)[:, None]
    sections = shapely.linestrings(np.stack([dense - across * merge, dense + across * merge], 1))
    met = shapely.intersection(sections, beside)
    points, owner = shapely.get_coordinates(met, return_index=True)
    offsets = np.einsum("ij,ij->i", points - dense[owner], across[owner])
    low, high = np.zeros(len(dense)), np.zeros(len(dense))
    np.minimum.at(low, owner, offsets)
    np.maximum.at(high, owner, offsets)
    # Where a carriageway begins or ends the line would jump aside: lead it over gently.
    padded = np.pad((low + high) / 2, _SMOOTH // 2, mode="edge")
    offset = np.convolve(padded, np.full(_SMOOTH, 1 / _SMOOTH), mode="valid")
    moved = dense + across * offset[:, None]
    return LineString(moved[np.append(True, np.any(np.diff(moved, axis=0) != 0, axis=1))])


def _parallels(chain: LineString, pieces: list[LineString], merge: float) -> BaseGeometry:
    """Collect the segments beside the chain that run its way; spurs and crossings do not."""
    ends = np.concatenate([_segments(piece) for piece in pieces])
    segments = np.asarray(shapely.linestrings(ends))
    middle = shapely.line_interpolate_point(segments, 0.5, normalized=True)
    place = shapely.line_locate_point(chain, middle)
    before, after = (
        shapely.get_coordinates(shapely.line_interpolate_point(chain, position))
        for position in (np.maximum(place - 1, 0), np.minimum(place + 1, chain.length))
    )
    course, way = after - before, ends[:, 1] - ends[:, 0]
    sizes = np.hypot(course[:, 0], course[:, 1]) * np.hypot(way[:, 0], way[:, 1])
    parallel = np.abs(np.einsum("ij,ij->i", course, way)) >= _PARALLEL_COSINE * sizes
    apart = shapely.distance(middle, chain)
    return shapely.union_all(segments[parallel & (apart > _TINY_M) & (apart <= merge)])


def _segments(line: LineString) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    xy = shapely.get_coordinates(line)
    return np.stack([xy[:-1], xy[1:]], axis=1)
