"""Land use, housing, buildings, parcels, people and green of the sample town."""

import functools
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import geopandas as gpd
import shapely
from shapely.geometry.base import BaseGeometry

from erdao_gis.sample.layout import (
    COMMUNITIES,
    GREEN_EXTRA,
    HEIGHT,
    LAND_USE_EDITION,
    LETTERS,
    POCKETS,
    RAIL_HALF,
    RAIL_Y,
    RIVER,
    WIDTH,
    Box,
    cells,
    community_at,
    floors,
    net_box,
)
from erdao_gis.sample.town_frames import Row, layer_of, polygon
from erdao_gis.sample.town_limits import BUILDABLE, limits_of

# On an R cell: two slabs of 60 m by 10 m, and the lawn between them, wall to wall.
_SLABS = (Box(20, 20, 80, 30), Box(20, 70, 80, 80))
LAWN = Box(20, 30, 80, 70)
_HOUSES = tuple(Box(8 + 24 * n, y, 20 + 24 * n, y + 10) for y in (30, 60) for n in range(4))
_SHED, _HOUSE = Box(20, 25, 80, 75), Box(30, 35, 70, 65)
# A slab's floor of 600 m2 holds 6 dwellings with 2.5 persons each; a farmhouse 4 persons.
DWELLINGS_PER_FLOOR, PEOPLE_PER_FLOOR, PEOPLE_PER_HOUSE = 6, 15, 4
_PARK_NAMES = {
    (100, 200): ("南园", "South Garden", "G14"),
    (100, 1300): ("示例公园", "Sample Park", "G12"),
    (500, 1400): ("新园", "New Park", "G12"),
}


@dataclass(frozen=True, kw_only=True)
class _Part:
    """One piece of land of one class."""

    code: str
    shape: BaseGeometry
    cells: tuple[tuple[int, int, str], ...]

    @property
    def middle(self) -> tuple[float, float]:
        """Of its first cell: a place that surely lies in it or in a pocket park of it."""
        column, row, _ = self.cells[0]
        return column * 100 + 50, row * 100 + 50


def _moved(box: Box, column: int, row: int) -> Box:
    x, y = column * 100, row * 100
    return Box(box.west + x, box.south + y, box.east + x, box.north + y)


@functools.cache
def _parts() -> tuple[_Part, ...]:
    """Join neighbouring cells of one class; pocket parks are cut out and stand for themselves."""
    by_code = defaultdict(list)
    for column, row, letter in cells():
        by_code[LETTERS[letter][0]].append((column, row, letter))
    pockets = shapely.union_all([polygon(pocket) for pocket in POCKETS])
    found = [_Part(code="1401", shape=polygon(pocket), cells=()) for pocket in POCKETS]
    for code, group in by_code.items():
        whole = shapely.union_all([polygon(net_box(c, r)) for c, r, _ in group])
        for part in shapely.get_parts(shapely.normalize(whole)):
            inside = [c for c in group if part.covers(shapely.Point(_centre(*c[:2])))]
            shape = part.difference(pockets) if code == "070102" else part
            found.append(_Part(code=code, shape=shape, cells=tuple(inside)))
    return tuple(found)


def _centre(column: int, row: int) -> tuple[float, float]:
    box = net_box(column, row)
    return (box.west + box.east) / 2, (box.south + box.north) / 2


def _traffic() -> tuple[BaseGeometry, BaseGeometry]:
    """Road land and railway land: what the cells leave, the railway on top where they cross."""
    rail = shapely.box(0, RAIL_Y - RAIL_HALF, WIDTH, RAIL_Y + RAIL_HALF) - polygon(RIVER)
    used = shapely.union_all([part.shape for part in _parts()] + [rail])
    return shapely.box(0, 0, WIDTH, HEIGHT) - used, rail


