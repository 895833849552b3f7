"""What is true of the sample town, in plain arithmetic from its drawing and tables.

No geometry library and no measure of this package is used here: the figures are what the
measures are held against.
"""

import csv
import io
import math
from collections.abc import Callable, Iterator, Mapping
from typing import NamedTuple

import geopandas as gpd

from erdao_gis.sample.layout import (
    COMMUNITIES,
    GREEN_EXTRA,
    GREENED_WEST_OF,
    HEIGHT,
    LETTERS,
    ORIGIN,
    POCKETS,
    RIVER,
    STREETS,
    WIDTH,
    Box,
    Street,
    cells,
    community_at,
    floors,
    net_box,
    strip_halves,
)
from erdao_gis.sample.park_reach import residential_within
from erdao_gis.sample.town_limits import BREACHES, Breach, limits_of
from erdao_gis.sample.town_places import FACILITIES

_TOWN_M2 = WIDTH * HEIGHT


class Truth(NamedTuple):
    """One known figure."""

    key: str
    "Subject, what of it, and where it is a series: date, reach or pair; parted by colons."
    value: float
    unit: str
    how_zh: str
    how_en: str


# Start, facility, metres on foot, and the way.
_WALKS = (
    ("ST01", "FC13", 900, "一巷北行 200，样例大路东行 700", "200 north on Lane 1, 700 east"),
    ("ST02", "FC13", 500, "高架不落地：五巷西行 200，乙街北行 200，东行 100",
     "The viaduct does not come down: 200 west on Lane 5, 200 north on Yi Street, 100 east"),
    ("ST03", "FC02", 850, "北行 200，过丑路桥东行 500，丁街南行 150",
     "200 north, 500 east over Chou bridge, 150 south on Ding Street"),
    ("ST04", "FC01", 550, "断头：南行 200，西行 200，甲街北行 150",
     "Dead end: 200 south, 200 west, 150 north on Jia Street"),
    ("ST04", "FC14", 900, "南行 200，西行 200，甲街北行 400，东行 100",
     "200 south, 200 west, 400 north, 100 east"),
    ("ST06", "FC06", 500, "子路东行 500", "500 east on Zi Road"),
    ("ST07", "FC07", 250, "距丙街 50，北行 200", "50 to Bing Street, 200 north"),
)  # fmt: skip
# Date, community, hidden cells, green ones among them.
_HIDDEN = (
    ("2021-07", "990101001002", 30 * 6 + 10 * 4, 0),
    ("2021-07", "990101003002", 10 * 10, 10 * 10),
    ("2025-07", "990101002002", 20 * 10, 20 * 10),
    ("2025-07", "990101003001", 10 * 10, 0),
)


def _code(letter: str) -> str:
    return LETTERS[letter][0]


def _inside(box: Box, unit: Box) -> bool:
    return unit.west <= box.west < unit.east and unit.south <= box.south < unit.north


def _class_areas() -> dict[str, float]:
    """Square metres of each class: cells less strips; the roads are what is left."""
    areas: dict[str, float] = {}
    for column, row, letter in cells():
        code = _code(letter)
        areas[code] = areas.get(code, 0) + net_box(column, row).area
    pockets = sum(pocket.area for pocket in POCKETS)
    areas["070102"] -= pockets
    areas["1401"] += pockets
    areas["1201"] = 20 * (WIDTH - (RIVER.east - RIVER.west))
    areas["1207"] = _TOWN_M2 - sum(areas.values())
    return areas


