"""The plan's own page: catalogue and register brought together as one sheet."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import folium

from erdao_gis.catalogue import (
    Layer,
    Workspace,
    code_lists,
    layer_names,
    layer_schema,
    read_layer,
    sources,
)
from erdao_gis.errors import Language
from erdao_gis.files import write_text_atomic
from erdao_gis.maps.content import PageContent, PageGroup, PageLayer, Pair, PlanEntry
from erdao_gis.maps.page import page_html, page_map
from erdao_gis.plan import Element, Plan, read_plan
from erdao_gis.wording import words

__all__ = ["plan_content", "plan_map", "write_plan_page"]

Place = Workspace | Path | str | None

_FORMULA = {"zones": "2", "axis": "1", "rivers": "3", "cores": "3", "nodes": "8"}
_BACKDROP_FIRST = "district"
# The layout lies between the Yitong and the Wukai: the towns in the east would shrink it.
_VIEW = (125.338, 43.846, 125.545, 43.926)


def _word(key: str) -> Pair:
    return Pair(**words("maps")[key])


def _column_titles(layer: Layer) -> dict[str, Pair]:
    titles = {}
    for column in layer.columns:
        unit = f" ({column.unit})" if column.unit else ""
        titles[column.name] = Pair(zh=column.title_zh + unit, en=column.title_en + unit)
    return titles


def _coded(layer: Layer) -> dict[str, Pair]:
    """Return the titles of all codes that the layer's own columns take."""
    lists = code_lists()
    return {
        code: Pair(zh=zh, en=en)
        for column in layer.columns
        if column.codes
        for code, (zh, en) in lists[column.codes].items()
    }


def _page_layer(name: str, workspace: Place) -> PageLayer:
    layer = layer_schema(name)
    frame = read_layer(name, workspace)
    return PageLayer(
        key=name,
        title=Pair(zh=layer.title_zh, en=layer.title_en),
        frame=frame,
        about=Pair(zh=layer.about_zh, en=layer.about_en),
        completeness=str(frame.attrs.get("completeness", layer.completeness)),
        part_titles=_coded(layer),
        column_titles=_column_titles(layer),
    )


def _groups(workspace: Place) -> tuple[PageGroup, ...]:
    """Return the plan's layers by theme, in catalogue order."""
    themes: dict[str, list[PageLayer]] = {}
    for name in layer_names(role="plan"):
        themes.setdefault(layer_schema(name).theme, []).append(_page_layer(name, workspace))
    return tuple(
        PageGroup(
            key=theme,
            title=_word(f"theme_{theme}"),
            layers=tuple(layers),
            mark=_FORMULA.get(theme, ""),
        )
        for theme, layers in themes.items()
    )


def _backdrop(workspace: Place) -> tuple[PageLayer, ...]:
    names = sorted(layer_names(role="base"), key=lambda name: name != _BACKDROP_FIRST)
    return tuple(_page_layer(name, workspace) for name in names)


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


def _counts(plan: Plan, layers: Iterable[PageLayer]) -> tuple[int, int, int]:
    """Return how many register rows are placed, without a place, and not spatial."""
    placed: set[str] = set()
    for layer in layers:
        there = layer.frame[layer.frame.geometry.notna()]
        placed.update(there["register_id"].dropna())
    spatial = [element for element in plan.elements if element.spatial]
    found = sum(element.id in placed for element in spatial)
    return found, len(spatial) - found, len(plan.elements) - len(spatial)


def _source_titles() -> Mapping[str, Pair]:
    """Return the titles of the sources; the table writes both languages round a slash."""
    halves = {key: source.title.split(" / ", 1) for key, source in sources().items()}
    return {key: Pair(zh=half[0], en=half[-1]) for key, half in halves.items()}


def plan_content(workspace: Place = None) -> PageContent:
    """Return all that the plan's page shows.

    Parameters
    ----------
    workspace
        Folder of a workspace; without it the shipped layers are shown.

    Raises
    ------
    WorkspaceError
        The folder is no workspace.

    Examples
    --------
    >>> [group.mark for group in plan_content().groups[:5]]
    ['2', '1', '3', '3', '8']
    """
    plan = read_plan()
    groups = _groups(workspace)
    backdrop = _backdrop(workspace)
    every = [layer for group in groups for layer in group.layers] + list(backdrop)
    return PageContent(
        title=_word("page_title"),
        subtitle=_word("page_subtitle"),
        groups=groups,
        backdrop=backdrop,
        entries={element.id: _entry(plan, element) for element in plan.elements},
        sources=_source_titles(),
        attribution=(_word("attribution_osm"), _word("attribution_tianditu")),
        view=_VIEW,
        counts=_counts(plan, every),
    )


def plan_map(workspace: Place = None, *, language: Language = "zh") -> folium.Map:
    """Return the plan's layout as a folium map, for notebooks.

    Parameters
    ----------
    workspace
        Folder of a workspace; without it the shipped layers are shown.
    language
        Language in which the map opens; the reader can switch.

    Returns
    -------
    folium.Map
        Shows offline; ``save`` writes one file that opens offline.

    Raises
    ------
    WorkspaceError
        The folder is no workspace.

    Examples
    --------
    >>> type(plan_map()).__name__
    'Map'
    """
    return page_map(plan_content(workspace), language=language)


def write_plan_page(
    path: str | os.PathLike[str], workspace: Place = None, *, language: Language = "zh"
) -> Path:
    """Write the plan's page as one HTML file that opens with the network unplugged.

    Parameters
    ----------
    path
        File to write; it appears whole or not at all.
    workspace
        Folder of a workspace; without it the shipped layers are shown.
    language
        Language in which the page opens; the reader can switch.

    Returns
    -------
    pathlib.Path
        The file written. The same inputs give the same bytes.

    Raises
    ------
    UnsafeInputError
        The page would name an outside address, or the path is unsafe.
    WorkspaceError
        The folder is no workspace.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_plan_page(Path(folder) / "plan.html").stat().st_size > 100_000
    True
    """
    target = Path(path)
    write_text_atomic(target, page_html(plan_content(workspace), language=language))
    return target
