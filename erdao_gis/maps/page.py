"""Compose a page: folium's map, our sheet round it, data beside it.

Data never meets a template: it enters as inert JSON (`safe_json`), and static scripts of ours
draw it. The security policy admits those scripts by digest and nothing else; the digest of
folium's own script is taken from a map without data.
"""

import dataclasses
from collections.abc import Iterable

import folium

from erdao_gis.catalogue import code_lists
from erdao_gis.drawing import Style, evidence_styles, layer_style
from erdao_gis.errors import Language, SchemaError
from erdao_gis.maps.addresses import refuse_outside_addresses
from erdao_gis.maps.content import PageContent, PageLayer, Pair
from erdao_gis.maps.elements import DataBlock, Sheet, Verbatim
from erdao_gis.maps.features import layer_features
from erdao_gis.maps.safe_json import html_text
from erdao_gis.maps.vendored import (
    PAGE_SCRIPTS,
    csp_digest,
    inline_script,
    inline_style,
    static_text,
)
from erdao_gis.wording import words

__all__ = ["page_html", "page_map"]

_LEAFLET = "leaflet/leaflet.js"
_STYLES = ("leaflet/leaflet.css", "sheet/sheet.css")
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


def _policy() -> str:
    """Return the content security policy of every page that the build makes."""
    skeleton = Sheet("zh")
    _bare_map(skeleton)
    skeleton.render()
    scripts = [static_text(name) for name in (_LEAFLET, *PAGE_SCRIPTS)]
    scripts.append(skeleton.map_script())
    script_digests = " ".join(map(csp_digest, scripts))
    style_digests = " ".join(csp_digest(static_text(name)) for name in _STYLES)
    return (
        f"default-src 'none'; script-src {script_digests}; style-src {style_digests}; "
        "img-src data:; base-uri 'none'; form-action 'none'"
    )


def _words_of(pair: Pair) -> dict[str, str]:
    return {"zh": pair.zh, "en": pair.en}


def _drawn(style: Style) -> dict[str, object]:
    """Return a style without what a page does not need."""
    return {
        name: value
        for name, value in dataclasses.asdict(style).items()
        if value not in ("", 0) and not name.startswith("title_")
    }


def _parts_of(layer: PageLayer) -> list[dict[str, object]]:
    """Return the styles of a layer with their legend titles."""
    parts: list[dict[str, object]] = []
    for part, style in layer_style(layer.key).parts.items():
        title = Pair(zh=style.title_zh, en=style.title_en)
        if not title.zh:
            title = layer.part_titles.get(part, title)
        parts.append({"part": part, "title": _words_of(title), "style": _drawn(style)})
    return parts


def _layer_record(layer: PageLayer, group: str) -> dict[str, object]:
    """Return what the legend says of a layer."""
    frame = layer.frame

    def values(column: str) -> list[str]:
        if column not in frame:
            return []
        return sorted({key for text in frame[column].dropna() for key in str(text).split(";")})

    return {
        "key": layer.key,
        "group": group,
        "title": _words_of(layer.title),
        "about": _words_of(layer.about),
        "completeness": layer.completeness,
        "evidence": values("evidence"),
        "sources": values("source"),
        "licences": values("licence"),
        "parts": _parts_of(layer),
    }


def _codes() -> dict[str, dict[str, dict[str, str]]]:
    """Return the code lists whose meaning a page tells."""
    lists = code_lists()
    return {
        name: {code: {"zh": zh, "en": en} for code, (zh, en) in lists[name].items()}
        for name in ("evidence", "identity", "completeness", "datum")
    }


def _page_record(content: PageContent, language: Language) -> dict[str, object]:
    """Return title, words and legends of the page."""
    west_south_east_north = list(content.view) if content.view else None
    return {
        "language": language,
        "title": _words_of(content.title),
        "subtitle": _words_of(content.subtitle),
        "view": west_south_east_north,
        "groups": [
            {"key": group.key, "mark": group.mark, "title": _words_of(group.title)}
            for group in content.groups
        ],
        "attribution": [_words_of(line) for line in content.attribution],
        "sources": {key: _words_of(title) for key, title in sorted(content.sources.items())},
        "counts": list(content.counts) if content.counts else None,
        "codes": _codes(),
        "evidence": [dataclasses.asdict(style) for style in evidence_styles().values()],
    }


def _layers(content: PageContent) -> list[tuple[PageLayer, str]]:
    """Return all layers with the key of their group, backdrop last."""
    layers = [(layer, group.key) for group in content.groups for layer in group.layers]
    layers += [(layer, "") for layer in content.backdrop]
    seen: set[str] = set()
    for layer, _group in layers:
        if layer.key in seen:
            raise SchemaError("map_repeated_key", {"layer": layer.key})
        seen.add(layer.key)
    return layers


def _feature_records(content: PageContent, layers: Iterable[tuple[PageLayer, str]]) -> list[object]:
    return [
        record
        for number, (layer, group) in enumerate(layers)
        for record in layer_features(
            layer,
            number,
            by=layer_style(layer.key).by,
            entries=content.entries,
            quiet=not group,
        )
    ]


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
    sheet = Sheet(language)
    head = ['<meta charset="utf-8">']
    if strict:
        head.append(f'<meta http-equiv="Content-Security-Policy" content="{_policy()}">')
    head.append('<meta name="viewport" content="width=device-width, initial-scale=1">')
    title = content.title.zh if language == "zh" else content.title.en or content.title.zh
    head.append(f"<title>{html_text(title)}</title>")
    head += [inline_style(name) for name in _STYLES]
    head.append(inline_script(_LEAFLET))
    for number, text in enumerate(head):
        sheet.header.add_child(Verbatim(f"head_{number}", text))

    layers = _layers(content)
    spoken: list[object] = [[key, *word.values()] for key, word in words("maps").items()]
    sheet.html.add_child(Verbatim("before_map", static_text("sheet/before_map.html")))
    chart = _bare_map(sheet)
    for element in (
        Verbatim("after_map", static_text("sheet/after_map.html")),
        DataBlock("page-words", spoken),
        DataBlock("page-sheet", [_page_record(content, language)]),
        DataBlock("page-layers", [_layer_record(layer, group) for layer, group in layers]),
        DataBlock("page-features", _feature_records(content, layers)),
    ):
        chart.add_child(_BesideMap(element))
    sheet.closing = [inline_script(name) for name in PAGE_SCRIPTS]
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
