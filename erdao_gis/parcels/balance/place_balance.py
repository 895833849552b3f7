"""The land balance of a place: measured once, and summed at every level and within all units."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import geopandas as gpd
import pandas as pd

from erdao_gis.analysis import LevelBalance, balance_at, balance_within, units_ground
from erdao_gis.analysis.balance.dated_parcels import NONE
from erdao_gis.analysis.balance.ground import LEAST_M2
from erdao_gis.catalogue import Dataset, Place, layer_schema, own_frames
from erdao_gis.errors import GeometryError
from erdao_gis.parcels.balance.balanced_land import (
    LAND,
    BalanceBasis,
    MeasuredLand,
    Scope,
    measure_land,
)
from erdao_gis.wording import Pair, pair

_KEPT = "planned_kept_ha"
_M2_A_HA = 10_000.0

Held = TypeVar("Held")


@dataclass(frozen=True, kw_only=True, eq=False)
class WorkspaceBalance(LevelBalance, BalanceBasis):
    """A land balance at one level of the classes, with the rows that could not be balanced."""

    level: int
    "Level of the classes."

    @property
    def kept_ha(self) -> float:
        """Hectares of the plan that keep their present use; 0 without a plan."""
        return float(self.total.get(_KEPT, 0.0))

    @property
    def kept_percent(self) -> float:
        """Share of the plan that keeps its present use, in per cent; 0 without a plan."""
        whole = float(self.total.get("planned_ha", 0.0))
        return self.kept_ha / whole * 100 if whole else 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class PlaceBalance(MeasuredLand):
    """The land balance of a place: one object for all levels and units.

    What it gives out is the caller's own: changing it changes no other figure.
    """

    dataset: Dataset
    "Where the layers come from."
    residents: tuple[float, ...]
    "Of each date; empty where nobody says."
    residents_stated: bool
    "Whether those of the last date are stated, and not only those of today."

    def at(self, level: int = 1) -> WorkspaceBalance:
        """Sum the land by the classes of a level; no outline is touched.

        Parameters
        ----------
        level
            1, 2 or 3. A coarser code stands for itself.

        Raises
        ------
        SchemaError
            A level that does not exist, or residents that do not fit.
        """
        key = ("balance", self.scope, self.residents, self.residents_stated, level)
        return own_frames(self.dataset.once(key, lambda: self._summed(level), of=LAND))

    def within(self, unit: str, level: int = 1) -> pd.DataFrame:
        """Sum the land within each unit by the classes of a level; no outline is touched.

        Parameters
        ----------
        unit
            Layer of areas, such as ``subdistricts``.
        level
            1, 2 or 3.

        Returns
        -------
        pandas.DataFrame
            As :func:`erdao_gis.analysis.balance_within` gives it.

        Raises
        ------
        NotInPlanError
            There is no such layer.
        GeometryError
            It has no outlines.
        SchemaError
            A level that does not exist.
        """
        shared = self._shared(unit)
        return self.dataset.once(
            ("balance within", self.scope, unit, level),
            lambda: balance_within(self.ground, shared, level),
            of=(*LAND, unit),
        ).copy(deep=False)

    def inside(self, unit: str) -> pd.DataFrame:
        """Tell how much of each parcel lies in each unit; what lies in none is `NONE`.

        Parameters
        ----------
        unit
            Layer of areas.

        Returns
        -------
        pandas.DataFrame
            ``date``, ``parcel``, ``unit`` and ``area_m2``, at least 0.01 m2, units in their order.

        Raises
        ------
        NotInPlanError, GeometryError
            As `within`.
        """
        shared = self._shared(unit)
        shown = shared["parcel"].notna() & (shared["area_m2"] >= LEAST_M2)
        rows = shared.loc[shown, ["date", "parcel", "unit", "area_m2"]]
        return rows.sort_values("unit", kind="stable", ignore_index=True).astype({"unit": "str"})

    def unit_names(self, unit: str) -> dict[str, Pair]:
        """Return id -> name of the units with an outline; ground outside of all is the last.

        Parameters
        ----------
        unit
            Layer of areas.
        """
        units = self.dataset.layer(unit)
        placed = units.loc[units.geometry.notna() & ~units.geometry.is_empty]
        zh = placed["name_zh"].fillna("").astype(str)
        en = placed["name_en"].fillna("").astype(str)
        names = {
            str(key): Pair(zh=one, en=other or one)
            for key, one, other in zip(placed.index, zh, en, strict=True)
        }
        return names | {NONE: pair("parcels", "outside_units")}

    def _shared(self, unit: str) -> pd.DataFrame:
        return self.dataset.once(
            ("balance units", self.scope, unit),
            lambda: units_ground(self.ground, _units(unit, self.dataset)),
            of=(*LAND, unit),
        )

    def _summed(self, level: int) -> WorkspaceBalance:
        basis = {each.name: getattr(self, each.name) for each in fields(BalanceBasis)}
        summed = balance_at(self.ground, level, self.residents or None)
        balance = WorkspaceBalance(**vars(summed), **basis, level=level)
        if not self.residents_stated:
            # Today's residents are not those of the plan.
            gone = ["planned_m2_per_head"]
            balance = replace(
                balance,
                table=balance.table.drop(columns=gone, errors="ignore"),
                total=balance.total.drop(gone, errors="ignore"),
            )
        return _with_kept(balance, self.kept) if self.scope == "all" else balance


def balance_parcels(
    place: Place = None, *, population: Sequence[float] = (), scope: Scope = "all"
) -> PlaceBalance:
    """Balance the land of a place: present use, and the plan with the parcels' uses.

    Where a land-use layer is there, it is the present, and the parcels with their planned codes
    are laid over it for the plan; else the parcels alone are balanced. The ground is measured
    once for a dataset and scope; levels and units are sums of it.

    Rows without an outline, with one that crosses itself or is no area, and rows whose code
    occurs more than once are not balanced but listed with the reason and the area they state:
    for each layer the rows are those balanced and those listed, and the area is that of the
    balanced outlines and the stated area of the listed rows. In the plan the ground of a listed
    parcel keeps its present use. A land-use code that is a number counts as not classified.

    Parameters
    ----------
    place
        A dataset, a workspace or its folder.
    population
        Residents of the present and of the plan. Without it those of the layer ``population``,
        if it is complete; they say nothing of the plan.
    scope
        ``all`` balances the land use with the parcels laid over it; ``parcels`` the ground of
        the parcels only, with the present land use cut to it.

    Returns
    -------
    PlaceBalance
        With a plan on all ground its tables have ``planned_kept_ha``: what of the planned
        hectares keeps its present use because no parcel says otherwise.

    Raises
    ------
    WorkspaceError
        The place has neither parcels nor land use.
    GeometryError
        Not one row of the layer to be balanced can be measured.
    SchemaError
        More than one edition, codes of the third land survey, or a population that does not
        fit.

    Examples
    --------
    >>> import tempfile
    >>> from erdao_gis.sample import write_sample
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     balance = balance_parcels(write_sample(folder + "/town").folder)
    ...     in_units = balance.within("subdistricts", 2)
    >>> float(balance.at(1).total["present_ha"]), float(in_units["present_ha"].sum().round(6))
    (480.0, 480.0)
    >>> int(balance.reconciled.loc["parcels", "rows"])
    64
    """
    dataset = Dataset.open(place)
    land = dataset.once(("balance land", scope), lambda: measure_land(dataset, scope), of=LAND)
    residents, stated = _residents(dataset, tuple(population), len(land.frames))
    own = own_frames(land)
    balance = PlaceBalance(
        **vars(own), dataset=dataset, residents=residents, residents_stated=stated
    )
    balance.at(1)  # a population that does not fit is refused here
    return balance


def _units(unit: str, dataset: Dataset) -> gpd.GeoDataFrame:
    """Read the units; without a single outline nobody can balance within them."""
    units = dataset.layer(unit)
    if not units.geom_type.isin(["Polygon", "MultiPolygon"]).any():
        layer = layer_schema(unit)
        facts = {"unit": unit, "title_zh": layer.title_zh, "title_en": layer.title_en}
        raise GeometryError("parcels_unit_without_outlines", facts)
    return units


def _with_kept(balance: WorkspaceBalance, kept: pd.Index) -> WorkspaceBalance:
    """Tell how much of each planned class no parcel says anything of."""
    if "planned_ha" not in balance.table:
        return balance
    rows = balance.parcels
    stays = rows[(rows["date"] == "planned") & rows["parcel"].isin(kept)]
    areas = stays.groupby("code")["area_m2"].sum().reindex(balance.table.index, fill_value=0.0)
    table = balance.table.copy()
    table.insert([*table.columns].index("planned_ha") + 1, _KEPT, areas / _M2_A_HA)
    total = balance.total.copy()
    total[_KEPT] = table[_KEPT].sum()
    figures = [name for name in table.columns if name in total.index]
    return replace(balance, table=table, total=total[figures])


def _residents(
    dataset: Dataset, population: tuple[float, ...], dates: int
) -> tuple[tuple[float, ...], bool]:
    """Return the residents of each date, and whether somebody stated those of the last one."""
    if len(population) == dates:
        return population, True
    if population:
        return population * dates if len(population) == 1 else population, False
    layer = dataset.layer("population")
    known = layer.attrs["completeness"] == "complete" and len(layer) > 0
    total = float(layer["population"].sum()) if known else 0.0
    return ((total,) * dates, False) if total > 0 else ((), False)
