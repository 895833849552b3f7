"""Frames of the user's on a map in a notebook, by the same safe way as the plan's own layers."""

import dataclasses

import folium
import geopandas as gpd
from branca.element import Figure

from erdao_gis.drawing import Classes
from erdao_gis.errors import SchemaError
from erdao_gis.maps.atlas.source import page_words
from erdao_gis.maps.page.data_blocks import page_blocks
from erdao_gis.maps.page.elements import DataBlock, Sheet, Verbatim
from erdao_gis.maps.page.page_content import PageContent, PageGroup, PageLayer
from erdao_gis.maps.page.vendored import inline_script
from erdao_gis.wording import Pair

_OWN = "own"
_OTHER = "*"


def add_layer(
    m: folium.Map,
    frame: gpd.GeoDataFrame,
    *,
    title: str,
    title_en: str = "",
    name: str = "",
    style: str = "",
    classes: Classes | None = None,
) -> folium.Map:
    """Add a frame of your own to a map: drawn, in the legend, its columns told at a click.

    Every text in the frame is shown as it is; none is ever read as markup or code. On the map of
    :func:`plan_map` the layer joins the sheet with its list, filter and keyboard, offline too.

    Parameters
    ----------
    m
        Map of :func:`plan_map`, or any `folium.Map`.
    frame
        Features in any known CRS on a unique index; null geometries are listed, not drawn. It is
        not changed.
    title
        Title in the legend.
    title_en
        English title; without it `title` serves.
    name
        Column of names; without it ``name_zh`` and ``name_en`` where there are, else the index.
    style
        Layer of the style table to draw it as; without it the table's general style.
    classes
        Colours by class, from ``erdao_gis.drawing.classified(frame["column"])``; the legend then
        names method and limits.

    Returns
    -------
    folium.Map
        The same map.

    Raises
    ------
    SchemaError
        `m` is no map, `frame` no GeoDataFrame, the column is missing, an id stands twice, or the
        classes stand on another index.
    CRSError
        The frame has no CRS.
    GeometryError
        A coordinate is not finite, or a geometry is a collection.

    Examples
    --------
    >>> import shapely
    >>> from erdao_gis.maps import plan_map
    >>> mine = gpd.GeoDataFrame(
    ...     {"说明": ["<b>"]}, index=["甲"], geometry=[shapely.Point(125.4, 43.88)], crs=4490
    ... )
    >>> "自选地点" in add_layer(plan_map(), mine, title="自选地点").get_root().render()
    True
    """
    for what, kind in ((m, folium.Map), (frame, gpd.GeoDataFrame)):
        if not isinstance(what, kind):
            raise SchemaError("map_add_kind", {"what": type(what).__name__})
    layer = PageLayer(
        key=_OWN,
        title=Pair(zh=title, en=title_en),
        frame=_named(frame, name, title),
        style=style or _OTHER,
        shown=True,
        classes=classes,
    )
    root = m.get_root()
    if isinstance(root, Sheet):
        _join(root, layer)
    else:
        _beside(m, layer)
    return m


def _named(frame: gpd.GeoDataFrame, name: str, title: str) -> gpd.GeoDataFrame:
    """Return the frame with its column of names where pages look for it."""
    if not name:
        return frame
    if name not in frame:
        facts = {"title": title, "column": name, "columns": ", ".join(map(str, frame.columns))}
        raise SchemaError("map_add_column", facts)
    others = [column for column in ("name_zh", "name_en") if column in frame and column != name]
    return frame.drop(columns=others).rename(columns={name: "name_zh"})


def _join(sheet: Sheet, layer: PageLayer) -> None:
    """Show the layer among those of a sheet, in a group of its own before the others."""
    content = sheet.content
    own = next((group.layers for group in content.groups if group.key == _OWN), ())
    added = (*own, dataclasses.replace(layer, key=f"{_OWN}-{len(own) + 1}"))
    others = (group for group in content.groups if group.key != _OWN)
    group = PageGroup(key=_OWN, title=page_words("own_layers"), layers=added)
    shown = dataclasses.replace(content, groups=(group, *others))
    # The records are made before anything is changed: a refused frame leaves the map as it was.
    sheet.show(shown, page_blocks(shown, "en" if sheet.language == "en" else "zh"))


def _beside(m: folium.Map, layer: PageLayer) -> None:
    """Draw the layer on a plain folium map with a popup and a legend of its own."""
    group = PageGroup(key=_OWN, title=page_words("own_layers"), layers=(layer,))
    nothing = Pair(zh="", en="")
    content = PageContent(title=nothing, subtitle=nothing, groups=(group,))
    blocks = page_blocks(content, "zh")
    figure = m.get_root()
    if not isinstance(figure, Figure):
        raise SchemaError("map_add_kind", {"what": type(figure).__name__})
    number = sum(isinstance(part, DataBlock) for part in figure.html._children.values()) + 1  # noqa: SLF001 - branca has no other way to list them
    identifier = f"own-layer-{number}"
    block = DataBlock(identifier, [*blocks["page-layers"], *blocks["page-features"]])
    figure.header.add_child(Verbatim("own_layer_script", inline_script("notebook/own_layer.js")))
    figure.html.add_child(block)
    m.add_child(_Call(identifier))


class _Call(Verbatim):
    """Asks our script to draw a data block once folium's map is there.

    Parameters
    ----------
    identifier
        Element id of the block; ours.
    """

    def __init__(self, identifier: str) -> None:
        super().__init__(f"call_{identifier}", "")
        self.identifier = identifier

    def render(self, **kwargs: object) -> str:
        """Add the call to the figure's script, after the map's own."""
        figure, chart = self.get_root(), self._parent
        if isinstance(figure, Figure) and chart is not None:
            call = f'window.erdaoOwnLayer({chart.get_name()}, "{self.identifier}");'
            figure.script.add_child(Verbatim(self.get_name(), call), name=self.get_name())
        return super().render(**kwargs)
