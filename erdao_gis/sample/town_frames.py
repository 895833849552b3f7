"""From rows in town metres to frames with a layer's columns."""

from collections.abc import Iterable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from erdao_gis.catalogue import layer_schema
from erdao_gis.crs import WORKING
from erdao_gis.sample.layout import ORIGIN, Box

Row = Mapping[str, object]
AS_OF = "2025-07-15"
_SAME = {
    # The town is known exactly: whoever wants doubt moves a layer on purpose.
    "evidence": "A",
    "identity": "named",
    "accuracy_m": 0.0,
    "source": "虚构 / fictional",
    "licence": "MIT",
    "datum": "CGCS2000",
    "as_of": AS_OF,
    "note_zh": "虚构数据",
    "note_en": "Fictional data",
}


def polygon(box: Box) -> BaseGeometry:
    """Return a box as a polygon, still in town metres."""
    return shapely.box(*box)


def layer_of(name: str, rows: Iterable[Row]) -> gpd.GeoDataFrame:
    """Bring rows into the columns of the layer ``name``.

    Parameters
    ----------
    name
        A layer of the catalogue.
    rows
        Columns by name, with ``geometry`` in town metres. What a row does not say takes the
        town's defaults or is missing; a column that the layer does not have is kept after the
        others.

    Returns
    -------
    geopandas.GeoDataFrame
        EPSG:4551, index ``id``, sorted.
    """
    layer = layer_schema(name)
    table = pd.DataFrame([{**_SAME, **row} for row in rows])
    own = [column for column in table.columns if column not in (*layer.column_names, "geometry")]
    shapes = shapely.transform(table["geometry"].to_numpy(), lambda xy: xy + np.array(ORIGIN))
    columns: dict[str, object] = {}
    for column in layer.columns:
        values = table[column.name] if column.name in table else pd.Series([None] * len(table))
        columns[column.name] = (
            pd.to_numeric(values).astype(float)
            if column.type == "number"
            else values.astype(object).where(values.notna(), None)
        )
    columns |= {column: table[column] for column in own}
    frame = gpd.GeoDataFrame(pd.DataFrame(columns), geometry=shapes, crs=WORKING)
    return frame.set_index("id").sort_index()
