"""Polygons as one table of directed edges, each with its polygon's inside to the left."""

from dataclasses import dataclass

import numpy as np
import shapely

from erdao_gis.analysis.kernels.frame_inputs import Floats, Mask, Positions, Shapes


@dataclass(frozen=True, eq=False)
class Edges:
    """Edges of many polygons; exteriors run counter-clockwise and holes clockwise."""

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    owner: Positions
    "Position of the polygon to which the edge belongs; ascending."

    def take(self, chosen: Mask | Positions) -> "Edges":
        """Return some of the edges."""
        ends = self.x0[chosen], self.y0[chosen], self.x1[chosen], self.y1[chosen]
        return Edges(*ends, self.owner[chosen])


def ring_edges(polygons: Shapes) -> Edges:
    """List the edges of polygons and multipolygons, owner by owner."""
    plain = shapely.get_type_id(polygons) == shapely.GeometryType.POLYGON
    plain &= shapely.get_num_interior_rings(polygons) == 0
    places = np.flatnonzero(plain)
    corners, ring = shapely.get_coordinates(polygons[places], return_index=True)
    # One ring each: no need to take the polygon apart, which costs more than all the rest.
    simple = _directed(corners, ring, np.zeros(len(places), dtype=bool), places)
    if len(places) == len(polygons):
        return simple
    others = np.flatnonzero(~plain)
    parts, part_owner = shapely.get_parts(polygons[others], return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    corners, ring = shapely.get_coordinates(rings, return_index=True)
    hole = np.zeros(len(rings), dtype=bool)
    hole[1:] = ring_part[1:] == ring_part[:-1]
    return _merged(simple, _directed(corners, ring, hole, others[part_owner[ring_part]]))


def _directed(corners: Floats, ring: Positions, hole: Mask, ring_owner: Positions) -> Edges:
    """Turn exteriors counter-clockwise and holes clockwise."""
    within = ring[1:] == ring[:-1]
    ring = ring[:-1][within]
    x0, y0 = corners[:-1, 0][within], corners[:-1, 1][within]
    x1, y1 = corners[1:, 0][within], corners[1:, 1][within]
    first = np.searchsorted(ring, np.arange(len(hole)))
    # The shoelace sum from each ring's own corner: large eastings would eat its digits.
    x, y = x0[first][ring], y0[first][ring]
    twice_area = np.bincount(ring, (x0 - x) * (y1 - y) - (x1 - x) * (y0 - y), len(hole))
    turned = ((twice_area < 0) != hole)[ring]
    start_x, start_y = np.where(turned, x1, x0), np.where(turned, y1, y0)
    end_x, end_y = np.where(turned, x0, x1), np.where(turned, y0, y1)
    return Edges(start_x, start_y, end_x, end_y, ring_owner[ring])


def _merged(first: Edges, second: Edges) -> Edges:
    """Join two tables in the order of their owners."""
    owner = np.concatenate([first.owner, second.owner])
    order = np.argsort(owner, kind="stable")
    ends = [
        (first.x0, second.x0),
        (first.y0, second.y0),
        (first.x1, second.x1),
        (first.y1, second.y1),
    ]
    x0, y0, x1, y1 = (np.concatenate(pair)[order] for pair in ends)
    return Edges(x0, y0, x1, y1, owner[order])


def distinct(edges: Edges) -> tuple[Positions, Positions, Floats]:
    """Find the edges that neighbours share, drawn in either direction.

    Returns
    -------
    chosen, number, way
        Positions of one edge of each kind; for every edge which of them it is; and 1 or -1 where
        it runs the same way or the other.
    """
    turned = (edges.y0 > edges.y1) | ((edges.y0 == edges.y1) & (edges.x0 > edges.x1))
    ends = np.stack(
        [
            np.where(turned, edges.x1, edges.x0),
            np.where(turned, edges.y1, edges.y0),
            np.where(turned, edges.x0, edges.x1),
            np.where(turned, edges.y0, edges.y1),
        ]
    )
    # Sorting one mixed number is much quicker than sorting four; the ends themselves decide.
    mixed = np.zeros(len(turned), dtype=np.uint64)
    for column in ends.view(np.uint64):
        mixed = (mixed ^ column) * np.uint64(0x9E3779B97F4A7C15)
        mixed ^= mixed >> np.uint64(29)
    order = np.argsort(mixed)
    new = np.ones(len(order), dtype=bool)
    new[1:] = (ends[:, order[1:]] != ends[:, order[:-1]]).any(axis=0)
    number = np.empty(len(order), dtype=np.intp)
    number[order] = np.cumsum(new) - 1
    chosen = order[new]
    return chosen, number, np.where(turned == turned[chosen][number], 1.0, -1.0)


def runs(owner: Positions, count: int) -> tuple[Positions, Positions]:
    """Give where the edges of each owner begin, and how many there are."""
    lengths = np.bincount(owner, minlength=count).astype(np.intp)
    return np.cumsum(lengths) - lengths, lengths


def segments_of(start: Floats, end: Floats) -> Shapes:
    """Make a straight line of each pair of corners."""
    return np.asarray(shapely.linestrings(np.stack([start, end], axis=1)), dtype=object)


def sums_by(group: Positions, amounts: Floats, count: int) -> Floats:
    """Sum amounts over each of ``count`` groups."""
    return np.asarray(np.bincount(group, amounts, count), dtype=np.float64)


def expand(counts: Positions) -> tuple[Positions, Positions]:
    """List, for groups of these sizes, the group of each member and its rank in the group.

    >>> group, rank = expand(np.array([2, 0, 1]))
    >>> group.tolist(), rank.tolist()
    ([0, 0, 2], [0, 1, 0])
    """
    group = np.repeat(np.arange(len(counts)), counts)
    rank = np.arange(len(group)) - np.repeat(np.cumsum(counts) - counts, counts)
    return group, rank
