"""The content of a page as the data blocks that its scripts read."""

import dataclasses
from collections import Counter
from collections.abc import Iterable
from typing import Any, cast

from erdao_gis.catalogue import code_lists
from erdao_gis.drawing import Style, evidence_styles, layer_style, no_data_style
from erdao_gis.errors import Language, SchemaError
from erdao_gis.maps.page.feature_lines import NO_DATA_PART, column_heads, layer_features
from erdao_gis.maps.page.page_content import PageContent, PageLayer
from erdao_gis.wording import Pair, words


def pair_record(pair: Pair) -> dict[str, str]:
    """Return a pair as page data.

    Examples
    --------
    >>> pair_record(Pair(zh="核", en="core"))
    {'zh': '核', 'en': 'core'}
    """
    return {"zh": pair.zh, "en": pair.en}


def word_records() -> list[object]:
    """Return the interface words of pages: key, Chinese, English."""
    return [[key, *word.values()] for key, word in words("maps").items()]


def _drawn(style: Style) -> dict[str, object]:
    """Return a style without what a page does not need."""
    return {
        name: value
        for name, value in dataclasses.asdict(style).items()
        if value not in ("", 0) and not name.startswith("title_")
    }


def _styles_of(layer: PageLayer) -> list[dict[str, object]]:
    """Return the styles of a layer with their legend titles."""
    parts: list[dict[str, object]] = []
    for part, style in layer_style(layer.style_name).parts.items():
        title = Pair(zh=style.title_zh, en=style.title_en)
        if not title.zh:
            title = layer.part_titles.get(part, title)
        parts.append({"part": part, "title": pair_record(title), "style": _drawn(style)})
    return parts


def _parts_of(layer: PageLayer) -> list[dict[str, object]]:
    """Return the kinds of a layer that other tables colour."""
    own = _drawn(layer_style(layer.style_name).of(None))
    return [
        {
            "part": part.part,
            "title": pair_record(part.title),
            "style": own | {"fill": part.fill} | ({"hatched": True} if part.hatched else {}),
        }
        for part in layer.parts
    ]


def _classes_of(layer: PageLayer) -> list[dict[str, object]]:
    """Return the classes of a measured layer: colour and limits, no data last."""
    classes = layer.classes
    if classes is None:
        return []
    own = _drawn(layer_style(layer.style_name).of(None))
    letters = {name: value for name, value in own.items() if name.startswith("label_")}
    nothing = no_data_style()
    plain = _drawn(nothing) | letters
    counts = classes.numbers.value_counts()
    parts: list[dict[str, object]] = []
    for number, (colour, text) in enumerate(zip(classes.colours, classes.texts(), strict=True)):
        style = plain | {"stroke": "#6F6A60", "fill": colour, "fill_opacity": 0.9}
        title = {"zh": text, "en": text}
        count = int(counts.get(number, 0))
        parts.append({"part": str(number), "title": title, "style": style, "count": count})
    title = {"zh": nothing.title_zh, "en": nothing.title_en}
    style = plain | {"hatched": True}
    parts.append({"part": NO_DATA_PART, "title": title, "style": style, "count": classes.missing})
    return parts


def _method_of(layer: PageLayer) -> dict[str, str] | None:
    """Return how the limits of the classes were found."""
    classes = layer.classes
    if classes is None or not classes.colours:
        return None
    return {"zh": classes.method_text("zh"), "en": classes.method_text("en")}


def _layer_record(layer: PageLayer, group: str) -> dict[str, object]:
    """Return what the legend says of a layer."""
    frame = layer.frame

    def values(column: str) -> list[str]:
        if column not in frame:
            return []
        return sorted({key for text in frame[column].dropna() for key in str(text).split(";")})

    styles = layer_style(layer.style_name).parts.values()
    shown = any(style.shown for style in styles) if layer.shown is None else layer.shown
    return {
        "key": layer.key,
        "group": group,
        "title": pair_record(layer.title),
        "about": pair_record(layer.about),
        "completeness": layer.completeness,
        "evidence": values("evidence"),
        "sources": values("source"),
        "licences": values("licence"),
        "parts": _classes_of(layer) or _parts_of(layer) or _styles_of(layer),
        "method": _method_of(layer),
        "shown": shown,
        # Headings stand once: twenty thousand parcels would repeat them.
        "heads": column_heads(layer) if group else [],
    }


