"""Evaluation of the plan: baseline, target, path, actual, deviation and verdict, in one table."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from erdao_gis.catalogue.statistics import latest
from erdao_gis.days import last_day
from erdao_gis.errors import Fault, Language, SchemaError
from erdao_gis.indicators.indicator import Indicator
from erdao_gis.indicators.outline import outline
from erdao_gis.indicators.run import Run, RunLike
from erdao_gis.indicators.table import Table, bounded_text, line_text, number_text, unit_text
from erdao_gis.indicators.targets import plan_targets, sense, target_of
from erdao_gis.indicators.verdicts import Goal, Limits, Way, judge
from erdao_gis.rows import shipped_rows
from erdao_gis.wording import Pair, word

Template = Literal["mid", "final"]
_NUMBERS = ("baseline", "target", "start", "path", "actual", "deviation")
# What the operator of a reported figure makes of it.
_STATES = {"=": "value", "≈": "value", ">=": "lower_bound", ">": "lower_bound",
           "<=": "upper_bound", "<": "upper_bound"}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """What the plan promised, held against what is: every target of the plan, judged or listed.

    Attributes
    ----------
    frame
        A row for each target that is judged: id, target_id (register id, with its part), names,
        unit, direction, baseline, base_year, target, target_operator, target_year, start and
        path (where the path sets out, and where it stands), actual, actual_state (value,
        lower_bound, upper_bound, part, no_data), actual_as_of, deviation, verdict and reason
        (see `judge`), missing, clauses.
    left_out
        A row for each target that is not: target_id, names, target (NaN where the plan gives no
        number), target_operator, unit, target_year, reason_zh, reason_en, clauses.
    table
        The indicator table from which the measured figures were read.
    """

    frame: pd.DataFrame
    left_out: pd.DataFrame
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
            "left_out": [_plain(row) for row in self.left_out.to_dict("records")],
            "faults": [fault.as_dict(language) for fault in self.faults],
        }

    def lines(self, language: Language) -> list[str]:
        """Return the evaluation as lines of text."""

        def label(key: str) -> str:
            return word("indicators", key, language)

        mark = "；" if language == "zh" else "; "
        found = [f"{label(f'template_{self.template}')} {self.as_of}"]
        for row in self.frame.to_dict("records"):
            parts = [
                f"{label(key)} {bounded_text(row[key], row.get(f'{key}_state', ''))}"
                for key in ("baseline", "path", "target", "actual")
                if not math.isnan(row[key])
            ]
            if not math.isnan(row["deviation"]):
                parts.append(f"{label('deviation')} {row['deviation'] * 100:+.1f} %")
            if row["reason"]:
                parts.append(label(f"reason_{row['reason']}"))
            text = mark.join([label(f"verdict_{row['verdict']}"), *parts])
            name = label("within").format(
                name=row[f"name_{language}"], part=unit_text(row["unit"], language)
            )
            found.append(f"{row['id']}  {line_text(name, text, language)}")
        found.append(label("left_out"))
        for row in self.left_out.to_dict("records"):
            parts = [row[f"reason_{language}"]]
            if not math.isnan(row["target"]):
                unit = unit_text(row["unit"], language)
                amount = f"{row['target_operator']} {number_text(row['target'])} {unit}"
                parts.insert(0, f"{label('target')} {amount}")
            text = line_text(row[f"name_{language}"], mark.join(parts), language)
            found.append(f"{row['target_id']}  {text}")
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


def _years(day: dt.date) -> float:
    """Return a day as years gone by: the last day of 2022 is 2022, whatever leap years lie between.

    >>> _years(dt.date(2022, 12, 31))
    2022.0
    """
    first, last = dt.date(day.year, 1, 1), dt.date(day.year, 12, 31)
    return day.year - 1 + ((day - first).days + 1) / ((last - first).days + 1)


def evaluate(
    as_of: str,
    place: RunLike = None,
    *,
    template: Template = "final",
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
    place
        A run, a dataset, a workspace or its folder; None for the shipped layers. Indicators of
        your own in a run are judged too where they have a target (``target="own"``).
    template
        ``mid`` compares with the path at that time, ``final`` with the target itself.
    path
        ``linear`` or ``steps`` (yearly) from baseline to target.
    limits
        From where on an indicator is behind or far off.
    table
        A table of the same run, so that every output shows its figures; None computes it.

    Returns
    -------
    Evaluation
        Every target of the plan: judged by the rule of `judge`, or listed with the reason why not.

    Raises
    ------
    SchemaError
        A template or date that is none, or a table without a figure that has a target.

    Examples
    --------
    >>> result = evaluate("2025")
    >>> sorted(set(result.frame["verdict"]))
    ['no_data']
    >>> "IN32" in set(result.left_out["target_id"])
    True
    """
    if template not in ("mid", "final"):
        raise SchemaError("indicators_bad_template", {"template": template})
    when = last_day(as_of)
    run = Run.over(place)
    rows = run.targets
    found = table or run.indicators(ids=[row.id for row in rows])
    there = set(found.frame["id"])
    lacking = [row.id for row in rows if row.group != "reported" and row.id not in there]
    if lacking:
        raise SchemaError("indicators_table_lacks", {"names": ", ".join(lacking)})
    bounds = limits or Limits()
    statistics = run.dataset.statistics
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
        left_out=pd.DataFrame(_left_out({row.target for row in rows})),
        as_of=as_of,
        template=template,
        path=path,
        limits=bounds,
        table=found,
        faults=tuple(faults),
    )


