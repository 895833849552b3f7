"""The contents of an atlas: thumbnails, what is placed, what is measured, what is missing."""

import dataclasses
from collections.abc import Mapping, Sequence

import geopandas as gpd
import shapely

from erdao_gis.catalogue import layer_names, layer_schema
from erdao_gis.crs import to_working
from erdao_gis.drawing import Classes, SheetLayer, draw_thumbnail, extent_of, layer_style
from erdao_gis.errors import GeometryError, Language
from erdao_gis.indicators.imagery import ELSEWHERE
from erdao_gis.indicators.table import number_text, unit_text
from erdao_gis.maps.atlas.choropleths import Choropleth
from erdao_gis.maps.atlas.page_rows import PageRow
from erdao_gis.maps.atlas.source import AtlasSource, page_words
from erdao_gis.maps.page.data_blocks import pair_record, word_records
from erdao_gis.maps.page.navigation import file_of
from erdao_gis.maps.page.page_content import PageContent, PageLayer
from erdao_gis.maps.page.safe_json import json_line, json_script
from erdao_gis.maps.page.vendored import inline_script, static_text
from erdao_gis.markup.pages import offline_page, page_head
from erdao_gis.wording import Pair

_STYLES = ("sheet/sheet.css", "atlas/index.css")
_SCRIPTS = ("sheet/text.js", "atlas/index.js")
_SIZE = (540.0, 340.0)
_QUIET_GROUND = ("district", "waterways", "roads")
SCENE = "scene"


@dataclasses.dataclass(frozen=True, kw_only=True)
class AtlasCard:
    """One page as the contents show it."""

    row: PageRow
    """Row of the atlas table."""
    title: Pair
    """Title of the page."""
    said: tuple[Pair, ...]
    """Lines below it: what is placed or measured, or what is missing."""
    picture: str = ""
    """Thumbnail as SVG; empty where there is no page."""


def missing_line(name: str) -> Pair:
    """Return the line on a missing input: what it is and who has it.

    Examples
    --------
    >>> missing_line("residential").zh
    '居住用地：向自然资源部门索取，用 erdao import 导入'
    """
    if name in (SCENE, ELSEWHERE):
        return page_words("missing_scene" if name == SCENE else "missing_scene_here")
    layer = layer_schema(name)
    facts = {
        "layer": Pair(zh=layer.title_zh, en=layer.title_en),
        "obtain": Pair(zh=layer.obtain_zh, en=layer.obtain_en),
    }
    return page_words("missing_input", facts)


def _kinds(layer: PageLayer) -> Classes | None:
    """Return the kinds of a layer that other tables colour as classes of a drawing."""
    if not layer.parts:
        return layer.classes
    numbers = {part.part: number for number, part in enumerate(layer.parts)}
    return Classes(
        numbers=layer.frame[layer.by].map(numbers).fillna(-1).astype("int64"),
        breaks=tuple(map(float, range(len(layer.parts) + 1))),
        colours=tuple(part.fill for part in layer.parts),
        method="given",
        decimals=0,
    )


def _sheet_layer(layer: PageLayer, *, backdrop: bool = False) -> SheetLayer:
    # The ramp styles classes only: a measured layer needs an outline of its own.
    style = "*" if layer.classes is not None else layer.style_name
    return SheetLayer(frame=layer.frame, style=style, backdrop=backdrop, classes=_kinds(layer))


def _extent(content: PageContent, layers: Sequence[PageLayer]) -> tuple[float, float, float, float]:
    if content.view:
        box = gpd.GeoSeries([shapely.box(*content.view)], crs="EPSG:4490")
        west, south, east, north = to_working(box).total_bounds.tolist()
        return west, south, east, north
    return extent_of([layer.frame for layer in layers])


def thumbnail(content: PageContent) -> str:
    """Return a small picture of a page as SVG; empty where nothing on it has a place.

    Parameters
    ----------
    content
        What the page shows.
    """
    layers = [
        layer
        for group in content.groups
        for layer in group.layers
        if layer.shown is not False and not (layer.shown is None and _off(layer))
    ]
    ground = [layer for layer in content.backdrop if layer.key in _QUIET_GROUND]
    try:
        extent = _extent(content, layers or ground)
    except GeometryError:
        return ""
    drawn = [_sheet_layer(layer, backdrop=True) for layer in ground]
    drawn += [_sheet_layer(layer) for layer in layers]
    return draw_thumbnail(drawn, extent, size=_SIZE, key=f"thumb-{content.key}")


def _off(layer: PageLayer) -> bool:
    return not any(style.shown for style in layer_style(layer.style_name).parts.values())


