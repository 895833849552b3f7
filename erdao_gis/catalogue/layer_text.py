"""The text form of a layer: RFC 7946 GeoJSON, 5 decimals, one feature a line, sorted by id.

Lines make a changed feature a changed line; 5 decimals are one metre, no more than what any
shipped position can claim.
"""

import functools
import json
import math
from collections.abc import Mapping
from importlib import resources
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from erdao_gis.catalogue.schema import Layer
from erdao_gis.crs import GEOGRAPHIC, WORKING
from erdao_gis.errors import WorkspaceError

DECIMALS = 5


def _round(coordinates: Any) -> Any:  # noqa: ANN401  # nested sequences of any depth
    if isinstance(coordinates, (int, float)):
        return round(coordinates, DECIMALS)
    return [_round(part) for part in coordinates]


def _wound(geometry: BaseGeometry) -> BaseGeometry:
    """Rings start at their lowest corner, outer ones counter-clockwise, as RFC 7946 asks."""
    if geometry.geom_type not in ("Polygon", "MultiPolygon"):
        return geometry
    # Snapping moves the start of a ring; a fixed start keeps unchanged areas unchanged lines.
    return shapely.orient_polygons(shapely.normalize(geometry))


def geometry_text(geometry: BaseGeometry | None) -> dict[str, Any] | None:
    """Return the GeoJSON object of a lon/lat geometry, rounded and wound; None for none."""
    if geometry is None or geometry.is_empty:
        return None
    snapped = shapely.set_precision(geometry, 10**-DECIMALS)
    chosen = geometry if snapped.is_empty else snapped
    data = mapping(_wound(chosen))
    return {"type": data["type"], "coordinates": _round(data["coordinates"])}


def _value(value: object) -> object:
    if value is None or value is pd.NA or (isinstance(value, float) and math.isnan(value)):
        return None
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def layer_text(layer: Layer, frame: gpd.GeoDataFrame) -> str:
    """Write ``frame`` (index id, any CRS) as the text of ``layer``.

    Columns stand in schema order, nulls included; rows are sorted by id.
    """
    located = frame.to_crs(GEOGRAPHIC).sort_index()
    names = [name for name in layer.column_names if name != "id"]
    table = located.reindex(columns=names)
    lines = []
    for (key, row), geometry in zip(table.iterrows(), located.geometry, strict=True):
        properties = {"id": key} | {str(name): _value(value) for name, value in row.items()}
        feature = {
            "type": "Feature",
            "properties": properties,
            "geometry": geometry_text(geometry),
        }
        lines.append(
            json.dumps(feature, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        )
    head = f'{{"type":"FeatureCollection","name":{json.dumps(layer.name)},"features":['
    return "\n".join((head, ",\n".join(lines), "]}")) + "\n"


def layer_frame(layer: Layer, text: str) -> gpd.GeoDataFrame:
    """Read the text of ``layer``: EPSG:4551, index ``id``, null geometries kept."""
    features: list[Mapping[str, Any]] = json.loads(text)["features"]
    rows = [feature["properties"] for feature in features]
    shapes = [shape(f["geometry"]) if f["geometry"] else None for f in features]
    table = pd.DataFrame(rows, columns=layer.column_names, dtype=object)
    for column in layer.columns:
        if column.type == "number":
            table[column.name] = pd.to_numeric(table[column.name]).astype(float)
    located = gpd.GeoDataFrame(table, geometry=gpd.GeoSeries(shapes, crs=GEOGRAPHIC))
    return located.set_index("id").to_crs(WORKING)


@functools.cache
def shipped_text(name: str) -> str:
    """Return the text of a shipped layer.

    Raises
    ------
    WorkspaceError
        The file is not there: the installation is damaged.
    """
    path = resources.files("erdao_gis.shipped") / "vector" / f"{name}.geojson"
    if not path.is_file():
        raise WorkspaceError("shipped_layer_missing", {"file": f"layers/vector/{name}.geojson"})
    return path.read_text("utf-8")
