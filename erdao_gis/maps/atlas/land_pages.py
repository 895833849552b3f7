"""Pages of an atlas that are about land and parcels: made, or the lines on why there are none."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence

from erdao_gis.errors import GeometryError, SchemaError
from erdao_gis.maps.atlas.index_page import missing_line
from erdao_gis.maps.atlas.page_rows import PageRow
from erdao_gis.maps.atlas.source import AtlasSource, page_words
from erdao_gis.maps.balance.balance_page import PANEL, balance_content, missing_land, whole_line
from erdao_gis.maps.page.page_content import PageContent, PageLink
from erdao_gis.maps.parcels.parcel_findings import parcel_words
from erdao_gis.maps.parcels.parcels_page import parcels_content
from erdao_gis.wording import Pair

_MANY = 3000  # parcels whose facts take some seconds
_Make = Callable[[PageRow, Sequence[PageLink]], tuple[PageContent, Pair]]


@dataclasses.dataclass(frozen=True)
class AtlasPanel:
    """A page that rests on the land of a place."""

    make: _Make | None
    """Returns what the page shows, and the line on it in the contents; None without data."""
    said: tuple[Pair, ...] = ()
    """Why there is no such page."""


def _cannot(error: GeometryError | SchemaError) -> AtlasPanel:
    # Land that cannot be measured must not keep the other pages from being made.
    return AtlasPanel(None, (Pair(zh=error.message("zh"), en=error.message("en")),))


def _balance(source: AtlasSource) -> AtlasPanel:
    missing = missing_land(source)
    if missing:
        return AtlasPanel(None, (page_words("missing_land"), *map(missing_line, missing)))
    try:
        line = whole_line(source.run.balance)
    except (GeometryError, SchemaError) as error:
        return _cannot(error)

    def make(row: PageRow, links: Sequence[PageLink]) -> tuple[PageContent, Pair]:
        return balance_content(source, row=row, links=links), line

    return AtlasPanel(make)


def _parcels(source: AtlasSource, tell: Callable[[Pair], None]) -> AtlasPanel:
    number = len(source.layer("parcels").frame)
    if not number:
        return AtlasPanel(None, (page_words("missing_inputs"), missing_line("parcels")))
    if number > _MANY:
        tell(parcel_words("page_long", {"number": number}))
    try:
        _ = source.run.facts, source.run.limits
    except (GeometryError, SchemaError) as error:
        return _cannot(error)

    def make(_row: PageRow, links: Sequence[PageLink]) -> tuple[PageContent, Pair]:
        content = parcels_content(source, links=links)
        return content, content.method[0][1]

    return AtlasPanel(make)


def atlas_panels(source: AtlasSource, tell: Callable[[Pair], None]) -> Mapping[str, AtlasPanel]:
    """Return the pages on land and parcels by the name of their panel.

    Parameters
    ----------
    source
        Layers.
    tell
        Called with a line before work that takes long.

    Examples
    --------
    >>> {name: panel.make for name, panel in atlas_panels(AtlasSource(), print).items()}
    {'balance': None, 'parcels': None}
    """
    return {PANEL: _balance(source), "parcels": _parcels(source, tell)}
