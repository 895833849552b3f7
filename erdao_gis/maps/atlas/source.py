"""Catalogue and register as the parts of pages: each layer is read once for all pages."""

import dataclasses
import functools
from collections.abc import Iterable, Mapping

from erdao_gis.catalogue import Layer, code_lists, layer_names, layer_schema, sources
from erdao_gis.indicators import Run, RunLike
from erdao_gis.indicators.table import plain_row
from erdao_gis.maps.page.page_content import PageGroup, PageLayer, PlanEntry
from erdao_gis.plan import Element, Plan, read_plan
from erdao_gis.wording import Pair, pair, words

_FORMULA = {"zones": "2", "axis": "1", "rivers": "3", "cores": "3", "nodes": "8"}
_GROUND_FIRST = "district"
_REGISTER = (
    "register_placed",
    "register_unplaced",
    "register_not_spatial",
    "unregistered_unplaced",
)
_LAYERS = (
    "layer_features",
    "layer_placed",
    "layer_unplaced",
    *(f"layer_grade_{grade}" for grade in "abcd"),
    "layer_length",
    "layer_length_inside",
    "layer_area",
    "layer_area_inside",
    "layer_points",
)


def page_words(key: str, facts: Mapping[str, object] | None = None) -> Pair:
    """Return words of pages in both languages, filled with ``facts``.

    >>> page_words("percent", {"name": Pair(zh="绿地率", en="Green ratio")}).en
    'Green ratio (%)'
    """
    return pair("maps", key, facts)


def _column_titles(layer: Layer) -> dict[str, Pair]:
    return {
        column.name: Pair(zh=column.heading("zh"), en=column.heading("en"))
        for column in layer.columns
    }


def _coded(layer: Layer) -> dict[str, Pair]:
    """Return the titles of all codes that the layer's own columns take."""
    lists = code_lists()
    return {
        code: Pair(zh=zh, en=en)
        for column in layer.columns
        if column.codes
        for code, (zh, en) in lists[column.codes].items()
    }


def _entry(plan: Plan, element: Element) -> PlanEntry:
    """Return what the plan says of one element."""
    clause = plan.clause(element.clause)

    def pair(code_list: str, code: str) -> Pair:
        return Pair(zh=plan.label(code_list, code, "zh"), en=plan.label(code_list, code, "en"))

    relations = []
    for relation in plan.relations_of(element.id):
        if relation.from_id == element.id:
            other = plan.element(relation.to_id)
            name = Pair(zh=other.name_zh, en=other.name_en)
            relations.append((pair("relation", relation.relation), other.id, name))
    return PlanEntry(
        kind=pair("kind", element.kind),
        clause=Pair(zh=clause.citation_zh, en=clause.citation_en),
        heading=clause.heading_zh,
        quote=element.quote,
        relations=tuple(relations),
        questions=tuple(
            Pair(zh=item.text_zh, en=item.text_en) for item in plan.ambiguities_of(element.id)
        ),
    )


