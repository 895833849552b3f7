"""Tables: CSV and XLSX, with or without a place in their rows."""

import contextlib
import csv
import io
import itertools
import lzma
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
import shapely
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from erdao_gis.crs import GEOGRAPHIC
from erdao_gis.errors import FormatError, UnsafeInputError
from erdao_gis.files.archive import check_archive
from erdao_gis.files.columns import is_code_name
from erdao_gis.files.encodings import decode_text
from erdao_gis.files.limits import Limits, check_table_size
from erdao_gis.files.paths import too_large
from erdao_gis.files.raw import Finding, RawLayer, geometry_array
from erdao_gis.files.wkb import DEEPEST

__all__ = ["read_csv", "read_xlsx"]

_LONGITUDE = ("lon", "lng", "long", "longitude", "经度")
_LATITUDE = ("lat", "latitude", "纬度")
_EASTING = ("x", "east", "easting", "东坐标", "横坐标")
_NORTHING = ("y", "north", "northing", "北坐标", "纵坐标")
_WKT = ("wkt", "geometry", "geom", "the_geom", "几何")
_DELIMITERS = ",\t;|"
_OPENS_COLLECTION = re.compile(r"\(\s*[A-Za-z]")
_WKT_BRACKETS = 3  # of a MULTIPOLYGON
_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384  # of a sheet in Excel
_ROWS_ABOVE_HEADER = 1000
_ZEROS = re.compile(r"^0{2,}$")
_WORKBOOK_ERRORS = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    OSError,
    EOFError,
    NotImplementedError,
)


