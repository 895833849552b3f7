"""The pieces of a chart: its axis, its rows and the words that tell them."""

import dataclasses
import math
from collections.abc import Sequence

from erdao_gis.drawing.lettering import text_width
from erdao_gis.drawing.styles import no_data_style, ramp_colours
from erdao_gis.drawing.svg_markup import (
    ACCENT,
    PAPER,
    QUIET,
    RULE,
    element,
    finite,
    number,
    text_line,
)
from erdao_gis.drawing.symbols import Hatches, look_of
from erdao_gis.drawing.window import Box
from erdao_gis.errors import Language, SchemaError
from erdao_gis.wording import word

_MOST_ROWS = 200
_SMALL = 9.5
_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChartRow:
    """One row of a chart: a value, how far it may be off, and what was promised."""

    label: str
    """Name of the row."""
    value: float | None = None
    """Value; None or NaN is no data."""
    low: float | None = None
    """Lower end of the possible range."""
    high: float | None = None
    """Upper end of the possible range."""
    target: float | None = None
    """Target of the plan, in the same unit."""
    lower_bound: bool = False
    """Whether the value is only a lower bound."""


@dataclasses.dataclass(frozen=True)
class Axis:
    """Where values fall between two edges of a chart."""

    low: float
    high: float
    left: float
    right: float
    step: float

    def at(self, value: float) -> float:
        """Return where a value falls, in pixels."""
        share = (value - self.low) / (self.high - self.low)
        return self.left + share * (self.right - self.left)

    def ticks(self) -> list[float]:
        """Return the round values inside the axis."""
        first = math.ceil(self.low / self.step - 1e-9)
        last = math.floor(self.high / self.step + 1e-9)
        return [tick * self.step for tick in range(first, last + 1)]


def axis_over(values: Sequence[float], left: float, right: float) -> Axis:
    """Return an axis over the values with three to six round ticks."""
    low, high = (min(values), max(values)) if values else (0.0, 1.0)
    if low == high:
        low, high = (low, low + 1) if low == 0 else (low - abs(low), high + abs(high))
    raw = (high - low) / 4
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(nice * power for nice in _STEPS if nice * power >= raw * (1 - 1e-9))
    return Axis(
        math.floor(low / step + 1e-9) * step,
        math.ceil(high / step - 1e-9) * step,
        left,
        right,
        step,
    )


def _step_decimals(step: float) -> int:
    """Return how many decimals a step of the axis needs."""
    return next(d for d in range(16) if d == 15 or abs(round(step, d) - step) < step * 1e-6)  # noqa: PLR2004 - a double has no more


def grid(axis: Axis, top: float, bottom: float) -> str:
    """Draw the lines of an axis with their values below."""
    parts = []
    decimals = _step_decimals(axis.step)
    for tick in axis.ticks():
        x = number(axis.at(tick))
        line = {"x1": x, "y1": number(top), "x2": x, "y2": number(bottom), "stroke": RULE}
        parts.append(element("line", line | {"stroke-width": 1.4 if tick == 0 else 0.7}))
        look = {"fill": QUIET, "text-anchor": "middle"}
        parts.append(text_line(number(tick, decimals), (axis.at(tick), bottom + 12), _SMALL, look))
    return "".join(parts)


def written_value(value: float, decimals: int, row: ChartRow) -> str:
    """Return a figure as the chart writes it."""
    text = f"{value:.{decimals}f}"
    return f"≥ {text}" if row.lower_bound else text


def rows_in_words(rows: Sequence[ChartRow], decimals: int, unit: str, language: Language) -> str:
    """Return every figure of the chart in words."""
    said = []
    for row in rows:
        value = finite(row.value)
        if value is None:
            text = word("drawing", "no_data", language)
        else:
            text = f"{written_value(value, decimals, row)} {unit}".strip()
        low, high, target = finite(row.low), finite(row.high), finite(row.target)
        if low is not None and high is not None:
            text += word("drawing", "chart_join", language) + word(
                "drawing", "chart_range", language
            ).format(low=f"{low:.{decimals}f}", high=f"{high:.{decimals}f}")
        if target is not None:
            text += word("drawing", "chart_join", language) + word(
                "drawing", "chart_target", language
            ).format(value=f"{target:.{decimals}f}")
        line = word("drawing", "chart_row", language)
        said.append(line.format(label=row.label, value=text))
    return word("drawing", "chart_join", language).join(said)


