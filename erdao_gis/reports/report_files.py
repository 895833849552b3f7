"""Write the report of one run in every format asked for."""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from erdao_gis.errors import Language, NotInPlanError
from erdao_gis.files import atomic_file
from erdao_gis.indicators import Run, RunLike, Table, evaluate
from erdao_gis.reports.building import build_report
from erdao_gis.reports.html import report_html
from erdao_gis.reports.pdf import report_pdf
from erdao_gis.reports.report_content import Report, Template
from erdao_gis.reports.workbook import report_workbook

Format = Literal["html", "pdf", "xlsx"]
FORMATS: tuple[Format, ...] = ("html", "pdf", "xlsx")


def write_report(
    folder: Path | str,
    place: RunLike = None,
    *,
    as_of: str | dt.date,
    template: Template = "final",
    formats: Sequence[Format] = FORMATS,
    language: Language = "zh",
    table: Table | None = None,
) -> list[Path]:
    """Compute, judge and write the report of a district.

    Parameters
    ----------
    folder
        Where the files go; it is made when missing.
    place
        A run, a dataset, a workspace or its folder; None for the shipped layers.
    as_of
        Date of the evaluation, ``2025``, ``2025-12-31`` or a date: reported figures that are
        younger are not read, and the PDF is dated on it.
    template
        ``mid`` compares with the path at that time, ``final`` with the targets themselves.
    formats
        Any of ``html`` (one page, opens without network), ``pdf`` (needs the extra ``report``)
        and ``xlsx``.
    language
        ``zh`` or ``en``.
    table
        Figures of the whole district that the run has; None takes all of them.

    Returns
    -------
    list of Path
        The files, in the order of ``formats``: ``report-final-2025-12-31-zh.html`` and so on.
        All hold the same figures and the run id. Each appears whole or not at all; the same
        inputs, packages and options give the same bytes.

    Raises
    ------
    NotInPlanError
        No such format or language.
    SchemaError
        A template or date that is none.
    MissingDependencyError
        PDF without typst. Nothing is written then.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.indicators import compute_indicators
    >>> table = compute_indicators(ids=["axis_length", "village_green_cover"])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     paths = write_report(folder, as_of="2025", formats=["html"], table=table)
    ...     paths[0].name
    'report-final-2025-12-31-zh.html'
    """
    chosen = _checked(formats, language)
    run = Run.over(place)
    time = as_of.isoformat() if isinstance(as_of, dt.date) else as_of
    found = table or run.indicators()
    evaluation = evaluate(time, run, template=template, table=found)
    report = build_report(evaluation, dataset=run.dataset, as_of=as_of, language=language)
    # Everything is made before anything is written.
    contents = [(_name(report, each), _content(report, each)) for each in chosen]
    return [_written(Path(folder) / name, content) for name, content in contents]


def _checked(formats: Sequence[Format], language: Language) -> list[Format]:
    if language not in ("zh", "en"):
        raise NotInPlanError("reports_language", {"language": language})
    for each in formats:
        if each not in FORMATS:
            raise NotInPlanError("reports_format", {"format": each, "names": ", ".join(FORMATS)})
    return list(dict.fromkeys(formats))


def _name(report: Report, form: Format) -> str:
    return f"report-{report.template}-{report.as_of.isoformat()}-{report.language}.{form}"


def _content(report: Report, form: Format) -> bytes:
    if form == "html":
        return report_html(report).encode("utf-8")
    return report_pdf(report) if form == "pdf" else report_workbook(report)


def _written(path: Path, content: bytes) -> Path:
    with atomic_file(path) as draft:
        draft.write_bytes(content)
    return path
