"""The drawing and the tables that the sample town is made of, in plain numbers.

Coordinates here are town metres: x 0 to 2,400 eastwards, y 0 to 2,000 northwards, from the
south-west corner at `ORIGIN` in EPSG:4551. Geometry is built in the modules beside; the truths
are computed from these tables alone.
"""

import functools
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

import numpy as np

# South of the district and 13 km away from it: nothing simulated lies over real ground of the plan.
ORIGIN = (470_000, 4_832_000)
CELL = 100
WIDTH, HEIGHT = 2400, 2000

# One letter a hectare, north up. A street or the railway on a border takes its half off each side.
DRAWING = """\
NNNNNNFFNNNNFFFG~NNNNNNN
NNNNNNFFNNNNFFFG~NNNNNNN
ggggMMMMMMMMWWWG~gNNNNNN
MMMMMMMMMMMMWWWG~gNNNNNN
RRRRRRRRRRRRBBRG~gRRNNNN
RGGRRJJRRRRRRRRG~gRRNVVN
RGGKRRRRREERRRRG~gRRNVVN
RRRRRRRRREERBRRG~gRRNNNN
RRRRRRRROORRBBRG~gRRMMMM
RRqRRcRRCPRRBBRG~gRKMMMM
RRRRRRRRCPHHBBRG~BRRMMMM
BBBBOBBBBBHHBBBG~BBBMMMM
BBBBBBBBBBBBBBBG~gBBWWYY
RRRRRRRRRRRRRRRG~gXXWWYY
RRRRRARRRRSSRqRG~gXXNNNN
RRRRRRRRRRSSRRRG~gXXNNNN
RRRREERRRRRRRRRG~gNNNNNN
RGRREERRRRRRKRRG~gNNNvvN
RRRKRRqRRRRRTRRG~gNNNvvN
RRRRRRRRRRRRURRG~gNNNNNN
"""

# The town's codes are of this edition, whichever is the present one.
LAND_USE_EDITION = "2023"

# Letter: land-use code of that edition, name. q is housing land left open for a pocket park,
# J a park laid out between the two scenes, v the barer village.
LETTERS = {
    "N": ("0103", "旱地", "Dry land"),
    "F": ("0301", "乔木林地", "Woodland"),
    "R": ("070102", "二类城镇住宅用地", "Urban residential"),
    "q": ("070102", "二类城镇住宅用地", "Urban residential"),
    "V": ("0703", "农村宅基地", "Rural homestead"),
    "v": ("0703", "农村宅基地", "Rural homestead"),
    "O": ("0801", "机关团体用地", "Government offices"),
    "C": ("080302", "文化活动用地", "Cultural activities"),
    "E": ("080403", "中小学用地", "Schools"),
    "K": ("080404", "幼儿园用地", "Kindergarten"),
    "S": ("080501", "体育场馆用地", "Sports venues"),
    "H": ("080601", "医院用地", "Hospital"),
    "c": ("080602", "基层医疗卫生设施用地", "Primary health care"),
    "A": ("080701", "老年人社会福利用地", "Elderly welfare"),
    "B": ("090101", "零售商业用地", "Retail"),
    "M": ("100101", "一类工业用地", "Light industry"),
    "W": ("110101", "一类物流仓储用地", "Logistics and storage"),
    "T": ("120802", "公共交通场站用地", "Public transport station"),
    "U": ("1302", "排水用地", "Drainage"),
    "G": ("1401", "公园绿地", "Park"),
    "J": ("1401", "公园绿地", "Park"),
    "g": ("1402", "防护绿地", "Protective green"),
    "P": ("1403", "广场用地", "Square"),
    "X": ("16", "留白用地", "Reserved land"),
    "Y": ("2306", "裸土地", "Bare soil"),
    "~": ("1701", "河流水面", "River"),
}


# Sub-district west of Yi Street: its lawns grew in between the two scenes.
GREENED_WEST_OF = 800


class Box(NamedTuple):
    """An upright rectangle in town metres."""

    west: float
    south: float
    east: float
    north: float

    @property
    def area(self) -> float:
        """Square metres."""
        return (self.east - self.west) * (self.north - self.south)


