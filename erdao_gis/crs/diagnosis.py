"""What is wrong with coordinates that lie where they should not: each mistake by its name."""

from dataclasses import dataclass

import numpy as np
from pyproj import CRS, Transformer

from erdao_gis.crs.reference import (
    ERDAO_REGION,
    GEOGRAPHIC,
    Region,
    crs_label,
    display_name,
    parse_crs,
    require_known_datum,
    same_crs,
)
from erdao_gis.errors import CRSError

_HALF_TURN = 180.0
_POLE = 90.0

Bounds = tuple[float, float, float, float]


@dataclass(frozen=True)
class _Candidate:
    """A projected CRS that data of the region are often in, and the mistake it stands for."""

    code: int
    mistake: str


# Northeast China: 3-degree and 6-degree zones around 126 E with and without the zone number in
# the easting, UTM, Web Mercator. Nearest to the house's own system first.
_CANDIDATES = (
    _Candidate(4551, "wrong_meridian"),
    _Candidate(4530, "zone_prefixed_easting"),
    _Candidate(4550, "wrong_meridian"),
    _Candidate(4552, "wrong_meridian"),
    _Candidate(4499, "zone_prefixed_easting"),
    _Candidate(4500, "zone_prefixed_easting"),
    _Candidate(4529, "zone_prefixed_easting"),
    _Candidate(4531, "zone_prefixed_easting"),
    _Candidate(32651, "wrong_meridian"),
    _Candidate(32652, "wrong_meridian"),
    _Candidate(3857, "web_mercator_metres"),
)


def _in_degrees(bounds: Bounds, crs: CRS) -> Bounds | None:
    """Bounds in longitude/latitude; None where the projection cannot map them."""
    plain = CRS.from_user_input(GEOGRAPHIC)
    if same_crs(crs, plain):
        return bounds
    # Equal datums: naming the system's own as the target keeps PROJ from guessing a shift.
    own = crs.geodetic_crs
    target = own if own is not None and same_crs(own, plain) else plain
    across = Transformer.from_crs(crs, target, always_xy=True)
    corners_x = np.array([bounds[0], bounds[2], bounds[0], bounds[2]])
    corners_y = np.array([bounds[1], bounds[1], bounds[3], bounds[3]])
    lon, lat = across.transform(corners_x, corners_y)
    if not (np.isfinite(lon).all() and np.isfinite(lat).all()):
        return None
    return float(lon.min()), float(lat.min()), float(lon.max()), float(lat.max())


def _swapped(bounds: Bounds) -> Bounds:
    return bounds[1], bounds[0], bounds[3], bounds[2]


def _meets(bounds: Bounds, crs: CRS, region: Region) -> bool:
    degrees = _in_degrees(bounds, crs)
    return degrees is not None and region.meets(degrees)


def _are_degrees(bounds: Bounds) -> bool:
    return (
        max(abs(value) for value in bounds[::2]) <= _HALF_TURN
        and max(abs(value) for value in bounds[1::2]) <= _POLE
    )


def _read_as(bounds: Bounds, region: Region, *, but: CRS | None = None) -> _Candidate | None:
    """Find the first usual system under which the bounds lie in the region."""
    for candidate in _CANDIDATES:
        crs = CRS.from_epsg(candidate.code)
        if not (but is not None and same_crs(crs, but)) and _meets(bounds, crs, region):
            return candidate
    return None


def _mistake_without_crs(bounds: Bounds, region: Region) -> tuple[str, str]:
    """Message key and the CRS the numbers look like, for a file that names none."""
    if region.meets(bounds):
        return "missing_crs_degrees", GEOGRAPHIC
    if region.meets(_swapped(bounds)):
        return "swapped_axes", GEOGRAPHIC
    candidate = _read_as(bounds, region)
    if candidate is not None:
        return "missing_crs_metres", crs_label(CRS.from_epsg(candidate.code))
    if _read_as(_swapped(bounds), region) is not None:
        return "swapped_axes", "-"
    return "missing_crs_unknown", "-"


def _mistake(bounds: Bounds, crs: CRS, region: Region) -> tuple[str, str] | None:
    """Message key and the CRS the numbers look like; None when they lie in the region."""
    if _meets(bounds, crs, region):
        return None
    if _meets(_swapped(bounds), crs, region):
        return "swapped_axes", crs_label(crs)
    if not crs.is_geographic and (region.meets(bounds) or region.meets(_swapped(bounds))):
        return "degrees_labelled_metres", GEOGRAPHIC
    candidate = None if _are_degrees(bounds) else _read_as(bounds, region, but=crs)
    if candidate is None:
        return "outside_region", "-"
    fits = crs_label(CRS.from_epsg(candidate.code))
    if crs.is_geographic and candidate.mistake == "wrong_meridian":
        return "metres_labelled_degrees", fits
    return candidate.mistake, fits


def diagnose_coordinates(
    bounds: Bounds, crs: object, region: Region = ERDAO_REGION, *, what: str = ""
) -> CRSError | None:
    """Name what is wrong with coordinates that do not lie in the region.

    Parameters
    ----------
    bounds
        Smallest and largest coordinates (x, y, x, y), in the unit of ``crs``, x being longitude
        or easting.
    crs
        What the file says they are; None when it says nothing.
    region
        Where they are expected, in degrees.
    what
        Name of the file or layer, for the message.

    Returns
    -------
    CRSError or None
        The error to raise, with its remedy, or None when the coordinates lie in the region or
        there are none (NaN bounds). Named are: a missing CRS (and what the numbers look like),
        swapped axes, degrees labelled as metres and the reverse, a zone number in the easting,
        another central meridian, Web Mercator metres, Xian 1980 and Beijing 1954.

    Examples
    --------
    >>> error = diagnose_coordinates((43.85, 125.35, 43.90, 125.60), "EPSG:4490")
    >>> error.key
    'swapped_axes'
    >>> diagnose_coordinates((125.35, 43.85, 125.60, 43.90), "EPSG:4490") is None
    True
    """
    if not np.isfinite(bounds).all():
        return None
    box = ", ".join(
        f"{value:.4f}" if abs(value) <= _HALF_TURN else f"{value:.0f}" for value in bounds
    )
    facts: dict[str, object] = {"what": display_name(what), "bounds": box, "region": region.label}
    if crs is None:
        key, fits = _mistake_without_crs(bounds, region)
        return CRSError(key, facts | {"crs": "-", "fits": fits})
    known = parse_crs(crs, what=what)
    try:
        require_known_datum(known, what=what)
    except CRSError as error:
        return error
    found = _mistake(bounds, known, region)
    if found is None:
        return None
    return CRSError(found[0], facts | {"crs": crs_label(known), "fits": found[1]})
