"""Sheets of a workbook: their cells, what is merged, and formulas without a stored value."""

import contextlib
import itertools
import lzma
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils import range_boundaries
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._read_only import ReadOnlyWorksheet

from erdao_gis.errors import FormatError, UnsafeInputError
from erdao_gis.files.archive import check_archive
from erdao_gis.files.size_limits import Limits, check_table_size

_MOST_ROWS, _MOST_COLUMNS = 1_048_576, 16_384  # of a sheet in Excel
_ROWS_LOOKED_AT, _ROWS_FILLED = 1000, 30  # for how wide it is
_CHUNK, _OVERLAP = 1 << 22, 1 << 16  # bytes
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
# What openpyxl leaves out when it reads row by row.
_MERGED = re.compile(
    rb"<(?:\w+:)?mergeCell\b[^>]*?\bref=[\"']([A-Z]{1,3}\d{1,7}:[A-Z]{1,3}\d{1,7})"
)
_UNCOMPUTED = re.compile(
    rb"<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>[^<]*</(?:\w+:)?f>)\s*"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_ADDRESS = re.compile(rb"\br=[\"']([A-Z]{1,3})(\d{1,7})[\"']")
_EMPTY_TEXT = re.compile(rb"\bt=[\"']str[\"']")

Cell = tuple[Any, str]
"""Value and number format."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """What one sheet holds."""

    rows: list[tuple[int, list[Cell]]]
    "Number of the row in the sheet, from 1, and its cells; blank rows left out."
    merged: list[tuple[int, int, int, int]]
    "First column, first row, last column, last row, all from 1."
    uncomputed: dict[int, list[str]]
    "Row -> addresses of formulas that no program has computed."


def read_sheet(path: Path, *, layer: str | None, limits: Limits) -> Sheet:
    """Read the one sheet of a workbook that holds something, or the one that is named.

    Parameters
    ----------
    path
        A checked path.
    layer
        Name of the sheet; without it hidden sheets do not count.
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
        filled = [name for name, grid in grids.items() if grid]
        seen = [name for name in filled if sheets[name].sheet_state == "visible"] or filled
        facts: dict[str, object] = {"file": path.name, "names": ", ".join(seen) or "-"}
        if layer is None and len(seen) != 1:
            raise FormatError("layer_not_named", facts)
        name = seen[0] if layer is None else layer
        if name not in filled:
            raise FormatError("layer_not_there", facts | {"layer": name})
        try:
            merged, uncomputed = _left_out(path, sheets[name]._worksheet_path)  # noqa: SLF001
        except _WORKBOOK_ERRORS as error:
            raise FormatError("workbook_damaged", {"file": path.name}) from error
    return Sheet(rows=grids[name], merged=merged, uncomputed=uncomputed)


def _left_out(
    path: Path, member: str
) -> tuple[list[tuple[int, int, int, int]], dict[int, list[str]]]:
    """Find merged ranges and formulas without a value in the XML of a sheet."""
    merged: set[bytes] = set()
    cells: set[tuple[int, bytes]] = set()
    with zipfile.ZipFile(path) as archive, archive.open(member) as stream:
        rest = b""
        while chunk := stream.read(_CHUNK):
            text = rest + chunk
            merged.update(_MERGED.findall(text))
            for found in _UNCOMPUTED.finditer(text):
                where = _ADDRESS.search(found[1])
                # A formula whose value is the empty text says so by its type.
                if where is not None and not _EMPTY_TEXT.search(found[1]):
                    cells.add((int(where[2]), where[1]))
            rest = text[-_OVERLAP:]
    ranges = sorted(range_boundaries(text.decode()) for text in merged)
    uncomputed: dict[int, list[str]] = {}
    for row, column in sorted(cells, key=lambda cell: (cell[0], len(cell[1]), cell[1])):
        uncomputed.setdefault(row, []).append(f"{column.decode()}{row}")
    return ranges, uncomputed


def _grid(sheet: ReadOnlyWorksheet, file: str, limits: Limits) -> list[tuple[int, list[Cell]]]:
    """Cells of a sheet with their number formats, blank rows left out."""
    grid: list[tuple[int, list[Cell]]] = []
    sheet.reset_dimensions()  # what the file says of its size may be wrong
    try:
        width = _width(sheet)
        check_table_size(file, rows=0, columns=width, limits=limits)
        # A number of row or column that no sheet has would be filled up with blank cells.
        for number, row in enumerate(sheet.iter_rows(max_col=width) if width else (), 1):
            if number > _MOST_ROWS:
                raise FormatError("workbook_damaged", {"file": file})
            cells = [(cell.value, getattr(cell, "number_format", "") or "") for cell in row]
            if any(_is_filled(value) for value, _ in cells):
                grid.append((number, cells))
            # Titles and headings are no features.
            if len(grid) > limits.features + 1 + _ROWS_FILLED:
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


def _is_filled(value: object) -> bool:
    return value is not None and bool(str(value).strip())


def _width(sheet: ReadOnlyWorksheet) -> int:
    """Count the columns up to the last that one of the first rows fills; 0 for a blank sheet."""
    width = filled = 0
    rows = sheet.iter_rows(max_col=_MOST_COLUMNS, values_only=True)
    for row in itertools.islice(rows, _ROWS_LOOKED_AT):
        if row.count(None) == len(row):  # thousands of blank cells are passed over at once
            continue
        last = max((place for place, value in enumerate(row, 1) if _is_filled(value)), default=0)
        width, filled = max(width, last), filled + bool(last)
        if filled == _ROWS_FILLED:
            break
    return width


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
