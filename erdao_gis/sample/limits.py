"""Limits of the detailed plan (控规) for the sample town's parcels, and where they are breached."""

from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["BREACHES", "BUILDABLE", "Breach", "limits_of"]

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
# Planned class: what the limits are; all that stands in the town keeps them.
_LIMITS: dict[str, dict[str, float]] = {
    "070102": {"floor_area_ratio_max": 1.8, "building_density_max": 20.0, "green_ratio_min": 20.0,
               "height_max_m": 36.0},
    "090101": {"floor_area_ratio_max": 3.0, "building_density_max": 50.0, "height_max_m": 30.0},
    "100101": {"floor_area_ratio_min": 0.25, "building_density_max": 50.0, "height_max_m": 24.0},
    "110101": {"floor_area_ratio_min": 0.25, "building_density_max": 50.0, "height_max_m": 24.0},
}  # fmt: skip
_PUBLIC = {"floor_area_ratio_max": 1.2, "building_density_max": 25.0, "height_max_m": 24.0}
_PRICE_PER_FLOOR_M2 = 1500


class Breach(NamedTuple):
    """A limit set so that the parcel with this cell breaks it, whatever storeys were drawn."""

    cell: tuple[int, int]
    limit: str
    value: float


# Six storeys or more stand on an R cell of at most 10,000 m2 (ratio 0.72 and above, 18 m), on at
# least 12 % of it, with at most 2,400 of 8,100 m2 green; at most 6,000 of 8,100 m2 on an M cell.
BREACHES = (
    Breach((13, 15), "floor_area_ratio_max", 0.2),
    Breach((0, 4), "floor_area_ratio_max", 0.5),
    Breach((2, 4), "building_density_max", 10.0),
    Breach((4, 8), "height_max_m", 6.0),
    Breach((6, 10), "height_max_m", 15.0),
    Breach((18, 12), "green_ratio_min", 35.0),
    Breach((20, 8), "floor_area_ratio_min", 1.0),
    # Reserved land, planned for housing: nothing is laid out on it yet.
    Breach((18, 5), "green_ratio_min", 20.0),
)


def limits_of(code: str, cells: Sequence[tuple[int, int]]) -> dict[str, object]:
    """Return the planned class, the limits and the terms of a parcel.

    Parameters
    ----------
    code
        Its present land use.
    cells
        Cells (column, row) that it holds.
    """
    planned = _PLANNED.get(code, code)
    limits = dict(_LIMITS.get(planned, _PUBLIC))
    limits |= {breach.limit: breach.value for breach in BREACHES if breach.cell in cells}
    supply, years = BUILDABLE[code]
    return {"land_use_code": planned, "supply": supply, "term_years": years, **limits}
