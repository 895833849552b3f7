"""Compose a page: folium's map, our sheet round it, data beside it.

Data never meets a template: it enters as inert JSON (`safe_json`), and static scripts of ours
draw it. The security policy admits those scripts by digest and nothing else; the digest of
folium's own script is taken from a map without data.
"""

import os
from pathlib import Path

import folium

from erdao_gis.errors import Language
from erdao_gis.files import write_text_atomic
from erdao_gis.maps.page.data_blocks import page_blocks
from erdao_gis.maps.page.elements import DataBlock, Sheet, Verbatim
from erdao_gis.maps.page.navigation import page_links
from erdao_gis.maps.page.page_content import PageContent
from erdao_gis.maps.page.vendored import (
    inline_script,
    page_scripts,
    page_styles,
    static_text,
)
from erdao_gis.markup.addresses import refuse_outside_addresses
from erdao_gis.markup.pages import page_head
from erdao_gis.wording import Pair

_LEAFLET = "leaflet/leaflet.js"
_CENTRE = (43.885, 125.45)  # until the page's script fits the data


def _bare_map(sheet: Sheet) -> folium.Map:
    """Return folium's map without tiles, controls, outside scripts or random names."""
    chart = folium.Map(
        location=_CENTRE,
        zoom_start=12,
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        zoom_snap=0.25,
        zoom_delta=0.5,
        min_zoom=9,
        max_zoom=18,
    )
    chart.default_js = []
    chart.default_css = []
    # The name is the element's id and the variable in the page: fixed, or no two builds agree.
    chart._id = "plan"  # noqa: SLF001
    sheet.add_child(chart)
    # folium's head forbids zooming by the reader and sets inline styles: ours takes its place.
    chart.add_child(_HeadOfMap("head_of_map", ""))
    return chart


class _HeadOfMap(Verbatim):
    """Replaces what folium's map puts into the head, once it is there."""

    def render(self, **kwargs: object) -> str:
        """Put empty text in place of the map's own head."""
        chart = self._parent
        root = self.get_root()
        if chart is not None and isinstance(root, Sheet):
            root.header.add_child(Verbatim("map_head", ""), name=chart.get_name())
        return super().render(**kwargs)


def _map_script() -> str:
    """Return folium's own script: taken from a map without data, for its digest."""
    nothing = Pair(zh="", en="")
    skeleton = Sheet(PageContent(title=nothing, subtitle=nothing, groups=()), "zh")
    _bare_map(skeleton)
    skeleton.render()
    return skeleton.map_script()


def page_map(
    content: PageContent, *, language: Language = "zh", strict: bool = False
) -> folium.Map:
    """Return the content as a folium map that needs no network.

    Parameters
    ----------
    content
        What the page shows.
    language
        Language in which the page opens; the reader can switch.
    strict
        Whether the page carries the security policy. It stops every script that is not ours,
        so leave it out where folium objects of your own are to be added.

    Returns
    -------
    folium.Map
        A plain map; ``save`` writes one file that opens offline.

    Raises
    ------
    CRSError, GeometryError, SchemaError
        A layer cannot be drawn truthfully; the message names layer and feature.

    Examples
    --------
    >>> empty = PageContent(title=Pair(zh="图", en="Map"), subtitle=Pair(zh="", en=""), groups=())
    >>> page_map(empty).get_name()
    'map_plan'
    """
    sheet = Sheet(content, language)
    title = content.title.zh if language == "zh" else content.title.en or content.title.zh
    panel = content.panel.key if content.panel else ""
    own, scripts = page_scripts(panel), None
    if strict:
        scripts = [static_text(name) for name in (_LEAFLET, *own)] + [_map_script()]
    styles = [static_text(name) for name in page_styles(panel)]
    head = [*page_head(title, styles, scripts), inline_script(_LEAFLET)]
    for number, text in enumerate(head):
        sheet.header.add_child(Verbatim(f"head_{number}", text))

    sheet.html.add_child(Verbatim("before_title", static_text("sheet/before_title.html")))
    sheet.html.add_child(Verbatim("pages", page_links(content.links, content.key)))
    sheet.html.add_child(Verbatim("before_map", static_text("sheet/before_map.html")))
    chart = _bare_map(sheet)
    for identifier, items in page_blocks(content, language).items():
        sheet.blocks[identifier] = DataBlock(identifier, items)
    after = Verbatim("after_map", static_text("sheet/after_map.html"))
    for element in (after, *sheet.blocks.values()):
        chart.add_child(_BesideMap(element))
    sheet.closing = [inline_script(name) for name in own]
    return chart


class _BesideMap(Verbatim):
    """Puts an element into the page's body after the map's own."""

    def __init__(self, element: Verbatim) -> None:
        super().__init__(f"beside_{element.get_name()}", "")
        self.element = element

    def render(self, **kwargs: object) -> str:
        """Add the element to the body of the page."""
        root = self.get_root()
        if isinstance(root, Sheet):
            root.html.add_child(self.element)
        return super().render(**kwargs)


def page_html(content: PageContent, *, language: Language = "zh") -> str:
    """Return the content as one HTML file that nothing can make reach beyond itself.

    Parameters
    ----------
    content
        What the page shows.
    language
        Language in which the page opens.

    Returns
    -------
    str
        The same text for the same content, with a strict content security policy.

    Raises
    ------
    UnsafeInputError
        The page would name an outside address.
    CRSError, GeometryError, SchemaError
        A layer cannot be drawn truthfully.

    Examples
    --------
    >>> empty = PageContent(title=Pair(zh="图", en="Map"), subtitle=Pair(zh="", en=""), groups=())
    >>> page_html(empty).startswith("<!DOCTYPE html>")
    True
    """
    page = str(page_map(content, language=language, strict=True).get_root().render())
    refuse_outside_addresses(page)
    return page


def write_page(
    path: str | os.PathLike[str], content: PageContent, *, language: Language = "zh"
) -> Path:
    """Write the content as one HTML file that opens with the network unplugged; returns its path.

    Parameters
    ----------
    path
        File to write; it appears whole or not at all.
    content
        What the page shows.
    language
        Language in which the page opens.

    Raises
    ------
    UnsafeInputError
        The page would name an outside address, or the path is unsafe.
    CRSError, GeometryError, SchemaError
        A layer cannot be drawn truthfully.
    """
    return write_text_atomic(path, page_html(content, language=language))
