"""How a style and its evidence look in SVG: the same on the map, in the legend and on pages."""

import dataclasses

from erdao_gis.drawing.styles import EvidenceStyle, Style, evidence_styles
from erdao_gis.drawing.svg_markup import PAPER, QUIET, element, number
from erdao_gis.drawing.window import Box

_PLAIN = EvidenceStyle(evidence="", dash="", hatched=False)
_LEAST_GAP = 2.4
_DARKEST_HATCH = 0.85
_POINT_DASH = "2.6 1.7"
_POINT_GAP = 3.2
_LEAST_DASHED = 3.5
_LEAST_CLASS_LINE = 3.0
_WHITE = "#FFFFFF"


@dataclasses.dataclass(frozen=True)
class Look:
    """Presentation attributes of one symbol, in pixels."""

    stroke: str
    """Line colour or ``none``."""
    width: float
    """Line width."""
    dash: str
    """Dash pattern; empty for solid."""
    fill: str
    """Fill colour, reference to a hatch, or ``none``."""
    fill_opacity: float
    """Opacity of the fill."""

    def attributes(self) -> dict[str, object]:
        """Return the attributes as SVG names them."""
        return {
            "fill": self.fill,
            "fill-opacity": self.fill_opacity if self.fill != "none" else None,
            "stroke": self.stroke,
            "stroke-width": self.width,
            "stroke-dasharray": self.dash,
            "stroke-linejoin": "round",
            "stroke-linecap": "round" if not self.dash else None,
        }


class Hatches:
    """The hatch patterns of one drawing, each defined once.

    Parameters
    ----------
    key
        Leads the ids.
    """

    def __init__(self, key: str) -> None:
        self._key = key
        self._ids: dict[tuple[object, ...], str] = {}

    def fill(
        self, colour: str, ground: tuple[str, float], *, angle: float, gap: float, strength: float
    ) -> str:
        """Return the fill that hatches in ``colour`` over ``ground`` (colour and opacity)."""
        facts = (colour, ground, number(angle), number(max(gap, _LEAST_GAP)), number(strength, 2))
        name = self._ids.setdefault(facts, f"{self._key}-hatch{len(self._ids) + 1}")
        return f"url(#{name})"

    def definitions(self) -> str:
        """Return the patterns asked for so far."""
        return "".join(_pattern(name, *facts) for facts, name in self._ids.items())


def _pattern(name: str, *facts: object) -> str:
    colour, ground, angle, gap, strength = facts
    back, opacity = ground if isinstance(ground, tuple) else (ground, 1)
    wide = float(str(gap))
    rect = {"width": gap, "height": gap, "fill": back, "fill-opacity": opacity}
    line = {
        "d": f"M{number(wide / 2)} 0V{gap}",
        "stroke": colour,
        "stroke-width": max(0.8, wide / 6),
        "stroke-opacity": strength,
    }
    tile: dict[str, object] = {
        "id": name,
        "width": gap,
        "height": gap,
        "patternUnits": "userSpaceOnUse",
        "patternTransform": f"rotate({angle})" if angle != "0" else None,
    }
    return element("pattern", tile, element("rect", rect), element("path", line))


def _scaled(dash: str, scale: float) -> str:
    return " ".join(number(float(piece) * scale) for piece in dash.split())


def _hatch(style: Style, hatches: Hatches, scale: float, colour: str) -> str:
    """Hatch an area in the style's own direction, so that areas over one another stay apart."""
    if colour:
        ground, line, strength = (colour, 0.9), PAPER, 0.8
    else:
        line = style.fill or style.stroke
        ground, strength = (line, 0.07), min(_DARKEST_HATCH, (style.fill_opacity or 0.3) * 2.6)
    gap = (style.hatch_gap or 6) * scale
    return hatches.fill(line, ground, angle=style.hatch_angle, gap=gap, strength=strength)


def _dots(style: Style, hatches: Hatches, scale: float, colour: str) -> str:
    """Hatch a point: closely, and on its class colour where it has one."""
    line, ground = style.fill or style.stroke, PAPER
    if colour:
        line, ground = PAPER, colour
    elif line == _WHITE:  # an open symbol: its outline tells the colour
        line = style.stroke
    angle, gap = style.hatch_angle or 45, _POINT_GAP * scale
    return hatches.fill(line, (ground, 1.0), angle=angle, gap=gap, strength=0.8)


