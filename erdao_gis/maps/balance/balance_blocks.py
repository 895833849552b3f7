"""The land balance as the data blocks of its page: texts, ready to be shown.

Every figure and every line is that of :mod:`erdao_gis.parcels`; nothing is measured or summed here.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from erdao_gis.land_use import land_use_classes
from erdao_gis.maps.atlas.source import page_words
from erdao_gis.maps.page.data_blocks import pair_record
from erdao_gis.maps.page.page_content import PageLayer
from erdao_gis.parcels import PlaceBalance, WorkspaceBalance
from erdao_gis.parcels.balance import LEVELS, NO_CLASSES
from erdao_gis.parcels.balance.lines import (
    BalanceLine,
    SumLine,
    UnitLines,
    account_lines,
    balance_lines,
    date_name,
    figure_text,
    finding_kind,
    reconciled_lines,
    transition_lines,
    unit_lines,
)
from erdao_gis.parcels.balance.notes import balance_notes, classes_note
from erdao_gis.wording import Pair, words

_FIGURES = ("ha", "percent", "m2_per_head", "kept_ha")
_NO_UNIT = "none"
_M2_A_HA = 10_000
# Words that the workbook of the balance uses too.
_WORDS = ("kind", "ids", "finding_m2", "total")


def _cells(line: BalanceLine, dates: Sequence[str]) -> dict[str, list[str | None]]:
    """Return hectares, percent, m2 a head and kept hectares of each date, then what changes."""
    cells = {
        date: [figure_text(line.figures.get(f"{date}_{unit}")) for unit in _FIGURES]
        for date in dates
    }
    if len(dates) > 1:
        changes = (line.figures.get(f"change_{unit}") for unit in ("ha", "points"))
        cells["change"] = [figure_text(change, signed=True) for change in changes]
    return cells


def _matrix(balance: WorkspaceBalance) -> dict[str, object] | None:
    """Return hectares from present classes into planned ones, with the totals of the table."""
    laid = transition_lines(balance)
    if laid is None:
        return None
    return {
        "rows": [str(code) for code in laid.cells.index],
        "row_names": [pair_record(name) for name in laid.rows],
        "columns": [str(code) for code in laid.cells.columns],
        "column_names": [pair_record(name) for name in laid.columns],
        "cells": [
            [figure_text(value) if value else "" for value in row]
            for row in laid.cells.to_numpy().tolist()
        ],
        "row_totals": [figure_text(value) for value in laid.row_totals],
        "column_totals": [figure_text(value) for value in laid.column_totals],
        "total": figure_text(laid.total),
    }


def _unit_record(unit: UnitLines, dates: Sequence[str]) -> dict[str, object]:
    *lines, total = unit.lines
    rows = [{"key": line.key, "kind": line.kind, "cells": _cells(line, dates)} for line in lines]
    return {"rows": rows, "total": _cells(total, dates)}


def _level_record(
    balance: WorkspaceBalance, units: Mapping[str, Sequence[UnitLines]]
) -> dict[str, object]:
    """Return all figures of one level, and the notes on them."""
    dates = balance.dates
    colours = land_use_classes(balance.edition)["colour"]
    *lines, total = balance_lines(balance)
    notes = (classes_note(balance), *balance_notes(balance))
    return {
        "level": balance.level,
        "rows": [
            {
                "key": line.key,
                "kind": line.kind,
                "code": line.code,
                "name": pair_record(line.name),
                "colour": colours.get(line.code),
                "cells": _cells(line, dates),
            }
            for line in lines
        ],
        "total": _cells(total, dates),
        "matrix": _matrix(balance),
        "units": {
            f"{layer}/{each.unit}": _unit_record(each, dates)
            for layer, blocks in units.items()
            for each in blocks
        },
        "notes": [pair_record(note) for note in notes],
    }


def _unit_title(unit: UnitLines) -> Pair:
    if unit.unit == _NO_UNIT:
        return unit.name
    return Pair(zh=f"{unit.unit} {unit.name.zh}".strip(), en=f"{unit.unit} {unit.name.en}".strip())


def _ground_in_units(
    balance: PlaceBalance, places: Sequence[str], units: Iterable[str]
) -> Mapping[tuple[str, object], list[list[object]]]:
    """Return the hectares of each date and parcel in each unit, units by their place in a list."""
    at = {key: number for number, key in enumerate(places)}
    found = defaultdict[tuple[str, object], list[list[object]]](list)
    for layer in units:
        for row in balance.inside(layer).itertuples(index=False):
            key = f"{layer}/{row.unit}"
            if key in at:
                told: list[object] = [at[key], _hectares(float(str(row.area_m2)))]
                found[str(row.date), row.parcel].append(told)
    return found


def _parcel_lines(
    balance: PlaceBalance, places: Sequence[str], units: Iterable[str]
) -> Iterable[list[object]]:
    """Yield a line for each parcel of each date.

    Date, classes, hectares and shares of the classes at each level, ground in units.
    """
    levels = [balance.at(level) for level in LEVELS]
    ground = _ground_in_units(balance, places, units)
    table = levels[0].parcels[["date", "parcel", "area_m2"]]
    codes = {f"code{each.level}": each.parcels["code"] for each in levels}
    shares = {f"share{each.level}": each.shares.round(2) for each in levels}
    whole = table.assign(**codes, **shares)
    for number, (date, frame) in enumerate(balance.frames.items()):
        rows = whole[whole["date"] == date].set_index("parcel").reindex(frame.index)
        listed = zip(
            frame.index,
            rows["area_m2"].tolist(),
            rows[list(codes)].to_numpy(object).tolist(),
            rows[list(shares)].to_numpy(float).tolist(),
            strict=True,
        )
        for parcel, area, code, share in listed:
            parts = [value if math.isfinite(value) else None for value in share]
            yield [number, code, _hectares(area), parts, ground.get((date, parcel), [])]


def _hectares(area_m2: float) -> float:
    """Return hectares to the square metre."""
    return round(float(area_m2) / _M2_A_HA, 4)


def _piece_lines(balance: PlaceBalance) -> Iterable[list[object]]:
    """Yield the ground on which both dates meet: positions of both parcels, hectares."""
    pieces, frames = balance.at().pieces, balance.frames
    if pieces.empty:
        return
    columns = [frames[date].index.get_indexer(pd.Index(pieces[date])) for date in frames]
    for old, new, area in zip(*columns, pieces["area_m2"].tolist(), strict=True):
        yield [int(old), int(new), _hectares(area)]


def _finding_lines(balance: PlaceBalance) -> Iterable[dict[str, object]]:
    """Yield what the audit found, then the rows that could not be balanced.

    Date and kind, ids, the positions of those that are balanced, square metres as text.
    """
    positions = {
        date: {str(key): at for at, key in enumerate(frame.index)}
        for date, frame in balance.frames.items()
    }
    for row in balance.at().audit.itertuples(index=False):
        known = positions[str(row.date)]
        ids = [str(row.ids)] if str(row.ids) in known else str(row.ids).split(";")
        yield {
            "date": str(row.date),
            "kind": pair_record(finding_kind(row.kind, row.found)),
            "ids": ids,
            "at": [known[each] for each in ids if each in known],
            "m2": figure_text(float(str(row.area_m2))),
        }
    listed = balance.left_out
    stated = listed["area_m2"].astype(float).tolist()
    # Faults of the codes that are numbers follow; those parcels are balanced as not classified.
    for parcel, m2, fault in zip(listed["parcel"], stated, balance.faults, strict=False):
        yield {
            "date": "",
            "kind": pair_record(page_words("balance_kind_left_out")),
            "ids": [str(parcel)],
            "at": [],
            "m2": figure_text(m2),
            "why": {"zh": fault.message("zh"), "en": fault.message("en")},
        }


def _sums(lines: Iterable[SumLine]) -> list[list[object]]:
    return [[pair_record(line.name), list(line.texts)] for line in lines]


def balance_blocks(
    balance: PlaceBalance, units: Sequence[PageLayer], *, notes: Sequence[Pair], level: int
) -> dict[str, Sequence[object]]:
    """Return the data blocks of the page.

    Parameters
    ----------
    balance
        From :func:`erdao_gis.parcels.balance_parcels`; positions in the blocks are those of the
        rows of its frames.
    units
        Layers of units in the order of the selection.
    notes
        Lines below the table beside those of the balance.
    level
        Level with which the page opens.
    """
    known, first = words("parcels"), balance.at(1)
    parted = {
        number: {layer.key: unit_lines(balance, layer.key, number) for layer in units}
        for number in LEVELS
    }
    places = {
        layer: {f"{layer}/{each.unit}": _unit_title(each) for each in blocks}
        for layer, blocks in parted[1].items()
    }
    layers, reconciled = reconciled_lines(first)
    names = {f"date_{date}": pair_record(date_name(first, date)) for date in first.dates}
    sheet = {
        "dates": list(first.dates),
        "level": level,
        "words": {key: known[key] for key in _WORDS} | names,
        "no_classes": list(NO_CLASSES),
        "units": [
            {
                "layer": layer.key,
                "title": pair_record(layer.title),
                "places": [
                    {"key": key, "name": pair_record(name)}
                    for key, name in places[layer.key].items()
                ],
            }
            for layer in units
        ],
        "account": _sums(account_lines(first)),
        "reconciled": {
            "layers": [pair_record(each) for each in layers],
            "lines": _sums(reconciled),
        },
        "notes": [pair_record(note) for note in notes],
    }
    every = [key for named in places.values() for key in named]
    keys = [layer.key for layer in units]
    return {
        "balance-sheet": [sheet],
        "balance-levels": [_level_record(balance.at(n), parted[n]) for n in LEVELS],
        "balance-parcels": list(_parcel_lines(balance, every, keys)),
        "balance-pieces": list(_piece_lines(balance)),
        "balance-findings": list(_finding_lines(balance)),
    }
