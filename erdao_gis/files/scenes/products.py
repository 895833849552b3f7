"""What is known of imagery products: rows of ``layers/imagery/*.csv``."""

import functools
import re
from collections.abc import Mapping
from dataclasses import dataclass

from erdao_gis.rows import shipped_rows


@dataclass(frozen=True, kw_only=True)
class BandNames:
    """Names of bands that mean the same: a row of ``bands.csv``."""

    names: tuple[str, ...]
    "As people write them; ``*`` stands for anything."
    meaning: str
    "``red``, ``nir``, ``nir_narrow``, ``other``, ``alpha``, a quality kind, ``quality_second`` "
    "(beside one that decides) or ``quality_unknown``."
    sensors: tuple[str, ...]
    "Whose codes they are; empty for names that mean the same everywhere."
    source: str
    "Where that is said."


@dataclass(frozen=True, kw_only=True)
class Sensor:
    """A sensor, and how the names of its products begin: a row of ``sensors.csv``."""

    sensor: str
    "Its name among ours."
    file_name: str
    "A regular expression for a whole part of the file's name."
    source: str
    "Where that is said."


@dataclass(frozen=True, kw_only=True)
class QualityKind:
    """A quality band whose meaning is known: a row of ``quality.csv``."""

    kind: str
    "Its name among ours."
    values: tuple[int, ...]
    "Values that hide the ground."
    bits: tuple[int, ...]
    "Bits, from 0, any of which hides the ground."
    source: str
    "Where that is said."


@dataclass(frozen=True, kw_only=True)
class DateTag:
    """A tag of a raster that holds its date: a row of ``date_tags.csv``."""

    tag: str
    "Its name, in capitals."
    domain: str
    "Domain of the tag; empty for the main one."
    source: str
    "Where that is said."


@functools.cache
def quality_kinds() -> Mapping[str, QualityKind]:
    """Give the quality bands whose meaning is known, by kind.

    >>> quality_kinds()["scl"].values
    (0, 1, 3, 8, 9, 10, 11)
    """
    return {row.kind: row for row in shipped_rows("imagery/quality", QualityKind)}


def sensors_named(stem: str) -> frozenset[str]:
    """Give the sensors that a file's name states, as the names of products do.

    >>> sorted(sensors_named("S2A_MSIL2A_20210704T023551")), sorted(sensors_named("2025-07"))
    (['sentinel2'], [])
    """
    return frozenset(
        row.sensor
        for row in shipped_rows("imagery/sensors", Sensor)
        if re.search(rf"(?<![A-Za-z0-9])(?:{row.file_name})(?![A-Za-z0-9])", stem)
    )
