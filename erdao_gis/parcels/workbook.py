"""Workbooks of plain tables: numbers as numbers, and text that can never become a formula."""

import datetime as dt
import io
import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass

import openpyxl
import pandas as pd
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter

__all__ = ["Sheet", "workbook_bytes"]

_MOST_TEXT = 32767
_MOST_TITLE = 31
_WIDEST, _LEAST = 48, 8
_LOOKED_AT = 200
# A ZIP archive tells no earlier time; the same tables give the same bytes.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)
_DAY = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - openpyxl takes naive times as UTC
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """One sheet of a workbook."""

    title: str
    table: pd.DataFrame
    "Headings are its columns; the index is not written."
    notices: tuple[str, ...] = ()
    "Lines that stand over the table, such as that parcels are assumed."


def workbook_bytes(sheets: Sequence[Sheet]) -> bytes:
    """Write tables as a workbook.

    Parameters
    ----------
    sheets
        In their order.

    Returns
    -------
    bytes
        XLSX: numbers are numbers (an endless or missing one is an empty cell), everything else
        is of the type text, whatever it begins with. The same tables give the same bytes.

    Examples
    --------
    >>> table = pd.DataFrame({"编号": ["=1+1"], "面积": [2.5]})
    >>> book = openpyxl.load_workbook(io.BytesIO(workbook_bytes((Sheet(title="A", table=table),))))
    >>> [(cell.value, cell.data_type) for cell in book["A"][2]]
    [('=1+1', 's'), (2.5, 'n')]
    """
    book = openpyxl.Workbook()
    first = book.active
    if first is not None:
        book.remove(first)
    for sheet in sheets:
        _fill(book, sheet)
    book.properties.creator = "erdao-gis"
    book.properties.created = _DAY
    buffer = io.BytesIO()
    book.save(buffer)
    return _undated(buffer.getvalue())


def _fill(book: openpyxl.Workbook, sheet: Sheet) -> None:
    page = book.create_sheet(sheet.title.translate(_FORBIDDEN)[:_MOST_TITLE])
    for number, line in enumerate(sheet.notices, start=1):
        _text(page.cell(number, 1), line)
        page.cell(number, 1).font = Font(bold=True, color="FF9C2A10")
    head = len(sheet.notices) + 1
    for place, heading in enumerate(sheet.table.columns, start=1):
        cell = page.cell(head, place)
        _text(cell, str(heading))
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="center")
        values = sheet.table.iloc[:, place - 1].tolist()
        for row, value in enumerate(values, start=head + 1):
            _put(page.cell(row, place), value)
        longest = max((_width(str(value)) for value in values[:_LOOKED_AT]), default=0)
        width = max(_LEAST, min(_WIDEST, max(longest, _width(str(heading)) / 2) + 2))
        page.column_dimensions[get_column_letter(place)].width = width
    page.freeze_panes = page.cell(head + 1, 2)
    if len(sheet.table):
        last = get_column_letter(len(sheet.table.columns))
        page.auto_filter.ref = f"A{head}:{last}{head + len(sheet.table)}"


def _width(text: str) -> int:
    return sum(2 if character > "\u2e80" else 1 for character in text)


def _put(cell: Cell, value: object) -> None:
    if value is None or value is pd.NA or value is pd.NaT:
        return
    if isinstance(value, bool) or not isinstance(value, int | float):
        _text(cell, str(value))
    elif math.isfinite(value):
        cell.value = value
        cell.number_format = "#,##0" if isinstance(value, int) else "#,##0.00##"


def _text(cell: Cell, value: str) -> None:
    """Put text into a cell so that no program computes it: the type is set, not guessed."""
    kept = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[:_MOST_TEXT]
    cell.value = None
    cell.data_type = "s"
    cell._value = kept.encode("utf-8", "replace").decode("utf-8")  # noqa: SLF001 - the setter would guess a formula
    cell.number_format = "@"
    # Spreadsheet programs also keep such a cell as text when it is edited.
    cell.quotePrefix = True


def _undated(content: bytes) -> bytes:
    """Put fixed dates where openpyxl and the archive stamp the time of writing."""
    made = io.BytesIO()
    day = f"{_DAY:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(io.BytesIO(content)) as given, zipfile.ZipFile(made, "w") as archive:
        names = given.namelist()
        for name in sorted(names, key=lambda name: (name != "[Content_Types].xml", name)):
            body = given.read(name)
            if name == "docProps/core.xml":
                before, opening, rest = body.partition(b"<dcterms:modified")
                inside, closing, after = rest.partition(b"</dcterms:modified>")
                attributes = inside.partition(b">")[0]
                body = before + opening + attributes + b">" + day + closing + after
            member = zipfile.ZipInfo(name, _ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, body)
    return made.getvalue()
