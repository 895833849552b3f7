"""The datum guard asks whether coordinates fit the trusted layers as what they claim to be.

A layer in GCJ-02 that is labelled WGS84 lies 545-607 m off, further than the radius of most
services, and nothing in the file says so. The guard reads the coordinates under each hypothesis,
measures how far they then lie from lines or points that are trusted, and names the best.
It never shifts anything.
"""

import math
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from erdao_gis.crs.datum import Shift, bd09_to_wgs84, gcj02_to_wgs84, wgs84_to_gcj02
from erdao_gis.crs.frames import to_geographic, to_working
from erdao_gis.crs.mixture import POINTS_A_FEATURE, Mixture, find_mixture, points_by_feature
from erdao_gis.crs.reference import GEOGRAPHIC, display_name
from erdao_gis.errors import CRSError, DatumError, message_text, preferred_language

OVER_CORRECTED = "over-corrected"
"""True coordinates from which somebody took the GCJ-02 shift away once more."""

_HYPOTHESES: dict[str, Shift | None] = {
    "CGCS2000": None,
    "GCJ-02": gcj02_to_wgs84,
    "BD-09": bd09_to_wgs84,
    OVER_CORRECTED: wgs84_to_gcj02,
}
_MOST_SAMPLES = 2000
_CELL_M = 250.0
_FEWEST_CELLS = 15  # a cluster in one place can fit a wrong street by chance
_STEP_M = 50.0
_MOST_STEPS = 200_000  # along all features; longer ones are sampled more thinly
_MOST_NAMED = 20
_REACH_M = 2000.0  # beyond the largest shift (1,390 m) a sample says nothing
_FLOOR_M = 1.0  # distances below a metre are not told apart: the shipped layers have 5 decimals
_DECISIVE = 2.0
_NEAR_M = 50.0  # a hypothesis that leaves more than this does not fit, it is only less far


@dataclass(frozen=True)
class DatumFit:
    """How well coordinates fit the trusted layers under each hypothesis.

    Parameters
    ----------
    table
        One row a hypothesis, best first; index ``datum``, column ``median_m``: the median
        distance in metres of the samples to the nearest trusted line or point. NaN when there
        was nothing to compare.
    best
        The hypothesis that fits best; empty when there was nothing to compare.
    margin
        Median of the second best over that of the best; below 2 nothing is decided.
    samples
        Points compared, at most 2,000.
    decided
        Whether ``best`` can be relied on: a median of at most 50 m, a margin of at least 2, and
        samples spread over at least 15 squares of 250 m.
    doubtful_ids
        Features that fit another datum at least twice as well and within 15 m, too few to stop
        the layer. Only
        where the layers are alike; of more than 5,000 features an even choice is looked at.
    """

    table: pd.DataFrame
    best: str
    margin: float
    samples: int
    decided: bool
    doubtful_ids: tuple[str, ...] = ()

    def message(self, language: str) -> str:
        """Say in a sentence what was found, in ``zh`` or ``en``."""
        key = "datum_fits" if self.decided else "datum_undecided"
        return message_text(key, self.facts(), "zh" if language == "zh" else "en")

    def facts(self) -> dict[str, object]:
        """Give the figures, for messages."""
        medians = self.table["median_m"].rename({OVER_CORRECTED: "多纠一次 over-corrected"})
        listed = ", ".join(f"{name} {metres:.0f} m" for name, metres in medians.items())
        return {
            "best": self.best or "-",
            "margin": f"{self.margin:.1f}" if math.isfinite(self.margin) else "-",
            "samples": self.samples,
            "hypotheses": listed,
        }

    def __str__(self) -> str:
        return self.message(preferred_language())


def _samples(frame: gpd.GeoDataFrame) -> npt.NDArray[np.float64]:
    """Points along the features, degrees, evenly thinned: the same for the same layer."""
    metres = to_working(frame[["geometry"]] if "geometry" in frame else frame)
    # Outlines, because GEOS would first repair an area that is not valid, which may take minutes.
    shapes = _parts(metres.geometry.to_numpy())
    step = max(_STEP_M, float(shapely.length(shapes).sum()) / _MOST_STEPS)
    places = shapely.get_coordinates(shapely.segmentize(shapes, step))
    if len(places) > _MOST_SAMPLES:
        places = places[np.linspace(0, len(places) - 1, _MOST_SAMPLES).astype(int)]
    points = gpd.GeoSeries(gpd.points_from_xy(places[:, 0], places[:, 1]), crs=metres.crs)
    return shapely.get_coordinates(to_geographic(points).to_numpy())


