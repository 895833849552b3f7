"""The figures of a land balance as the data blocks of its page: texts, ready to be shown."""

import math
from collections.abc import Iterable, Mapping, Sequence

import geopandas as gpd
import pandas as pd

from erdao_gis.analysis import LandBalance
from erdao_gis.land_use import land_use_classes
from erdao_gis.maps.balance_findings import account_lines, finding_lines, reconciled_record
from erdao_gis.maps.balance_units import UnitLayer, inside_units
from erdao_gis.maps.content import Pair
from erdao_gis.maps.records import pair_record
from erdao_gis.parcels import WorkspaceBalance
from erdao_gis.wording import words

__all__ = ["balance_blocks", "class_title", "figure"]

NONE = "none"
_LEAST_HA = 1e-6
_DATES = ("present", "planned")
_FIGURES = ("ha", "percent", "m2_per_head", "kept_ha")
# Words that the workbook of the balance uses too.
_WORDS = (
    "code", "name", "date", "kind", "ids", "parcel", "finding_m2", "total", "none", "unclassified",
    "overlap", "none_present", "none_planned", "colon", "account_uncovered_m2",
    "date_present", "date_planned", "kind_overlap", "kind_gap", "kind_no_code",
    "kind_unknown_code", "kind_mixed_code",
    "account_parcels", "account_sum_m2", "account_ground_m2",
    "account_overlap_m2", "account_gap_m2", "account_rounding_m2",
)  # fmt: skip


def figure(value: object, decimals: int = 2, *, signed: bool = False) -> str | None:
    """Write a figure with its decimals, and a change with its sign; None for NaN.

    Examples
    --------
    >>> figure(167.3), figure(-1e-13), figure(5.216, signed=True), figure(math.nan)
    ('167.30', '0.00', '+5.22', None)
    """
    number = round(float(str(value)), decimals) + 0.0
    if not math.isfinite(number):
        return None
    text = f"{abs(number):.{decimals}f}"
    if number < 0:
        return f"\N{MINUS SIGN}{text}"
    return f"+{text}" if signed and number > 0 else text


def class_title(balance: LandBalance, code: str) -> Pair:
    """Return the name of a class of the balance.

    Examples
    --------
    >>> from erdao_gis.analysis import land_balance
    >>> from shapely import box
    >>> plot = gpd.GeoDataFrame({"land_use_code": ["0701"]}, geometry=[box(0, 0, 9, 9)], crs=4551)
    >>> class_title(land_balance(plot), "07").zh
    '居住用地'
    """
    row = balance.table.loc[code]
    return Pair(zh=str(row["name_zh"]), en=str(row["name_en"]))


def _change(row: "pd.Series[float]", unit: str) -> float:
    """Return the change as the balance has it; units have it not."""
    told = row.get("change_ha" if unit == "ha" else "change_points")
    if told is not None:
        return float(told)
    return round(float(row[f"planned_{unit}"]) - float(row[f"present_{unit}"]), 6)


def _cells(row: "pd.Series[float]", dates: Sequence[str]) -> dict[str, list[str | None]]:
    """Return hectares, percent, m2 a head and kept hectares of each date, then what changes."""
    cells = {
        date: [
            figure(row[f"{date}_{unit}"]) if f"{date}_{unit}" in row.index else None
            for unit in _FIGURES
        ]
        for date in dates
    }
    if len(dates) > 1:
        cells["change"] = [figure(_change(row, unit), signed=True) for unit in ("ha", "percent")]
    return cells


def _rounding(balance: LandBalance) -> list[dict[str, object]]:
    return [
        {
            "date": str(date),
            "plain": figure(row["plain_sum"]),
            "adjusted": [code for code in str(row["adjusted"]).split(";") if code],
        }
        for date, row in balance.rounding.iterrows()
        if math.isfinite(float(row["plain_sum"]))
    ]


def _matrix(balance: LandBalance, dates: Sequence[str]) -> dict[str, object] | None:
    """Return hectares from present classes into planned ones, with both totals of the table."""
    moved = balance.transition
    if moved.empty:
        return None
    # Nothing comes from or goes to ground that no layer covers: no row says so.
    whole = (moved[[NONE]] == 0).all(axis=None) and (moved.loc[[NONE]] == 0).all(axis=None)
    if whole:
        moved = moved.drop(index=NONE, columns=NONE)
    ends = {"rows": moved.sum(axis=1), "columns": moved.sum(axis=0)}
    totals = {
        name: [
            figure(balance.table[f"{date}_ha"].get(code, sums[code]))
            for code in sums.index
        ]
        for (name, sums), date in zip(ends.items(), dates, strict=True)
    }  # fmt: skip
    cells = [
        [figure(value) if abs(value) >= _LEAST_HA else "" for value in row]
        for row in moved.to_numpy()
    ]
    return {
        "rows": [str(code) for code in moved.index],
        "columns": [str(code) for code in moved.columns],
        "cells": cells,
        "row_totals": totals["rows"],
        "column_totals": totals["columns"],
    }


def _unit_record(part: pd.DataFrame, dates: Sequence[str]) -> dict[str, object]:
    """Return the balance within one unit; its last line sums the lines above."""
    rows = [
        {"code": str(code), "cells": _cells(row, dates)}
        for code, row in part.droplevel("unit").iterrows()
    ]
    return {"rows": rows, "total": _cells(part.sum(), dates)}


