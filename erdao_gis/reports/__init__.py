"""Reports: one run of the indicators as a page, a PDF and a workbook that show the same figures.

What is said is plain data first (`Report`); the three outputs only set it.
"""

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
