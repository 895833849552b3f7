"""Names on the map: the most important first, each where it meets no other."""

import dataclasses
import math
import re
from collections.abc import Iterable, Iterator

import numpy as np
import shapely

from erdao_gis.drawing.feature_markup import Mark
from erdao_gis.drawing.lettering import CHINESE, broken, cut, text_width
from erdao_gis.drawing.svg_markup import PAPER, element, number
from erdao_gis.drawing.window import Box
from erdao_gis.markup.escaping import safe_text

_CELL = 7.0
_GRID = 64.0
_LINE_HEIGHT = 1.22
_STACK_HEIGHT = 1.06
_MAY_STEP_ASIDE = 80
_HEAVY_FROM = 60
_MOST_ALONG = 40
_LEAST_SIZE = 7.5
_STEEP = 0.9
_BENT = 2500.0  # a name that cuts a bend is worse than one far from the middle
_LEADER_WIDTH = 3.0

Ring = tuple[tuple[float, float], ...]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Spot:
    """A place where a name could stand: its middle, and the angle in radians."""

    x: float
    y: float
    angle: float = 0.0
    stacked: bool = False
    leader: tuple[float, float, float, float] | None = None


@dataclasses.dataclass(frozen=True, kw_only=True)
class Label:
    """A name with its letters and the place it got."""

    lines: tuple[str, ...]
    """Lines of the name; one character each where it stands upright along a steep line."""
    size: float
    """Letter height in pixels."""
    colour: str
    """Letter colour."""
    heavy: bool
    """Whether it is set bold."""
    inferred: bool
    """Whether the name is inferred: set in italics."""
    ring: Ring
    """Corners of the place it takes, in pixels."""
    spot: Spot
    """Middle and angle."""


def _ring(x: float, y: float, w: float, h: float, angle: float = 0.0) -> Ring:
    c, s = math.cos(angle), math.sin(angle)
    corners = ((-w, -h), (w, -h), (w, h), (-w, h))
    return tuple((x + (a * c - b * s) / 2, y + (a * s + b * c) / 2) for a, b in corners)


def _apart(first: Ring, second: Ring) -> bool:
    """Tell whether a straight line parts two rectangles."""
    for ring in (first, second):
        for (ax, ay), (bx, by) in ((ring[0], ring[1]), (ring[1], ring[2])):
            nx, ny = by - ay, ax - bx
            one = [x * nx + y * ny for x, y in first]
            two = [x * nx + y * ny for x, y in second]
            if max(one) <= min(two) or max(two) <= min(one):
                return True
    return False


