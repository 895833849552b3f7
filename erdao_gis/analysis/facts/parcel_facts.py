"""The facts of each parcel: size, shape, streets, where it lies, how far, what stands against."""

from collections.abc import Collection, Hashable, Mapping
from dataclasses import dataclass, field

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis.facts.frontage import NO_FRONTAGE, STREET_M, parcel_frontage
from erdao_gis.analysis.facts.given_parcels import parcels_given
from erdao_gis.analysis.facts.memberships import lying_in, nearest_places, shared_ground
from erdao_gis.analysis.kernels.frame_inputs import Floats, Given, Positions, given, positive
from erdao_gis.analysis.kernels.least_and_most import metres_off, moved_by
from erdao_gis.analysis.kernels.results import State, state_of
from erdao_gis.analysis.street_network import WalkingGraph
from erdao_gis.analysis.walking import walk_minutes
from erdao_gis.crs import require_metres
from erdao_gis.errors import SchemaError

MU_M2 = 10_000 / 15
"""Square metres of one 亩: fifteen make a hectare."""

_AREAS = ("zones", "belts", "clusters", "cores", "nodes", "subdistricts")
_PLACES = ("metro_stations", "parks", "schools", "clinics")
_CLASHES = ("river_setback", "subsidence", "protected_land")
_KNOWN = (*_AREAS, *_PLACES, *_CLASHES, "roads")


@dataclass(frozen=True, kw_only=True)
class FactRules:
    """Choices of ours; all are parameters because no norm gives them."""

    street_m: float | str = STREET_M
    "Metres from a street's centre line to the parcels along it: a number or a column."
    not_streets: Collection[str] = NO_FRONTAGE
    "Classes of roads that parcels do not front."
    access_m: float = 4.0
    "Least frontage in metres that lets a car in: the parcel has street access."
    catchment_m: float = 500.0
    "Radius in metres of the catchment of a node that is given as a point."


@dataclass(eq=False)
class _Columns:
    """Columns as they come, with what each can claim to be."""

    plots: Given
    tree: shapely.STRtree
    content: dict[str, object] = field(default_factory=dict)
    states: dict[str, State] = field(default_factory=dict)
    cut_off: dict[str, Mapping[Hashable, int]] = field(default_factory=dict)

    def figures(self, name: str, amounts: Floats, state: State = "value") -> None:
        every = np.full(len(self.plots.frame), np.nan)
        if state != "no_data":
            every[self.plots.placed] = amounts
        self.content[name], self.states[name] = every, state

    def labels(self, name: str, texts: "pd.Series[str]", state: State = "value") -> None:
        every = np.full(len(self.plots.frame), None, dtype=object)
        if state != "no_data":
            every[self.plots.placed] = texts.astype(object).where(texts.notna(), None)
        self.content[name], self.states[name] = pd.array(every, dtype="str"), state


