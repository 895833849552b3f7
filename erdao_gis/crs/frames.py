"""Frames into the working system, back to degrees, and the guard that every measure uses."""

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from erdao_gis.crs.reference import (
    GEOGRAPHIC,
    WORKING,
    crs_label,
    display_name,
    is_web_mercator,
    require_known_datum,
    same_crs,
)
from erdao_gis.errors import CRSError


def _name(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> str:
    """Name a frame in a message: its layer or series name, if it has one."""
    if isinstance(frame, gpd.GeoSeries):
        return display_name(frame.name)
    return display_name(frame.attrs.get("layer"))


def _known_crs(frame: gpd.GeoDataFrame | gpd.GeoSeries) -> CRS:
    if frame.crs is None:
        raise CRSError("frame_without_crs", {"what": _name(frame)})
    return CRS.from_user_input(frame.crs)


def _moved(
    frame: gpd.GeoDataFrame | gpd.GeoSeries, target: str
) -> gpd.GeoDataFrame | gpd.GeoSeries:
    """Bring a frame to ``target``; equal systems are relabelled, never shifted."""
    crs, wanted = _known_crs(frame), CRS.from_user_input(target)
    require_known_datum(crs, what=_name(frame))
    if same_crs(crs, wanted):
        return frame.set_crs(wanted, allow_override=True)
    if crs.is_bound:  # its own parameters lead to WGS84 and no further
        frame = frame.to_crs("EPSG:4326").set_crs(GEOGRAPHIC, allow_override=True)
    elif same_crs(crs, CRS.from_user_input(GEOGRAPHIC)):
        # PROJ knows no operation between the two datums ("ballpark"): say that they are equal.
        frame = frame.set_crs(GEOGRAPHIC, allow_override=True)
    moved = frame.to_crs(wanted)
    _require_finite(frame, moved)
    return moved


def _require_finite(
    before: gpd.GeoDataFrame | gpd.GeoSeries, after: gpd.GeoDataFrame | gpd.GeoSeries
) -> None:
    """Refuse coordinates that the projection could not map: PROJ gives infinity for them."""
    bounds = shapely.bounds(after.geometry.to_numpy())
    lost = np.isinf(bounds).any(axis=1)
    if lost.any():
        facts = {
            "what": _name(before),
            "count": int(lost.sum()),
            "row": before.index[int(lost.argmax())],
            "crs": crs_label(CRS.from_user_input(before.crs)),
        }
        raise CRSError("outside_projection", facts)


def to_working(
    frame: gpd.GeoDataFrame | gpd.GeoSeries,
) -> gpd.GeoDataFrame | gpd.GeoSeries:
    """Return the frame in :data:`~erdao_gis.crs.WORKING` (EPSG:4551, metres).

    Parameters
    ----------
    frame
        Frame or series with a CRS on CGCS2000 or WGS84. Null and empty geometries stay as they
        are.

    Raises
    ------
    CRSError
        No CRS, a datum without parameters (Xian 1980, Beijing 1954), or coordinates that the
        projection cannot map.

    Examples
    --------
    >>> point = gpd.GeoSeries.from_xy([126.0], [43.88], crs="EPSG:4326")
    >>> round(float(to_working(point).x[0]), 3)  # on the central meridian: the false easting
    500000.0
    """
    return _moved(frame, WORKING)


def to_geographic(
    frame: gpd.GeoDataFrame | gpd.GeoSeries,
) -> gpd.GeoDataFrame | gpd.GeoSeries:
    """Return the frame in :data:`~erdao_gis.crs.GEOGRAPHIC` (EPSG:4490, degrees, lon/lat order).

    Parameters
    ----------
    frame
        Frame or series with a CRS on CGCS2000 or WGS84. Null and empty geometries stay as they
        are.

    Raises
    ------
    CRSError
        No CRS, a datum without parameters, or coordinates that cannot be mapped.

    Examples
    --------
    >>> point = gpd.GeoSeries.from_xy([500000.0], [4860000.0], crs=WORKING)
    >>> round(float(to_geographic(point).x[0]), 6)
    126.0
    """
    return _moved(frame, GEOGRAPHIC)


def require_metres(
    frame: gpd.GeoDataFrame | gpd.GeoSeries, *others: gpd.GeoDataFrame | gpd.GeoSeries
) -> CRS:
    """Make sure that lengths and areas taken on these frames are true metres.

    Parameters
    ----------
    frame, others
        Frames that are measured together; they must share one CRS.

    Returns
    -------
    pyproj.CRS
        The CRS they share.

    Raises
    ------
    CRSError
        A frame has no CRS, is in degrees, in Web Mercator or another unit than the metre, or
        in another CRS than the first.

    Examples
    --------
    >>> square = gpd.GeoSeries([shapely.box(0, 0, 1, 1)], crs=WORKING)
    >>> require_metres(square).to_epsg()
    4551
    """
    every = (frame, *others)
    systems = [_known_crs(one) for one in every]
    for one, crs in zip(every, systems, strict=True):
        facts = {"what": _name(one), "crs": crs_label(crs), "working": WORKING}
        if is_web_mercator(crs):
            raise CRSError("measure_in_web_mercator", facts)
        if crs.is_geographic:
            raise CRSError("measure_in_degrees", facts)
        if not crs.is_projected or {axis.unit_name for axis in crs.axis_info} != {"metre"}:
            raise CRSError("measure_not_in_metres", facts)
        if not same_crs(crs, systems[0]):
            raise CRSError("mixed_crs", facts | {"first": crs_label(systems[0])})
    return systems[0]
