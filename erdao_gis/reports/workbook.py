"""The report as a workbook: numbers as numbers, and text that can never become a formula."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence

import openpyxl
from openpyxl.cell import Cell
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from erdao_gis.indicators.table import number_text
from erdao_gis.reports.figures import operator_text
from erdao_gis.reports.report_content import Block, FigureLine, Report
from erdao_gis.reports.wordings import (
    cover_pairs,
    limits_words,
    reading_pairs,
    revision_words,
    summary_words,
)
from erdao_gis.wording import word
from erdao_gis.workbooks.cell_styles import (
    HEADING,
    HEADING_BORDER,
    HEADING_GROUND,
    LINE_BELOW,
    MIDDLE_WRAPPED,
    QUIET,
    TITLE,
    TOP,
    TOP_WRAPPED,
    set_paper,
    set_widths,
)
from erdao_gis.workbooks.safe_cells import (
    empty_workbook,
    put_text,
    put_value,
    storable_text,
    workbook_content,
)

_SHARE = "0.0%"

_Value = str | float | int | None


def report_workbook(report: Report) -> bytes:
    """Write the report as a workbook of six sheets.

    Parameters
    ----------
    report
        What it says.

    Returns
    -------
    bytes
        XLSX: figures, evaluation, targets not judged, missing inputs, draft revision, about.
        Numbers are stored in full and shown as the other outputs write them; all other cells are
        of the type text, whatever they begin with. The same report gives the same bytes.
    """
    book = empty_workbook()
    _figures(_sheet(book, report, "figures"), report)
    _evaluation(_sheet(book, report, "evaluation"), report)
    _left_out(_sheet(book, report, "left_out"), report)
    _missing(_sheet(book, report, "missing"), report)
    _revision(_sheet(book, report, "revision"), report)
    _about(_sheet(book, report, "about"), report)
    moment = dt.datetime(report.as_of.year, report.as_of.month, report.as_of.day)  # noqa: DTZ001 - openpyxl takes naive times as UTC
    book.properties.title = storable_text(f"{report.title} {report.as_of_text}")
    return workbook_content(book, moment)


def _sheet(book: openpyxl.Workbook, report: Report, key: str) -> Worksheet:
    sheet: Worksheet = book.create_sheet(word("reports", f"sheet_{key}", report.language))
    sheet.sheet_view.showGridLines = False
    set_paper(sheet)
    return sheet


def _number_format(value: float) -> str:
    """Show a number with the decimals that the other outputs write."""
    decimals = len(number_text(value).partition(".")[2])
    return "#,##0" + (f".{'0' * decimals}" if decimals else "")


def _put(cell: Cell, value: _Value, look: str = "") -> None:
    if isinstance(value, int | float):
        put_value(cell, value, look or _number_format(value))
    elif value:
        put_text(cell, value)
    cell.alignment = TOP_WRAPPED if isinstance(value, str) else TOP
    cell.border = LINE_BELOW


def _table(
    sheet: Worksheet,
    headings: Mapping[str, float],
    rows: Iterable[Sequence[_Value]],
    at: int = 1,
    looks: Mapping[int, str] | None = None,
) -> None:
    """Write a table from row ``at`` on: headings with widths, then rows; the head stays in view."""
    for column, heading in enumerate(headings, start=1):
        cell = sheet.cell(at, column)
        put_text(cell, heading)
        cell.font, cell.fill = HEADING, HEADING_GROUND
        cell.border, cell.alignment = HEADING_BORDER, MIDDLE_WRAPPED
    set_widths(sheet, headings.values())
    last = at
    for last, row in enumerate(rows, start=at + 1):
        for column, value in enumerate(row, start=1):
            _put(sheet.cell(last, column), value, (looks or {}).get(column, ""))
    sheet.freeze_panes = sheet.cell(at + 1, 2 if at == 1 else 1)
    sheet.print_title_rows = f"{at}:{at}"
    if last > at:
        sheet.auto_filter.ref = f"A{at}:{get_column_letter(len(headings))}{last}"


def _heads(report: Report, **widths: float) -> dict[str, float]:
    return {word("reports", key, report.language): width for key, width in widths.items()}


def _sign(operator: str) -> str:
    """Write a target's operator as one sign."""
    return operator_text(operator) or operator


