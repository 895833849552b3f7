"""GeoPackage, read with SQLite itself: exact values, no views, no virtual tables, no triggers.

GDAL turns whole numbers with a missing value into doubles (a 19-digit code loses its end), and
runs whatever views a file brings, which may never end.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from erdao_gis.errors import Finding, FormatError, UnsafeInputError
from erdao_gis.files.raw import RawLayer
from erdao_gis.files.size_limits import Limits, check_table_size
from erdao_gis.files.wkb import shapes_from_wkb

_METADATA = ("gpkg_contents", "gpkg_geometry_columns", "gpkg_spatial_ref_sys")
_KEY_NAMES = ("fid", "ogc_fid", "objectid")
_ENVELOPES = {0: 0, 1: 32, 2: 48, 3: 48, 4: 64}
_EXTENDED = 0x20
_GENERATED = (2, 3)
_LONGEST_VALUE = 500_000_000


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


@contextlib.contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    """Open read-only, as an unchanging file, trusting nothing in its schema."""
    for ending in ("-wal", "-journal"):
        beside = path.with_name(path.name + ending)
        if beside.exists() and beside.stat().st_size > 0:
            raise FormatError("gpkg_open_elsewhere", {"file": path.name})
    address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
    try:
        with contextlib.closing(sqlite3.connect(address, uri=True)) as connection:
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.execute("PRAGMA cell_size_check = ON")
            connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST_VALUE)
            yield connection
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise FormatError("gpkg_damaged", {"file": path.name, "why": str(error)[:120]}) from error


def read_geopackage(path: Path, *, layer: str | None, limits: Limits) -> RawLayer:
    """Read one layer of a GeoPackage.

    Parameters
    ----------
    path
        A checked path.
    layer
        Name of the layer; may be left out when there is one.
    limits
        Of features.

    Raises
    ------
    FormatError
        Damaged, open in another program, no such layer, or several and none named.
    UnsafeInputError
        The layer is a view or computed, or beyond the limits.
    """
    with _opened(path) as connection:
        _check_size(connection, path)
        _check_metadata(connection, path.name)
        table = _chosen(connection, path.name, layer)
        return _read_table(connection, path.name, table, limits)


def _check_size(connection: sqlite3.Connection, path: Path) -> None:
    """Tell a file cut in half, which still opens: SQLite only fails on the pages that are gone."""
    pages = connection.execute("PRAGMA page_count").fetchone()[0]
    with path.open("rb") as stream:
        header = stream.read(32)
    size = int.from_bytes(header[16:18], "big")
    size = 65536 if size == 1 else size
    if path.stat().st_size < max(pages, int.from_bytes(header[28:32], "big")) * size:
        raise FormatError("gpkg_damaged", {"file": path.name, "why": "truncated"})


def _kind(connection: sqlite3.Connection, name: str) -> str:
    """Tell what stands under a name: table, view, virtual table, or nothing."""
    row = connection.execute(
        "SELECT type, sql FROM sqlite_master WHERE lower(name) = lower(?)"
        " AND type IN ('table', 'view')",
        (name,),
    ).fetchone()
    if row is None:
        return ""
    virtual = str(row[1]).lstrip().upper().startswith("CREATE VIRTUAL")
    return "virtual" if virtual else str(row[0])


def _check_metadata(connection: sqlite3.Connection, file: str) -> None:
    kinds = [_kind(connection, name) for name in _METADATA]
    if kinds[0] == "" or kinds[2] == "":
        raise FormatError("format_not_read", {"file": file, "format": "SQLite"})
    if any(kind not in ("table", "") for kind in kinds):
        raise UnsafeInputError("gpkg_layer_computed", {"file": file, "layer": "gpkg_contents"})


def _chosen(connection: sqlite3.Connection, file: str, layer: str | None) -> str:
    """Pick the layer, and make sure that it is a table of plain rows."""
    contents = connection.execute(
        "SELECT table_name, data_type FROM gpkg_contents ORDER BY table_name"
    ).fetchall()
    names = [str(name) for name, kind in contents if kind == "features"]
    names = names or [str(name) for name, kind in contents if kind == "attributes"]
    facts: dict[str, object] = {"file": file, "names": ", ".join(names) or "-"}
    if layer is None and len(names) != 1:
        raise FormatError("layer_not_named", facts)
    table = names[0] if layer is None else layer
    if table not in [str(name) for name, _ in contents]:
        raise FormatError("layer_not_there", facts | {"layer": table})
    hidden = connection.execute(f"PRAGMA table_xinfo({_quoted(table)})").fetchall()
    if _kind(connection, table) != "table" or any(row[6] in _GENERATED for row in hidden):
        raise UnsafeInputError("gpkg_layer_computed", facts | {"layer": table})
    return table


def _read_table(connection: sqlite3.Connection, file: str, table: str, limits: Limits) -> RawLayer:
    shape_column, stated = _geometry_column(connection, table)
    columns = connection.execute(f"PRAGMA table_info({_quoted(table)})").fetchall()
    names = [str(column[1]) for column in columns]
    query = f"SELECT {', '.join(map(_quoted, names))} FROM {_quoted(table)} LIMIT ?"  # noqa: S608 - quoted names of the file's own columns
    check_table_size(file, rows=0, columns=len(names), limits=limits)
    most = min(limits.features, limits.values // max(1, len(names)))
    rows = connection.execute(query, (most + 1,)).fetchall()
    check_table_size(file, rows=len(rows), columns=len(names), limits=limits)
    if len(rows) > limits.features:
        raise UnsafeInputError("too_many_features", {"file": file, "limit": limits.features})
    layer = RawLayer("GPKG", "utf-8", len(rows), {}, None, stated)
    by_name = dict(zip(names, zip(*rows, strict=True) if rows else [()] * len(names), strict=True))
    kinds = {str(column[1]): str(column[2]).upper() for column in columns}
    keys = {str(column[1]) for column in columns if column[5]}
    for name, values in by_name.items():
        if name == shape_column:
            _decode_shapes(list(values), layer)
        elif not (name in keys and name.lower() in _KEY_NAMES):
            layer.columns[name if name != "geometry" else "geometry_"] = _values(
                list(values), kinds[name]
            )
    return layer


def _values(values: list[Any], kind: str) -> list[Any]:
    if kind == "BOOLEAN":
        return [None if value is None else bool(value) for value in values]
    # Pictures and documents have no place in a layer; that there is one is told.
    return [f"<{len(value)} bytes>" if isinstance(value, bytes) else value for value in values]


def _geometry_column(connection: sqlite3.Connection, table: str) -> tuple[str | None, str | None]:
    row = None
    if _kind(connection, "gpkg_geometry_columns"):
        row = connection.execute(
            "SELECT column_name, srs_id FROM gpkg_geometry_columns WHERE table_name = ?", (table,)
        ).fetchone()
    if row is None:
        return None, None
    system = connection.execute(
        "SELECT organization, organization_coordsys_id, definition FROM gpkg_spatial_ref_sys"
        " WHERE srs_id = ?",
        (row[1],),
    ).fetchone()
    if system is None or row[1] in (-1, 0):  # undefined, by the standard
        return str(row[0]), None
    known = str(system[0]).upper() == "EPSG"
    return str(row[0]), f"EPSG:{system[1]}" if known else str(system[2])


def _decode_shapes(blobs: list[Any], layer: RawLayer) -> None:
    encoded: list[bytes | None] = []
    for row, blob in enumerate(blobs):
        body = None if blob is None else _wkb_of(blob)
        if blob is not None and body is None:
            layer.faults.append(Finding(row, "geometry_unreadable"))
        encoded.append(body)
    layer.geometries, faults = shapes_from_wkb(encoded)
    layer.faults += faults


def _wkb_of(blob: object) -> bytes | None:
    """Take the header off a GeoPackage geometry; None when it is not one."""
    if not isinstance(blob, bytes) or blob[:2] != b"GP" or len(blob) < 8:  # noqa: PLR2004 - header
        return None
    flags = blob[3]
    envelope = _ENVELOPES.get((flags >> 1) & 0b111)
    if envelope is None or flags & _EXTENDED:
        return None
    return blob[8 + envelope :]
