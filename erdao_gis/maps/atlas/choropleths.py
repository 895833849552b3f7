"""Units coloured by a figure of the run's table: nothing is measured here.

Which figures have a page are rows of ``layers/atlas/measures.csv``; an indicator of the user's own
has one too.
"""

import dataclasses
import re
from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import pandas as pd
from pyproj import CRS

from erdao_gis.catalogue import LayerRecord, code_lists, layer_names, layer_schema
from erdao_gis.crs import WORKING, same_crs
from erdao_gis.drawing import Classes, classified
from erdao_gis.errors import SchemaError
from erdao_gis.indicators import UNITS, Indicator, Table, norms
from erdao_gis.indicators.imagery import ELSEWHERE
from erdao_gis.indicators.naming import method_text
from erdao_gis.indicators.table import figure_pair, plain_row
from erdao_gis.maps.atlas.source import AtlasSource, page_words
from erdao_gis.maps.page.page_content import PageLayer
from erdao_gis.rows import shipped_rows
from erdao_gis.wording import Pair, pair

_OWN_UNITS = ("subdistricts", "zones", "communities", "villages", "residential", "parcels")
_PERCENT = "%"


@dataclasses.dataclass(frozen=True, kw_only=True)
class ChoroplethRow:
    """Which figure a page colours, and how."""

    key: str
    """Name of the row, and of its page."""
    figure: str
    """Id of the figure whose values colour the units."""
    units: tuple[str, ...]
    """Kinds of units; the first that has a place is taken."""
    wholes: tuple[str, ...]
    """Figures of the whole district that stand beside the map."""
    against: str
    """Layer that is drawn over the units; empty for none."""
    breaks: tuple[float, ...]
    """Limits of the classes, in the unit of the figure; none takes quantiles."""
    ramp: str
    """Rows of the style table that colour the classes; no two measures look alike."""


@dataclasses.dataclass(frozen=True, kw_only=True)
class Choropleth:
    """A figure on all units, as a layer, with how it came about; or why there is none."""

    row: ChoroplethRow
    """What was asked for."""
    title: Pair
    """Name of the figure for one unit."""
    formula: Pair
    """How it is computed."""
    layer: PageLayer | None
    """Units with the figure and their classes; None where no unit has a value."""
    against: PageLayer | None
    """What is drawn over them."""
    wholes: tuple[Pair, ...]
    """Figures of the whole district, each with its title."""
    method: tuple[tuple[Pair, Pair], ...]
    """Heading and text of each line beside the map, the figures of the whole first."""
    missing: tuple[str, ...]
    """Inputs without which no unit has a value."""


def choropleth_row(key: str) -> ChoroplethRow:
    """Return a row of the table.

    Raises
    ------
    KeyError
        The table has no such row.

    Examples
    --------
    >>> choropleth_row("green_ratio").against
    'parks_and_green'
    """
    return {row.key: row for row in shipped_rows("atlas/measures", ChoroplethRow)}[key]


def own_row(row: Indicator, variant: str = "") -> ChoroplethRow:
    """Return how an indicator of the user's own is mapped: by its first kind of areas.

    >>> from erdao_gis.indicators import Indicator
    >>> own_row(Indicator(id="Schools 1", name_zh="", name_en="", unit="", function=len)).key
    'own-schools-1'
    """
    figure = f"{row.id}.{variant}" if variant else row.id
    stem = re.sub(r"[^a-z0-9]+", "-", figure.lower()).strip("-") or "figure"
    kinds = [kind for kind in row.units if kind in UNITS and UNITS[kind].layer]
    areas = _OWN_UNITS if "areas" in row.units else ()
    return ChoroplethRow(
        key=f"own-{stem}",
        figure=figure,
        units=tuple(dict.fromkeys((*kinds, *areas))),
        wholes=(figure,) if "whole" in row.units else (),
        against="",
        breaks=(),
        ramp="ramp",
    )


def _unit_kind(row: ChoroplethRow, source: AtlasSource) -> str:
    """Return the first kind of units that has any place."""
    for kind in row.units:
        shapes = source.layer(UNITS[kind].layer).frame.geometry
        if (shapes.notna() & ~shapes.is_empty).any():
            return kind
    return row.units[0]


def _missing_layers(tokens: Iterable[str]) -> tuple[str, ...]:
    """Return the layers, or ``scene``, that are missing first of each list of options."""
    whole = [token if token == ELSEWHERE else re.split(r"[.:| ]", token)[0] for token in tokens]
    known = {*layer_names(), "scene", ELSEWHERE}
    return tuple(dict.fromkeys(name for name in whole if name in known))


def choropleth(row: ChoroplethRow, source: AtlasSource) -> Choropleth:
    """Colour the units of a place by a figure of the run's table.

    Parameters
    ----------
    row
        Which figure, and how.
    source
        Layers, and the run whose tables are read.

    Raises
    ------
    NotInPlanError, SchemaError, GeometryError
        The figure cannot be computed; the message names it.
    """
    if not row.units:
        raise SchemaError("map_no_units", {"figure": row.figure})
    kind = _unit_kind(row, source)
    table = source.run.indicators(kind, ids=[row.figure])
    whole = source.run.indicators(ids=row.wholes)
    known = source.run.indicator(row.figure)
    valued = table.frame["value"].notna()
    missing: tuple[str, ...] = ()
    if not valued.any():
        tokens = [token for cell in table.frame["missing"] for token in cell]
        missing = _missing_layers(tokens) or (UNITS[kind].layer,)
    titles = table.frame.loc[valued if valued.any() else slice(None), ["name_zh", "name_en"]]
    first = titles.iloc[0] if len(titles) else {"name_zh": known.name_zh, "name_en": known.name_en}
    title = Pair(zh=str(first["name_zh"]), en=str(first["name_en"]))
    return Choropleth(
        row=row,
        title=title,
        formula=Pair(zh=known.formula_zh, en=known.formula_en),
        layer=None if missing else _layer(row, source, kind, table, title),
        against=source.layer(row.against) if row.against else None,
        wholes=tuple(_titled(record) for record in whole.frame.to_dict("records")),
        method=tuple(_method(row, source, kind, whole, known)),
        missing=missing,
    )


