"""Which pages an atlas has: rows of ``layers/atlas/pages.csv``."""

import dataclasses
import functools

from erdao_gis.rows import shipped_rows
from erdao_gis.wording import Pair

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
    return tuple(row for row in shipped_rows("atlas/pages", PageRow) if row.realm in wanted)
