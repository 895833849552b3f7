"""The table of figures that map, report, workbook and bundle all read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from erdao_gis.errors import Fault, Language
from erdao_gis.indicators.indicator import Indicator
from erdao_gis.indicators.missing import missing_text
from erdao_gis.indicators.outline import outline
from erdao_gis.wording import Pair, word, words

COLUMNS = (
    "id",
    "indicator",
    "variant",
    "unit_id",
    "name_zh",
    "name_en",
    "value",
    "unit",
    "state",
    "missing",
    "target",
    "target_operator",
    "gap",
    "low",
    "high",
    "measured_km2",
    "whole_km2",
    "measured_percent",
    "evidence",
    "norm",
    "clauses",
    "inputs",
)
_NUMBERS = ("value", "target", "gap", "low", "high", "measured_km2", "whole_km2",
            "measured_percent")  # fmt: skip
_LISTS = ("missing", "clauses", "inputs")


@dataclass(frozen=True, kw_only=True)
class Table:
    """Figures of one run: one row for each figure and unit.

    Attributes
    ----------
    frame
        Columns `COLUMNS`. ``value`` in ``unit``, NaN where the ``state`` is ``no_data``; then
        ``missing`` names what is missing (tuple). ``low`` and ``high``: the band of doubt, NaN
        where there is none; of a lower bound the high end is open. ``gap``: how far the value
        is beyond the target (negative: short of it), in ``unit``. ``state`` is ``value``,
        ``lower_bound``, ``part`` (of the part of the ground on which the inputs are complete) or
        ``no_data``; where it is a part, ``measured_km2`` of ``whole_km2`` were measured, which is
        ``measured_percent``.
    unit
        Kind of the units; empty for the district as a whole (``unit_id`` is then ``all``).
    run_id
        Hash of inputs, parameters and versions: the same inputs give the same id.
    inputs
        SHA-256 of every layer that was read.
    versions
        Of this package and of those that compute.
    faults
        What was left out or does not add up: units that overlap, unknown facility types.
    features
        Figure id -> layer -> ids of the features that went into it.
    rows
        Indicator id -> its row of the registry, with the parameters of the run.
    """

    frame: pd.DataFrame
    unit: str
    run_id: str
    inputs: Mapping[str, str]
    versions: Mapping[str, str]
    faults: tuple[Fault, ...] = ()
    features: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    rows: Mapping[str, Indicator] = field(default_factory=dict)

    def row(self, figure_id: str, unit_id: str = "all") -> dict[str, Any]:
        """Return one figure as plain values; KeyError if the table does not hold it."""
        some = self.frame[(self.frame["id"] == figure_id) & (self.frame["unit_id"] == unit_id)]
        if some.empty:
            raise KeyError(figure_id, unit_id)
        return plain_row(some.iloc[0].to_dict())

    def as_dict(self, language: Language | None = None) -> dict[str, Any]:
        """Return the table as values ready for JSON; NaN becomes null.

        Each figure has its ``name`` in the language asked for (Chinese without one).
        """
        own = f"name_{language or 'zh'}"
        return {
            "run_id": self.run_id,
            "unit": self.unit,
            "inputs": dict(self.inputs),
            "versions": dict(self.versions),
            "faults": [fault.as_dict(language) for fault in self.faults],
            "figures": [
                {"id": row["id"], "name": row[own]} | plain_row(row)
                for row in self.frame.to_dict("records")
            ],
        }

    def lines(self, language: Language) -> list[str]:
        """Return the table as lines of text: name, figure with band, target, what is missing."""
        found = [line_text(word("indicators", "run", language), self.run_id, language)]
        for record in self.frame.to_dict("records"):
            row = plain_row(record)
            unit = "" if row["unit_id"] == "all" else f" [{row['unit_id']}]"
            name = row["name_zh"] if language == "zh" else row["name_en"]
            text = line_text(name, figure_text(row, language), language)
            found.append(f"{row['id']}{unit}  {text}")
        return found + [fault.message(language) for fault in self.faults]


def plain_row(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a row with None for NaN and lists for tuples."""
    result: dict[str, Any] = {}
    for key, value in row.items():
        if key in _NUMBERS:
            result[str(key)] = None if value is None or math.isnan(value) else float(value)
        elif key in _LISTS:
            result[str(key)] = list(value)
        else:
            result[str(key)] = value
    return result


def number_text(value: float) -> str:
    """Write a number with as many decimals as it carries: 4 figures at the most.

    >>> number_text(1234.567), number_text(4.4583333), number_text(0.0)
    ('1,235', '4.458', '0')
    """
    if value == 0:
        return "0"
    digits = max(0, 3 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{min(digits, 4)}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def bounded_text(value: float, state: str) -> str:
    """Write a number with the sign of what is known of it.

    >>> bounded_text(54, "lower_bound"), bounded_text(4, "upper_bound"), bounded_text(36.2, "value")
    ('≥ 54', '≤ 4', '36.2')
    """
    sign = {"lower_bound": "≥ ", "upper_bound": "≤ "}.get(state, "")
    return f"{sign}{number_text(value)}"


def line_text(label: str, text: str, language: Language) -> str:
    """Join a label and what it labels, with the colon of the language."""
    return word("indicators", "line", language).format(label=label, text=text)


def figure_text(row: Mapping[str, Any], language: Language) -> str:
    """Write a figure with its unit, band, state and target in one line."""
    if row["state"] == "no_data":
        reason = missing_text(row["missing"], language)
        no_data = word("indicators", "no_data", language)
        return word("indicators", "within", language).format(name=no_data, part=reason)
    unit = unit_text(row["unit"], language)
    text = f"{bounded_text(row['value'], row['state'])} {unit}".strip()
    if row["low"] is not None and row["high"] is not None:
        text += f" [{number_text(row['low'])}–{number_text(row['high'])}]"
    elif row["low"] is not None:
        text += f" [{number_text(row['low'])}–]"
    if row["measured_km2"] is not None:
        text += f"  {part_text(row, language)}"
    if row["target"] is not None:
        label = word("indicators", "target", language)
        text += f"  {label} {row['target_operator']} {number_text(row['target'])} {unit}".rstrip()
    return text


def figure_pair(row: Mapping[str, Any]) -> Pair:
    """Write a figure in both languages; see `figure_text`."""
    return Pair(zh=figure_text(row, "zh"), en=figure_text(row, "en"))


def part_text(row: Mapping[str, Any], language: Language) -> str:
    """Tell on which part of its ground a figure was measured; empty where on all of it."""
    if row["measured_km2"] is None:
        return ""
    keys = {"part": "measured_km2", "whole": "whole_km2", "percent": "measured_percent"}
    facts = {name: number_text(row[key]) for name, key in keys.items()}
    return word("indicators", "part_of", language).format_map(facts)


def unit_text(unit: str, language: Language) -> str:
    """Write a unit for people: ours, else as the plan's code list has it.

    >>> unit_text("ha", "zh"), unit_text("persons", "en")
    ('公顷', 'persons')
    """
    ours = words("indicators").get(f"unit_{unit}")
    return ours[language] if ours else outline().label("unit", unit, language)
