"""The balance of land (用地平衡表): present, planned, what changes into what, and which parcels."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd

from erdao_gis.analysis.balance.dated_parcels import (
    NONE,
    OVERLAP,
    UNCLASSIFIED,
    BalanceRules,
    in_order,
)
from erdao_gis.analysis.balance.ground import (
    LEAST_M2,
    BalanceGround,
    balance_ground,
    require_level,
    units_ground,
)
from erdao_gis.analysis.balance.rounding import Rounded, round_to_hundred
from erdao_gis.analysis.kernels.frame_inputs import positive
from erdao_gis.errors import SchemaError
from erdao_gis.land_use import land_use_classes
from erdao_gis.wording import words

_M2_A_HA = 10_000.0
_ONE = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class LevelBalance:
    """A balance at one level of the classes, with everything its cells rest on."""

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
    parcels: pd.DataFrame
    "One row for each date and parcel: date, parcel, code, area_m2."
    pieces: pd.DataFrame
    "Ground on which both dates meet: present, planned (parcels), from_code, to_code, area_m2."

    @property
    def dates(self) -> tuple[str, ...]:
        """`present`, then `planned` if there is a plan."""
        return tuple(map(str, self.ledger.index))

    @property
    def shares(self) -> "pd.Series[float]":
        """Percent of its class that each row of `parcels` is; NaN where the class has no area."""
        rows = self.parcels
        whole = rows.groupby(["date", "code"])["area_m2"].transform("sum")
        return (rows["area_m2"] / whole.where(whole > 0) * 100).rename("percent")

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
class LandBalance(LevelBalance):
    """A balance at one level, and within units."""

    by_unit: pd.DataFrame
    "As `balance_within` gives it; empty without units."


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
    rounding would have given is in ``rounding``. A class has the same percentage at every level:
    its own is rounded first, then shared out among its parts. Nothing is dropped: parcels without
    a usable code have a row of their own, overlaps and gaps are listed, and the ledger tells how
    the sum of the parcels and the ground they cover hang together.

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
    require_level(level)
    ground = balance_ground(present, planned, boundary=boundary, rules=rules)
    balance = balance_at(ground, level, population)
    shared = None if units is None else units_ground(ground, units)
    by_unit = pd.DataFrame() if shared is None else balance_within(ground, shared, level)
    return LandBalance(**vars(balance), by_unit=by_unit)


def balance_at(
    ground: BalanceGround, level: int = 1, population: float | Sequence[float] | None = None
) -> LevelBalance:
    """Sum the ground of a balance by the classes of a level; no outline is touched.

    Parameters
    ----------
    ground
        From `balance_ground`.
    level
        Level of the classes: 1, 2 or 3.
    population
        Residents, or those of the present and of the plan.

    Raises
    ------
    SchemaError
        A level that does not exist, or a population that does not fit.

    Examples
    --------
    >>> from shapely import box
    >>> shapes = [box(0, 0, 100, 100), box(100, 0, 400, 100)]
    >>> plots = gpd.GeoDataFrame(
    ...     {"land_use_code": ["0701", "0702"]}, geometry=shapes, index=["A", "B"], crs=4551
    ... )
    >>> ground = balance_ground(plots)
    >>> [balance_at(ground, level).table["present_ha"].to_dict() for level in (1, 2)]
    [{'07': 4.0}, {'0701': 1.0, '0702': 3.0}]
    """
    classes = ground.classes_at(level)
    heads = _heads(population, len(ground.lines_m2))
    table, roundings = _table(ground, level, heads)
    parcels, pieces = ground.parcels, ground.pieces
    return LevelBalance(
        table=table,
        total=_total(table),
        rounding=_rounding(roundings),
        ledger=ground.ledger,
        audit=ground.audit,
        transition=_transition(ground.moved_m2, classes),
        parcels=parcels.assign(code=parcels["code"].map(classes)),
        pieces=pieces.assign(**{n: pieces[n].map(classes) for n in ("from_code", "to_code")}),
    )


def balance_within(ground: BalanceGround, shared: pd.DataFrame, level: int = 1) -> pd.DataFrame:
    """Sum the ground within units by the classes of a level.

    Parameters
    ----------
    ground
        From `balance_ground`.
    shared
        From `units_ground`.
    level
        Level of the classes: 1, 2 or 3.

    Returns
    -------
    pandas.DataFrame
        Index ``unit`` (in their order, then `NONE` for what lies outside of all) and ``code``;
        ``<date>_ha`` and ``<date>_percent``, which sum to exactly 100 within the unit; with a
        plan ``change_ha`` and ``change_points``.

    Raises
    ------
    SchemaError
        A level that does not exist.
    """
    classes, coarser = ground.classes_at(level), _coarser(ground, level)
    told = pd.Categorical(
        shared["code"].map(classes), categories=in_order(classes.values()), ordered=True
    )
    lines = shared.assign(code=told).groupby(["unit", "code", "date"], observed=True)
    sums = lines["area_m2"].sum()
    table = sums[sums.abs() >= LEAST_M2].unstack("date", fill_value=0)  # noqa: PD010
    table = table.reset_index().astype({"unit": "str", "code": "str"}).set_index(["unit", "code"])
    result = pd.DataFrame(index=table.index)
    for date in ground.lines_m2:
        areas = table.get(date, pd.Series(0.0, index=table.index))
        result[f"{date}_ha"] = areas / _M2_A_HA
        percents = [
            _rounded(part, coarser, ground.rules).percent
            for _, part in areas.groupby(level="unit", sort=False)
        ]
        result[f"{date}_percent"] = pd.concat(percents) if percents else np.nan
    return _with_change(result, ground.rules)


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
    ground: BalanceGround, level: int, heads: list[float | None]
) -> tuple[pd.DataFrame, dict[str, Rounded]]:
    to_class, coarser = ground.classes_at(level).__getitem__, _coarser(ground, level)
    lines = {date: line.groupby(to_class).sum() for date, line in ground.lines_m2.items()}
    found = in_order(code for line in lines.values() for code in line.index)
    names = land_use_classes(ground.rules.edition)[["name_zh", "name_en"]]
    for code, key in _names_of_last(lines).items():
        names.loc[code] = [words("parcels")[key][language] for language in ("zh", "en")]
    table = names.reindex(found).rename_axis("code")
    roundings = {}
    for (date, line), residents in zip(lines.items(), heads, strict=True):
        areas = line.reindex(found, fill_value=0.0).rename_axis("code")
        roundings[date] = _rounded(areas, coarser, ground.rules)
        table[f"{date}_ha"] = areas / _M2_A_HA
        table[f"{date}_percent"] = roundings[date].percent
        if residents is not None:
            table[f"{date}_m2_per_head"] = areas / residents
    return _with_change(table, ground.rules), roundings


def _coarser(ground: BalanceGround, level: int) -> list[dict[str, str]]:
    """Give, for each coarser level, the class in which each class of a level lies."""
    fine = ground.classes_at(level)
    return [
        {fine[code]: coarse for code, coarse in ground.classes_at(each).items()}
        for each in range(1, level)
    ]


def _rounded(
    areas: "pd.Series[float]", coarser: Sequence[dict[str, str]], rules: BalanceRules
) -> Rounded:
    """Round to percentages; a class has the same percentage at every level."""
    codes = areas.index.get_level_values("code")
    within = [pd.Series(codes.map(each), index=areas.index) for each in coarser]
    return round_to_hundred(areas, rules.decimals, within=within)


def _with_change(table: pd.DataFrame, rules: BalanceRules) -> pd.DataFrame:
    """Add what changes from the present to the plan, where there is one."""
    if "planned_ha" not in table:
        return table
    points = table["planned_percent"] - table["present_percent"]
    return table.assign(
        change_ha=table["planned_ha"] - table["present_ha"],
        change_points=points.round(rules.decimals),
    )


def _transition(moved_m2: pd.DataFrame, classes: dict[str, str]) -> pd.DataFrame:
    """Return hectares between the classes of a level."""
    if moved_m2.empty:
        return moved_m2
    to_class = classes.__getitem__
    cells = moved_m2.groupby(to_class).sum().T.groupby(to_class).sum().T
    cells = cells.loc[in_order(cells.index), in_order(cells.columns)]
    hectares = cells.where(cells.abs() >= LEAST_M2, 0.0) / _M2_A_HA
    return hectares.rename_axis(index="from_code", columns="to_code")


def _names_of_last(lines: Mapping[str, "pd.Series[float]"]) -> dict[str, str]:
    """Return the words for the lines that are no classes."""
    missing = [date for date, line in lines.items() if NONE in line.index]
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