def parcel_facts(
    parcels: gpd.GeoDataFrame,
    layers: Mapping[str, gpd.GeoDataFrame] | None = None,
    *,
    rules: FactRules | None = None,
    walking: WalkingGraph | None = None,
) -> pd.DataFrame:
    """Give the facts of each parcel in one table.

    Parameters
    ----------
    parcels
        Areas in metres (EPSG:4551) on their codes.
    layers
        What is known around them, in the same CRS, each under its name:

        - areas in which parcels lie: ``zones``, ``belts``, ``clusters``, ``cores``, ``nodes``
          (points stand for their catchment), ``subdistricts``;
        - places that are reached: ``metro_stations``, ``parks``, ``schools``, ``clinics``;
        - ground that stands against building: ``river_setback``, ``subsidence``,
          ``protected_land`` (areas);
        - ``roads``: centre lines, with ``name_zh``, ``road_class``, ``bridge`` and ``tunnel`` if
          known.
    rules
        Distances that are choices.
    walking
        A network from :func:`walking_graph`; with it the walk to each place is told too.

    Returns
    -------
    pandas.DataFrame
        On the index of `parcels`: ``area_m2``, ``area_ha``, ``area_mu`` (亩), ``perimeter_m``,
        ``compactness`` (4 pi area / perimeter^2, 1 for a circle); for ``roads`` ``frontage_m``,
        ``streets`` (names, the longest frontage first) and ``street_access``; for each layer of
        areas the label of the one with most of the parcel, ``<layer>_share`` (0 to 1),
        ``<layer>_count``, and of a parcel that lies in none as drawn ``<layer>_possible``, the
        one it may lie in; for each layer of places ``<layer>_m`` (straight line from the
        parcel's edge), ``<layer>_id`` and with `walking` ``<layer>_walk_min``; for each clash
        ``<layer>_m2`` and ``<layer>_share``. Missing where a parcel has no geometry, or where
        nothing is known; ``attrs["state"]`` tells for each column whether it is a ``value``, a
        ``lower_bound`` or ``upper_bound`` (partial layers) or ``no_data``. ``attrs["cut_off"]``
        gives for each column of walks the parcels that no street joins to a place, with their
        islands (see :func:`walk_minutes`).

        Shares, metres and m2 of clashes carry the band of what they rest on, in columns of the
        same name and unit with ``_low`` and ``_high`` behind: ``zones_share_low``,
        ``parks_m_high``, ``subsidence_m2_low``. An area is moved in and out by its
        ``accuracy_m``, a place is nearer or further by it; evidence A, and what states no
        accuracy, is exact. The parcels' own outlines are taken as they are, and low <= figure
        <= high.

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or different ones.
    GeometryError
        Invalid geometries, areas that are none, or nothing placed in a frame that does not say
        that its layer is complete or empty.
    SchemaError
        Codes that occur twice, a layer under another name, or an accuracy that is negative.

    Examples
    --------
    >>> from shapely import Point, box
    >>> plots = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 50)], index=["A"], crs=4551)
    >>> stations = gpd.GeoDataFrame(geometry=[Point(400, 25)], index=["S1"], crs=4551)
    >>> facts = parcel_facts(plots, {"metro_stations": stations})
    >>> facts.loc["A", ["area_ha", "area_mu", "metro_stations_m"]].tolist()
    [0.5, 7.5, 300.0]
    """
    layers, rules = layers or {}, rules or FactRules()
    strange = [name for name in layers if name not in _KNOWN]
    if strange:
        facts = {"names": ", ".join(strange), "known": ", ".join(_KNOWN)}
        raise SchemaError("parcels_unknown_layer", facts)
    plots = parcels_given(parcels)
    require_metres(parcels, *layers.values())
    found = _Columns(plots, shapely.STRtree(plots.shapes))
    _add_size(found)
    if "roads" in layers:
        _add_streets(found, parcels, layers["roads"], rules)
    for name in (name for name in _AREAS if name in layers):
        _add_membership(found, name, layers[name], rules)
    for name in (name for name in _PLACES if name in layers):
        _add_distance(found, name, layers[name])
        if walking is not None:
            minutes = walk_minutes(walking, parcels, layers[name])
            column = f"{name}_walk_min"
            found.content[column] = minutes.to_numpy(float)
            found.states[column] = minutes.attrs["state"]
            found.cut_off[column] = minutes.attrs["cut_off"]
    for name in (name for name in _CLASHES if name in layers):
        _add_clash(found, name, layers[name])
    table = pd.DataFrame(found.content, index=parcels.index)
    table.attrs.update(
        {"state": found.states, "unmeasured": plots.unplaced, "cut_off": found.cut_off}
    )
    return table


def _add_size(found: _Columns) -> None:
    area = shapely.area(found.plots.shapes)
    perimeter = shapely.length(found.plots.shapes)
    found.figures("area_m2", area)
    found.figures("area_ha", area / 10_000)
    found.figures("area_mu", area / MU_M2)
    found.figures("perimeter_m", perimeter)
    found.figures("compactness", 4 * np.pi * area / perimeter**2)


def _add_streets(
    found: _Columns, parcels: gpd.GeoDataFrame, roads: gpd.GeoDataFrame, rules: FactRules
) -> None:
    state = state_of(given(roads, "roads", "lines"))
    table = parcel_frontage(parcels, roads, street_m=rules.street_m, not_streets=rules.not_streets)
    labels = parcels.index[found.plots.placed]
    sums = table.groupby("parcel", sort=False)["length_m"].sum().reindex(labels, fill_value=0.0)
    names: dict[object, str] = {}
    for label, street in zip(table["parcel"].tolist(), table["street"].tolist(), strict=True):
        names[label] = f"{names[label]};{street}" if label in names else street
    found.figures("frontage_m", sums.to_numpy(float), state)
    found.labels("streets", labels.to_series().map(names), state)
    access = sums >= positive(rules.access_m, "access_m")
    told = access.map({True: "yes", False: "no"})
    if state == "lower_bound":  # a street may be missing
        told = told.where(told == "yes")
    found.labels("street_access", told, state)


