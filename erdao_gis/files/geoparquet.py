"""GeoParquet, by pyarrow, which is an optional dependency (the extra ``parquet``)."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from erdao_gis.errors import FormatError, MissingDependencyError, UnsafeInputError
from erdao_gis.files.raw import RawLayer
from erdao_gis.files.size_limits import Limits, check_table_size
from erdao_gis.files.wkb import shapes_from_wkb

if TYPE_CHECKING:
    from pyarrow import parquet

_ROWS_AT_ONCE = 256


def read_geoparquet(path: Path, *, limits: Limits) -> RawLayer:
    """Read a GeoParquet file.

    Parameters
    ----------
    path
        A checked path.
    limits
        Of features, columns, and bytes of the values.

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
            columns = _columns(source, path.name, limits)
            rows = source.metadata.num_rows
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        raise FormatError("parquet_damaged", {"file": path.name}) from error
    name, stated = described
    if name not in columns:
        raise FormatError("parquet_without_geo", {"file": path.name})
    encoded = columns.pop(name)
    # pandas stores a frame's index beside the columns.
    columns = {key: column for key, column in columns.items() if not key.startswith("__index")}
    layer = RawLayer("GeoParquet", "utf-8", rows, columns, None, stated)
    layer.geometries, layer.faults = shapes_from_wkb(encoded)
    return layer


def _columns(source: "parquet.ParquetFile", file: str, limits: Limits) -> dict[str, list[Any]]:
    """Read the values in small batches: a dictionary can repeat a long one a million times."""
    columns: dict[str, list[Any]] = {name: [] for name in source.schema_arrow.names}
    size = 0
    for batch in source.iter_batches(batch_size=_ROWS_AT_ONCE):
        for name, column in zip(batch.schema.names, batch.columns, strict=True):
            values = column.dictionary_decode() if hasattr(column, "dictionary_decode") else column
            size += values.nbytes
            if size > limits.text_bytes:
                large = {"size_mb": size // 10**6, "limit_mb": limits.text_bytes // 10**6}
                raise UnsafeInputError("file_too_large", {"file": file} | large)
            columns[name] += values.to_pylist()
    return columns


def _check_limits(metadata: "parquet.FileMetaData", file: str, limits: Limits) -> None:
    groups = range(metadata.num_row_groups)
    size = sum(metadata.row_group(group).total_byte_size for group in groups)
    if metadata.num_rows > limits.features:
        raise UnsafeInputError("too_many_features", {"file": file, "limit": limits.features})
    check_table_size(file, rows=metadata.num_rows, columns=metadata.num_columns, limits=limits)
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
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise FormatError("parquet_without_geo", {"file": file}) from error
    if encoding != "WKB":
        raise FormatError("parquet_encoding", {"file": file, "encoding": str(encoding)[:40]})
    if "crs" not in column:  # the standard's default
        return name, "EPSG:4326"
    return name, column["crs"]
