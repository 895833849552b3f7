"""The balance of land (用地平衡表): present, planned, what changes into what, and which parcels."""

from collections.abc import Sequence
from dataclasses import dataclass

import geopandas as gpd
import pandas as pd
import shapely

from erdao_gis.analysis._inputs import positive
from erdao_gis.analysis.land_balance_dates import (
    NONE,
    OVERLAP,
    UNCLASSIFIED,
    BalanceRules,
    Date,
    classified,
    on_one_ground,
)
from erdao_gis.analysis.land_balance_ground import balance_of_units, pieces_of, transition_of
from erdao_gis.analysis.land_balance_rounding import Rounded, round_to_hundred
from erdao_gis.crs import require_metres
from erdao_gis.errors import SchemaError
from erdao_gis.land_use import land_use_classes
from erdao_gis.wording import words

__all__ = ["NONE", "OVERLAP", "UNCLASSIFIED", "BalanceRules", "LandBalance", "land_balance"]

_M2_A_HA = 10_000.0
_LEVELS = (1, 2, 3)
_LAST = (UNCLASSIFIED, NONE, OVERLAP)
_ONE = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class LandBalance:
    """A balance with everything its cells rest on."""

    table: pd.DataFrame
    """Index ``code``: names; ``<date>_ha``, ``<date>_percent``, ``<date>_m2_per_head``; change. The
    row `none` is ground that only the other date covers, `overlap` (negative) what a date counts
    more than once; they are there only where there is any."""
    total: "pd.Series[float]"
    "The last line, with the figures of `table`."
    rounding: pd.DataFrame
    "For each date: what plain rounding sums to, the difference from 100, adjusted codes."
    ledger: pd.DataFrame
    """For each date: parcels, unplaced, sum_m2 = ground_m2 + overlap_m2, gap_m2, uncovered_m2
    (wide open ground within the boundary), rounding_m2."""
    audit: pd.DataFrame
    """One row a finding: date, kind (overlap, gap, no_code, unknown_code, and mixed_code: several
    codes in one cell, such as 0901/0902, which stay unclassified), ids, area_m2, found (the
    unknown code, else empty)."""
    transition: pd.DataFrame
    """Hectares from present classes (rows) into planned ones (columns), with `none` and, where a
    date overlaps itself, `overlap`; all rows and columns sum to `table`. Empty without a plan."""
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

    The total is ground: what overlaps is taken off once in a row of its own, and with a plan
    both dates have the ground that either of them covers, so that the total does not change.

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
        does not exist, or a population below one.

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
    alone = [classified(name, frame, level, rules, whole) for name, frame in frames.items()]
    dates = on_one_ground(alone, rules.tolerance_m)
    heads = _heads(population, len(dates))
    table, roundings = _table(dates, heads, rules)
    pieces = pieces_of(dates)
    return LandBalance(
        table=table,
        total=_total(table),
        rounding=_rounding(roundings),
        ledger=pd.DataFrame({date.name: _ledger(date) for date in dates}).T.rename_axis("date"),
        audit=pd.concat([date.findings for date in dates], ignore_index=True),
        transition=transition_of(dates, pieces),
        by_unit=balance_of_units(dates, units, rules.decimals),
        parcels=pd.concat([_listed(date) for date in dates], ignore_index=True),
        pieces=pieces,
    )


def _heads(population: float | Sequence[float] | None, dates: int) -> list[float | None]:
    if population is None:
        return [None] * dates
    both = list(population) if isinstance(population, Sequence) else [population] * dates
    if len(both) != dates:
        raise SchemaError("parcels_bad_population", {"value": population})
    for heads in both:
        if positive(heads, "population") < _ONE:
            raise SchemaError("parcels_population_below_one", {"value": heads})
    return [float(heads) for heads in both]


def _table(
    dates: list[Date], heads: list[float | None], rules: BalanceRules
) -> tuple[pd.DataFrame, dict[str, Rounded]]:
    found = sorted(set().union(*(set(date.lines.index) for date in dates)))
    found.sort(key=lambda code: _LAST.index(code) + 1 if code in _LAST else 0)
    classes = land_use_classes(rules.edition)[["name_zh", "name_en"]]
    for code, key in _names_of_last(dates).items():
        classes.loc[code] = [words("parcels")[key][language] for language in ("zh", "en")]
    table = classes.reindex(found).rename_axis("code")
    roundings = {}
    for date, residents in zip(dates, heads, strict=True):
        areas = date.lines.reindex(found, fill_value=0.0)
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


def _names_of_last(dates: list[Date]) -> dict[str, str]:
    """Return the words for the lines that are no classes."""
    missing = [date.name for date in dates if date.missing_m2]
    none = f"none_{missing[0]}" if len(missing) == 1 else "none"
    return {UNCLASSIFIED: "unclassified", NONE: none, OVERLAP: "overlap"}


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


def _listed(date: Date) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "date": date.name,
            "parcel": date.placed.index,
            "code": date.placed.to_numpy(),
            "area_m2": shapely.area(date.rows.shapes),
        }
    )
