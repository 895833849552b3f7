"""The charts of a report: figures of a theme side by side, and the path of a target."""

import dataclasses
from collections.abc import Callable, Sequence

from erdao_gis.drawing import ChartRow, range_chart
from erdao_gis.drawing.chart_parts import Axis, axis_over
from erdao_gis.drawing.svg_markup import (
    ACCENT,
    INK,
    PAPER,
    QUIET,
    RULE,
    element,
    number,
    open_svg,
    text_line,
)
from erdao_gis.errors import Language
from erdao_gis.indicators.table import number_text
from erdao_gis.reports.report_content import Block, FigureLine, Picture, Theme
from erdao_gis.wording import word

_WIDTH = 660.0
_LEAST_ROWS, _MOST_ROWS = 3, 14
_SIZE = (300.0, 116.0)
_LEFT, _RIGHT, _TOP, _BOTTOM = 46.0, 14.0, 12.0, 20.0
_SMALL = 9.5
_WHOLE = 1000.0
# Reported figures have a unit in common, but neither time nor definition.
_REPORTED = "reported"

_Place = Callable[[float, float], tuple[float, float]]


def _chart_row(block: Block, figure: FigureLine) -> ChartRow:
    return ChartRow(
        label=block.name,
        value=figure.value,
        low=figure.low,
        high=figure.high,
        target=figure.target,
        lower_bound=figure.state == "lower_bound",
    )


def _decimals(rows: Sequence[ChartRow]) -> int:
    most = max(abs(row.value or 0.0) for row in rows)
    return 0 if most >= _WHOLE else 1


def theme_charts(theme: Theme, language: Language) -> tuple[Picture, ...]:
    """Draw the figures of a theme that share a unit; one figure an indicator.

    Parameters
    ----------
    theme
        Figures with their bands and targets.
    language
        Language of the words.

    Returns
    -------
    tuple of Picture
        Empty where fewer than three indicators with a value share unit and variant. Of an
        indicator with variants the first that has a value is drawn; the title names it.
    """
    rows: dict[tuple[str, str], list[ChartRow]] = {}
    if theme.key == _REPORTED:
        return ()
    for block in theme.blocks:
        shown = next((figure for figure in block.figures if figure.value is not None), None)
        if shown is not None and shown.unit:
            rows.setdefault((shown.unit, shown.label), []).append(_chart_row(block, shown))
    pictures = []
    for at, ((unit, label), found) in enumerate(rows.items(), start=1):
        if len(found) < _LEAST_ROWS:
            continue
        key = f"chart-{theme.key}-{at}".replace("_", "-")
        drawn = found[:_MOST_ROWS]
        title = f"{theme.title} · {label}" if label else theme.title
        svg = range_chart(
            drawn,
            title=title,
            unit=unit,
            width=_WIDTH,
            decimals=_decimals(drawn),
            key=key,
            language=language,
        )
        pictures.append(Picture(key=key, title=f"{title} ({unit})", svg=svg))
    return tuple(pictures)


@dataclasses.dataclass(frozen=True, kw_only=True)
class PathPoints:
    """What the path of a target is drawn from."""

    base: float
    """Value at the beginning."""
    line: tuple[tuple[float, float], ...]
    """Year and value along the path to the target."""
    now: float
    """Date of the evaluation, in years."""
    path: float | None
    """Where the path stands then."""
    actual: float | None
    """What was reached; None is drawn as nothing."""


def path_chart(points: PathPoints, *, title: str, key: str, language: Language) -> Picture:
    """Draw the path from base to target, and what was reached beside it.

    Parameters
    ----------
    points
        At least two points of the path.
    title
        Name of the indicator, read out with all figures.
    key
        Leads the ids of the drawing.
    language
        Language of the words.

    Examples
    --------
    >>> points = PathPoints(base=50.0, line=((2020, 50.0), (2025, 80.0)), now=2023, path=68.0,
    ...                     actual=61.0)
    >>> "61" in path_chart(points, title="覆盖率", key="path-a", language="zh").svg
    True
    """
    width, height = _SIZE
    years = [year for year, _ in points.line]
    values = [value for _, value in points.line]
    marks = [value for value in (points.path, points.actual) if value is not None]
    across = axis_over([*years, points.now], _LEFT, width - _RIGHT)
    first, last = min(*years, points.now), max(*years, points.now)
    up = axis_over([*values, *marks], height - _BOTTOM, _TOP)
    across = dataclasses.replace(across, low=first, high=last if last > first else first + 1)

    def at(year: float, value: float) -> tuple[float, float]:
        return across.at(year), up.at(value)

    parts = [
        element("rect", {"width": number(width), "height": number(height), "fill": PAPER}),
    ]
    parts += _scales(across, up, (years[0], years[-1]))
    trace = "".join(
        f"{'M' if n == 0 else 'L'}{number(x)} {number(y)}"
        for n, (x, y) in enumerate(at(year, value) for year, value in points.line)
    )
    parts.append(element("path", {"d": trace, "fill": "none", "stroke": INK, "stroke-width": 1.4}))
    parts += _marks(points, at)
    spoken = word("reports", "path_spoken", language).format(
        base=number_text(points.base),
        target=number_text(values[-1]),
        path="—" if points.path is None else number_text(points.path),
        actual=word("indicators", "no_data", language)
        if points.actual is None
        else number_text(points.actual),
    )
    svg = open_svg(key, (width, height, "px"), (title, spoken), parts, language=language)
    return Picture(key=key, title=title, svg=svg, note=spoken)


def _scales(across: Axis, up: Axis, years: tuple[float, float]) -> list[str]:
    """Return the level lines with their values, and the first and last year."""
    width, height = _SIZE
    parts = []
    for tick in up.ticks():
        y = number(up.at(tick))
        line = {"x1": _LEFT, "x2": width - _RIGHT, "y1": y, "y2": y, "stroke": RULE}
        parts.append(element("line", line | {"stroke-width": 0.7}))
        look: dict[str, object] = {"fill": QUIET, "text-anchor": "end"}
        parts.append(text_line(number_text(tick), (_LEFT - 5, up.at(tick) + 3), _SMALL, look))
    for year in dict.fromkeys(years):
        look = {"fill": QUIET, "text-anchor": "middle"}
        parts.append(text_line(f"{year:.0f}", (across.at(year), height - 6), _SMALL, look))
    return parts


def _marks(points: PathPoints, at: _Place) -> list[str]:
    """Return the ring on the path at the date, the dot of what was reached, and the target."""
    parts = []
    year, value = points.line[-1]
    x, y = at(year, value)
    cross = f"M{number(x - 5)} {number(y)}h10m-5-5v10"
    parts.append(element("path", {"d": cross, "stroke": ACCENT, "stroke-width": 1.8}))
    if points.path is not None:
        x, y = at(points.now, points.path)
        ring = {"cx": number(x), "cy": number(y), "r": 4, "fill": PAPER, "stroke": INK}
        parts.append(element("circle", ring))
    if points.actual is not None:
        x, y = at(points.now, points.actual)
        dot = {"cx": number(x), "cy": number(y), "r": 4.2, "fill": ACCENT}
        parts.append(element("circle", dot))
        look: dict[str, object] = {"fill": ACCENT, "text-anchor": "end"}
        parts.append(text_line(number_text(points.actual), (x - 7, y - 4), _SMALL + 1, look))
    return parts
