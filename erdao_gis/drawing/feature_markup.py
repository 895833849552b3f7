"""Frames as markup: selected by the window, clipped to it, simplified to half a pixel."""

import dataclasses
import math
from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from erdao_gis.crs import to_working
from erdao_gis.drawing.sheet import SheetLayer
from erdao_gis.drawing.styles import Style, layer_style, no_data_style
from erdao_gis.drawing.svg_markup import PAPER, QUIET, element
from erdao_gis.drawing.symbols import Hatches, Look, look_of, marker_path
from erdao_gis.drawing.window import Window, shape_path
from erdao_gis.errors import GeometryError, Language, SchemaError

FORMS = {
    "Point": "point",
    "MultiPoint": "point",
    "LineString": "line",
    "LinearRing": "line",
    "MultiLineString": "line",
    "Polygon": "area",
    "MultiPolygon": "area",
}
_DIMENSION = {"point": 0, "line": 1, "area": 2}
_MARGIN_PX = 12.0  # outlines at the edge of the window are not seen as lines of their own
_SPECK_PX = 2.0
_THINNEST_PX = 0.4


@dataclasses.dataclass(frozen=True, kw_only=True)
class Mark:
    """One feature as it is drawn."""

    layer: int
    """Position of the layer on the sheet."""
    id: str
    """Id of the feature."""
    form: str
    """area, line or point."""
    shape: BaseGeometry
    """Clipped shape in pixels of the sheet."""
    style: Style
    """Row of the style table."""
    grade: str
    """Evidence, or empty."""
    colour: str
    """Colour of its class, or empty."""
    name: str
    """Name in the sheet's language, or empty."""
    inferred: bool
    """Whether the name is inferred."""
    backdrop: bool
    """Whether it is ground for others."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class DrawnLayer:
    """A layer with what of it is visible."""

    layer: SheetLayer
    """The layer."""
    marks: tuple[Mark, ...]
    """Features inside the window, in the order of the frame."""
    unplaced: int
    """Features without a geometry."""


def _checked(layer: SheetLayer, shapes: gpd.GeoSeries) -> None:
    """Raise for shapes that cannot be drawn truthfully."""
    name = layer.style_name or "-"
    strange = ~shapes.geom_type.isin(list(FORMS))
    if strange.any():
        first = shapes[strange]
        facts = {"layer": name, "feature": first.index[0], "kind": first.iloc[0].geom_type}
        raise GeometryError("drawing_geometry_kind", facts)
    lost = ~np.isfinite(shapely.bounds(shapes.to_numpy())).all(axis=1)
    if lost.any():
        facts = {"layer": name, "feature": shapes.index[lost.argmax()]}
        raise GeometryError("drawing_bad_coordinate", facts)


def _text(value: object) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124 - NaN alone differs from itself


def _cut_off(shape: BaseGeometry, ground: tuple[float, float, float, float]) -> BaseGeometry:
    """Return the part of a shape inside the window, of the shape's own dimension."""
    form = FORMS[shape.geom_type]
    if form == "point":
        return shapely.intersection(shape, shapely.box(*ground))
    sound = shape if shape.is_valid else shapely.make_valid(shape)
    # Without collections: make_valid and cutting may leave lines and points beside areas.
    parts = shapely.get_parts(shapely.get_parts(shapely.clip_by_rect(sound, *ground)))
    kept = parts[shapely.get_dimensions(parts) == _DIMENSION[form]]
    if not len(kept):
        return shapely.Point()
    if form == "area":
        return shapely.MultiPolygon(kept.tolist())
    return shapely.MultiLineString(kept.tolist())


def _in_pixels(shapes: npt.NDArray[np.object_], window: Window) -> npt.NDArray[np.object_]:
    """Return shapes cut to the window, in pixels, simplified to half a pixel."""
    ground = window.ground(_MARGIN_PX)
    bounds = shapely.bounds(shapes)
    across = ~((bounds[:, :2] >= ground[:2]) & (bounds[:, 2:] <= ground[2:])).all(axis=1)
    shapes = shapes.copy()
    shapes[across] = [_cut_off(shape, ground) for shape in shapes[across]]
    return shapely.simplify(shapely.transform(shapes, window.pixels), 0.5)