def read_csv(path: Path, *, encoding: str | None, limits: Limits) -> RawLayer:
    """Read a CSV table; every cell is text until a whole column proves to be numbers.

    Parameters
    ----------
    path
        A checked path.
    encoding
        Stated by the user; else UTF-8 or GB 18030, told by the bytes.
    limits
        Of size and features.

    Raises
    ------
    FormatError
        No header, quotes that do not close, or undecidable encoding.
    UnsafeInputError
        Beyond the limits.
    """
    if path.stat().st_size > limits.text_bytes:
        raise too_large(path, limits.text_bytes)
    text, found = decode_text(path.read_bytes(), file=path.name, encoding=encoding)
    first_line = text.split("\n", 1)[0]
    delimiter = max(_DELIMITERS, key=first_line.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        filled = (row for row in reader if any(cell.strip() for cell in row))
        header = next(filled)
        check_table_size(path.name, rows=0, columns=len(header), limits=limits)
        rows = list(filled)
    except (csv.Error, StopIteration) as error:
        facts = {"file": path.name, "line": reader.line_num, "why": str(error)[:80]}
        raise FormatError("csv_bad", facts) from error
    if len(rows) > limits.features:
        raise UnsafeInputError("too_many_features", {"file": path.name, "limit": limits.features})
    layer = RawLayer("CSV", found, len(rows), {}, None, textual=True)
    check_table_size(path.name, rows=len(rows), columns=len(header), limits=limits)
    names = _header(header)
    for number, row in enumerate(rows):
        if len(row) != len(names):
            facts = {"cells": len(row), "expected": len(names)}
            layer.faults.append(Finding(number, "row_ragged", facts))
    for column, name in enumerate(names):
        layer.columns[name] = [row[column] if column < len(row) else None for row in rows]
    _place(layer)
    return layer


def _header(cells: list[Any]) -> list[str]:
    """Names of the columns: blank ones numbered, repeated ones told apart."""
    names: dict[str, None] = {}
    for number, cell in enumerate(cells, 1):
        stem = str(cell).strip() if cell is not None and str(cell).strip() else f"column_{number}"
        name, again = stem, 2
        while name in names:
            name, again = f"{stem}_{again}", again + 1
        names[name] = None
    return list(names)


def _column_called(layer: RawLayer, names: tuple[str, ...]) -> str | None:
    return next((name for name in layer.columns if name.strip().lower() in names), None)


def _place(layer: RawLayer) -> None:
    """Make shapes of the columns that hold places, if there are any."""
    wkt = _column_called(layer, _WKT)
    if wkt is not None:
        _from_wkt(layer, layer.columns.pop(wkt))
        return
    for east_names, north_names, implied in (
        (_LONGITUDE, _LATITUDE, GEOGRAPHIC),
        (_EASTING, _NORTHING, None),
    ):
        east, north = _column_called(layer, east_names), _column_called(layer, north_names)
        if east is not None and north is not None:
            _from_pairs(layer, layer.columns[east], layer.columns[north])
            layer.assumed_crs = implied
            return


def _from_wkt(layer: RawLayer, texts: list[Any]) -> None:
    shapes: list[Any] = []
    for row, text in enumerate(texts):
        shape = None
        if text is not None and str(text).strip():
            if _is_deep(str(text)):
                layer.faults.append(Finding(row, "collection_too_deep"))
                shapes.append(None)
                continue
            try:
                shape = shapely.from_wkt(str(text))
            except (shapely.GEOSException, ValueError):
                layer.faults.append(Finding(row, "geometry_unreadable"))
            else:
                if shapely.get_type_id(shape) > 7:  # noqa: PLR2004 - curves come after the plain types
                    layer.faults.append(Finding(row, "geometry_curved"))
                    shape = None
        shapes.append(shape)
    layer.geometries = geometry_array(shapes)


def _is_deep(text: str) -> bool:
    """Tell whether collections are nested further than GEOS can safely follow."""
    if len(_OPENS_COLLECTION.findall(text)) <= DEEPEST:
        return False
    depths = itertools.accumulate(1 if sign == "(" else -1 for sign in re.findall("[()]", text))
    return max(depths, default=0) > DEEPEST + _WKT_BRACKETS


def _from_pairs(layer: RawLayer, easts: list[Any], norths: list[Any]) -> None:
    shapes: list[Any] = []
    for row, pair in enumerate(zip(easts, norths, strict=True)):
        said = [str(value).strip() if value is not None else "" for value in pair]
        shape = None
        if any(said):
            try:
                shape = shapely.Point(float(said[0]), float(said[1]))
            except ValueError:
                value = ", ".join(said)[:60]
                layer.faults.append(Finding(row, "coordinates_not_numbers", {"value": value}))
        shapes.append(shape)
    layer.geometries = geometry_array(shapes)


def read_xlsx(path: Path, *, layer: str | None, limits: Limits) -> RawLayer:
    """Read one sheet of a workbook; formulas give the values stored with them.

    Parameters
    ----------
    path
        A checked path.
    layer
        Name of the sheet; may be left out when only one holds anything.
    limits
        Of features and unpacked bytes.

    Raises
    ------
    FormatError
        Damaged, no such sheet, or several and none named.
    UnsafeInputError
        Beyond the limits, or XML that declares entities.
    """
    with _workbook(path, limits) as book:
        sheets = {sheet.title: sheet for sheet in book.worksheets}
        grids = {name: _grid(sheets[name], path.name, limits) for name in sheets}
    filled = {name: grid for name, grid in grids.items() if grid}
    facts: dict[str, object] = {"file": path.name, "names": ", ".join(filled) or "-"}
    if layer is None and len(filled) != 1:
        raise FormatError("layer_not_named", facts)
    name = next(iter(filled)) if layer is None else layer
    if name not in filled:
        raise FormatError("layer_not_there", facts | {"layer": name})
    header, *rows = filled[name]
    names = _header([value for value, _ in header])
    result = RawLayer("XLSX", "utf-8", len(rows), {}, None)
    for column, title in enumerate(names):
        cells = [row[column] if column < len(row) else (None, "") for row in rows]
        result.columns[title] = [_cell(title, value, shown) for value, shown in cells]
    _place(result)
    return result


def _cell(title: str, value: object, shown: str) -> object:
    """Give back the leading zeros that Excel shows by a format and does not store."""
    if isinstance(value, int) and not isinstance(value, bool) and is_code_name(title):
        return str(value).zfill(len(shown)) if _ZEROS.match(shown) else str(value)
    if isinstance(value, str) and not value.strip():
        return None
    return value


def _grid(sheet: ReadOnlyWorksheet, file: str, limits: Limits) -> list[list[tuple[Any, str]]]:
    """Cells of a sheet with their number formats, blank rows left out."""
    grid: list[list[tuple[Any, str]]] = []
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    try:
        width = _header_width(sheet)
        check_table_size(file, rows=0, columns=width, limits=limits)
        # A number of row or column that no sheet has would be filled up with blank cells.
        for number, row in enumerate(sheet.iter_rows(max_col=width) if width else ()):
            if number >= _MOST_ROWS:
                raise FormatError("workbook_damaged", {"file": file})
            cells = [(cell.value, getattr(cell, "number_format", "") or "") for cell in row]
            if any(value is not None and str(value).strip() for value, _ in cells):
                grid.append(cells)
            if len(grid) > limits.features + 1:
                raise UnsafeInputError(
                    "too_many_features", {"file": file, "limit": limits.features}
                )
            if len(grid) * width > limits.values:
                check_table_size(file, rows=len(grid), columns=width, limits=limits)
    except _WORKBOOK_ERRORS as error:
        if isinstance(error, UnsafeInputError | FormatError):
            raise
        raise FormatError("workbook_damaged", {"file": file}) from error
    return grid


def _header_width(sheet: ReadOnlyWorksheet) -> int:
    """Count the cells of the first row that holds anything; 0 for a blank sheet."""
    rows = sheet.iter_rows(max_col=_MOST_COLUMNS)
    for row in itertools.islice(rows, _ROWS_ABOVE_HEADER):
        cells = list(row)
        while cells and cells[-1] is EMPTY_CELL:
            cells.pop()
        if any(cell.value is not None and str(cell.value).strip() for cell in cells):
            return len(cells)
    return 0


@contextlib.contextmanager
def _workbook(path: Path, limits: Limits) -> Iterator[Any]:
    try:
        with zipfile.ZipFile(path) as archive:
            check_archive(archive, file=path.name, limits=limits)
            for member in archive.infolist():
                if member.filename.endswith((".xml", ".rels")):
                    with archive.open(member) as stream:
                        head = stream.read(4096).upper()
                    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                        raise UnsafeInputError("workbook_entities", {"file": path.name})
        with warnings.catch_warnings():
            # openpyxl tells of drawings and validations it leaves out: none are read here.
            warnings.simplefilter("ignore", UserWarning)
            book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
    except _WORKBOOK_ERRORS as error:
        if isinstance(error, UnsafeInputError | FormatError):
            raise
        raise FormatError("workbook_damaged", {"file": path.name}) from error
    try:
        yield book
    finally:
        book.close()
