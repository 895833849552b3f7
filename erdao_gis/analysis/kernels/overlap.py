"""Area that polygons share with disjoint pieces, without building a single geometry.

For two polygons A and B whose edges are directed, let T(e) be the ground between an edge and a
common level below. Then

    area(A and B) = sum over edges e of A, f of B of  s(e) s(f) area(T(e) and T(f))

with s = +1 for an upper edge (running west) and -1 for a lower one. T(e) and T(f) share a strip
under the lower of two straight lines: a closed form that numpy evaluates for millions of edge
pairs at once, whatever the topology. Vertical edges cover no ground and fall out.
"""

from dataclasses import dataclass

import numpy as np
import shapely

from erdao_gis.analysis.kernels.edges import expand, ring_edges, runs, sums_by
from erdao_gis.analysis.kernels.frame_inputs import Floats, Positions, Shapes
from erdao_gis.analysis.kernels.pieces import cut

# Edge pairs held at once: their columns stay within a core's cache.
_BATCH = 1 << 15
# Units of more vertices are cut too: a pair costs the product of both vertex counts.
_MOST_VERTICES = 64
# Sums of strips carry rounding: less than a square millimetre is none, and is not missing.
_LEAST_AREA_M2 = 1e-6


@dataclass(frozen=True, eq=False)
class _Strips:
    """The ground under each edge of many polygons."""

    west: Floats
    east: Floats
    height: Floats
    "Of the edge's western end."
    slope: Floats
    sign: Floats
    start: Positions
    count: Positions


def _strips(polygons: Shapes) -> _Strips:
    edges = ring_edges(polygons)
    edges = edges.take(edges.x0 != edges.x1)
    upper = edges.x1 < edges.x0
    west, east = np.minimum(edges.x0, edges.x1), np.maximum(edges.x0, edges.x1)
    height = np.where(upper, edges.y1, edges.y0)
    rise = np.where(upper, edges.y0, edges.y1) - height
    sign = np.where(upper, 1.0, -1.0)
    return _Strips(
        west, east, height, rise / (east - west), sign, *runs(edges.owner, len(polygons))
    )


def shared_area(units: Shapes, pieces: Shapes) -> Floats:
    """Area in m2 that each unit shares with all pieces together; the pieces must not overlap."""
    total = np.zeros(len(units))
    if not pieces.size or not units.size:
        return total
    whole = shapely.area(units)
    small, owner = _small_units(units)
    unit, piece = shapely.STRtree(pieces).query(small)
    areas = _pair_areas(_strips(small), _strips(pieces), unit, piece)
    total += sums_by(owner[unit], areas, len(units))
    total = np.where(total < _LEAST_AREA_M2, 0.0, total)
    return np.where(total > whole - _LEAST_AREA_M2, whole, total)


def paired_area(one: Shapes, other: Shapes) -> tuple[Positions, Positions, Floats]:
    """Area in m2 that each pair of an area of ``one`` and an area of ``other`` shares.

    Both are valid areas in metres. Pairs that share less than a square millimetre, such as
    neighbours along a border, are left out; the others come in ascending order of the first,
    then of the second. Where either is empty there are none.
    """
    if not one.size or not other.size:
        return np.empty(0, np.intp), np.empty(0, np.intp), np.empty(0)
    small, owner = _small_units(one)
    pieces, piece_owner = _small_units(other)
    unit, piece = shapely.STRtree(pieces).query(small)
    areas = _pair_areas(_strips(small), _strips(pieces), unit, piece)
    pair, place = np.unique(owner[unit] * len(other) + piece_owner[piece], return_inverse=True)
    total = sums_by(place, areas, len(pair))
    real = total > _LEAST_AREA_M2
    return pair[real] // len(other), pair[real] % len(other), total[real]


def _small_units(units: Shapes) -> tuple[Shapes, Positions]:
    """Cut the units of many vertices; leave the others as they are."""
    large = shapely.get_num_coordinates(units) > _MOST_VERTICES
    if not large.any():
        return units, np.arange(len(units))
    pieces, origin = cut(units[large], _MOST_VERTICES)
    places = np.flatnonzero(large)
    rest = np.flatnonzero(~large)
    return np.concatenate([units[rest], pieces]), np.concatenate([rest, places[origin]])


def _pair_areas(units: _Strips, pieces: _Strips, unit: Positions, piece: Positions) -> Floats:
    """Area shared by each pair of a unit and a piece, in batches of edge pairs."""
    areas = np.zeros(len(unit))
    sizes = units.count[unit] * pieces.count[piece]
    ends = np.cumsum(sizes)
    begin = 0
    while begin < len(unit):
        before = ends[begin - 1] if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, before + _BATCH, side="right")))
        batch = slice(begin, end)
        areas[batch] = _batch_areas(units, pieces, unit[batch], piece[batch])
        begin = end
    return areas


def _batch_areas(units: _Strips, pieces: _Strips, unit: Positions, piece: Positions) -> Floats:
    pair, rank = expand(units.count[unit] * pieces.count[piece])
    across = pieces.count[piece][pair]
    e, f = rank // across, rank % across
    e += units.start[unit][pair]
    f += pieces.start[piece][pair]
    west = np.maximum(units.west[e], pieces.west[f])
    width = np.minimum(units.east[e], pieces.east[f]) - west
    meet = np.flatnonzero(width > 0)
    e, f, pair, west, width = e[meet], f[meet], pair[meet], west[meet], width[meet]
    # Heights above a level near the pair: northings of 4,860,000 m would eat the digits.
    level = units.height[units.start[unit[pair]]]
    e_west = units.height[e] - level + units.slope[e] * (west - units.west[e])
    e_east = e_west + units.slope[e] * width
    f_west = pieces.height[f] - level + pieces.slope[f] * (west - pieces.west[f])
    f_east = f_west + pieces.slope[f] * width
    lower = (e_west + e_east + f_west + f_east) / 4 - _mean_gap(
        e_west - f_west, e_east - f_east
    ) / 2
    return sums_by(pair, width * lower * units.sign[e] * pieces.sign[f], len(unit))


def _mean_gap(west: Floats, east: Floats) -> Floats:
    """Mean of |g| where g runs straight from ``west`` to ``east``, perhaps through zero."""
    sizes = np.abs(west) + np.abs(east)
    crossing = west * east < 0
    safe = np.where(crossing, sizes, 1.0)
    return np.where(crossing, (west * west + east * east) / (2 * safe), sizes / 2)
