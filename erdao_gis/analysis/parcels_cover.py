"""Do parcels cover the ground once: overlaps and gaps, with a tolerance in width."""

from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from erdao_gis.analysis._inputs import Mask, Positions, Shapes
from erdao_gis.analysis.parcels_given import cross_areas, polygon_parts

__all__ = ["TOLERANCE_M", "Cover", "cover_of"]

TOLERANCE_M = 0.002
"""Overlaps and gaps that are nowhere wider than this many metres are rounding."""

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
    first, second, shared = cross_areas(shapes, shapes)
    once = first < second
    first, second, shared = first[once], second[once], shared[once]
    wide = _wide(shared, tolerance_m)
    union = shapely.union_all(shapes)
    missing = _missing(union, boundary)
    real = _wide(missing, tolerance_m)
    gaps = missing[real]
    beside = _beside(shapes, gaps, tolerance_m)
    small = float(shapely.area(shared[~wide]).sum() + shapely.area(missing[~real]).sum())
    kept = np.array([boundary is not None or len(one) > 1 for one in beside], dtype=bool)
    holes = np.array([_enclosed(gap, union) for gap in gaps], dtype=bool)
    chosen = np.flatnonzero(kept | holes)
    return Cover(
        first=first[wide],
        second=second[wide],
        overlaps=shared[wide],
        gaps=gaps[chosen],
        beside=[beside[place] for place in chosen],
        sum_m2=float(shapely.area(shapes).sum()),
        ground_m2=float(union.area),
        rounding_m2=small,
    )


def _wide(shapes: Shapes, tolerance_m: float) -> Mask:
    """Tell which shapes are somewhere wider than the tolerance."""
    eroded = shapely.buffer(shapes, -tolerance_m / 2)
    return np.asarray(~shapely.is_empty(eroded), dtype=bool)


def _missing(union: BaseGeometry, boundary: BaseGeometry | None) -> Shapes:
    if boundary is not None:
        left = shapely.difference(boundary, union)
    else:
        # Widened and narrowed again: what closed was a slit.
        half = _SLIT_M / 2
        closed = union.buffer(half, join_style="mitre").buffer(-half, join_style="mitre")
        rings = shapely.get_rings(shapely.get_parts(union))
        filled = shapely.union(closed, shapely.union_all(shapely.polygons(rings)))
        left = shapely.difference(filled, union)
    return polygon_parts(np.array([left], dtype=object))[0]


def _enclosed(gap: BaseGeometry, union: BaseGeometry) -> bool:
    """Tell whether a gap is a hole: its whole outline is the union's."""
    return bool(gap.boundary.within(union.boundary.buffer(1e-6)))


def _beside(shapes: Shapes, gaps: Shapes, tolerance_m: float) -> list[Positions]:
    if not len(gaps):
        return []
    gap, near = shapely.STRtree(shapes).query(gaps, predicate="dwithin", distance=tolerance_m)
    return [np.sort(near[gap == number]) for number in range(len(gaps))]
