"""Sentences that page and PDF share, filled with the report's own counts."""

from erdao_gis.errors import Language
from erdao_gis.reports.figures import with_unit
from erdao_gis.reports.report_content import Block, Report
from erdao_gis.wording import word


def summary_words(report: Report) -> list[str]:
    """Tell in a few sentences what was computed and judged."""

    def said(key: str) -> str:
        return word("reports", key, report.language)

    indicators = sum(len(theme.blocks) for theme in report.themes)
    counts = report.states()
    lines = [
        said("summary_figures").format(indicators=indicators, figures=len(report.figures), **counts)
    ]
    if counts["lower_bound"]:
        lines.append(said("summary_bound"))
    if report.judged:
        lines.append(
            said("summary_verdicts").format(targets=len(report.judged), **report.verdicts())
        )
    else:
        lines.append(said("summary_none"))
    if report.left_out:
        lines.append(said("summary_left_out").format(count=len(report.left_out)))
    if report.missing:
        lines.append(said("summary_missing").format(inputs=len(report.missing)))
    return lines


def count_words(report: Report) -> list[tuple[str, str, str, str, str, str]]:
    """Count the figures of each theme by state, and of all."""
    rows = []
    for theme in report.themes:
        states = [figure.state for block in theme.blocks for figure in block.figures]
        rows.append((theme.title, states))
    rows.append(
        (word("reports", "total", report.language), [figure.state for figure in report.figures])
    )
    return [
        (
            title,
            str(states.count("value")),
            str(states.count("lower_bound")),
            str(states.count("part")),
            str(states.count("no_data")),
            str(len(states)),
        )
        for title, states in rows
    ]


def reading_pairs(report: Report) -> list[tuple[str, list[str]]]:
    """Explain states, ranges, evidence, gaps, norms, verdicts and maps."""

    def said(key: str) -> str:
        return word("reports", key, report.language)

    paragraphs = {
        "state": ("value", "lower_bound", "part", "no_data"),
        "band": ("band_text",),
        "evidence": ("evidence_text",),
        "gap": ("gap_text",),
        "norm": ("norm_text",),
        "verdict": ("verdict_path", "verdict_met", "verdict_without"),
        "map": ("map_text",),
    }
    return [
        (said(f"read_{key}"), [said(f"read_{text}") for text in texts])
        for key, texts in paragraphs.items()
    ]


def limits_words(report: Report) -> str:
    """State the parameters of the verdicts."""

    def said(key: str) -> str:
        return word("reports", key, report.language)

    text = said("limits_text" if report.behind else "limits_text_zero").format(
        path=said(f"path_{report.path}"),
        behind=f"{report.behind * 100:g} %",
        off=f"{report.off * 100:g} %",
    )
    if report.template == "final":
        text += ("" if report.language == "zh" else " ") + said("final_text")
    return text


def cover_pairs(report: Report) -> list[tuple[str, str]]:
    """Return what stands on the cover; what people fill in is left open."""

    def said(key: str) -> str:
        return word("reports", key, report.language)

    return [
        (said("subject"), report.subject),
        (said("as_of"), report.as_of_text),
        (said("prepared_by"), said("to_fill")),
        (said("review_number"), report.review_number or "　" * 8),
        (said("run"), report.run_id),
    ]


def block_notes(block: Block, language: Language) -> list[tuple[str, str]]:
    """Return formula, norm with its certainty, and clauses of an indicator, as far as known."""
    zh = language == "zh"
    sure = f"（{block.certainty}）" if zh else f" ({block.certainty})"
    parts = dict.fromkeys(figure.part_text for figure in block.figures)
    methods = dict.fromkeys(figure.method_text for figure in block.figures)
    notes = {
        "formula": block.formula,
        "method": " ".join(filter(None, methods)),
        "ground": "; ".join(filter(None, parts)),
        "norm": f"{block.norm}{sure}" if block.norm else "",
        "clauses": block.clauses,
    }
    colon = "：" if zh else ": "
    return [
        (f"{word('reports', key, language)}{colon}", text) for key, text in notes.items() if text
    ]


def block_target(block: Block) -> str:
    """Return the target of an indicator with its unit; nothing without one."""
    first = block.figures[0]
    return with_unit(first.target_text, first.unit) if first.target_text else ""


def block_reasons(block: Block, language: Language) -> str:
    """Return what any of an indicator's figures lacks, each thing once."""
    mark = "；" if language == "zh" else "; "
    parts = [part for figure in block.figures for part in figure.missing_text.split(mark)]
    return mark.join(dict.fromkeys(parts))


def named(name: str, unit: str, language: Language) -> str:
    """Write a name with the unit of its figures.

    >>> named("干道机械化清扫率", "%", "zh")
    '干道机械化清扫率（%）'
    """
    if not unit:
        return name
    return f"{name}（{unit}）" if language == "zh" else f"{name} ({unit})"


def revision_words(report: Report) -> list[str]:
    """Say what the draft revision table is for, and what is not in it."""

    def said(key: str) -> str:
        return word("reports", key, report.language)

    lines = [said("revision_intro")]
    if not report.revisions:
        lines.append(said("revision_none"))
    unjudged = report.verdicts()["no_data"]
    if unjudged:
        lines.append(said("revision_unjudged").format(count=unjudged))
    return lines


def revision_rows(report: Report) -> list[list[str]]:
    """Return the rows of the draft revision table; the last four cells are for people.

    One empty row where no target is far off.
    """
    rows = [
        [
            str(at),
            named(line.name, line.unit, report.language),
            line.clauses,
            line.target_text,
            line.actual_text,
            line.deviation_text,
            *[""] * 4,
        ]
        for at, line in enumerate(report.revisions, start=1)
    ]
    return rows or [[""] * 10]
