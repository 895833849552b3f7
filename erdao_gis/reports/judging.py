"""From the evaluation to lines that can be set: base, path, actual, deviation and verdict."""

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from erdao_gis.errors import Language
from erdao_gis.indicators import Evaluation, path_value
from erdao_gis.indicators.table import number_text
from erdao_gis.reports.charts import PathPoints, path_chart
from erdao_gis.reports.content import Judged, Missing, Picture
from erdao_gis.reports.figures import clauses_text, operator_text, unit_words
from erdao_gis.reports.gaps import missing_words
from erdao_gis.wording import word

__all__ = ["judged_lines", "missing_bases"]

_DAYS = 365.25


def _known(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def share_text(share: float | None) -> str:
    """Write a deviation in per cent of what was to be gained.

    >>> share_text(-0.254), share_text(0.0), share_text(None)
    ('−25.4 %', '0.0 %', '')
    """
    if share is None:
        return ""
    sign = "+" if share > 0 else "−" if share < 0 else ""
    return f"{sign}{abs(share) * 100:.1f} %"


def _dated(value: float | None, year: str, language: Language, operator: str = "") -> str:
    if value is None:
        return ""
    number = f"{operator_text(operator)} {number_text(value)}".strip()
    return word("reports", "dated", language).format(value=number, year=year) if year else number


def _path_line(
    row: Mapping[str, Any], base: float, target: float, way: str
) -> tuple[tuple[float, float], ...]:
    """Return the path as points; steps rise at the end of each year."""
    first, last = int(row["base_year"]), int(row["target_year"])
    if way != "steps" or last <= first:
        return ((first, base), (max(last, first + 1), target))
    points: list[tuple[float, float]] = [(first, base)]
    for year in range(first + 1, last + 1):
        share = (year - first) / (last - first)
        points.append((year, points[-1][1]))
        points.append((year, path_value(base, target, share, "steps", steps=last - first)))
    return tuple(points)


def _chart(
    row: Mapping[str, Any],
    line: Mapping[str, float | None],
    way: str,
    now: float,
    language: Language,
) -> Picture | None:
    base, target = line["base"], line["target"]
    if base is None or target is None:
        return None
    points = PathPoints(
        line=_path_line(row, base, target, way), now=now, path=line["path"], actual=line["actual"]
    )
    key = f"path-{row['id']}".replace("_", "-").replace(".", "-")
    return path_chart(points, title=row[f"name_{language}"], key=key, language=language)


def _reason(row: Mapping[str, Any], line: Mapping[str, float | None], language: Language) -> str:
    """Say why there is no verdict, or what an unusual one rests on."""
    said = []
    if line["actual"] is None:
        lacking = missing_words(row["missing"], language)
        said.append(word("reports", "no_actual", language).format(missing=lacking))
    if line["base"] is None:
        said.append(word("reports", "no_base", language))
    if not said and line["deviation"] is None:
        said.append(word("reports", "no_span", language))
    return ("；" if language == "zh" else "; ").join(said)


def _line(row: Mapping[str, Any], evaluation: Evaluation, now: float, language: Language) -> Judged:
    numbers = {
        "base": _known(row["baseline"]),
        "target": _known(row["target"]),
        "path": _known(row["path"]),
        "actual": _known(row["actual"]),
        "deviation": _known(row["deviation"]),
    }
    return Judged(
        id=row["id"],
        name=row[f"name_{language}"],
        unit=unit_words(row["unit"], language),
        clauses=clauses_text(row["clauses"], language),
        verdict=row["verdict"],
        verdict_text=word("indicators", f"verdict_{row['verdict']}", language),
        base_text=_dated(numbers["base"], str(row["base_year"]), language),
        target_text=_dated(
            numbers["target"], str(row["target_year"]), language, row["target_operator"]
        ),
        path_text="" if numbers["path"] is None else number_text(numbers["path"]),
        actual_text=_dated(numbers["actual"], row["actual_as_of"], language)
        or word("indicators", "no_data", language),
        deviation_text=share_text(numbers["deviation"]),
        reason=_reason(row, numbers, language),
        base_year=int(row["base_year"]),
        operator=row["target_operator"],
        target_year=int(row["target_year"]),
        actual_as_of=row["actual_as_of"] if numbers["actual"] is not None else "",
        chart=_chart(row, numbers, evaluation.path, now, language),
        **numbers,
    )


def judged_lines(evaluation: Evaluation, as_of: dt.date, language: Language) -> tuple[Judged, ...]:
    """Return the targets of the plan, each held against what was reached.

    Parameters
    ----------
    evaluation
        Verdicts; none is made here.
    as_of
        Day of the evaluation, for the charts.
    language
        Language of the words.
    """
    now = as_of.year + as_of.timetuple().tm_yday / _DAYS
    # The year of a base or a target stands for its last day.
    rows = evaluation.frame.to_dict("records")
    return tuple(
        _line({str(key): value for key, value in row.items()}, evaluation, now - 1, language)
        for row in rows
    )


def missing_bases(judged: tuple[Judged, ...], language: Language) -> tuple[Missing, ...]:
    """Return the request for the base values that targets lack; empty if none do."""
    lacking = [line for line in judged if line.base is None]
    if not lacking:
        return ()
    return (
        Missing(
            name=word("reports", "input_base", language),
            held=word("reports", "held_statistics", language),
            whom=word("reports", "whom_statistics", language),
            indicators=tuple(line.name for line in lacking),
            figures=len(lacking),
        ),
    )
