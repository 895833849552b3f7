"""What layers exist, which columns they have, and which codes those columns take.

The facts are rows of ``layers/catalogue/{layers,columns,codes,sources}.csv``, and of
``layers/land_use/editions.csv``; this module reads them into frozen records and knows nothing of
geometry.
"""

import functools
from dataclasses import dataclass, replace
from typing import Literal

from erdao_gis.catalogue.measuring_units import unit_called
from erdao_gis.errors import Language, NotInPlanError
from erdao_gis.land_use import EDITIONS
from erdao_gis.rows import shipped_rows
from erdao_gis.wording import Pair

Role = Literal["plan", "base", "input"]
Completeness = Literal["complete", "partial", "empty"]
ColumnType = Literal["text", "number", "code"]

_PERCENT = "%"  # reads better than its name


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column of a layer."""

    layer: str
    "Layer that has it; ``*``: every layer."
    name: str
    "Name in files and frames."
    type: ColumnType
    "text, number (float) or code (text out of a code list)."
    unit: str
    "Unit of a number, empty if it has none."
    required: bool
    "Whether every feature must have a value."
    codes: str
    "Name of the code list, empty for free values."
    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    aliases: tuple[str, ...]
    "Other headings under which a district's file may carry it."

    def title(self, language: Language) -> str:
        """Heading of the column in ``language``."""
        return self.title_zh if language == "zh" else self.title_en

    def heading(self, language: Language) -> str:
        """Heading with the unit behind it, in words of that language.

        Examples
        --------
        >>> column = layer_schema("parcels").column("start_price")
        >>> column.heading("zh"), column.heading("en")
        ('起始价（万元）', 'Starting price (10,000 CNY)')
        """
        if not self.unit:
            return self.title(language)
        unit = unit_called(self.unit) if self.unit != _PERCENT else None
        if language == "zh":
            return f"{self.title_zh}（{unit.name_zh if unit else self.unit}）"
        return f"{self.title_en} ({unit.name_en if unit else self.unit})"


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer of the catalogue."""

    name: str
    role: Role
    "plan (elements of the outline), base (reference map) or input (the district's own data)."
    theme: str
    "Group under which maps list it."
    geometry: Literal["point", "line", "polygon", "any"]
    completeness: Completeness
    "Of the shipped layer; a ratio over a layer that is not complete is a lower bound or no data."
    complete_bbox: tuple[float, float, float, float] | None
    "lon/lat box (west, south, east, north) inside which a partial layer is complete, if any."
    title_zh: str
    title_en: str
    about_zh: str
    about_en: str
    obtain_zh: str
    "Where the district gets better data."
    obtain_en: str
    columns: tuple[Column, ...] = ()

    def title(self, language: Language) -> str:
        """Name of the layer for people, in ``language``."""
        return self.title_zh if language == "zh" else self.title_en

    def column(self, name: str) -> Column | None:
        """Return the column called ``name``, or None."""
        return next((column for column in self.columns if column.name == name), None)

    @property
    def column_names(self) -> list[str]:
        """Names of all columns, in file order."""
        return [column.name for column in self.columns]

    @property
    def required_columns(self) -> list[str]:
        """Columns that only this layer has and that every feature must fill."""
        return [c.name for c in self.columns if c.required and c.name not in ("id", "name_zh")]


@dataclass(frozen=True, kw_only=True)
class Source:
    """Where a feature's place comes from."""

    key: str
    title: str
    publisher: str
    where: str
    "Repository, package or page under its public name."
    licence: str
    attribution: str
    datum: str
    as_of: str
    sha256: str
    "Of the file that was used."
    used_for: str
    note_zh: str
    note_en: str


@dataclass(frozen=True, kw_only=True)
class _Code:
    """A row of ``layers/catalogue/codes.csv``."""

    list: str
    code: str
    name: Pair


@functools.cache
def code_lists() -> dict[str, dict[str, tuple[str, str]]]:
    """All code lists: list -> code -> (Chinese, English).

    >>> code_lists()["evidence"]["B"][1]
    'traced from open data'
    """
    lists: dict[str, dict[str, tuple[str, str]]] = {}
    for row in shipped_rows("catalogue/codes", _Code):
        lists.setdefault(row.list, {})[row.code] = (row.name.zh, row.name.en)
    # Their table says more of them than a name, so their names stand there.
    lists["land_use_edition"] = {
        name: (edition.title.zh, edition.title.en) for name, edition in EDITIONS.items()
    }
    return lists


@functools.cache
def _layers() -> dict[str, Layer]:
    columns = shipped_rows("catalogue/columns", Column)
    return {
        layer.name: replace(
            layer, columns=tuple(each for each in columns if each.layer in ("*", layer.name))
        )
        for layer in shipped_rows("catalogue/layers", Layer)
    }


def layer_names(*, role: Role | None = None) -> list[str]:
    """Names of the layers, in catalogue order.

    Parameters
    ----------
    role
        Only layers of this role: plan, base or input.

    >>> layer_names(role="plan")[:3]
    ['zones', 'axis', 'rivers']
    """
    return [name for name, layer in _layers().items() if role in (None, layer.role)]


def layer_schema(name: str) -> Layer:
    """Return the catalogue entry of the layer ``name``.

    Raises
    ------
    NotInPlanError
        There is no such layer.

    >>> layer_schema("belts").column("width_m").unit
    'm'
    """
    try:
        return _layers()[name]
    except KeyError:
        facts = {"layer": name, "names": ", ".join(_layers())}
        raise NotInPlanError("unknown_layer", facts) from None


@functools.cache
def sources() -> dict[str, Source]:
    """All sources by key, as listed in ``layers/SOURCES.md``."""
    return {row.key: row for row in shipped_rows("catalogue/sources", Source)}


def dates_of(source: str) -> str | None:
    """Return the dates that the sources of a place state, parted by semicolons; None if none does.

    Sources that give words only, such as the outline, say nothing of the age of a position.

    Parameters
    ----------
    source
        Keys of sources as the layers' column ``source`` has them, parted by semicolons.

    Examples
    --------
    >>> dates_of("outline;osm_points_2024;osm_lines_east"), dates_of("osm_roads_west")
    ('2024;2026-08-13', None)
    """
    known = [sources()[key] for key in source.split(";")]
    dates = {one.as_of for one in known if one.as_of and one.datum != "none"}
    return ";".join(sorted(dates)) or None
