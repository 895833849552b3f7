"""The balance of land (用地平衡表): present, planned, what changes into what, and which parcels."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis._inputs import Given, given, positive
from erdao_gis.analysis._overlap import paired_area
from erdao_gis.analysis.land_balance_rounding import Rounded, round_to_hundred
from erdao_gis.analysis.land_use_codes import code_column, land_use_at_level
from erdao_gis.analysis.parcels_cover import TOLERANCE_M, Cover, cover_of
from erdao_gis.analysis.parcels_given import parcels_given
from erdao_gis.crs import require_metres
from erdao_gis.errors import SchemaError
from erdao_gis.land_use import land_use_classes

__all__ = ["NONE", "UNCLASSIFIED", "BalanceRules", "LandBalance", "land_balance"]

UNCLASSIFIED = "unclassified"
"""Row for parcels without a code, or with one that the edition does not have."""

NONE = "none"
"""In transitions and units: ground that the other layer does not cover."""

_M2_A_HA = 10_000.0
_LEVELS = (1, 2, 3)
_LEAST_M2 = 0.01


@dataclass(frozen=True, kw_only=True)
class BalanceRules:
    """How a balance is drawn up."""

    code: str = "land_use_code"
    "Column with the codes, as text."
    edition: str = "2023"
    "Edition of the codes: 2023, 2020 or GB50137."
    decimals: int = 2
    "Decimals of the percentages, which sum to exactly 100."
    tolerance_m: float = TOLERANCE_M
    "Width in metres up to which an overlap or a gap is rounding."


@dataclass(frozen=True, kw_only=True, eq=False)
class LandBalance:
    """A balance with everything its cells rest on."""

    table: pd.DataFrame
    "Index ``code``: names; ``<date>_ha``, ``<date>_percent``, ``<date>_m2_per_head``; change."
    total: "pd.Series[float]"
    "The last line, with the figures of `table`."
    rounding: pd.DataFrame
    "For each date: what plain rounding sums to, the difference from 100, adjusted codes."
    ledger: pd.DataFrame
    "For each date: parcels, unplaced, sum_m2 = ground_m2 + overlap_m2, gap_m2, rounding_m2."
    audit: pd.DataFrame
    "One row a finding: date, kind (overlap, gap, no_code, unknown_code), ids, area_m2."
    transition: pd.DataFrame
    """Hectares from present classes (rows) into planned ones (columns); negative in `none` where a
    layer overlaps itself, so that all add up. Empty without a plan."""
    by_unit: pd.DataFrame
    "Index unit and code: hectares and percentages of each date within the unit."
    parcels: pd.DataFrame
    "One row for each date and parcel: date, parcel, code, area_m2."
    pieces: pd.DataFrame
    "Ground on which both dates meet: present, planned (parcels), from_code, to_code, area_m2."

    def cell(self, code: str, date: str = "present") -> pd.Index:
        """Give the parcels behind a figure of the table."""
        chosen = (self.parcels["date"] == date) & (self.parcels["code"] == code)
        ids: pd.Index = pd.Index(self.parcels["parcel"][chosen], name="parcel")
        return ids

    def moved(self, from_code: str, to_code: str) -> pd.DataFrame:
        """Give the pieces behind a figure of the transition."""
        rows = self.pieces
        return rows[(rows["from_code"] == from_code) & (rows["to_code"] == to_code)]


@dataclass(frozen=True, kw_only=True, eq=False)
class _Date:
    """Parcels of one date, classified."""

    name: str
    rows: Given
    codes: "pd.Series[str]"
    "Class of every parcel, placed or not."
    cover: Cover
    findings: pd.DataFrame

    @property
    def placed(self) -> "pd.Series[str]":
        return self.codes.iloc[self.rows.placed]

    @property
    def areas(self) -> "pd.Series[float]":
        """Square metres of each class."""
        size = pd.Series(shapely.area(self.rows.shapes), index=self.placed.array)
        return size.groupby(level=0).sum()


def land_balance(
    present: gpd.GeoDataFrame,
    planned: gpd.GeoDataFrame | None = None,
    population: float | Sequence[float] | None = None,
    *,
    level: int = 1,
    units: gpd.GeoDataFrame | None = None,
    boundary: gpd.GeoDataFrame | None = None,
    rules: BalanceRules | None = None,
) -> LandBalance:
    """Balance the land by class: hectares, percent, square metres a head, and what changes.

    Percentages are rounded by largest remainder, so that they sum to exactly 100; what plain
    rounding would have given is in ``rounding``. Nothing is dropped: parcels without a usable
    code have a row of their own, overlaps and gaps are listed, and the ledger tells how the sum
    of the parcels and the ground they cover hang together.

    Parameters
    ----------
    present, planned
        Parcels in metres (EPSG:4551) on their codes, with a land-use code each.
    population
        Residents, or those of the present and of the plan.
    level
        Level of the classes: 1, 2 or 3. A coarser code stands for itself.
    units
        Areas for which the balance is drawn up too; ground outside of all is ``none``.
    boundary
        What the parcels should cover; without it gaps are holes and narrow slits only.
    rules
        Column, edition, decimals, tolerance.

    Returns
    -------
    LandBalance

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or different ones.
    GeometryError
        Invalid geometries, or other shapes than areas; :func:`audit_parcels` lists all.
    SchemaError
        Codes that are no text or of the third survey, parcels that occur twice, a level that
        does not exist, or a population that is not positive.

    Examples
    --------
    >>> from shapely import box
    >>> shapes = [box(0, 0, 100, 100), box(100, 0, 400, 100)]
    >>> plots = gpd.GeoDataFrame(
    ...     {"land_use_code": ["0701", "1401"]}, geometry=shapes, index=["A", "B"], crs=4551
    ... )
    >>> balance = land_balance(plots, population=1000)
    >>> balance.table[["present_ha", "present_percent", "present_m2_per_head"]].loc["14"].tolist()
    [3.0, 75.0, 30.0]
    >>> balance.cell("14").tolist()
    ['B']
    """
    rules = rules or BalanceRules()
    if level not in _LEVELS:
        raise SchemaError("parcels_bad_level", {"level": level})
    others = [frame for frame in (planned, units, boundary) if frame is not None]
    require_metres(present, *others)
    whole = None if boundary is None else shapely.union_all(boundary.geometry.to_numpy())
    frames = {"present": present} | ({} if planned is None else {"planned": planned})
    dates = [_classified(name, frame, level, rules, whole) for name, frame in frames.items()]
    heads = _heads(population, len(dates))
    table, roundings = _table(dates, heads, rules)
    pieces = _pieces(dates)
    return LandBalance(
        table=table,
        total=_total(table),
        rounding=_rounding(roundings),
        ledger=pd.DataFrame({date.name: _ledger(date) for date in dates}).T.rename_axis("date"),
        audit=pd.concat([date.findings for date in dates], ignore_index=True),
        transition=_transition(dates, pieces),
        by_unit=_by_unit(dates, units, rules.decimals),
        parcels=pd.concat([_listed(date) for date in dates], ignore_index=True),
        pieces=pieces,
    )


def _classified(
    name: str,
    frame: gpd.GeoDataFrame,
    level: int,
    rules: BalanceRules,
    boundary: "shapely.geometry.base.BaseGeometry | None",
) -> _Date:
    rows = parcels_given(frame)
    text = code_column(frame, rules.code, rules.edition)
    classes = land_use_at_level(text, level, rules.edition)
    cover = cover_of(rows.shapes, boundary=boundary, tolerance_m=rules.tolerance_m)
    labels = frame.index[rows.placed]
    findings = [
        ("overlap", f"{labels[one]};{labels[other]}", float(shape.area))
        for one, other, shape in zip(cover.first, cover.second, cover.overlaps, strict=True)
    ]
    findings += [
        ("gap", ";".join(str(labels[place]) for place in beside), float(gap.area))
        for gap, beside in zip(cover.gaps, cover.beside, strict=True)
    ]
    size = frame.area
    findings += [
        ("no_code" if pd.isna(code) else "unknown_code", str(label), float(size[label]))
        for label, code in text[classes.isna()].items()
    ]
    table = pd.DataFrame(findings, columns=["kind", "ids", "area_m2"])
    table.insert(0, "date", name)
    return _Date(
        name=name,
        rows=rows,
        codes=classes.fillna(UNCLASSIFIED),
        cover=cover,
        findings=table,
    )


def _heads(population: float | Sequence[float] | None, dates: int) -> list[float | None]:
    if population is None:
        return [None] * dates
    both = list(population) if isinstance(population, Sequence) else [population] * dates
    if len(both) != dates:
        raise SchemaError("parcels_bad_population", {"value": population})
    return [positive(heads, "population") for heads in both]


def _table(
    dates: list[_Date], heads: list[float | None], rules: BalanceRules
) -> tuple[pd.DataFrame, dict[str, Rounded]]:
    found = sorted(set().union(*(set(date.areas.index) for date in dates)))
    found.sort(key=lambda code: code == UNCLASSIFIED)
    classes = land_use_classes(rules.edition)[["name_zh", "name_en"]]
    classes.loc[UNCLASSIFIED] = ["未分类", "Not classified"]
    table = classes.reindex(found).rename_axis("code")
    roundings = {}
    for date, residents in zip(dates, heads, strict=True):
        areas = date.areas.reindex(found, fill_value=0.0)
        roundings[date.name] = round_to_hundred(areas, rules.decimals)
        table[f"{date.name}_ha"] = areas / _M2_A_HA
        table[f"{date.name}_percent"] = roundings[date.name].percent
        if residents is not None:
            table[f"{date.name}_m2_per_head"] = areas / residents
    if len(dates) > 1:
        table["change_ha"] = table["planned_ha"] - table["present_ha"]
        points = table["planned_percent"] - table["present_percent"]
        table["change_points"] = points.round(rules.decimals)
    return table, roundings


def _total(table: pd.DataFrame) -> "pd.Series[float]":
    figures = table.drop(columns=["name_zh", "name_en"]).sum()
    rounded = [name for name in figures.index if name.endswith(("_percent", "_points"))]
    figures[rounded] = figures[rounded].round(6) + 0.0  # hundredths, not their bits; no -0.0
    return figures.rename("total")


def _rounding(roundings: dict[str, Rounded]) -> pd.DataFrame:
    rows = {
        name: {
            "plain_sum": one.plain_sum,
            "difference": round(100 - one.plain_sum, 6),
            "adjusted": ";".join(one.adjusted),
        }
        for name, one in roundings.items()
    }
    return pd.DataFrame(rows).T.rename_axis("date")


def _ledger(date: _Date) -> dict[str, float]:
    cover = date.cover
    return {
        "parcels": len(date.rows.frame),
        "unplaced": len(date.rows.unplaced),
        "sum_m2": cover.sum_m2,
        "ground_m2": cover.ground_m2,
        "overlap_m2": cover.sum_m2 - cover.ground_m2,
        "gap_m2": float(shapely.area(cover.gaps).sum()),
        "rounding_m2": cover.rounding_m2,
    }


def _listed(date: _Date) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": date.name,
            "parcel": date.placed.index,
            "code": date.placed.to_numpy(),
            "area_m2": shapely.area(date.rows.shapes),
        }
    )


def _pieces(dates: list[_Date]) -> pd.DataFrame:
    """Lay the plan over the present; rounding along borders is left to the remainders."""
    columns = ["present", "planned", "from_code", "to_code", "area_m2"]
    if len(dates) < 2:  # noqa: PLR2004 - nothing to compare
        return pd.DataFrame(columns=columns)
    old, new = dates
    first, second, area = paired_area(old.rows.shapes, new.rows.shapes)
    real = area >= _LEAST_M2
    before, after = old.placed.iloc[first[real]], new.placed.iloc[second[real]]
    values = (before.index, after.index, before.to_numpy(), after.to_numpy(), area[real])
    return pd.DataFrame(dict(zip(columns, values, strict=True)))


def _transition(dates: list[_Date], pieces: pd.DataFrame) -> pd.DataFrame:
    if len(dates) < 2:  # noqa: PLR2004 - nothing to compare
        return pd.DataFrame()
    cells = pieces.pivot_table(
        index="from_code", columns="to_code", values="area_m2", aggfunc="sum", fill_value=0
    )
    old, new = (date.areas for date in dates)
    cells = cells.reindex(index=old.index, columns=new.index, fill_value=0.0)
    left, fresh = old - cells.sum(axis=1), new - cells.sum(axis=0)
    cells[NONE] = left.where(left.abs() >= _LEAST_M2, 0.0)
    cells.loc[NONE] = fresh.where(fresh.abs() >= _LEAST_M2, 0.0)
    cells.loc[NONE, NONE] = 0.0
    return (cells / _M2_A_HA).rename_axis(index="from_code", columns="to_code")


def _by_unit(dates: list[_Date], units: gpd.GeoDataFrame | None, decimals: int) -> pd.DataFrame:
    if units is None:
        return pd.DataFrame()
    lands = given(units, "units", "areas")
    columns = {}
    for date in dates:
        plot, land, area = paired_area(date.rows.shapes, lands.shapes)
        unit = units.index[lands.placed[land]].astype(str)
        inside = pd.Series(area, index=[unit, date.placed.iloc[plot]]).groupby(level=[0, 1]).sum()
        rest = date.areas - inside.groupby(level=1).sum().reindex(date.areas.index, fill_value=0.0)
        rest = rest[rest.abs() >= _LEAST_M2]
        rest.index = pd.MultiIndex.from_product([[NONE], rest.index])
        columns[date.name] = pd.concat([inside, rest]) if len(rest) else inside
    table = pd.DataFrame(columns).fillna(0.0).rename_axis(["unit", "code"])
    result = pd.DataFrame(index=table.index)
    for name in columns:
        result[f"{name}_ha"] = table[name] / _M2_A_HA
        percents = [
            round_to_hundred(part, decimals).percent for _, part in table[name].groupby(level=0)
        ]
        result[f"{name}_percent"] = pd.concat(percents) if percents else np.nan
    return result
