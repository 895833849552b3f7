"""Frames as lines of page data: one feature a line, longitude and latitude, five decimals."""

import datetime as dt
import math
import numbers
from collections.abc import Iterator, Mapping, Sequence

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from erdao_gis.crs import WORKING, to_geographic, to_working
from erdao_gis.errors import CRSError, GeometryError, SchemaError
from erdao_gis.maps.page.page_content import PageLayer, PlanEntry
from erdao_gis.shapes import centreline
from erdao_gis.wording import Pair

STANDARD_COLUMNS = (
    "id", "register_id", "name_zh", "name_en", "evidence", "identity", "accuracy_m", "source",
    "licence", "datum", "as_of", "note_zh", "note_en", "reason_zh", "reason_en",
)  # fmt: skip
"""Columns that every layer has; a page knows how to show them."""

NO_DATA_PART = "none"
"""Part of features that a classified layer has no value for."""

DECIMALS = 5  # 1 m: what shipped layers hold
_FORMS = {
    "Point": "point",
    "MultiPoint": "point",
    "LineString": "line",
    "LinearRing": "line",
    "MultiLineString": "line",
    "Polygon": "area",
    "MultiPolygon": "area",
}
_LABEL_TOLERANCE_M = 10.0
# A single line this much shorter than all pieces together: they ran side by side.
_DOUBLED = 0.85


def _plain(value: object) -> str | float | int | bool | None:
    """Return a cell as JSON can carry it; missing, NaN and infinite become None."""
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (bool, str)):
        return value
    if isinstance(value, numbers.Integral):
        whole = int(value)
        # A browser's numbers are exact up to 2**53: longer codes travel as text.
        return whole if abs(whole) < 2**53 else str(whole)
    if isinstance(value, numbers.Real):
        return float(value) if math.isfinite(value) else None
    if isinstance(value, (dt.date, dt.datetime)):
        return value.isoformat()
    return str(value)


def _pair(row: Mapping[str, object], stem: str) -> dict[str, str] | None:
    texts = {
        language: str(_plain(row.get(f"{stem}_{language}")) or "") for language in ("zh", "en")
    }
    return {language: text for language, text in texts.items() if text} or None


def _ring(coordinates: Sequence[Sequence[float]]) -> list[list[float]]:
    return [[round(point[0], DECIMALS), round(point[1], DECIMALS)] for point in coordinates]


def _coordinates(shape: BaseGeometry) -> list[object]:
    """Return one list per part: a point, a line, or the rings of a polygon."""
    drawn: list[object] = []
    if shape.geom_type == "MultiLineString":
        # Joined ends: dashes run through, and a name finds its length.
        shape = shapely.line_merge(shape)
    for part in shapely.get_parts(shape):
        if part.geom_type == "Point":
            drawn.append(_ring(part.coords)[0])
        elif part.geom_type == "Polygon":
            wound = orient(part)
            drawn.append([_ring(ring.coords) for ring in (wound.exterior, *wound.interiors)])
        else:
            drawn.append(_ring(part.coords))
    return drawn


def _check(layer: PageLayer) -> None:
    """Raise for frames that a page cannot draw truthfully."""
    frame = layer.frame
    if layer.classes is not None and not layer.classes.numbers.index.equals(frame.index):
        raise SchemaError("map_class_index", {"layer": layer.key})
    if frame.crs is None:
        raise CRSError("map_missing_crs", {"layer": layer.key})
    repeated = frame.index[frame.index.duplicated()]
    if len(repeated):
        raise SchemaError("map_repeated_id", {"layer": layer.key, "feature": repeated[0]})
    for identifier, shape in frame.geometry.items():
        if shape is None or shape.is_empty:
            continue
        facts = {"layer": layer.key, "feature": identifier, "kind": shape.geom_type}
        if shape.geom_type not in _FORMS:
            raise GeometryError("map_geometry_kind", facts)
        if not all(map(math.isfinite, shape.bounds)):
            raise GeometryError("map_bad_coordinate", facts)


def _label_points(frame: gpd.GeoDataFrame) -> dict[object, list[float]]:
    """Return for each area the middle of its widest place, in degrees."""
    metric = to_working(frame.geometry)
    points = {}
    for identifier, shape in metric.items():
        if shape is None or shape.is_empty or _FORMS[shape.geom_type] != "area":
            continue
        largest = max(shapely.get_parts(shape), key=lambda part: part.area)
        radius = shapely.maximum_inscribed_circle(largest, tolerance=_LABEL_TOLERANCE_M)
        points[identifier] = shapely.get_point(radius, 0)
    lonlat = to_geographic(gpd.GeoSeries(points, crs=WORKING)) if points else {}
    return {identifier: _ring(point.coords)[0] for identifier, point in lonlat.items()}


def _middle_lines(frame: gpd.GeoDataFrame) -> dict[object, list[object]]:
    """Return one line for each street of two carriageways, in degrees.

    Seen from afar two carriageways fall on one another and their dashes fill each other's gaps.
    """
    metric = to_working(frame.geometry)
    lines = {}
    for identifier, shape in metric[metric.geom_type == "MultiLineString"].items():
        try:
            middle = centreline(shape)
        except GeometryError:
            continue  # pieces that lie apart, or a ring: drawn as they are
        if middle.length < _DOUBLED * shape.length:
            lines[identifier] = middle
    lonlat = to_geographic(gpd.GeoSeries(lines, crs=WORKING)) if lines else {}
    return {identifier: _coordinates(line) for identifier, line in lonlat.items()}