def _colours(layer: SheetLayer) -> dict[object, str]:
    """Return the class colour of each feature; empty for no data."""
    if layer.classes is None:
        return {}
    numbers, colours = layer.classes.numbers, layer.classes.colours
    if not numbers.index.equals(layer.frame.index):
        raise SchemaError("drawing_class_index", {"layer": layer.style_name or "-"})
    return {
        identifier: colours[number] if number >= 0 else ""
        for identifier, number in zip(numbers.index, numbers.tolist(), strict=True)
    }


def layer_marks(layer: SheetLayer, position: int, window: Window, language: Language) -> DrawnLayer:
    """Return what of a layer falls into the window, in pixels.

    Parameters
    ----------
    layer
        The layer; an empty frame gives no marks.
    position
        Its position on the sheet.
    window
        The window.
    language
        Language of the names; the other one serves where a name is missing.

    Raises
    ------
    CRSError
        The frame has no CRS.
    GeometryError
        A geometry is a collection, or a coordinate is not finite.
    SchemaError
        Classes stand on another index than the frame, or an id stands twice.
    """
    frame = layer.frame
    if not frame.index.is_unique:
        repeated = frame.index[frame.index.duplicated()][0]
        facts = {"layer": layer.style_name or "-", "feature": repeated}
        raise SchemaError("drawing_repeated_id", facts)
    shapes = to_working(frame.geometry)
    array = shapes.to_numpy()
    placed = np.flatnonzero(~(shapely.is_missing(array) | shapely.is_empty(array)))
    _checked(layer, shapes.iloc[placed])
    near = shapes.iloc[placed].sindex.query(shapely.box(*window.ground(_MARGIN_PX)))
    seen = placed[np.sort(near)]
    pixels = _in_pixels(array[seen], window)
    marks = _marks(layer, position, frame.iloc[seen], pixels, language)
    return DrawnLayer(layer=layer, marks=tuple(marks), unplaced=len(shapes) - len(placed))


def _cells(frame: gpd.GeoDataFrame, column: str) -> list[object]:
    return frame[column].tolist() if column in frame else [None] * len(frame)


def _no_data(style: Style) -> Style:
    """Return the look of no data with the names and the marker of the style."""
    return dataclasses.replace(
        no_data_style(),
        order=style.order,
        width=style.width,
        marker=style.marker,
        size=style.size,
        label_priority=style.label_priority,
        label_size=style.label_size,
        label_colour=style.label_colour,
        label_from_zoom=style.label_from_zoom,
    )


def _marks(
    layer: SheetLayer,
    position: int,
    frame: gpd.GeoDataFrame,
    pixels: npt.NDArray[np.object_],
    language: Language,
) -> Iterator[Mark]:
    """Yield the features of ``frame``, whose shapes in pixels are ``pixels``."""
    styles, colours = layer_style(layer.style_name), _colours(layer)
    names = ("name_zh", "name_en") if language == "zh" else ("name_en", "name_zh")
    columns = [_cells(frame, name) for name in (*names, "evidence", "identity", styles.by)]
    rows = zip(frame.index, pixels, *columns, strict=True)
    for identifier, shape, name, other, evidence, identity, part in rows:
        if shape.is_empty:
            continue
        style, colour = styles.of(part), colours.get(identifier, "")
        unknown = bool(colours) and not colour
        yield Mark(
            layer=position,
            id=str(identifier),
            form=FORMS[shape.geom_type],
            shape=shape,
            style=_no_data(style) if unknown else style,
            grade="D" if unknown else _text(evidence),  # no data is hatched whatever its evidence
            colour=colour,
            name=_text(name) or _text(other),
            inferred=_text(identity) == "inferred",
            backdrop=layer.backdrop,
        )


def _specks(mark: Mark) -> tuple[list[BaseGeometry], set[tuple[int, int]]]:
    """Part an area into shapes, and specks below two pixels as the pixels they fill."""
    shapes: list[BaseGeometry] = []
    pixels: set[tuple[int, int]] = set()
    for part in shapely.get_parts(mark.shape):
        west, south, east, north = part.bounds
        if max(east - west, north - south) >= _SPECK_PX:
            shapes.append(part)
            continue
        left, top = math.floor(west + 0.5), math.floor(south + 0.5)
        # At least one pixel: what is there is seen.
        right, bottom = max(left + 1, round(east)), max(top + 1, round(north))
        pixels |= {(y, x) for y in range(top, bottom) for x in range(left, right)}
    return shapes, pixels