class _Taken:
    """Places that are taken, found by square of the sheet."""

    def __init__(self) -> None:
        self._squares: dict[tuple[int, int], list[tuple[str, Ring]]] = {}

    @staticmethod
    def _over(ring: Ring) -> Iterator[tuple[int, int]]:
        xs, ys = [x for x, _ in ring], [y for _, y in ring]
        for column in range(int(min(xs) // _GRID), int(max(xs) // _GRID) + 1):
            for row in range(int(min(ys) // _GRID), int(max(ys) // _GRID) + 1):
                yield column, row

    def add(self, owner: str, ring: Ring) -> None:
        for square in self._over(ring):
            self._squares.setdefault(square, []).append((owner, ring))

    def free(self, owner: str, ring: Ring) -> bool:
        """Tell whether nothing but the owner's own symbol stands there."""
        return all(
            other == owner or _apart(ring, taken)
            for square in self._over(ring)
            for other, taken in self._squares.get(square, ())
        )


class _Ink:
    """Where lines of the plan run: names of the base map keep off them."""

    def __init__(self, marks: Iterable[Mark]) -> None:
        self._cells: set[tuple[int, int]] = set()
        for mark in marks:
            if mark.form == "line" and not mark.backdrop:
                dense = shapely.get_coordinates(shapely.segmentize(mark.shape, _CELL))
                self._cells.update(map(tuple, np.rint(dense / _CELL).astype(int).tolist()))

    def under(self, spot: Spot, w: float, h: float) -> bool:
        """Tell whether a line runs below a name."""
        along = spot.angle + (math.pi / 2 if h > w else 0)
        reach = max(w, h) / 2
        steps = np.arange(-reach, reach + _CELL, _CELL)
        cells = zip(
            np.rint((spot.x + steps * math.cos(along)) / _CELL).astype(int).tolist(),
            np.rint((spot.y + steps * math.sin(along)) / _CELL).astype(int).tolist(),
            strict=True,
        )
        return any(cell in self._cells for cell in cells)


@dataclasses.dataclass(frozen=True, kw_only=True)
class _Wanted:
    """A name that asks for a place."""

    key: str
    mark: Mark
    lines: tuple[str, ...]
    size: float
    w: float
    h: float


def _around(mark: Mark, wanted: _Wanted, scale: float) -> Iterator[Spot]:
    """Yield spots beside a point; important names may step aside and keep a line to it."""
    gap = max(1.0, (mark.style.size or 4) * scale)
    dx, dy = gap + wanted.w / 2 + 2, gap + wanted.h / 2 + 1
    near = [(dx, 0), (-dx, 0), (0, -dy), (0, dy)]
    near += [(a * dx * 0.8, b * dy) for b in (-1, 1) for a in (1, -1)]
    points = shapely.get_coordinates(mark.shape).tolist()
    for x, y in points:
        yield from (Spot(x=x + a, y=y + b) for a, b in near)
    if mark.style.label_priority < _MAY_STEP_ASIDE:
        return
    x, y = points[0]
    for step in (26 * scale, 46 * scale, 68 * scale):
        for a, b in ((0.3, -1), (-0.3, -1), (0.3, 1), (-0.3, 1), (0, -1), (0, 1)):
            far = dy + step
            leader = (x, y + b * gap, x + a * wanted.w * 0.6, y + b * (far - wanted.h / 2 - 1))
            yield Spot(x=x + a * wanted.w, y=y + b * far, leader=leader)


def _within(mark: Mark, wanted: _Wanted) -> Iterator[Spot]:
    """Yield spots round the middle of an area's widest place."""
    largest = max(shapely.get_parts(mark.shape), key=lambda part: part.area)
    radius = shapely.maximum_inscribed_circle(largest, tolerance=2.0)
    x, y = shapely.get_coordinates(radius)[0].tolist()
    step, side = wanted.h * 0.9, wanted.w * 0.6
    ups = [(0.0, 0.0), (0, -step), (0, step), (0, -2 * step), (0, 2 * step), (-side, 0), (side, 0)]
    yield from (Spot(x=x + a, y=y + b) for a, b in ups)


def _along(mark: Mark, wanted: _Wanted, box: Box, scale: float) -> Iterator[Spot]:
    """Yield spots on straight stretches of a line, the most central first."""
    found = []
    for part in shapely.get_parts(shapely.line_merge(mark.shape)):
        if part.length < wanted.w * 1.05:
            continue
        middles = np.arange(wanted.w / 2, part.length - wanted.w / 2, max(18.0, part.length / 120))
        at = [
            shapely.get_coordinates(shapely.line_interpolate_point(part, middles + shift))
            for shift in (-wanted.w / 2, 0.0, wanted.w / 2)
        ]
        chord = np.hypot(*(at[2] - at[0]).T)
        aside = np.hypot(at[1][:, 0] - box.x - box.w / 2, at[1][:, 1] - box.y - box.h / 2)
        cost = (1 - chord / wanted.w) * _BENT + aside / 14
        turn = np.arctan2(*(at[2] - at[0]).T[::-1])
        good = chord >= wanted.w * 0.94
        columns = (cost[good], at[1][good, 0], at[1][good, 1], turn[good])
        found += list(zip(*(column.round(6).tolist() for column in columns), strict=True))
    offset = 0.0
    if not mark.backdrop:
        offset = (mark.style.width or 2) * scale / 2 + wanted.size * 0.72
    for _, x, y, angle in sorted(found)[:_MOST_ALONG]:
        yield from _turned(x, y, angle, wanted, offset)


def _turned(x: float, y: float, angle: float, wanted: _Wanted, offset: float) -> Iterator[Spot]:
    """Yield both sides of a line in reading direction; Chinese stands upright on a steep one."""
    if angle > math.pi / 2:
        angle -= math.pi
    elif angle <= -math.pi / 2:
        angle += math.pi
    stacked = abs(angle) > _STEEP and bool(CHINESE.fullmatch(wanted.lines[0]))
    turn = angle - math.copysign(math.pi / 2, angle) if stacked else angle
    for shift in (-offset, offset) if offset else (0.0,):
        aside, down = -math.sin(angle) * shift, math.cos(angle) * shift
        yield Spot(x=x + aside, y=y + down, angle=turn, stacked=stacked)


def _short(name: str) -> str:
    """Return a name without what stands in brackets after it."""
    return re.split(r"\s*[（(]", name, maxsplit=1)[0]


def _wanted(marks: Iterable[Mark], zoom: float, scale: float) -> list[_Wanted]:
    """Return the names to place, the most important first; ways of one street share one."""
    every = list(marks)
    # A river or street of the plan is not named a second time by the base map.
    told = {_short(mark.name) for mark in every if not mark.backdrop}
    merged: dict[tuple[object, ...], Mark] = {}
    for mark in every:
        style = mark.style
        if not mark.name or not style.label_priority or zoom < style.label_from_zoom:
            continue
        if mark.backdrop and _short(mark.name) in told:
            continue
        key = (mark.layer, mark.name) if mark.form == "line" else (mark.layer, mark.id, "")
        known = merged.get(key)
        if known is not None:
            joined = shapely.union_all([known.shape, mark.shape])
            mark = dataclasses.replace(known, shape=joined)  # noqa: PLW2901 - the joined street
        merged[key] = mark
    ranked = sorted(
        merged.values(), key=lambda mark: (-mark.style.label_priority, mark.layer, mark.id)
    )
    return [_measured(mark, scale) for mark in ranked]


def _measured(mark: Mark, scale: float) -> _Wanted:
    text = cut(mark.name)
    lines = (text,) if mark.form == "line" else broken(text)
    size = max(_LEAST_SIZE, mark.style.label_size * scale)
    width = max(text_width(line, size) for line in lines) + 4
    height = len(lines) * size * _LINE_HEIGHT + 1
    key = f"{mark.layer}/{mark.id}"
    return _Wanted(key=key, mark=mark, lines=lines, size=size, w=width, h=height)


def _spots(wanted: _Wanted, box: Box, scale: float) -> Iterator[Spot]:
    if wanted.mark.form == "point":
        return _around(wanted.mark, wanted, scale)
    if wanted.mark.form == "area":
        return _within(wanted.mark, wanted)
    return _along(wanted.mark, wanted, box, scale)


def _fits(ring: Ring, box: Box) -> bool:
    return all(
        box.x + 1 <= x <= box.x + box.w - 1 and box.y + 1 <= y <= box.y + box.h - 1 for x, y in ring
    )


def place_labels(
    marks: Iterable[Mark],
    box: Box,
    *,
    zoom: float,
    scale: float,
    keep_clear: Iterable[Box] = (),
) -> list[Label]:
    """Find a place for as many names as do not meet; a name without room is left out.

    Parameters
    ----------
    marks
        Features of layers that may have names.
    box
        The map's window in pixels; names lie wholly inside.
    zoom
        Zoom of the window: small things are named on large scales only.
    scale
        Factor on letters and symbols.
    keep_clear
        Rectangles that no name may cover.
    """
    every = list(marks)
    taken, ink = _Taken(), _Ink(every)
    for kept in keep_clear:
        taken.add("", _ring(kept.x + kept.w / 2, kept.y + kept.h / 2, kept.w, kept.h))
    for mark in every:
        if mark.form == "point" and not mark.backdrop:
            wide = 2 * max(1.0, (mark.style.size or 4) * scale) + 2
            for x, y in shapely.get_coordinates(mark.shape).tolist():
                taken.add(f"{mark.layer}/{mark.id}", _ring(x, y, wide, wide))
    placed = []
    for wanted in _wanted(every, zoom, scale):
        for spot in _off_lines(wanted, _spots(wanted, box, scale), ink):
            label = _label(wanted, spot)
            rings = [label.ring, *_leader_rings(spot)]
            if _fits(label.ring, box) and all(taken.free(wanted.key, ring) for ring in rings):
                for ring in rings:
                    taken.add(f"{wanted.key} name", ring)
                placed.append(label)
                break
    return placed


def _off_lines(wanted: _Wanted, spots: Iterator[Spot], ink: _Ink) -> Iterator[Spot]:
    """Yield the spots off the plan's lines first; names of the base map have no others."""
    if wanted.mark.form == "line" and not wanted.mark.backdrop:
        yield from spots  # already beside its line
        return
    covered = []
    for spot in spots:
        if ink.under(spot, *_room(wanted, spot)):
            covered.append(spot)
        else:
            yield spot
    if not wanted.mark.backdrop:
        yield from covered


def _leader_rings(spot: Spot) -> list[Ring]:
    """Return the strip that a leader takes, so that it crosses no other name or symbol."""
    if spot.leader is None:
        return []
    x1, y1, x2, y2 = spot.leader
    long, angle = math.hypot(x2 - x1, y2 - y1), math.atan2(y2 - y1, x2 - x1)
    return [_ring((x1 + x2) / 2, (y1 + y2) / 2, long, _LEADER_WIDTH, angle)]


def _room(wanted: _Wanted, spot: Spot) -> tuple[float, float]:
    if spot.stacked:
        return wanted.size * 1.25, len(wanted.lines[0]) * wanted.size * _STACK_HEIGHT + 4
    return wanted.w, wanted.h


def _label(wanted: _Wanted, spot: Spot) -> Label:
    w, h = _room(wanted, spot)
    mark = wanted.mark
    return Label(
        lines=tuple(wanted.lines[0]) if spot.stacked else wanted.lines,
        size=wanted.size,
        colour=mark.style.label_colour,
        heavy=not mark.backdrop and mark.style.label_priority >= _HEAVY_FROM,
        inferred=mark.inferred,
        ring=_ring(spot.x, spot.y, w, h, spot.angle),
        spot=spot,
    )


def written(label: Label) -> str:
    """Return a name as markup, with its leader."""
    spot = label.spot
    step = label.size * (_STACK_HEIGHT if spot.stacked else _LINE_HEIGHT)
    middle = (len(label.lines) - 1) / 2
    rows = "".join(
        element("tspan", {"x": 0, "y": number((at - middle) * step + label.size * 0.36)},
                safe_text(line))
        for at, line in enumerate(label.lines)
    )  # fmt: skip
    turn = number(math.degrees(spot.angle))
    place = f"translate({number(spot.x)} {number(spot.y)})" + (
        f" rotate({turn})" if turn != "0" else ""
    )
    text = element(
        "text",
        {
            "transform": place,
            "font-size": number(label.size),
            "font-weight": 600 if label.heavy else None,
            "font-style": "italic" if label.inferred else None,
            "fill": label.colour,
        },
        rows,
    )
    if spot.leader is None:
        return text
    x1, y1, x2, y2 = map(number, spot.leader)
    line = {"x1": x1, "y1": y1, "x2": x2, "y2": y2, "stroke": label.colour, "stroke-width": 0.9}
    return element("line", line | {"paint-order": "normal", "stroke-opacity": 1}) + text


LETTERS: dict[str, object] = {
    "text-anchor": "middle",
    "stroke": PAPER,
    "stroke-width": 3,
    "stroke-opacity": 0.92,
    "stroke-linejoin": "round",
    "paint-order": "stroke",
    "unicode-bidi": "isolate",
}
"""Attributes of the group of all names: light casing under the letters."""
