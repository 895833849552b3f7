"""Frames as markup: selected by the window, clipped to it, simplified to half a pixel."""

import dataclasses
from collections.abc import Iterator

import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from erdao_gis.crs import to_working
from erdao_gis.drawing.markup import PAPER, element
from erdao_gis.drawing.sheet import SheetLayer
from erdao_gis.drawing.styles import LayerStyle, Style, layer_style, no_data_style
from erdao_gis.drawing.symbols import Hatches, Look, look_of, marker_path
from erdao_gis.drawing.window import Window, shape_path
from erdao_gis.errors import GeometryError, Language, SchemaError

__all__ = ["DrawnLayer", "Mark", "draw_marks", "layer_marks"]

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
_SPECK_PX = 1.0


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


def _checked(layer: SheetLayer, shapes: pd.Series) -> None:
    for identifier, shape in shapes.items():
        facts = {"layer": layer.style_name or "-", "feature": identifier, "kind": shape.geom_type}
        if shape.geom_type not in FORMS:
            raise GeometryError("drawing_geometry_kind", facts)
        if not np.isfinite(shape.bounds).all():
            raise GeometryError("drawing_bad_coordinate", facts)


def _text(value: object) -> str:
    return "" if value is None or value is pd.NA or value != value else str(value)  # noqa: PLR0124 - NaN alone differs from itself


def _clipped(shape: BaseGeometry, ground: tuple[float, float, float, float]) -> BaseGeometry:
    """Return the part of a shape inside the window, of the shape's own dimension."""
    west, south, east, north = shape.bounds
    if ground[0] <= west and ground[1] <= south and east <= ground[2] and north <= ground[3]:
        return shape
    form = FORMS[shape.geom_type]
    if form == "point":
        return shapely.intersection(shape, shapely.box(*ground))
    sound = shape if shape.is_valid else shapely.make_valid(shape)
    parts = shapely.get_parts(shapely.clip_by_rect(sound, *ground))
    kept = [part for part in parts if shapely.get_dimensions(part) == _DIMENSION[form]]
    return shapely.union_all(kept) if len(kept) > 1 else (kept[0] if kept else shapely.Point())


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


def layer_marks(
    layer: SheetLayer, position: int, window: Window, language: Language
) -> DrawnLayer:
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
    metric = to_working(frame)
    shapes = metric.geometry
    placed = shapes[shapes.notna() & ~shapes.is_empty]
    unplaced = len(shapes) - len(placed)
    _checked(layer, placed)
    ground = window.ground(_MARGIN_PX)
    seen = placed.iloc[np.sort(placed.sindex.query(shapely.box(*ground)))]
    style, colours = layer_style(layer.style_name), _colours(layer)
    marks = []
    for identifier, shape in seen.items():
        part = window.drawn(_clipped(shape, ground))
        if not part.is_empty:
            row = metric.loc[identifier]
            marks.append(_mark(layer, position, (identifier, part, row), style, colours, language))
    return DrawnLayer(layer=layer, marks=tuple(marks), unplaced=unplaced)


def _mark(  # noqa: PLR0913, PLR0917 - all that a mark gathers; private
    layer: SheetLayer,
    position: int,
    feature: tuple[object, BaseGeometry, pd.Series],
    style: LayerStyle,
    colours: dict[object, str],
    language: Language,
) -> Mark:
    identifier, shape, row = feature
    first, second = ("name_zh", "name_en") if language == "zh" else ("name_en", "name_zh")
    chosen = style.of(row.get(style.by) if style.by else None)
    colour = colours.get(identifier, "")
    return Mark(
        layer=position,
        id=str(identifier),
        form=FORMS[shape.geom_type],
        shape=shape,
        style=no_data_style() if colours and not colour else chosen,
        # No data is hatched whatever its evidence.
        grade="D" if colours and not colour else _text(row.get("evidence")),
        colour=colour,
        name=_text(row.get(first)) or _text(row.get(second)),
        inferred=_text(row.get("identity")) == "inferred",
        backdrop=layer.backdrop,
    )


def _specks(mark: Mark) -> tuple[list[BaseGeometry], set[tuple[int, int]]]:
    """Part an area into shapes, and specks below a pixel as the pixels they fall into."""
    shapes, pixels = [], set()
    for part in shapely.get_parts(mark.shape):
        west, south, east, north = part.bounds
        if max(east - west, north - south) < _SPECK_PX:
            pixels.add((int((west + east) // 2), int((south + north) // 2)))
        else:
            shapes.append(part)
    return shapes, pixels


def _areas(marks: list[Mark]) -> str:
    """Return one path an area, so that overlaps show; specks share a path."""
    paths, pixels = [], set()
    for mark in marks:
        shapes, specks = _specks(mark)
        pixels |= specks
        drawn = "".join(map(shape_path, shapes))
        if drawn:
            paths.append(element("path", {"d": drawn}))
    if pixels:
        spots = "".join(f"M{x} {y}h1v1h-1z" for x, y in sorted(pixels))
        paths.append(element("path", {"d": spots, "stroke": "none"}))
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
        casing = {
            "stroke": PAPER,
            "stroke-width": look.width + 2.6 * scale,
            "stroke-opacity": 0.85,
            "stroke-dasharray": "none" if look.dash else None,
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
        # Lines of the base map lie above its areas, and all of it below the plan.
        form = _DIMENSION[mark.form]
        look = (mark.style.order, mark.layer, mark.style.part, mark.grade, mark.colour)
        return (not mark.backdrop, -form if form == 2 else (1, 0)[form], *look)  # noqa: PLR2004 - areas

    grouped: dict[tuple[object, ...], list[Mark]] = {}
    for mark in marks:
        grouped.setdefault(key(mark), []).append(mark)
    for order in sorted(grouped, key=lambda each: (each[0], each[1], *each[2:])):
        yield grouped[order]


def draw_marks(marks: list[Mark], hatches: Hatches, *, scale: float) -> str:
    """Return the markup of marks, what lies on top last.

    Parameters
    ----------
    marks
        Features in pixels.
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
        elif first.form == "line":
            inner = _lines(same, look, scale=scale)
        else:
            inner = _points(same, scale=scale)
        if inner:
            groups.append(element("g", look.attributes(), inner))
    return "".join(groups)
