"""Draw a sheet: frames in, SVG text out."""

import dataclasses
from collections.abc import Sequence

from erdao_gis.drawing.feature_markup import DrawnLayer, draw_marks, layer_marks
from erdao_gis.drawing.furniture import (
    frame,
    imprint,
    imprint_lines,
    north,
    rect,
    scale_bar,
    stamp,
    title_block,
)
from erdao_gis.drawing.labels import LETTERS, place_labels, written
from erdao_gis.drawing.legend import draw_legend, legend_rows
from erdao_gis.drawing.sheet import Sheet, SheetLayer
from erdao_gis.drawing.svg_markup import PAPER, element, open_svg, require_key
from erdao_gis.drawing.symbols import Hatches
from erdao_gis.drawing.window import Box, Window, fit_window
from erdao_gis.errors import GeometryError, Language
from erdao_gis.wording import word

_OUTSIDE = "#EAE5D8"
_GROUND_LAYER = "district"
_PER_MM = 96 / 25.4
_LEAST_PX, _MOST_PX = 40.0, 20_000.0
_MARGIN = 14.0
_GAP = 4.0
_NARROW = 380.0
_WIDE, _MOST_SCALE = 1100.0, 1.5
_THUMBNAIL_SCALE = 0.55


@dataclasses.dataclass(frozen=True)
class _Layout:
    """Where the parts of a sheet stand, in pixels."""

    width: float
    height: float
    window: Window
    title: str
    legend: Box | None
    imprint: str
    scale: float


def _size(sheet: Sheet) -> tuple[float, float]:
    per = _PER_MM if sheet.unit == "mm" else 1.0
    width, height = sheet.size[0] * per, sheet.size[1] * per
    # Comparisons with NaN are false, so that it is refused as well.
    if not (_LEAST_PX <= width <= _MOST_PX and _LEAST_PX <= height <= _MOST_PX):
        facts = {"size": f"{sheet.size[0]} x {sheet.size[1]} {sheet.unit}"}
        raise GeometryError("drawing_size", facts)
    return width, height


def _layout(sheet: Sheet) -> _Layout:
    width, height = _size(sheet)
    rounded = sheet.unit == "mm"
    if sheet.bare:
        window = fit_window(sheet.extent, Box(0, 0, width, height), rounded=rounded)
        return _Layout(width, height, window, "", None, "", 1.0)
    margin = _MARGIN * (1.6 if rounded else 1.0)
    scale = min(_MOST_SCALE, max(1.0, width / _WIDE))
    inner = width - 2 * margin
    title, taken = title_block(sheet, margin, margin, inner)
    aside = min(300.0, max(132.0, width * 0.23)) if sheet.legend and width >= _NARROW else 0.0
    top, right = margin + taken + _GAP, width - margin - aside - _GAP
    left = margin + _GAP

    def window_above(foot: float) -> Window:
        box = Box(left, top, right - left, height - margin - foot - top - _GAP - 5)
        if box.h < _LEAST_PX or box.w < _LEAST_PX:
            facts = {"size": f"{sheet.size[0]} x {sheet.size[1]} {sheet.unit}"}
            raise GeometryError("drawing_size", facts)
        return fit_window(sheet.extent, box, rounded=rounded)

    # The imprint names the scale, the scale follows from the window and the window from the
    # imprint. Only its number of lines counts: a first guess at the scale settles it.
    lines = imprint_lines(sheet, (sheet.extent[2] - sheet.extent[0]) / inner, inner, scale)
    foot = imprint(lines, 0, 0, scale)[1]
    window = window_above(foot)
    lines = imprint_lines(sheet, window.metres, inner, scale)
    text, _ = imprint(lines, margin, height - margin - foot + 2, scale)
    legend = Box(right + _GAP + 14, top, aside - 14, window.box.h) if aside else None
    return _Layout(width, height, window, title, legend, text, scale)


def _window_marks(
    sheet: Sheet, drawn: Sequence[DrawnLayer], window: Window, hatches: Hatches
) -> str:
    """Return the map itself, cut at the edge of its window."""
    marks = [mark for layer in drawn for mark in layer.marks]
    styled = any(layer.style_name == _GROUND_LAYER for layer in sheet.layers)
    ground = rect(window.box, {"fill": _OUTSIDE if styled else PAPER})
    inner = draw_marks(marks, hatches, scale=sheet.symbol_scale)
    return element("g", {"clip-path": f"url(#{sheet.key}-window)"}, ground, inner)


def _names(sheet: Sheet, drawn: Sequence[DrawnLayer], window: Window, clear: list[Box]) -> str:
    if not sheet.labels:
        return ""
    marks = [mark for layer in drawn if layer.layer.labels for mark in layer.marks]
    labels = place_labels(
        marks, window.box, zoom=window.zoom, scale=sheet.symbol_scale, keep_clear=clear
    )
    return element("g", LETTERS, *map(written, labels)) if labels else ""