class Street(NamedTuple):
    """A straight street, and the spans of it (along its own direction) that are bridges."""

    key: str
    name_zh: str
    name_en: str
    road_class: str
    half_width: int
    start: tuple[int, int]
    end: tuple[int, int]
    bridges: tuple[tuple[int, int], ...] = ()

    @property
    def upright(self) -> bool:
        """Whether it runs north."""
        return self.start[0] == self.end[0]


STREETS = (
    Street("jia", "甲街", "Jia Street", "secondary", 10, (400, 0), (400, 1600)),
    Street("yi", "乙街", "Yi Street", "secondary", 10, (800, 0), (800, 2000), ((1700, 1900),)),
    Street("bing", "丙街", "Bing Street", "secondary", 10, (1200, 0), (1200, 1600)),
    Street("binhe", "滨河街", "Riverside Street", "tertiary", 10, (1500, 0), (1500, 2000),
           ((1700, 1900),)),
    Street("dongan", "东岸街", "East Bank Street", "tertiary", 10, (1800, 400), (1800, 1600)),
    Street("ding", "丁街", "Ding Street", "secondary", 10, (2000, 400), (2000, 1600)),
    Street("zi", "子路", "Zi Road", "tertiary", 10, (0, 400), (1500, 400)),
    Street("yangli", "样例大路", "Yangli Avenue", "primary", 20, (0, 800), (2400, 800),
           ((1500, 1800),)),
    Street("chou", "丑路", "Chou Road", "secondary", 10, (0, 1200), (2400, 1200), ((1500, 1800),)),
    Street("yin", "寅路", "Yin Road", "tertiary", 10, (0, 1600), (1500, 1600)),
    Street("mao", "卯路", "Mao Road", "tertiary", 10, (1800, 400), (2000, 400)),
    Street("chen", "辰路", "Chen Road", "tertiary", 10, (1800, 1600), (2000, 1600)),
    Street("lane1", "一巷", "Lane 1", "residential", 10, (200, 400), (200, 1200)),
    Street("lane2", "二巷", "Lane 2", "residential", 10, (600, 400), (600, 800)),
    Street("lane3", "断头巷", "Dead End Lane", "residential", 10, (600, 1200), (600, 1400)),
    Street("lane4", "四巷", "Lane 4", "residential", 10, (400, 1000), (800, 1000)),
    Street("lane5", "五巷", "Lane 5", "residential", 10, (800, 600), (1200, 600)),
    Street("lane6", "六巷", "Lane 6", "residential", 10, (800, 1000), (1200, 1000)),
    Street("viaduct", "高架连接线", "Viaduct Link", "secondary", 10, (1000, 400), (1000, 1200),
           ((600, 1000),)),
    Street("island", "孤路", "Island Track", "service", 10, (1900, 100), (1900, 300)),
)  # fmt: skip
RAIL_Y, RAIL_HALF = 1800, 10
RIVER = Box(1600, 0, 1700, 2000)
# The dead end's missing stretch, a road project of the town.
BRIDGED = ((600, 1400), (600, 1600))

# 0.5 ha, 0.3 ha and 0.1 ha, each inside one q cell.
POCKETS = (
    Box(600, 100, 700, 150),
    Box(1300, 500, 1360, 550),
    Box(240, 1030, 260, 1080),
)
# Green that lies on other land than green land: half-way on the square.
GREEN_EXTRA = (Box(920, 920, 960, 960),)


class Community(NamedTuple):
    """A community (社区): a rectangle of the town, two to each sub-district."""

    key: str
    name_zh: str
    name_en: str
    box: Box


COMMUNITIES = (
    Community("990101001001", "西南社区", "South-west", Box(0, 0, 800, 800)),
    Community("990101001002", "西北社区", "North-west", Box(0, 800, 800, 2000)),
    Community("990101002001", "中南社区", "South", Box(800, 0, 1600, 800)),
    Community("990101002002", "中北社区", "North", Box(800, 800, 1600, 2000)),
    Community("990101003001", "东南社区", "South-east", Box(1600, 0, 2400, 800)),
    Community("990101003002", "东北社区", "North-east", Box(1600, 800, 2400, 2000)),
)


