"""Layers of which one part is on another datum: the median of all of them tells nothing of it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

POINTS_A_FEATURE = 4
_MOST_FEATURES = 5000
_FLOOR_M = 1.0
_DECISIVE = 2.0
_ALIKE_M = 15.0  # a wrong street lies within 50 m of every third feature, by chance
_ALIKE_SHARE = 0.6  # parcels against roads reach a sixth, by chance
_FEWEST = 5
_SHARE = 0.05
_SIGMAS = 2.0

Array = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Mixture:
    """Features that fit another datum than the declared one.

    Parameters
    ----------
    datum
        The other datum.
    rows
        Positions of these features, in the order that was handed in.
    beyond_chance
        Whether there are more of them than chance and a stray feature explain.
    """

    datum: str
    rows: npt.NDArray[np.int64]
    beyond_chance: bool


def points_by_feature(shapes: npt.NDArray[np.object_]) -> tuple[Array, npt.NDArray[np.int64]]:
    """Take points along the longest part of each feature, or of its outline.

    Parameters
    ----------
    shapes
        Geometries in metres. Null, empty and zero-length ones are left out; of more than 5,000,
        an even choice is taken.

    Returns
    -------
    points, rows
        Array (features, 4, 2) in the unit of the shapes, and the position of each feature.
    """
    parts, rows = np.asarray(shapes, dtype=object), np.arange(len(shapes))
    if len(rows) > _MOST_FEATURES:
        rows = np.linspace(0, len(rows) - 1, _MOST_FEATURES).astype(np.int64)
        parts = parts[rows]
    for _ in range(2):  # a collection of multi-part shapes
        parts, owner = shapely.get_parts(parts, return_index=True)
        rows = rows[owner]
    areas = shapely.get_dimensions(parts) == 2  # noqa: PLR2004 - the dimension of an area
    parts, owner = shapely.get_parts(
        np.where(areas, shapely.boundary(parts), parts), return_index=True
    )
    rows, lengths = rows[owner], shapely.length(parts)
    usable = ~shapely.is_empty(parts) & ((shapely.get_dimensions(parts) == 0) | (lengths > 0))
    parts, rows, lengths = parts[usable], rows[usable], lengths[usable]
    order = np.lexsort((-lengths, rows))
    rows, longest = np.unique(rows[order], return_index=True)
    parts = parts[order][longest]
    fractions = (np.arange(POINTS_A_FEATURE) + 0.5) / POINTS_A_FEATURE
    lines = shapely.get_dimensions(parts) == 1
    points = np.repeat(parts[:, None], POINTS_A_FEATURE, axis=1)
    points[lines] = shapely.line_interpolate_point(parts[lines, None], fractions, normalized=True)
    return shapely.get_coordinates(points).reshape(-1, POINTS_A_FEATURE, 2), rows


def find_mixture(medians: Mapping[str, Array], declared: str, *, chance: str) -> Mixture | None:
    """Find the features that fit another datum at least twice as well, and within 15 m.

    Parameters
    ----------
    medians
        By hypothesis, the median distance in metres of each feature to the trusted layer.
    declared
        The hypothesis that is said to hold.
    chance
        One that never holds for a single feature: what fits it, fits by chance.

    Returns
    -------
    Mixture or None
        The other datum that most features fit; None when the layers are not alike: at least
        0.6 of the features must lie within 15 m of the trusted layer on one datum.

    Examples
    --------
    >>> true, shifted = np.repeat([0.0, 90.0], [70, 30]), np.repeat([80.0, 0.0], [70, 30])
    >>> medians = {"CGCS2000": true, "GCJ-02": shifted, "mirror": np.full(100, 70.0)}
    >>> found = find_mixture(medians, "CGCS2000", chance="mirror")
    >>> found.datum, len(found.rows), found.beyond_chance
    ('GCJ-02', 30, True)
    """
    raised = {name: np.maximum(metres, _FLOOR_M) for name, metres in medians.items()}
    count = len(raised[declared])
    nearest = np.min([metres for name, metres in raised.items() if name != chance], axis=0)
    if count == 0 or (nearest <= _ALIKE_M).mean() < _ALIKE_SHARE:
        return None
    fits = {
        name: (metres <= _ALIKE_M) & (_DECISIVE * metres <= raised[declared])
        for name, metres in raised.items()
        if name != declared
    }
    by_chance = int(fits.pop(chance).sum()) if chance in fits else 0
    datum = max(fits, key=lambda name: int(fits[name].sum()))
    found = int(fits[datum].sum())
    least = max(_FEWEST, _SHARE * count, _SIGMAS * float(np.sqrt(found + by_chance)))
    return Mixture(datum, np.flatnonzero(fits[datum]), found - by_chance >= least)
