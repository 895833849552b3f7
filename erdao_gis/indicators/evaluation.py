"""Evaluation of the plan: baseline, target, path, actual, deviation and verdict, in one table."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pandas as pd

from erdao_gis.catalogue import Workspace
from erdao_gis.errors import Fault, Language, SchemaError
from erdao_gis.indicators.engine import compute_indicators
from erdao_gis.indicators.model import Indicator
from erdao_gis.indicators.outline import outline
from erdao_gis.indicators.registry import registry
from erdao_gis.indicators.run import Run
from erdao_gis.indicators.statistics import latest
from erdao_gis.indicators.table import Table, line_text, number_text, unit_text
from erdao_gis.indicators.targets import target_of
from erdao_gis.wording import word

__all__ = ["Evaluation", "Limits", "evaluate", "path_value"]

Template = Literal["mid", "final"]
Way = Literal["linear", "steps"]
_NUMBERS = ("baseline", "target", "path", "actual", "deviation")


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How far behind its path an indicator may be, as a share of what was to be gained.

    No norm fixes these: they are parameters, and the evaluation states them.
    """

    behind: float = 0.0
    "Below minus this much it is behind (滞后)."
    off: float = 0.2
    "Below minus this much it is far off (明显偏离)."


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What the plan promised, held against what is.

    Attributes
    ----------
    frame
        A row for each target of the plan: id, names, unit, direction, baseline, base_year,
        target, target_operator, target_year, path, actual, actual_as_of, deviation
        (actual less path, over the distance
        from baseline to target), verdict (met, behind, off, no_data), missing,
        clauses.
    table
        The indicator table from which the measured figures were read.
    """

    frame: pd.DataFrame
    as_of: str
    template: Template
    path: Way
    limits: Limits
    table: Table
    faults: tuple[Fault, ...]

    def as_dict(self, language: Language | None = None) -> dict[str, Any]:
        """Return the evaluation as values ready for JSON."""
        return {
            "run_id": self.table.run_id,
            "inputs": dict(self.table.inputs),
            "versions": dict(self.table.versions),
            "as_of": self.as_of,
            "template": self.template,
            "path": self.path,
            "limits": {"behind": self.limits.behind, "off": self.limits.off},
            "rows": [_plain(row) for row in self.frame.to_dict("records")],
            "faults": [fault.as_dict(language) for fault in self.faults],
        }

    def lines(self, language: Language) -> list[str]:
        """Return the evaluation as lines of text."""

        def label(key: str) -> str:
            return word("indicators", key, language)

        found = [f"{label(f'template_{self.template}')} {self.as_of}"]
        for row in self.frame.to_dict("records"):
            unit = unit_text(row["unit"], language)
            parts = [
                f"{label(key)} {number_text(row[key])}"
                for key in ("baseline", "path", "target", "actual")
                if not math.isnan(row[key])
            ]
            if not math.isnan(row["deviation"]):
                parts.append(f"{label('deviation')} {row['deviation'] * 100:+.1f} %")
            verdict = label(f"verdict_{row['verdict']}")
            name = label("within").format(name=row[f"name_{language}"], part=unit)
            text = ("；" if language == "zh" else "; ").join([verdict, *parts])
            found.append(f"{row['id']}  {line_text(name, text, language)}")
        return found


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    return {
        str(key): (None if math.isnan(value) else float(value))
        if key in _NUMBERS
        else list(value)
        if key in ("clauses", "missing")
        else value
        for key, value in row.items()
    }


def _day(text: str) -> dt.date:
    """Return the day of a date; a year stands for its last day."""
    try:
        if len(text) == 4 and text.isdigit():  # noqa: PLR2004 - a year has four digits
            return dt.date(int(text), 12, 31)
        return dt.date.fromisoformat(text)
    except ValueError:
        raise SchemaError("indicators_bad_date", {"date": text}) from None


def _years(day: dt.date) -> float:
    """Return a day as years gone by: the last day of 2022 is 2022, whatever leap years lie between.

    >>> _years(dt.date(2022, 12, 31))
    2022.0
    """
    first, last = dt.date(day.year, 1, 1), dt.date(day.year, 12, 31)
    return day.year - 1 + ((day - first).days + 1) / ((last - first).days + 1)


def path_value(baseline: float, target: float, share: float, way: Way, *, steps: int = 5) -> float:
    """Return where an indicator should be when a share of the time has gone by.

    Parameters
    ----------
    baseline, target
        At the beginning and at the end.
    share
        Of the time between them that has gone by; below 0 and above 1 count as 0 and 1.
    way
        ``linear``, or ``steps``: it rises at the end of each of the `steps` (years) only.

    Examples
    --------
    >>> path_value(20, 30, 0.5, "linear"), path_value(20, 30, 0.5, "steps")
    (25.0, 24.0)
    """
    gone = min(1.0, max(0.0, share))
    if way == "steps":
        gone = math.floor(gone * steps + 1e-9) / steps
    # Weighted so, both ends are met exactly.
    return float(baseline * (1 - gone) + target * gone)


def evaluate(
    as_of: str,
    *,
    template: Template = "final",
    workspace: Workspace | Path | str | None = None,
    path: Way = "linear",
    limits: Limits | None = None,
    table: Table | None = None,
) -> Evaluation:
    """Hold the targets of the plan against what is measured and reported.

    Only what the outline calls a target is held against: what it says it has reached (36.2 %
    green land of the built-up area) is a baseline at most.

    Parameters
    ----------
    as_of
        Year or date of the evaluation; reported figures that are younger are not read.
    template
        ``mid`` compares with the path at that time, ``final`` with the target itself.
    workspace
        As for `compute_indicators`.
    path
        ``linear`` or ``steps`` (yearly) from baseline to target.
    limits
        From where on an indicator is behind or far off.
    table
        A table already computed of the same workspace, so that every output shows its figures.

    Returns
    -------
    Evaluation
        Without a baseline there is no path: such a row has a verdict only if the target is met.

    Raises
    ------
    SchemaError
        A template or date that is none, or a table without a figure that has a target.

    Examples
    --------
    >>> result = evaluate("2025")
    >>> sorted(set(result.frame["verdict"]))
    ['no_data']
    """
    if template not in ("mid", "final"):
        raise SchemaError("indicators_bad_template", {"template": template})
    when = _day(as_of)
    rows = [row for row in registry().values() if row.target not in ("", "norm")]
    found = table or compute_indicators(workspace, ids=[row.id for row in rows])
    there = set(found.frame["id"])
    lacking = [row.id for row in rows if row.group != "reported" and row.id not in there]
    if lacking:
        raise SchemaError("indicators_table_lacks", {"names": ", ".join(lacking)})
    bounds = limits or Limits()
    statistics = Run(workspace).statistics
    records, faults = [], []
    for row in rows:
        facts = _facts(row, statistics, as_of, found)
        if math.isnan(facts["baseline"]):
            fault = {"indicator": row.id}
            faults.append(
                Fault(
                    file="statistics", feature=row.id, rule="indicators_no_base_year", facts=fault
                )
            )
        records.append(_judged(row, facts, when, template, path, bounds))
    return Evaluation(
        frame=pd.DataFrame(records),
        as_of=as_of,
        template=template,
        path=path,
        limits=bounds,
        table=found,
        faults=tuple(faults),
    )


def _facts(row: Indicator, statistics: pd.DataFrame, as_of: str, table: Table) -> dict[str, Any]:
    """Gather baseline, target and actual of one indicator."""
    plan = outline()
    key, _, part = row.target.partition(".")
    figure = next(one for one in plan.figures_of(key) if one.role == "target" and one.part == part)
    base_year = figure.base_year or plan.outline.period_start - 1
    base = latest(statistics, key, part=part, until=str(base_year))
    facts: dict[str, Any] = {
        "baseline": _exact(base),
        "base_year": base_year,
        "target_year": figure.target_year or plan.outline.period_end,
        "missing": (),
    }
    if row.group == "reported":
        now = latest(statistics, key, part=part, until=as_of)
        if now is not None and int(now["as_of"][:4]) <= base_year:
            now = None  # the baseline itself is no progress
        facts |= {"actual": _exact(now), "actual_as_of": "" if now is None else now["as_of"]}
        facts["missing"] = (f"statistics:{key}",) if now is None else ()
        facts["floor"] = False
    else:
        measured = table.row(row.id)
        facts |= {"actual": measured["value"], "actual_as_of": as_of}
        facts["missing"] = tuple(measured["missing"])
        facts["floor"] = measured["state"] == "lower_bound"
    if facts["actual"] is None:
        facts["actual"] = np.nan
    return facts


def _exact(row: pd.Series | None) -> float:
    """Return the value of a reported row; a mere bound is none."""
    return np.nan if row is None or row["operator"] not in ("=", "≈") else float(row["value"])


def _judged(
    row: Indicator,
    facts: dict[str, Any],
    when: dt.date,
    template: Template,
    way: Way,
    limits: Limits,
) -> dict[str, Any]:
    known = target_of(row)
    operator, target = known if known is not None else ("", np.nan)
    years = max(facts["target_year"] - facts["base_year"], 1)
    share = 1.0 if template == "final" else (_years(when) - facts["base_year"]) / years
    base, actual = facts["baseline"], facts["actual"]
    path = target if math.isnan(base) else path_value(base, target, share, way, steps=years)
    if template == "mid" and math.isnan(base):
        path = np.nan
    span = abs(target - base)
    deviation = (actual - path) / span if span > 0 else np.nan
    down = operator in ("<", "<=") or row.direction == "lower"
    return {
        "id": row.id,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "unit": row.unit,
        "direction": "lower" if down else "higher",
        "baseline": base,
        "base_year": facts["base_year"],
        "target": target,
        "target_operator": operator,
        "target_year": facts["target_year"],
        "path": path,
        "actual": actual,
        "actual_as_of": facts["actual_as_of"],
        "deviation": deviation,
        "verdict": _verdict(
            actual, path, deviation, down=down, floor=facts["floor"], limits=limits
        ),
        "missing": facts["missing"],
        "clauses": row.clauses,
    }


def _verdict(
    actual: float, path: float, deviation: float, *, down: bool, floor: bool, limits: Limits
) -> str:
    """Judge one indicator; a lower bound can only be judged where it is high enough already."""
    if math.isnan(actual) or math.isnan(path):
        return "no_data"
    sign = -1.0 if down else 1.0
    if sign * (actual - path) >= 0:
        return "no_data" if floor and down else "met"
    if floor:
        return "no_data"
    if math.isnan(deviation):
        return "behind"  # short of it, and nothing to measure by how much
    short = -sign * deviation
    if short <= limits.behind:
        return "met"
    return "behind" if short <= limits.off else "off"