def community_at(x: float, y: float) -> str:
    """Key of the community in which a place lies.

    >>> community_at(850, 10)
    '990101002001'
    """
    return next(
        unit.key
        for unit in COMMUNITIES
        if unit.box.west <= x < unit.box.east and unit.box.south <= y < unit.box.north
    )


def cells() -> Iterator[tuple[int, int, str]]:
    """Give the cells as column, row (from the south) and letter, west to east from the south.

    >>> next(cells())
    (0, 0, 'R')
    """
    for row, line in enumerate(reversed(DRAWING.splitlines())):
        for column, letter in enumerate(line):
            yield column, row, letter


@functools.cache
def strip_halves() -> dict[tuple[str, int, int], int]:
    """Half-widths of streets and railway on the cell borders: ("v" or "h", column, row) -> metres.

    "v" is the western border of the cell, "h" the southern one.
    """
    halves = {("h", column, RAIL_Y // CELL): RAIL_HALF for column in range(WIDTH // CELL)}
    for street in STREETS:
        (x0, y0), (x1, y1) = street.start, street.end
        if street.upright:
            keys = [("v", x0 // CELL, row) for row in range(y0 // CELL, y1 // CELL)]
        else:
            keys = [("h", column, y0 // CELL) for column in range(x0 // CELL, x1 // CELL)]
        halves |= dict.fromkeys(keys, street.half_width)
    return halves


def net_box(column: int, row: int) -> Box:
    """Return what streets and railway leave of a cell; the river keeps its whole cell.

    >>> net_box(3, 0)
    Box(west=300, south=0, east=390, north=100)
    """
    west, south = column * CELL, row * CELL
    if west == RIVER.west:
        return Box(west, south, west + CELL, south + CELL)
    halves = strip_halves()
    return Box(
        west + halves.get(("v", column, row), 0),
        south + halves.get(("h", column, row), 0),
        west + CELL - halves.get(("v", column + 1, row), 0),
        south + CELL - halves.get(("h", column, row + 1), 0),
    )


# Letter: least and most storeys of what stands on such a cell.
_STOREYS = {"R": (6, 11), "B": (2, 6), "M": (1, 2), "W": (1, 1), "V": (1, 2), "v": (1, 2)}
_STOREYS |= dict.fromkeys("OCEKSHcATU", (2, 5))


@functools.cache
def floors() -> dict[tuple[int, int], tuple[int, ...]]:
    """Draw the storeys of the buildings on each cell: two slabs on R, eight houses on V and v.

    Returns
    -------
    dict
        (column, row) -> storeys, for the cells that are built on.
    """
    generator = np.random.default_rng(2135)
    drawn: dict[tuple[int, int], tuple[int, ...]] = {}
    for column, row, letter in cells():
        if letter in _STOREYS:
            low, high = _STOREYS[letter]
            number = {"R": 2, "V": 8, "v": 8}.get(letter, 1)
            storeys = generator.integers(low, high, size=number, endpoint=True)
            drawn[column, row] = tuple(int(value) for value in storeys)
    return drawn


def stretches(street: Street) -> Iterator[tuple[tuple[int, int], tuple[int, int], bool]]:
    """Cut a street where it meets others on the ground, and at the ends of its bridges.

    Yields
    ------
    tuple
        Start, end, and whether it is a bridge: a bridge meets others at its ends only.
    """
    axis = 1 if street.upright else 0
    fixed, low, high = street.start[1 - axis], street.start[axis], street.end[axis]
    marks = {low, high, *(mark for span in street.bridges for mark in span)}
    for other in STREETS:
        if other.upright != street.upright:
            place, across = other.start[axis], (other.start[1 - axis], other.end[1 - axis])
            mine = any(a < place < b for a, b in street.bridges)
            theirs = any(a < fixed < b for a, b in other.bridges)
            if low < place < high and across[0] <= fixed <= across[1] and not (mine or theirs):
                marks.add(place)
    ordered = sorted(marks)
    for first, second in pairwise(ordered):
        ends = [(fixed, value) if street.upright else (value, fixed) for value in (first, second)]
        raised = any(a <= first and second <= b for a, b in street.bridges)
        yield ends[0], ends[1], raised
