"""The rule by which a target of the plan is judged, and nothing else: plain numbers to a verdict.

The report states the same rule in words (``read_verdict_text`` of ``layers/strings/reports.csv``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from erdao_gis.errors import SchemaError
from erdao_gis.indicators.indicator import Direction
from erdao_gis.indicators.targets import sense

State = Literal["value", "lower_bound", "upper_bound", "part", "no_data"]
Verdict = Literal["met", "behind", "off", "no_data"]
Reason = Literal["", "no_actual", "part", "bound", "no_base", "no_span"]
Way = Literal["linear", "steps"]
# Of two numbers: what measuring loses. Of baseline and target: what their weighted sum loses.
_ROUNDING, _PATH_ROUNDING = 1e-9, 1e-12


@dataclass(frozen=True, kw_only=True)
class Limits:
    """How far behind its path an indicator may be, as a share of what was to be gained.

    No norm fixes these: they are parameters, and the evaluation states them. `SchemaError` unless
    0 <= behind <= off, both finite.
    """

    behind: float = 0.0
    "Up to this much it is still on target (达标); 0 forgives nothing."
    off: float = 0.2
    "Up to this much it is behind (滞后), beyond it far off (明显偏离)."

    def __post_init__(self) -> None:
        """Refuse limits that would leave a shortfall in two classes or in none."""
        if not 0 <= self.behind <= self.off < math.inf:
            raise SchemaError("indicators_bad_limits", {"behind": self.behind, "off": self.off})


@dataclass(frozen=True, kw_only=True)
class Goal:
    """A target, and the value from which the plan set out for it; all in one unit."""

    operator: str
    "Of the plan: =, ≈, >=, <=, > or <."
    target: float
    "What is to be reached."
    baseline: float = math.nan
    "At the beginning; NaN where it is not known."
    direction: Direction = "higher"
    "How = and ≈ are read: at least (higher), at most (lower), or just so (near and empty)."

    def met(self, value: float, mark: float | None = None) -> bool:
        """Tell whether a value is on the good side of a mark, by default of the target.

        Examples
        --------
        >>> Goal(operator=">", target=100).met(100), Goal(operator="=", target=100).met(101)
        (False, True)
        """
        mark = self.target if mark is None else mark
        known = (abs(x) for x in (self.target, self.baseline) if not math.isnan(x))
        slack = _PATH_ROUNDING * max(known, default=0.0)
        if math.isclose(value, mark, rel_tol=_ROUNDING, abs_tol=slack):
            return self.operator not in ("<", ">")
        return sense(self.operator, self.direction) * (value - mark) > 0

    @property
    def start(self) -> float:
        """Where the path sets out: at the baseline, or at the target if that is met already."""
        return self.target if self.met(self.baseline) else self.baseline


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """A verdict, and what it rests on."""

    path: float
    "Where the indicator should be; NaN before the end of the period without a baseline."
    deviation: float
    "(actual - path) / |target - baseline|; NaN where the reason says why."
    verdict: Verdict
    "met (达标), behind (滞后), off (明显偏离) or no_data (无数据)."
    reason: Reason
    "Why no deviation is measured; empty where one is."


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


def judge(
    goal: Goal,
    actual: float,
    *,
    state: State = "value",
    share: float = 1.0,
    way: Way = "linear",
    steps: int = 5,
    limits: Limits | None = None,
) -> Judgement:
    """Judge what was reached.

    The rule, in this order:

    1. Without an actual value, or with one of a part of the district only: ``no_data``.
    2. *Path*: at the end of the period the target; before it, a value between baseline and
       target. Where the baseline meets the target already there is nothing to gain: the target
       is to be kept, and the path stands at it all the time.
    3. ``met``: the plan's operator holds against the path, or against the target itself. ``>``
       and ``<`` leave the mark itself out; ``=`` and ``≈`` mean at least or at most where the
       indicator's direction says that more or less is better, and just so where it says neither.
       What lies between path and target is ahead of its time, and met.
    4. Not met: the shortfall is measured as a share of the distance from baseline to target.
       Up to ``limits.behind`` it still is ``met`` (0 forgives nothing), up to ``limits.off``
       ``behind``, beyond it ``off``.
    5. Not met, without a baseline: ``no_data``. By how much it is missed cannot be measured, and
       it cannot be bounded either: a target may lie far below what was reached before (9,000 jobs
       a year after 14,919), so that even "nowhere near the target" may be a small share.
    6. Not met, baseline and target equal: ``off``. What was reached has been lost; any shortfall
       is more than every share of nothing, as it is where they almost are equal.
    7. Of a bound (at least, at most) only what is true of every value that it allows: the verdict
       that they share, else ``no_data``.

    Parameters
    ----------
    goal
        Target, operator, direction and baseline.
    actual
        What was reached, in the goal's unit; NaN where it is not known.
    state
        Of the actual value: ``value``, ``lower_bound``, ``upper_bound``, or ``part`` where it
        holds for a part of the district only.
    share
        Of the period that has gone by; 1 (and more) is its end.
    way, steps
        As for `path_value`.
    limits
        `Limits` () if None.

    Returns
    -------
    Judgement
        ``behind`` is only said of a measured deviation.

    Examples
    --------
    >>> goal = Goal(operator=">=", target=100, baseline=60)
    >>> [judge(goal, actual).verdict for actual in (100, 96, 91)]
    ['met', 'behind', 'off']
    >>> judge(goal, 76, share=0.4).verdict, judge(goal, 96, state="lower_bound").verdict
    ('met', 'no_data')
    >>> judge(Goal(operator="=", target=9000), 50)
    Judgement(path=9000, deviation=nan, verdict='no_data', reason='no_base')
    """
    bounds = limits or Limits()
    target = goal.target
    path = target if share >= 1 else path_value(goal.start, target, share, way, steps=steps)
    span = abs(target - goal.baseline)

    def verdict_of(value: float) -> Verdict:
        ahead = min(path, target) < value < max(path, target)
        if ahead or goal.met(value) or goal.met(value, path):
            return "met"
        if math.isnan(span):
            return "no_data"
        gap = min(abs(value - path), abs(value - target))
        short = gap / span if span > 0 else math.inf
        if short <= bounds.behind + _ROUNDING and bounds.behind > 0:
            return "met"
        return "behind" if short <= bounds.off + _ROUNDING else "off"

    if math.isnan(actual) or state in ("part", "no_data"):
        reason: Reason = "part" if state == "part" and not math.isnan(actual) else "no_actual"
        return Judgement(path=path, deviation=math.nan, verdict="no_data", reason=reason)
    low = -math.inf if state == "upper_bound" else actual
    high = math.inf if state == "lower_bound" else actual
    # Between these marks the verdict changes in one sense only.
    marks = {low, high, *(mark for mark in (path, target) if low < mark < high)}
    verdicts = {verdict_of(mark) for mark in marks}
    verdict = verdicts.pop() if len(verdicts) == 1 else "no_data"
    if state != "value":
        reason = "bound"
    else:
        reason = "no_base" if math.isnan(span) else "" if span > 0 else "no_span"
    deviation = math.nan if reason else (actual - path) / span
    return Judgement(path=path, deviation=deviation, verdict=verdict, reason=reason)
