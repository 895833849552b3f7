"""The nearest of many straight segments, for thousands of small shapes at once.

A shape is the list of its facets: the edges of an area, the segments of a line, the points of a
point. The distance of a facet to a segment is that of an end of one to the other, or none where
they cross; a segment may also lie wholly inside an area. numpy works all of this out for batches
of pairs that a tree of bounds finds within a radius, which grows for shapes that found nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from erdao_gis.analysis.kernels.edges import expand, ring_edges, runs, segments_of
from erdao_gis.analysis.kernels.frame_inputs import Floats, Mask, Positions, Shapes

# Pairs of facet and segment held at once: their columns stay within a core's cache.
_BATCH = 1 << 14
_FIRST_RADIUS_M = 25.0
# Segments as near as the nearest, to rounding, are all nearest: the order of rows decides nothing.
_TIE_M = 1e-6


@dataclass(frozen=True, eq=False)
class Segments:
    """Straight segments from (x0, y0) to (x1, y1), with a tree of their bounds."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    tree: shapely.STRtree

    @classmethod
    def of(cls, start: Floats, end: Floats) -> "Segments":
        """Make segments of corners (two columns)."""
        tree = shapely.STRtree(segments_of(start, end))
        x0, y0 = start.T
        x1, y1 = end.T
        return cls(x0, y0, x1, y1, tree)


@dataclass(frozen=True, eq=False)
class Found:
    """Which segment is nearest to which shape."""

    shape: Positions
    segment: Positions
    gap: Floats
    "Metres between them."
    along: Floats
    "Metres from the segment's beginning to the nearest place on it."


