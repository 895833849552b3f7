"""The ground of a land balance, measured once at the finest level of the classes.

All levels of a balance, and all units within which it is drawn up, are sums of what is measured
here: `BalanceGround.classes_at` tells which class each finest one falls into.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis.balance.dated_parcels import (
    NO_CLASSES,
    NONE,
    OVERLAP,
    BalanceRules,
    Date,
    classified,
    on_one_ground,
)
from erdao_gis.analysis.facts.given_parcels import polygon_parts
from erdao_gis.analysis.kernels.frame_inputs import Positions, Shapes, given
from erdao_gis.analysis.kernels.overlap import paired_area
from erdao_gis.crs import require_metres
from erdao_gis.errors import SchemaError
from erdao_gis.land_use import parent_code

LEVELS = (1, 2, 3)
"""Levels of the classes."""

LEAST_M2 = 0.01
"""What is smaller is rounding along borders."""

_NOTHING_M2 = 1e-6  # a remainder of areas carries their rounding
_PIECES = ["present", "planned", "from_code", "to_code", "area_m2"]
_BOTH = 2


@dataclass(frozen=True, kw_only=True, eq=False)
class BalanceGround:
    """What a balance sums, with the finest class of everything."""

    rules: BalanceRules
    "How it is drawn up."
    dates: tuple[Date, ...]
    "The present, then the plan if there is one, on one ground."
    lines_m2: Mapping[str, "pd.Series[float]"]
    """Square metres of each class by date, with `NONE` for ground that only the other date covers
    and `OVERLAP` (negative) where there is any; they sum to the ground."""
    parcels: pd.DataFrame
    "One row for each date and parcel with an outline: date, parcel, code, area_m2."
    pieces: pd.DataFrame
    "Ground on which both dates meet: present, planned (parcels), from_code, to_code, area_m2."
    moved_m2: pd.DataFrame
    """Square metres from present classes (rows) into planned ones (columns). Ground that a date
    covers n times counts 1 - n in its row `OVERLAP`, ground that it does not cover 1 in `NONE`,
    so that every row and column sums to its line of the balance. Empty without a plan."""
    ledger: pd.DataFrame
    "As in `LandBalance`."
    audit: pd.DataFrame
    "As in `LandBalance`."

    def classes_at(self, level: int) -> dict[str, str]:
        """Return finest code -> class of a level; rows that are no classes stay what they are.

        Raises
        ------
        SchemaError
            A level that does not exist.
        """
        require_level(level)
        edition = self.rules.edition
        found = set[str](self.parcels["code"]).union(NO_CLASSES)
        return {
            code: code if code in NO_CLASSES else parent_code(code, level, edition)
            for code in found
        }


def require_level(level: int) -> None:
    """Refuse a level that does not exist.

    Raises
    ------
    SchemaError
        It is none of `LEVELS`.
    """
    if level not in LEVELS:
        raise SchemaError("parcels_bad_level", {"level": level})


def balance_ground(
    present: gpd.GeoDataFrame,
    planned: gpd.GeoDataFrame | None = None,
    *,
    boundary: gpd.GeoDataFrame | None = None,
    rules: BalanceRules | None = None,
) -> BalanceGround:
    """Measure what a balance rests on: classes, overlaps, gaps, and where both dates meet.

    Parameters
    ----------
    present, planned
        Parcels in metres (EPSG:4551) on their codes, with a land-use code each.
    boundary
        What the parcels should cover; without it gaps are holes and narrow slits only.
    rules
        Column, edition, decimals, tolerance.

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or different ones.
    GeometryError
        Invalid geometries, or other shapes than areas.
    SchemaError
        Codes that are no text or of the third survey, or parcels that occur twice.

    Examples
    --------
    >>> from shapely import box
    >>> old = gpd.GeoDataFrame({"land_use_code": ["0101"]}, geometry=[box(0, 0, 300, 100)],
    ...                        index=["F"], crs=4551)
    >>> new = old.assign(land_use_code="070102").set_axis(["H"])
    >>> ground = balance_ground(old, new)
    >>> ground.pieces["area_m2"].tolist(), ground.classes_at(1)["070102"]
    ([30000.0], '07')
    """
    rules = rules or BalanceRules()
    require_metres(present, *(frame for frame in (planned, boundary) if frame is not None))
    whole = None if boundary is None else shapely.union_all(boundary.geometry.to_numpy())
    frames = {"present": present} | ({} if planned is None else {"planned": planned})
    alone = [classified(name, frame, rules, whole) for name, frame in frames.items()]
    dates = on_one_ground(alone, rules.tolerance_m)
    pieces = _pieces(dates)
    return BalanceGround(
        rules=rules,
        dates=tuple(dates),
        lines_m2={date.name: date.lines for date in dates},
        parcels=pd.concat([_listed(date) for date in dates], ignore_index=True),
        pieces=pieces,
        moved_m2=_moved(dates, pieces),
        ledger=pd.DataFrame({date.name: _ledger(date) for date in dates}).T.rename_axis("date"),
        audit=pd.concat([date.findings for date in dates], ignore_index=True),
    )


def _listed(date: Date) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": date.name,
            "parcel": date.placed.index,
            "code": date.placed.to_numpy(),
            "area_m2": shapely.area(date.rows.shapes),
        }
    )


def _ledger(date: Date) -> dict[str, float]:
    cover = date.cover
    return {
        "parcels": len(date.rows.frame),
        "unplaced": len(date.rows.unplaced),
        "sum_m2": cover.sum_m2,
        "ground_m2": cover.ground_m2,
        "overlap_m2": cover.sum_m2 - cover.ground_m2,
        "gap_m2": float(shapely.area(cover.gaps).sum()) - date.open_m2,
        "uncovered_m2": date.open_m2,
        "rounding_m2": cover.rounding_m2,
    }


def _pieces(dates: Sequence[Date]) -> pd.DataFrame:
    """Lay the plan over the present; rounding along borders is left to the remainders."""
    if len(dates) < _BOTH:
        return pd.DataFrame(columns=_PIECES)
    old, new = dates
    first, second, area = paired_area(old.rows.shapes, new.rows.shapes)
    real = area >= LEAST_M2
    before, after = old.placed.iloc[first[real]], new.placed.iloc[second[real]]
    values = (before.index, after.index, before.to_numpy(), after.to_numpy(), area[real])
    return pd.DataFrame(dict(zip(_PIECES, values, strict=True)))


def _moved(dates: Sequence[Date], pieces: pd.DataFrame) -> pd.DataFrame:
    """Sum the pieces by class; what one date misses or counts twice has a row and a column."""
    if len(dates) < _BOTH:
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
    return cells.rename_axis(index="from_code", columns="to_code")


def _shared(date: Date, ground: Shapes) -> "pd.Series[float]":
    """Square metres of each class on some ground."""
    plot, _, area = paired_area(date.rows.shapes, ground)
    return pd.Series(area, index=date.placed.iloc[plot].array).groupby(level=0).sum()


def units_ground(ground: BalanceGround, units: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure the ground of a balance within units; what lies in none of them is `NONE`.

    Parameters
    ----------
    ground
        From `balance_ground`.
    units
        Areas in the CRS of the parcels; they may overlap.

    Returns
    -------
    pandas.DataFrame
        ``unit`` (text; the categories are all units in their order, then `NONE`), ``date``,
        ``parcel``, ``code`` (finest) and ``area_m2``. Ground that a date misses or counts twice
        has rows with the codes `NONE` and `OVERLAP` and no parcel.

    Raises
    ------
    CRSError, GeometryError
        The units are no areas in the CRS of the parcels.

    Examples
    --------
    >>> from shapely import box
    >>> plot = gpd.GeoDataFrame({"land_use_code": ["0701"]}, geometry=[box(0, 0, 300, 100)],
    ...                         index=["A"], crs=4551)
    >>> west = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100)], index=["W"], crs=4551)
    >>> units_ground(balance_ground(plot), west)[["unit", "parcel", "area_m2"]].to_numpy().tolist()
    [['W', 'A', 10000.0], ['none', 'A', 20000.0]]
    """
    require_metres(units, *(date.rows.frame for date in ground.dates))
    lands = given(units, "units", "areas")
    names = [*units.index[lands.placed].astype(str)]
    whole, _ = polygon_parts(np.array([shapely.union_all(lands.shapes)], dtype=object))
    table = pd.concat(
        [_within(date, lands.shapes, whole) for date in ground.dates], ignore_index=True
    )
    told = pd.Series([*names, NONE])[table.pop("land")].to_numpy()
    every = [*dict.fromkeys([*names, NONE])]
    units_told = pd.Categorical(told, categories=every, ordered=True)
    table.insert(0, "unit", pd.Series(units_told, index=table.index))
    return table


