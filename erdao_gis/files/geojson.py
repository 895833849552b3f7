"""GeoJSON as RFC 7946, parsed here: GDAL would not tell of repeated keys, NaN or open rings."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from erdao_gis.crs import GEOGRAPHIC
from erdao_gis.errors import Finding, FormatError, UnsafeInputError
from erdao_gis.files.encodings import decode_text
from erdao_gis.files.paths import too_large
from erdao_gis.files.raw import RawLayer, UnusableError, geometry_array
from erdao_gis.files.size_limits import Limits, check_table_size

_DEEPEST_COLLECTION = 4
_LEAST_IN_RING = 4


class _Members(dict[str, Any]):
    """A JSON object that remembers a key given twice."""

    repeated: str = ""


def _members(pairs: list[tuple[str, Any]]) -> _Members:
    members = _Members(pairs)
    if len(members) < len(pairs):
        seen: set[str] = set()
        for name, _ in pairs:
            if name in seen:
                members.repeated = name
                break
            seen.add(name)
    return members


def read_geojson(path: Path, *, encoding: str | None, limits: Limits) -> RawLayer:
    """Read the features of a GeoJSON file.

    Parameters
    ----------
    path
        A checked path.
    encoding
        Stated by the user; else UTF-8 (with or without a mark) or GB 18030, told by the bytes.
    limits
        Of size, features, columns.

    Raises
    ------
    FormatError
        Not JSON, cut off, not GeoJSON, nested beyond reason.
    UnsafeInputError
        Beyond the limits.
    """
    facts: dict[str, object] = {"file": path.name}
    if path.stat().st_size > limits.text_bytes:
        raise too_large(path, limits.text_bytes)
    text, found = decode_text(path.read_bytes(), file=path.name, encoding=encoding)
    root = _parsed(text, path.name)
    features = _features_of(root, path.name)
    if len(features) > limits.features:
        raise UnsafeInputError("too_many_features", facts | {"limit": limits.features})
    layer = RawLayer("GeoJSON", found, len(features), {}, None)
    layer.named_crs, layer.assumed_crs = _named_crs(root), GEOGRAPHIC
    shapes: list[Any] = []
    for row, feature in enumerate(features):
        shapes.append(_shape_of(feature, row, layer))
    layer.geometries = geometry_array(shapes)
    _collect_columns(features, layer, path.name, limits)
    return layer


def _parsed(text: str, file: str) -> object:
    try:
        root: object = json.loads(text, object_pairs_hook=_members)
    except json.JSONDecodeError as error:
        at = {"file": file, "line": error.lineno, "column": error.colno}
        ended = text.rstrip()
        whole = error.pos < len(ended) and ended.endswith(("}", "]"))
        raise FormatError("json_bad" if whole else "json_cut_off", at) from error
    except (RecursionError, ValueError) as error:  # nested, or a number of thousands of digits
        raise FormatError("json_too_deep", {"file": file}) from error
    return root


def _features_of(root: object, file: str) -> list[object]:
    """List the features of whatever GeoJSON object stands at the top."""
    if isinstance(root, _Members):
        if root.repeated:
            raise FormatError("json_key_twice", {"file": file, "name": root.repeated})
        kind = root.get("type")
        if kind == "FeatureCollection" and isinstance(root.get("features"), list):
            return list(root["features"])
        if kind == "Feature":
            return [root]
        if kind in _SIMPLE or kind == "GeometryCollection":
            return [_Members(type="Feature", properties={}, geometry=root)]
        if kind == "Topology" or "geometryType" in root:
            other = "TopoJSON" if kind == "Topology" else "Esri JSON"
            raise FormatError("format_not_read", {"file": file, "format": other})
    raise FormatError("not_geojson", {"file": file})


def _named_crs(root: object) -> str | None:
    """Read the crs member of files older than RFC 7946."""
    member = root.get("crs") if isinstance(root, _Members) else None
    if member is None:
        return None
    properties = member.get("properties") if isinstance(member, dict) else None
    name = properties.get("name") if isinstance(properties, dict) else None
    if not isinstance(name, str):
        return json.dumps(member)
    return "EPSG:4326" if name.endswith(":CRS84") else name


def _shape_of(feature: object, row: int, layer: RawLayer) -> shapely.Geometry | None:
    """Build the shape of a feature; what is wrong with it goes on the list."""
    try:
        geometry = _checked_members(feature).get("geometry")
        return None if geometry is None else _geometry(geometry, 1)
    except UnusableError as error:
        layer.faults.append(Finding(row, error.key, error.facts))
        return None


def _checked_members(feature: object) -> _Members:
    """Make sure that a feature is one, and says everything once."""
    if not isinstance(feature, _Members) or feature.get("type") != "Feature":
        raise UnusableError("feature_malformed")
    properties = feature.get("properties")
    if properties is not None and not isinstance(properties, _Members):
        raise UnusableError("feature_malformed")
    for part in (feature, properties, feature.get("geometry")):
        if isinstance(part, _Members) and part.repeated:
            raise UnusableError("feature_key_twice", name=part.repeated)
    return feature


def _collect_columns(features: list[object], layer: RawLayer, file: str, limits: Limits) -> None:
    """Put properties into columns; the feature's own id too, where no property is called so."""
    rows = [
        feature.get("properties") or {} if isinstance(feature, dict) else {} for feature in features
    ]
    rows = [row if isinstance(row, dict) else {} for row in rows]
    names = list(dict.fromkeys(name for row in rows for name in row))
    check_table_size(file, rows=len(rows), columns=len(names), limits=limits)
    own = [feature.get("id") if isinstance(feature, dict) else None for feature in features]
    if "id" not in names and any(value is not None for value in own):
        layer.columns["id"] = own
    for name in names:
        # A property called geometry would take the place of the shapes.
        layer.columns[name if name != "geometry" else "geometry_"] = [row.get(name) for row in rows]