def _land() -> Iterator[Truth]:
    yield Truth("town:area", _TOWN_M2, "m2", "2400 × 2000", "2400 x 2000")
    for code, area in sorted(_class_areas().items()):
        how = ("格网净面积之和", "Sum of the net cells")
        how = ("20 × (2400 - 100)", "20 x (2400 - 100)") if code == "1201" else how
        how = ("全镇减其余各类", "Town less all other classes") if code == "1207" else how
        yield Truth(f"land_use:area:{code}", area, "m2", *how)
        yield Truth(f"land_use:percent:{code}", 100 * area / _TOWN_M2, "%", "面积 ÷ 全镇",
                    "Area / town")  # fmt: skip
    for unit in COMMUNITIES:
        home = sum(
            net_box(c, r).area
            for c, r, letter in cells()
            if letter in "Rq" and _inside(Box(c * 100, r * 100, 0, 0), unit.box)
        ) - sum(pocket.area for pocket in POCKETS if _inside(pocket, unit.box))
        yield Truth(f"residential:area:{unit.key}", home, "m2", "R、q 格净面积减口袋公园",
                    "Net R and q cells less pocket parks")  # fmt: skip


def _people() -> Iterator[Truth]:
    total = 0
    for unit in COMMUNITIES:
        mine = [key for key in floors() if community_at(key[0] * 100, key[1] * 100) == unit.key]
        letters = {(c, r): letter for c, r, letter in cells()}
        slabs = sum(sum(floors()[key]) for key in mine if letters[key] == "R")
        farms = sum(len(floors()[key]) for key in mine if letters[key] in "Vv")
        people = 15 * slabs + 4 * farms
        total += people
        yield Truth(f"population:{unit.key}", people, "persons",
                    f"住宅楼层 {slabs} × 15 + 农房 {farms} × 4",
                    f"{slabs} floors of slabs x 15 + {farms} farmhouses x 4")  # fmt: skip
    yield Truth("population:town", total, "persons", "各社区之和", "Sum of the communities")


def _green_land(unit: Box, wall_gap: float = 0.0) -> float:
    """Green land of a unit: parks, belts, lawns less a strip at both slabs, the square's green."""
    area = 0.0
    for column, row, letter in cells():
        if _inside(Box(column * 100, row * 100, 0, 0), unit):
            area += net_box(column, row).area if letter in "GJg" else 0
            area += 60 * (40 - 2 * wall_gap) if letter == "R" else 0
    return area + sum(box.area for box in (*POCKETS, *GREEN_EXTRA) if _inside(box, unit))


def _green() -> Iterator[Truth]:
    units = [(unit.key, unit.box) for unit in COMMUNITIES]
    for key, unit in [*units, ("BU2025", Box(0, 0, 1600, 1800))]:
        green = _green_land(unit)
        yield Truth(f"green_ratio:{key}", green / unit.area, "share",
                    f"绿地 {green:.0f} ÷ {unit.area:.0f}",
                    f"{green:.0f} / {unit.area:.0f} m2")  # fmt: skip
        walled = _green_land(unit, 1.0)
        yield Truth(f"green_ratio_1m_from_walls:{key}", walled / unit.area, "share",
                    "每块宅旁绿地减两条 60 × 1",
                    "Each lawn less two strips of 60 x 1")  # fmt: skip
    stated = sum(net_box(c, r).area for c, r, letter in cells() if letter in "GJg")
    once = stated + sum(box.area for box in (*POCKETS, *GREEN_EXTRA))
    once += 2400 * sum(letter == "R" for *_, letter in cells())
    yield Truth("parks_and_green:area_once", once, "m2", "重叠只计一次", "Overlaps once")
    yield Truth("parks_and_green:area_summed", once + 20_000 + 15_000, "m2",
                "重叠的东园 2 公顷与绿道 1.5 公顷重复计入",
                "With Park East (2 ha) and Greenway (1.5 ha) counted twice")  # fmt: skip


def _green_cells(column: int, row: int, letter: str, *, later: bool) -> float:
    if letter in "NFGg" or (letter == "J" and later):
        return net_box(column, row).area / 100
    if letter == "R":
        return 12 if column * 100 < GREENED_WEST_OF and not later else 24
    return {("V", False): 20, ("V", True): 40, ("v", False): 10, ("v", True): 20}.get(
        (letter, later), 0
    )


