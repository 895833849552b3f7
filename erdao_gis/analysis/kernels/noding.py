"""Street lines cut into edges where one may turn from one into another."""

from dataclasses import dataclass

import numpy as np
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from erdao_gis.analysis.kernels.frame_inputs import Floats, Mask, Positions, Shapes

# Nodes nearer to each other along a street are one: a crossing found from both its lines.
_SAME_PLACE_M = 1e-3


@dataclass(frozen=True, kw_only=True, eq=False)
class Noded:
    """Edges between nodes; in the order of the lines, and along each line."""

    xy: Floats
    "Coordinates of the nodes, two columns."
    start: Positions
    end: Positions
    line: Positions
    begin: Floats
    "Metres from the line's beginning to the edge's."
    length: Floats
    snapped_line: Positions
    "Lines with an end that was joined to a line it does not touch."
    snapped_m: Floats
    "Metres that were bridged there."


@dataclass(frozen=True, eq=False)
class _Stops:
    """Nodes met on the way along lines."""

    line: Positions
    at: Floats
    node: Positions


def noded(lines: Shapes, raised: Mask, snap_m: float) -> Noded:
    """Cut lines at their crossings and wherever the end of one meets another.

    Parameters
    ----------
    lines
        LineStrings in metres.
    raised
        True for bridges and tunnels: they meet other lines at their ends only.
    snap_m
        An end this near to another line meets it.
    """
    ends, node_of_end = _ends(lines)
    own = _own_stops(lines, node_of_end)
    met, snapped_line, snapped_m = _met_at_ends(lines, raised, node_of_end, snap_m)
    crossed, crossings = _crossings(lines, raised, len(ends))
    xy = np.concatenate([ends, crossings])
    stops = _joined([own, met, crossed])
    order = np.lexsort((stops.node, stops.at, stops.line))
    line, at, node = stops.line[order], stops.at[order], stops.node[order]
    along = line[1:] == line[:-1]
    start, end = node[:-1][along], node[1:][along]
    length = (at[1:] - at[:-1])[along]
    near = length < _SAME_PLACE_M
    merged = _merged(start[near], end[near], len(xy))
    keep = ~near
    place = np.zeros((merged.max(initial=-1) + 1, 2))
    place[merged] = xy
    return Noded(
        xy=place,
        start=merged[start[keep]],
        end=merged[end[keep]],
        line=line[:-1][along][keep],
        begin=at[:-1][along][keep],
        length=length[keep],
        snapped_line=snapped_line,
        snapped_m=snapped_m,
    )


def _ends(lines: Shapes) -> tuple[Floats, Positions]:
    """Give the distinct end points, and for each line's start and end (two rows) its number."""
    points = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    xy, node = np.unique(shapely.get_coordinates(points), axis=0, return_inverse=True)
    return xy, node.reshape(2, -1)


def _own_stops(lines: Shapes, node_of_end: Positions) -> _Stops:
    number = np.arange(len(lines))
    at = np.concatenate([np.zeros(len(lines)), shapely.length(lines)])
    return _Stops(np.tile(number, 2), at, node_of_end.ravel())


def _met_at_ends(
    lines: Shapes, raised: Mask, node_of_end: Positions, snap_m: float
) -> tuple[_Stops, Positions, Floats]:
    """Find the lines that each line's ends meet."""
    points = np.concatenate([shapely.get_point(lines, 0), shapely.get_point(lines, -1)])
    owner = np.tile(np.arange(len(lines)), 2)
    end, line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=snap_m)
    other = owner[end] != line
    end, line = end[other], line[other]
    at = shapely.line_locate_point(lines[line], points[end])
    gap = shapely.distance(lines[line], points[end])
    from_end = np.minimum(at, shapely.length(lines)[line] - at)
    fits = ~raised[line] | (from_end <= snap_m)
    end, line, at, gap = end[fits], line[fits], at[fits], gap[fits]
    bridged = gap > _SAME_PLACE_M
    stops = _Stops(line, at, node_of_end.ravel()[end])
    return stops, owner[end][bridged], gap[bridged]


def _crossings(lines: Shapes, raised: Mask, first_node: int) -> tuple[_Stops, Floats]:
    """Find where lines on the ground cross or run into each other."""
    ground = np.flatnonzero(~raised)
    a, b = shapely.STRtree(lines[ground]).query(lines[ground], predicate="intersects")
    once = a < b
    a, b = ground[a[once]], ground[b[once]]
    shared, pair = shapely.get_parts(shapely.intersection(lines[a], lines[b]), return_index=True)
    linear = shapely.get_type_id(shared) == shapely.GeometryType.LINESTRING
    # Lines that run together part where the shared stretch ends.
    points = np.concatenate(
        [
            shared[~linear],
            shapely.get_point(shared[linear], 0),
            shapely.get_point(shared[linear], -1),
        ]
    )
    pair = np.concatenate([pair[~linear], pair[linear], pair[linear]])
    node = first_node + np.arange(len(points))
    stops = [
        _Stops(line[pair], shapely.line_locate_point(lines[line[pair]], points), node)
        for line in (a, b)
    ]
    return _joined(stops), shapely.get_coordinates(points)


def _joined(stops: list[_Stops]) -> _Stops:
    return _Stops(
        np.concatenate([one.line for one in stops]),
        np.concatenate([one.at for one in stops]),
        np.concatenate([one.node for one in stops]),
    )


def _merged(start: Positions, end: Positions, count: int) -> Positions:
    """Give the nodes new numbers, one number for those that are joined."""
    links = coo_array((np.ones(len(start)), (start, end)), shape=(count, count))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.intp)
