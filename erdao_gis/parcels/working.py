"""Draft, tell the facts, hold against limits: the catalogue and the measures together."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis import (
    Draft,
    DraftRules,
    ParcelAudit,
    check_limits,
    crossing_faults,
    crossing_figures,
    cut_off_by_streets,
    cut_off_faults,
    draft_parcels,
    parcel_crossings,
    parcel_facts,
    parcel_frontage,
    parcel_intensity,
    walk_minutes,
    walking_graph,
)
from erdao_gis.catalogue import Dataset, Place
from erdao_gis.errors import Fault, GeometryError, NotInPlanError
from erdao_gis.land_use import limit_norms
from erdao_gis.parcels.looking import look_over
from erdao_gis.parcels.reading import (
    as_areas,
    crossing_lines,
    roads_complete_on,
    surroundings,
)

__all__ = [
    "BROKEN",
    "AreaDraft",
    "LimitCheck",
    "ParcelFacts",
    "check_parcels",
    "draft_areas",
    "facts_of_parcels",
]

BROKEN = ("exceeded", "below", "reversed")
"""States of a limit that call for a look."""

_WHOLE_PERCENT = 100.0
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
    rules: DraftRules
    "Widths and least sizes that were taken."


@dataclass(frozen=True, kw_only=True, eq=False)
class ParcelFacts:
    """The facts of parcels and what they rest on."""

    parcels: gpd.GeoDataFrame
    facts: pd.DataFrame
    "On the parcels' index; ``attrs['state']`` tells what each column is worth."
    frontage: pd.DataFrame
    "Metres of each parcel along each named street."
    crossings: pd.DataFrame
    "Roads, rivers and railways that run through parcels, as `parcel_crossings` lists them."
    around: Mapping[str, gpd.GeoDataFrame]
    "The layers that were looked at."
    audit: ParcelAudit
    """What is wrong with the parcels, what crosses them for certain, and which of them or of the
    places no street joins to others; those that cannot be measured have a row without figures."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LimitCheck:
    """Parcels held against their limits."""

    parcels: gpd.GeoDataFrame
    limits: pd.DataFrame
    "As `check_limits` gives it: one row for each parcel and limit."
    values: pd.DataFrame
    "What stands on each parcel."
    audit: ParcelAudit
    "As `ParcelFacts` has it."

    @property
    def broken(self) -> pd.DataFrame:
        """Rows of `limits` that are exceeded, fallen below or reversed."""
        return self.limits[self.limits["state"].isin(BROKEN)]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows of `limits` are exceeded, fallen below and reversed, each by itself."""
        return {state: int((self.limits["state"] == state).sum()) for state in BROKEN}


def draft_areas(
    place: Place = None,
    *,
    areas: Sequence[str] = (),
    size_ha: float = 1.0,
    rules: DraftRules | None = None,
) -> AreaDraft:
    """Draft parcels in the release and renewal areas, where the roads are complete.

    Parameters
    ----------
    place
        A dataset, a workspace or its folder; without it the shipped district.
    areas
        Ids of the areas; all if none are named.
    size_ha
        Size aimed at, in hectares.
    rules
        Widths and least sizes.

    Returns
    -------
    AreaDraft
        Every parcel has ``assumed`` = ``yes`` and ``outside_district_m2``, its ground beyond the
        district's line, which is no survey. Areas without a place, or where the roads are not
        complete, stand in ``draft.faults``.

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
    dataset = Dataset.open(place)
    layers = [dataset.layer(name) for name in ("renewal_areas", "release_areas")]
    lands = gpd.GeoDataFrame(pd.concat(layers), geometry="geometry", crs=layers[0].crs)
    unknown = [key for key in areas if key not in lands.index]
    if unknown:
        facts = {"names": ", ".join(unknown), "known": ", ".join(map(str, lands.index))}
        raise NotInPlanError("parcels_no_such_area", facts)
    chosen = lands.loc[list(areas)] if areas else lands
    chosen_rules = rules or DraftRules()
    draft = draft_parcels(
        chosen,
        dataset.layer("roads"),
        complete_within=roads_complete_on(chosen, dataset),
        waterways=_placed(dataset.layer("waterways")),
        railways=_placed(dataset.layer("railways")),
        size_ha=size_ha,
        rules=chosen_rules,
    )
    named = _named(_outside(draft.parcels, dataset.layer("district")))
    return AreaDraft(draft=replace(draft, parcels=named), areas=chosen, rules=chosen_rules)


