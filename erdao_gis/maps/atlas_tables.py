"""Which pages an atlas has, and which measures it maps: rows of ``layers/atlas``."""

import csv
import dataclasses
import functools
from collections.abc import Iterator
from importlib import resources

from erdao_gis.maps.content import Pair

__all__ = ["MeasureRow", "PageRow", "measure_row", "page_rows", "park_reaches"]


Box = tuple[float, float, float, float]


@dataclasses.dataclass(frozen=True, kw_only=True)
class PageRow:
    """One page of the atlas."""

    key: str
    """Name of its file without ``.html``."""
    realm: str
    """district, fictional or any: for which places the page is meant."""
    title: Pair
    """Title of the sheet."""
    short: Pair
    """Title in links."""
    subtitle: Pair
    """Line below the title."""
    layers: tuple[str, ...]
    """Layers of the catalogue in the order of the legend; ``*`` for all of the plan."""
    off: tuple[str, ...]
    """Layers that are switched off when the page opens."""
    ground: tuple[str, ...]
    """Layers below them; ``*`` for the whole base map."""
    view: Box | None
    """West, south, east, north in degrees when the page opens; None fits the layers."""
    view_tall: Box | None
    """The same for screens that are taller than wide."""
    measure: str
    """Measure that the page maps; empty for a page of the plan."""
    panel: str
    """Panel beside the map that the page is about; empty for a page of the plan."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class MeasureRow:
    """One measure and what it is taken from."""

    key: str
    """Name of the measure."""
    title: Pair
    """Title of the measure."""
    units: tuple[str, ...]
    """Layers that may be its units; the first that has any is taken."""
    against: str
    """Layer that is measured against them, or ``scenes``."""
    column: str
    """Column by which features of that layer are chosen, where it has the column."""
    prefix: str
    """What the column must begin with."""
    threshold: float
    """Threshold of the measure; 0 where it has none."""
    breaks: tuple[float, ...]
    """Limits of the classes in percent."""
    ramp: str
    """Rows of the style table that colour the classes; no two measures look alike."""
    formula: Pair
    """How it is computed."""
    norm: Pair
    """What it follows."""


def _rows(name: str) -> Iterator[dict[str, str]]:
    path = resources.files("erdao_gis.shipped") / "atlas" / f"{name}.csv"
    with path.open("r", encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def _pair(row: dict[str, str], stem: str) -> Pair:
    return Pair(zh=row[f"{stem}_zh"], en=row[f"{stem}_en"])


def _list(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(";") if part)


def _box(text: str) -> Box | None:
    if not text:
        return None
    west, south, east, north = map(float, text.split(","))
    return west, south, east, north


def _page(row: dict[str, str]) -> PageRow:
    return PageRow(
        key=row["key"],
        realm=row["realm"],
        title=_pair(row, "title"),
        short=_pair(row, "short"),
        subtitle=_pair(row, "subtitle"),
        layers=_list(row["layers"]),
        off=_list(row["off"]),
        ground=_list(row["ground"]),
        view=_box(row["view"]),
        view_tall=_box(row["view_tall"]),
        measure=row["measure"],
        panel=row["panel"],
    )


@functools.cache
def page_rows(*, fictional: bool = False) -> tuple[PageRow, ...]:
    """Return the pages of an atlas in their order.

    Parameters
    ----------
    fictional
        Whether it is the atlas of a fictional place.

    Examples
    --------
    >>> [row.key for row in page_rows()][:3]
    ['plan', 'streets', 'industry']
    """
    wanted = ("any", "fictional" if fictional else "district")
    return tuple(row for row in map(_page, _rows("pages")) if row.realm in wanted)


@functools.cache
def measure_row(key: str) -> MeasureRow:
    """Return the row of a measure.

    Raises
    ------
    KeyError
        The table has no such measure.

    Examples
    --------
    >>> measure_row("green_ratio").against
    'parks_and_green'
    """
    row = {row["key"]: row for row in _rows("measures")}[key]
    return MeasureRow(
        key=key,
        title=_pair(row, "title"),
        units=_list(row["units"]),
        against=row["against"],
        column=row["column"],
        prefix=row["prefix"],
        threshold=float(row["threshold"] or 0),
        breaks=tuple(map(float, _list(row["breaks"]))),
        ramp=row["ramp"],
        formula=_pair(row, "formula"),
        norm=_pair(row, "norm"),
    )


@functools.cache
def park_reaches() -> tuple[tuple[float, float], ...]:
    """Return least area (m2) and service radius (m) of the size classes of parks, rising.

    Examples
    --------
    >>> park_reaches()
    ((2000.0, 300.0), (5000.0, 500.0))
    """
    pairs = [(float(row["min_area_m2"]), float(row["reach_m"])) for row in _rows("park_reach")]
    return tuple(sorted(pairs))
