"""The report as one page: opens without network, holds no script, prints on A4."""

from collections.abc import Sequence
from importlib import resources

from erdao_gis.errors import Language
from erdao_gis.markup.escaping import safe_text
from erdao_gis.markup.pages import offline_page, page_head
from erdao_gis.reports.figures import with_unit
from erdao_gis.reports.html_markup import cells, tag
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
from erdao_gis.wording import word


def report_html(report: Report) -> str:
    """Return the report as a page.

    Parameters
    ----------
    report
        What it says.

    Returns
    -------
    str
        HTML with a content security policy that allows no script, no request and no style but
        its own. The same report gives the same text.
    """
    css = (resources.files("erdao_gis.reports") / "assets" / "report.css").read_text("utf-8")
    title = f"{report.title} · {report.subject} · {report.as_of_text}"
    return offline_page(page_head(title, [css], scripts=[]), _body(report), report.language)


def _body(report: Report) -> list[str]:
    def said(key: str) -> str:
        return word("reports", key, report.language)

    sections = {
        "part_summary": _summary(report),
        "part_reading": _reading(report),
        "part_maps": "".join(_figure(picture) for picture in report.maps),
        "part_indicators": "".join(_theme(theme, report.language) for theme in report.themes),
        "part_evaluation": _evaluation(report),
        "part_missing": _missing(report),
        "part_revision": _revision(report),
        "annex_figures": _all_figures(report),
        "annex_norms": _norms(report),
        "annex_record": _record(report),
    }
    contents = tag(
        "ol", None, *(tag("li", None, tag("a", {"href": f"#{key}"}, safe_text(said(key))))
                      for key in sections)
    )  # fmt: skip
    nav = tag("nav", {"class": "contents"}, tag("h2", None, safe_text(said("contents"))), contents)
    parts = [
        tag("section", {"id": key, "class": "annex" if key.startswith("annex") else "part"},
            tag("h2", None, safe_text(said(key))), inner)
        for key, inner in sections.items()
    ]  # fmt: skip
    foot = safe_text(f"{report.title}　{said('run')} {report.run_id}　{said('stamp')}")
    return [_cover(report), nav, tag("main", None, *parts), tag("footer", None, foot)]


def _cover(report: Report) -> str:
    def said(key: str) -> str:
        return word("reports", key, report.language)

    facts = "".join(
        tag("dt", None, safe_text(name)) + tag("dd", None, safe_text(value))
        for name, value in cover_pairs(report)
    )
    stamp = "" if report.review_number else tag("p", {"class": "stamp"}, safe_text(said("stamp")))
    fictional = (
        tag("p", {"class": "warning"}, safe_text(said("fictional"))) if report.fictional else ""
    )
    title = tag("h1", None, safe_text(report.title), tag("span", None, safe_text(said("draft"))))
    return tag("header", {"class": "cover"}, stamp, title, fictional, tag("dl", None, facts))


def _table(
    headings: Sequence[str], rows: Sequence[str], look: str, looks: Sequence[str] = ()
) -> str:
    """Return a table; a heading stands over its column as the column's cells do."""
    sides = [each if each in ("num", "mid") else None for each in looks] or [None] * len(headings)
    head = tag(
        "tr",
        None,
        *(
            tag("th", {"scope": "col", "class": side}, safe_text(each))
            for each, side in zip(headings, sides, strict=True)
        ),
    )
    body = tag("tbody", None, *rows)
    return tag("table", {"class": look}, tag("thead", None, head), body)


def _figure(picture: Picture) -> str:
    caption = tag("figcaption", None, safe_text(picture.note)) if picture.note else ""
    # Narrow screens scroll it sideways: the keyboard must reach it.
    return tag("figure", {"tabindex": 0}, picture.svg, caption)


def _summary(report: Report) -> str:
    language = report.language
    lines = [tag("p", None, safe_text(line)) for line in summary_words(report)]
    looks = ("name", "num", "num", "num", "num", "num")
    keys = ("theme", "count_value", "count_lower_bound", "count_part", "count_no_data", "total")
    headings = [word("reports", key, language) for key in keys]
    rows = [
        tag("tr", None, cells(zip(headings, looks, row, strict=True)))
        for row in count_words(report)
    ]
    return "".join(lines) + _table(headings, rows, "counts", looks)


def _reading(report: Report) -> str:
    pairs = reading_pairs(report)
    inner = "".join(
        tag("dt", None, safe_text(name))
        + "".join(tag("dd", None, safe_text(each)) for each in lines)
        for name, lines in pairs
    )
    return tag("dl", {"class": "reading"}, inner)