def _layer(
    row: ChoroplethRow, source: AtlasSource, kind: str, table: Table, title: Pair
) -> PageLayer:
    units = source.layer(UNITS[kind].layer)
    frame = table.frame.set_index("unit_id")
    keys = units.frame.index.astype(str)
    values = pd.Series(frame["value"].reindex(keys).to_numpy(float), index=units.frame.index)
    texts = [figure_pair(plain_row(frame.loc[key].to_dict())) for key in keys]
    column = f"figure_{row.key}"
    drawn = units.frame.assign(**{column: pd.Series(texts, index=units.frame.index, dtype=object)})
    return PageLayer(
        key=row.key,
        title=title,
        frame=drawn,
        column_titles={**units.column_titles, column: title},
        style=row.ramp,
        shown=True,
        classes=_classes(row, values, str(frame["unit"].iloc[0])),
    )


def _classes(row: ChoroplethRow, values: pd.Series, unit: str) -> Classes:
    shown = unit if unit == _PERCENT else ""
    if not row.breaks:
        return classified(values, unit=shown, ramp=row.ramp)
    # Rounding in the last place must not put a full share beyond the last limit.
    bounded = values.clip(row.breaks[0], row.breaks[-1])
    return classified(bounded, method="given", breaks=row.breaks, unit=shown, ramp=row.ramp)


def _titled(record: Mapping[Hashable, Any]) -> Pair:
    """Return a figure behind its title."""
    row = plain_row(record)
    text = figure_pair(row)
    name = Pair(zh=row["name_zh"], en=row["name_en"])
    return page_words("measure_line", {"name": name, "text": text})


def _method(
    row: ChoroplethRow, source: AtlasSource, kind: str, whole: Table, known: Indicator
) -> Iterable[tuple[Pair, Pair]]:
    """Yield heading and text of what must be known of the figure."""
    for record in whole.frame.to_dict("records"):
        yield page_words("measure_whole"), _titled(record)
    if known.formula_zh:
        yield page_words("measure_formula"), Pair(zh=known.formula_zh, en=known.formula_en)
    variant = row.figure.partition(".")[2]
    walked = method_text(known, variant)
    if walked:
        yield page_words("measure_formula"), walked
    units = UNITS[kind].layer
    yield page_words("measure_units"), input_line(source.layer(units), source)
    for name in dict.fromkeys(
        option.layer for item in known.inputs_for(variant) for option in item.options
    ):
        if name == "scene" and source.dataset.scenes:
            yield page_words("measure_inputs"), _scene_line(source)
        elif name in layer_names() and name != units and len(source.layer(name).frame):
            yield page_words("measure_inputs"), input_line(source.layer(name), source)
    if known.parameters:
        text = "；".join(f"{name} = {value}" for name, value in known.parameters.items())
        yield page_words("measure_parameters"), Pair(zh=text, en=text.replace("；", "; "))
    norm = norms().get(known.norm)
    if norm:
        yield page_words("measure_norm"), Pair(zh=norm.title("zh"), en=norm.title("en"))


def _scene_line(source: AtlasSource) -> Pair:
    """Name the scene that is measured, with its date and where that stands."""
    scene = source.dataset.scenes[-1]
    nothing, quality = Pair(zh="", en=""), scene.bands.quality
    warped = scene.rotated or not same_crs(scene.crs, CRS.from_user_input(WORKING))
    facts = {
        "file": scene.path.name,
        "cell": f"{scene.cell_size[0]:g}",
        "date": scene.date or "",
        "date_from": pair("imagery", f"date_{scene.date_from or 'none'}"),
        "clouds": page_words("scene_clouds", {"band": quality.name}) if quality else nothing,
        "warped": page_words("scene_warped") if warped else nothing,
    }
    return page_words("scene_text", facts)


def _file_line(key: str, file: str, as_of: str, sha256: str) -> Pair:
    dated = Pair(zh=f"{as_of}，", en=f"{as_of}, ") if as_of else Pair(zh="", en="")
    return page_words(key, {"file": file, "as_of": dated, "sha": sha256[:12]})


def _file_lines(record: LayerRecord) -> Sequence[Pair]:
    own = (
        [_file_line("input_file", record.file, record.as_of, record.sha256)] if record.file else []
    )
    return own + [
        _file_line("input_joined", table.file, table.as_of, table.sha256) for table in record.joined
    ]


def input_line(layer: PageLayer, source: AtlasSource) -> Pair:
    """Return one line on an input: how many features, how complete, from which files.

    Parameters
    ----------
    layer
        A layer of the source.
    source
        Layers.

    Examples
    --------
    >>> source = AtlasSource()
    >>> input_line(source.layer("parcels"), source).en.split(";")[0]
    'Parcels: 0 features, empty'
    """
    lists = code_lists()["completeness"].get(layer.completeness, ("", ""))
    files = _file_lines(source.dataset.record(layer.key))
    file = Pair(zh="".join(each.zh for each in files), en="".join(each.en for each in files))
    schema = layer_schema(layer.key)
    return page_words(
        "input_text",
        {"layer": Pair(zh=schema.title_zh, en=schema.title_en), "count": len(layer.frame),
         "file": file, "completeness": Pair(zh=lists[0], en=lists[1])},
    )  # fmt: skip
