"""One run becomes one report: the table, the judged targets, what is missing, and the maps."""

import dataclasses
import datetime as dt

from erdao_gis.catalogue import Dataset
from erdao_gis.days import last_day
from erdao_gis.errors import Language
from erdao_gis.indicators import Evaluation
from erdao_gis.plan import read_plan
from erdao_gis.reports.figures import norm_lines, themes
from erdao_gis.reports.gaps import missing_inputs
from erdao_gis.reports.judging import judged_lines, left_out_lines, missing_bases
from erdao_gis.reports.report_charts import theme_charts
from erdao_gis.reports.report_content import Report
from erdao_gis.reports.report_maps import report_maps
from erdao_gis.wording import word

_YEAR = 4


def date_text(as_of: str | dt.date, language: Language) -> str:
    """Write a date, no more exactly than it was given.

    >>> date_text("2025-12-31", "zh"), date_text("2025", "zh"), date_text("2025-06-30", "en")
    ('2025年12月31日', '2025年', '2025-06-30')
    """
    text = str(as_of)
    parts = [text] if len(text) == _YEAR else str(last_day(as_of)).split("-")
    if language == "en":
        return "-".join(parts)
    return "".join(
        f"{int(part)}{mark}" for part, mark in zip(parts, ("年", "月", "日"), strict=False)
    )


def _subject(dataset: Dataset, language: Language) -> str:
    if dataset.fictional and dataset.title is not None:
        return dataset.title.text(language)
    plan = read_plan().outline
    return plan.title_zh if language == "zh" else plan.title_en


def build_report(
    evaluation: Evaluation,
    *,
    dataset: Dataset,
    as_of: str | dt.date,
    language: Language,
) -> Report:
    """Gather everything that a report says.

    Parameters
    ----------
    evaluation
        Verdicts, and the table of the whole district that they were read from.
    dataset
        Whose maps are drawn.
    as_of
        Date of the evaluation: ``2025``, ``2025-12-31`` or a date.
    language
        Language of the report.

    Raises
    ------
    SchemaError
        No such date.
    """
    table, day = evaluation.table, last_day(as_of)
    found = tuple(
        dataclasses.replace(theme, charts=theme_charts(theme, language))
        for theme in themes(table, language)
    )
    judged = judged_lines(evaluation, day, language)
    return Report(
        language=language,
        template=evaluation.template,
        title=word("reports", f"title_{evaluation.template}", language),
        subject=_subject(dataset, language),
        as_of=day,
        as_of_text=date_text(as_of, language),
        fictional=dataset.fictional,
        run_id=table.run_id,
        inputs=dict(table.inputs),
        versions=dict(table.versions),
        faults=tuple(fault.message(language) for fault in table.faults),
        themes=found,
        missing=missing_inputs(table, dataset, language) + missing_bases(judged, language),
        judged=judged,
        left_out=left_out_lines(evaluation, language),
        behind=evaluation.limits.behind,
        off=evaluation.limits.off,
        path=evaluation.path,
        norms=norm_lines(table, language),
        maps=report_maps(dataset, language),
    )