def _theme(theme: Theme, language: Language) -> str:
    charts = "".join(_figure(chart) for chart in theme.charts)
    valued = [_block(block, language) for block in theme.blocks if not block.empty]
    table = ""
    if valued:
        keys = ("indicator", "value", "band", "target", "gap", "evidence")
        headings = [word("reports", key, language) for key in keys]
        looks = ("", "num", "num", "num", "num", "mid")
        head = tag("tr", None, *(tag("th", {"scope": "col", "class": look or None}, safe_text(each))
                                 for each, look in zip(headings, looks, strict=True)))  # fmt: skip
        table = tag("table", {"class": "indicators"}, tag("thead", None, head), *valued)
    return tag("h3", None, safe_text(theme.title)) + charts + table + _without(theme, language)


def _block(block: Block, language: Language) -> str:
    """One indicator: its sources, and a row for each figure; a single figure beside its name."""
    notes = "".join(
        tag("span", None, tag("b", None, safe_text(name)), safe_text(value))
        for name, value in block_notes(block, language)
    )
    name = tag("strong", None, safe_text(block.name)) + tag("code", None, safe_text(block.id))
    name += tag("div", {"class": "about"}, notes)
    if block.single:
        figure = block.figures[0]
        values = _numbers(figure, language)
        return tag("tbody", None, tag("tr", {"data-figure": figure.id},
                   tag("td", {"class": "title"}, name), values))  # fmt: skip
    head = tag("tr", None, tag("th", {"colspan": 6, "scope": "rowgroup"}, name))
    return tag("tbody", None, head, *(_figure_row(each, language) for each in block.figures))


def _without(theme: Theme, language: Language) -> str:
    """Return the indicators without any figure: what they would be held against, and what lacks."""
    empty = [block for block in theme.blocks if block.empty]
    if not empty:
        return ""
    keys = ("without", "target", "norm", "clauses", "lacking")
    headings = [word("reports", key, language) for key in keys]
    looks = ("name", "num", "", "", "")
    rows = []
    for block in empty:
        ids = " ".join(figure.id for figure in block.figures)
        values = (
            block.name,
            block_target(block),
            block.norm,
            block.clauses,
            block_reasons(block, language),
        )
        rows.append(
            tag("tr", {"data-no-data": ids}, cells(zip(headings, looks, values, strict=True)))
        )
    return _table(headings, rows, "without", looks)


def _figure_row(figure: FigureLine, language: Language) -> str:
    variant = figure.label or word("indicators", "unit_all", language)
    heading = word("reports", "variant", language)
    label = tag("td", {"class": "name", "data-label": heading}, safe_text(variant))
    if figure.state == "no_data":
        state = tag("em", {"class": "no-data"}, safe_text(figure.value_text))
        reason = tag("td", {"colspan": 5}, state, " ", safe_text(figure.missing_text))
        return tag("tr", {"data-no-data": figure.id, "class": "empty"}, label, reason)
    return tag("tr", {"data-figure": figure.id}, label, _numbers(figure, language))


def _numbers(figure: FigureLine, language: Language) -> str:
    rows = (
        ("value", "num value", with_unit(figure.value_text, figure.unit)),
        ("band", "num", figure.band_text),
        ("target", "num", figure.target_text),
        ("gap", "num short" if figure.short else "num", figure.gap_text),
        ("evidence", "mid", figure.evidence),
    )
    return cells((word("reports", key, language), look, value) for key, look, value in rows)


def _evaluation(report: Report) -> str:
    language = report.language
    if not report.judged:
        return tag("p", None, safe_text(word("reports", "evaluation_none", language)))
    keys = ("indicator", "base", "target", "path", "actual", "deviation", "verdict", "chart")
    headings = [word("reports", key, language) for key in keys]
    rows = [_judged_row(line, headings) for line in report.judged]
    note = tag("p", {"class": "note"}, safe_text(limits_words(report)))
    charts = any(line.chart for line in report.judged)
    key = (
        tag("p", {"class": "note"}, safe_text(word("reports", "path_key", language)))
        if charts
        else ""
    )
    judged = _table(headings, rows, "evaluation", ("name", *["num"] * 5, "", ""))
    return note + judged + key + _left_out(report)


def _left_out(report: Report) -> str:
    language = report.language
    keys = ("indicator", "target", "clauses", "reason")
    headings = [word("reports", key, language) for key in keys]
    rows = [
        tag("tr", {"data-left-out": line.id}, cells(zip(headings, ("name", "num", "", ""), (
            line.name, line.target_text, line.clauses, line.reason), strict=True)))
        for line in report.left_out
    ]  # fmt: skip
    title = tag("h3", None, safe_text(word("indicators", "left_out", language)))
    return (
        title + _table(headings, rows, "without left-out", ("name", "num", "", "")) if rows else ""
    )


