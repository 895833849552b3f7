"""Do parcels cover the ground once: overlaps and gaps, with a tolerance in width."""

import math
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from erdao_gis.analysis.facts.given_parcels import polygon_parts
from erdao_gis.analysis.kernels.frame_inputs import Mask, Positions, Shapes
from erdao_gis.analysis.kernels.overlap import paired_area

TOLERANCE_M = 0.002
"""Overlaps and gaps that are nowhere wider than this many metres are rounding."""

_CORNERS = 2000
_ROUNDED_M = 1e-6
_SLIT_M = 1.0  # without a boundary, an opening wider than this is no gap but a street


@dataclass(frozen=True, kw_only=True, eq=False)
class Cover:
    """How some areas cover the ground."""

    first: Positions
    second: Positions
    "Positions of the two areas of each overlap."
    overlaps: Shapes
    gaps: Shapes
    beside: list[Positions]
    "Positions of the areas around each gap."
    sum_m2: float
    "Areas of all, one by one."
    ground_m2: float
    "Ground that is covered at all."
    ground: BaseGeometry
    "Its outline."
    rounding_m2: float
    "Overlaps and gaps within the tolerance, together."


def cover_of(
    shapes: Shapes, *, boundary: BaseGeometry | None = None, tolerance_m: float = TOLERANCE_M
) -> Cover:
    """Find where areas overlap each other and where they leave gaps.

    Parameters
    ----------
    shapes
        Valid areas in metres.
    boundary
        What they should cover together. Without it only holes and slits narrower than a metre
        are gaps; wider openings may be streets.
    tolerance_m
        Width up to which an overlap or a gap is rounding.

    Examples
    --------
    >>> squares = np.array([shapely.box(0, 0, 10, 10), shapely.box(9, 0, 20, 10)], dtype=object)
    >>> cover = cover_of(squares)
    >>> shapely.area(cover.overlaps).tolist(), cover.sum_m2, cover.ground_m2
    ([10.0], 210.0, 200.0)
    """
    first, second, _ = paired_area(shapes, shapes)
    once = first < second
    first, second = first[once], second[once]
    # Outlines are made for the pairs that overlap only: most neighbours just touch.
    shared = shapely.intersection(shapes[first], shapes[second])
    wide = _wide(shared, tolerance_m)
    union = shapely.union_all(shapes)
    missing = _missing(shapes, union, boundary)
    real = _wide(missing, tolerance_m)
    gaps = missing[real]
    beside = _beside(shapes, gaps, tolerance_m)
    small = float(shapely.area(shared[~wide]).sum() + shapely.area(missing[~real]).sum())
    between = np.array([len(one) > 1 for one in beside], dtype=bool)
    chosen = np.flatnonzero(between | _enclosed(gaps, union) | (boundary is not None))
    return Cover(
        first=first[wide],
        second=second[wide],
        overlaps=shared[wide],
        gaps=gaps[chosen],
        beside=[beside[place] for place in chosen],
        sum_m2=float(shapely.area(shapes).sum()),
        ground_m2=float(union.area),
        ground=union,
        rounding_m2=small,
    )


def _wide(shapes: Shapes, tolerance_m: float) -> Mask:
    """Tell which shapes are somewhere wider than the tolerance."""
    eroded = shapely.buffer(shapes, -tolerance_m / 2)
    return np.asarray(~shapely.is_empty(eroded), dtype=bool)


def _holes(union: BaseGeometry) -> Shapes:
    """Fill the holes of an area."""
    parts = shapely.get_parts(union)
    rings, owner = shapely.get_rings(parts, return_index=True)
    inner = np.zeros(len(rings), dtype=bool)
    inner[1:] = owner[1:] == owner[:-1]  # the first ring of a polygon is its outline
    return np.asarray(shapely.polygons(rings[inner]), dtype=object)


def _missing(shapes: Shapes, union: BaseGeometry, boundary: BaseGeometry | None) -> Shapes:
    if boundary is not None:
        left = shapely.difference(boundary, union)
        return polygon_parts(np.array([left], dtype=object))[0]
    if not len(shapes):
        return np.empty(0, dtype=object)
    # Widened and narrowed again: what closed was a slit. Widened one by one and narrowed cell by
    # cell, because a buffer of the whole takes minutes where thousands of slits meet.
    half = _SLIT_M / 2
    widened = shapely.union_all(shapely.buffer(shapes, half, join_style="mitre"))
    cells = _cells(union)
    found = [_slits(widened, union, half, cell) for cell in cells]
    slits, cell_of = polygon_parts(np.array(found, dtype=object))
    # What reaches the edge of its cell goes on in the next.
    cut = (np.abs(shapely.bounds(slits) - np.array(cells)[cell_of]) < _ROUNDED_M).any(axis=1)
    joined, _ = polygon_parts(np.array([shapely.union_all(slits[cut])], dtype=object))
    slits = np.concatenate([slits[~cut], joined])
    holes = _holes(union)
    return np.concatenate([holes, slits[~_inside(slits, holes)]])


def _slits(
    widened: BaseGeometry, union: BaseGeometry, half: float, cell: tuple[float, ...]
) -> BaseGeometry:
    west, south, east, north = cell
    around = (west - 2 * half, south - 2 * half, east + 2 * half, north + 2 * half)
    closed = shapely.clip_by_rect(widened, *around).buffer(-half, join_style="mitre")
    return shapely.difference(
        shapely.make_valid(shapely.clip_by_rect(closed, *cell)),
        shapely.make_valid(shapely.clip_by_rect(union, *cell)),
    )


def _cells(union: BaseGeometry) -> list[tuple[float, ...]]:
    """Lay a grid over an area, with few corners in each cell."""
    west, south, east, north = union.bounds
    count = math.ceil(math.sqrt(shapely.get_num_coordinates(union) / _CORNERS))
    x, y = np.linspace(west, east, count + 1), np.linspace(south, north, count + 1)
    return [
        (float(x[i]), float(y[j]), float(x[i + 1]), float(y[j + 1]))
        for i in range(count)
        for j in range(count)
    ]


def _inside(shapes: Shapes, holes: Shapes) -> Mask:
    """Tell which shapes lie in one of the holes."""
    inside = np.zeros(len(shapes), dtype=bool)
    if len(shapes) and len(holes):
        points = shapely.point_on_surface(shapes)
        inside[shapely.STRtree(holes).query(points, predicate="intersects")[0]] = True
    return inside


def _enclosed(gaps: Shapes, union: BaseGeometry) -> Mask:
    return _inside(gaps, _holes(union))


def _beside(shapes: Shapes, gaps: Shapes, tolerance_m: float) -> list[Positions]:
    if not len(gaps):
        return []
    gap, near = shapely.STRtree(shapes).query(gaps, predicate="dwithin", distance=tolerance_m)
    order = np.lexsort((near, gap))
    return np.split(near[order], np.searchsorted(gap[order], np.arange(1, len(gaps))))
