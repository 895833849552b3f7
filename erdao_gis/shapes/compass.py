"""The four compass sides: their names in both languages, directions and opposites.

Coordinates are easting (x) and northing (y) of a projected system, so north is up.
"""

from collections.abc import Iterable
from typing import Literal, NamedTuple

from erdao_gis.errors import GeometryError

Side = Literal["north", "east", "south", "west"]


class Compass(NamedTuple):
    """One side: its name, unit direction, what lies opposite, and its Chinese name."""

    name: Side
    x: int
    y: int
    opposite: Side
    zh: str


_TABLE: dict[Side, Compass] = {
    "north": Compass("north", 0, 1, "south", "北"),
    "east": Compass("east", 1, 0, "west", "东"),
    "south": Compass("south", 0, -1, "north", "南"),
    "west": Compass("west", -1, 0, "east", "西"),
}
SIDES: tuple[Side, ...] = tuple(_TABLE)


def compass(side: str) -> Compass:
    """Look a side up.

    Raises
    ------
    GeometryError
        If `side` is not one of the four.

    Examples
    --------
    >>> compass("north").opposite
    'south'
    """
    for name, entry in _TABLE.items():
        if name == side:
            return entry
    raise GeometryError("shapes_unknown_side", {"side": side, "sides": ", ".join(SIDES)})


def in_words(sides: Iterable[Side]) -> dict[str, object]:
    """Return the facts ``side_zh`` and ``side_en`` of a message about `sides`."""
    chosen = tuple(sides)
    return {
        "side_zh": "、".join(_TABLE[side].zh for side in chosen),
        "side_en": ", ".join(chosen),
    }
