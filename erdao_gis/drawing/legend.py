"""The legend: what is drawn, how certain it is, and by which breaks it is coloured."""

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from erdao_gis.drawing.feature_markup import DrawnLayer, Mark
from erdao_gis.drawing.lettering import wrapped
from erdao_gis.drawing.styles import Style, evidence_styles, layer_style, no_data_style
from erdao_gis.drawing.svg_markup import INK, QUIET, element, number, text_line
from erdao_gis.drawing.symbols import Hatches, look_of, swatch
from erdao_gis.drawing.window import Box
from erdao_gis.errors import Language
from erdao_gis.markup.escaping import safe_text
from erdao_gis.wording import word

_SIZES = (11.5, 10.5, 9.5, 8.5, 7.5)
_SWATCH_SCALE = 0.65  # dashes and hatching must show in a small picture
_SWATCH_EM = 2.3
_KEY_STYLE = "*"


@dataclasses.dataclass(frozen=True, kw_only=True)
class LegendRow:
    """One row: a heading, a symbol with its text, or a remark."""

    text: str
    """Words, from data or from the word table."""
    style: Style | None = None
    """Symbol; None for headings and remarks."""
    grade: str = ""
    """Evidence the symbol is drawn with."""
    form: str = "area"
    """area, line or point."""
    colour: str = ""
    """Colour of a class."""
    heading: bool = False
    """Whether it opens a block."""
    italic: bool = False
    """Whether it is set in italics."""
    rank: int = 0
    """Where room is short, rows of the highest rank go first; evidence stays to the last."""


def _commonest(marks: Sequence[Mark], what: str) -> str:
    counts = Counter(getattr(mark, what) for mark in marks)
    return min(counts, key=lambda value: (-counts[value], value)) if counts else ""


def _parts(drawn: DrawnLayer, language: Language) -> Iterator[LegendRow]:
    """Yield a row for each part of a layer that is on the map."""
    style = layer_style(drawn.layer.style_name)
    used: dict[str, list[Mark]] = {}
    for mark in drawn.marks:
        used.setdefault(mark.style.part, []).append(mark)
    for part, look in style.parts.items():
        if part not in used:
            continue
        own = look.title_zh if language == "zh" else look.title_en
        text = own or drawn.layer.part_titles.get(part, "") or part
        form, grade = _commonest(used[part], "form"), _commonest(used[part], "grade")
        yield LegendRow(text=text, style=look, form=form, grade=grade)


def _classes(drawn: DrawnLayer, language: Language) -> Iterator[LegendRow]:
    """Yield method and breaks of a classified layer, and no data where there is some."""
    classes = drawn.layer.classes
    if classes is None:
        return
    style = layer_style(drawn.layer.style_name).of(None)
    form = _commonest(drawn.marks, "form") or "area"
    yield LegendRow(text=drawn.layer.title, heading=True)
    if classes.colours:
        yield LegendRow(text=classes.method_text(language))
    for colour, text in zip(classes.colours, classes.texts(), strict=True):
        yield LegendRow(text=text, style=style, form=form, colour=colour)
    if classes.missing:
        text = f"{word('drawing', 'no_data', language)} ({classes.missing})"
        yield LegendRow(text=text, style=no_data_style(), form=form, grade="D")


def _layer_rows(drawn: DrawnLayer, language: Language) -> Iterator[LegendRow]:
    layer = drawn.layer
    if not layer.title:
        return
    if layer.classes is not None:
        yield from _classes(drawn, language)
        return
    if not drawn.marks:
        return
    parts = list(_parts(drawn, language))
    if len(layer_style(layer.style_name).parts) > 1 and not layer.backdrop:
        yield LegendRow(text=layer.title, heading=True)
        yield from parts
        return
    # The largest part stands for a layer of the base map.
    first = parts[0]
    yield dataclasses.replace(first, text=layer.title)


def _evidence(marks: Sequence[Mark], language: Language) -> Iterator[LegendRow]:
    """Yield the grades of evidence on the map, and what italics mean."""
    grades = {mark.grade for mark in marks if not mark.backdrop}
    known = [grade for grade in evidence_styles() if grade in grades]
    slanted = any(mark.inferred and mark.name for mark in marks if not mark.backdrop)
    if known or slanted:
        yield LegendRow(text=word("drawing", "evidence", language), heading=True)
    style = layer_style(_KEY_STYLE).of(None)
    for grade in known:
        text = f"{grade}　{word('drawing', f'evidence_{grade.lower()}', language)}"
        yield LegendRow(text=text, style=style, grade=grade)
    if slanted:
        yield LegendRow(text=word("drawing", "inferred", language), italic=True)


