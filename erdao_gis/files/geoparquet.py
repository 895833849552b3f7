"""GeoParquet, by pyarrow, which is an optional dependency (the extra ``parquet``)."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from erdao_gis.errors import FormatError, MissingDependencyError, UnsafeInputError
from erdao_gis.files.limits import Limits
from erdao_gis.files.raw import RawLayer
from erdao_gis.files.shapefile import shapes_from_wkb

if TYPE_CHECKING:
    from pyarrow import parquet

__all__ = ["read_geoparquet"]


def read_geoparquet(path: Path, *, limits: Limits) -> RawLayer:
    """Read a GeoParquet file.

    Parameters
    ----------
    path
        A checked path.
    limits
        Of features and unpacked bytes.

    Raises
    ------
    MissingDependencyError
        pyarrow is not installed.
    FormatError
        Damaged, cut off, without geo metadata, or with shapes that are not WKB.
    UnsafeInputError
        Beyond the limits.
    """
    try:
        import pyarrow as pa  # noqa: PLC0415 - optional, and slow to import
        from pyarrow import parquet  # noqa: PLC0415
    except ImportError as error:
        facts = {"package": "pyarrow", "extra": "parquet", "file": path.name}
        raise MissingDependencyError("package_missing", facts) from error
    try:
        with path.open("rb") as stream, parquet.ParquetFile(stream) as source:
            _check_limits(source.metadata, path.name, limits)
            described = _described(source.metadata.metadata or {}, path.name)
            table = source.read()
        columns: dict[str, list[Any]] = {
            name: values.to_pylist()
            for name, values in zip(table.column_names, table.columns, strict=True)
        }
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise FormatError("parquet_damaged", {"file": path.name}) from error
    name, stated = described
    if name not in columns:
        raise FormatError("parquet_without_geo", {"file": path.name})
    encoded = columns.pop(name)
    # pandas stores a frame's index beside the columns.
    columns = {key: column for key, column in columns.items() if not key.startswith("__index")}
    layer = RawLayer("GeoParquet", "utf-8", table.num_rows, columns, None, stated)
    layer.geometries, layer.faults = shapes_from_wkb(encoded)
    return layer


def _check_limits(metadata: "parquet.FileMetaData", file: str, limits: Limits) -> None:
    groups = range(metadata.num_row_groups)
    size = sum(metadata.row_group(group).total_byte_size for group in groups)
    if metadata.num_rows > limits.features:
        raise UnsafeInputError("too_many_features", {"file": file, "limit": limits.features})
    if size > limits.unpacked_bytes:
        large = {"size_mb": size // 10**6, "limit_mb": limits.unpacked_bytes // 10**6}
        raise UnsafeInputError("file_too_large", {"file": file} | large)


def _described(metadata: dict[bytes, bytes], file: str) -> tuple[str, object]:
    """Name of the geometry column and the CRS, from the geo metadata."""
    try:
        geo = json.loads(metadata[b"geo"])
        name = str(geo["primary_column"])
        column = geo["columns"][name]
        encoding = column["encoding"]
    except (KeyError, TypeError, ValueError) as error:
        raise FormatError("parquet_without_geo", {"file": file}) from error
    if encoding != "WKB":
        raise FormatError("parquet_encoding", {"file": file, "encoding": str(encoding)[:40]})
    if "crs" not in column:  # the standard's default
        return name, "EPSG:4326"
    return name, column["crs"]
