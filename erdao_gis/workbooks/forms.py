"""Tables as they are handed in: title, two rows of headings, borders, notes at the foot."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from erdao_gis.workbooks.cell_styles import (
    CENTRED,
    CENTRED_WRAPPED,
    GRID,
    MIDDLE_WRAPPED,
    RIGHT,
    SHADE,
    TOP_WRAPPED,
    characters_wide,
    form_font,
    set_paper,
    set_widths,
)
from erdao_gis.workbooks.safe_cells import put_text, put_value

_TITLE_SIZE, _NOTE_SIZE = 16, 10
_MARGIN_INCH = 0.5
_LINE_HEIGHT = 15.0


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
    page.cell(1, 1).font = form_font(size=_TITLE_SIZE, bold=True)
    page.cell(1, 1).alignment = CENTRED
    page.row_dimensions[1].height = 2 * _LINE_HEIGHT
    half = width // 2
    for row, (left, right) in enumerate(form.above, start=2):
        _spread(page, row, 1, half, left)
        _spread(page, row, half + 1, width, right)
        page.cell(row, half + 1).alignment = RIGHT
    head = len(form.above) + 2
    _head(page, head, form.columns)
    for row, line in enumerate(form.lines, start=head + 2):
        for place, (value, column) in enumerate(
            zip(line.cells, form.columns, strict=True), start=1
        ):
            cell = page.cell(row, place)
            look = "0" if isinstance(value, int) else column.number_format
            if put_value(cell, value, look):
                cell.alignment = MIDDLE_WRAPPED
            cell.font, cell.border = form_font(bold=line.bold), GRID
            if line.bold:
                cell.fill = SHADE
    last = head + 1 + len(form.lines)
    room = sum(column.width for column in form.columns)
    for row, note in enumerate(form.notes, start=last + 1):
        _spread(page, row, 1, width, note)
        cell = page.cell(row, 1)
        cell.font = form_font(size=_NOTE_SIZE)
        cell.alignment = TOP_WRAPPED
        lines = -(-characters_wide(note) // room)
        page.row_dimensions[row].height = _LINE_HEIGHT * max(1.0, lines)
    _set_up(page, form, head, last + len(form.notes))


def _head(page: Worksheet, head: int, columns: tuple[Column, ...]) -> None:
    for place, column in enumerate(columns, start=1):
        for row in (head, head + 1):
            cell = page.cell(row, place)
            cell.font, cell.alignment = form_font(bold=True), CENTRED_WRAPPED
            cell.border, cell.fill = GRID, SHADE
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
    set_widths(page, (column.width for column in columns))


def _spread(page: Worksheet, row: int, first: int, last: int, text: str) -> None:
    put_text(page.cell(row, first), text)
    page.cell(row, first).font = form_font()
    if last > first:
        page.merge_cells(None, row, first, row, last)


def _set_up(page: Worksheet, form: Form, head: int, last: int) -> None:
    """Prepare the sheet for paper."""
    set_paper(page)
    page.print_title_rows = f"{head}:{head + 1}"
    page.print_area = f"A1:{get_column_letter(len(form.columns))}{last}"
    page.print_options.horizontalCentered = True
    page.page_margins.left = page.page_margins.right = _MARGIN_INCH
    page.oddFooter.center.text = form.footer
    page.freeze_panes = page.cell(head + 2, 1)
