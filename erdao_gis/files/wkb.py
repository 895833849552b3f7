"""Shapes from WKB; a deep nesting, which GEOS would follow until its stack ends, is refused."""

import struct
from typing import Any

import shapely

from erdao_gis.errors import Finding
from erdao_gis.files.raw import Geometries, geometry_array

DEEPEST = 5
"""Levels of collections in collections, with a multi-part shape in the last."""

_POINT, _LINE, _POLYGON, _COLLECTION = 1, 2, 3, 7
_FIRST_CURVE, _LAST_CURVE = 8, 17
_HAS_Z, _HAS_M, _HAS_SRID = 0x80000000, 0x40000000, 0x20000000


def shapes_from_wkb(encoded: list[bytes | None]) -> tuple[Geometries, list[Finding]]:
    """Decode shapes; curved, deeply nested and unreadable ones are listed, never straightened.

    Examples
    --------
    >>> shapes, faults = shapes_from_wkb([shapely.to_wkb(shapely.Point(1, 2)), None, b"?"])
    >>> [(fault.row, fault.key) for fault in faults]
    [(2, 'geometry_unreadable')]
    """
    faults: list[Finding] = []
    shapes: list[Any] = []
    for row, item in enumerate(encoded):
        shape: Any = None
        key = None if item is None else _refused(item)
        if item is not None and key is None:
            try:
                shape = shapely.from_wkb(item)
            except (shapely.GEOSException, ValueError, TypeError):
                key = "geometry_unreadable"
            else:
                if shapely.get_type_id(shape) > _COLLECTION:
                    key, shape = "geometry_curved", None
        if key is not None:
            faults.append(Finding(row, key))
        shapes.append(shape)
    return geometry_array(shapes), faults


def _refused(item: object) -> str | None:
    """Say why GEOS shall not see these bytes; None when it may."""
    if not isinstance(item, bytes):
        return "geometry_unreadable"
    try:
        kind = _header(item, 0)[1]
        if _FIRST_CURVE <= kind <= _LAST_CURVE:
            return "geometry_curved"
        return _refused_parts(item) if kind > _POLYGON else None
    except struct.error:
        return "geometry_unreadable"


def _header(item: bytes, at: int) -> tuple[str, int, int, int]:
    """Read byte order, type, bytes of a position, and where the body starts, as GEOS does."""
    order = "<" if item[at : at + 1] == b"\x01" else ">"
    (code,) = struct.unpack_from(order + "I", item, at + 1)
    plain = code & 0xFFFF
    thousands = plain // 1000
    heights = bool(code & _HAS_Z) or thousands in (1, 3)
    measures = bool(code & _HAS_M) or thousands in (2, 3)
    return order, plain % 1000, 8 * (2 + heights + measures), at + (9 if code & _HAS_SRID else 5)


def _refused_parts(item: bytes) -> str | None:
    """Walk the parts of a collection without calling itself."""
    at, left = 0, [1]
    while left:
        if left[-1] == 0:
            left.pop()
            continue
        left[-1] -= 1
        if item[at : at + 1] not in (b"\x00", b"\x01"):
            return "geometry_unreadable"
        order, kind, width, at = _header(item, at)
        if kind == _POINT:
            at += width
            continue
        if not _LINE <= kind <= _COLLECTION:
            curved = _FIRST_CURVE <= kind <= _LAST_CURVE
            return "geometry_curved" if curved else "geometry_unreadable"
        (count,) = struct.unpack_from(order + "I", item, at)
        at += 4
        if kind == _LINE:
            at += count * width
        elif kind == _POLYGON:
            for _ in range(count):  # ends at the end of the bytes, whatever the count says
                at += 4 + struct.unpack_from(order + "I", item, at)[0] * width
        else:
            left.append(count)
            if len(left) > DEEPEST + 1:
                return "collection_too_deep"
    return None
