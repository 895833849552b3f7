"""Writing layers: GeoPackage, GeoParquet and GeoJSON, whole or not at all, the same bytes twice."""

import json
import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from erdao_gis.crs import to_geographic
from erdao_gis.errors import CRSError, FormatError, MissingDependencyError, SchemaError
from erdao_gis.files.atomic import atomic_file, write_text_atomic

# GeoPackage stores when it was last changed; the content says when it is from.
_UNDATED = "2000-01-01T00:00:00.000Z"
DECIMALS = 5


def write_features(
    frame: gpd.GeoDataFrame, path: str | os.PathLike[str], *, page_size: int | None = None
) -> Path:
    """Write a layer; the suffix chooses the format.

    Parameters
    ----------
    frame
        Layer with a CRS. A named index becomes a column. Null geometries are kept.
    path
        ``.gpkg`` (version 1.2, one layer named after the file) and ``.parquet`` keep the CRS and
        full precision; ``.geojson`` is longitude/latitude in CGCS2000 with 5 decimals (1 m), one
        feature a line.
    page_size
        Bytes of a page of ``.gpkg``, a power of two from 512 to 65,536; small ones make small
        files of small layers. SQLite's own (4,096) when left out.

    Returns
    -------
    pathlib.Path
        The path written.

    Raises
    ------
    CRSError
        The frame has no CRS.
    SchemaError
        A column holds lists or objects.
    FormatError
        Another suffix.
    MissingDependencyError
        ``.parquet`` without pyarrow.
    UnsafeInputError
        The name is unsafe, or a link stands in its place.

    Examples
    --------
    >>> import tempfile
    >>> parks = gpd.GeoDataFrame({"id": ["01"]}, geometry=[shapely.Point(125.4, 43.9)], crs=4490)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     written = write_features(parks, Path(folder) / "parks.gpkg")
    ...     written.name
    'parks.gpkg'
    """
    target = Path(path)
    if frame.crs is None:
        raise CRSError("frame_without_crs", {"what": target.name})
    flat = _flat(frame, target.name)
    match target.suffix.lower():
        case ".gpkg":
            _write_geopackage(flat, target, page_size)
        case ".parquet":
            _write_geoparquet(flat, target)
        case ".geojson":
            write_text_atomic(target, geojson_text(flat, name=target.stem))
        case suffix:
            raise FormatError("format_not_written", {"file": target.name, "suffix": suffix})
    return target


def _flat(frame: gpd.GeoDataFrame, file: str) -> gpd.GeoDataFrame:
    """Put a named index among the columns, and refuse what no format holds."""
    named = frame.index.name not in (None, "row") and frame.index.name not in frame.columns
    flat = frame.reset_index(drop=not named)
    for name in flat.columns:
        if flat[name].dtype == object:
            held = next((v for v in flat[name] if isinstance(v, list | dict | set | tuple)), None)
            if held is not None:
                facts = {"file": file, "column": str(name), "type": type(held).__name__}
                raise SchemaError("column_not_writable", facts)
    return flat


@contextmanager
def _undated(page_size: int | None) -> Iterator[None]:
    """Let GDAL write a fixed date and pages of a size, and put its settings back."""
    wished: dict[str, str | None] = {"OGR_CURRENT_DATE": _UNDATED}
    if page_size is not None:
        wished["OGR_SQLITE_PRAGMA"] = f"page_size={page_size}"
    before = {name: pyogrio.get_gdal_config_option(name) for name in wished}
    pyogrio.set_gdal_config_options(wished)
    try:
        yield
    finally:
        pyogrio.set_gdal_config_options(before)


def _write_geopackage(frame: gpd.GeoDataFrame, target: Path, page_size: int | None) -> None:
    kinds = set(frame.geometry.dropna().geom_type)
    with atomic_file(target) as draft, _undated(page_size):
        pyogrio.write_dataframe(
            frame,
            draft,
            layer=target.stem,
            driver="GPKG",
            # A layer without any place still is a layer of shapes.
            geometry_type=None if len(kinds) == 1 else "Unknown",
            dataset_options={"VERSION": "1.2"},
        )


def _write_geoparquet(frame: gpd.GeoDataFrame, target: Path) -> None:
    try:
        import pyarrow  # noqa: F401, ICN001, PLC0415 - optional; asked for before anything is written
    except ImportError as error:
        facts = {"package": "pyarrow", "extra": "parquet", "file": target.name}
        raise MissingDependencyError("package_missing", facts) from error
    with atomic_file(target) as draft:
        frame.to_parquet(draft, index=False, compression="zstd")


def geojson_text(frame: gpd.GeoDataFrame, *, name: str, shortest: bool = False) -> str:
    """Format a layer as GeoJSON text: one feature a line, sorted by ``id`` when there is one.

    Parameters
    ----------
    frame
        Layer with a CRS; missing values become null, null geometries stay null.
    name
        Name of the collection.
    shortest
        Whether whole numbers stand without a decimal point, for layers whose columns have a type
        elsewhere; else a reader still sees that a column may hold fractions.

    Returns
    -------
    str
        RFC 7946: degrees, 5 decimals, exterior rings counter-clockwise, no crs member.

    Raises
    ------
    CRSError
        No CRS, or a datum without parameters.

    Examples
    --------
    >>> stops = gpd.GeoDataFrame({"id": ["01"]}, geometry=[shapely.Point(125.4, 43.9)], crs=4490)
    >>> print(geojson_text(stops, name="stops").splitlines()[1])
    {"type":"Feature","properties":{"id":"01"},"geometry":{"type":"Point","coordinates":[125.4,43.9]}}
    """
    located = to_geographic(frame)
    if "id" in located.columns:
        located = located.sort_values("id", kind="stable")
    shapes = shapely.transform(located.geometry.to_numpy(), lambda xy: np.round(xy, DECIMALS))
    texts = shapely.to_geojson(shapely.orient_polygons(shapes))
    table = located.drop(columns=located.geometry.name)
    lines = []
    for values, text in zip(table.itertuples(index=False, name=None), texts, strict=True):
        feature = {
            "type": "Feature",
            "properties": {
                str(key): _json_value(value, shortest=shortest)
                for key, value in zip(table.columns, values, strict=True)
            },
            # GEOS writes one number in a thousand with 17 digits: Python writes the shortest.
            "geometry": json.loads(text) if text else None,
        }
        lines.append(
            json.dumps(feature, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        )
    head = json.dumps(name, ensure_ascii=False)
    body = ",\n".join(lines)
    return f'{{"type":"FeatureCollection","name":{head},"features":[\n{body}\n]}}\n'


def _json_value(value: object, *, shortest: bool) -> bool | int | float | str | None:
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        if not math.isfinite(value):
            return None
        return int(value) if shortest and value.is_integer() else value
    return value if isinstance(value, bool | int | str) else str(value)
