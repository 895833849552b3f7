"""What stands around a map: title, frame, scale, north, stamp and imprint."""

import math

from erdao_gis.drawing.lettering import text_width, wrapped
from erdao_gis.drawing.sheet import Sheet
from erdao_gis.drawing.svg_markup import (
    ACCENT,
    INK,
    PAPER,
    QUIET,
    SERIF,
    element,
    number,
    text_line,
)
from erdao_gis.drawing.window import PIXEL_M, Box, Window
from erdao_gis.errors import Language
from erdao_gis.wording import word

_NICE = (5.0, 2.0, 1.0)
_KILOMETRE = 1000.0
_IMPRINT = 9.0
_MOST_IMPRINT_LINES = 3


def rect(box: Box, attributes: dict[str, object]) -> str:
    """Return a rectangle."""
    place = {"x": number(box.x), "y": number(box.y), "width": number(box.w)}
    return element("rect", place | {"height": number(box.h)} | attributes)


def frame(box: Box, gap: float) -> str:
    """Return the neatline round the window: thin inside, strong outside."""
    wide = Box(box.x - gap, box.y - gap, box.w + 2 * gap, box.h + 2 * gap)
    line = {"fill": "none", "stroke": INK}
    outer = rect(wide, line | {"stroke-width": 1.8}) if gap else ""
    return rect(box, line | {"stroke-width": 0.8}) + outer


def title_size(width: float) -> float:
    """Return the letter height of the title for a sheet of this width, in pixels."""
    return min(40.0, max(14.0, width / 40))


def title_block(sheet: Sheet, x: float, y: float, width: float) -> tuple[str, float]:
    """Return title and subtitle with their upper left corner, and the height they take."""
    if not sheet.title and not sheet.subtitle:
        return "", 0.0
    size = title_size(width)
    parts, top = [], y
    for line in wrapped(sheet.title, width, size) if sheet.title else ():
        look = {"font-weight": 700, "fill": INK, "font-family": SERIF}
        parts.append(text_line(line, (x, top + size), size, look))
        top += size * 1.3
    small = max(9.5, size * 0.46)
    for line in wrapped(sheet.subtitle, width, small) if sheet.subtitle else ():
        parts.append(text_line(line, (x, top + small), small, {"fill": QUIET}))
        top += small * 1.45
    return "".join(parts), top - y + size * 0.45


def scale_length(window: Window, most: float) -> float:
    """Return the largest length of 1, 2 or 5 times a power of ten that fits ``most`` pixels.

    Examples
    --------
    >>> scale_length(Window(Box(0, 0, 100, 100), 0, 100, 10.0), 60)
    500.0
    """
    reach = most * window.metres
    power: float = 10.0 ** math.floor(math.log10(reach))
    return next(step * power for step in _NICE if step * power <= reach)


def scale_bar(window: Window, language: Language, scale: float = 1.0) -> tuple[str, Box]:
    """Return a metric scale bar in the lower left corner of the window, and its place."""
    metres = scale_length(window, min(150.0 * scale, window.box.w * 0.26))
    long = metres / window.metres
    unit, per = ("km", _KILOMETRE) if metres >= _KILOMETRE else ("m", 1.0)
    height = 27 * scale
    bottom = window.box.y + window.box.h - 8 * scale
    box = Box(window.box.x + 8 * scale, bottom - height, long + 46 * scale, height)
    x, y, size = box.x + 10 * scale, box.y + 19 * scale, 9.5 * scale
    look: dict[str, object] = {"fill": INK, "text-anchor": "middle"}
    parts = [rect(box, {"fill": PAPER, "fill-opacity": 0.84})]
    for at, ink in enumerate((INK, PAPER, INK, PAPER)):
        piece = Box(x + at * long / 4, y, long / 4, 3.2 * scale)
        parts.append(rect(piece, {"fill": ink, "stroke": INK, "stroke-width": 0.7}))
    for share in (0.0, 0.5):
        text = number(metres / per * share, 2)
        parts.append(text_line(text, (x + long * share, y - 4 * scale), size, look))
    # The unit follows the last figure, which stays centred on its mark.
    end = number(metres / per, 2)
    left = x + long - text_width(end, size) / 2
    parts.append(text_line(f"{end} {unit}", (left, y - 4 * scale), size, {"fill": INK}))
    spoken = {"aria-label": word("drawing", "scale", language)}
    return element("g", spoken, *parts), box


