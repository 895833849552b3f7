"""How workbooks look: colours, fonts, fills, borders, alignment, widths and paper, in one place."""

from collections.abc import Iterable

from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

_INK, _QUIET, _RULE, _WARNING = "FF2B2723", "FF665F55", "FFD9D1C1", "FF9C2A10"
_A4 = 9

# Headings and notices of plain tables and templates.
BOLD = Font(bold=True)
NOTICE = Font(bold=True, color=_WARNING)

# Reports.
HEADING = Font(bold=True, color=_INK)
TITLE = Font(bold=True, size=14, color=_INK)
QUIET = Font(color=_QUIET)
HEADING_GROUND = PatternFill("solid", start_color="FFF3EFE4")
HEADING_BORDER = Border(top=Side(style="medium", color=_INK), bottom=Side(style="thin", color=_INK))
LINE_BELOW = Border(bottom=Side(style="thin", color=_RULE))

# Forms as they are handed in.
_BLACK = Side(style="thin", color="FF000000")
GRID = Border(left=_BLACK, right=_BLACK, top=_BLACK, bottom=_BLACK)
SHADE = PatternFill("solid", fgColor="FFF0EEE8")

CENTRED = Alignment(horizontal="center", vertical="center")
CENTRED_WRAPPED = Alignment(horizontal="center", vertical="center", wrap_text=True)
MIDDLE_WRAPPED = Alignment(vertical="center", wrap_text=True)
RIGHT = Alignment(horizontal="right")
TOP = Alignment(vertical="top", wrap_text=False)
TOP_WRAPPED = Alignment(vertical="top", wrap_text=True)


def form_font(*, size: int = 11, bold: bool = False) -> Font:
    """Return the font of forms, 宋体."""
    return Font(name="宋体", size=size, bold=bold)


def characters_wide(text: str) -> int:
    """Return the width of text in Latin characters, the unit of column widths.

    >>> characters_wide("绿地 ha")
    7
    """
    return sum(2 if character > "\u2e80" else 1 for character in text)


def set_widths(page: Worksheet, widths: Iterable[float]) -> None:
    """Set the widths of the columns from the first on."""
    for place, width in enumerate(widths, start=1):
        page.column_dimensions[get_column_letter(place)].width = width


def set_paper(page: Worksheet) -> None:
    """Print on A4 across, fitted to the width of the page."""
    page.page_setup.orientation = "landscape"
    page.page_setup.paperSize = _A4
    page.page_setup.fitToWidth, page.page_setup.fitToHeight = 1, 0
    page.sheet_properties.pageSetUpPr.fitToPage = True