def _codes() -> dict[str, dict[str, dict[str, str]]]:
    """Return the code lists whose meaning a page tells."""
    lists = code_lists()
    return {
        name: {code: {"zh": zh, "en": en} for code, (zh, en) in lists[name].items()}
        for name in ("evidence", "identity", "completeness", "datum")
    }


def _method_lines(content: PageContent) -> list[list[object]]:
    """Return heading and text of each line, and of a finding the id that it leads to."""
    lines: list[list[object]] = [
        [pair_record(head), pair_record(text)] for head, text in content.method
    ]
    found: list[list[object]] = [
        [pair_record(one.head), pair_record(one.text), one.feature] for one in content.findings
    ]
    return lines[:1] + found + lines[1:]


def _page_record(content: PageContent, language: Language) -> dict[str, object]:
    """Return title, words and legends of the page."""
    return {
        "language": language,
        "key": content.key,
        "run": content.run,
        "panel": content.panel.key if content.panel else None,
        "title": pair_record(content.title),
        "subtitle": pair_record(content.subtitle),
        "warning": pair_record(content.warning) if content.warning else None,
        "view": content.view,
        "view_tall": content.view_tall,
        "pages": [{"key": link.key, "title": pair_record(link.title)} for link in content.links],
        "method": _method_lines(content),
        "groups": [
            {"key": group.key, "mark": group.mark, "title": pair_record(group.title)}
            for group in content.groups
        ],
        "attribution": [pair_record(line) for line in content.attribution],
        "sources": {key: pair_record(title) for key, title in sorted(content.sources.items())},
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


def _feature_records(
    content: PageContent, layer: PageLayer, group: str, number: int
) -> list[dict[str, object]]:
    return list(
        layer_features(
            layer,
            number,
            by=layer.by or layer_style(layer.style_name).by,
            entries=content.entries,
            quiet=not group,
        )
    )


def _shared_texts(features: Iterable[dict[str, object]]) -> list[dict[str, str]]:
    """Move texts that many features say into one list; the features refer to it by place.

    Twenty thousand parcels say "no data" in two languages some ten times each.
    """
    cells = [
        cell
        for feature in features
        for cell in cast("list[list[Any]]", feature.get("more", []))
        if isinstance(cell[1], dict)
    ]
    counts = Counter((cell[1]["zh"], cell[1]["en"]) for cell in cells)
    often = [pair for pair, count in counts.items() if count > 1]
    places = {pair: place for place, pair in enumerate(often)}
    for cell in cells:
        place = places.get((cell[1]["zh"], cell[1]["en"]))
        if place is not None:
            cell[1:] = [None, place]
    return [{"zh": zh, "en": en} for zh, en in often]


def page_blocks(content: PageContent, language: Language) -> dict[str, list[object]]:
    """Return the data blocks of a page by their element ids.

    Parameters
    ----------
    content
        What the page shows.
    language
        Language in which the page opens.

    Raises
    ------
    CRSError, GeometryError, SchemaError
        A layer cannot be drawn truthfully; the message names layer and feature.

    Examples
    --------
    >>> empty = PageContent(title=Pair(zh="图", en="Map"), subtitle=Pair(zh="", en=""), groups=())
    >>> list(page_blocks(empty, "zh"))
    ['page-words', 'page-sheet', 'page-layers', 'page-features']
    """
    layers = _layers(content)
    features = [
        _feature_records(content, layer, group, number)
        for number, (layer, group) in enumerate(layers)
    ]
    panel = content.panel.blocks if content.panel else {}
    return {
        "page-words": word_records(),
        "page-sheet": [_page_record(content, language)],
        "page-layers": [
            _layer_record(layer, group) | {"said": _shared_texts(records)}
            for (layer, group), records in zip(layers, features, strict=True)
        ],
        "page-features": [record for records in features for record in records],
        **{identifier: list(items) for identifier, items in panel.items()},
    }
