"""The facts of a place's parcels: size, streets, where they lie, what stands against, on foot."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import geopandas as gpd
import pandas as pd

from erdao_gis.analysis import (
    FactRules,
    ParcelAudit,
    crossing_figures,
    cut_off_by_streets,
    cut_off_faults,
    parcel_facts,
    parcel_frontage,
    walk_minutes,
    walking_graph,
)
from erdao_gis.catalogue import Dataset, Place, own_frames
from erdao_gis.errors import Fault, GeometryError
from erdao_gis.parcels.facts.looked_over import of_all, seen_parcels
from erdao_gis.parcels.facts.surroundings import surroundings
from erdao_gis.shapes.accuracy import accuracy_of


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
    accuracy: Mapping[str, "pd.Series[float]"]
    "How far off each feature of them may be, in metres."
    rules: FactRules
    "Distances that count as along a street, near a node and so on."
    audit: ParcelAudit
    """What is wrong with the parcels, what crosses them for certain, and which of them or of the
    places no street joins to others; those that cannot be measured have a row without figures."""


def facts_of_parcels(
    place: Place = None,
    *,
    parcels: gpd.GeoDataFrame | None = None,
    rules: FactRules | None = None,
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
    rules
        Distances that count as along a street, near a node and so on.

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
    dataset, chosen = Dataset.open(place), rules or FactRules()
    if parcels is not None:
        return _told(dataset, parcels, chosen)
    held = dataset.once(("parcel facts", str(chosen)), lambda: _told(dataset, None, chosen))
    return own_frames(held)


def _told(dataset: Dataset, parcels: gpd.GeoDataFrame | None, rules: FactRules) -> ParcelFacts:
    seen = seen_parcels(dataset, parcels)
    around = surroundings(dataset)
    facts = parcel_facts(seen.plots, around, rules=rules)
    states = dict(facts.attrs["state"])
    unmeasured = facts.attrs["unmeasured"]
    walks, lost = _walks(seen.plots, around)
    crossed = crossing_figures(seen.plots, seen.crossings)
    for column, minutes in walks.items():
        states[column] = minutes.attrs["state"]
    for figures, given in ((crossed, seen.crossings), (seen.built, seen.built)):
        states |= dict.fromkeys(figures.columns, given.attrs["state"])
    table = facts.assign(**walks).join([crossed, seen.built])
    cut_off = {column: minutes.attrs["cut_off"] for column, minutes in walks.items()}
    table.attrs = {"state": states, "unmeasured": unmeasured, "cut_off": cut_off}
    return ParcelFacts(
        parcels=seen.given,
        facts=of_all(table, seen.given),
        frontage=parcel_frontage(seen.plots, around["roads"]),
        crossings=seen.crossings,
        around=around,
        accuracy={name: accuracy_of(frame) for name, frame in around.items()},
        rules=rules,
        audit=replace(seen.audit, faults=(*seen.audit.faults, *lost)),
    )


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