def _class_parts(layer: PageLayer) -> dict[object, str] | None:
    """Return the class of each feature as a part of the layer's styles; None without classes."""
    if layer.classes is None:
        return None
    return {
        identifier: str(number) if number >= 0 else NO_DATA_PART
        for identifier, number in layer.classes.numbers.items()
    }


def _in_words(value: object) -> object:
    """Return a cell as JSON can carry it; one told in both languages as a pair."""
    return {"zh": value.zh, "en": value.en} if isinstance(value, Pair) else _plain(value)


def _own_columns(layer: PageLayer) -> list[str]:
    """Return the columns that only this layer has, as the frame has them."""
    known = {*STANDARD_COLUMNS, layer.by, layer.label, layer.frame.geometry.name}
    return [str(column) for column in layer.frame.columns if column not in known]


def column_heads(layer: PageLayer) -> list[dict[str, str]]:
    """Return the headings of the columns that only this layer has; features refer to them."""
    titles = [(column, layer.column_titles.get(column)) for column in _own_columns(layer)]
    return [
        {"zh": title.zh, "en": title.en} if title else {"zh": column} for column, title in titles
    ]


def _own_values(columns: Sequence[str], row: Mapping[str, object]) -> list[list[object]]:
    """Return place of the heading and value for the columns that have one in this row."""
    told = ((place, _in_words(row[column])) for place, column in enumerate(columns))
    return [[place, value] for place, value in told if value is not None]


def _plan_part(entry: PlanEntry | None) -> dict[str, object]:
    """Return what the plan says, as page data."""
    if entry is None:
        return {}
    return {
        "kind": {"zh": entry.kind.zh, "en": entry.kind.en},
        "clause": {"zh": entry.clause.zh, "en": entry.clause.en},
        "heading": entry.heading,
        "quote": entry.quote,
        "relations": [
            [{"zh": relation.zh, "en": relation.en}, other, {"zh": name.zh, "en": name.en}]
            for relation, other, name in entry.relations
        ],
        "questions": [{"zh": text.zh, "en": text.en} for text in entry.questions],
    }


def _record(
    layer: PageLayer,
    number: int,
    identifier: object,
    row: Mapping[str, object],
    own: Sequence[str],
) -> dict[str, object]:
    """Return the columns of one feature as page data."""
    record: dict[str, object] = {
        "layer": number,
        "id": str(identifier),
        "register_id": _plain(row.get("register_id")),
        "name": _pair(row, "name"),
    }
    for column in ("evidence", "identity", "accuracy_m", "source", "licence", "datum", "as_of"):
        record[column] = _plain(row.get(column))
    record["note"] = _pair(row, "note")
    record["reason"] = _pair(row, "reason")
    record["label"] = _plain(row.get(layer.label)) if layer.label else None
    record["more"] = _own_values(own, row)
    return record


def layer_features(
    layer: PageLayer,
    number: int,
    *,
    by: str,
    entries: Mapping[str, PlanEntry],
    quiet: bool,
) -> Iterator[dict[str, object]]:
    """Yield the features of a layer as page data, in the order of the frame.

    Parameters
    ----------
    layer
        The layer; its frame may be in any CRS.
    number
        Position of the layer in the page's list of layers.
    by
        Column that tells the styles apart; empty when there is one style.
    entries
        What the plan says, by register id.
    quiet
        Whether the layer is backdrop: its features then carry only name and shape.

    Yields
    ------
    dict
        Columns without missing values; ``form`` and ``xy`` (degrees, EPSG:4490) where the
        feature has a place.

    Raises
    ------
    CRSError
        The frame has no CRS.
    GeometryError
        A coordinate is not finite, or a geometry is a collection.
    SchemaError
        An id stands twice.
    """
    _check(layer)
    frame = to_geographic(layer.frame)
    anchors = {} if quiet else _label_points(layer.frame)
    classes = _class_parts(layer)
    middles = {} if quiet else _middle_lines(layer.frame)
    own = _own_columns(layer)
    shapes = frame.geometry
    columns = pd.DataFrame(frame.drop(columns=shapes.name))
    rows: list[dict[str, object]] = [
        {str(name): value for name, value in row.items()} for row in columns.to_dict("records")
    ]
    for identifier, row in zip(columns.index, rows, strict=True):
        shape = shapes.loc[identifier]
        placed = shape is not None and not shape.is_empty
        record = _record(layer, number, identifier, row, own)
        if quiet and placed:
            record = {key: record[key] for key in ("layer", "id", "name", "evidence", "identity")}
        else:
            register_id = row.get("register_id") or identifier
            record |= _plan_part(entries.get(str(register_id)))
        record["part"] = classes[identifier] if classes else _plain(row.get(by)) if by else None
        if placed:
            record |= {"form": _FORMS[shape.geom_type], "xy": _coordinates(shape)}
            record["mid"] = None if quiet else middles.get(identifier)
            record["anchor"] = anchors.get(identifier)
        yield {key: value for key, value in record.items() if value not in (None, [], "")}
