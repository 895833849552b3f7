"""What a page shows, as plain data: a page can be made without a workspace or a plan."""

import dataclasses
from collections.abc import Mapping, Sequence

import geopandas as gpd

from erdao_gis.drawing import Classes
from erdao_gis.wording import Pair


@dataclasses.dataclass(frozen=True, kw_only=True)
class PagePart:
    """One kind of feature of a layer, where other tables than the style table give its colour."""

    part: str
    """Value of the column that tells the kinds apart."""
    title: Pair
    """Title in the legend."""
    fill: str
    """Colour, ``#RRGGBB``."""
    hatched: bool = False
    """Whether its areas are hatched, as what is assumed is."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PageLayer:
    """One layer of a page."""

    key: str
    """Name of the layer. Unique on a page."""
    title: Pair
    """Title in the legend."""
    frame: gpd.GeoDataFrame
    """Features, indexed by id, in any CRS; null geometry = without a place."""
    about: Pair = Pair(zh="", en="")
    """One sentence on the layer."""
    completeness: str = ""
    """complete, partial or empty."""
    part_titles: Mapping[str, Pair] = dataclasses.field(default_factory=dict)
    """Titles of the values of the style's ``by`` column, where the style table has none."""
    column_titles: Mapping[str, Pair] = dataclasses.field(default_factory=dict)
    """Titles of the layer's own columns."""
    style: str = ""
    """Layer of the style table that it is drawn as; empty takes the key."""
    shown: bool | None = None
    """Whether it is switched on when the page opens; None leaves it to the style table."""
    classes: Classes | None = None
    """Colours by class of a measured value, over the frame's index."""
    by: str = ""
    """Column that tells the kinds of ``parts`` apart; empty takes that of the style table."""
    parts: tuple[PagePart, ...] = ()
    """Kinds with their colours, in the order of the legend; none takes the style table's."""
    label: str = ""
    """Column with the text that stands on the map; empty takes the name."""

    @property
    def style_name(self) -> str:
        """Layer of the style table that it is drawn as."""
        return self.style or self.key


@dataclasses.dataclass(frozen=True, kw_only=True)
class PageGroup:
    """Layers that belong together in the plan's hierarchy."""

    key: str
    """Name of the group; unique on a page."""
    title: Pair
    """Heading in the legend."""
    layers: tuple[PageLayer, ...]
    """Layers in the order of the legend."""
    mark: str = ""
    """Figure of the group in the plan's formula, such as 3 for the three cores."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PlanEntry:
    """What the plan says of one element."""

    kind: Pair
    """Kind of element."""
    clause: Pair
    """Citation, such as 第二篇第一章第四节."""
    heading: str
    """Heading of the clause, in the original Chinese."""
    quote: str
    """Words of the outline, in the original Chinese."""
    relations: tuple[tuple[Pair, str, Pair], ...] = ()
    """Relation, register id and name of the other element."""
    questions: tuple[Pair, ...] = ()
    """Where the outline contradicts itself or leaves this element open."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PageLink:
    """Another page of the same atlas, in the same folder."""

    key: str
    """Name of the file without ``.html``: small letters, digits, ``_`` and ``-``."""
    title: Pair
    """Short title."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PageFinding:
    """Something on the page that calls for a look."""

    head: Pair
    """Kind of finding; neighbours of one kind share it."""
    text: Pair
    """What was found."""
    feature: str = ""
    """Id of the feature that the line leads to; empty where there is none."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PagePanel:
    """A panel beside the map that has a script and a style of its own."""

    key: str
    """Name of the panel; ours, never from data."""
    blocks: Mapping[str, Sequence[object]]
    """Data that its script reads, by element id; ids are ours."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class PageContent:
    """All that one page shows."""

    title: Pair
    """Title of the sheet."""
    subtitle: Pair
    """Line below the title."""
    groups: tuple[PageGroup, ...]
    """Layers of the plan, which answer to click and keyboard."""
    backdrop: tuple[PageLayer, ...] = ()
    """Layers below them, drawn quietly."""
    entries: Mapping[str, PlanEntry] = dataclasses.field(default_factory=dict)
    """What the plan says, by register id."""
    sources: Mapping[str, Pair] = dataclasses.field(default_factory=dict)
    """Titles of the sources, by key."""
    attribution: tuple[Pair, ...] = ()
    """Lines of attribution that the licences ask for."""
    view: tuple[float, float, float, float] | None = None
    """West, south, east, north in degrees when the page opens; None fits the plan's layers."""
    view_tall: tuple[float, float, float, float] | None = None
    """The same for screens that are taller than wide; None takes ``view``."""
    counts: tuple[int, int, int, int] | None = None
    """Register rows placed, without a place, and not spatial, and other rows without a place; None
    leaves the summary out."""
    key: str = ""
    """Name of the page's own file among the links."""
    run: str = ""
    """Id of the run whose figures stand on the page; empty for a page without figures."""
    links: tuple[PageLink, ...] = ()
    """Pages of the atlas, this one included."""
    method: tuple[tuple[Pair, Pair], ...] = ()
    """How the figures on the page came about: heading and text."""
    findings: tuple[PageFinding, ...] = ()
    """What calls for a look; told after the first line of the method."""
    warning: Pair | None = None
    """What must be read before the map, such as that the place is fictional."""
    panel: PagePanel | None = None
    """Panel beside the map."""