def _sorted_parts() -> list[_Part]:
    road, rail = _traffic()
    strips = [_Part(code="1207", shape=road, cells=()), _Part(code="1201", shape=rail, cells=())]
    return sorted((*_parts(), *strips), key=lambda part: (part.code, part.shape.bounds))


def _land_use() -> Iterator[Row]:
    names = {code: (zh, en) for code, zh, en in LETTERS.values()}
    names |= {"1207": ("城镇村道路用地", "Road land"), "1201": ("铁路用地", "Railway land")}
    for number, part in enumerate(_sorted_parts(), start=1):
        zh, en = names[part.code]
        yield {"id": f"LU{number:03d}", "name_zh": zh, "name_en": en, "geometry": part.shape,
               "land_use_code": part.code, "edition": LAND_USE_EDITION}  # fmt: skip


def _residential() -> Iterator[Row]:
    homes = [part for part in _sorted_parts() if part.code == "070102"]
    for number, part in enumerate(homes, start=1):
        storeys = sum(sum(floors()[c, r]) for c, r, letter in part.cells if letter == "R")
        yield {"id": f"RS{number:03d}", "name_zh": f"示例小区{number}",
               "name_en": f"Sample Estate {number}", "geometry": part.shape,
               "land_use_code": part.code, "dwellings": DWELLINGS_PER_FLOOR * storeys,
               "population": PEOPLE_PER_FLOOR * storeys}  # fmt: skip


def _footprints(letter: str) -> tuple[Box, ...]:
    if letter in "Vv":
        return _HOUSES
    return _SLABS if letter == "R" else (_SHED,) if letter in "BMW" else (_HOUSE,)


def _buildings() -> Iterator[Row]:
    for (column, row), storeys in floors().items():
        letter = next(name for c, r, name in cells() if (c, r) == (column, row))
        storey_m = 3 if letter in "RVv" else 4
        for number, (box, storey) in enumerate(
            zip(_footprints(letter), storeys, strict=True), start=1
        ):
            key = f"BD{column:02d}{row:02d}{number}"
            yield {"id": key, "name_zh": key, "name_en": key, "floors": storey,
                   "geometry": polygon(_moved(box, column, row)), "height_m": storey * storey_m,
                   "floor_area_m2": box.area * storey, "use": LETTERS[letter][1]}  # fmt: skip


def _villages() -> Iterator[Row]:
    for code, zh, en, box in (
        ("990101003203", "示例甲村", "Sample Village A", Box(2100, 1300, 2300, 1500)),
        ("990101003204", "示例乙村", "Sample Village B", Box(2100, 100, 2300, 300)),
    ):
        yield {"id": code, "name_zh": zh, "name_en": en, "village_code": code,
               "geometry": polygon(box)}  # fmt: skip


def residents() -> Mapping[str, int]:
    """Count the residents of each community, from the storeys drawn."""
    counted: dict[str, int] = {unit.key: 0 for unit in COMMUNITIES}
    for column, row, letter in cells():
        key = community_at(column * 100, row * 100)
        if letter == "R":
            counted[key] += PEOPLE_PER_FLOOR * sum(floors()[column, row])
        elif letter in "Vv":
            counted[key] += PEOPLE_PER_HOUSE * len(_HOUSES)
    return counted


def _population() -> Iterator[Row]:
    for unit in COMMUNITIES:
        yield {"id": unit.key, "name_zh": unit.name_zh, "name_en": unit.name_en, "year": 2025,
               "population": residents()[unit.key], "geometry": polygon(unit.box)}  # fmt: skip


def _parcels() -> Iterator[Row]:
    count: dict[str, int] = defaultdict(int)
    for part in _sorted_parts():
        if part.code not in BUILDABLE:
            continue
        district = community_at(*part.middle)[6:9]
        count[district] += 1
        # 19 characters as a parcel's code has; no province has the number 99.
        key = f"990101{district}001GB{count[district]:05d}"
        number = f"{district}-{count[district]:03d}"
        yield {"id": key, "name_zh": f"示例地块 {number}", "name_en": f"Sample parcel {number}",
               "geometry": part.shape, "area_m2": part.shape.area, "edition": LAND_USE_EDITION,
               "assumed": "no"} | limits_of(part.code, [c[:2] for c in part.cells])  # fmt: skip