def _level_record(
    level: int, balance: LandBalance, units: Mapping[str, pd.DataFrame], edition: str
) -> dict[str, object]:
    """Return all figures of one level.

    Parameters
    ----------
    level
        1, 2 or 3.
    balance
        The balance at that level.
    units
        The balance within units, by the name of their layer.
    edition
        Edition of the codes, for the colours.
    """
    dates = [date for date in _DATES if f"{date}_ha" in balance.table.columns]
    colours = land_use_classes(edition)["colour"]
    rows = [
        {
            "code": str(code),
            "name": pair_record(class_title(balance, str(code))),
            "colour": colours.get(str(code)),
            "cells": _cells(row, dates),
        }
        for code, row in balance.table.drop(columns=["name_zh", "name_en"]).iterrows()
    ]
    parted = {
        f"{layer}/{unit}": _unit_record(part, dates)
        for layer, table in units.items()
        for unit, part in table.groupby(level="unit")
    }
    return {
        "level": level,
        "rows": rows,
        "total": _cells(balance.total, dates),
        "rounding": _rounding(balance),
        "matrix": _matrix(balance, dates),
        "units": parted,
    }


def _shares(balance: LandBalance) -> "pd.Series[float]":
    """Return the percentage that each parcel has of its class, on date and parcel."""
    listed = balance.parcels
    whole = listed.groupby(["date", "code"])["area_m2"].transform("sum")
    shares = (listed["area_m2"] / whole.where(whole > 0) * 100).round(2)
    shares.index = pd.MultiIndex.from_frame(listed[["date", "parcel"]])
    return shares


def _parcel_lines(
    levels: Mapping[int, LandBalance],
    frames: Mapping[str, gpd.GeoDataFrame],
    units: Sequence[UnitLayer],
    places: Sequence[str],
) -> Iterable[list[object]]:
    """Yield a line for each parcel of each date: date, classes, hectares, shares, ground in units.

    Units are told by their position among ``places``.
    """
    at = {key: number for number, key in enumerate(places)}
    shares = {level: _shares(balance) for level, balance in levels.items()}
    for number, (date, frame) in enumerate(frames.items()):
        listed = [
            balance.parcels[balance.parcels["date"] == date].set_index("parcel")
            for balance in levels.values()
        ]
        codes = zip(*(table["code"].reindex(frame.index).tolist() for table in listed), strict=True)
        parts = zip(
            *(
                share.xs(date, level="date").reindex(frame.index).tolist()
                for share in shares.values()
            ),
            strict=True,
        )
        areas = listed[0]["area_m2"].reindex(frame.index).tolist()
        inside = inside_units(frame, units)
        for code, area, part, ground in zip(codes, areas, parts, inside, strict=True):
            told = [[at[key], hectares] for key, hectares in ground if key in at]
            yield [number, list(map(str, code)), _hectares(area), list(map(_number, part)), told]


def _hectares(area_m2: float) -> float:
    """Return hectares to the square metre."""
    return round(float(area_m2) / 10_000, 4)


def _number(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None


def _piece_lines(
    balance: LandBalance, frames: Mapping[str, gpd.GeoDataFrame]
) -> Iterable[list[object]]:
    """Yield the ground on which both dates meet: positions of both parcels, hectares."""
    if balance.pieces.empty:
        return
    columns = [frames[date].index.get_indexer(pd.Index(balance.pieces[date])) for date in _DATES]
    areas = balance.pieces["area_m2"].to_numpy(float)
    for old, new, area in zip(*columns, areas, strict=True):
        yield [int(old), int(new), _hectares(area)]


def _places(units: Sequence[UnitLayer], tables: Mapping[str, pd.DataFrame]) -> dict[str, Pair]:
    """Return the names of all units that have land by ``layer/unit``, layer after layer."""
    return {
        f"{unit.key}/{name}": title
        for unit in units
        for name, title in unit.names.items()
        if name in tables[unit.key].index.get_level_values("unit")
    }


def balance_blocks(
    levels: Mapping[int, WorkspaceBalance],
    frames: Mapping[str, gpd.GeoDataFrame],
    units: Sequence[UnitLayer],
    *,
    by_unit: Mapping[int, Mapping[str, pd.DataFrame]],
    notes: Sequence[Pair],
    present: Pair | None,
    level: int,
    edition: str,
) -> dict[str, Sequence[object]]:
    """Return the data blocks of the page.

    Parameters
    ----------
    levels
        The balance at each level.
    frames
        What is balanced, by date; positions in the blocks are those of its rows.
    units
        Layers of units in the order of the selection.
    by_unit
        The balance within units, by level and name of their layer.
    notes
        Lines that stand below the table.
    present
        What the first date is called where it is not the present land use.
    level
        Level with which the page opens.
    edition
        Edition of the codes.
    """
    known = words("parcels")
    first = levels[1]
    places = _places(units, by_unit[1])
    sheet = {
        "dates": list(frames),
        "level": level,
        "words": {key: known[key] for key in _WORDS}
        | ({"date_present": pair_record(present)} if present else {}),
        "units": [
            {
                "layer": unit.key,
                "title": pair_record(unit.title),
                "places": [
                    {"key": key, "name": pair_record(name)}
                    for key, name in places.items()
                    if key.startswith(f"{unit.key}/")
                ],
            }
            for unit in units
        ],
        "account": account_lines(first),
        "reconciled": reconciled_record(first),
        "notes": [pair_record(note) for note in notes],
    }
    return {
        "balance-sheet": [sheet],
        "balance-levels": [
            _level_record(number, balance, by_unit[number], edition)
            for number, balance in levels.items()
        ],
        "balance-parcels": list(_parcel_lines(levels, frames, units, list(places))),
        "balance-pieces": list(_piece_lines(first, frames)),
        "balance-findings": list(finding_lines(first, frames)),
    }