@dataclass(frozen=True, kw_only=True)
class _LeftOut:
    """A row of ``layers/indicators/left_out.csv``."""

    target: str
    "Register id, with its part."
    reason: Pair
    "Why no indicator follows the target."


def _left_out(judged: set[str]) -> list[dict[str, Any]]:
    """List the targets that no indicator follows, each with its reason."""
    plan = outline()
    reasons = {row.target: row.reason for row in shipped_rows("indicators/left_out", _LeftOut)}
    rows = []
    for key, figure in plan_targets().items():
        if key in judged:
            continue
        element = plan.element(figure.register_id)
        names: dict[str, str] = {}
        for language in ("zh", "en"):
            part = plan.label("part", figure.part, language)
            within = word("indicators", "within", language)
            name = element.name(language)
            names[f"name_{language}"] = within.format(name=name, part=part) if part else name
        rows.append(
            {
                "target_id": key,
                **names,
                "target": np.nan if figure.value is None else figure.value,
                "target_operator": figure.operator,
                "unit": figure.unit,
                "target_year": figure.target_year,
                "reason_zh": reasons[key].zh,
                "reason_en": reasons[key].en,
                "clauses": (element.clause,),
            }
        )
    return rows


def _stated(row: Indicator) -> tuple[str, str, int, int]:
    """Return the key and part under which a target's figures are reported, and its two years."""
    period = outline().outline
    if row.target == "own":
        return row.id, "", period.period_start - 1, period.period_end
    figure = plan_targets()[row.target]
    base_year = figure.base_year or period.period_start - 1
    return figure.register_id, figure.part, base_year, figure.target_year or period.period_end


def _facts(row: Indicator, statistics: pd.DataFrame, as_of: str, table: Table) -> dict[str, Any]:
    """Gather baseline, target and actual of one indicator."""
    key, part, base_year, target_year = _stated(row)
    base = latest(statistics, key, part=part, until=str(base_year))
    # A mere bound is no value from which a path sets out.
    exact = base is not None and _STATES[base["operator"]] == "value"
    facts: dict[str, Any] = {
        "baseline": float(base["value"]) if base is not None and exact else np.nan,
        "base_year": base_year,
        "target_year": target_year,
        "actual": np.nan,
        "state": "no_data",
        "actual_as_of": "",
        "missing": (),
    }
    if row.group != "reported":
        measured = table.row(row.id)
        value = np.nan if measured["value"] is None else measured["value"]
        return facts | {
            "actual": value,
            "state": measured["state"],
            "actual_as_of": as_of,
            "missing": tuple(measured["missing"]),
        }
    now = latest(statistics, key, part=part, until=as_of)
    # The baseline itself is no progress.
    if now is None or int(now["as_of"][:4]) <= base_year:
        return facts | {"missing": (f"statistics:{row.target}",)}
    return facts | {
        "actual": float(now["value"]),
        "state": _STATES[now["operator"]],
        "actual_as_of": now["as_of"],
    }


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
    goal = Goal(
        operator=operator, target=target, baseline=facts["baseline"], direction=row.direction
    )
    judgement = judge(
        goal,
        facts["actual"],
        state=facts["state"],
        share=share,
        way=way,
        steps=years,
        limits=limits,
    )
    side = sense(operator, row.direction)
    return {
        "id": row.id,
        "target_id": row.target,
        "name_zh": row.name_zh,
        "name_en": row.name_en,
        "unit": row.unit,
        "direction": {1: "higher", -1: "lower"}.get(side, "near"),
        "baseline": goal.baseline,
        "base_year": facts["base_year"],
        "target": target,
        "target_operator": operator,
        "target_year": facts["target_year"],
        "start": goal.start,
        "path": judgement.path,
        "actual": facts["actual"],
        "actual_state": facts["state"],
        "actual_as_of": facts["actual_as_of"],
        "deviation": judgement.deviation,
        "verdict": judgement.verdict,
        "reason": judgement.reason,
        "missing": facts["missing"],
        "clauses": row.clauses,
    }
