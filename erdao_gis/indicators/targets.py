"""Targets: what the plan or a norm asks, and how far a figure is from it."""

from __future__ import annotations

import functools

from erdao_gis.indicators.model import Indicator
from erdao_gis.indicators.outline import outline

__all__ = ["gap_to", "target_of"]

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


def target_of(row: Indicator) -> tuple[str, float] | None:
    """Return operator and value of the target; None where plan and norm give no number.

    Only what the plan calls a target is one: 36.2 % green land is what it says it has reached.
    """
    if row.target == "norm" and row.target_value is not None:
        return row.target_operator, row.target_value
    key, _, part = row.target.partition(".")
    return _figures().get((key, part))


def gap_to(row: Indicator, operator: str, value: float, target: float) -> float:
    """Tell how far a value is beyond its target in the good direction; negative: short of it."""
    down = operator in ("<", "<=") or (operator == "=" and row.direction == "lower")
    gap = target - value if down else value - target
    if row.direction == "near":
        gap = -abs(value - target)
    return 0.0 if abs(gap) < _ROUNDING else gap
