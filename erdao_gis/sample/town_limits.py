"""Limits of the detailed plan (控规) for the sample town's parcels, and where they are breached.

Housing is bound as GB 50180-2018 has it (table 4.0.2, climate zones I and VII): most floor area
ratio, density and height, and least green ratio, by the number of storeys. In quarters that are
rebuilt 25 % green is enough instead of 30, as GB 50180-93 and 建城〔1993〕784号 have it. Works have
a least ratio by sector and a density of at least 30 % (《工业项目建设用地控制指标》, 2008). Shops,
schools and other public plots, stores and utilities have what plans customarily set; no norm
fixes it. The green ratio of these is left open, as no green is drawn on them.
"""

from collections.abc import Sequence
from typing import NamedTuple

# Land-use code: way of supply, and years of the grant as decree 55 of the State Council allows.
BUILDABLE = {
    "070102": ("出让", 70),
    "0801": ("划拨", None),
    "080302": ("划拨", None),
    "080403": ("划拨", None),
    "080404": ("划拨", None),
    "080501": ("划拨", None),
    "080601": ("划拨", None),
    "080602": ("划拨", None),
    "080701": ("划拨", None),
    "090101": ("出让", 40),
    "100101": ("出让", 50),
    "110101": ("出让", 50),
    "120802": ("划拨", None),
    "1302": ("划拨", None),
    "16": ("出让", 70),
    "2306": ("出让", 40),
}
# Present class -> class that the detailed plan gives the parcel.
_PLANNED = {"16": "070102", "2306": "090101"}


def _limits(
    ratio: float, density: float, height: float, green: float | None = None
) -> dict[str, float]:
    bounds = {
        "floor_area_ratio_max": ratio,
        "building_density_max": density,
        "height_max_m": height,
    }
    return bounds if green is None else bounds | {"green_ratio_min": green}


_RENEWED = 25.0
_SCHOOL, _PUBLIC = _limits(0.8, 30.0, 24.0), _limits(1.2, 25.0, 24.0)
# By planned class; what is not listed is public.
_LIMITS = {
    "070102": _limits(1.7, 25.0, 36.0, _RENEWED),  # 7 to 9 storeys
    "080403": _SCHOOL,
    "080404": _SCHOOL,
    "090101": _limits(3.0, 50.0, 30.0),
    "100101": {"floor_area_ratio_min": 0.5, "building_density_min": 30.0, "height_max_m": 24.0},
    "110101": _limits(1.0, 50.0, 24.0),
}
# Parcels, by one of their cells, for which the plan wants something else.
_OWN = {
    (0, 4): _limits(1.0, 35.0, 18.0, _RENEWED),  # 1 to 3 storeys
    (6, 10): _limits(1.4, 28.0, 27.0, _RENEWED),  # 4 to 6 storeys
    (18, 12): {"green_ratio_min": 30.0},  # a new quarter
    (18, 5): _limits(2.4, 20.0, 54.0, 35.0),  # new housing of 10 to 18 storeys
    (13, 15): {"floor_area_ratio_max": 1.2},
    (2, 8): {"building_density_max": 40.0},
    (4, 8): {"height_max_m": 18.0},
    (20, 8): {"floor_area_ratio_min": 0.8},
}


class Breach(NamedTuple):
    """A limit that the parcel with this cell breaks, and why the plan sets it."""

    cell: tuple[int, int]
    limit: str
    why_zh: str
    why_en: str


_POCKET = ("旧区改建 25%；口袋公园已划出", "25 % where rebuilt; the pocket park is cut out")
BREACHES = (
    Breach((0, 4), "floor_area_ratio_max", "低层住区", "low estate"),
    Breach((0, 4), "height_max_m", "低层住区", "low estate"),
    Breach((6, 10), "height_max_m", "多层住区，不超过 6 层", "estate of 6 storeys at most"),
    Breach((3, 10), "green_ratio_min", *_POCKET),
    Breach((7, 1), "green_ratio_min", *_POCKET),
    Breach((12, 5), "green_ratio_min", *_POCKET),
    Breach((18, 12), "green_ratio_min", "新区 30%", "30 % in a new quarter"),
    Breach(
        (18, 5), "green_ratio_min", "规划住宅，现状未建", "planned housing, nothing laid out yet"
    ),
    Breach((13, 15), "floor_area_ratio_max", "邻里商业", "shops of the quarter"),
    Breach((2, 8), "building_density_max", "退让街角广场", "room for a square at the corner"),
    Breach((4, 8), "height_max_m", "大路路口限高", "kept low at the avenue's crossing"),
    Breach((20, 8), "floor_area_ratio_min", "新厂区节约用地", "new works are to save land"),
)


def limits_of(code: str, cells: Sequence[tuple[int, int]]) -> dict[str, object]:
    """Return the planned class, the limits and the terms of a parcel.

    Parameters
    ----------
    code
        Its present land use.
    cells
        Cells (column, row) that it holds.

    Examples
    --------
    >>> limits_of("100101", [(20, 8)])["floor_area_ratio_min"]
    0.8
    """
    planned = _PLANNED.get(code, code)
    limits = dict(_LIMITS.get(planned, _PUBLIC))
    for cell, own in _OWN.items():
        if cell in cells:
            limits |= own
    supply, years = BUILDABLE[code]
    return {"land_use_code": planned, "supply": supply, "term_years": years, **limits}