def _parts(shapes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Give the single lines and points of shapes, of areas their outlines."""
    parts = shapely.get_parts(shapely.get_parts(shapes))  # collections of multi-part shapes
    parts = parts[~(shapely.is_missing(parts) | shapely.is_empty(parts))]
    areas = shapely.get_dimensions(parts) == 2  # noqa: PLR2004 - the dimension of an area
    return shapely.get_parts(np.where(areas, shapely.boundary(parts), parts))


def _trusted(reference: gpd.GeoDataFrame) -> npt.NDArray[Any]:
    """Cut the trusted layer into single segments and points, each quick to measure."""
    shapes = _parts(to_working(reference).geometry.to_numpy())
    lines = shapes[shapely.get_dimensions(shapes) == 1]
    places, owner = shapely.get_coordinates(lines, return_index=True)
    joined = owner[1:] == owner[:-1]
    ends = np.stack([places[:-1][joined], places[1:][joined]], axis=1)
    points = shapes[shapely.get_dimensions(shapes) == 0]
    return np.concatenate([shapely.linestrings(ends), points])


def _distances(
    samples: npt.NDArray[np.float64], shift: Shift | None, tree: shapely.STRtree
) -> npt.NDArray[np.float64]:
    """Metres from each sample, read under one hypothesis, to the nearest trusted shape."""
    lon, lat = samples[:, 0], samples[:, 1]
    if shift is not None:
        lon, lat = shift(lon, lat)
    points = to_working(gpd.GeoSeries(gpd.points_from_xy(lon, lat), crs=GEOGRAPHIC))
    (order, _), metres = tree.query_nearest(
        points.to_numpy(), return_distance=True, all_matches=False
    )
    result = np.full(len(samples), np.nan)
    result[order] = metres
    return result


def _mixture(frame: gpd.GeoDataFrame, tree: shapely.STRtree, said: str) -> Mixture | None:
    """Look at each feature by itself; rows count from 0 in the frame."""
    metres = to_working(frame.geometry)
    points, rows = points_by_feature(metres.to_numpy())
    series = gpd.GeoSeries(gpd.points_from_xy(*points.reshape(-1, 2).T), crs=metres.crs)
    degrees = shapely.get_coordinates(to_geographic(series).to_numpy())
    medians = {
        name: np.median(_distances(degrees, shift, tree).reshape(-1, POINTS_A_FEATURE), axis=1)
        for name, shift in _HYPOTHESES.items()
    }
    found = find_mixture(medians, said, chance=OVER_CORRECTED)
    return None if found is None else replace(found, rows=rows[found.rows])


def datum_hypotheses(frame: gpd.GeoDataFrame, reference: gpd.GeoDataFrame) -> DatumFit:
    """Measure how far a layer lies from trusted ones under each hypothesis on its datum.

    Parameters
    ----------
    frame
        The layer in question, with a CRS. Sampled every 50 m along its lines and outlines.
    reference
        Trusted lines, points or areas (their outlines are used) in CGCS2000 or WGS84. The more
        alike the two layers are (roads against roads), the larger the margin.

    Returns
    -------
    DatumFit
        Undecided when the samples within 2 km of the reference cover fewer than 15 squares of
        250 m, when even the best hypothesis leaves a median above 50 m (the layers are not
        alike), or when it is not at least twice as near as the next.

    Raises
    ------
    CRSError
        A frame has no CRS or a datum without parameters.

    Examples
    --------
    >>> lines = [shapely.LineString([(k, 0), (k, 4000)]) for k in range(0, 4000, 400)]
    >>> streets = gpd.GeoDataFrame(geometry=lines, crs="EPSG:4551").translate(450000, 4860000)
    >>> fit = datum_hypotheses(streets.to_frame("geometry"), streets.to_frame("geometry"))
    >>> fit.best, fit.decided
    ('CGCS2000', True)
    """
    return _compared(frame, shapely.STRtree(_trusted(reference)))


def _compared(frame: gpd.GeoDataFrame, tree: shapely.STRtree) -> DatumFit:
    samples = _samples(frame)
    if len(samples) == 0 or len(tree.geometries) == 0:
        return _fit(dict.fromkeys(_HYPOTHESES, math.nan), samples[:0])
    distances = {name: _distances(samples, shift, tree) for name, shift in _HYPOTHESES.items()}
    near = np.min(np.stack(list(distances.values())), axis=0) <= _REACH_M
    if not near.any():
        return _fit(dict.fromkeys(_HYPOTHESES, math.nan), samples[near])
    medians = {name: float(np.median(metres[near])) for name, metres in distances.items()}
    return _fit(medians, samples[near])


def _fit(medians: dict[str, float], samples: npt.NDArray[np.float64]) -> DatumFit:
    table = pd.DataFrame(
        {"median_m": pd.Series(medians, dtype="float64")}, index=pd.Index(medians, name="datum")
    ).sort_values("median_m", kind="stable")
    if len(samples) == 0:
        return DatumFit(table, "", math.nan, 0, decided=False)
    least, next_least = (float(value) for value in table["median_m"].iloc[:2])
    margin = max(next_least, _FLOOR_M) / max(least, _FLOOR_M)
    points = to_working(gpd.GeoSeries(gpd.points_from_xy(*samples.T), crs=GEOGRAPHIC))
    cells = np.unique(shapely.get_coordinates(points.to_numpy()) // _CELL_M, axis=0)
    spread = len(cells) >= _FEWEST_CELLS
    decided = spread and least <= _NEAR_M and margin >= _DECISIVE
    return DatumFit(table, str(table.index[0]), margin, len(samples), decided)


def guard_datum(
    frame: gpd.GeoDataFrame,
    reference: gpd.GeoDataFrame,
    declared: str = "CGCS2000",
    *,
    what: str = "",
) -> DatumFit:
    """Stop a layer whose coordinates fit the trusted layers better under another datum.

    Parameters
    ----------
    frame
        The layer as it was read, not shifted.
    reference
        Trusted lines, points or areas.
    declared
        What its coordinates are said to be: ``CGCS2000``, ``WGS84``, ``GCJ-02`` or ``BD-09``.
    what
        Name of the file or layer, for the message.

    Returns
    -------
    DatumFit
        When the declared datum fits best, or nothing can be decided (``decided`` is False:
        few features, unlike or far from the reference, or a margin below 2).

    Raises
    ------
    DatumError
        Another datum fits at least twice as well as any other; the message lists all. Or more
        than 0.05 of the features (and at least 5, and more than chance explains) fit another
        datum at least twice as well and within 15 m; the message lists them.
    CRSError
        An unknown datum is declared, or a frame has no CRS.

    Examples
    --------
    >>> lines = [shapely.LineString([(k, 0), (k, 4000)]) for k in range(0, 4000, 400)]
    >>> streets = gpd.GeoDataFrame(geometry=lines, crs="EPSG:4551").translate(450000, 4860000)
    >>> guard_datum(streets.to_frame("geometry"), streets.to_frame("geometry"), "WGS84").best
    'CGCS2000'
    """
    said = "CGCS2000" if declared == "WGS84" else declared
    if said not in _HYPOTHESES or said == OVER_CORRECTED:
        names = "CGCS2000, WGS84, GCJ-02, BD-09"
        raise CRSError("unknown_datum", {"datum": declared, "names": names})
    tree = shapely.STRtree(_trusted(reference))
    fit = _compared(frame, tree)
    if fit.decided and fit.best != said:
        key = "datum_over_corrected" if fit.best == OVER_CORRECTED else "datum_mismatch"
        raise DatumError(key, fit.facts() | {"declared": declared, "what": display_name(what)})
    found = _mixture(frame, tree, said) if fit.samples else None
    if found is None:
        return fit
    names = (frame["id"] if "id" in frame.columns else frame.index).to_numpy()
    fit = replace(fit, doubtful_ids=tuple(str(names[row]) for row in found.rows))
    if found.beyond_chance:
        listed = ", ".join(fit.doubtful_ids[:_MOST_NAMED])
        facts: dict[str, object] = {
            "best": found.datum,
            "count": len(found.rows),
            "features": len(frame),
            "ids": listed + (" …" if len(found.rows) > _MOST_NAMED else ""),
        }
        raise DatumError("datum_mixed", facts | {"declared": declared, "what": display_name(what)})
    return fit