@dataclass(frozen=True, eq=False)
class _Facets:
    """Facets of shapes, shape by shape; a line ends with its last point alone."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    start: Positions
    count: Positions
    areal: Mask
    "Whether the shape is an area."


def nearest(segments: Segments, shapes: Shapes, within_m: float) -> Found:
    """Find the nearest segment of each shape, or several that are equally near.

    Shapes farther than ``within_m`` have none.
    """
    facets = _facets(shapes)
    bounds = shapely.bounds(shapes).reshape(-1, 4)
    todo, radius = np.arange(len(shapes)), min(_FIRST_RADIUS_M, within_m)
    found: list[Found] = []
    while todo.size:
        west, south, east, north = bounds[todo].T
        boxes = shapely.box(west - radius, south - radius, east + radius, north + radius)
        place, segment = segments.tree.query(boxes)
        some = _best(facets, segments, todo[place], segment)
        # Whatever lies within the radius was among the pairs: what is found there is nearest.
        sure = some.gap <= radius
        found.append(Found(some.shape[sure], some.segment[sure], some.gap[sure], some.along[sure]))
        todo = np.setdiff1d(todo, some.shape[sure])
        if radius >= within_m:
            break
        radius = min(radius * 2, within_m)
    return _in_order(found)


def _in_order(found: list[Found]) -> Found:
    shape = np.concatenate([np.empty(0, np.intp), *(one.shape for one in found)])
    order = np.argsort(shape, kind="stable")
    segment = np.concatenate([np.empty(0, np.intp), *(one.segment for one in found)])
    gap = np.concatenate([np.empty(0), *(one.gap for one in found)])
    along = np.concatenate([np.empty(0), *(one.along for one in found)])
    return Found(shape[order], segment[order], gap[order], along[order])


def _facets(shapes: Shapes) -> _Facets:
    dimension = shapely.get_dimensions(shapes)
    points, lines, areas = (np.flatnonzero(dimension == number) for number in range(3))
    xy, owner = shapely.get_coordinates(shapes[points], return_index=True)
    tables = [(*xy.T, *xy.T, points[owner])]
    parts, owner = shapely.get_parts(shapes[lines], return_index=True)
    xy, part = shapely.get_coordinates(parts, return_index=True)
    last = np.ones(len(part), dtype=bool)
    last[:-1] = part[1:] != part[:-1]
    end = np.where(last[:, None], xy, np.roll(xy, -1, axis=0))
    tables.append((*xy.T, *end.T, lines[owner[part]]))
    edges = ring_edges(shapes[areas])
    tables.append((edges.x0, edges.y0, edges.x1, edges.y1, areas[edges.owner]))
    owner = np.concatenate([table[4] for table in tables])
    order = np.argsort(owner, kind="stable")
    ends = [np.concatenate([table[k] for table in tables])[order] for k in range(4)]
    start, count = runs(owner, len(shapes))
    return _Facets(ends[0], ends[1], ends[2], ends[3], start, count, dimension == 2)  # noqa: PLR2004


def _best(facets: _Facets, segments: Segments, shape: Positions, segment: Positions) -> Found:
    """Choose the nearest pairs of each shape; pairs come shape by shape."""
    gap, along = np.empty(len(shape)), np.empty(len(shape))
    for batch in _batches(facets.count[shape]):
        gap[batch], along[batch] = _pairs(facets, segments, shape[batch], segment[batch])
    first = np.flatnonzero(np.diff(shape, prepend=-1))
    if not first.size:
        return Found(shape, segment, gap, along)
    least = np.minimum.reduceat(gap, first)
    chosen = np.flatnonzero(gap <= np.repeat(least, np.diff(first, append=len(shape))) + _TIE_M)
    return Found(shape[chosen], segment[chosen], gap[chosen], along[chosen])


def _batches(sizes: Positions) -> Iterator[slice]:
    """Part pairs into batches of about as many facets as fit."""
    ends = np.cumsum(sizes)
    begin = 0
    while begin < len(sizes):
        before = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, before + _BATCH, side="right")))
        yield slice(begin, end)
        begin = end


def _pairs(
    facets: _Facets, segments: Segments, shape: Positions, segment: Positions
) -> tuple[Floats, Floats]:
    """Give the gap of each pair, and where along the segment it is least."""
    pair, rank = expand(facets.count[shape])
    first = np.flatnonzero(rank == 0)
    f = facets.start[shape][pair] + rank
    # From the segment's beginning on: northings of 4,860,000 m would eat the digits.
    x, y = segments.x0[segment], segments.y0[segment]
    end_x, end_y = (segments.x1[segment] - x)[pair], (segments.y1[segment] - y)[pair]
    p_x, p_y = facets.x0[f] - x[pair], facets.y0[f] - y[pair]
    q_x, q_y = facets.x1[f] - x[pair], facets.y1[f] - y[pair]
    length = np.hypot(end_x, end_y)
    ways = [
        _to_segment(p_x, p_y, end_x, end_y),
        (_to_segment(-p_x, -p_y, q_x - p_x, q_y - p_y)[0], np.zeros(len(pair))),
        (_to_segment(end_x - p_x, end_y - p_y, q_x - p_x, q_y - p_y)[0], np.ones(len(pair))),
        _crossing(p_x, p_y, q_x, q_y, end_x, end_y),
        # The segment's beginning lies in an area where a ray from it crosses an odd number.
        (_inside(p_x, p_y, q_x, q_y, first, facets.areal[shape])[pair], np.zeros(len(pair))),
    ]
    squared = np.stack([way[0] for way in ways])
    which = squared.argmin(axis=0)
    every = np.arange(len(pair))
    gap, share = squared[which, every], np.stack([way[1] for way in ways])[which, every]
    least = np.minimum.reduceat(gap, first) if first.size else gap
    hits = np.flatnonzero(gap == least[pair])
    chosen = hits[np.diff(pair[hits], prepend=-1) != 0]
    return np.sqrt(least), (share * length)[chosen]


def _to_segment(x: Floats, y: Floats, end_x: Floats, end_y: Floats) -> tuple[Floats, Floats]:
    """Squared distance of (x, y) to the segment from the origin to its end, and where on it."""
    squared = end_x * end_x + end_y * end_y
    share = np.clip((x * end_x + y * end_y) / np.where(squared > 0, squared, 1.0), 0.0, 1.0)
    off_x, off_y = x - share * end_x, y - share * end_y
    return off_x * off_x + off_y * off_y, share


def _crossing(
    p_x: Floats, p_y: Floats, q_x: Floats, q_y: Floats, end_x: Floats, end_y: Floats
) -> tuple[Floats, Floats]:
    """Zero where facet and segment cross, else infinite; and where on the segment they do."""
    left_p, left_q = end_x * p_y - end_y * p_x, end_x * q_y - end_y * q_x
    way_x, way_y = q_x - p_x, q_y - p_y
    left_start = way_y * p_x - way_x * p_y
    left_end = left_start + way_x * end_y - way_y * end_x
    cross = (left_p * left_q < 0) & (left_start * left_end < 0)
    share = left_start / np.where(cross, left_start - left_end, 1.0)
    return np.where(cross, 0.0, np.inf), np.where(cross, share, 0.0)


def _inside(
    p_x: Floats, p_y: Floats, q_x: Floats, q_y: Floats, first: Positions, areal: Mask
) -> Floats:
    """Zero for the pairs whose segment begins inside the area, else infinite."""
    spans = (p_y > 0) != (q_y > 0)
    rise = np.where(spans, q_y - p_y, 1.0)
    east = spans & (p_x - p_y * (q_x - p_x) / rise > 0)
    crossings = np.add.reduceat(east.astype(np.intp), first) if first.size else np.empty(0, np.intp)
    return np.where(areal & (crossings % 2 == 1), 0.0, np.inf)