def _placed(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame | None:
    return frame if frame.geometry.notna().any() else None


def _outside(parcels: gpd.GeoDataFrame, district: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Tell how much of each drafted parcel lies beyond the district's line, as far as known."""
    if district.empty or district.geometry.isna().any():
        return parcels
    line = shapely.union_all(district.geometry.to_numpy())
    beyond = shapely.area(shapely.difference(parcels.geometry.to_numpy(), line))
    return parcels.assign(outside_district_m2=np.round(beyond, 1))


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
    """Keep a row for each code; an outline that cannot be measured is none (the audit tells).

    Nobody can say which row of a repeated code is right: such codes have no row here.
    """
    kept = parcels.loc[~parcels.index.duplicated(keep=False)].copy()
    kept.loc[~kept.index.isin(audit.usable), "geometry"] = None
    # Where not one outline can be measured there are no figures, which is no error.
    kept.attrs["completeness"] = "complete"
    return kept


def _of_all(table: pd.DataFrame, parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """Give every parcel a row again, without figures where its code is repeated."""
    if len(table) == len(parcels):
        return table
    attrs = dict(table.attrs)
    whole = table.reindex(parcels.index)
    whole.attrs = attrs
    return whole


def _judged(parcels: gpd.GeoDataFrame) -> pd.DataFrame:
    """Take out limits that are no figures; the audit lists them, and nothing is judged by them."""
    table = pd.DataFrame(parcels.drop(columns=parcels.geometry.name))
    norms = limit_norms()
    for column, unit in zip(norms["bound_column"], norms["unit"], strict=True):
        if column in table:
            figures = pd.to_numeric(table[column], errors="coerce")
            most = _WHOLE_PERCENT if unit == "%" else sys.float_info.max
            table[column] = figures.where((figures >= 0) & (figures <= most))
    return table


def facts_of_parcels(
    place: Place = None, *, parcels: gpd.GeoDataFrame | None = None
) -> ParcelFacts:
    """Tell size, streets, place, distances, clashes, crossings and what is built of each parcel.

    Every parcel has a row; one that cannot be measured (no outline, a self-crossing one, a code
    that occurs more than once) has no figures in it, and ``audit`` says why. A parcel without a
    code stands under the number of its row, such as ``#3``.

    Parameters
    ----------
    place
        A dataset, a workspace or its folder; without it the shipped district.
    parcels
        Parcels in EPSG:4551 on their codes, such as drafted ones, in place of those of the place.

    Returns
    -------
    ParcelFacts
        Its ``facts`` have the columns of `parcel_facts`, `crossing_figures` and
        `parcel_intensity`.

    Raises
    ------
    WorkspaceError
        No parcels are given and the place has none.
    SchemaError
        More than one edition of codes.
    """
    dataset = Dataset.open(place)
    given, audit = look_over(dataset, parcels)
    around = surroundings(dataset)
    plots = _measurable(given, audit)
    crossings, audit = _crossed(plots, audit, dataset)
    facts = parcel_facts(plots, around)
    states = dict(facts.attrs["state"])
    unmeasured = facts.attrs["unmeasured"]
    walks, lost = _walks(plots, around)
    crossed, built = crossing_figures(plots, crossings), _built(plots, dataset)
    for column, minutes in walks.items():
        states[column] = minutes.attrs["state"]
    for figures, state in ((crossed, crossings.attrs["state"]), (built, built.attrs["state"])):
        states |= dict.fromkeys(figures.columns, state)
    table = facts.assign(**walks).join([crossed, built])
    cut_off = {column: minutes.attrs["cut_off"] for column, minutes in walks.items()}
    table.attrs = {"state": states, "unmeasured": unmeasured, "cut_off": cut_off}
    return ParcelFacts(
        parcels=given,
        facts=_of_all(table, given),
        frontage=parcel_frontage(plots, around["roads"]),
        crossings=crossings,
        around=around,
        audit=replace(audit, faults=(*audit.faults, *lost)),
    )


def _crossed(
    plots: gpd.GeoDataFrame, audit: ParcelAudit, dataset: Dataset
) -> tuple[pd.DataFrame, ParcelAudit]:
    """List what crosses the parcels, and add what does for certain to what is wrong with them."""
    crossings = parcel_crossings(plots, crossing_lines(dataset))
    return crossings, replace(audit, faults=(*audit.faults, *crossing_faults(crossings)))


def _walks(
    plots: gpd.GeoDataFrame, around: Mapping[str, gpd.GeoDataFrame]
) -> tuple[dict[str, "pd.Series[float]"], list[Fault]]:
    """Minutes on foot to each kind of place; none where no place or parcel is near a street.

    Parcels and places that no street joins to others are told, each parcel by itself.
    """
    found: dict[str, pd.Series[float]] = {}
    faults: list[Fault] = []
    if not around["roads"].geometry.notna().any():
        return found, []
    graph = walking_graph(around["roads"])
    for name in ("metro_stations", "parks", "schools", "clinics"):
        try:
            minutes = walk_minutes(graph, plots, around[name])
        except GeometryError as error:
            if error.key != "analysis_no_street_near":
                raise
            continue
        found[f"{name}_walk_min"] = minutes
        apart = cut_off_by_streets(minutes, graph)
        faults += cut_off_faults(apart, graph, file="parcels", to=name, each=True)
        faults += cut_off_faults(minutes.attrs["cut_off_facilities"], graph, file=name)
    # A parcel beside a fragment is told once, not for each kind of place.
    return found, list({(one.file, one.feature, str(one.facts)): one for one in faults}.values())


def _built(plots: gpd.GeoDataFrame, dataset: Dataset) -> pd.DataFrame:
    buildings, green = (as_areas(dataset.layer(name)) for name in _BUILT_OF)
    return parcel_intensity(plots, buildings, green=green)


def check_parcels(place: Place = None, *, parcels: gpd.GeoDataFrame | None = None) -> LimitCheck:
    """Look the parcels over, tell what crosses them, hold what stands on them against limits.

    A limit that is no figure counts as not set, a parcel that cannot be measured has no values;
    ``audit`` lists both. A parcel without a code stands under the number of its row (``#3``).

    Parameters
    ----------
    place
        A dataset, a workspace or its folder; without it the shipped district.
    parcels
        Parcels in EPSG:4551 on their codes, in place of those of the place.

    Returns
    -------
    LimitCheck

    Raises
    ------
    WorkspaceError
        No parcels are given and the place has none.
    SchemaError
        More than one edition of codes.
    """
    dataset = Dataset.open(place)
    given, audit = look_over(dataset, parcels)
    plots = _measurable(given, audit)
    _, audit = _crossed(plots, audit, dataset)
    values = _of_all(_built(plots, dataset), given)
    limits = check_limits(_judged(given), values=values)
    return LimitCheck(parcels=given, limits=limits, values=values, audit=audit)
