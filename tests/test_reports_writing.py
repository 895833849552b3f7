"""Writing a report: names, same bytes, whole or nothing, and clear errors."""

import dataclasses
import datetime as dt
import html
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import openpyxl
import pytest

from erdao_gis.errors import MissingDependencyError, NotInPlanError, SchemaError
from erdao_gis.indicators import Table, compute_indicators, evaluate
from erdao_gis.reports import write_report

IDS = ("axis_length", "village_green_cover", "park_unserved", "reported_in01")


@pytest.fixture(scope="module")
def small(town: Path) -> Table:
    """Compute a few figures of the town and every target of the plan."""
    from erdao_gis.indicators import registry  # noqa: PLC0415 - only here

    targets = [row.id for row in registry().values() if row.target not in ("", "norm")]
    return compute_indicators(town, ids=[*IDS, *targets])


def test_files_are_named_by_template_date_and_language(
    town: Path, small: Table, tmp_path: Path
) -> None:
    """The order of the formats is kept, and a format twice is written once."""
    formats = ["xlsx", "html", "xlsx"]
    paths = write_report(tmp_path, town, as_of="2025", formats=formats, table=small, language="en")  # type: ignore[arg-type]
    assert [path.name for path in paths] == [
        "report-final-2025-12-31-en.xlsx",
        "report-final-2025-12-31-en.html",
    ]


def test_same_run_gives_the_same_bytes(town: Path, small: Table, tmp_path: Path) -> None:
    """Page, PDF and workbook of the same inputs are the same bytes."""
    first, second = (
        write_report(tmp_path / name, town, as_of="2025-12-31", table=small) for name in "ab"
    )
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_dates_in_files_are_those_of_the_evaluation(
    town: Path, small: Table, tmp_path: Path
) -> None:
    """No clock is read: PDF and workbook are dated on the day of the evaluation."""
    day = dt.date(2023, 6, 30)
    pdf, book = write_report(
        tmp_path, town, as_of=day, template="mid", formats=["pdf", "xlsx"], table=small
    )
    assert b"D:20230630" in pdf.read_bytes()
    with zipfile.ZipFile(book) as archive:
        assert {member.date_time for member in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.read("docProps/core.xml").count(b"2023-06-30T00:00:00Z") == 2


def test_pdf_without_typst_says_what_to_do_and_writes_nothing(
    town: Path, small: Table, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The extra is named, and no half report is left behind."""
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(MissingDependencyError) as caught:
        write_report(tmp_path / "out", town, as_of="2025", table=small)
    assert "erdao-gis[report]" in caught.value.message("en")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("as_of", ["", "25", "2025-13-01", "二〇二五", "2025-12-31T00"])
def test_impossible_dates_are_refused(as_of: str, town: Path, small: Table, tmp_path: Path) -> None:
    """Neither a year nor a date."""
    with pytest.raises(SchemaError) as caught:
        write_report(tmp_path, town, as_of=as_of, formats=["html"], table=small)
    assert caught.value.key == "indicators_bad_date"


def test_unknown_format_language_and_template_are_named(
    town: Path, small: Table, tmp_path: Path
) -> None:
    """The message lists what there is."""
    with pytest.raises(NotInPlanError, match="html, pdf, xlsx"):
        write_report(tmp_path, town, as_of="2025", formats=["docx"], table=small)  # type: ignore[list-item]
    with pytest.raises(NotInPlanError):
        write_report(tmp_path, town, as_of="2025", language="fr", table=small)  # type: ignore[arg-type]
    with pytest.raises(SchemaError):
        write_report(tmp_path, town, as_of="2025", template="late", table=small)  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []


def test_fictional_town_says_so_on_the_cover(town: Path, small: Table, tmp_path: Path) -> None:
    """Nobody can take the sample town for a real place."""
    (path,) = write_report(tmp_path, town, as_of="2025", formats=["html"], table=small)
    page = path.read_text("utf-8")
    assert "虚构的示例镇" in page
    assert "内部使用，未经审核" in page


def test_shipped_district_is_named_by_its_plan(tmp_path: Path) -> None:
    """Without a workspace the plan is the subject, and what is missing is said."""
    from erdao_gis.indicators import registry  # noqa: PLC0415 - only here

    targets = [row.id for row in registry().values() if row.target not in ("", "norm")]
    table = compute_indicators(ids=["axis_length", "river_length", *targets])
    (path,) = write_report(tmp_path, as_of="2025-12-31", formats=["html"], table=table)
    page = path.read_text("utf-8")
    assert "长春市二道区国民经济和社会发展第十四个五年规划" in page
    assert "虚构" not in page
    assert "无基期值" in page
    assert "农业农村部门" in page


def test_reported_targets_are_judged_though_the_table_lacks_them(
    town: Path, small: Table, tmp_path: Path
) -> None:
    """The town reports 50 of everything: what wants less is met, and three have a base."""
    known = small.frame["id"].isin([*IDS])
    some = dataclasses.replace(small, frame=small.frame[known])
    (path,) = write_report(tmp_path, town, as_of="2025", formats=["html"], table=some)
    # On target: 16, 17, 18, 33, 34, 50. Behind: 58, 50 of 400 left. Far off: 10 and 15.
    assert "达标 6 项，滞后 1 项，明显偏离 2 项，无数据 14 项" in path.read_text("utf-8")


def test_targets_that_are_not_judged_stand_in_every_output_with_their_reason(
    town: Path, small: Table, tmp_path: Path
) -> None:
    """Nine of the outline's targets: page, PDF and workbook list them and say why."""
    paths = write_report(tmp_path, town, as_of="2025", table=small, language="en")
    files = {path.suffix[1:]: path for path in paths}
    listed = evaluate("2025", place=town, table=small).left_out
    page = files["html"].read_text("utf-8")
    sheet = openpyxl.load_workbook(files["xlsx"])["not judged"]
    rows = {row[0]: row for row in sheet.iter_rows(min_row=2, values_only=True)}
    printed = subprocess.run(
        ["pdftotext", "-raw", files["pdf"], "-"], capture_output=True, check=True
    )
    words = re.sub(r"\s", "", printed.stdout.decode())
    assert re.findall(r'data-left-out="([^"]+)"', page) == list(listed["target_id"]) == list(rows)
    for row in listed.to_dict("records"):
        assert row["reason_en"] in html.unescape(page)
        assert rows[row["target_id"]][-1] == row["reason_en"]
        assert re.sub(r"\s", "", row["reason_en"]) in words


def test_the_report_states_the_rule_of_its_verdicts(
    town: Path, small: Table, tmp_path: Path
) -> None:
    """How to read a verdict: without a base no shortfall is judged, and the row says so."""
    (path,) = write_report(tmp_path, town, as_of="2025", formats=["html"], table=small)
    page = path.read_text("utf-8")
    assert "未达到而又无基期值的为无数据" in page
    (row,) = re.findall(r'<tr data-judged="reported_in36">.*?</tr>', page)
    assert "无数据" in row
    assert "无基期值，未达目标的不作结论" in row