def _cover() -> Iterator[Truth]:
    for date, later in (("2021-07", False), ("2025-07", True)):
        everywhere = 0.0
        for unit in COMMUNITIES:
            green = sum(
                _green_cells(c, r, letter, later=later)
                for c, r, letter in cells()
                if _inside(Box(c * 100, r * 100, 0, 0), unit.box)
            )
            green += sum(b.area / 100 for b in (*POCKETS, *GREEN_EXTRA) if _inside(b, unit.box))
            # One row of trees of the avenue lies in each community, the river left out.
            green += 80 - (10 if unit.box.west == RIVER.west else 0)
            everywhere += green
            hidden = [row[2:] for row in _HIDDEN if row[:2] == (date, unit.key)]
            lost, lost_green = hidden[0] if hidden else (0, 0)
            seen = unit.box.area / 100 - lost
            said = f"{green - lost_green:.0f} / {seen:.0f}"
            yield Truth(f"green_cells:{unit.key}:{date}", green, "cells", "按字母规则逐格计",
                        "By the rule of each letter")  # fmt: skip
            yield Truth(f"seen_share:{unit.key}:{date}", seen * 100 / unit.box.area, "share",
                        f"不可见 {lost} 格", f"{lost} cells hidden")  # fmt: skip
            yield Truth(f"green_cover:{unit.key}:{date}", (green - lost_green) / seen, "share",
                        f"可见绿格 ÷ 可见格 = {said}", f"Green seen / seen = {said}")  # fmt: skip
        yield Truth(f"green_cells:town:{date}", everywhere, "cells", "各社区之和",
                    "Sum of the communities")  # fmt: skip
        for village, share in (("990101003203", 0.2), ("990101003204", 0.1)):
            yield Truth(f"green_cover:{village}:{date}", 2 * share if later else share, "share",
                        "每格十行中的绿行", "Green rows of ten in each cell")  # fmt: skip
    lawns = sum(letter == "R" and column * 100 < GREENED_WEST_OF for column, _, letter in cells())
    yield Truth("green_cells:gained", 12 * lawns + 200 + 4 * 20 + 4 * 10, "cells",
                f"西部宅旁绿地 {lawns} × 12，新园 200，两村 4 × 20 与 4 × 10",
                f"{lawns} western lawns x 12, New Park 200, villages 4 x 20, 4 x 10")  # fmt: skip


def _parks() -> Iterator[Truth]:
    home = _class_areas()["070102"]
    boxes = [net_box(c, r) for c, r, letter in cells() if letter in "Rq"]
    for reach in (300, 500):
        # The park's sides are straight for the whole height of the town, 1510 and 1600.
        low, high = 1510 - reach, 1600 + reach
        near = sum(
            max(0, min(box.east, high) - max(box.west, low)) * (box.north - box.south)
            for box in boxes
        ) - sum(pocket.area for pocket in POCKETS if pocket.west >= low)
        yield Truth(f"park_coverage:riverside_only:{reach}", near / home, "share",
                    f"x {low}～{high} 的居住用地 ÷ 全部居住用地",
                    f"Housing between x {low} and {high} / all housing")  # fmt: skip


def _size_classes() -> Iterator[Truth]:
    share = residential_within() / _class_areas()["070102"]
    yield Truth("park_coverage:size_classes", share, "share",
                "≥0.5 公顷 500 m、0.2～0.5 公顷 300 m；按 0.5 m 竖条积分",
                "500 m from 0.5 ha, 300 m from 0.2 ha; integrated in strips of 0.5 m")  # fmt: skip


def _length(street: Street) -> int:
    return abs(street.end[0] - street.start[0]) + abs(street.end[1] - street.start[1])