def _judged_row(line: Judged, headings: Sequence[str]) -> str:
    parts = (
        tag("strong", None, safe_text(line.name)),
        tag("span", {"class": "unit"}, safe_text(line.unit)),
        tag("small", None, safe_text(line.clauses)),
        tag("code", None, safe_text(line.id)),
    )
    name = tag("td", {"class": "name", "data-label": headings[0]}, *parts)
    middle = cells(
        zip(headings[1:6], ("num",) * 5,
            (line.base_text, line.target_text, line.path_text, line.actual_text,
             line.deviation_text), strict=True)
    )  # fmt: skip
    look = {"class": f"verdict {line.verdict.replace('_', '-')}", "data-label": headings[6]}
    verdict = tag("td", look, tag("b", None, safe_text(line.verdict_text)))
    drawn = line.chart.svg if line.chart else ""
    noted = tag("small", None, safe_text(line.reason)) if line.reason else ""
    last = tag("td", {"class": "chart", "data-label": headings[7]}, drawn, noted)
    return tag("tr", {"data-judged": line.id}, name, middle, verdict, last)


def _missing(report: Report) -> str:
    language = report.language
    if not report.missing:
        return tag("p", None, safe_text(word("reports", "missing_none", language)))
    keys = ("input", "held", "whom", "waiting_count", "waiting")
    headings = [word("reports", key, language) for key in keys]
    mark = "、" if language == "zh" else "; "
    looks = ("name", "", "", "num", "small")
    rows = [
        tag("tr", None, cells(zip(headings, looks, (line.name, line.held, line.whom,
            str(line.figures), mark.join(line.indicators)), strict=True)))
        for line in report.missing
    ]  # fmt: skip
    intro = tag("p", {"class": "note"}, safe_text(word("reports", "missing_intro", language)))
    return intro + _table(headings, rows, "missing", looks)


def _revision(report: Report) -> str:
    language = report.language
    keys = ("number", "indicator", "clauses", "target", "actual", "deviation",
            "proposed", "proposed_reason", "office", "opinion")  # fmt: skip
    headings = [word("reports", key, language) for key in keys]
    looks = ("mid", "name", "", "num", "num", "num", "blank", "blank", "blank", "blank")
    rows = [
        tag("tr", None, cells(zip(headings, looks, row, strict=True)))
        for row in revision_rows(report)
    ]
    said = revision_words(report)
    notes = "".join(tag("p", {"class": "note"}, safe_text(line)) for line in said)
    return notes + _table(headings, rows, "revision", looks)


def _all_figures(report: Report) -> str:
    language = report.language
    keys = ("id", "indicator", "value", "unit", "band", "target", "gap", "state")
    headings = [word("reports", key, language) for key in keys]
    looks = ("id", "name", "num", "", "num", "num", "num", "")
    rows = [
        tag("tr", {"data-annex": figure.id}, cells(zip(headings, looks, (
            figure.id, figure.name, figure.value_text, figure.unit, figure.band_text,
            figure.target_text, figure.gap_text,
            word("indicators", f"state_{figure.state}", language)), strict=True)))
        for figure in report.figures
    ]  # fmt: skip
    intro = tag("p", {"class": "note"}, safe_text(word("reports", "figures_intro", language)))
    return intro + _table(headings, rows, "all", looks)


def _norms(report: Report) -> str:
    keys = ("norm", "says", "certainty")
    headings = [word("reports", key, report.language) for key in keys]
    rows = [
        tag("tr", None, cells(zip(headings, ("name", "", ""), (norm.title, norm.says,
            norm.certainty), strict=True)))
        for norm in report.norms
    ]  # fmt: skip
    return _table(headings, rows, "norms")


def _record(report: Report) -> str:
    language = report.language

    def said(key: str) -> str:
        return word("reports", key, language)

    run = tag("p", None, safe_text(f"{said('run')} "), tag("code", None, safe_text(report.run_id)))
    hashes = [
        tag("tr", None, cells([(said("file"), "name", name), (said("file_hash"), "hash", digest)]))
        for name, digest in report.inputs.items()
    ]
    software = [
        tag("tr", None, cells([(said("software"), "name", name), (said("version"), "", version)]))
        for name, version in report.versions.items()
    ]
    faults = [tag("li", None, safe_text(fault)) for fault in report.faults]
    noted = tag("ul", None, *faults) if faults else tag("p", None, safe_text(said("faults_none")))
    return "".join(
        [
            run,
            tag("h3", None, safe_text(said("faults"))),
            noted,
            tag("h3", None, safe_text(said("inputs"))),
            _table([said("file"), said("file_hash")], hashes, "record"),
            tag("h3", None, safe_text(said("versions"))),
            _table([said("software"), said("version")], software, "record versions"),
        ]
    )
