"""The maps of a report: rows of ``layers/reports/maps.csv``, drawn as SVG."""

from dataclasses import dataclass

import geopandas as gpd

from erdao_gis.catalogue import Dataset, code_lists, layer_schema, sources
from erdao_gis.drawing import Sheet, SheetLayer, draw_map, extent_of, layer_style
from erdao_gis.errors import Language
from erdao_gis.reports.report_content import Picture
from erdao_gis.rows import shipped_rows
from erdao_gis.wording import Pair, word

_SIZE = (960.0, 620.0)
_MAIN_ROADS = ("motorway", "trunk", "primary", "secondary")
# Land beyond what a map is about says nothing, but its neighbours should be seen.
_MARGIN = 0.06
# Beyond this many, names of one layer hide what they name.
_MOST_NAMED = 100

Extent = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class _MapRow:
    """A row of ``layers/reports/maps.csv``."""

    key: str
    title: Pair
    layers: tuple[str, ...]
    "``layer`` or ``layer=style``, from the bottom up."
    backdrop: tuple[str, ...]


def _named(items: tuple[str, ...]) -> list[tuple[str, str]]:
    """Part layers from their styles; without one, the layer's own."""
    pairs = [item.partition("=") for item in items]
    return [(layer, style or layer) for layer, _, style in pairs]


def _sheet_layer(
    name: str, style: str, dataset: Dataset, language: Language, *, backdrop: bool
) -> SheetLayer:
    frame = dataset.layer(name)
    if name == "roads" and backdrop:
        attrs = frame.attrs
        frame = frame[frame["road_class"].isin(_MAIN_ROADS)]
        frame.attrs = attrs
    schema = layer_schema(name)
    column = schema.column(layer_style(style).by)
    codes = code_lists().get(column.codes, {}) if column else {}
    return SheetLayer(
        frame=frame,
        style=style,
        title=schema.title(language),
        part_titles={code: names[language == "en"] for code, names in codes.items()},
        backdrop=backdrop,
        labels=not backdrop and int(frame.geometry.notna().sum()) <= _MOST_NAMED,
    )


def _placed(layer: SheetLayer) -> bool:
    return bool(layer.frame.geometry.notna().any())


def _attribution(frames: list[gpd.GeoDataFrame]) -> tuple[str, ...]:
    """Return what the licences of the drawn features ask to be written."""
    known = sources()
    keys: dict[str, None] = {}
    for frame in frames:
        for cell in frame.get("source", ()):
            keys |= dict.fromkeys(key for key in str(cell).split(";") if key in known)
    lines = dict.fromkeys(known[key].attribution for key in keys if known[key].attribution)
    return tuple(sorted(lines))


def report_maps(
    dataset: Dataset, language: Language, *, review_number: str = ""
) -> tuple[Picture, ...]:
    """Draw the maps of a report.

    Parameters
    ----------
    dataset
        Whose layers are drawn.
    language
        Language of names and words.
    review_number
        Map review number; while it is empty its field is blank and every map is stamped.

    Returns
    -------
    tuple of Picture
        A map none of whose subjects has a place is left out.
    """
    pictures: list[Picture] = []
    extent: Extent | None = None
    for row in shipped_rows("reports/maps", _MapRow):
        featured = [
            _sheet_layer(name, style, dataset, language, backdrop=False)
            for name, style in _named(row.layers)
        ]
        subject = [layer for layer in featured if _placed(layer)]
        if not subject:
            continue
        ground = [
            _sheet_layer(name, style, dataset, language, backdrop=True)
            for name, style in _named(row.backdrop)
        ]
        ground = [layer for layer in ground if _placed(layer)]
        # One extent for all maps, so that they can be laid side by side: that of the first.
        extent = extent or extent_of([layer.frame for layer in subject], margin=_MARGIN)
        key, title = f"map-{row.key}", row.title.text(language)
        sheet = Sheet(
            extent=extent,
            size=_SIZE,
            layers=(*ground, *subject),
            key=key,
            title=title,
            language=language,
            attribution=_attribution([layer.frame for layer in (*ground, *subject)]),
            review_number=review_number,
        )
        note = _unplaced_note(featured, language)
        pictures.append(Picture(key=key, title=title, svg=draw_map(sheet), note=note))
    return tuple(pictures)


def _unplaced_note(layers: list[SheetLayer], language: Language) -> str:
    """Say which elements are not on the map because they have no place."""
    counts = [(layer.title, int(layer.frame.geometry.isna().sum())) for layer in layers]
    named = [
        word("reports", "unplaced_item", language).format(layer=title, count=count)
        for title, count in counts
        if count
    ]
    if not named:
        return ""
    mark = "、" if language == "zh" else ", "
    return word("reports", "unplaced_note", language).format(items=mark.join(named))
