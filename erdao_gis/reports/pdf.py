"""The report as a PDF: typst sets it offline, with the one font that ships beside it."""

import datetime as dt
import functools
import json
from collections.abc import Mapping
from importlib import resources
from typing import Any

from erdao_gis.errors import MissingDependencyError
from erdao_gis.reports.figures import with_unit
from erdao_gis.reports.report_content import Block, FigureLine, Judged, Picture, Report, Theme
from erdao_gis.reports.wordings import (
    block_notes,
    block_reasons,
    block_target,
    count_words,
    cover_pairs,
    limits_words,
    reading_pairs,
    revision_rows,
    revision_words,
    summary_words,
)
from erdao_gis.wording import word, words

_GETA = "〓"
_BLANK = frozenset(" \n")


@functools.cache
def _letters() -> frozenset[str]:
    """Characters that the font holds."""
    path = resources.files("erdao_gis.reports") / "fonts" / "characters.txt"
    return frozenset(path.read_text("utf-8").rstrip("\n")) | _BLANK


def report_pdf(report: Report) -> bytes:
    """Set the report as a PDF.

    Parameters
    ----------
    report
        What it says. Characters that the font lacks are printed as 〓 and counted.

    Returns
    -------
    bytes
        Tagged PDF, fonts embedded, dated the day of the evaluation. The same report gives the
        same bytes.

    Raises
    ------
    MissingDependencyError
        The extra ``report`` (typst) is not installed.
    """
    try:
        import typst  # noqa: PLC0415 - an extra: only the PDF needs it
    except ImportError as error:
        raise MissingDependencyError("reports_typst_missing", {}) from error
    day = report.as_of
    template = (resources.files("erdao_gis.reports") / "assets" / "report.typ").read_bytes()
    with resources.as_file(resources.files("erdao_gis.reports") / "fonts") as folder:
        fonts = typst.Fonts(
            include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(folder)]
        )
        made = typst.compile(
            template,
            format="pdf",
            font_paths=fonts,
            sys_inputs={"report": _report_json(report)},
            timestamp=dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC),
        )
    # Several pages are one file in this format; the signature also covers PNG.
    return made if isinstance(made, bytes) else b"".join(made or ())


def _report_json(report: Report) -> str:
    """Return the report as JSON in which every character can be printed."""
    strange: set[str] = set()
    record = _printable(_record(report), strange)
    if strange:
        record["geta"] = word("reports", "geta", report.language).format(count=len(strange))
    return json.dumps(record, ensure_ascii=True, sort_keys=True)


def _printable(value: Any, strange: set[str]) -> Any:  # noqa: ANN401 - whatever JSON can hold
    """Put 〓 for what the font lacks, and note it; the markup of drawings is ASCII."""
    if isinstance(value, dict):
        return {key: _printable(each, strange) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_printable(each, strange) for each in value]
    if isinstance(value, str):
        lacking = set(value) - _letters()
        strange |= lacking
        return value.translate({ord(letter): _GETA for letter in lacking})
    return value


def _record(report: Report) -> dict[str, Any]:
    language = report.language
    return {
        "words": {key: pair[language] for key, pair in words("reports").items()},
        "lang": language,
        "region": "cn" if language == "zh" else "us",
        "title": report.title,
        "subject": report.subject,
        "as_of": report.as_of_text,
        "stamp": "" if report.review_number else word("reports", "stamp", language),
        "fictional": report.fictional,
        "run_id": report.run_id,
        "cover": cover_pairs(report),
        "summary": summary_words(report),
        "counts": count_words(report),
        "reading": reading_pairs(report),
        "maps": [_picture(picture) for picture in report.maps],
        "themes": [_theme(theme, report) for theme in report.themes],
        "limits": limits_words(report),
        "judged": [_judged(line) for line in report.judged],
        "left_out_title": word("indicators", "left_out", language),
        "left_out": [
            [line.name, line.target_text, line.clauses, line.reason] for line in report.left_out
        ],
        "charts": any(line.chart for line in report.judged),
        "missing": [
            [line.name, line.held, line.whom, str(line.figures), _listed(line.indicators, report)]
            for line in report.missing
        ],
        "revision_notes": revision_words(report),
        "revisions": revision_rows(report),
        "figures": [_annex(figure, report) for figure in report.figures],
        "norms": [[norm.title, norm.says, norm.certainty] for norm in report.norms],
        "faults": list(report.faults),
        "inputs": _pairs(report.inputs),
        "versions": _pairs(report.versions),
        "geta": "",
    }


def _listed(names: tuple[str, ...], report: Report) -> str:
    return ("、" if report.language == "zh" else "; ").join(names)


def _pairs(table: Mapping[str, str]) -> list[list[str]]:
    return [[name, value] for name, value in table.items()]


def _picture(picture: Picture) -> dict[str, str]:
    return {"svg": picture.svg, "title": picture.title, "note": picture.note}


def _figure(figure: FigureLine, report: Report) -> dict[str, Any]:
    return {
        "id": figure.id,
        "label": figure.label or word("indicators", "unit_all", report.language),
        "state": figure.state,
        "value": figure.value_text,
        "value_unit": with_unit(figure.value_text, figure.unit),
        "band": figure.band_text,
        "target": figure.target_text,
        "gap": figure.gap_text,
        "short": figure.short,
        "evidence": figure.evidence,
        "missing": figure.missing_text,
    }


def _notes(block: Block, report: Report) -> list[str]:
    """Return the formula on a line of its own, norm and clauses on the next."""
    notes = [f"{name}{value}" for name, value in block_notes(block, report.language)]
    if not block.formula:
        return ["　".join(notes)]
    return [line for line in (notes[0], "　".join(notes[1:])) if line]


def _block(block: Block, report: Report) -> dict[str, Any]:
    return {
        "id": block.id,
        "name": block.name,
        "about": _notes(block, report),
        "single": block.single,
        "figures": [_figure(figure, report) for figure in block.figures],
    }


def _theme(theme: Theme, report: Report) -> dict[str, Any]:
    without = [
        [
            block.name,
            block_target(block),
            block.norm,
            block.clauses,
            block_reasons(block, report.language),
        ]
        for block in theme.blocks
        if block.empty
    ]
    return {
        "title": theme.title,
        "charts": [_picture(chart) for chart in theme.charts],
        "blocks": [_block(block, report) for block in theme.blocks if not block.empty],
        "without": without,
    }


def _judged(line: Judged) -> dict[str, str]:
    return {
        "id": line.id,
        "name": line.name,
        "unit": line.unit,
        "clauses": line.clauses,
        "base": line.base_text,
        "target": line.target_text,
        "path": line.path_text,
        "actual": line.actual_text,
        "deviation": line.deviation_text,
        "verdict": line.verdict,
        "verdict_text": line.verdict_text,
        "reason": line.reason,
        "svg": line.chart.svg if line.chart else "",
    }


def _annex(figure: FigureLine, report: Report) -> list[str]:
    return [
        figure.id,
        figure.value_text,
        figure.unit,
        figure.band_text,
        figure.target_text,
        figure.gap_text,
        word("indicators", f"state_{figure.state}", report.language),
    ]
