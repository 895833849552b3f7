"""Workbooks as bytes: text that can never become a formula, and the same bytes every time."""

import datetime as dt
import io
import math
import zipfile

import openpyxl
import pandas as pd
from openpyxl.cell import Cell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

UNDATED = dt.datetime(2000, 1, 1)  # noqa: DTZ001 - openpyxl takes naive times as UTC
"""Day of workbooks that have none: the same content gives the same bytes whenever it is written."""

_MOST_TEXT = 32767
# The earliest time that a ZIP archive can tell; the date of the content stands inside.
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def storable_text(value: str) -> str:
    r"""Return text that a cell can hold: what XML forbids is replaced, the rest cut at 32,767.

    Examples
    --------
    >>> storable_text("a\x01b")
    'a�b'
    """
    kept: str = ILLEGAL_CHARACTERS_RE.sub("\ufffd", value)[:_MOST_TEXT]
    return kept.encode("utf-8", "replace").decode("utf-8")


def put_text(cell: Cell, value: str) -> None:
    """Put text into a cell so that no program computes it: the type is set, not guessed.

    Examples
    --------
    >>> cell = openpyxl.Workbook().create_sheet()["A1"]
    >>> put_text(cell, "=1+1")
    >>> cell.data_type
    's'
    """
    cell.value = None
    cell.data_type = "s"
    cell._value = storable_text(value)  # noqa: SLF001 - the setter would guess a formula
    cell.number_format = "@"
    # Spreadsheet programs also keep such a cell as text when it is edited.
    cell.quotePrefix = True


def put_value(cell: Cell, value: object, number_format: str) -> bool:
    """Put a value into a cell: numbers as numbers, all else as text; returns whether as text.

    What is missing or endless leaves the cell empty.

    Examples
    --------
    >>> cell = openpyxl.Workbook().create_sheet()["A1"]
    >>> put_value(cell, 2.5, "0.00"), cell.value
    (False, 2.5)
    """
    if value is None or value is pd.NA or value is pd.NaT:
        return False
    if isinstance(value, bool) or not isinstance(value, int | float):
        put_text(cell, str(value))
        return True
    if math.isfinite(value):
        cell.value = value
        cell.number_format = number_format
    return False


def empty_workbook() -> openpyxl.Workbook:
    """Return a workbook without a sheet."""
    book = openpyxl.Workbook()
    first = book.active
    if first is not None:
        book.remove(first)
    return book


def workbook_content(book: openpyxl.Workbook, day: dt.datetime) -> bytes:
    """Return a workbook as a file; the same content gives the same bytes.

    Parameters
    ----------
    book
        With its sheets; its creator and dates are set here.
    day
        Without a time zone; stands as created and modified in place of the time of writing.
    """
    book.properties.creator = "erdao-gis"
    book.properties.created = book.properties.modified = day
    buffer = io.BytesIO()
    book.save(buffer)
    made = io.BytesIO()
    stamp = f"{day:%Y-%m-%dT%H:%M:%SZ}".encode()
    with zipfile.ZipFile(buffer) as given, zipfile.ZipFile(made, "w") as archive:
        names = given.namelist()
        for name in sorted(names, key=lambda name: (name != "[Content_Types].xml", name)):
            body = given.read(name)
            if name == "docProps/core.xml":
                body = _modified(body, stamp)
            member = zipfile.ZipInfo(name, _ZIP_TIME)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = 0o644 << 16
            archive.writestr(member, body)
    return made.getvalue()


def _modified(core: bytes, stamp: bytes) -> bytes:
    """Put the day back over the time of writing that openpyxl stamps."""
    before, opening, rest = core.partition(b"<dcterms:modified")
    inside, closing, after = rest.partition(b"</dcterms:modified>")
    attributes = inside.partition(b">")[0]
    return before + opening + attributes + b">" + stamp + closing + after if opening else core
