"""Reports: one run of the indicators as a page, a PDF and a workbook that show the same figures.

What is said is plain data first (`Report`); the three outputs only set it.
"""

from typing import TYPE_CHECKING

from erdao_gis.first_use import on_first_use

if TYPE_CHECKING:
    from erdao_gis.reports.building import build_report
    from erdao_gis.reports.html import report_html
    from erdao_gis.reports.pdf import report_pdf
    from erdao_gis.reports.report_content import Report
    from erdao_gis.reports.report_files import FORMATS, Format, write_report
    from erdao_gis.reports.workbook import report_workbook

__all__ = [
    "FORMATS",
    "Format",
    "Report",
    "build_report",
    "report_html",
    "report_pdf",
    "report_workbook",
    "write_report",
]

__getattr__, __dir__ = on_first_use(
    __name__,
    {
        "FORMATS": "erdao_gis.reports.report_files",
        "Format": "erdao_gis.reports.report_files",
        "Report": "erdao_gis.reports.report_content",
        "build_report": "erdao_gis.reports.building",
        "report_html": "erdao_gis.reports.html",
        "report_pdf": "erdao_gis.reports.pdf",
        "report_workbook": "erdao_gis.reports.workbook",
        "write_report": "erdao_gis.reports.report_files",
    },
)