def _about(sheet: Sheet, drawn: Sequence[DrawnLayer]) -> str:
    """Return the description for those who cannot see the map."""
    if sheet.about:
        return sheet.about
    language = sheet.language
    said = [
        word("drawing", "about_layer", language).format(
            title=each.layer.title, count=len(each.marks)
        )
        for each in drawn
        if each.layer.title and not each.layer.backdrop
    ]
    mark = word("drawing", "about_join", language)
    return word("drawing", "about", language).format(layers=mark.join(said)) if said else ""


def draw_map(sheet: Sheet) -> str:
    """Draw a sheet as one SVG image: no script, no reference to the outside, the same each time.

    Parameters
    ----------
    sheet
        What to draw. A layer without features, or with none in the window, is left out.

    Returns
    -------
    str
        SVG markup that stands as a file or inline in HTML. Coordinates have one decimal, shapes
        are clipped to the window and simplified to half a pixel; names that would meet another
        are left out.

    Raises
    ------
    CRSError
        A frame has no CRS, or one that does not lead to EPSG:4551.
    GeometryError
        The extent or the size is impossible, a geometry is a collection or not finite.
    SchemaError
        The key cannot lead ids, an id stands twice, classes stand on another index.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> square = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 100, 100)], crs="EPSG:4551")
    >>> layer = SheetLayer(frame=square, style="cores", title="核")
    >>> svg = draw_map(Sheet(extent=(0, 0, 200, 100), layers=(layer,), title="示例"))
    >>> svg.startswith("<svg "), "内部使用" in svg, "<script" in svg
    (True, True, False)
    """
    key, hatches = require_key(sheet.key), Hatches(sheet.key)
    layout = _layout(sheet)
    window = layout.window
    drawn = [
        layer_marks(layer, at, window, sheet.language) for at, layer in enumerate(sheet.layers)
    ]
    parts, clear = [_window_marks(sheet, drawn, window, hatches)], []
    around = []
    if not sheet.bare:
        scale = layout.scale
        pieces = [scale_bar(window, sheet.language, scale)]
        pieces.append(north(window.box, sheet.language, scale))
        pieces += [] if sheet.review_number else [stamp(window.box, scale)]
        around, clear = [markup for markup, _ in pieces], [box for _, box in pieces]
    parts += [_names(sheet, drawn, window, clear), *around]
    if not sheet.bare:
        parts += [frame(window.box, _GAP), layout.title, layout.imprint]
    if layout.legend is not None:
        rows = legend_rows(drawn, sheet.language)
        parts.append(
            draw_legend(rows, layout.legend, hatches, scale=layout.scale, language=sheet.language)
        )
    clip = element("clipPath", {"id": f"{key}-window"}, rect(window.box, {}))
    # The patterns are known only when everything is drawn.
    head = [element("defs", {}, clip, hatches.definitions())]
    if not sheet.bare:
        head.append(rect(Box(0, 0, layout.width, layout.height), {"fill": PAPER}))
    spoken = (sheet.title or word("drawing", "map", sheet.language), _about(sheet, drawn))
    size = (layout.width, layout.height, sheet.unit)
    return open_svg(key, size, spoken, [*head, *parts], language=sheet.language)


def draw_thumbnail(
    layers: Sequence[SheetLayer],
    extent: tuple[float, float, float, float],
    *,
    size: tuple[float, float] = (320.0, 220.0),
    key: str = "thumbnail",
    title: str = "",
    about: str = "",
    language: Language = "zh",
) -> str:
    """Draw layers small and without words, for an index page.

    Parameters
    ----------
    layers
        Layers; the style table decides which lies on top.
    extent
        Ground that must be visible: minx, miny, maxx, maxy in metres, EPSG:4551.
    size
        Width and height in pixels.
    key
        Leads all ids: thumbnails that stand in one page need different keys.
    title, about
        Title and description for assistive programs.
    language
        Language of title and description.

    Returns
    -------
    str
        SVG markup without legend, scale and stamp: the page that shows it carries them.

    Raises
    ------
    CRSError, GeometryError, SchemaError
        As :func:`draw_map`.

    Examples
    --------
    >>> import geopandas as gpd, shapely
    >>> square = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 50, 50)], crs="EPSG:4551")
    >>> layer = SheetLayer(frame=square, style="cores")
    >>> "M50 100l0-50-50 0 0 50z" in draw_thumbnail([layer], (0, 0, 100, 100), size=(100, 100))
    True
    """
    sheet = Sheet(
        extent=extent,
        size=size,
        layers=tuple(layers),
        key=key,
        title=title,
        about=about,
        language=language,
        symbol_scale=_THUMBNAIL_SCALE,
        labels=False,
        legend=False,
        bare=True,
    )
    return draw_map(sheet)