def _positions(value: object, least: int) -> npt.NDArray[np.float64]:
    """Positions as an array (n, 2 or 3); refuses texts, holes and missing numbers."""
    if not isinstance(value, list):
        raise UnusableError("coordinates_malformed")
    if not value:
        return np.empty((0, 2))
    try:
        array = np.asarray(value)
    except ValueError as error:  # positions of different length
        raise UnusableError("coordinates_malformed") from error
    if array.ndim != 2 or array.shape[1] < 2 or array.dtype.kind not in "if":  # noqa: PLR2004 - x, y
        raise UnusableError("coordinates_malformed")
    if not np.isfinite(array).all():
        raise UnusableError("geometry_not_finite")
    if len(array) < least:
        raise UnusableError("too_few_positions", count=len(array), least=least)
    return array[:, :3].astype(np.float64)


def _ring(value: object) -> npt.NDArray[np.float64]:
    positions = _positions(value, 1)
    if len(positions) and not np.array_equal(positions[0], positions[-1]):
        raise UnusableError("ring_not_closed")
    if 0 < len(positions) < _LEAST_IN_RING:
        raise UnusableError("too_few_positions", count=len(positions), least=_LEAST_IN_RING)
    return positions


def _point(value: object) -> shapely.Point:
    positions = _positions([value], 1) if value else np.empty((0, 2))
    return shapely.Point(positions[0]) if len(positions) else shapely.Point()


def _line(value: object) -> shapely.LineString:
    return shapely.LineString(_positions(value, 2))


def _polygon(value: object) -> shapely.Polygon:
    rings = [_ring(ring) for ring in _listed(value)]
    return shapely.Polygon(rings[0], rings[1:]) if rings else shapely.Polygon()


def _listed(value: object) -> list[object]:
    if not isinstance(value, list):
        raise UnusableError("coordinates_malformed")
    return value


_SIMPLE: dict[str, Callable[[object], shapely.Geometry]] = {
    "Point": _point,
    "LineString": _line,
    "Polygon": _polygon,
    "MultiPoint": lambda value: shapely.MultiPoint([_point(part) for part in _listed(value)]),
    "MultiLineString": lambda value: shapely.MultiLineString(
        [_line(part) for part in _listed(value)]
    ),
    "MultiPolygon": lambda value: shapely.MultiPolygon([_polygon(part) for part in _listed(value)]),
}


def _geometry(value: object, depth: int) -> shapely.Geometry:
    """Build a shape from a GeoJSON geometry."""
    if not isinstance(value, dict):
        raise UnusableError("feature_malformed")
    kind = value.get("type")
    if kind == "GeometryCollection":
        if depth > _DEEPEST_COLLECTION:
            raise UnusableError("collection_too_deep")
        parts = [_geometry(part, depth + 1) for part in _listed(value.get("geometries"))]
        return shapely.GeometryCollection(parts)
    if not isinstance(kind, str) or kind not in _SIMPLE:
        raise UnusableError("geometry_type_unknown", kind=str(kind)[:40])
    return _SIMPLE[kind](value.get("coordinates"))