def _add_membership(found: _Columns, name: str, layer: gpd.GeoDataFrame, rules: FactRules) -> None:
    lands = given(layer, name)
    shapes = lands.shapes
    flat = shapely.get_dimensions(shapes) < 2  # noqa: PLR2004 - points and lines
    if flat.any():
        reach = positive(rules.catchment_m, "catchment_m")
        shapes = np.where(flat, shapely.buffer(shapes, reach, quad_segs=32), shapes)
    pairs = lying_in(found.tree, shapes, metres_off(lands))
    pairs = pairs.take(np.lexsort((pairs.land, -pairs.high, -pairs.ground, pairs.plot)))
    mine, first = np.unique(pairs.plot, return_index=True)
    best, size = pairs.take(first), len(found.plots.shapes)
    shares = np.zeros((3, size))
    amounts = np.stack([best.ground, best.low, best.high])
    shares[:, mine] = np.minimum(amounts / shapely.area(found.plots.shapes[mine]), 1.0)
    count = np.bincount(pairs.plot[pairs.ground > 0], minlength=size).astype(float)
    inside, state = best.ground > 0, state_of(lands)
    place = lands.placed[best.land]
    found.labels(name, _labels_at(layer.index, mine[inside], place[inside], size), state)
    _add_band(found, f"{name}_share", shares, state)
    found.figures(f"{name}_count", _known(count, state), state)
    maybe = _labels_at(layer.index, mine[~inside], place[~inside], size)
    found.labels(f"{name}_possible", maybe, state)


def _add_distance(found: _Columns, name: str, layer: gpd.GeoDataFrame) -> None:
    places = given(layer, name)
    nearest = nearest_places(found.plots.shapes, places)
    state: State = {"lower_bound": "upper_bound"}.get(state_of(places), state_of(places))  # type: ignore[assignment]
    _add_band(found, f"{name}_m", (nearest.metres, nearest.low, nearest.high), state)
    reached = np.flatnonzero(nearest.position >= 0)
    labels = _labels_at(layer.index, reached, nearest.position[reached], len(nearest.metres))
    found.labels(f"{name}_id", labels, state)


def _add_clash(found: _Columns, name: str, layer: gpd.GeoDataFrame) -> None:
    lands = given(layer, name, "areas")
    plots, off = found.plots.shapes, metres_off(lands)
    drawn = shared_ground(plots, lands.shapes)
    low, high, size = drawn.copy(), drawn.copy(), shapely.area(plots)
    if (off > 0).any():
        # Rounding of the moved outlines must not turn the order around.
        some = drawn > 0
        less = shared_ground(plots[some], moved_by(lands.shapes, -off))
        low[some] = np.minimum(less, drawn[some])
        some = drawn < size
        more = shared_ground(plots[some], moved_by(lands.shapes, off))
        high[some] = np.maximum(more, drawn[some])
    state = state_of(lands)
    _add_band(found, f"{name}_m2", (drawn, low, high), state)
    found.figures(f"{name}_share", _known(np.minimum(drawn / size, 1.0), state), state)


def _add_band(
    found: _Columns, name: str, band: Floats | tuple[Floats, Floats, Floats], state: State
) -> None:
    """Add a figure as drawn, and what it is at least and at most by the accuracy of its layer."""
    drawn, low, high = band
    found.figures(name, _known(drawn, state), state)
    found.figures(f"{name}_low", _known(low, state, high), state)
    found.figures(f"{name}_high", _known(high, state), state)


def _labels_at(
    index: pd.Index, rows: Positions, positions: Positions, size: int
) -> "pd.Series[str]":
    """Put the labels at some positions of an index on some rows; the others have none."""
    texts = np.full(size, None, dtype=object)
    texts[rows] = index[positions].astype(str)
    return pd.Series(texts, dtype="str")


def _known(amounts: Floats, state: State, seen: Floats | None = None) -> Floats:
    """Zero of a partial layer is no finding: nothing was recorded there."""
    seen = amounts if seen is None else seen
    return np.where(seen > 0, amounts, np.nan) if state == "lower_bound" else amounts
