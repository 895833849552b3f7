"""The text form of a layer: RFC 7946 GeoJSON, 5 decimals, one feature a line, sorted by id.

Lines make a changed feature a changed line; 5 decimals are one metre, no more than what any
shipped position can claim.
"""

import functools
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry import shape

from erdao_gis.catalogue.schema import Layer
from erdao_gis.crs import GEOGRAPHIC, WORKING, to_geographic
from erdao_gis.errors import WorkspaceError
from erdao_gis.files import geojson_text
from erdao_gis.files.writing import DECIMALS

_AREAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)


def _settled(shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Snap shapes to the decimals that are written; empty ones are none."""
    given = shapes.to_numpy()
    snapped = shapely.set_precision(given, 10**-DECIMALS)
    # What is smaller than the grid keeps its place.
    kept = np.where(shapely.is_empty(snapped), given, snapped)
    kept[shapely.is_empty(kept)] = None
    # Snapping moves the start of a ring; a fixed start keeps unchanged areas unchanged lines.
    areal = np.isin(shapely.get_type_id(kept), _AREAL)
    kept[areal] = shapely.normalize(kept[areal])
    return gpd.GeoSeries(kept, index=shapes.index, crs=shapes.crs)


def layer_text(layer: Layer, frame: gpd.GeoDataFrame) -> str:
    """Write ``frame`` (index id, any CRS) as the text of ``layer``.

    Columns stand in schema order, nulls included; rows are sorted by id.
    """
    located = to_geographic(frame)
    names = [name for name in layer.column_names if name != "id"]
    table = located.reindex(columns=names)
    settled = gpd.GeoDataFrame(table, geometry=_settled(located.geometry))
    return geojson_text(settled.rename_axis("id").reset_index(), name=layer.name, shortest=True)


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
