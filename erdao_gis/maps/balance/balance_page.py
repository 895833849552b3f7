"""The page of the land balance: table and map lead to each other."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from erdao_gis.errors import Language, SchemaError
from erdao_gis.indicators import RunLike
from erdao_gis.land_use import land_use_classes
from erdao_gis.maps.atlas.choropleths import input_line
from erdao_gis.maps.atlas.page_rows import PageRow, page_rows
from erdao_gis.maps.atlas.source import AtlasSource, page_words
from erdao_gis.maps.atlas.theme_page import page_titles
from erdao_gis.maps.balance.balance_blocks import balance_blocks
from erdao_gis.maps.page.compose import write_page
from erdao_gis.maps.page.page_content import (
    PageContent,
    PageGroup,
    PageLayer,
    PageLink,
    PagePanel,
    PagePart,
)
from erdao_gis.parcels import PlaceBalance, are_assumed
from erdao_gis.parcels.balance import LEVELS, NO_CLASSES
from erdao_gis.parcels.balance.lines import balance_lines, class_labels, figure_text
from erdao_gis.parcels.balance.notes import audit_note
from erdao_gis.wording import Pair

PANEL = "balance"
"""Name of the panel, and of the page in the atlas."""

UNIT_LAYERS = ("zones", "subdistricts")
"""Layers that are units where they have outlines."""

_INPUTS = ("land_use", "parcels")
_STYLE = "land_balance"
_TITLES = {"present": "balance_present", "planned": "balance_planned"}
_NO_COLOUR = "#8F887C"
_ASSUMED = " assumed"
_M2_A_HA = 10_000.0


def missing_land(source: AtlasSource) -> tuple[str, ...]:
    """Return the layers of which one is needed, where the place has none of them.

    Examples
    --------
    >>> missing_land(AtlasSource())
    ('land_use', 'parcels')
    """
    frames = [source.layer(name).frame for name in _INPUTS]
    return () if any(frame.geometry.notna().any() for frame in frames) else _INPUTS


def whole_line(balance: PlaceBalance) -> Pair:
    """Return the line that tells how much land is balanced, and in how many classes."""
    lines = balance_lines(balance.at(1))
    hectares = figure_text(lines[-1].figures["present_ha"])
    classes = sum(line.kind == "class" for line in lines)
    return page_words("balance_whole", {"ha": hectares, "classes": classes})


def _unit_layers(source: AtlasSource, unit: str | None) -> tuple[PageLayer, ...]:
    """Return the layers of units that have outlines; one that is asked for comes first."""
    wanted = dict.fromkeys(([unit] if unit else []) + list(UNIT_LAYERS))
    layers = [source.layer(key, shown=False) for key in wanted]
    return tuple(
        layer
        for layer in layers
        if layer.key == unit or layer.frame.geom_type.isin(["Polygon", "MultiPolygon"]).any()
    )


def _parts(balance: PlaceBalance, date: str) -> tuple[PagePart, ...]:
    """Return the classes of a date as the legend has them; drafted parcels apart."""
    colours, whole = land_use_classes(balance.edition)["colour"], balance.at(1)
    used, labels = set(_part_of(balance, date)), class_labels(whole)
    found = []
    for code in map(str, whole.table.index):
        title, fill = labels[code], str(colours.get(code, _NO_COLOUR))
        if code in used:
            hatched = code in NO_CLASSES
            found.append(PagePart(part=code, title=title, fill=fill, hatched=hatched))
        if code + _ASSUMED in used:
            drafted = page_words("balance_drafted", {"name": title})
            found.append(PagePart(part=code + _ASSUMED, title=drafted, fill=fill, hatched=True))
    return tuple(found)


def _rows(balance: PlaceBalance, date: str, level: int) -> pd.DataFrame:
    """Return class and area of the parcels of a date, on the index of its frame."""
    listed = balance.at(level).parcels
    rows = listed[listed["date"] == date].set_index("parcel")
    return rows.reindex(balance.frames[date].index)


def _part_of(balance: PlaceBalance, date: str) -> "pd.Series[str]":
    """Return the part of the layer that each parcel is drawn as."""
    frame, codes = balance.frames[date], _rows(balance, date, 1)["code"]
    return codes.mask(are_assumed(frame), codes + _ASSUMED)


def _layer(balance: PlaceBalance, date: str, titles: Mapping[str, Pair], level: int) -> PageLayer:
    frame, rows = balance.frames[date], _rows(balance, date, level)
    if date == "planned":
        stays = frame.index.isin(balance.kept)
        note = page_words("balance_kept")
        frame = frame.assign(
            note_zh=frame["note_zh"].mask(stays, note.zh),
            note_en=frame["note_en"].mask(stays, note.en),
        )
    classes = land_use_classes(balance.edition)
    names = classes["name_zh"] + " / " + classes["name_en"]
    told = frame.drop(columns=["register_id", "edition", "area_m2"], errors="ignore").assign(
        part=_part_of(balance, date),
        code=rows["code"].where(~rows["code"].isin(NO_CLASSES), None),
        balance_class=frame["land_use_code"].map(names),
        balance_ha=(rows["area_m2"] / _M2_A_HA).round(4),
    )
    own = {name: page_words(name) for name in ("balance_class", "balance_ha")}
    return PageLayer(
        key=f"balance_{date}",
        title=page_words("balance_parcels" if balance.parcels_only else _TITLES[date]),
        frame=told,
        column_titles=dict(titles) | own,
        style=_STYLE,
        shown=date == "present",
        by="part",
        parts=_parts(balance, date),
        label="code",
    )


def _notes(balance: PlaceBalance) -> list[Pair]:
    """Return the notes on this page's map and tabs; those on the figures are the balance's."""
    number = balance.drafted
    drafted = [page_words("balance_drafted_count", {"number": number})] if number else []
    return [*drafted, *audit_note(balance.at(1), page_words("balance_tab_audit"))]


def _method(source: AtlasSource) -> tuple[tuple[Pair, Pair], ...]:
    head = page_words("measure_inputs")
    layers = (source.layer(name) for name in _INPUTS)
    return tuple((head, input_line(layer, source)) for layer in layers if len(layer.frame))


def balance_content(
    source: AtlasSource,
    *,
    row: PageRow | None = None,
    links: Iterable[PageLink] = (),
    level: int = 1,
    unit: str | None = None,
) -> PageContent:
    """Return the content of the page.

    Parameters
    ----------
    source
        Layers, and the run whose balance is shown.
    row
        Row of the atlas table; None takes the one of the balance.
    links
        Pages of the atlas.
    level
        Level with which the page opens.
    unit
        Layer of units beside `UNIT_LAYERS`.
    """
    balance = source.run.balance
    row = row or next(each for each in page_rows() if each.panel == PANEL)
    title, subtitle = page_titles(row, source)
    titles = source.layer("parcels").column_titles
    layers = tuple(_layer(balance, date, titles, level) for date in balance.frames)
    units = _unit_layers(source, unit)
    keys = {each.key for each in units}
    ground = tuple(each for each in source.ground(row.ground) if each.key not in keys)
    blocks = balance_blocks(balance, units, notes=_notes(balance), level=level)
    return PageContent(
        title=title,
        subtitle=subtitle,
        groups=(PageGroup(key="land", title=page_words("group_land"), layers=layers),),
        backdrop=(*ground, *units),
        sources=source.sources,
        attribution=source.attribution,
        key=row.key,
        run=source.run.id,
        links=tuple(links),
        method=_method(source),
        warning=page_words("fictional") if source.fictional else None,
        panel=PagePanel(key=PANEL, blocks=blocks),
    )


def write_balance_page(
    path: str | os.PathLike[str],
    place: RunLike = None,
    *,
    level: int = 1,
    unit: str | None = None,
    language: Language = "zh",
) -> Path:
    """Write the land balance of a place as one HTML page with table and map.

    The page holds the balance at all levels and within zones and sub-districts that have
    outlines. Every figure leads to its parcels on the map, and every parcel to its class.

    Parameters
    ----------
    path
        File to write; it appears whole or not at all.
    place
        A run, a dataset, a workspace or its folder.
    level
        Level of the classes with which the page opens: 1, 2 or 3.
    unit
        Another layer of areas within which the balance is drawn up too.
    language
        Language in which the page opens; the reader can switch.

    Returns
    -------
    pathlib.Path
        The file written. The same inputs give the same bytes.

    Raises
    ------
    WorkspaceError
        The place has neither parcels nor land use.
    GeometryError
        Not one row of the layer to be balanced can be measured, or the unit has no outlines.
    SchemaError
        A level that does not exist, or more than one edition.
    UnsafeInputError
        The page would name an outside address, or the path is unsafe.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     town = write_sample(Path(folder) / "town").folder
    ...     write_balance_page(Path(folder) / "balance.html", town).stat().st_size > 100_000
    True
    """
    if level not in LEVELS:
        raise SchemaError("parcels_bad_level", {"level": level})
    content = balance_content(AtlasSource(place), level=level, unit=unit)
    return write_page(path, content, language=language)
