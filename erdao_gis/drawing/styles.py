"""Read the one style table, ``layers/styles/styles.csv``.

A row styles a layer, or one part of it: ``by`` names the column that tells the parts apart,
``part`` the value, ``*`` every other value. The row of layer ``*`` serves layers without a row
of their own. Rows of the layer ``evidence`` say how the certainty of a place changes a symbol,
rows of ``ramp`` colour the classes of a measured value, with part ``none`` for no data.
"""

import dataclasses
import functools
import re
from collections.abc import Mapping
from typing import Literal

from erdao_gis.errors import SchemaError
from erdao_gis.rows import shipped_rows

OTHER = "*"
_COLOUR = re.compile(r"#[0-9A-F]{6}")
_RAMP = "ramp"
_NO_DATA = "none"
_DASH = re.compile(r"\d+(\.\d+)?( \d+(\.\d+)?)*")
_PATTERNS = {"stroke": _COLOUR, "fill": _COLOUR, "label_colour": _COLOUR, "dash": _DASH}


@dataclasses.dataclass(frozen=True, kw_only=True)
class Style:
    """How one layer, or one part of it, is drawn: a row of ``layers/styles/styles.csv``."""

    layer: str
    """Name of the layer."""
    by: str
    """Column that tells the parts apart; empty when there is one style."""
    part: str
    """Value of the layer's ``by`` column; empty when the layer has one style."""
    order: int = 0
    """Drawing order; larger lies on top."""
    stroke: str = ""
    """Line colour, ``#RRGGBB``; empty for none."""
    width: float = 0.0
    """Line width in pixels."""
    fill: str = ""
    """Fill colour, ``#RRGGBB``; empty for none."""
    fill_opacity: float = 0.0
    """Opacity of a plain fill, 0 to 1."""
    hatch_angle: float = 0.0
    """Direction of hatching in degrees."""
    hatch_gap: float = 0.0
    """Distance between hatching lines in pixels."""
    marker: Literal["", "dot", "square", "diamond", "node", "rail"] = ""
    """Shape of points (dot, square, diamond, node) or of a line (rail)."""
    size: float = 0.0
    """Half the width of a marker in pixels."""
    dash: str = ""
    """Dash pattern of its own, in pixels; empty for a solid line."""
    hatched: bool = False
    """Of a grade of evidence: whether areas and points are hatched instead of filled."""
    label_priority: int = 0
    """Larger is placed first; 0 for no label."""
    label_size: float = 0.0
    """Letter height in pixels."""
    label_colour: str = ""
    """Letter colour, ``#RRGGBB``."""
    label_from_zoom: float = 0.0
    """Labels appear from this zoom on."""
    shown: bool = False
    """Whether the layer is switched on when a page opens."""
    title_zh: str = ""
    """Chinese legend text of the part; empty when the layer's title serves."""
    title_en: str = ""
    """English legend text of the part."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class LayerStyle:
    """The styles of one layer."""

    layer: str
    """Name of the layer."""
    by: str
    """Column that tells the parts apart; empty when there is one style."""
    parts: Mapping[str, Style]
    """Styles by part, in drawing order of the table."""

    def of(self, value: object) -> Style:
        """Return the style for a value of the ``by`` column.

        Examples
        --------
        >>> layer_style("feature_streets").of("1").stroke
        '#A3481F'
        """
        part = "" if value is None else str(value)
        return self.parts.get(part) or self.parts.get(OTHER) or next(iter(self.parts.values()))


@dataclasses.dataclass(frozen=True, kw_only=True)
class EvidenceStyle:
    """How one grade of evidence changes a symbol."""

    evidence: str
    """A, B, C or D."""
    dash: str
    """Dash pattern of lines and outlines in pixels; empty for solid."""
    hatched: bool
    """Whether areas and points are hatched instead of filled."""


def _require_patterns(style: Style, line: int) -> None:
    """Refuse what is no colour or no dash pattern."""
    for column, pattern in _PATTERNS.items():
        value = getattr(style, column)
        if value and not pattern.fullmatch(value):
            facts = {"line": line, "column": column, "value": value, "expected": pattern.pattern}
            raise SchemaError("style_bad_value", facts)


@functools.cache
def _table() -> tuple[dict[str, LayerStyle], dict[str, EvidenceStyle]]:
    """Read and check the table once."""
    layers: dict[str, dict[str, Style]] = {}
    by: dict[str, str] = {}
    evidence: dict[str, EvidenceStyle] = {}
    for line, style in enumerate(shipped_rows("styles/styles", Style), start=2):
        _require_patterns(style, line)
        if style.layer == "evidence":
            evidence[style.part] = EvidenceStyle(
                evidence=style.part, dash=style.dash, hatched=style.hatched
            )
            continue
        layers.setdefault(style.layer, {})[style.part] = style
        by[style.layer] = style.by
    return {
        name: LayerStyle(layer=name, by=by[name], parts=parts) for name, parts in layers.items()
    }, evidence


def styled_layers() -> tuple[str, ...]:
    """Return the names of the layers that have rows of their own, in table order.

    Examples
    --------
    >>> "axis" in styled_layers()
    True
    """
    return tuple(name for name in _table()[0] if name != OTHER and not name.startswith(_RAMP))


def layer_style(layer: str) -> LayerStyle:
    """Return the styles of ``layer``; the table's general style if it has no row.

    Parameters
    ----------
    layer
        Name of a layer, known to the table or not.

    Raises
    ------
    SchemaError
        The table holds a value that is no colour, number, dash pattern or marker.

    Examples
    --------
    >>> layer_style("axis").of(None).width
    5.2
    >>> layer_style("something of mine").of(None).marker
    'dot'
    """
    layers = _table()[0]
    return layers.get(layer) or dataclasses.replace(layers[OTHER], layer=layer)


def evidence_styles() -> Mapping[str, EvidenceStyle]:
    """Return how each grade of evidence is drawn.

    Examples
    --------
    >>> evidence_styles()["D"].hatched, evidence_styles()["B"].dash
    (True, '')
    """
    return _table()[1]


def ramp_colours(count: int | None, *, ramp: str = _RAMP) -> tuple[str, ...]:
    """Return colours for ``count`` classes, from pale to deep, spread over a ramp of the table.

    Parameters
    ----------
    count
        Number of classes; None gives the whole ramp.
    ramp
        Rows of the table to take: measures that must not be taken for one another have ramps
        of their own.

    Raises
    ------
    SchemaError
        More classes than the ramp has colours.

    Examples
    --------
    >>> len(ramp_colours(None)), len(ramp_colours(3)), ramp_colours(0)
    (7, 3, ())
    """
    parts = _table()[0][ramp].parts
    colours = [style.fill for part, style in parts.items() if part != _NO_DATA]
    if count is None:
        return tuple(colours)
    if count > len(colours):
        raise SchemaError("drawing_class_count", {"count": count, "most": len(colours)})
    if count == 1:
        return (colours[len(colours) // 2],)
    last = len(colours) - 1
    return tuple(colours[round(step * last / (count - 1))] for step in range(count))


def no_data_style() -> Style:
    """Return how a feature without a value is drawn on a classified map.

    Examples
    --------
    >>> no_data_style().hatch_gap > 0
    True
    """
    return _table()[0][_RAMP].parts[_NO_DATA]