def _within(date: Date, lands: Shapes, whole: Shapes) -> pd.DataFrame:
    """Return a row for each parcel and land; the position behind the last land is outside."""
    plot, land, area = _split(date.rows.shapes, lands, whole)
    placed = date.placed.iloc[plot]
    plots = pd.DataFrame(
        {"land": land, "parcel": placed.index, "code": placed.to_numpy(), "area_m2": area}
    )
    tables = [plots]
    if date.missing_m2:
        _, land, area = _split(date.missing, lands, whole)
        tables.append(pd.DataFrame({"land": land, "code": NONE, "area_m2": area}))
    if date.doubled_m2:
        parts, _ = polygon_parts(np.array([date.cover.ground], dtype=object))
        _, land, area = _split(parts, lands, whole)
        once = pd.Series(area).groupby(land).sum()
        over = once.sub(plots.groupby("land")["area_m2"].sum(), fill_value=0.0)
        rows = {"land": over.index, "code": OVERLAP, "area_m2": over.to_numpy()}
        tables.append(pd.DataFrame(rows))
    table = pd.concat(tables, ignore_index=True)
    table.insert(1, "date", date.name)
    return table


def _split(
    shapes: Shapes, lands: Shapes, whole: Shapes
) -> "tuple[Positions, Positions, np.ndarray[tuple[int], np.dtype[np.float64]]]":
    """Return position of shape and land with their area; what lies in no land is one behind all."""
    plot, land, area = paired_area(shapes, lands)
    at, _, inside = paired_area(shapes, whole)
    rest = shapely.area(shapes) - np.bincount(at, weights=inside, minlength=len(shapes))
    open_ = np.flatnonzero(np.abs(rest) >= _NOTHING_M2)
    beyond = np.full(len(open_), len(lands))
    return (
        np.concatenate([plot, open_]),
        np.concatenate([land, beyond]),
        np.concatenate([area, rest[open_]]),
    )
