"""The land balance of a workspace at all levels, and the ground that it rests on."""

import dataclasses
from collections.abc import Mapping, Sequence

import geopandas as gpd
import pandas as pd

from erdao_gis.maps.atlas_source import AtlasSource, spoken
from erdao_gis.maps.balance_units import UnitLayer, unit_layers
from erdao_gis.maps.content import Pair
from erdao_gis.parcels import WorkspaceBalance, balance_parcels, edition_of
from erdao_gis.parcels.balancing import Scope, balanced_ground
from erdao_gis.parcels.usable import part_usable

__all__ = ["INPUTS", "LEVELS", "BalanceMap", "missing_land", "read_balance"]

LEVELS = (1, 2, 3)
"""Levels of the classes."""

INPUTS = ("land_use", "parcels")
"""Layers that the balance reads."""

_KEPT = "land_use/"  # planned_uses marks what keeps its present use


@dataclasses.dataclass(frozen=True, kw_only=True, eq=False)
class BalanceMap:
    """A balance at all levels, and the ground it rests on."""

    levels: Mapping[int, WorkspaceBalance]
    """The balance by level."""
    by_unit: Mapping[int, Mapping[str, pd.DataFrame]]
    """The balance within units, by level and name of their layer."""
    frames: Mapping[str, gpd.GeoDataFrame]
    """What is balanced, in EPSG:4551, by date: ``present``, then ``planned`` if there is a plan."""
    units: tuple[UnitLayer, ...]
    """Layers of units."""
    edition: str
    """Edition of the codes."""
    parcels_only: bool
    """Whether there is no layer of present land use, so that the parcels' own codes count."""

    @property
    def total_line(self) -> Pair:
        """Line that tells how much land is balanced."""
        balance = self.levels[1]
        facts = {"ha": f"{balance.total['present_ha']:,.2f}", "classes": len(balance.table)}
        return spoken("balance_whole", facts)


def missing_land(source: AtlasSource) -> tuple[str, ...]:
    """Return the layers of which one is needed, where the workspace has none of them.

    Examples
    --------
    >>> missing_land(AtlasSource())
    ('land_use', 'parcels')
    """
    frames = [source.layer(name).frame for name in INPUTS]
    return () if any(frame.geometry.notna().any() for frame in frames) else INPUTS


def read_balance(
    source: AtlasSource,
    *,
    population: Sequence[float] = (),
    unit: str | None = None,
    scope: Scope = "all",
) -> BalanceMap:
    """Balance the land of a workspace at all levels and within all units.

    Parameters
    ----------
    source
        Layers; not both land use and parcels may be missing.
    population
        Residents of the present and of the plan; see
        :func:`erdao_gis.parcels.balance_parcels`.
    unit
        Layer of units that is not taken by itself.
    scope
        ``parcels`` balances the ground of the parcels only.

    Raises
    ------
    WorkspaceError, GeometryError, SchemaError
        The land cannot be balanced.
    """
    units = unit_layers(source, unit)
    keys: list[str | None] = [each.key for each in units]
    levels, by_unit = {}, {}
    for level in LEVELS:
        found = [
            balance_parcels(
                source.workspace, level=level, population=population, unit=key, scope=scope
            )
            for key in keys or [None]
        ]
        levels[level] = found[0]
        by_unit[level] = {
            each.key: balance.by_unit for each, balance in zip(units, found, strict=False)
        }
    land, parcels = (source.layer(name).frame for name in INPUTS)
    return BalanceMap(
        levels=levels,
        by_unit=by_unit,
        frames=_dates(land, parcels, scope),
        units=units,
        edition=edition_of(land, parcels),
        parcels_only=not land.geometry.notna().any(),
    )


def _dates(
    land: gpd.GeoDataFrame, parcels: gpd.GeoDataFrame, scope: Scope
) -> dict[str, gpd.GeoDataFrame]:
    """Return what the balance balances, with the columns that tell of it."""
    plots = part_usable(parcels, "parcels").usable
    if not land.geometry.notna().any():
        return {"present": plots}
    present, planned = balanced_ground(part_usable(land, "land_use").usable, plots, scope)
    if planned is None:
        return {"present": present}
    kept = present.set_axis([f"{_KEPT}{key}" for key in present.index])
    kept = kept.assign(
        **{f"note_{each}": getattr(spoken("balance_kept"), each) for each in ("zh", "en")}
    )
    told = pd.concat([pd.DataFrame(plots), pd.DataFrame(kept)]).reindex(planned.index)
    told = told.drop(columns=["geometry", "land_use_code"])
    return {"present": present, "planned": planned.join(told)}
