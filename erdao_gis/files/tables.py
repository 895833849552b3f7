"""Tables: CSV and XLSX, with or without a place in their rows."""

import bisect
import csv
import io
import itertools
import re
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import shapely

from erdao_gis.crs import GEOGRAPHIC
from erdao_gis.errors import Finding, FormatError, UnsafeInputError
from erdao_gis.files.columns import is_code_name
from erdao_gis.files.encodings import decode_text
from erdao_gis.files.headings import (
    Headings,
    TableHints,
    find_headings,
    is_closing_row,
    plain_cell,
)
from erdao_gis.files.paths import too_large
from erdao_gis.files.raw import RawLayer, geometry_array
from erdao_gis.files.sheets import Cell, Sheet, read_sheet
from erdao_gis.files.size_limits import Limits, check_table_size
from erdao_gis.files.wkb import DEEPEST

_LONGITUDE = ("lon", "lng", "long", "longitude", "经度")
_LATITUDE = ("lat", "latitude", "纬度")
_EASTING = ("x", "east", "easting", "东坐标", "横坐标")
_NORTHING = ("y", "north", "northing", "北坐标", "纵坐标")
_WKT = ("wkt", "geometry", "geom", "the_geom", "几何")
_DELIMITERS = ",\t;|"
_OPENS_COLLECTION = re.compile(r"\(\s*[A-Za-z]")
_WKT_BRACKETS = 3  # of a MULTIPOLYGON
_LINES_LOOKED_AT = 20
_ZEROS = re.compile(r"^0{2,}$")
_DECIMALS = re.compile(r"^0\.(0+)$")
_SHAPE = re.compile(
    r"\s*(SRID=\d+;)?\s*(MULTI)?(POINT|LINESTRING|POLYGON|CURVE|SURFACE|GEOMETRYCOLLECTION|"
    r"LINEARRING|CIRCULARSTRING|COMPOUNDCURVE|CURVEPOLYGON|TRIANGLE|TIN|POLYHEDRALSURFACE)\b",
    re.IGNORECASE,
)


