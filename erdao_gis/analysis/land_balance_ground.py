"""A land balance laid out on its ground: what changes into what, and the balance in each unit."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis._inputs import Shapes, given
from erdao_gis.analysis._overlap import paired_area
from erdao_gis.analysis.land_balance_dates import NONE, OVERLAP, Date
from erdao_gis.analysis.land_balance_rounding import round_to_hundred
from erdao_gis.analysis.parcels_given import polygon_parts

__all__ = ["balance_of_units", "pieces_of", "transition_of"]

_M2_A_HA = 10_000.0
_LEAST_M2 = 0.01


def pieces_of(dates: list[Date]) -> pd.DataFrame:
    """Lay the plan over the present; rounding along borders is left to the remainders.

    Parameters
    ----------
    dates
        One date gives no pieces.
    """
    columns = ["present", "planned", "from_code", "to_code", "area_m2"]
    if len(dates) < 2:  # noqa: PLR2004 - nothing to compare
        return pd.DataFrame(columns=columns)
    old, new = dates
    first, second, area = paired_area(old.rows.shapes, new.rows.shapes)
    real = area >= _LEAST_M2
    before, after = old.placed.iloc[first[real]], new.placed.iloc[second[real]]
    values = (before.index, after.index, before.to_numpy(), after.to_numpy(), area[real])
    return pd.DataFrame(dict(zip(columns, values, strict=True)))


def transition_of(dates: list[Date], pieces: pd.DataFrame) -> pd.DataFrame:
    """Sum the pieces by class; what one date misses or counts twice has a row and a column.

    Ground that a date covers n times counts 1 - n in its row `OVERLAP`, ground that it does not
    cover 1 in `NONE`, so that every row and column sums to its line of the balance.

    Parameters
    ----------
    dates
        One date gives an empty table.
    pieces
        From `pieces_of`.
    """
    if len(dates) < 2:  # noqa: PLR2004 - nothing to compare
        return pd.DataFrame()
    old, new = dates
    cells = pieces.pivot_table(
        index="from_code", columns="to_code", values="area_m2", aggfunc="sum", fill_value=0
    )
    cells = cells.reindex(index=old.areas.index, columns=new.areas.index, fill_value=0.0)
    cells[NONE] = _shared(old, new.missing).reindex(cells.index, fill_value=0.0)
    cells.loc[NONE] = _shared(new, old.missing).reindex(cells.columns, fill_value=0.0)
    sums = {NONE: old.missing_m2} | old.areas.to_dict()
    if new.doubled_m2:
        cells[OVERLAP] = pd.Series(sums).reindex(cells.index) - cells.sum(axis=1)
    if old.doubled_m2:
        sums = {NONE: new.missing_m2, OVERLAP: -new.doubled_m2} | new.areas.to_dict()
        cells.loc[OVERLAP] = pd.Series(sums).reindex(cells.columns) - cells.sum(axis=0)
    cells = cells.where(cells.abs() >= _LEAST_M2, 0.0)
    return (cells / _M2_A_HA).rename_axis(index="from_code", columns="to_code")


def _shared(date: Date, ground: Shapes) -> "pd.Series[float]":
    """Square metres of each class on some ground."""
    plot, _, area = paired_area(date.rows.shapes, ground)
    return pd.Series(area, index=date.placed.iloc[plot].array).groupby(level=0).sum()


def balance_of_units(
    dates: list[Date], units: gpd.GeoDataFrame | None, decimals: int
) -> pd.DataFrame:
    """Balance the ground within each unit, and what lies outside of all as the unit `NONE`.

    Parameters
    ----------
    dates
        All dates on one ground.
    units
        Areas; None gives an empty table.
    decimals
        Of the percentages.
    """
    if units is None:
        return pd.DataFrame()
    lands = given(units, "units", "areas")
    names = pd.Index([*units.index[lands.placed].astype(str)])
    whole, _ = polygon_parts(np.array([shapely.union_all(lands.shapes)], dtype=object))
    table = pd.DataFrame(
        {date.name: _within(date, lands.shapes, names, whole) for date in dates}
    ).fillna(0.0)
    table = table.rename_axis(["unit", "code"])
    result = pd.DataFrame(index=table.index)
    for date in dates:
        name = date.name
        result[f"{name}_ha"] = table[name] / _M2_A_HA
        percents = [
            round_to_hundred(part, decimals).percent for _, part in table[name].groupby(level=0)
        ]
        result[f"{name}_percent"] = pd.concat(percents) if percents else np.nan
    return result


def _within(date: Date, lands: Shapes, names: pd.Index, whole: Shapes) -> "pd.Series[float]":
    """Square metres on unit and line of the balance."""
    plots = _split(date.rows.shapes, date.placed.to_numpy(), lands, names, whole)
    told = [plots]
    if date.missing_m2:
        told.append(_split(date.missing, np.full(len(date.missing), NONE), lands, names, whole))
    if date.doubled_m2:
        parts, _ = polygon_parts(np.array([date.cover.ground], dtype=object))
        ground = _split(parts, np.full(len(parts), OVERLAP), lands, names, whole)
        over = ground.groupby(level=0).sum() - plots.groupby(level=0).sum()
        over.index = pd.MultiIndex.from_product([over.index, [OVERLAP]])
        told.append(over)
    both = pd.concat(told)
    return both[both.abs() >= _LEAST_M2]


def _split(
    shapes: Shapes, codes: "np.ndarray[tuple[int], np.dtype[np.object_]]", lands: Shapes,
    names: pd.Index, whole: Shapes,
) -> "pd.Series[float]":  # fmt: skip
    """Split areas among units; what lies in none of them stands under `NONE`."""
    plot, land, area = paired_area(shapes, lands)
    inside = pd.Series(area, index=[names[land], codes[plot]]).groupby(level=[0, 1]).sum()
    plot, _, area = paired_area(shapes, whole)
    rest = shapely.area(shapes) - np.bincount(plot, weights=area, minlength=len(shapes))
    outside = pd.Series(rest, index=codes).groupby(level=0).sum()
    outside = outside[outside.abs() >= _LEAST_M2]
    outside.index = pd.MultiIndex.from_product([[NONE], outside.index])
    return pd.concat([inside, outside]) if len(outside) else inside
