"""From the evaluation to lines that can be set: targets that are judged, and those that are not."""

import datetime as dt
import math
from collections.abc import Mapping
from typing import Any

from erdao_gis.errors import Language
from erdao_gis.indicators import Evaluation, missing_text, path_value
from erdao_gis.indicators.table import bounded_text, number_text
from erdao_gis.reports.figures import clauses_text, operator_text, unit_words, with_unit
from erdao_gis.reports.report_charts import PathPoints, path_chart
from erdao_gis.reports.report_content import Judged, LeftOut, Missing, Picture
from erdao_gis.wording import word

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


def _dated(number: str, year: object, language: Language) -> str:
    if not number or not year:
        return number
    return word("reports", "dated", language).format(value=number, year=year)


def _target(row: Mapping[str, Any]) -> str:
    """Write a target with its sign; nothing where the plan gives no number."""
    if math.isnan(row["target"]):
        return ""
    return f"{operator_text(row['target_operator'])} {number_text(row['target'])}".strip()


def _path_line(row: Mapping[str, Any], way: str) -> tuple[tuple[float, float], ...]:
    """Return the path as points; steps rise at the end of each year."""
    base, target = row["start"], row["target"]
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
    base = line["base"]
    if base is None:
        return None
    points = PathPoints(
        base=base, line=_path_line(row, way), now=now, path=line["path"], actual=line["actual"]
    )
    key = f"path-{row['id']}".replace("_", "-").replace(".", "-")
    return path_chart(points, title=row[f"name_{language}"], key=key, language=language)


def _reason(row: Mapping[str, Any], language: Language) -> str:
    """Say why no deviation is measured; of an actual value that lacks also what for."""
    if not row["reason"]:
        return ""
    if row["reason"] == "no_actual":
        lacking = missing_text(row["missing"], language)
        said = [word("reports", "no_actual", language).format(missing=lacking)]
    else:
        said = [word("indicators", f"reason_{row['reason']}", language)]
    if row["reason"] != "no_base" and math.isnan(row["baseline"]):
        said.append(word("reports", "no_base", language))
    return ("；" if language == "zh" else "; ").join(said)


def _line(row: Mapping[str, Any], evaluation: Evaluation, now: float, language: Language) -> Judged:
    numbers = {
        "base": _known(row["baseline"]),
        "target": _known(row["target"]),
        "path": _known(row["path"]),
        "actual": _known(row["actual"]),
        "deviation": _known(row["deviation"]),
    }
    base, known = row["baseline"], numbers["actual"] is not None
    state = word("indicators", f"state_{row['actual_state']}", language)
    actual = bounded_text(row["actual"], row["actual_state"]) if known else state
    return Judged(
        id=row["id"],
        name=row[f"name_{language}"],
        unit=unit_words(row["unit"], language),
        clauses=clauses_text(row["clauses"], language),
        verdict=row["verdict"],
        verdict_text=word("indicators", f"verdict_{row['verdict']}", language),
        base_text="" if math.isnan(base) else _dated(number_text(base), row["base_year"], language),
        target_text=_dated(_target(row), row["target_year"], language),
        path_text="" if math.isnan(row["path"]) else number_text(row["path"]),
        actual_text=_dated(actual, row["actual_as_of"], language) if known else actual,
        actual_state_text=state if known else "",
        deviation_text=share_text(numbers["deviation"]),
        reason=_reason(row, language),
        base_year=int(row["base_year"]),
        operator=row["target_operator"],
        target_year=int(row["target_year"]),
        actual_as_of=row["actual_as_of"] if known else "",
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


def left_out_lines(evaluation: Evaluation, language: Language) -> tuple[LeftOut, ...]:
    """Return the targets of the plan that are not judged, each with its reason."""
    rows = ({str(key): value for key, value in row.items()}
            for row in evaluation.left_out.to_dict("records"))  # fmt: skip
    return tuple(
        LeftOut(
            id=row["target_id"],
            name=row[f"name_{language}"],
            target_text=_dated(
                with_unit(_target(row), unit_words(row["unit"], language)) if _target(row) else "",
                row["target_year"],
                language,
            ),
            clauses=clauses_text(row["clauses"], language),
            reason=row[f"reason_{language}"],
        )
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
