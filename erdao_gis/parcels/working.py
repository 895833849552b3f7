"""Draft, tell the facts, hold against limits, balance: the catalogue and the measures together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from erdao_gis.analysis import (
    AuditRules,
    BalanceRules,
    Draft,
    DraftRules,
    LandBalance,
    ParcelAudit,
    audit_parcels,
    check_limits,
    draft_parcels,
    land_balance,
    parcel_facts,
    parcel_frontage,
    parcel_intensity,
    walk_minutes,
    walking_graph,
)
from erdao_gis.catalogue import open_workspace, read_layer
from erdao_gis.errors import GeometryError, NotInPlanError
from erdao_gis.parcels.reading import (
    Place,
    as_areas,
    edition_of,
    planned_uses,
    read_parcels,
    roads_complete_on,
    surroundings,
)

__all__ = [
    "BROKEN",
    "AreaDraft",
    "LimitCheck",
    "ParcelFacts",
    "balance_parcels",
    "check_parcels",
    "draft_areas",
    "facts_of_parcels",
]

BROKEN = ("exceeded", "below", "reversed")
"""States of a limit that call for a look."""

_BUILT_OF = ("buildings", "parks_and_green")
_NOTE_ZH = "由道路、河流、铁路围合的街坊划出，仅供示意，不是宗地"
_NOTE_EN = "Cut from blocks between roads, rivers and rail for illustration; no cadastral parcel"


@dataclass(frozen=True, kw_only=True, eq=False)
class AreaDraft:
    """Parcels drafted in release and renewal areas."""

    draft: Draft
    "As `draft_parcels` gives it; ``draft.parcels`` have the columns of the layer ``parcels``."
    areas: gpd.GeoDataFrame
    "The areas that were asked for, with why an unplaced one has no place."


@dataclass(frozen=True, kw_only=True, eq=False)
class ParcelFacts:
    """The facts of parcels and what they rest on."""

    parcels: gpd.GeoDataFrame
    facts: pd.DataFrame
    "On the parcels' index; ``attrs['state']`` tells what each column is worth."
    frontage: pd.DataFrame
    "Metres of each parcel along each named street."
    around: Mapping[str, gpd.GeoDataFrame]
    "The layers that were looked at."


@dataclass(frozen=True, kw_only=True, eq=False)
class LimitCheck:
    """Parcels held against their limits."""

    parcels: gpd.GeoDataFrame
    limits: pd.DataFrame
    "As `check_limits` gives it: one row for each parcel and limit."
    values: pd.DataFrame
    "What stands on each parcel."
    audit: ParcelAudit

    @property
    def broken(self) -> pd.DataFrame:
        """Rows of `limits` that are exceeded, fallen below or reversed."""
        return self.limits[self.limits["state"].isin(BROKEN)]


def draft_areas(
    workspace: Place = None,
    *,
    areas: Sequence[str] = (),
    size_ha: float = 1.0,
    rules: DraftRules | None = None,
) -> AreaDraft:
    """Draft parcels in the release and renewal areas, where the roads are complete.

    Parameters
    ----------
    workspace
        A workspace or its folder; without it the shipped district.
    areas
        Ids of the areas; all if none are named.
    size_ha
        Size aimed at, in hectares.
    rules
        Widths and least sizes.

    Returns
    -------
    AreaDraft
        Every parcel has ``assumed`` = ``yes``. Areas without a place, or where the roads are
        not complete, stand in ``draft.faults``.

    Raises
    ------
    NotInPlanError
        There is no such area.
    SchemaError
        A size or width that is not positive.

    Examples
    --------
    >>> drafted = draft_areas(areas=["RA02"])
    >>> len(drafted.draft.parcels), [fault.rule for fault in drafted.draft.faults]
    (0, ['parcels_draft_unplaced'])
    """
    opened = None if workspace is None else open_workspace(workspace)
    layers = [read_layer(name, opened) for name in ("renewal_areas", "release_areas")]
    lands = gpd.GeoDataFrame(pd.concat(layers), geometry="geometry", crs=layers[0].crs)
    unknown = [key for key in areas if key not in lands.index]
    if unknown:
        facts = {"names": ", ".join(unknown), "known": ", ".join(map(str, lands.index))}
        raise NotInPlanError("parcels_no_such_area", facts)
    chosen = lands.loc[list(areas)] if areas else lands
    draft = draft_parcels(
        chosen,
        read_layer("roads", opened),
        complete_within=roads_complete_on(chosen, opened),
        waterways=_placed("waterways", opened),
        railways=_placed("railways", opened),
        size_ha=size_ha,
        rules=rules,
    )
    named = _named(draft.parcels)
    return AreaDraft(draft=replace(draft, parcels=named), areas=chosen)


def _placed(name: str, workspace: Place) -> gpd.GeoDataFrame | None:
    frame = read_layer(name, workspace)
    return frame if frame.geometry.notna().any() else None


def _named(parcels: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Say in the names and notes of drafted parcels that they are no cadastral ones."""
    ids = parcels.index.to_series().astype(str)
    return parcels.assign(
        name_zh="示意地块 " + ids,
        name_en="Drafted parcel " + ids,
        identity="inferred",
        note_zh=_NOTE_ZH,
        note_en=_NOTE_EN,
    )


def _measurable(parcels: gpd.GeoDataFrame, audit: ParcelAudit) -> gpd.GeoDataFrame:
    """Keep all rows; those whose outline cannot be measured have none (the audit names them)."""
    bad = ~parcels.index.isin(audit.usable)
    if not bad.any():
        return parcels
    kept = parcels.copy()
    kept.loc[bad, "geometry"] = None
    return kept