def _streets() -> Iterator[Truth]:
    total = sum(map(_length, STREETS))
    yield Truth("roads:length", total, "m", "各街长度之和", "Sum of the streets")
    yield Truth("roads:density", total / 1000 / (_TOWN_M2 / 1e6), "km/km2", "长度 ÷ 4.8 km²",
                "Length / 4.8 km2")  # fmt: skip
    for kind in sorted({street.road_class for street in STREETS}):
        length = sum(_length(street) for street in STREETS if street.road_class == kind)
        yield Truth(f"roads:length:{kind}", length, "m", "该等级各街之和", "Streets of the class")
    spans = [b - a for street in STREETS for a, b in street.bridges]
    yield Truth("roads:bridges", len(spans), "count", "桥段数", "Spans")
    yield Truth(
        "roads:bridge_length", sum(spans), "m", "200 + 200 + 300 + 300 + 400", "Sum of the spans"
    )
    yield Truth("roads:dead_ends", 1, "count", "断头巷 (600, 1400)；镇界与孤路除外",
                "Dead End Lane; town limits and the island left out")  # fmt: skip
    yield Truth("roads:islands", 2, "count", "主网与孤路", "The network and Island Track")
    yield Truth("roads:island_length", 200, "m", "孤路", "Island Track")
    for start, facility, metres, zh, en in _WALKS:
        yield Truth(f"walk:{start}:{facility}", metres, "m", zh, en)
    yield Truth("walk_opened:ST04:FC14", 300, "m", "打通后：北行 200，西行 100",
                "Once SRP1 is open: 200 north, 100 west")  # fmt: skip
    yield Truth("walk:ST05:FC02", float("inf"), "m", "孤路不通", "No way off the island")


def _fixed() -> Iterator[Truth]:
    yield Truth("corridor_share:SRV1_150m:SZN1", 100 / 1600, "share", "100 ÷ 1600", "100 / 1600")
    yield Truth("corridor_share:SRV1_150m:SZN2", 200 / 800, "share", "200 ÷ 800", "200 / 800")
    yield Truth("corridor_share:SAX1_500m:TOWN", 0.5, "share", "1000 ÷ 2000", "1000 / 2000")
    yield Truth("feature_streets:length_once", 3200, "m", "1600 + 1600，段不重计",
                "1600 + 1600, the section once")  # fmt: skip
    yield Truth("clash:river_management:parcels", 9000, "m2", "B 地块 x 1700～1750，y 820～1000",
                "B parcel, x 1700-1750, y 820-1000")  # fmt: skip
    yield Truth("clash:river_management:buildings", 3000, "m2", "两座 30 × 50", "Two of 30 x 50")
    yield Truth("clash:heritage:parcels", 18_000, "m2", "M 地块 200 × 90", "M parcel, 200 x 90")
    # Protected land is known to 10 m: least and most.
    yield Truth("clash:river_management:parcels:low", 7200, "m2", "(50 - 10) × 180",
                "(50 - 10) x 180")  # fmt: skip
    yield Truth("clash:river_management:parcels:high", 10_800, "m2", "(50 + 10) × 180",
                "(50 + 10) x 180")  # fmt: skip
    yield Truth("clash:heritage:parcels:low", 12_600, "m2", "(200 - 20) × (90 - 20)，地块始于 1610",
                "(200 - 20) x (90 - 20), the parcel begins at 1610")  # fmt: skip
    yield Truth(
        "clash:heritage:parcels:high",
        220 * 100 - 2 * 100 * (1 - math.pi / 4),
        "m2",
        "220 × 100 减去北侧两个半径 10 的圆角",
        "220 x 100 less two corners of radius 10",
    )
    yield Truth("crossings:parcels", 0, "count", "街道、铁路沿格线并让出半宽，河流自占一格",
                "Streets and railway run between the cells, the river has its own")  # fmt: skip
    for kind in sorted({facility.type for facility in FACILITIES}):
        number = sum(facility.type == kind for facility in FACILITIES)
        yield Truth(f"facilities:{kind}", number, "count", "清单计数", "Rows of the list")


