"""Streets, rails, river, facilities, boundaries and plan elements of the sample town."""

from collections.abc import Iterator
from typing import NamedTuple

import geopandas as gpd
from shapely import LineString, Point
from shapely.geometry.base import BaseGeometry

from erdao_gis.sample.layout import (
    BRIDGED,
    HEIGHT,
    RAIL_Y,
    RIVER,
    STREETS,
    WIDTH,
    Box,
    stretches,
)
from erdao_gis.sample.town_frames import Row, layer_of, polygon

_RIVER_X = (RIVER.west + RIVER.east) / 2


class Facility(NamedTuple):
    """A public facility; entered from the street on which its point stands."""

    key: str
    type: str
    name_zh: str
    name_en: str
    x: int
    y: int
    capacity: float | None = None


FACILITIES = (
    Facility("FC01", "kindergarten", "示例第一幼儿园", "Sample Kindergarten 1", 400, 1350, 270),
    Facility("FC02", "kindergarten", "示例第二幼儿园", "Sample Kindergarten 2", 2000, 1050, 180),
    Facility("FC03", "kindergarten", "示例第三幼儿园", "Sample Kindergarten 3", 1200, 250, 270),
    Facility("FC04", "kindergarten", "示例第四幼儿园", "Sample Kindergarten 4", 400, 150, 270),
    Facility("FC05", "primary_school", "示例小学", "Sample Primary School", 1000, 1200, 1080),
    Facility("FC06", "secondary_school", "示例中学", "Sample Secondary School", 500, 400, 1200),
    Facility("FC07", "hospital", "示例镇医院", "Sample Town Hospital", 1200, 900, 200),
    Facility("FC08", "clinic", "示例西社区卫生服务站", "Sample West Clinic", 550, 1000, 10),
    Facility("FC09", "clinic", "示例东社区卫生服务站", "Sample East Clinic", 1800, 850, 10),
    Facility("FC10", "elderly_care", "示例养老院", "Sample Care Home", 600, 550, 80),
    Facility("FC11", "culture", "示例文化馆", "Sample Cultural Centre", 800, 950),
    Facility("FC12", "sport", "示例体育馆", "Sample Sports Hall", 1100, 600),
    Facility("FC13", "market", "示例菜市场", "Sample Market", 900, 800),
    Facility("FC14", "other", "示例邮政所", "Sample Post Office", 500, 1600),
    Facility("FC15", "other", "示例公交总站", "Sample Bus Terminus", 1200, 150),
    # Parks: the capacity is their area in m2, which decides how far they serve.
    Facility("FC21", "park", "示例公园", "Sample Park", 200, 1400, 40_000),
    Facility("FC22", "park", "新园", "New Park", 600, 1450, 20_000),
    Facility("FC23", "park", "南园", "South Garden", 150, 250, 10_000),
    Facility("FC24", "park", "口袋公园（0.5 公顷）", "Pocket Park (0.5 ha)", 650, 125, 5_000),
    Facility("FC25", "park", "口袋公园（0.3 公顷）", "Pocket Park (0.3 ha)", 1330, 525, 3_000),
    Facility("FC26", "park", "口袋公园（0.1 公顷）", "Pocket Park (0.1 ha)", 250, 1055, 1_000),
)


class Start(NamedTuple):
    """A place from which a walk is measured by hand."""

    key: str
    name_zh: str
    name_en: str
    x: int
    y: int


STARTS = (
    Start("ST01", "起点一：一巷", "Start 1: Lane 1", 200, 600),
    Start("ST02", "起点二：高架南端", "Start 2: south end of the viaduct", 1000, 600),
    Start("ST03", "起点三：西岸", "Start 3: west bank", 1500, 1000),
    Start("ST04", "起点四：断头巷尽头", "Start 4: end of the dead end", 600, 1400),
    Start("ST05", "起点五：孤路", "Start 5: island track", 1900, 200),
    Start("ST06", "起点六：子路西端", "Start 6: west end of Zi Road", 0, 400),
    Start("ST07", "起点七：街坊内", "Start 7: inside a block", 1250, 700),
)


def _named(key: str, zh: str, en: str, geometry: BaseGeometry, **further: object) -> Row:
    return {"id": key, "name_zh": zh, "name_en": en, "geometry": geometry, **further}


def _roads() -> Iterator[Row]:
    for street in STREETS:
        for number, (start, end, raised) in enumerate(stretches(street), start=1):
            yield _named(
                f"{street.key}.{number}",
                street.name_zh,
                street.name_en,
                LineString([start, end]),
                road_class=street.road_class,
                bridge="bridge" if raised else None,
            )


def _stations() -> Iterator[Row]:
    for key, zh, en, x, y, line in (
        ("MS1", "样例大路西站", "Yangli Avenue West", 400, 800, "样例1号线"),
        ("MS2", "镇中心站", "Town Centre", 1200, 800, "样例1号线;样例2号线"),
        ("MS3", "河东站", "East Bank", 2000, 800, "样例1号线"),
        ("MS4", "北厂站", "North Works", 1200, 1600, "样例2号线"),
    ):
        state = "under_construction" if key == "MS4" else "operating"
        yield _named(key, zh, en, Point(x, y), line=line, state=state)