def _green() -> Iterator[Row]:
    number = 0
    for part in _sorted_parts():
        if part.code not in ("1401", "1402"):
            continue
        number += 1
        corner = (int(part.shape.bounds[0]), int(part.shape.bounds[1]))
        if part.code == "1402":
            zh, en, kind = "示例防护绿带", "Sample Protective Belt", "G2"
        elif not part.cells:
            zh, en, kind = "口袋公园", "Pocket Park", "G14"
        else:
            riverside = ("滨河公园", "Riverside Park", "G13")
            zh, en, kind = _PARK_NAMES.get(corner, riverside)
        yield _green_row(f"PK{number:02d}", (zh, en, kind), part.shape)
    # Two outlines that lie over others, as registers kept by two offices do.
    yield _green_row("PK91", ("示例公园东园", "Sample Park East", "G12"),
                     polygon(Box(200, 1300, 300, 1500)))  # fmt: skip
    yield _green_row("PK92", ("滨河绿道", "Riverside Greenway", "G13"),
                     polygon(Box(1550, 850, 1600, 1150)))  # fmt: skip
    yield _green_row("PK93", ("广场绿地", "Green of the Square", "G3"), polygon(GREEN_EXTRA[0]))
    for column, row, letter in cells():
        if letter == "R":
            key = f"RG{column:02d}{row:02d}"
            yield _green_row(key, ("宅旁绿地", "Lawn", "RG"), polygon(_moved(LAWN, column, row)))


def _green_row(key: str, said: tuple[str, str, str], shape: BaseGeometry) -> Row:
    zh, en, kind = said
    return {"id": key, "name_zh": zh, "name_en": en, "geometry": shape, "area_m2": shape.area,
            "green_class": kind}  # fmt: skip


def _areas(rows: list[tuple[str, str, str, Box, dict[str, object]]]) -> Iterator[Row]:
    for key, zh, en, box, further in rows:
        yield {"id": key, "name_zh": zh, "name_en": en, "geometry": polygon(box)} | further


def _protected() -> Iterator[Row]:
    def row(kind: str) -> dict[str, object]:
        # Traced from a drawing: the one layer of the town that is not exact.
        return {"protection": kind, "evidence": "B", "accuracy_m": 10.0, "source": None}

    yield from _areas([
        ("PT01", "基本农田", "Prime farmland", Box(2010, 400, 2400, 600), row("prime_farmland")),
        ("PT02", "林地红线", "Woodland red line", Box(600, 1810, 790, 2000),
         row("ecological_red_line")),
        ("PT03", "老厂保护范围", "Old works", Box(500, 1610, 700, 1700), row("heritage")),
        ("PT04", "样河管理范围", "River management area", Box(1550, 0, 1750, 2000),
         row("river_management")),
    ])  # fmt: skip


def land_layers() -> dict[str, gpd.GeoDataFrame]:
    """Build the layers of land, homes, people and green.

    Returns
    -------
    dict
        Layer name -> frame in EPSG:4551.

    Examples
    --------
    >>> land = land_layers()["land_use"]
    >>> float(land.area.sum())
    4800000.0
    """
    built_up: dict[str, object] = {"year": 2025}
    rows = {
        "land_use": _land_use(),
        "residential": _residential(),
        "buildings": _buildings(),
        "villages": _villages(),
        "built_up_area": _areas([("BU2025", "示例镇建成区", "Built-up area of the sample town",
                                  Box(0, 0, 1600, 1800), built_up)]),
        "population": _population(),
        "parcels": _parcels(),
        "protected_land": _protected(),
        "parks_and_green": _green(),
    }  # fmt: skip
    return {name: layer_of(name, given) for name, given in rows.items()}
