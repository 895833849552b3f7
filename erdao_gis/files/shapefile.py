"""Shapefiles: shapes by GDAL from a private copy, attributes by our own reader, counts compared."""

import shutil
import tempfile
import warnings
from pathlib import Path

import numpy as np
import pyogrio.raw
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError, GeometryError

from erdao_gis.errors import Finding, FormatError, UnsafeInputError
from erdao_gis.files.archive import unpack_shapefile
from erdao_gis.files.dbf import AttributeTable, read_dbf
from erdao_gis.files.encodings import decode_text
from erdao_gis.files.paths import checked_path
from erdao_gis.files.raw import Geometries, RawLayer
from erdao_gis.files.size_limits import Limits
from erdao_gis.files.wkb import shapes_from_wkb

_SIDECARS = (".shx", ".dbf", ".prj", ".cpg")
_HEADER = 100
_INDEX_ENTRY = 8


def read_shapefile(path: Path, *, encoding: str | None, limits: Limits) -> RawLayer:
    """Read a shapefile; its parts lie beside it, each a plain file.

    Parameters
    ----------
    path
        A checked path to the .shp.
    encoding
        Stated by the user; else told by the bytes, with the .cpg file as a hint.
    limits
        Of sizes and features.

    Raises
    ------
    FormatError
        A part is missing, cut off, or from another export.
    UnsafeInputError
        A part is a link that leads elsewhere, or beyond the limits.
    """
    if path.suffix.lower() == ".shx":
        raise FormatError("shapefile_part", {"file": path.name})
    parts = {".shp": path}
    for entry in path.parent.iterdir():
        suffix = entry.suffix.lower()
        if suffix in _SIDECARS and entry.stem.lower() == path.stem.lower():
            # An empty .cpg says nothing; an empty .dbf is told of as cut off.
            if entry.is_file() and entry.stat().st_size == 0 and suffix in (".cpg", ".prj"):
                continue
            parts[suffix] = checked_path(entry, limits=limits)
    with tempfile.TemporaryDirectory() as folder:
        # GDAL must find no other file by this name, and no attribute table.
        return _read_parts(parts, path.name, Path(folder), encoding, limits)


def read_zipped_shapefile(path: Path, *, encoding: str | None, limits: Limits) -> RawLayer:
    """Read the one shapefile of a zip archive; see :func:`read_shapefile`.

    Raises
    ------
    FormatError
        No or several shapefiles, a missing or damaged part, an encrypted archive.
    UnsafeInputError
        Members that lead outside, or an archive that unpacks beyond the limits.
    """
    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder) / "zip"
        unpacked.mkdir()
        parts = unpack_shapefile(path, unpacked, limits=limits)
        return _read_parts(parts, path.name, Path(folder), encoding, limits)


def read_dbf_table(path: Path, *, encoding: str | None, limits: Limits) -> RawLayer:
    """Read a dBASE table that belongs to no shapefile.

    Raises
    ------
    FormatError
        Not a table, cut off, or in no known encoding.
    UnsafeInputError
        Beyond the limits.
    """
    table = read_dbf(path.read_bytes(), file=path.name, encoding=encoding, limits=limits)
    if table.rows > limits.features:
        raise UnsafeInputError("too_many_features", {"file": path.name, "limit": limits.features})
    layer = RawLayer("dBASE", table.encoding, table.rows, table.columns, None)
    _note_table(layer, table)
    return layer


def _read_parts(
    parts: dict[str, Path],
    file: str,
    folder: Path,
    encoding: str | None,
    limits: Limits,
) -> RawLayer:
    for suffix in (".shx", ".dbf"):
        if suffix not in parts:
            raise FormatError("shapefile_part_missing", {"file": file, "part": suffix})
    count = _check_shapes(parts, file)
    if count > limits.features:
        raise UnsafeInputError("too_many_features", {"file": file, "limit": limits.features})
    table = read_dbf(
        parts[".dbf"].read_bytes(),
        file=file,
        encoding=encoding,
        hint=_short_text(parts.get(".cpg")),
        limits=limits,
    )
    if table.rows != count:
        raise FormatError(
            "shapefile_parts_differ", {"file": file, "shapes": count, "rows": table.rows}
        )
    layer = RawLayer("ESRI Shapefile", table.encoding, count, table.columns, None)
    layer.named_crs = _crs_of(parts.get(".prj"), file)
    shapes, faults = _shapes(parts, file, folder)
    if len(shapes) != count:
        raise FormatError("shapefile_cut_off", {"file": file})
    layer.geometries = shapes
    layer.faults = faults
    _note_table(layer, table)
    return layer


def _note_table(layer: RawLayer, table: AttributeTable) -> None:
    layer.faults += [Finding(row, "record_deleted") for row in table.deleted]
    if table.cut:
        layer.notes.append(Finding(-1, "text_cut", {"count": table.cut}))


def _short_text(path: Path | None) -> str | None:
    return None if path is None else path.read_bytes()[:64].decode("ascii", "replace")


def _crs_of(path: Path | None, file: str) -> str | None:
    if path is None:
        return None
    text, _ = decode_text(path.read_bytes()[:65536], file=file)
    return text.strip() or None


def _check_shapes(parts: dict[str, Path], file: str) -> int:
    """Compare what headers and index say with the bytes that are there; give the row count."""
    shapes, index = parts[".shp"].stat().st_size, parts[".shx"].read_bytes()
    with parts[".shp"].open("rb") as stream:
        header = stream.read(_HEADER)
    if len(header) < _HEADER or 2 * int.from_bytes(header[24:28], "big") > shapes:
        raise FormatError("shapefile_cut_off", {"file": file})
    entries = np.frombuffer(index[_HEADER:], dtype=">i4", count=(len(index) - _HEADER) // 8 * 2)
    declared = (2 * int.from_bytes(index[24:28], "big") - _HEADER) // _INDEX_ENTRY
    ends = 2 * entries.reshape(-1, 2).astype(np.int64).sum(axis=1) + 8
    if declared > len(ends) or (len(ends) and ends.max() > shapes):
        raise FormatError("shapefile_cut_off", {"file": file})
    return len(ends)


def _shapes(parts: dict[str, Path], file: str, folder: Path) -> tuple[Geometries, list[Finding]]:
    staged = folder / "staged"
    staged.mkdir()
    for suffix in (".shp", ".shx"):
        shutil.copyfile(parts[suffix], staged / f"layer{suffix}")
    source = staged / "layer.shp"
    try:
        if pyogrio.read_info(source)["driver"] != "ESRI Shapefile":
            raise FormatError("format_unknown", {"file": file, "head": "-"})
        with warnings.catch_warnings():
            # GDAL warns of rings that do not close; such shapes are listed below.
            warnings.simplefilter("ignore", RuntimeWarning)
            _, _, encoded, _ = pyogrio.raw.read(source, columns=[])
    except (DataSourceError, DataLayerError, FeatureError, GeometryError) as error:
        raise FormatError("shapefile_cut_off", {"file": file}) from error
    return shapes_from_wkb(list(encoded))