class AtlasSource:
    """The layers of a place as parts of pages, and the run whose tables the pages show.

    Parameters
    ----------
    place
        A run, a dataset, a workspace or its folder; without it the shipped layers.

    Raises
    ------
    WorkspaceError
        The folder is no workspace.
    """

    def __init__(self, place: RunLike = None) -> None:
        self.run = Run.over(place)
        self.dataset = self.run.dataset
        self._layers: dict[str, PageLayer] = {}
        self._plan = read_plan()
        self._entries: dict[str, PlanEntry] = {}

    @property
    def fictional(self) -> bool:
        """Whether the place is fictional."""
        return self.dataset.fictional

    @property
    def title(self) -> Pair | None:
        """Title of the workspace, written as ``中文 / English``; None for the shipped layers."""
        return self.dataset.title

    @property
    def entries(self) -> Mapping[str, PlanEntry]:
        """What the plan says, by register id; nothing for a fictional place."""
        if not self._entries and not self.fictional:
            self._entries = {each.id: _entry(self._plan, each) for each in self._plan.elements}
        return self._entries

    @property
    def sources(self) -> Mapping[str, Pair]:
        """Titles of the sources; the table writes both languages round a slash."""
        halves = {key: source.title.split(" / ", 1) for key, source in sources().items()}
        return {key: Pair(zh=half[0], en=half[-1]) for key, half in halves.items()}

    @property
    def attribution(self) -> tuple[Pair, ...]:
        """Lines that the licences of the shipped layers ask for."""
        if self.fictional:
            return (page_words("fictional"),)
        return page_words("attribution_osm"), page_words("attribution_tianditu")

    def layer(self, name: str, *, shown: bool | None = None) -> PageLayer:
        """Return a layer of the catalogue; its frame is read once.

        Raises
        ------
        NotInPlanError
            There is no such layer.
        """
        if name not in self._layers:
            layer = layer_schema(name)
            frame = self.dataset.layer(name)
            self._layers[name] = PageLayer(
                key=name,
                title=self._title_of(layer),
                frame=frame,
                about=Pair(zh="", en="")
                if self.fictional
                else Pair(zh=layer.about_zh, en=layer.about_en),
                completeness=str(frame.attrs.get("completeness", layer.completeness)),
                part_titles=_coded(layer),
                column_titles=_column_titles(layer),
            )
        found = self._layers[name]
        return found if shown is None else dataclasses.replace(found, shown=shown)

    def _title_of(self, layer: Layer) -> Pair:
        """Return a layer's title; in a fictional place without the plan's own names and figures."""
        if self.fictional and f"plain_{layer.name}" in words("maps"):
            return page_words(f"plain_{layer.name}")
        return Pair(zh=layer.title_zh, en=layer.title_en)

    def _theme(self, theme: str) -> Pair:
        plain = f"plain_{theme}"
        return page_words(plain if self.fictional and plain in words("maps") else f"theme_{theme}")

    def groups(self, layers: Iterable[PageLayer], *, marks: bool) -> tuple[PageGroup, ...]:
        """Return layers by theme, themes in the order in which they first come.

        Parameters
        ----------
        layers
            Layers of the catalogue.
        marks
            Whether the groups carry the figures of the plan's formula.
        """
        themes: dict[str, list[PageLayer]] = {}
        for layer in layers:
            themes.setdefault(layer_schema(layer.key).theme, []).append(layer)
        return tuple(
            PageGroup(
                key=theme,
                title=self._theme(theme),
                layers=tuple(members),
                mark=_FORMULA.get(theme, "") if marks else "",
            )
            for theme, members in themes.items()
        )

    def ground(self, names: Iterable[str]) -> tuple[PageLayer, ...]:
        """Return layers of the base map, the district first; ``*`` stands for all of them."""
        listed = list(names)
        if listed == ["*"]:
            listed = layer_names(role="base")
        return tuple(
            self.layer(name) for name in sorted(listed, key=lambda name: name != _GROUND_FIRST)
        )

    @property
    def counts(self) -> tuple[int, int, int, int] | None:
        """Register rows placed, without a place, and not spatial; other rows without a place."""
        if self.fictional:
            return None
        table = self.run.indicators(ids=_REGISTER)
        placed, unplaced, other, base = (int(table.row(name)["value"]) for name in _REGISTER)
        return placed, unplaced, other, base

    @functools.cached_property
    def amounts(self) -> Mapping[str, Mapping[str, float | None]]:
        """What each layer holds, out of the run's table: layer -> figure id -> value."""
        table = self.run.indicators("layers", ids=_LAYERS)
        found: dict[str, dict[str, float | None]] = {}
        for record in table.frame.to_dict("records"):
            row = plain_row(record)
            found.setdefault(row["unit_id"], {})[row["id"]] = row["value"]
        return found