def _amount(value: float, unit: str) -> Pair:
    text = number_text(value)
    return Pair(zh=f"{text} {unit_text(unit, 'zh')}", en=f"{text} {unit_text(unit, 'en')}")


def _amounts(held: Mapping[str, float | None]) -> list[Pair]:
    """Return length, area and number of points of a layer, with what of it lies inside."""
    found = []
    for key, unit in (("layer_length", "km"), ("layer_area", "km2")):
        whole, inside = held[key], held[f"{key}_inside"]
        if whole is None:
            continue
        text = _amount(whole, unit)
        if inside is not None and number_text(inside) != number_text(whole):
            facts = {"whole": text, "inside": _amount(inside, unit)}
            text = page_words("amount_inside", facts)
        found.append(text)
    if held["layer_points"]:
        found.append(_amount(held["layer_points"], "features"))
    return found


def _layer_row(layer: PageLayer, source: AtlasSource) -> dict[str, object]:
    held = source.amounts[layer.key]
    grades = {grade: int(held[f"layer_grade_{grade.lower()}"] or 0) for grade in "ABCD"}
    return {
        "title": pair_record(layer.title),
        "total": int(held["layer_features"] or 0),
        "placed": int(held["layer_placed"] or 0),
        "unplaced": int(held["layer_unplaced"] or 0),
        "grades": [[grade, count] for grade, count in grades.items() if count],
        "amounts": [pair_record(amount) for amount in _amounts(held)],
    }


def _card_markup(number: int, card: AtlasCard) -> str:
    if not card.picture:
        return f'<li data-card="{number}"><div class="card"></div></li>'
    file = file_of(card.row.key)
    picture = f'<span class="picture">{card.picture}</span>'
    return f'<li data-card="{number}"><a href="{file}">{picture}</a></li>'


def _titles(source: AtlasSource) -> tuple[Pair, Pair]:
    own = source.title
    if own is None:
        return page_words("atlas_title"), page_words("atlas_subtitle")
    if source.fictional:
        return page_words("atlas_other", {"title": own}), page_words("fictional")
    return page_words("atlas_title"), own


def _card_record(card: AtlasCard) -> dict[str, object]:
    return {
        "title": pair_record(card.title),
        "subtitle": pair_record(card.row.subtitle),
        "said": [pair_record(line) for line in card.said],
    }


def _measure_record(measured: Choropleth) -> dict[str, object]:
    wholes = () if measured.missing else measured.wholes
    return {
        "title": pair_record(measured.title),
        "formula": pair_record(measured.formula),
        "wholes": [pair_record(whole) for whole in wholes],
        "missing": [pair_record(missing_line(name)) for name in measured.missing],
    }


def _record(
    source: AtlasSource,
    cards: Sequence[AtlasCard],
    measures: Sequence[Choropleth],
    language: Language,
) -> dict[str, object]:
    layers = [source.layer(name) for name in layer_names(role="plan")]
    ground = list(source.ground(["*"]))
    supplied = [source.layer(name) for name in layer_names(role="input")]
    rows = [each for each in (*layers, *ground, *supplied) if len(each.frame)]
    title, subtitle = _titles(source)
    return {
        "language": language,
        "title": pair_record(title),
        "subtitle": pair_record(subtitle),
        "warning": pair_record(page_words("fictional")) if source.fictional else None,
        "attribution": [pair_record(line) for line in source.attribution],
        "pages": [],
        "cards": [_card_record(card) for card in cards],
        "layers": [_layer_row(each, source) for each in rows],
        "measures": [_measure_record(line) for line in measures],
        "counts": source.counts,
        "run": source.run.id,
    }


def index_html(
    source: AtlasSource,
    cards: Sequence[AtlasCard],
    measures: Sequence[Choropleth],
    *,
    language: Language = "zh",
) -> str:
    """Return the contents of an atlas as one HTML file.

    Parameters
    ----------
    source
        Layers.
    cards
        Pages in order, those that do not exist included.
    measures
        Measures in order.
    language
        Language in which the page opens.

    Raises
    ------
    UnsafeInputError
        The page would name an outside address.
    """
    styles, scripts = ([static_text(name) for name in names] for names in (_STYLES, _SCRIPTS))
    record = _record(source, cards, measures, language)
    title = _titles(source)[0]
    head = page_head(title.text(language), styles, scripts)
    blocks: dict[str, list[object]] = {"page-words": word_records(), "page-sheet": [record]}
    body = [
        static_text("atlas/index.html"),
        *(_card_markup(number, card) for number, card in enumerate(cards)),
        static_text("atlas/after_cards.html"),
        *(json_script(name, [json_line(item) for item in items]) for name, items in blocks.items()),
        *(inline_script(name) for name in _SCRIPTS),
    ]
    return offline_page(head, body, language)