def legend_rows(layers: Sequence[DrawnLayer], language: Language) -> list[LegendRow]:
    """Return the rows of the legend: the plan's layers, the ground, evidence, what has no place.

    Parameters
    ----------
    layers
        What is drawn.
    language
        Language of the words.
    """
    rows: list[LegendRow] = []
    ordered = sorted(layers, key=lambda drawn: drawn.layer.backdrop)
    for drawn in ordered:
        rank = 2 if drawn.layer.backdrop else 1
        rows += [dataclasses.replace(row, rank=rank) for row in _layer_rows(drawn, language)]
    rows += _evidence([mark for drawn in layers for mark in drawn.marks], language)
    nowhere = sum(drawn.unplaced for drawn in layers if not drawn.layer.backdrop)
    if nowhere:
        rows.append(LegendRow(text=word("drawing", "unplaced", language).format(count=nowhere)))
    return rows


@dataclasses.dataclass(frozen=True)
class _Set:
    """A row with its lines broken to the column."""

    row: LegendRow
    lines: tuple[str, ...]
    height: float


def _set(rows: Iterable[LegendRow], width: float, size: float) -> list[_Set]:
    found = []
    for row in rows:
        room = width - (size * (_SWATCH_EM + 0.7) if row.style else 0)
        lines = wrapped(row.text, room, size, most=3)
        found.append(_Set(row, lines, _row_height(row, lines, size)))
    return found


def _row_height(row: LegendRow, lines: tuple[str, ...], size: float) -> float:
    return size * (len(lines) * 1.3 + (0.75 if row.heading else 0.38))


def _height(rows: Iterable[_Set]) -> float:
    return sum(row.height for row in rows)


def _swatch_scale(row: LegendRow) -> float:
    """Dashes and hatching are drawn finer than on the map."""
    return 0.75 if row.form == "point" else _SWATCH_SCALE


def draw_legend(
    rows: Sequence[LegendRow], box: Box, hatches: Hatches, *, scale: float, language: Language
) -> str:
    """Return the legend inside ``box``: in smaller letters where it would not fit, else cut.

    Parameters
    ----------
    rows
        Rows of the legend.
    box
        Room for it in pixels.
    hatches
        Patterns of the drawing.
    scale
        Factor on the letters.
    language
        Language of the words.
    """
    listed = list(rows)
    for size in _SIZES:
        found = _set(listed, box.w, size * scale)
        if _height(found) <= box.h:
            return _column(found, box, size * scale, hatches)
    least = _SIZES[-1] * scale
    found = _set(listed, box.w, least)
    while listed and _height(found) > box.h:
        highest = max(row.rank for row in listed)
        del listed[max(at for at, row in enumerate(listed) if row.rank == highest)]
        more = word("drawing", "legend_more", language).format(count=len(rows) - len(listed))
        found = _set([*listed, LegendRow(text=more)], box.w, least)
    return _column(found, box, least, hatches)


def _column(rows: list[_Set], box: Box, size: float, hatches: Hatches) -> str:
    y = box.y
    drawn = []
    for one in rows:
        row = one.row
        top = y + (size * 0.5 if row.heading else 0)
        x = box.x
        if row.style is not None:
            place = Box(box.x + 1, top + size * 0.12, size * _SWATCH_EM, size * 1.06)
            look = look_of(
                row.style,
                row.grade,
                row.form,
                hatches,
                scale=_swatch_scale(row) * size / _SIZES[0],
                colour=row.colour,
            )
            drawn.append(swatch(row.style, look, row.form, place, graded=bool(row.colour)))
            x += size * (_SWATCH_EM + 0.7)
        drawn.append(_words(one, (x, top), size))
        y += one.height
    return "".join(drawn)


def _words(one: _Set, at: tuple[float, float], size: float) -> str:
    row = one.row
    quiet = row.style is None and not row.heading
    attributes: dict[str, object] = {
        "fill": QUIET if quiet or row.heading else INK,
        "font-weight": 600 if row.heading else None,
        "font-style": "italic" if row.italic else None,
    }
    if len(one.lines) == 1:
        return text_line(one.lines[0], (at[0], at[1] + size), size, attributes)
    rows = "".join(
        element("tspan", {"x": number(at[0]), "y": number(at[1] + size + line * size * 1.3)},
                safe_text(text))
        for line, text in enumerate(one.lines)
    )  # fmt: skip
    return element(
        "text", {"font-size": number(size), "unicode-bidi": "isolate"} | attributes, rows
    )