def _runs(pixels: set[tuple[int, int]]) -> str:
    """Return pixels (row, column) as path data, neighbours in a row as one piece."""
    pieces: list[list[int]] = []
    for y, x in sorted(pixels):
        if pieces and pieces[-1][0] == y and pieces[-1][2] == x:
            pieces[-1][2] = x + 1
        else:
            pieces.append([y, x, x + 1])
    return "".join(f"M{left} {y}h{right - left}v1h{left - right}z" for y, left, right in pieces)


def _areas(marks: list[Mark]) -> str:
    """Return one path an area, so that overlaps show; specks share a path."""
    paths: list[str] = []
    pixels: set[tuple[int, int]] = set()
    for mark in marks:
        shapes, specks = _specks(mark)
        pixels |= specks
        drawn = "".join(map(shape_path, shapes))
        if drawn:
            paths.append(element("path", {"d": drawn}))
    if pixels:
        paths.append(element("path", {"d": _runs(pixels), "stroke": "none"}))
    return "".join(paths)


def _lines(marks: list[Mark], look: Look, *, scale: float) -> str:
    """Return lines of one look as one path, on a light casing unless they are backdrop."""
    # Joined ends: dashes run through.
    merged = [shapely.line_merge(mark.shape) for mark in marks]
    drawn = "".join(map(shape_path, merged))
    if not drawn:
        return ""
    path = element("path", {"d": drawn})
    if not marks[0].backdrop:
        # Pale classes need a dark edge, the plan's strong colours a light one.
        graded = bool(marks[0].colour)
        casing = {
            "stroke": QUIET if graded else PAPER,
            "stroke-width": look.width + (1.4 if graded else 2.6) * scale,
            "stroke-opacity": 0.85,
            "stroke-dasharray": "none" if look.dash and not graded else None,
        }
        path = element("path", {"d": drawn} | casing) + path
    elif marks[0].style.marker == "rail":
        rail = {"stroke": PAPER, "stroke-width": 0.9 * scale, "stroke-dasharray": "7 7"}
        path += element("path", {"d": drawn} | rail)
    return path


def _points(marks: list[Mark], *, scale: float) -> str:
    """Return points of one look as one path, on a light ground unless they are backdrop."""
    style = marks[0].style
    size = max(1.0, (style.size or 4) * scale)
    places = [xy for mark in marks for xy in shapely.get_coordinates(mark.shape).tolist()]
    drawn = "".join(marker_path(style.marker, x, y, size) for x, y in places)
    path = element("path", {"d": drawn})
    if marks[0].backdrop:
        return path
    wide = size + 2.4 * scale
    light = "".join(marker_path(style.marker, x, y, wide) for x, y in places)
    ground = {"fill": PAPER, "fill-opacity": 1, "stroke": "none"}
    return element("path", {"d": light} | ground) + path


def _in_order(marks: list[Mark]) -> Iterator[list[Mark]]:
    """Yield marks of one look together: ground, areas, lines, points; then as the table says."""

    def key(mark: Mark) -> tuple[object, ...]:
        look = (mark.style.order, mark.layer, mark.style.part, mark.grade, mark.colour)
        return (not mark.backdrop, -_DIMENSION[mark.form], *look)

    grouped: dict[tuple[object, ...], list[Mark]] = {}
    for mark in marks:
        grouped.setdefault(key(mark), []).append(mark)
    for order in sorted(grouped):
        yield grouped[order]


def draw_marks(marks: list[Mark], hatches: Hatches, *, scale: float) -> str:
    """Return the markup of marks, what lies on top last.

    Parameters
    ----------
    marks
        Features in pixels. Lines of the base map that would be thinner than 0.4 px are left out.
    hatches
        Patterns of the drawing; what the marks need is added.
    scale
        Factor on symbols and line widths.
    """
    groups = []
    for same in _in_order(marks):
        first = same[0]
        look = look_of(
            first.style, first.grade, first.form, hatches, scale=scale, colour=first.colour
        )
        if first.form == "area":
            inner = _areas(same)
        elif first.form == "line" and first.backdrop and first.style.width * scale < _THINNEST_PX:
            continue  # local roads of a thumbnail
        elif first.form == "line":
            inner = _lines(same, look, scale=scale)
        else:
            inner = _points(same, scale=scale)
        if inner:
            groups.append(element("g", look.attributes(), inner))
    return "".join(groups)
