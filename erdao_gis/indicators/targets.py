"""Targets: what the plan or a norm asks, and how far a figure is from it."""

from __future__ import annotations

import functools

from erdao_gis.indicators.indicator import Direction, Indicator
from erdao_gis.indicators.outline import outline
from erdao_gis.plan import Figure

# A difference of this much is rounding, not a gap.
_ROUNDING = 1e-9


@functools.cache
def _figures() -> dict[tuple[str, str], tuple[str, float]]:
    """Targets of the plan: (register id, part) -> operator and value. Achievements are none."""
    return {
        (figure.register_id, figure.part): (figure.operator, figure.value)
        for figure in outline().figures
        if figure.role == "target" and figure.value is not None
    }


@functools.cache
def plan_targets() -> dict[str, Figure]:
    """Return every figure that the plan calls a target, by register id with its part.

    >>> plan_targets()["IN32"].role
    'target'
    """
    return {
        f"{figure.register_id}.{figure.part}" if figure.part else figure.register_id: figure
        for figure in outline().figures
        if figure.role == "target"
    }


def target_of(row: Indicator) -> tuple[str, float] | None:
    """Return operator and value of the target; None where plan and norm give no number.

    Only what the plan calls a target is one: 36.2 % green land is what it says it has reached.
    """
    if row.target in ("norm", "own") and row.target_value is not None:
        return row.target_operator, row.target_value
    key, _, part = row.target.partition(".")
    return _figures().get((key, part))


def sense(operator: str, direction: Direction) -> int:
    """Tell on which side of a target the good lies: 1 above it, -1 below it, 0 only at it.

    The plan's operator decides. ``=`` and ``≈`` leave it to the indicator's direction: a share of
    100 % is reached from below, 0 outfalls from above.

    >>> sense(">=", "lower"), sense("=", "lower"), sense("≈", "higher"), sense("=", "near")
    (1, -1, 1, 0)
    """
    if operator in ("=", "≈"):
        return {"higher": 1, "lower": -1}.get(direction, 0)
    return -1 if operator in ("<", "<=") else 1


def gap_to(row: Indicator, operator: str, value: float, target: float) -> float:
    """Tell how far a value is beyond its target in the good direction; negative: short of it."""
    side = sense(operator, row.direction)
    gap = side * (value - target) if side else -abs(value - target)
    return 0.0 if abs(gap) < _ROUNDING else gap
