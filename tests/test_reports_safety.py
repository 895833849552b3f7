"""Hostile text stays text in page, PDF and workbook."""

import dataclasses
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from playwright.sync_api import Page

from erdao_gis.errors import UnsafeInputError
from erdao_gis.reports import Report, report_html, report_pdf, report_workbook
from erdao_gis.reports.report_content import (
    Block,
    FigureLine,
    Judged,
    LeftOut,
    Missing,
    NormLine,
    Picture,
    Theme,
)

HOSTILE = (
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\t=1",
    "=cmd|' /C calc'!A0",
    "<script>alert(1)</script>",
    "</style><img src=x onerror=alert(1)>",
    "{{7*7}}{% raw %}",
    '#panic("x") $x$ @ref <label> *b* _i_ \\ ] [ `c`',
    "http://example.com",
    "零\u202e右\u0000左",
)


def hand_report(text: str) -> Report:
    """Make a report of one of each thing, all its text being ``text``."""
    figure = FigureLine(
        id="a", name=text, label=text, unit=text, state="value", value=1.5, low=1.0, high=2.0,
        target=3.0, operator=text, gap=-1.5, evidence=text, value_text=text, band_text=text,
        target_text=text, gap_text=text, missing_text=text,
    )  # fmt: skip
    empty = dataclasses.replace(figure, id="b", state="no_data", value=None, gap=None)
    blocks = tuple(
        Block(id=text, name=text, formula=text, norm=text, certainty=text, clauses=text,
              figures=(each,))
        for each in (figure, empty)
    )  # fmt: skip
    judged = Judged(
        id=text, name=text, unit=text, clauses=text, verdict="off", verdict_text=text,
        base_text=text, target_text=text, path_text=text, actual_text=text, deviation_text=text,
        reason=text, base=1.0, base_year=2020, target=3.0, operator=text, target_year=2025,
        path=3.0, actual=1.5, actual_as_of=text, actual_state_text=text, deviation=-0.75,
    )  # fmt: skip
    return Report(
        language="zh", template="final", title=text, subject=text, as_of=dt.date(2025, 12, 31),
        as_of_text=text, fictional=False, run_id=text, inputs={text: text}, versions={text: text},
        faults=(text,), themes=(Theme(key="own", title=text, blocks=blocks),),
        missing=(Missing(name=text, held=text, whom=text, indicators=(text,), figures=1),),
        judged=(judged,), behind=0.0, off=0.2, path="linear",
        left_out=(LeftOut(id=text, name=text, target_text=text, clauses=text, reason=text),),
        norms=(NormLine(title=text, says=text, certainty=text),), maps=(),
    )  # fmt: skip


@pytest.mark.parametrize("text", HOSTILE)
def test_workbook_text_never_becomes_a_formula(text: str) -> None:
    """Cells that begin like a formula are of the type text, and kept so when edited."""
    content = report_workbook(hand_report(text))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheets = [archive.read(name) for name in archive.namelist() if "worksheets/" in name]
    assert sheets
    assert not any(re.search(rb"<f[ >]", sheet) for sheet in sheets)
    book = openpyxl.load_workbook(io.BytesIO(content))
    kinds = {
        (cell.data_type, cell.quotePrefix)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }
    assert kinds <= {("s", True), ("n", False)}


def test_workbook_numbers_are_numbers() -> None:
    """What can be counted with is stored as a number and shown with its decimals."""
    sheet = openpyxl.load_workbook(io.BytesIO(report_workbook(hand_report("x"))))["指标"]
    heads = [cell.value for cell in sheet[1]]
    cell = sheet.cell(2, heads.index("数值") + 1)
    assert (cell.value, cell.data_type, cell.number_format) == (1.5, "n", "#,##0.0")
    assert sheet.freeze_panes == "B2"


def test_workbook_without_a_figure_has_an_empty_cell() -> None:
    """No data is neither zero nor a word among the numbers."""
    sheet = openpyxl.load_workbook(io.BytesIO(report_workbook(hand_report("x"))))["指标"]
    heads = [cell.value for cell in sheet[1]]
    assert sheet.cell(3, heads.index("数值") + 1).value is None


@pytest.mark.parametrize("text", HOSTILE)
def test_page_takes_hostile_text_as_text(text: str) -> None:
    """No element, attribute or template sign comes out of data."""
    made, plain = report_html(hand_report(text)), report_html(hand_report("x"))
    assert re.findall(r"<[a-z0-9]+", made) == re.findall(r"<[a-z0-9]+", plain)
    assert not re.search(r"<script|\{\{|\{%", made)


def test_page_has_a_policy_without_scripts(page: Page, open_sheet: Callable[..., Page]) -> None:
    """The browser shows a hostile report without script, request or complaint."""
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    shown = open_sheet(report_html(hand_report(HOSTILE[6] + HOSTILE[7])))
    policy = shown.get_attribute("meta[http-equiv]", "content") or ""
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    assert "script" not in policy
    assert shown.locator("script, img, iframe, link").count() == 0
    assert "alert(1)" in shown.inner_text("h1")
    assert told == []


def test_page_that_would_ask_for_something_outside_is_refused() -> None:
    """The finished page is looked at, as the pages of the atlas are."""
    picture = Picture(
        key="a", title="a", svg='<svg><image href="https://example.org/a.png"/></svg>'
    )
    with pytest.raises(UnsafeInputError, match=r"example\.org"):
        report_html(dataclasses.replace(hand_report("x"), maps=(picture,)))


@pytest.mark.parametrize("text", HOSTILE)
def test_pdf_takes_hostile_text_as_text(text: str) -> None:
    """Signs of the typesetting language in data are set, never run."""
    assert report_pdf(hand_report(text)).startswith(b"%PDF-")


def test_characters_that_the_font_lacks_are_counted(pdf_words: Callable[[bytes], str]) -> None:
    """A rare character is printed as 〓 and the report says so."""
    words = pdf_words(report_pdf(hand_report("生僻字䶮䲜")))
    assert "生僻字〓〓" in words
    assert "缺字2种" in words


@pytest.fixture
def pdf_words(tmp_path: Path) -> Callable[[bytes], str]:
    """Return a function that reads the words of a PDF, without blanks."""
    import shutil  # noqa: PLC0415 - only here
    import subprocess  # noqa: PLC0415

    def read(content: bytes) -> str:
        program = shutil.which("pdftotext")
        if program is None:
            pytest.fail("The PDF tests need pdftotext: install poppler-utils.")
        path = tmp_path / "report.pdf"
        path.write_bytes(content)
        made = subprocess.run([program, "-raw", str(path), "-"], capture_output=True, check=True)
        return re.sub(r"\s", "", made.stdout.decode("utf-8"))

    return read
