"""What every construction asks of its inputs, so that none goes wrong in silence."""

import math
from collections.abc import Iterator

import shapely
from shapely import (
    LinearRing,
    LineString,
    MultiLineString,
    MultiPoint,
    MultiPolygon,
    Point,
    Polygon,
)
from shapely.geometry.base import BaseGeometry

from erdao_gis.errors import GeometryError

Line = LineString | MultiLineString
Area = Polygon | MultiPolygon

_LEAST_M = 0.001
_SIMPLE = (Point, MultiPoint, LineString, MultiLineString, Polygon, MultiPolygon)


def _refuse_kind(geometry: object, name: str, expected_zh: str, expected_en: str) -> GeometryError:
    found = getattr(geometry, "geom_type", type(geometry).__name__)
    facts = {
        "name": name,
        "kind": found,
        "expected_zh": expected_zh,
        "expected_en": expected_en,
    }
    return GeometryError("shapes_wrong_kind", facts)


def require_geometry(geometry: object, name: str) -> BaseGeometry:
    """Return `geometry` in two dimensions if it is a non-empty, finite, valid shape of one kind.

    Parameters
    ----------
    geometry
        Anything; a shapely geometry is expected.
    name
        The argument's name, for the message.

    Raises
    ------
    GeometryError
        If it is missing, empty, mixed, not finite or not valid.
    """
    if geometry is None or (isinstance(geometry, BaseGeometry) and geometry.is_empty):
        raise GeometryError("shapes_missing", {"name": name})
    if not isinstance(geometry, _SIMPLE):
        raise _refuse_kind(geometry, name, "点、线或面", "points, lines or areas")
    if not all(math.isfinite(value) for value in geometry.bounds):
        raise GeometryError("shapes_not_finite", {"name": name})
    if not geometry.is_valid:
        reason = shapely.is_valid_reason(geometry)
        raise GeometryError("shapes_invalid", {"name": name, "reason": reason})
    # Heights would survive some constructions and not others; all is planar here.
    return shapely.force_2d(geometry)


def require_line(geometry: object, name: str) -> Line:
    """Return `geometry` if it is a usable line, else raise `GeometryError`."""
    checked = require_geometry(geometry, name)
    if isinstance(checked, LinearRing):
        return LineString(checked.coords)
    if not isinstance(checked, LineString | MultiLineString):
        raise _refuse_kind(checked, name, "线", "a line")
    return checked


def require_area(geometry: object, name: str) -> Area:
    """Return `geometry` if it is a usable area, else raise `GeometryError`."""
    checked = require_geometry(geometry, name)
    if not isinstance(checked, Polygon | MultiPolygon):
        raise _refuse_kind(checked, name, "面", "an area")
    return checked


def require_length(value: float, name: str, *, zero: bool = False) -> float:
    """Return `value` (metres) if it is finite and at least a millimetre, or zero if `zero`.

    Where zero is allowed, anything below a millimetre is zero.
    """
    number = float(value)
    # GEOS erases shapes that are buffered by very small numbers.
    if zero and 0 <= number < _LEAST_M:
        return 0.0
    if not math.isfinite(number) or number < _LEAST_M:
        raise GeometryError(
            "shapes_bad_length",
            {"name": name, "value": value, "sign": "≥ 0" if zero else "≥ 0.001"},
        )
    return number


def lines_of(geometry: BaseGeometry) -> list[LineString]:
    """List the line strings within `geometry`; what is empty or of another kind is left out."""
    return [part for part in _parts(geometry) if isinstance(part, LineString)]


def areas_of(geometry: BaseGeometry) -> list[Polygon]:
    """List the polygons within `geometry`; what is empty or of another kind is left out."""
    return [part for part in _parts(geometry) if isinstance(part, Polygon)]


def _parts(geometry: BaseGeometry) -> Iterator[BaseGeometry]:
    yield from (part for part in shapely.get_parts(geometry).tolist() if not part.is_empty)
