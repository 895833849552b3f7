"""Tables as they are handed in: title, two rows of headings, borders, notes at the foot."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from erdao_gis.workbooks.safe_cells import put_text

_FONT = "宋体"
_SIZE, _TITLE_SIZE, _NOTE_SIZE = 11, 16, 10
_A4 = 9
_MARGIN_INCH = 0.5
_LINE_HEIGHT = 15.0
_CHARACTERS = 1.0  # column width that a Latin character takes
_THIN = Side(style="thin", color="FF000000")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_SHADE = PatternFill("solid", fgColor="FFF0EEE8")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a form."""

    heading: str
    over: str = ""
    "Heading over several columns; neighbours with the same one share it."
    width: float = 11.0
    number_format: str = "#,##0.00"
    "Of numbers; text is text."


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a form."""

    cells: Sequence[object]
    "Text, numbers, or None for an empty cell."
    bold: bool = False
    "A total."


@dataclass(frozen=True, kw_only=True)
class Form:
    """One sheet in the customary form."""

    title: str
    "Of the sheet."
    headline: str
    "Over the table."
    above: tuple[tuple[str, str], ...]
    "Lines between headline and table: text on the left, text on the right."
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    "At the foot."
    footer: str = ""
    "Of each printed page."


def fill_form(page: Worksheet, form: Form) -> None:
    """Fill an empty sheet with a form: numbers as numbers, everything else as text.

    Parameters
    ----------
    page
        An empty sheet.
    form
        What stands on it. A4 across, fitted to the width of the page, headings on every page.
    """
    width = len(form.columns)
    _spread(page, 1, 1, width, form.headline)
    page.cell(1, 1).font = Font(name=_FONT, size=_TITLE_SIZE, bold=True)
    page.cell(1, 1).alignment = Alignment(horizontal="center", vertical="center")
    page.row_dimensions[1].height = 2 * _LINE_HEIGHT
    half = width // 2
    for row, (left, right) in enumerate(form.above, start=2):
        _spread(page, row, 1, half, left)
        _spread(page, row, half + 1, width, right)
        page.cell(row, half + 1).alignment = Alignment(horizontal="right")
    head = len(form.above) + 2
    _head(page, head, form.columns)
    for row, line in enumerate(form.lines, start=head + 2):
        for place, (value, column) in enumerate(
            zip(line.cells, form.columns, strict=True), start=1
        ):
            cell = page.cell(row, place)
            _put(cell, value, column)
            cell.font = Font(name=_FONT, size=_SIZE, bold=line.bold)
            cell.border = _BORDER
            if line.bold:
                cell.fill = _SHADE
    last = head + 1 + len(form.lines)
    room = sum(column.width for column in form.columns)
    for row, note in enumerate(form.notes, start=last + 1):
        _spread(page, row, 1, width, note)
        cell = page.cell(row, 1)
        cell.font = Font(name=_FONT, size=_NOTE_SIZE)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        lines = -(-_length(note) * _CHARACTERS // room)
        page.row_dimensions[row].height = _LINE_HEIGHT * max(1.0, lines)
    _set_up(page, form, head, last + len(form.notes))


def _head(page: Worksheet, head: int, columns: tuple[Column, ...]) -> None:
    for place, column in enumerate(columns, start=1):
        for row in (head, head + 1):
            cell = page.cell(row, place)
            cell.font = Font(name=_FONT, size=_SIZE, bold=True)
            cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
            cell.border, cell.fill = _BORDER, _SHADE
        page.column_dimensions[get_column_letter(place)].width = column.width
        if not column.over:
            put_text(page.cell(head, place), column.heading)
            page.merge_cells(None, head, place, head + 1, place)
        else:
            put_text(page.cell(head + 1, place), column.heading)
    place = 1
    for over, group in groupby(columns, key=lambda column: column.over):
        count = len(list(group))
        if over:
            put_text(page.cell(head, place), over)
            if count > 1:
                page.merge_cells(None, head, place, head, place + count - 1)
        place += count


def _spread(page: Worksheet, row: int, first: int, last: int, text: str) -> None:
    put_text(page.cell(row, first), text)
    page.cell(row, first).font = Font(name=_FONT, size=_SIZE)
    if last > first:
        page.merge_cells(None, row, first, row, last)


def _put(cell: Cell, value: object, column: Column) -> None:
    if value is None:
        return
    if isinstance(value, int | float) and not isinstance(value, bool):
        cell.value = value
        cell.number_format = "0" if isinstance(value, int) else column.number_format
    else:
        put_text(cell, str(value))
        cell.alignment = Alignment(wrap_text=True, vertical="center")


def _length(text: str) -> int:
    return sum(2 if character > "\u2e80" else 1 for character in text)


def _set_up(page: Worksheet, form: Form, head: int, last: int) -> None:
    """Prepare the sheet for paper."""
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = _A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
    page.print_title_rows = f"{head}:{head + 1}"
    page.print_area = f"A1:{get_column_letter(len(form.columns))}{last}"
    page.print_options.horizontalCentered = True
    page.page_margins.left = page.page_margins.right = _MARGIN_INCH
    page.oddFooter.center.text = form.footer
    page.freeze_panes = page.cell(head + 2, 1)
