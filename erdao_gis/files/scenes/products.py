"""What is known of imagery products: rows of ``layers/imagery/*.csv``."""

import csv
import functools
import re
from importlib import resources
from types import MappingProxyType
from typing import NamedTuple

__all__ = ["Hiding", "product_rows", "quality_kinds", "sensors_named"]


class Hiding(NamedTuple):
    """What of a quality band means that a cell shows no ground."""

    values: tuple[int, ...]
    bits: tuple[int, ...]


@functools.cache
def product_rows(table: str) -> tuple[dict[str, str], ...]:
    """Read a table of ``layers/imagery``.

    >>> product_rows("quality")[0]["kind"]
    'scl'
    """
    path = resources.files("erdao_gis.shipped") / "imagery" / f"{table}.csv"
    with path.open("r", encoding="utf-8") as stream:
        return tuple(csv.DictReader(stream))


@functools.cache
def quality_kinds() -> MappingProxyType[str, Hiding]:
    """Give the quality bands whose meaning is known: kind -> what hides the ground.

    >>> quality_kinds()["scl"].values
    (0, 1, 3, 8, 9, 10, 11)
    """

    def numbers(text: str) -> tuple[int, ...]:
        return tuple(int(part) for part in text.split("|") if part)

    rows = product_rows("quality")
    return MappingProxyType(
        {row["kind"]: Hiding(numbers(row["values"]), numbers(row["bits"])) for row in rows}
    )


def sensors_named(stem: str) -> frozenset[str]:
    """Give the sensors that a file's name states, as the names of products do.

    >>> sorted(sensors_named("S2A_MSIL2A_20210704T023551")), sorted(sensors_named("2025-07"))
    (['sentinel2'], [])
    """
    return frozenset(
        row["sensor"]
        for row in product_rows("sensors")
        if re.search(rf"(?<![A-Za-z0-9])(?:{row['file_name']})(?![A-Za-z0-9])", stem)
    )