def _moved(markup: list[str], x: float, y: float, scale: float) -> str:
    place = f"translate({number(x)} {number(y)})" + (f" scale({scale:.2f})" if scale != 1 else "")
    return element("g", {"transform": place}, *markup)


def north(box: Box, language: Language, scale: float = 1.0) -> tuple[str, Box]:
    """Return the north arrow in the upper right corner of the window, and its place."""
    left = element("path", {"d": "M11 0l-6.5 26 6.5-5z", "fill": INK})
    light = {"fill": PAPER, "stroke": INK, "stroke-width": 0.9, "stroke-linejoin": "round"}
    right = element("path", {"d": "M11 0l6.5 26-6.5-5z"} | light)
    look = {"fill": INK, "text-anchor": "middle", "font-family": SERIF, "font-weight": 600}
    look |= {"stroke": PAPER, "stroke-width": 2.5, "paint-order": "stroke"}
    letter = text_line(word("drawing", "north", language), (11, 39), 11.5, look)
    place = Box(box.x + box.w - 33 * scale, box.y + 9 * scale, 22 * scale, 43 * scale)
    return _moved([left, right, letter], place.x, place.y, scale), place


def stamp(box: Box, scale: float = 1.0) -> tuple[str, Box]:
    """Return the stamp of a sheet without review number, in both languages, and its place."""
    zh, en = word("drawing", "stamp", "zh"), word("drawing", "stamp", "en")
    wide = max(text_width(zh, 12) + 10, text_width(en, 8.5)) + 18
    edge = {"fill": PAPER, "fill-opacity": 0.88, "stroke": ACCENT, "stroke-width": 1.4}
    look: dict[str, object] = {"fill": ACCENT, "text-anchor": "middle", "font-family": SERIF}
    parts = [
        rect(Box(0, 0, wide, 35), edge),
        text_line(zh, (wide / 2, 16), 12, look | {"font-weight": 600, "letter-spacing": 1}),
        text_line(en, (wide / 2, 28.5), 8.5, look),
    ]
    place = Box(box.x + 9 * scale, box.y + 9 * scale, wide * scale, 35 * scale)
    return _moved(parts, place.x, place.y, scale), place


def imprint_lines(sheet: Sheet, metres: float, width: float, scale: float) -> tuple[str, ...]:
    """Return review number, scale, projection and attribution, broken to the sheet's width."""
    language, size = sheet.language, _IMPRINT * scale
    review = word("drawing", "review_number", language)
    parts = [review.format(number=sheet.review_number or "　" * 8)]
    if sheet.unit == "mm":
        denominator = f"{round(metres / PIXEL_M):,}".replace(",", " ")
        parts.append(word("drawing", "scale_of", language).format(denominator=denominator))
    parts += [word("drawing", "projection", language), *sheet.attribution]
    lines: list[str] = []
    for part in parts:
        joined = f"{lines[-1]}　　{part}" if lines else part
        if lines and text_width(joined, size) <= width:
            lines[-1] = joined
        elif lines and text_width(part, size) > width:
            lines += wrapped(part, width, size)
        else:
            lines.append(part)
    return tuple(lines[:_MOST_IMPRINT_LINES])


def imprint(lines: tuple[str, ...], x: float, y: float, scale: float) -> tuple[str, float]:
    """Return the imprint with its upper left corner, and the height it takes."""
    look, size = {"fill": QUIET, "xml:space": "preserve"}, _IMPRINT * scale
    rows = [
        text_line(line, (x, y + size * (1 + at * 1.45)), size, look)
        for at, line in enumerate(lines)
    ]
    return "".join(rows), len(lines) * size * 1.45
