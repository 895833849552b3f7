"""Values with their range, a row each, in the hand of the maps.

The chart is one accessible image: title and description tell all its figures.
"""

import dataclasses
from collections.abc import Sequence

from erdao_gis.drawing.chart_parts import (
    ChartRow,
    axis_over,
    chart_key,
    checked_rows,
    dot,
    figures,
    grid,
    no_data_field,
    rows_in_words,
    target_tick,
    written_value,
)
from erdao_gis.drawing.lettering import cut, text_width
from erdao_gis.drawing.svg_markup import (
    INK,
    PAPER,
    element,
    finite,
    number,
    open_svg,
    require_key,
    text_line,
)
from erdao_gis.drawing.symbols import Hatches
from erdao_gis.errors import GeometryError, Language

_ROW = 23.0
_SIZE = 11.5
_AXIS = 22.0
_LEAST_WIDTH = 160.0
_RIGHT: dict[str, object] = {"fill": INK, "text-anchor": "end"}


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Chart:
    """A chart with what was asked of it."""

    rows: Sequence[ChartRow]
    title: str
    unit: str
    width: float
    decimals: int
    key: str
    language: Language

    def drawn(self) -> str:
        """Return the whole chart."""
        checked_rows(self.rows)
        require_key(self.key)
        if not self.width >= _LEAST_WIDTH:
            raise GeometryError("drawing_size", {"size": f"{self.width} px"})
        labels = [cut(row.label, most=self.width * 0.36 / _SIZE) for row in self.rows]
        left = max(text_width(label, _SIZE) for label in labels) + 12
        values = [self._figure(row) for row in self.rows]
        room = max(text_width(text, _SIZE) for text in values) + 10
        axis = axis_over(figures(self.rows), left, self.width - room)
        top = 28.0
        bottom = top + len(self.rows) * _ROW
        hatches = Hatches(self.key)
        parts = [grid(axis, top, bottom)]
        for at, (row, label, text) in enumerate(zip(self.rows, labels, values, strict=True)):
            y = top + (at + 0.5) * _ROW
            parts.append(text_line(label, (left - 8, y + 4), _SIZE, _RIGHT))
            if text:
                parts.append(dot(axis, row, y))
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
        key = chart_key(self.rows, self.width - 2, 14, self.language)
        room = (self.width - 150) / 13
        look = {"fill": INK, "font-weight": 600}
        title = text_line(cut(self._heading(), most=room), (2, 15), 13, look)
        spoken = rows_in_words(self.rows, self.decimals, self.unit, self.language)
        return open_svg(
            self.key,
            (self.width, height, "px"),
            (self.title, spoken),
            [element("defs", {}, hatches.definitions()), ground, title, key, *parts],
            language=self.language,
        )


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
    title
        Title, also read out.
    unit
        Unit of all values, beside the title.
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
    return chart.drawn()