def _block(cell: tuple[int, int]) -> list[tuple[int, int]]:
    """Cells of the same class joined to this one without a street between."""
    codes = {(c, r): _code(letter) for c, r, letter in cells()}
    halves, found, waiting = strip_halves(), {cell}, [cell]
    while waiting:
        column, row = waiting.pop()
        for other, border in (
            ((column - 1, row), ("v", column, row)),
            ((column + 1, row), ("v", column + 1, row)),
            ((column, row - 1), ("h", column, row)),
            ((column, row + 1), ("h", column, row + 1)),
        ):
            joined = codes.get(other) == codes[cell] and border not in halves
            if joined and other not in found:
                found.add(other)
                waiting.append(other)
    return sorted(found)


def _actual(breach: Breach) -> float:
    """Measure what stands on the parcel of a breach."""
    letters = {(c, r): letter for c, r, letter in cells()}
    block = _block(breach.cell)
    area = sum(net_box(*cell).area for cell in block)
    area -= sum(p.area for p in POCKETS if (int(p.west // 100), int(p.south // 100)) in block)
    letter = letters[breach.cell]
    foot, storey_m = {"R": (600, 3), "B": (3000, 4), "M": (3000, 4)}.get(letter, (1200, 4))
    storeys = [storey for cell in block for storey in floors().get(cell, ())]
    measures: Mapping[str, Callable[[], float]] = {
        "floor_area_ratio_max": lambda: foot * sum(storeys) / area,
        "floor_area_ratio_min": lambda: foot * sum(storeys) / area,
        "building_density_max": lambda: 100 * foot * len(storeys) / area,
        "height_max_m": lambda: max(storeys) * storey_m,
        "green_ratio_min": lambda: 100 * 2400 * sum(letters[c] == "R" for c in block) / area,
    }
    return measures[breach.limit]()


def _breaches(parcels: gpd.GeoDataFrame) -> Iterator[Truth]:
    units = {"floor_area_ratio_max": "", "floor_area_ratio_min": "", "height_max_m": "m"}
    for breach in BREACHES:
        x, y = (part * 100 + 50 + start for part, start in zip(breach.cell, ORIGIN, strict=True))
        point = gpd.points_from_xy([x], [y])[0]
        key = parcels.index[parcels.covers(point)][0]
        code = next(_code(letter) for c, r, letter in cells() if (c, r) == breach.cell)
        limit = limits_of(code, _block(breach.cell))[breach.limit]
        yield Truth(f"breach:{key}:{breach.limit}", _actual(breach), units.get(breach.limit, "%"),
                    f"现状值；限值 {limit:g}：{breach.why_zh}",
                    f"What stands; the limit is {limit:g}: {breach.why_en}")  # fmt: skip
    yield Truth("breach:count", len(BREACHES), "count", "故意设置", "Set on purpose")


def truths(parcels: gpd.GeoDataFrame) -> list[Truth]:
    """Work out all that is known of the town.

    Parameters
    ----------
    parcels
        The town's parcels (EPSG:4551): only to tell the number of a parcel in its key.

    Returns
    -------
    list of Truth
        Figures with their unit and how they follow.

    Examples
    --------
    >>> from erdao_gis.sample.land import land_layers
    >>> known = {truth.key: truth.value for truth in truths(land_layers()["parcels"])}
    >>> known["roads:length"], known["land_use:area:1701"]
    (21400, 200000)
    """
    parts: tuple[Iterator[Truth], ...] = (
        _land(),
        _people(),
        _green(),
        _cover(),
        _parks(),
        _size_classes(),
        _streets(),
        _fixed(),
        _breaches(parcels),
    )
    return [truth for part in parts for truth in part]


def truths_text(known: list[Truth]) -> str:
    """Return truths as CSV text: key, value, unit, how_zh, how_en.

    >>> truths_text([Truth("town:area", 4_800_000, "m2", "", "")]).splitlines()[1]
    'town:area,4800000,m2,,'
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(Truth._fields)
    writer.writerows(known)
    return stream.getvalue()
