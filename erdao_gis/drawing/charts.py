"""Small charts in the hand of the maps: bars, values with their range, and a line of a few years.

Every chart is one accessible image: title and description tell all its figures.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from erdao_gis.drawing.chart_parts import (
    Axis,
    ChartRow,
    axis_over,
    bar,
    chart_key,
    checked_rows,
    dot,
    figures,
    grid,
    no_data_field,
    spoken_rows,
    target_tick,
    written_value,
)
from erdao_gis.drawing.lettering import cut, text_width
from erdao_gis.drawing.styles import ramp_colours
from erdao_gis.drawing.svg_markup import (
    ACCENT,
    INK,
    PAPER,
    QUIET,
    element,
    finite,
    number,
    open_svg,
    require_key,
    text_line,
)
from erdao_gis.drawing.symbols import Hatches
from erdao_gis.errors import GeometryError, Language
from erdao_gis.wording import word

_ROW = 23.0
_SIZE = 11.5
_AXIS = 22.0
_LEAST_WIDTH = 160.0
_RIGHT: dict[str, object] = {"fill": INK, "text-anchor": "end"}

_Drawer = Callable[[Axis, ChartRow, float], str]


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Chart:
    """What the two row charts have in common."""

    rows: Sequence[ChartRow]
    title: str
    unit: str
    width: float
    decimals: int
    key: str
    language: Language

    def drawn(self, draw: _Drawer, *, zero: bool) -> str:
        """Return the whole chart, each row drawn by ``draw``."""
        checked_rows(self.rows)
        require_key(self.key)
        if not self.width >= _LEAST_WIDTH:
            raise GeometryError("drawing_size", {"size": f"{self.width} px"})
        labels = [cut(row.label, most=self.width * 0.36 / _SIZE) for row in self.rows]
        left = max(text_width(label, _SIZE) for label in labels) + 12
        values = [self._figure(row) for row in self.rows]
        room = max(text_width(text, _SIZE) for text in values) + 10
        axis = axis_over(figures(self.rows), left, self.width - room, zero=zero)
        top = 28.0
        bottom = top + len(self.rows) * _ROW
        hatches = Hatches(self.key)
        parts = [grid(axis, top, bottom)]
        for at, (row, label, text) in enumerate(zip(self.rows, labels, values, strict=True)):
            y = top + (at + 0.5) * _ROW
            parts.append(text_line(label, (left - 8, y + 4), _SIZE, _RIGHT))
            if text:
                parts.append(draw(axis, row, y))
                parts.append(text_line(text, (self.width - 2, y + 4), _SIZE, _RIGHT))
            else:
                parts.append(no_data_field(axis, y, hatches, self.language))
            parts.append(target_tick(axis, row, y))
        return self._framed(parts, hatches, bottom)

    def _figure(self, row: ChartRow) -> str:
        """Return the figure at the end of a row: the value, else its range, else nothing."""
        value, low, high = finite(row.value), finite(row.low), finite(row.high)
        if value is not None:
            return written_value(value, self.decimals, row)
        if low is None or high is None:
            return ""
        return f"{low:.{self.decimals}f} – {high:.{self.decimals}f}"

    def _heading(self) -> str:
        if not (self.title and self.unit):
            return self.title or self.unit
        return (
            f"{self.title}（{self.unit}）"
            if self.language == "zh"
            else f"{self.title} ({self.unit})"
        )

    def _framed(self, parts: list[str], hatches: Hatches, bottom: float) -> str:
        height = bottom + _AXIS
        ground = element(
            "rect", {"width": number(self.width), "height": number(height), "fill": PAPER}
        )
        key = chart_key(self.rows, self.width - 2, 14, self.language, band=True)
        room = (self.width - 150) / 13
        look = {"fill": INK, "font-weight": 600}
        title = text_line(cut(self._heading(), most=room), (2, 15), 13, look)
        spoken = spoken_rows(self.rows, self.decimals, self.unit, self.language)
        return open_svg(
            self.key,
            (self.width, height, "px"),
            (self.title, spoken),
            [element("defs", {}, hatches.definitions()), ground, title, key, *parts],
            language=self.language,
        )


def bar_chart(
    rows: Sequence[ChartRow] | Mapping[str, float | None],
    *,
    title: str = "",
    unit: str = "",
    width: float = 520.0,
    decimals: int = 1,
    key: str = "bars",
    language: Language = "zh",
) -> str:
    """Draw values as bars from zero, with target ticks where there are targets.

    Parameters
    ----------
    rows
        Rows from top to bottom, or values by name. 1 to 200; no data is a hatched field.
    title
        Title, also read out.
    unit
        Unit of all values, below the axis.
    width
        Width in pixels, at least 160; the height follows from the rows.
    decimals
        Decimals of the figures.
    key
        Leads all ids: drawings that stand in one page need different keys.
    language
        Language of the words.

    Raises
    ------
    GeometryError
        The width leaves no room.
    SchemaError
        No rows or too many, a range that does not hold its value, or an impossible key.

    Examples
    --------
    >>> svg = bar_chart({"滨河东区": 31.5, "长青": None}, title="绿地率", unit="%")
    >>> "31.5" in svg, "无数据" in svg
    (True, True)
    """
    if isinstance(rows, Mapping):
        rows = [ChartRow(label=label, value=value) for label, value in rows.items()]
    chart = _Chart(
        rows=[dataclasses.replace(row, low=None, high=None) for row in rows],
        title=title,
        unit=unit,
        width=width,
        decimals=decimals,
        key=key,
        language=language,
    )
    return chart.drawn(bar, zero=True)


def range_chart(
    rows: Sequence[ChartRow],
    *,
    title: str = "",
    unit: str = "",
    width: float = 520.0,
    decimals: int = 1,
    key: str = "ranges",
    language: Language = "zh",
) -> str:
    """Draw values as dots on their possible range, with a tick at the target.

    Parameters
    ----------
    rows
        Rows from top to bottom, 1 to 200. A lower bound without a range points onward; no data
        is a hatched field.
    title, unit, width, decimals, key, language
        As for :func:`bar_chart`.

    Raises
    ------
    GeometryError
        The width leaves no room.
    SchemaError
        No rows or too many, a range that does not hold its value, or an impossible key.

    Examples
    --------
    >>> row = ChartRow(label="公园覆盖率", value=62.0, low=55.0, high=70.0, target=80.0)
    >>> svg = range_chart([row], unit="%")
    >>> "目标" in svg, "55.0" in svg
    (True, True)
    """
    chart = _Chart(
        rows=rows,
        title=title,
        unit=unit,
        width=width,
        decimals=decimals,
        key=key,
        language=language,
    )
    return chart.drawn(dot, zero=False)


def sparkline(
    values: Sequence[float | None],
    *,
    title: str,
    size: tuple[float, float] = (120.0, 28.0),
    target: float | None = None,
    decimals: int = 1,
    key: str = "line",
    language: Language = "zh",
) -> str:
    """Draw a series as a small line with its last figure, to stand in a table cell.

    Parameters
    ----------
    values
        Values at equal steps; None and NaN leave a gap, never a line across it.
    title
        What the series is, read out.
    size
        Width and height in pixels.
    target
        Level drawn as a thin line; None for none.
    decimals, key, language
        As for :func:`bar_chart`.

    Raises
    ------
    SchemaError
        No values or more than 200, or an impossible key.

    Examples
    --------
    >>> svg = sparkline([1.0, 2.0, 3.0], title="公园绿地", size=(100, 20))
    >>> "3.0" in svg and "M" in svg
    True
    """
    rows = [ChartRow(label=str(at), value=each) for at, each in enumerate(values, start=1)]
    checked_rows(rows)
    require_key(key)
    known = [(at, each) for at, each in enumerate(map(finite, values)) if each is not None]
    spoken = spoken_rows(rows, decimals, "", language)
    last = f"{known[-1][1]:.{decimals}f}" if known else word("drawing", "no_data", language)
    width, height = size
    right = width - text_width(last, _SIZE) - 8
    level = finite(target)
    heights = [each for _, each in known] + ([level] if level is not None else [])
    axis = axis_over(heights, height - 5, 5, zero=False)
    step = (right - 4) / max(1, len(values) - 1)
    parts = []
    if level is not None:
        y = number(axis.at(level))
        line = {"x1": 0, "y1": y, "x2": number(right), "y2": y, "stroke": ACCENT}
        parts.append(element("line", line | {"stroke-width": 0.8, "stroke-dasharray": "3 2"}))
    parts.append(_trace(known, axis, step))
    look = {"fill": INK if known else QUIET, "text-anchor": "end"}
    parts.append(text_line(last, (width - 1, height / 2 + 4), _SIZE, look))
    return open_svg(key, (width, height, "px"), (title, spoken), parts, language=language)


def _trace(known: Sequence[tuple[int, float]], axis: Axis, step: float) -> str:
    """Return the line through neighbours, and dots at the last value and at lone ones."""
    colour = ramp_colours(3)[2]
    path, before = "", -2
    places = set(dict(known))
    dots = []
    for at, value in known:
        x, y = 2 + at * step, axis.at(value)
        path += f"{'L' if at == before + 1 else 'M'}{number(x)} {number(y)}"
        lone = at - 1 not in places and at + 1 not in places
        if lone or at == known[-1][0]:
            dots.append(element("circle", {"cx": number(x), "cy": number(y), "r": 2.2,
                                           "fill": colour}))  # fmt: skip
        before = at
    look = {"fill": "none", "stroke": colour, "stroke-width": 1.6, "stroke-linejoin": "round"}
    return (element("path", {"d": path} | look) if path else "") + "".join(dots)
