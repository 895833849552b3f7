"""Layers that we wrote ourselves, read quickly: their hash is known, so they need no screening.

Whoever calls this has held the file's SHA-256 against the one that was noted when it was written.
Everything else goes through :func:`erdao_gis.files.read_features`.
"""

from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pyogrio
import shapely

from erdao_gis.files.features import read_features

if TYPE_CHECKING:
    import pyarrow as pa

# A column with at most this many texts in its first rows is coded: each text is made once.
_FEW, _SAMPLE = 64, 1024


def read_own_features(path: Path) -> gpd.GeoDataFrame:
    """Read a GeoPackage of one layer that `write_features` wrote and nobody has changed.

    Parameters
    ----------
    path
        A checked path, whose hash is known to be that of a file of ours.

    Returns
    -------
    geopandas.GeoDataFrame
        What `read_features` gives of it, null geometries kept, on the rows' numbers from 1.
        By Arrow where pyarrow is installed (the extra ``parquet``), else row by row.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.files import write_features
    >>> stops = gpd.GeoDataFrame({"id": ["01"]}, geometry=[shapely.Point(0, 0)], crs=4551)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     read_own_features(write_features(stops, Path(folder) / "stops.gpkg"))["id"].tolist()
    ['01']
    """
    if find_spec("pyarrow") is None:
        table = read_features(path, null_geometry="keep").frame
        assert isinstance(table, gpd.GeoDataFrame)
        return table
    about, table = pyogrio.read_arrow(path)
    place = about["geometry_name"] or "wkb_geometry"
    index = pd.RangeIndex(1, len(table) + 1, name="row")
    columns = {
        name: _typed(table.column(name), index)
        for name in table.column_names
        if name not in (place, about.get("fid_column"))
    }
    shapes = shapely.from_wkb(table.column(place).to_numpy())
    frame = pd.DataFrame(columns, index=index, copy=False)
    return gpd.GeoDataFrame(frame, geometry=gpd.GeoSeries(shapes, index=index, crs=about["crs"]))


def _typed(column: "pa.ChunkedArray", index: pd.RangeIndex) -> "pd.Series[Any]":
    """Give a column as `read_features` types it."""
    import pyarrow as pa  # noqa: PLC0415 - optional

    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        return pd.Series(_texts(column), index=index, dtype=object, copy=False)
    if pa.types.is_boolean(column.type):
        kind = "boolean" if column.null_count else "bool"
        return pd.Series(column.to_pandas().to_numpy(), index=index, dtype=kind)
    if pa.types.is_integer(column.type):
        whole = column.to_pandas(integer_object_nulls=True).to_numpy()
        return pd.Series(whole, index=index, dtype="Int64" if column.null_count else "int64")
    return pd.Series(column.to_numpy(), index=index, copy=False)


def _texts(column: "pa.ChunkedArray") -> npt.NDArray[Any]:
    """Give texts with None for what is missing; a text that many rows say is made once."""
    if column.null_count == len(column):
        return np.full(len(column), None, dtype=object)
    if len(column.slice(0, _SAMPLE).unique()) > _FEW:
        cells: npt.NDArray[Any] = column.to_numpy()
        return cells
    coded = column.combine_chunks().dictionary_encode()
    texts = np.array([*coded.dictionary.to_pylist(), None], dtype=object)
    found: npt.NDArray[Any] = texts[coded.indices.fill_null(len(texts) - 1).to_numpy()]
    return found