def checked_rows(rows: Sequence[ChartRow]) -> None:
    """Raise for no rows, too many, and ranges that do not hold their value."""
    if not 1 <= len(rows) <= _MOST_ROWS:
        raise SchemaError("drawing_chart_rows", {"count": len(rows), "most": _MOST_ROWS})
    for row in rows:
        low, value, high = finite(row.low), finite(row.value), finite(row.high)
        known = [each for each in (low, value, high) if each is not None]
        if known != sorted(known):
            facts = {"row": row.label, "low": row.low, "high": row.high}
            raise SchemaError("drawing_chart_range", facts)


def figures(rows: Sequence[ChartRow]) -> list[float]:
    """Return all known numbers of the rows, for the axis."""
    every = [each for row in rows for each in (row.value, row.low, row.high, row.target)]
    return [each for each in map(finite, every) if each is not None]


def target_tick(axis: Axis, row: ChartRow, y: float) -> str:
    """Return the tick at the target; nothing without one."""
    target = finite(row.target)
    if target is None:
        return ""
    x = number(axis.at(target))
    line = {"x1": x, "y1": number(y - 8.5), "x2": x, "y2": number(y + 8.5)}
    return element("line", line | {"stroke": ACCENT, "stroke-width": 2.0})


def dot(axis: Axis, row: ChartRow, y: float) -> str:
    """Return the dot of a row on its range, and the arrow of a lower bound."""
    value, low, high = finite(row.value), finite(row.low), finite(row.high)
    colour = ramp_colours(3)[2]
    parts = []
    if low is not None and high is not None:
        x, wide = axis.at(low), axis.at(high) - axis.at(low)
        band = {"x": number(x), "y": number(y - 3.5), "width": number(max(wide, 1)), "height": 7}
        parts.append(element("rect", band | {"fill": ramp_colours(3)[1], "fill-opacity": 0.55}))
        ends = "".join(f"M{number(axis.at(end))} {number(y - 6)}v12" for end in (low, high))
        parts.append(element("path", {"d": ends, "stroke": colour, "stroke-width": 1}))
    if value is not None:
        dot = {"cx": number(axis.at(value)), "cy": number(y), "r": 4.5, "fill": colour}
        parts.append(element("circle", dot | {"stroke": PAPER, "stroke-width": 1.2}))
    if value is not None and row.lower_bound and high is None:
        x = axis.at(value)
        arrow = f"M{number(x + 6)} {number(y)}h13m-4.5-3.5l4.5 3.5-4.5 3.5"
        look = {"fill": "none", "stroke": colour, "stroke-width": 1.5, "stroke-linejoin": "round"}
        parts.append(element("path", {"d": arrow} | look))
    return "".join(parts)


def chart_key(rows: Sequence[ChartRow], right: float, y: float, language: Language) -> str:
    """Explain the target's tick and the band at the upper right, as far as they occur."""
    parts, x = [], right
    colour = ramp_colours(3)[1]
    entries = []
    if any(finite(row.target) is not None for row in rows):
        entries.append(("target", {"width": 2, "height": 11, "fill": ACCENT}))
    if any(finite(row.low) is not None for row in rows):
        look = {"width": 14, "height": 7, "fill": colour, "fill-opacity": 0.55}
        entries.append(("range", look))
    for name, look in entries:
        text = word("drawing", name, language)
        parts.append(text_line(text, (x, y), _SMALL, {"fill": QUIET, "text-anchor": "end"}))
        x -= text_width(text, _SMALL) + 5 + float(str(look["width"]))
        place = {"x": number(x), "y": number(y - 3.4 - float(str(look["height"])) / 2)}
        parts.append(element("rect", place | look))
        x -= 14
    return "".join(parts)


def no_data_field(axis: Axis, y: float, hatches: Hatches, language: Language) -> str:
    """Return the hatched field that stands where there is no value."""
    text = word("drawing", "no_data", language)
    look = look_of(no_data_style(), "D", "area", hatches)
    start = axis.at(max(axis.low, 0.0))
    box = Box(start, y - 6.5, min(46.0, axis.right - start), 13)
    place = {
        "x": number(box.x),
        "y": number(box.y),
        "width": number(box.w),
        "height": number(box.h),
    }
    field = element("rect", place | look.attributes() | {"stroke-dasharray": "none"})
    return field + text_line(text, (box.x + box.w + 6, y + 3.5), _SMALL, {"fill": QUIET})
