"""The two reference systems of the house, and which others count as the same.

WGS84 and CGCS2000 differ by centimetres here and count as equal. Xian 1980 and Beijing 1954
differ by tens to hundreds of metres, and PROJ has no parameters for them: it would shift by
zero without a word, so they are refused.
"""

from dataclasses import dataclass

from pyproj import CRS
from pyproj.exceptions import CRSError as ProjCRSError

from erdao_gis.errors import CRSError

GEOGRAPHIC = "EPSG:4490"
"""CGCS2000 longitude/latitude in degrees: how geometry is stored."""

WORKING = "EPSG:4551"
"""CGCS2000 3-degree Gauss-Kruger, central meridian 126 E, metres: where all measures are taken."""

_EQUAL_DATUMS = ("china 2000", "cgcs2000", "world geodetic system 1984", "wgs 84", "wgs84")
# The ellipsoids of both, whose flattening differs by a ten-millionth.
_SEMI_MAJOR, _INVERSE_FLATTENING = 6378137.0, 298.2572
_SAME_METRES, _SAME_FLATTENING = 1e-3, 1e-3


@dataclass(frozen=True)
class Region:
    """A box in longitude and latitude in which coordinates are expected.

    Parameters
    ----------
    west, south, east, north
        Degrees, CGCS2000.

    Examples
    --------
    >>> Region(125.2, 43.6, 126.0, 44.2).meets((125.3, 43.8, 125.4, 43.9))
    True
    """

    west: float
    south: float
    east: float
    north: float

    def meets(self, bounds: tuple[float, float, float, float]) -> bool:
        """Tell whether a box (west, south, east, north) touches the region; NaN never does."""
        west, south, east, north = bounds
        return (
            west <= self.east and east >= self.west and south <= self.north and north >= self.south
        )

    @property
    def label(self) -> str:
        """The region as a planner reads it."""
        return f"{self.west}-{self.east} E, {self.south}-{self.north} N"


ERDAO_REGION = Region(125.2, 43.6, 126.0, 44.2)
"""Erdao District with its surroundings."""


def parse_crs(value: object, *, what: str = "") -> CRS:
    """Read a CRS from a code, WKT or CRS object; a known EPSG code is preferred to bare WKT.

    Raises
    ------
    CRSError
        The value names no CRS.

    Examples
    --------
    >>> parse_crs("EPSG:4551").name
    'CGCS2000 / 3-degree Gauss-Kruger CM 126E'
    """
    try:
        crs = CRS.from_user_input(value)
    except ProjCRSError as error:
        raise CRSError(
            "unknown_crs", {"what": display_name(what), "crs": str(value)[:80]}
        ) from error
    if crs.is_bound:
        return crs
    code = crs.to_epsg()
    # Esri's WKT and EPSG's definition are one system under two spellings.
    return CRS.from_epsg(code) if code else crs


def display_name(what: object) -> str:
    """Name a layer for a message, also one that has no name."""
    return str(what or "") or "图层 layer"


def crs_label(crs: CRS) -> str:
    """Name a CRS for a message: code and name, or name alone."""
    code = crs.to_epsg()
    return f"EPSG:{code} ({crs.name})" if code else crs.name


def is_web_mercator(crs: CRS) -> bool:
    """Tell whether a CRS is Web Mercator, whose metres are 39 % too long here."""
    operation = crs.coordinate_operation
    return operation is not None and "Pseudo Mercator" in operation.method_name


def _datum_name(crs: CRS) -> str:
    geodetic = crs.geodetic_crs
    if geodetic is None or geodetic.datum is None:
        return ""
    return str(geodetic.datum.name).replace("_", " ")


def _counts_as_cgcs2000(crs: CRS) -> bool:
    """Tell by the datum's name and its ellipsoid: a definition can call anything WGS 84."""
    if not any(name in _datum_name(crs).lower() for name in _EQUAL_DATUMS):
        return False
    ellipsoid = crs.ellipsoid
    return ellipsoid is not None and (
        abs(ellipsoid.semi_major_metre - _SEMI_MAJOR) < _SAME_METRES
        and abs(ellipsoid.inverse_flattening - _INVERSE_FLATTENING) < _SAME_FLATTENING
    )


def _frame_of_degrees(crs: CRS) -> tuple[object, ...]:
    """Give what two geographic systems on one datum can differ in: meridian, unit, axes."""
    meridian = crs.prime_meridian
    east = 0.0
    if meridian is not None:  # its stub calls the factor a text
        east = meridian.longitude * float(meridian.unit_conversion_factor)
    axes = [axis for axis in crs.axis_info if axis.direction not in ("up", "down")]
    return (
        round(east, 12),
        *sorted((axis.direction, round(axis.unit_conversion_factor, 15)) for axis in axes),
    )


def require_known_datum(crs: CRS, *, what: str = "") -> None:
    """Refuse a CRS whose datum cannot be brought to CGCS2000 without official parameters.

    Parameters
    ----------
    crs
        Any CRS. A bound one (with ``+towgs84``) carries its parameters and passes.
    what
        Name of the file or layer, for the message.

    Raises
    ------
    CRSError
        Xian 1980, Beijing 1954, a local or an unknown datum; geocentric coordinates.

    Examples
    --------
    >>> require_known_datum(CRS.from_epsg(4326))
    """
    if crs.is_geocentric:
        raise CRSError("crs_geocentric", {"what": display_name(what), "crs": crs_label(crs)})
    if crs.is_bound or _counts_as_cgcs2000(crs):
        return
    facts = {
        "what": display_name(what),
        "crs": crs_label(crs),
        "datum": _datum_name(crs) or crs.name,
    }
    raise CRSError("datum_without_parameters", facts)


def same_crs(first: CRS, second: CRS) -> bool:
    """Tell whether two systems give the same coordinates; WGS84 and CGCS2000 count as equal.

    Prime meridian, unit and direction of the axes must agree; their order need not.

    Examples
    --------
    >>> same_crs(CRS.from_epsg(4326), CRS.from_epsg(4490))
    True
    >>> same_crs(CRS.from_epsg(4551), CRS.from_epsg(4530))  # zone number in the easting
    False
    """
    if first.equals(second, ignore_axis_order=True):
        return True
    if not (_counts_as_cgcs2000(first) and _counts_as_cgcs2000(second)):
        return False
    if _frame_of_degrees(first) != _frame_of_degrees(second):
        return False
    if first.is_geographic and second.is_geographic:
        return not (first.is_derived or second.is_derived)
    return _projection(first) is not None and _projection(first) == _projection(second)


def _projection(crs: CRS) -> tuple[object, ...] | None:
    """Give method, parameters and unit of a projected CRS; None without a projection."""
    operation = crs.coordinate_operation
    if not crs.is_projected or operation is None:
        return None
    figures = sorted(
        (parameter.name, round(float(parameter.value) * parameter.unit_conversion_factor, 9))
        for parameter in operation.params
    )
    return (operation.method_name, *figures, crs.axis_info[0].unit_name)