def facts_of_parcels(
    workspace: Place = None, *, parcels: gpd.GeoDataFrame | None = None
) -> ParcelFacts:
    """Tell size, streets, place, distances, clashes and what is built of each parcel.

    Parameters
    ----------
    workspace
        A workspace or its folder; without it the shipped district.
    parcels
        Parcels in EPSG:4551 on their codes, such as drafted ones, in place of the workspace's.

    Returns
    -------
    ParcelFacts
        Its ``facts`` have the columns of `parcel_facts` and `parcel_intensity`.

    Raises
    ------
    WorkspaceError
        No parcels are given and the workspace has none.
    GeometryError, SchemaError
        Parcels that cannot be measured at all.
    """
    opened = None if workspace is None else open_workspace(workspace)
    given = read_parcels(opened) if parcels is None else parcels
    around = surroundings(opened)
    plots = _measurable(given, audit_parcels(given, rules=AuditRules(edition=edition_of(given))))
    facts = parcel_facts(plots, around)
    states = dict(facts.attrs["state"])
    unmeasured = facts.attrs["unmeasured"]
    walks = _walks(plots, around)
    built = _built(plots, opened)
    for column, minutes in walks.items():
        states[column] = minutes.attrs["state"]
    states |= dict.fromkeys(built.columns, built.attrs["state"])
    table = facts.assign(**walks).join(built)
    table.attrs = {"state": states, "unmeasured": unmeasured}
    roads = around["roads"]
    return ParcelFacts(
        parcels=given, facts=table, frontage=parcel_frontage(plots, roads), around=around
    )


def _walks(
    plots: gpd.GeoDataFrame, around: Mapping[str, gpd.GeoDataFrame]
) -> dict[str, "pd.Series[float]"]:
    """Minutes on foot to each kind of place; none where no place or parcel is near a street."""
    found: dict[str, pd.Series[float]] = {}
    if not around["roads"].geometry.notna().any():
        return found
    graph = walking_graph(around["roads"])
    for name in ("metro_stations", "parks", "schools", "clinics"):
        try:
            found[f"{name}_walk_min"] = walk_minutes(graph, plots, around[name])
        except GeometryError as error:
            if error.key != "analysis_no_street_near":
                raise
    return found


def _built(plots: gpd.GeoDataFrame, workspace: Place) -> pd.DataFrame:
    buildings, green = (as_areas(read_layer(name, workspace)) for name in _BUILT_OF)
    return parcel_intensity(plots, buildings, green=green)


def check_parcels(
    workspace: Place = None, *, parcels: gpd.GeoDataFrame | None = None
) -> LimitCheck:
    """Look the parcels over and hold what stands on them against their limits.

    Parameters
    ----------
    workspace
        A workspace or its folder; without it the shipped district.
    parcels
        Parcels in EPSG:4551 on their codes, in place of the workspace's.

    Returns
    -------
    LimitCheck

    Raises
    ------
    WorkspaceError
        No parcels are given and the workspace has none.
    SchemaError
        More than one edition of codes, or limits that are no numbers.
    """
    opened = None if workspace is None else open_workspace(workspace)
    given = read_parcels(opened) if parcels is None else parcels
    audit = audit_parcels(given, rules=AuditRules(edition=edition_of(given)))
    values = _built(_measurable(given, audit), opened)
    limits = check_limits(given, values=values)
    return LimitCheck(parcels=given, limits=limits, values=values, audit=audit)


def balance_parcels(
    workspace: Place = None,
    *,
    level: int = 1,
    population: Sequence[float] = (),
    unit: str | None = None,
) -> LandBalance:
    """Balance the land of a workspace: present use, and the plan with the parcels' uses.

    Where a land-use layer is there, it is the present, and the parcels with their planned codes
    are laid over it for the plan; else the parcels alone are balanced.

    Parameters
    ----------
    workspace
        A workspace or its folder.
    level
        Level of the classes: 1, 2 or 3.
    population
        Residents of the present and of the plan. Without it those of the layer ``population``,
        if it is complete; they say nothing of the plan.
    unit
        Layer of areas for which the balance is drawn up too, such as ``subdistricts``.

    Returns
    -------
    LandBalance

    Raises
    ------
    WorkspaceError
        The workspace has neither parcels nor land use.
    SchemaError
        More than one edition, or a population that does not fit.
    """
    opened = None if workspace is None else open_workspace(workspace)
    land, parcels = read_layer("land_use", opened), read_layer("parcels", opened)
    if not land.geometry.notna().any():
        present, planned, boundary = read_parcels(opened), None, None
    else:
        present = land
        planned = planned_uses(land, parcels) if len(parcels) else None
        district = read_layer("district", opened)
        whole = land.attrs["completeness"] == "complete" and district.geometry.notna().all()
        boundary = district if whole else None
    heads, told = _heads(opened, list(population), 1 if planned is None else 2)
    balance = land_balance(
        present,
        planned,
        heads,
        level=level,
        units=None if unit is None else read_layer(unit, opened),
        boundary=boundary,
        rules=BalanceRules(edition=edition_of(present, parcels)),
    )
    if told:
        return balance
    # Today's residents are not those of the plan.
    gone = ["planned_m2_per_head"]
    return replace(
        balance,
        table=balance.table.drop(columns=gone, errors="ignore"),
        total=balance.total.drop(gone, errors="ignore"),
    )


def _heads(
    workspace: Place, population: list[float], dates: int
) -> tuple[list[float] | None, bool]:
    """Residents of each date, and whether somebody told those of the last one."""
    if len(population) == dates:
        return population, True
    if population:
        return population * dates if len(population) == 1 else population, False
    layer = read_layer("population", workspace)
    known = layer.attrs["completeness"] == "complete" and len(layer) > 0
    total = float(layer["population"].sum()) if known else 0.0
    return ([total] * dates, False) if total > 0 else (None, False)