def _subdistricts() -> Iterator[Row]:
    for number, (zh, en) in enumerate(
        (("西街道", "West"), ("中街道", "Centre"), ("东镇", "East")), start=1
    ):
        code = f"990101{number:03d}"
        box = Box(800 * (number - 1), 0, 800 * number, HEIGHT)
        yield _named(code, f"示例{zh}", f"Sample {en}", polygon(box), code=code, managed_by="erdao")


def _places() -> Iterator[Row]:
    for start in STARTS:
        point = Point(start.x, start.y)
        yield _named(start.key, start.name_zh, start.name_en, point, place_class="other")


def _inventory() -> Iterator[Row]:
    for facility in FACILITIES:
        yield _named(
            facility.key,
            facility.name_zh,
            facility.name_en,
            Point(facility.x, facility.y),
            facility_type=facility.type,
            capacity=facility.capacity,
        )


def _base() -> dict[str, Iterator[Row]]:
    river = LineString([(_RIVER_X, 0), (_RIVER_X, HEIGHT)])
    rail = LineString([(0, RAIL_Y), (WIDTH, RAIL_Y)])
    first, second = LineString([(0, 800), (WIDTH, 800)]), LineString([(1200, 800), (1200, 1600)])
    return {
        "district": iter(
            [_named("TOWN", "示例镇（虚构）", "Sample town (fictional)",
                    polygon(Box(0, 0, WIDTH, HEIGHT)))]
        ),
        "subdistricts": _subdistricts(),
        "roads": _roads(),
        "ring_roads": iter([_named("SRR1", "样例环路", "Sample ring road",
                                   LineString([(1500, 0), (1500, HEIGHT)]), road_class="trunk")]),
        "waterways": iter([_named("yang-river", "样河", "Yang River", river)]),
        "railways": iter([_named("rail", "样例铁路", "Sample Railway", rail, rail_class="rail")]),
        "metro_lines": iter([
            _named("M1", "样例1号线", "Sample Line 1", first, line="样例1号线", state="operating"),
            _named("M2", "样例2号线", "Sample Line 2", second, line="样例2号线",
                   state="under_construction"),
        ]),
        "metro_stations": _stations(),
        "places": _places(),
        "facilities_inventory": _inventory(),
    }  # fmt: skip


def _areas(*rows: tuple[str, str, str, Box]) -> Iterator[Row]:
    for key, zh, en, box in rows:
        yield _named(key, zh, en, polygon(box))


def _streets() -> Iterator[Row]:
    yield _named("SFS1", "乙街特色街", "Yi feature street",
                 LineString([(800, 0), (800, 1600)]), group="2")  # fmt: skip
    yield _named("SFS2", "丑路风貌街", "Chou townscape street",
                 LineString([(0, 1200), (1600, 1200)]), group="3")  # fmt: skip
    yield _named("SFS3", "乙街美食段", "Yi food section", LineString([(800, 800), (800, 1200)]),
                 group="4", part_of="SFS1")  # fmt: skip


def _themes() -> dict[str, Iterator[Row]]:
    river = LineString([(_RIVER_X, 0), (_RIVER_X, HEIGHT)])
    belt = _named("SBL1", "样河景观带", "Yang River belt", polygon(Box(1500, 0, 1800, HEIGHT)),
                  width_m=150.0)  # fmt: skip
    axis = LineString([(0, 800), (WIDTH, 800)])
    nodes = ((1, 400, "西节点", "West node"), (2, 1200, "中心节点", "Central node"),
             (3, 2000, "河东节点", "East node"))  # fmt: skip
    return {
        "zones": _areas(("SZN1", "老镇区", "Old town", Box(0, 0, 1600, HEIGHT)),
                        ("SZN2", "河东新区", "East bank", Box(1600, 0, WIDTH, HEIGHT))),
        "axis": iter([_named("SAX1", "样例大路轴", "Yangli axis", axis)]),
        "rivers": iter([_named("SRV1", "样河", "Yang River", river)]),
        "belts": iter([belt]),
        "cores": _areas(("SCO1", "镇中心", "Town centre", Box(800, 800, 1200, 1200))),
        "nodes": (_named(f"SND{n}", zh, en, Point(x, 800)) for n, x, zh, en in nodes),
        "feature_streets": _streets(),
        "clusters": _areas(("SCL1", "北厂集群", "North works cluster", Box(400, 1600, 1500, 1800))),
        "renewal_areas": _areas(("SRN1", "一巷更新片区", "Lane 1 renewal", Box(0, 400, 400, 800))),
        "release_areas": _areas(("SRL1", "河东释放片区", "East bank release",
                                 Box(1800, 400, 2000, 700))),
        "ecology_projects": iter([_named("SEC1", "样河岸修复", "Yang River bank repaired",
                                         LineString([(1600, 0), (1600, 500)]))]),
        "road_projects": iter([_named("SRP1", "断头巷打通", "Dead End Lane opened",
                                      LineString(BRIDGED))]),
    }  # fmt: skip


def place_layers() -> dict[str, gpd.GeoDataFrame]:
    """Build the layers of streets, rails, river, facilities, boundaries and plan elements.

    Returns
    -------
    dict
        Layer name -> frame in EPSG:4551.

    Examples
    --------
    >>> roads = place_layers()["roads"]
    >>> roads.length[roads["bridge"].notna()].to_dict()["viaduct.2"]
    400.0
    """
    return {name: layer_of(name, rows) for name, rows in (_base() | _themes()).items()}
