"""Which shapes can be used: the rest is listed with its reason, nothing is repaired in silence."""

import numpy as np
import shapely

from erdao_gis.errors import Finding
from erdao_gis.files.raw import Geometries

_HALF_TURN = 180.0
_POLE = 90.0
_FARTHEST = 1e9  # no system in use has larger figures, and areas of them overflow
# Repairing a tangle takes time with the third power of its vertices: about 8 s for all of these.
_MOST_EFFORT = 1e9
Bounds = tuple[float, float, float, float]


def screen(shapes: Geometries, *, keep_null: bool) -> tuple[list[Finding], list[Finding]]:
    """Find the shapes that cannot be used, and those that are used with a remark.

    Parameters
    ----------
    shapes
        One a row, None where there is none.
    keep_null
        Whether rows without a place are kept (plan layers hold such rows on purpose).

    Returns
    -------
    faults, notes
        Faults: no geometry, an empty one, coordinates that are NaN, infinite or absurdly large,
        a polygon that no repair gives an area. Notes: self-intersections and other invalid
        shapes, kept as they are.

    Examples
    --------
    >>> faults, notes = screen(np.array([None, shapely.Point(1, 2)]), keep_null=False)
    >>> [(fault.row, fault.key) for fault in faults], notes
    ([(0, 'geometry_missing')], [])
    """
    missing = shapely.is_missing(shapes)
    empty = shapely.is_empty(shapes)
    faults = [] if keep_null else [Finding(int(row), "geometry_missing") for row in _where(missing)]
    faults += [Finding(int(row), "geometry_empty") for row in _where(empty)]
    places, owner = shapely.get_coordinates(shapes, return_index=True)
    sane = np.isfinite(places).all(axis=1) & (np.abs(places) < _FARTHEST).all(axis=1)
    endless = np.unique(owner[~sane])
    faults += [Finding(int(row), "geometry_not_finite") for row in endless]
    looked_at = ~(missing | empty)
    looked_at[endless] = False
    notes: list[Finding] = []
    invalid = _where(looked_at & ~shapely.is_valid(shapes))
    effort = np.cumsum(shapely.get_num_coordinates(shapes[invalid]).astype(np.float64) ** 3)
    for row, spent in zip(invalid, effort, strict=True):
        finding = _invalid(int(row), shapes[row], repair=spent <= _MOST_EFFORT)
        (faults if finding.key == "geometry_collapsed" else notes).append(finding)
    return faults, notes


def _where(
    mask: np.ndarray[tuple[int], np.dtype[np.bool_]],
) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    return np.flatnonzero(mask)


def _invalid(row: int, shape: shapely.Geometry, *, repair: bool) -> Finding:
    """Say what is wrong with a shape; ``repair`` tries whether anything is left of it."""
    why: dict[str, object] = {"why": shapely.is_valid_reason(shape)}
    if not repair:
        return Finding(row, "geometry_invalid_untried", why)
    # Many times faster on tangles than the default method, and alike in dimension.
    tried = shapely.make_valid(shape, method="structure", keep_collapsed=True)
    if shapely.get_dimensions(tried) < shapely.get_dimensions(shape):
        return Finding(row, "geometry_collapsed")
    return Finding(row, "geometry_invalid_kept", why)


def bounds_of(shapes: Geometries) -> Bounds:
    """Give the smallest and largest usable coordinates (x, y, x, y); NaN when there are none.

    Examples
    --------
    >>> bounds_of(np.array([shapely.Point(1, 2), None, shapely.Point(3, 0)]))
    (1.0, 0.0, 3.0, 2.0)
    """
    places = shapely.get_coordinates(shapes)
    places = places[np.isfinite(places).all(axis=1) & (np.abs(places) < _FARTHEST).all(axis=1)]
    if len(places) == 0:
        return (np.nan, np.nan, np.nan, np.nan)
    (west, south), (east, north) = places.min(axis=0), places.max(axis=0)
    return float(west), float(south), float(east), float(north)


def outside_degrees(shapes: Geometries) -> list[Finding]:
    """Find shapes whose coordinates cannot be longitude and latitude.

    Examples
    --------
    >>> [finding.row for finding in outside_degrees(np.array([shapely.Point(460000, 4860000)]))]
    [0]
    """
    places, owner = shapely.get_coordinates(shapes, return_index=True)
    far = (np.abs(places[:, 0]) > _HALF_TURN) | (np.abs(places[:, 1]) > _POLE)
    far &= np.isfinite(places).all(axis=1)
    return [Finding(int(row), "geometry_outside_degrees") for row in np.unique(owner[far])]
