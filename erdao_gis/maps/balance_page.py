"""The page of the land balance: table and map lead to each other."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pandas as pd

from erdao_gis.catalogue import code_lists
from erdao_gis.errors import Language, SchemaError
from erdao_gis.files import write_text_atomic
from erdao_gis.land_use import land_use_classes
from erdao_gis.maps.atlas_source import AtlasSource, Place, spoken
from erdao_gis.maps.atlas_tables import PageRow, page_rows
from erdao_gis.maps.balance_land import INPUTS, LEVELS, BalanceMap, read_balance
from erdao_gis.maps.balance_records import balance_blocks, class_title
from erdao_gis.maps.content import (
    PageContent,
    PageGroup,
    PageLayer,
    PageLink,
    PagePanel,
    PagePart,
    Pair,
)
from erdao_gis.maps.measured import input_line
from erdao_gis.maps.page import page_html
from erdao_gis.maps.theme_page import page_titles
from erdao_gis.parcels import are_assumed
from erdao_gis.parcels.balance_notes import basis_lines, ground_lines, residents_lines
from erdao_gis.parcels.balancing import Scope

__all__ = ["PANEL", "balance_content", "write_balance_page"]

PANEL = "balance"
"""Name of the panel, and of the page in the atlas."""

_STYLE = "land_balance"
_TITLES = {"present": "balance_present", "planned": "balance_planned"}
_UNCLASSIFIED = "unclassified"
_NO_COLOUR = "#8F887C"
_ASSUMED = " assumed"
_M2_A_HA = 10_000.0


def _parts(made: BalanceMap, date: str) -> tuple[PagePart, ...]:
    """Return the classes of a date as the legend has them; drafted parcels apart."""
    colours = land_use_classes(made.edition)["colour"]
    used = set(_part_of(made, date))
    found = []
    for code in map(str, made.levels[1].table.index):
        name = class_title(made.levels[1], code)
        fill = str(colours.get(code, _NO_COLOUR))
        title = (
            name if code == _UNCLASSIFIED else Pair(zh=f"{code} {name.zh}", en=f"{code} {name.en}")
        )
        if code in used:
            hatched = code == _UNCLASSIFIED
            found.append(PagePart(part=code, title=title, fill=fill, hatched=hatched))
        if code + _ASSUMED in used:
            drafted = spoken("balance_drafted", {"name": title})
            found.append(PagePart(part=code + _ASSUMED, title=drafted, fill=fill, hatched=True))
    return tuple(found)


def _codes(made: BalanceMap, date: str, level: int) -> "pd.Series[str]":
    listed = made.levels[level].parcels
    codes = listed[listed["date"] == date].set_index("parcel")["code"]
    return codes.reindex(made.frames[date].index)


def _part_of(made: BalanceMap, date: str) -> "pd.Series[str]":
    """Return the part of the layer that each parcel is drawn as."""
    frame, codes = made.frames[date], _codes(made, date, 1)
    return codes.mask(are_assumed(frame), codes + _ASSUMED)


def _layer(made: BalanceMap, date: str, titles: Mapping[str, Pair], level: int) -> PageLayer:
    frame = made.frames[date]
    classes = land_use_classes(made.edition)
    names = classes["name_zh"] + " / " + classes["name_en"]
    told = frame.drop(columns=["register_id", "edition", "area_m2"], errors="ignore").assign(
        part=_part_of(made, date),
        code=_codes(made, date, level).replace(_UNCLASSIFIED, None),
        balance_class=frame["land_use_code"].map(names),
        balance_ha=(frame.area / _M2_A_HA).round(4),
    )
    own = {name: spoken(name) for name in ("balance_class", "balance_ha")}
    return PageLayer(
        key=f"balance_{date}",
        title=spoken("balance_parcels" if made.parcels_only else _TITLES[date]),
        frame=told,
        column_titles=dict(titles) | own,
        style=_STYLE,
        shown=date == "present",
        by="part",
        parts=_parts(made, date),
        label="code",
    )


def _notes(made: BalanceMap) -> list[Pair]:
    """Return the lines below the table: what it rests on and what is missing."""
    balance, notes = made.levels[1], []
    edition = code_lists()["land_use_edition"][made.edition]
    notes.append(spoken("balance_edition", {"edition": Pair(zh=edition[0], en=edition[1])}))
    for lines in (basis_lines, ground_lines, residents_lines):
        both = zip(lines(balance, "zh"), lines(balance, "en"), strict=True)
        notes += [Pair(zh=zh, en=en) for zh, en in both]
    drafted = sum(int(are_assumed(frame).sum()) for frame in made.frames.values())
    if drafted:
        notes.append(spoken("balance_drafted_count", {"number": drafted}))
    if len(balance.left_out):
        notes.append(spoken("balance_left_out", {"number": len(balance.left_out)}))
    return notes


def _method(source: AtlasSource) -> tuple[tuple[Pair, Pair], ...]:
    head = spoken("measure_inputs")
    layers = (source.layer(name) for name in INPUTS)
    return tuple((head, input_line(layer, source)) for layer in layers if len(layer.frame))


def balance_content(
    source: AtlasSource,
    made: BalanceMap,
    *,
    row: PageRow | None = None,
    links: Iterable[PageLink] = (),
    level: int = 1,
) -> PageContent:
    """Return the content of the page.

    Parameters
    ----------
    source
        Layers.
    made
        The balance, from :func:`read_balance`.
    row
        Row of the atlas table; None takes the one of the balance.
    links
        Pages of the atlas.
    level
        Level with which the page opens.
    """
    row = row or next(each for each in page_rows() if each.panel == PANEL)
    title, subtitle = page_titles(row, source)
    titles = source.layer("parcels").column_titles
    layers = tuple(_layer(made, date, titles, level) for date in made.frames)
    units = tuple(unit.layer for unit in made.units)
    ground = tuple(
        each for each in source.ground(row.ground) if each.key not in {u.key for u in units}
    )
    notes = _notes(made)
    blocks = balance_blocks(
        made.levels,
        made.frames,
        made.units,
        by_unit=made.by_unit,
        notes=notes,
        present=spoken("balance_parcels") if made.parcels_only else None,
        level=level,
        edition=made.edition,
    )
    return PageContent(
        title=title,
        subtitle=subtitle,
        groups=(PageGroup(key="land", title=spoken("group_land"), layers=layers),),
        backdrop=(*ground, *units),
        sources=source.sources,
        attribution=source.attribution,
        key=row.key,
        links=tuple(links),
        method=_method(source),
        warning=spoken("fictional") if source.fictional else None,
        panel=PagePanel(key=PANEL, blocks=blocks),
    )


def write_balance_page(
    path: str | os.PathLike[str],
    workspace: Place = None,
    *,
    level: int = 1,
    population: Sequence[float] = (),
    unit: str | None = None,
    scope: Scope = "all",
    language: Language = "zh",
) -> Path:
    """Write the land balance of a workspace as one HTML page with table and map.

    The page holds the balance at all levels and within zones and sub-districts that have
    outlines. Every figure leads to its parcels on the map, and every parcel to its class.

    Parameters
    ----------
    path
        File to write; it appears whole or not at all.
    workspace
        A workspace or its folder.
    level
        Level of the classes with which the page opens: 1, 2 or 3.
    population
        Residents of the present and of the plan; without it those of the layer
        ``population``, if it is complete.
    unit
        Another layer of areas within which the balance is drawn up too.
    scope
        ``parcels`` balances the ground of the parcels only.
    language
        Language in which the page opens; the reader can switch.

    Returns
    -------
    pathlib.Path
        The file written. The same inputs give the same bytes.

    Raises
    ------
    WorkspaceError
        The workspace has neither parcels nor land use.
    GeometryError
        Not one row of the layer to be balanced can be measured.
    SchemaError
        A level that does not exist, more than one edition, or a population that does not fit.
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
    source, target = AtlasSource(workspace), Path(path)
    if level not in LEVELS:
        raise SchemaError("parcels_bad_level", {"level": level})
    made = read_balance(source, population=population, unit=unit, scope=scope)
    content = balance_content(source, made, level=level)
    write_text_atomic(target, page_html(content, language=language))
    return target