def read_csv(
    path: Path,
    *,
    encoding: str | None,
    limits: Limits,
    header_row: int | None = None,
    hints: TableHints | None = None,
) -> RawLayer:
    """Read a CSV table; every cell is text until a whole column proves to be numbers.

    Parameters
    ----------
    path
        A checked path.
    encoding
        Stated by the user; else UTF-8 or GB 18030, told by the bytes.
    limits
        Of size and features.
    header_row
        Row of the headings, from 1; found by `find_headings` when left out.
    hints
        What is known of the headings; with them rows of sums and remarks are rejects.

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
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for number, row in enumerate(reader, 1):
            if not rows:
                check_table_size(path.name, rows=0, columns=len(row), limits=limits)
            if any(cell.strip() for cell in row):
                rows.append((number, row))
    except csv.Error as error:
        facts = {"file": path.name, "line": reader.line_num, "why": str(error)[:80]}
        raise FormatError("csv_bad", facts) from error
    if not rows:
        raise FormatError("csv_bad", {"file": path.name, "line": reader.line_num, "why": ""})
    headings = find_headings(rows, file=path.name, header_row=header_row, hints=hints)
    data = [row for _, row in rows[headings.place + headings.depth :]]
    width = len(headings.names)
    _check_size(path.name, len(data), width, limits)
    layer = _layer("CSV", found, headings, data, hints)
    layer.textual = True
    aside = {finding.row for finding in layer.faults}
    for number, row in enumerate(data):
        if len(row) != width and number not in aside:
            facts = {"cells": len(row), "expected": width}
            layer.faults.append(Finding(number, "row_ragged", facts))
    for column, name in enumerate(headings.names):
        layer.columns[name] = [
            row[column] if column < len(row) and number not in aside else None
            for number, row in enumerate(data)
        ]
    _place(layer)
    return layer


def _delimiter(text: str) -> str:
    """Tell the delimiter by the first line that has one: a title above the table may have none."""
    lines = text.split("\n", _LINES_LOOKED_AT)[:_LINES_LOOKED_AT]
    line = next((line for line in lines if any(sign in line for sign in _DELIMITERS)), "")
    return max(_DELIMITERS, key=line.count)


def _check_size(file: str, rows: int, columns: int, limits: Limits) -> None:
    if rows > limits.features:
        raise UnsafeInputError("too_many_features", {"file": file, "limit": limits.features})
    check_table_size(file, rows=rows, columns=columns, limits=limits)


def _layer(
    driver: str,
    encoding: str,
    headings: Headings,
    data: Sequence[Sequence[Any]],
    hints: TableHints | None,
) -> RawLayer:
    """Begin a layer: what is known of its headings, and which rows are sums and remarks."""
    layer = RawLayer(driver, encoding, len(data), {}, None)
    layer.notes += headings.notes
    layer.lower = dict(headings.lower)
    if hints is None:
        return layer
    layer.texts = tuple(hints.texts(headings.names, headings.lower))
    for number, cells in enumerate(data):
        said = is_closing_row(cells)
        if said:
            layer.faults.append(Finding(number, "row_of_sums", {"text": said}))
    return layer


def _column_called(layer: RawLayer, names: tuple[str, ...]) -> str | None:
    return next((name for name in layer.columns if name.strip().lower() in names), None)


def _place(layer: RawLayer) -> None:
    """Make shapes of the columns that hold places, if there are any."""
    wkt = _column_called(layer, _WKT)
    if wkt is not None and wkt.strip().lower() != "wkt" and not _holds_shapes(layer.columns[wkt]):
        # A column called so that says something else, such as the form of a plot.
        number = next(n for n in itertools.count(2) if f"{wkt}_{n}" not in layer.columns)
        layer.columns = {
            f"{name}_{number}" if name == wkt else name: cells
            for name, cells in layer.columns.items()
        }
        wkt = None
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


def _holds_shapes(cells: Sequence[object]) -> bool:
    return any(isinstance(cell, str) and _SHAPE.match(cell) for cell in cells)


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


def read_xlsx(
    path: Path,
    *,
    layer: str | None,
    limits: Limits,
    header_row: int | None = None,
    hints: TableHints | None = None,
) -> RawLayer:
    """Read one sheet of a workbook; formulas give the values stored with them.

    Parameters
    ----------
    path
        A checked path.
    layer
        Name of the sheet; may be left out when only one that is not hidden holds anything.
    limits
        Of features and unpacked bytes.
    header_row
        Row of the headings in the sheet; found by `find_headings` when left out.
    hints
        What is known of the headings; with them rows of sums and remarks are rejects.

    Raises
    ------
    FormatError
        Damaged, no such sheet, or several and none named.
    UnsafeInputError
        Beyond the limits, or XML that declares entities.
    """
    sheet = read_sheet(path, layer=layer, limits=limits)
    values = [(number, [value for value, _ in cells]) for number, cells in sheet.rows]
    sides = [(top, left - 1, right - 1) for left, top, right, low in sheet.merged
             if left < right and top == low]  # fmt: skip
    headings = find_headings(
        values, file=path.name, header_row=header_row, hints=hints, merged=sides
    )
    start = headings.place + headings.depth
    grid = sheet.rows[start:]
    _check_size(path.name, len(grid), len(headings.names), limits)
    result = _layer("XLSX", "utf-8", headings, [row for _, row in values[start:]], hints)
    aside = {finding.row for finding in result.faults}
    _note_formulas(result, sheet, [number for number, _ in grid])
    _fill_merged(result, sheet, grid, headings.names, aside)
    for column, title in enumerate(headings.names):
        code = title in result.texts or is_code_name(title)
        result.columns[title] = [
            _cell(*(row[column] if column < len(row) else (None, "")), code=code)
            if number not in aside
            else None
            for number, (_, row) in enumerate(grid)
        ]
    _place(result)
    return result


def _cell(value: object, shown: str, *, code: bool) -> object:
    """Give back what Excel shows by a format only: zeros of a code, a percent sign."""
    if "%" in shown and isinstance(value, int | float) and not isinstance(value, bool):
        # 35 % is stored as 0.35: without the sign nobody could tell it from 0.35 %.
        return f"{round(value * 100, 9):.10g}%"
    if code and isinstance(value, int) and not isinstance(value, bool):
        return str(value).zfill(len(shown)) if _ZEROS.match(shown) else str(value)
    decimals = _DECIMALS.match(shown) if code and isinstance(value, float) else None
    if decimals is not None:
        text = f"{value:.{len(decimals[1])}f}"
        return text if float(text) == value else value
    if isinstance(value, str) and not value.strip():
        return None
    return value


def _note_formulas(layer: RawLayer, sheet: Sheet, numbers: Sequence[int]) -> None:
    """Name the formulas without a value, which would pass for blank cells."""
    places = {number: place for place, number in enumerate(numbers)}
    for number, cells in sheet.uncomputed.items():
        layer.uncomputed += cells
        facts: dict[str, object] = {"cells": ", ".join(cells)}
        layer.notes.append(Finding(places.get(number, -1), "formula_without_value", facts))


def _fill_merged(
    layer: RawLayer,
    sheet: Sheet,
    grid: list[tuple[int, list[Cell]]],
    names: Sequence[str],
    aside: Collection[int],
) -> None:
    """Give all rows the value of a cell that is merged over them, and say so."""
    numbers = [number for number, _ in grid]
    for left, top, right, low in sheet.merged:
        first, last = bisect.bisect_left(numbers, top), bisect.bisect_right(numbers, low)
        places = [place for place in range(first, last) if place not in aside]
        if not places or left > len(names) or (left == right and len(places) == 1):
            continue
        value = grid[places[0]][1][left - 1] if numbers[places[0]] == top else (None, "")
        if not plain_cell(value[0]):
            continue
        facts: dict[str, object] = {"rows": f"{top}–{low}", "value": plain_cell(value[0])[:60]}
        if left < right:
            titles = ", ".join(names[left - 1 : right])
            layer.notes.append(Finding(places[0], "merged_aside", facts | {"headings": titles}))
            continue
        layer.notes.append(
            Finding(places[0], "merged_filled", facts | {"heading": names[left - 1]})
        )
        for place in places[1:]:
            grid[place][1][left - 1] = value
