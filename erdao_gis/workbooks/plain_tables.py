"""Workbooks of plain tables: numbers as numbers, and text that can never become a formula."""

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from erdao_gis.workbooks.cell_styles import (
    BOLD,
    MIDDLE_WRAPPED,
    NOTICE,
    characters_wide,
    set_widths,
)
from erdao_gis.workbooks.forms import Form, fill_form
from erdao_gis.workbooks.safe_cells import (
    UNDATED,
    empty_workbook,
    put_text,
    put_value,
    workbook_content,
)

_MOST_TITLE = 31
_WIDEST, _LEAST = 48, 8
_LOOKED_AT = 200
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\", "_"))


@dataclass(frozen=True, kw_only=True, eq=False)
class Sheet:
    """One sheet of a workbook."""

    title: str
    table: pd.DataFrame
    "Headings are its columns; the index is not written."
    notices: tuple[str, ...] = ()
    "Lines that stand over the table, such as that parcels are assumed."


def workbook_bytes(sheets: Sequence[Sheet | Form], *, footer: str = "") -> bytes:
    """Write tables as a workbook.

    Parameters
    ----------
    sheets
        In their order: plain tables, and forms as they are handed in.
    footer
        Text at the foot of every printed page, such as the run that the figures belong to.

    Returns
    -------
    bytes
        XLSX: numbers are numbers (an endless or missing one is an empty cell), everything else
        is of the type text, whatever it begins with. The same tables give the same bytes.

    Examples
    --------
    >>> import io
    >>> import openpyxl
    >>> table = pd.DataFrame({"编号": ["=1+1"], "面积": [2.5]})
    >>> book = openpyxl.load_workbook(io.BytesIO(workbook_bytes((Sheet(title="A", table=table),))))
    >>> [(cell.value, cell.data_type) for cell in book["A"][2]]
    [('=1+1', 's'), (2.5, 'n')]
    """
    book = empty_workbook()
    for sheet in sheets:
        page = book.create_sheet(sheet.title.translate(_FORBIDDEN)[:_MOST_TITLE])
        if isinstance(sheet, Form):
            fill_form(page, sheet)
        else:
            _fill(page, sheet)
        page.oddFooter.left.text = footer.replace("&", "&&") or None
    return workbook_content(book, UNDATED)


def _fill(page: Worksheet, sheet: Sheet) -> None:
    for number, line in enumerate(sheet.notices, start=1):
        put_text(page.cell(number, 1), line)
        page.cell(number, 1).font = NOTICE
    head, widths = len(sheet.notices) + 1, []
    for place, heading in enumerate(sheet.table.columns, start=1):
        cell = page.cell(head, place)
        put_text(cell, str(heading))
        cell.font = BOLD
        cell.alignment = MIDDLE_WRAPPED
        values = sheet.table.iloc[:, place - 1].tolist()
        for row, value in enumerate(values, start=head + 1):
            look = "#,##0" if isinstance(value, int) else "#,##0.00##"
            put_value(page.cell(row, place), value, look)
        longest = max((characters_wide(str(value)) for value in values[:_LOOKED_AT]), default=0)
        widths.append(
            max(_LEAST, min(_WIDEST, max(longest, characters_wide(str(heading)) / 2) + 2))
        )
    set_widths(page, widths)
    page.freeze_panes = page.cell(head + 1, 2)
    if len(sheet.table):
        last = get_column_letter(len(sheet.table.columns))
        page.auto_filter.ref = f"A{head}:{last}{head + len(sheet.table)}"
