"""GCJ-02 and BD-09, the shifted coordinates of Chinese web maps, to WGS84 and back.

Forward formulas are the public ones; the inverses are found by iteration on the forward
formula, to well below a micrometre, because the popular closed "inverses" are off by metres.
In Erdao the shift of GCJ-02 is 545-607 m, that of BD-09 about 1,390 m.

All functions take and give arrays (or numbers) in degrees; NaN gives NaN. They describe the
shift within China only: outside, those maps use true coordinates.
"""

from collections.abc import Callable
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely
from pyproj import CRS

from erdao_gis.crs.frames import to_geographic
from erdao_gis.crs.reference import GEOGRAPHIC, same_crs
from erdao_gis.errors import CRSError

Array = npt.NDArray[np.float64]
Shift = Callable[[Array, Array], tuple[Array, Array]]

# Krassovsky 1940, on which the GCJ-02 formula is built.
_SEMI_MAJOR = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323
_BD_TURN = np.pi * 3000.0 / 180.0
_CHINA = (72.004, 0.8293, 137.8347, 55.8271)
_CONVERGED = 1e-13  # degrees: 1e-8 m
_MOST_ROUNDS = 15


def _waves(values: Array, terms: tuple[tuple[float, float], ...]) -> Array:
    """Sum of ``amplitude * sin(pi * value / period)``, a third of twice of it, as published."""
    total = np.zeros_like(values)
    for amplitude, period in terms:
        total += amplitude * np.sin(values * np.pi / period)
    return total * (2.0 / 3.0)


def _gcj_offset(lon: Array, lat: Array) -> tuple[Array, Array]:
    """GCJ-02 minus WGS84 in degrees."""
    x, y = lon - 105.0, lat - 35.0
    root = np.sqrt(np.abs(x))
    shared = _waves(x, ((20.0, 1 / 6), (20.0, 1 / 2)))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + shared
    east += _waves(x, ((20.0, 1.0), (40.0, 3.0), (150.0, 12.0), (300.0, 30.0)))
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + shared
    north += _waves(y, ((20.0, 1.0), (40.0, 3.0), (160.0, 12.0), (320.0, 30.0)))
    angle = np.radians(lat)
    magic = 1.0 - _ECCENTRICITY_SQUARED * np.sin(angle) ** 2
    meridian = _SEMI_MAJOR * (1.0 - _ECCENTRICITY_SQUARED) / (magic * np.sqrt(magic))
    parallel = _SEMI_MAJOR / np.sqrt(magic) * np.cos(angle)
    return np.degrees(east / parallel), np.degrees(north / meridian)


def _wgs_to_gcj(lon: Array, lat: Array) -> tuple[Array, Array]:
    east, north = _gcj_offset(lon, lat)
    return lon + east, lat + north


def _gcj_to_bd(lon: Array, lat: Array) -> tuple[Array, Array]:
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BD_TURN)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BD_TURN)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def _wgs_to_bd(lon: Array, lat: Array) -> tuple[Array, Array]:
    return _gcj_to_bd(*_wgs_to_gcj(lon, lat))


def _inverted(shift: Shift, lon: Array, lat: Array) -> tuple[Array, Array]:
    """Find the point that ``shift`` brings to (lon, lat); the shift varies slowly: it settles."""
    x, y = lon.copy(), lat.copy()
    for _ in range(_MOST_ROUNDS):
        there_x, there_y = shift(x, y)
        step_x, step_y = lon - there_x, lat - there_y
        x, y = x + step_x, y + step_y
        steps = np.abs(np.concatenate([step_x.ravel(), step_y.ravel()]))
        if np.nanmax(np.where(np.isfinite(steps), steps, 0.0), initial=0.0) < _CONVERGED:
            break
    return x, y


def _pair(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
    return np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)


def wgs84_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
    """WGS84 degrees to GCJ-02 degrees.

    Examples
    --------
    >>> lon, lat = wgs84_to_gcj02(125.38, 43.87)
    >>> round(float(lon), 6), round(float(lat), 6)
    (125.386643, 43.872513)
    """
    return _wgs_to_gcj(*_pair(lon, lat))


def gcj02_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
    """GCJ-02 degrees to WGS84 degrees, to 1e-7 m.

    Examples
    --------
    >>> lon, lat = gcj02_to_wgs84(*wgs84_to_gcj02(125.38, 43.87))
    >>> round(float(lon), 9), round(float(lat), 9)
    (125.38, 43.87)
    """
    return _inverted(_wgs_to_gcj, *_pair(lon, lat))