def look_of(
    style: Style,
    grade: str,
    form: str,
    hatches: Hatches,
    *,
    scale: float = 1.0,
    colour: str = "",
) -> Look:
    """Return how a style is drawn for one grade of evidence.

    Parameters
    ----------
    style
        Row of the style table.
    grade
        A, B, C or D; anything else is drawn as given, solid.
    form
        ``area``, ``line`` or ``point``.
    hatches
        Patterns of the drawing.
    scale
        Factor on widths, dashes and gaps.
    colour
        Colour of a class, instead of the style's own fill (area, point) or stroke (line).
    """
    evidence = evidence_styles().get(grade, _PLAIN)
    dash = _scaled(evidence.dash or style.dash, scale)
    width = max(0.4, (style.width or 1.2) * scale)
    stroke = style.stroke or "none"
    if form == "line":
        return Look(colour or stroke, width, dash, "none", 1.0)
    plain = colour or style.fill or stroke
    if form == "point":
        # Round a very small point dashes look like a star: the hatching alone must tell.
        roomy = (style.size or 4) * scale >= _LEAST_DASHED
        small = _scaled(_POINT_DASH, scale) if evidence.dash and roomy else ""
        if evidence.hatched:
            return Look(stroke, width, small, _dots(style, hatches, scale, colour), 1.0)
        # A dashed outline needs a paler ground to be seen.
        return Look(stroke, width, small, plain, 0.5 if evidence.dash and not colour else 1.0)
    if evidence.hatched:
        return Look(stroke, width, dash, _hatch(style, hatches, scale, colour), 1.0)
    opacity = 0.9 if colour else (style.fill_opacity or 0.2)
    return Look(stroke, width, dash, plain, opacity)


def marker_path(marker: str, x: float, y: float, r: float) -> str:
    """Return the outline of a point symbol of half-width ``r``.

    Examples
    --------
    >>> marker_path("square", 10, 10, 2)
    'M8 8h4v4h-4z'
    """
    wide = number(2 * r)
    if marker == "square":
        return f"M{number(x - r)} {number(y - r)}h{wide}v{wide}h-{wide}z"
    if marker == "diamond":
        d = number(r * 1.3)
        return f"M{number(x)} {number(y - r * 1.3)}l{d} {d} -{d} {d} -{d} -{d}z"
    ray = number(r)
    return f"M{number(x - r)} {number(y)}a{ray} {ray} 0 1 0 {wide} 0a{ray} {ray} 0 1 0 -{wide} 0z"


def swatch(style: Style, look: Look, form: str, box: Box, *, graded: bool = False) -> str:
    """Return a small picture of a symbol for the legend, inside ``box``.

    A line that shows a class (``graded``) is drawn wide enough to read its colour, with the dark
    edge it has on the map.
    """
    middle = number(box.y + box.h / 2)
    shown = dataclasses.replace(look, width=min(look.width, 5.0))
    if form == "point":
        size = min(style.size or 4, box.h / 2 - 1)
        path = marker_path(style.marker, box.x + box.w / 2, box.y + box.h / 2, size)
    elif form == "line":
        path = f"M{number(box.x)} {middle}h{number(box.w)}"
    else:
        path = f"M{number(box.x)} {number(box.y)}h{number(box.w)}v{number(box.h)}h-{number(box.w)}z"
        shown = dataclasses.replace(look, width=min(look.width, 1.6))
    edge = ""
    if form == "line" and graded:
        shown = dataclasses.replace(shown, width=max(shown.width, _LEAST_CLASS_LINE))
        edge = element("path", {"d": path, "stroke": QUIET, "stroke-width": shown.width + 1.4})
    drawn = edge + element("path", {"d": path} | shown.attributes())
    if form == "line" and style.marker == "rail":
        drawn += element(
            "path",
            {"d": path, "stroke": PAPER, "stroke-width": 0.9, "stroke-dasharray": "5 5"},
        )
    return drawn