def _figure_row(theme: str, block: Block, figure: FigureLine, report: Report) -> list[_Value]:
    return [
        figure.id,
        theme,
        block.name,
        figure.label,
        figure.value,
        figure.unit,
        word("indicators", f"state_{figure.state}", report.language),
        figure.low,
        figure.high,
        _sign(figure.operator),
        figure.target,
        figure.gap,
        figure.evidence,
        block.formula,
        block.norm,
        block.certainty,
        block.clauses,
        figure.missing_text,
    ]


def _figures(sheet: Worksheet, report: Report) -> None:
    headings = _heads(
        report, id=38, theme=16, indicator=34, variant=18, value=13, unit=10, state=9, low=12,
        high=12, operator=8, target=11, gap=11, evidence=7, formula=44, norm=36, certainty=20,
        clauses=24, lacking=40,
    )  # fmt: skip
    rows = (
        _figure_row(theme.title, block, figure, report)
        for theme in report.themes
        for block in theme.blocks
        for figure in block.figures
    )
    _table(sheet, headings, rows)


def _evaluation(sheet: Worksheet, report: Report) -> None:
    headings = _heads(
        report, id=24, indicator=34, unit=10, base=13, base_year=10, target_operator=8, target=12,
        target_year=10, path=12, actual=12, actual_state=11, actual_as_of=14, deviation=11,
        verdict=12, clauses=24, reason=50,
    )  # fmt: skip
    rows = (
        [
            line.id, line.name, line.unit, line.base, line.base_year, _sign(line.operator),
            line.target, line.target_year, line.path, line.actual,
            line.actual_state_text, line.actual_as_of, line.deviation, line.verdict_text,
            line.clauses, line.reason,
        ]
        for line in report.judged
    )  # fmt: skip
    _table(sheet, headings, rows, looks={5: "0", 8: "0", 13: _SHARE})


def _left_out(sheet: Worksheet, report: Report) -> None:
    headings = _heads(report, id=12, indicator=40, target=22, clauses=24, reason=90)
    rows: list[list[_Value]] = [
        [line.id, line.name, line.target_text, line.clauses, line.reason]
        for line in report.left_out
    ]
    _table(sheet, headings, rows)


def _missing(sheet: Worksheet, report: Report) -> None:
    headings = _heads(report, input=40, held=26, whom=36, waiting_count=10, waiting=90)
    mark = "、" if report.language == "zh" else "; "
    rows: list[list[_Value]] = [
        [line.name, line.held, line.whom, line.figures, mark.join(line.indicators)]
        for line in report.missing
    ]
    _table(sheet, headings, rows)


def _revision(sheet: Worksheet, report: Report) -> None:
    headings = _heads(
        report, number=7, indicator=34, clauses=24, unit=10, target=12, actual=12, deviation=11,
        proposed=16, proposed_reason=40, office=18, opinion=24,
    )  # fmt: skip
    rows = [
        [
            at,
            line.name,
            line.clauses,
            line.unit,
            line.target,
            line.actual,
            line.deviation,
            *[""] * 4,
        ]
        for at, line in enumerate(report.revisions, start=1)
    ]
    notes = revision_words(report)
    for at, line in enumerate(notes, start=1):
        put_text(sheet.cell(at, 1), line)
        sheet.cell(at, 1).font = QUIET
    _table(sheet, headings, rows, at=len(notes) + 1, looks={7: _SHARE})


def _about(sheet: Worksheet, report: Report) -> None:
    def said(key: str) -> str:
        return word("reports", key, report.language)

    rows: list[tuple[str, str]] = [("", report.title + said("draft"))]
    if not report.review_number:
        rows.append(("", said("stamp")))
    if report.fictional:
        rows.append(("", said("fictional")))
    rows += [(name, value.strip("　")) for name, value in cover_pairs(report)]
    rows += [("", line) for line in summary_words(report)]
    rows += [(name, line) for name, lines in reading_pairs(report) for line in lines]
    rows.append((said("verdict"), limits_words(report)))
    rows += [(said("norm"), f"{n.title}：{n.says}（{n.certainty}）") for n in report.norms]
    rows += [(said("faults"), line) for line in report.faults or (said("faults_none"),)]
    rows += [(f"{said('versions')} {name}", value) for name, value in report.versions.items()]
    rows += [(f"SHA-256 {name}", value) for name, value in report.inputs.items()]
    for at, (name, value) in enumerate(rows, start=1):
        _put(sheet.cell(at, 1), name)
        _put(sheet.cell(at, 2), value)
    sheet.cell(1, 2).font = TITLE
    set_widths(sheet, (34, 110))
    sheet.freeze_panes = "A2"