def gcj02_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
    """GCJ-02 degrees to BD-09 degrees.

    Examples
    --------
    >>> lon, lat = gcj02_to_bd09(125.386, 43.872)
    >>> round(float(lon), 4), round(float(lat), 4)
    (125.3924, 43.8783)
    """
    return _gcj_to_bd(*_pair(lon, lat))


def bd09_to_gcj02(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
    """BD-09 degrees to GCJ-02 degrees, to 1e-7 m.

    Examples
    --------
    >>> lon, lat = bd09_to_gcj02(*gcj02_to_bd09(125.386, 43.872))
    >>> round(float(lon), 9), round(float(lat), 9)
    (125.386, 43.872)
    """
    return _inverted(_gcj_to_bd, *_pair(lon, lat))


def wgs84_to_bd09(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
    """WGS84 degrees to BD-09 degrees.

    Examples
    --------
    >>> lon, lat = wgs84_to_bd09(125.38, 43.87)
    >>> round(float(lon), 4), round(float(lat), 4)
    (125.393, 43.8788)
    """
    return _wgs_to_bd(*_pair(lon, lat))


def bd09_to_wgs84(lon: npt.ArrayLike, lat: npt.ArrayLike) -> tuple[Array, Array]:
    """BD-09 degrees to WGS84 degrees, to 1e-7 m.

    Examples
    --------
    >>> lon, lat = bd09_to_wgs84(*wgs84_to_bd09(125.38, 43.87))
    >>> round(float(lon), 9), round(float(lat), 9)
    (125.38, 43.87)
    """
    return _inverted(_wgs_to_bd, *_pair(lon, lat))


_TO_TRUE: dict[str, Shift | None] = {
    "CGCS2000": None,
    "WGS84": None,
    "GCJ-02": gcj02_to_wgs84,
    "BD-09": bd09_to_wgs84,
}


def shifted(geometries: npt.NDArray[Any], shift: Shift) -> npt.NDArray[Any]:
    """Apply a shift of degrees to every coordinate of geometries; heights and nulls stay."""

    def moved(coordinates: Array) -> Array:
        result = coordinates.copy()
        result[:, 0], result[:, 1] = shift(coordinates[:, 0], coordinates[:, 1])
        return result

    # The stubs do not know None yet: heights stay where there are some.
    result: npt.NDArray[Any] = shapely.transform(  # type: ignore[call-overload]
        geometries, moved, include_z=None
    )
    return result


def convert_datum(frame: gpd.GeoDataFrame, datum: str) -> gpd.GeoDataFrame:
    """Bring a layer whose coordinates are on ``datum`` to CGCS2000, exactly.

    Parameters
    ----------
    frame
        Layer with a CRS. A projected one is taken to degrees, shifted and projected back.
    datum
        What the coordinates really are: ``CGCS2000`` or ``WGS84`` (returned as it is),
        ``GCJ-02`` (AMap, Tencent) or ``BD-09`` (Baidu).

    Returns
    -------
    GeoDataFrame
        In the CRS of ``frame``. Null and empty geometries stay as they are.

    Raises
    ------
    CRSError
        No CRS, an unknown datum, or coordinates outside China.

    Examples
    --------
    >>> points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*wgs84_to_gcj02([125.38], [43.87])))
    >>> true = convert_datum(points.set_crs("EPSG:4490"), "GCJ-02")
    >>> true.geometry.to_wkt(rounding_precision=8)[0]
    'POINT (125.38 43.87)'
    """
    if datum not in _TO_TRUE:
        raise CRSError("unknown_datum", {"datum": datum, "names": ", ".join(_TO_TRUE)})
    shift = _TO_TRUE[datum]
    if shift is None:
        return frame
    degrees = to_geographic(frame)
    bounds = degrees.total_bounds
    west, south, east, north = _CHINA
    if (bounds[:2] < (west, south)).any() or (bounds[2:] > (east, north)).any():
        box = ", ".join(f"{value:.4f}" for value in bounds)
        raise CRSError("datum_outside_china", {"datum": datum, "bounds": box})
    true = degrees.set_geometry(
        gpd.GeoSeries(
            shifted(degrees.geometry.to_numpy(), shift), index=degrees.index, crs=degrees.crs
        ).rename(degrees.geometry.name)
    )
    return (
        true.set_crs(frame.crs, allow_override=True)
        if same_crs(CRS.from_user_input(frame.crs), CRS.from_user_input(GEOGRAPHIC))
        else true.to_crs(frame.crs)
    )
