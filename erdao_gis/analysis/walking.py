"""What is reached on foot along the streets."""

from collections.abc import Hashable

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely import LineString
from shapely.geometry.base import BaseGeometry
from shapely.ops import substring

from erdao_gis.analysis.kernels.access import (
    Access,
    StreetFinder,
    distances_from,
    island_of,
    nearest_walk,
    on_fragment,
)
from erdao_gis.analysis.kernels.frame_inputs import Floats, Given, Mask, Positions, given, positive
from erdao_gis.analysis.kernels.results import State, spread, state_of
from erdao_gis.analysis.street_network import WalkingGraph
from erdao_gis.crs import require_metres
from erdao_gis.errors import GeometryError
from erdao_gis.wording import label_list

# People walk 60 to 80 m a minute; the 1,000 m of a 15-minute living circle lie between.
_SPEED_M_PER_MIN = 70.0
_MAX_ACCESS_M = 200.0
_GATE_M = 30.0
# Origins searched at once: bounds the table of origins by nodes.
_ORIGINS = 64
# Sums of street lengths carry rounding: 350 m in 5 minutes is within 5 minutes.
_ROUNDED = 1 + 1e-9


def walk_minutes(
    graph: WalkingGraph,
    units: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    *,
    speed_m_per_min: float = _SPEED_M_PER_MIN,
    max_access_m: float = _MAX_ACCESS_M,
    gate_m: float = _GATE_M,
) -> pd.Series:
    """Minutes of walking from each unit to the nearest facility, along the streets.

    A walk leads straight from the unit's edge to the nearest street (of several that are equally
    near, to the best), along streets, and straight to the facility. One search over the network
    serves all facilities and units.

    Parameters
    ----------
    graph
        From :func:`walking_graph`.
    units
        Points, lines or areas in the CRS of the graph. Make large areas smaller first: a walk
        starts at one place of each.
    facilities
        Points, lines or areas in the same CRS. A point is entered from its nearest street;
        lines and areas (parks) also from every street that runs within `gate_m`.
    speed_m_per_min
        Walking speed in metres a minute.
    max_access_m
        Metres within which a unit or facility must have a street.
    gate_m
        Metres within which a park is entered from a street.

    Returns
    -------
    pandas.Series
        ``walk_minutes`` on the index of `units`; NaN for units without geometry or without a
        street nearby (both in ``attrs["unmeasured"]``). Units beside streets from which none
        leads to a facility stand in ``attrs["cut_off"]``, label -> row of ``graph.islands``:
        inf where the island is a network of its own (beyond a river), NaN where it is a
        fragment, a piece of street that the data join to nothing. Facilities without a street
        nearby stand in ``attrs["unplaced"]``, those beside fragments in
        ``attrs["cut_off_facilities"]``; with one of these no cut-off unit is known to be out of
        reach, so all are NaN. ``attrs["state"]`` is ``upper_bound`` where roads or facilities
        are partial or such facilities exist, because the real walk may be shorter, and
        ``no_data`` (all NaN) where the facilities' layer says that it is empty.

    Raises
    ------
    CRSError
        Degrees, Web Mercator, no CRS, or different ones.
    GeometryError
        Invalid geometries, nothing placed in a frame that does not say why, or no facility near
        a street.

    Examples
    --------
    A shop 210 m down the street from a home that stands 70 m off it, at 70 m a minute:

    >>> from shapely import LineString, Point
    >>> from erdao_gis.analysis import walking_graph
    >>> road = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (500, 0)])], crs="EPSG:4551")
    >>> home = gpd.GeoDataFrame(geometry=[Point(100, 70)], crs=road.crs)
    >>> shop = gpd.GeoDataFrame(geometry=[Point(310, 0)], crs=road.crs)
    >>> walk_minutes(walking_graph(road), home, shop).tolist()
    [4.0]
    """
    speed = positive(speed_m_per_min, "speed_m_per_min")
    homes, places = _given_on(graph, units, facilities)
    finder = StreetFinder(graph)
    access = positive(max_access_m, "max_access_m")
    goals = _goals(finder, places, access, positive(gate_m, "gate_m", zero=True))
    starts = finder.nearest(homes.shapes, access)
    metres = np.full(len(homes.placed), np.nan)
    if len(goals.owner) or places.completeness == "complete":
        metres[starts.owner] = np.inf
    island = island_of(graph, starts, len(homes.placed))
    place_island = island_of(graph, goals, len(places.placed))
    astray = on_fragment(graph, place_island)
    cut_off = np.zeros(len(metres), dtype=bool)
    if len(goals.owner):
        np.minimum.at(metres, starts.owner, nearest_walk(graph, starts, goals))
        cut_off = np.isinf(metres)
        # Beside a fragment, or with a facility beside one, the way may only be missing here.
        metres[cut_off & (on_fragment(graph, island) | astray.any())] = np.nan
    series = pd.Series(spread(homes, metres / speed), index=units.index, name="walk_minutes")
    bare = series.isna().to_numpy(copy=True)
    bare[homes.placed[cut_off]] = False
    far = tuple(facilities.index[places.placed[place_island < 0]])
    series.attrs.update(
        {
            "measure": "walk_minutes",
            "unit": "min",
            "state": _state(graph, homes, places, partial=bool(far) or bool(astray.any())),
            "unmeasured": tuple(units.index[bare]),
            "cut_off": _labelled(homes, island, cut_off),
            "unplaced": places.unplaced + far,
            "cut_off_facilities": _labelled(places, place_island, astray),
        }
    )
    return series


def walk_coverage(
    graph: WalkingGraph,
    units: gpd.GeoDataFrame,
    facilities: gpd.GeoDataFrame,
    minutes: float,
    *,
    speed_m_per_min: float = _SPEED_M_PER_MIN,
    max_access_m: float = _MAX_ACCESS_M,
    gate_m: float = _GATE_M,
) -> pd.Series:
    """Tell of each unit whether a facility is within a walk of some minutes (步行可达覆盖).

    The rate of a whole (for instance 公园绿地、广场步行5分钟覆盖率, TD/T 1063-2021) is the mean of
    this weighted with the units' areas, or with their residents.

    Parameters
    ----------
    graph, units, facilities, speed_m_per_min, max_access_m, gate_m
        As in :func:`walk_minutes`.
    minutes
        Longest walk that counts.

    Returns
    -------
    pandas.Series
        ``walk_coverage`` on the index of `units`: 1.0 within reach, 0.0 beyond, NaN where it
        cannot be told (``attrs["unmeasured"]``). Where roads or facilities are partial the
        state is ``lower_bound``, and what is not reached is NaN: a missing street or facility
        may well reach it. ``attrs["cut_off"]`` and ``attrs["cut_off_facilities"]`` are those of
        :func:`walk_minutes`: beside a fragment NaN, on an island that is a network 0.0.

    Raises
    ------
    CRSError, GeometryError
        As in :func:`walk_minutes`.
    SchemaError
        Minutes that are not positive.

    Examples
    --------
    >>> from shapely import LineString, Point
    >>> from erdao_gis.analysis import walking_graph
    >>> road = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (900, 0)])], crs="EPSG:4551")
    >>> homes = gpd.GeoDataFrame(geometry=[Point(100, 0), Point(800, 0)], crs=road.crs)
    >>> shop = gpd.GeoDataFrame(geometry=[Point(300, 0)], crs=road.crs)
    >>> walk_coverage(walking_graph(road), homes, shop, 5).tolist()
    [1.0, 0.0]
    """
    limit = positive(minutes, "minutes")
    needed = walk_minutes(
        graph,
        units,
        facilities,
        speed_m_per_min=speed_m_per_min,
        max_access_m=max_access_m,
        gate_m=gate_m,
    )
    reached = (needed <= limit * _ROUNDED).astype(float).where(needed.notna())
    reached.name = "walk_coverage"
    reached.attrs.update(needed.attrs | {"measure": "walk_coverage", "unit": "share"})
    if needed.attrs["state"] == "upper_bound":
        reached = reached.where(reached > 0)
        reached.attrs["state"] = "lower_bound"
    return reached


def walk_catchment(
    graph: WalkingGraph,
    origins: gpd.GeoDataFrame,
    minutes: float,
    *,
    speed_m_per_min: float = _SPEED_M_PER_MIN,
    max_access_m: float = _MAX_ACCESS_M,
    gate_m: float = _GATE_M,
) -> gpd.GeoSeries:
    """Streets that are reached from each origin within a walk of some minutes.

    Each street is cut where the time is up. Widen the result to get land:
    ``catchment.buffer(50)`` is what lies within 50 m of a street that is reached.

    Parameters
    ----------
    graph, speed_m_per_min, max_access_m, gate_m
        As in :func:`walk_minutes`.
    origins
        Points, lines or areas in the CRS of the graph, entered as facilities are.
    minutes
        Longest walk that counts.

    Returns
    -------
    geopandas.GeoSeries
        ``walk_catchment``, lines in the CRS of the graph, on the index of `origins`; null for
        origins without geometry or without a street nearby (``attrs["unmeasured"]``), an empty
        line where the street itself is too far. Origins that are entered from fragments only
        stand in ``attrs["cut_off"]``, label -> row of ``graph.islands``: of what they reach only
        that piece of street is known. ``attrs["state"]`` is ``lower_bound`` where the roads are
        partial or an origin is cut off.

    Raises
    ------
    CRSError, GeometryError
        As in :func:`walk_minutes`.
    SchemaError
        Minutes that are not positive.

    Examples
    --------
    >>> from shapely import LineString, Point
    >>> from erdao_gis.analysis import walking_graph
    >>> road = gpd.GeoDataFrame(geometry=[LineString([(0, 0), (900, 0)])], crs="EPSG:4551")
    >>> school = gpd.GeoDataFrame(geometry=[Point(100, 0)], crs=road.crs)
    >>> walk_catchment(walking_graph(road), school, 5).length.tolist()
    [450.0]
    """
    reach_m = positive(minutes, "minutes") * positive(speed_m_per_min, "speed_m_per_min")
    require_metres(gpd.GeoSeries([], crs=graph.crs, name="roads"), origins)
    places = given(origins, "origins")
    access = positive(max_access_m, "max_access_m")
    entries = StreetFinder(graph).gates(
        places.shapes, access, positive(gate_m, "gate_m", zero=True)
    )
    shapes: list[BaseGeometry | None] = [None] * len(origins)
    for first in range(0, len(places.placed), _ORIGINS):
        batch = (entries.owner >= first) & (entries.owner < first + _ORIGINS)
        chosen = _chosen(entries, batch)
        count = min(_ORIGINS, len(places.placed) - first)
        to_node = distances_from(graph, chosen, chosen.owner - first, count)
        for owner in np.unique(chosen.owner).tolist():
            own = _chosen(chosen, chosen.owner == owner)
            shapes[places.placed[owner]] = _reached(graph, to_node[owner - first], own, reach_m)
    series = gpd.GeoSeries(shapes, index=origins.index, crs=graph.crs, name="walk_catchment")
    unmeasured = tuple(origins.index[[shape is None for shape in shapes]])
    island = island_of(graph, entries, len(places.placed))
    cut_off = _labelled(places, island, on_fragment(graph, island))
    series.attrs.update(
        {
            "measure": "walk_catchment",
            "state": "lower_bound" if cut_off else graph.state,
            "unmeasured": unmeasured,
            "cut_off": cut_off,
        }
    )
    return series


def _given_on(
    graph: WalkingGraph, units: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame
) -> tuple[Given, Given]:
    require_metres(gpd.GeoSeries([], crs=graph.crs, name="roads"), units, facilities)
    return given(units, "units"), given(facilities, "facilities")


def _goals(finder: StreetFinder, places: Given, access_m: float, gate_m: float) -> Access:
    goals = finder.gates(places.shapes, access_m, gate_m)
    if len(places.placed) and not len(goals.owner):
        facts = {"ids": label_list(places.frame.index[places.placed]), "metres": access_m}
        raise GeometryError("analysis_no_street_near", facts)
    return goals


def _labelled(rows: Given, island: Positions, some: Mask) -> dict[Hashable, int]:
    """Give label -> island of some of the placed rows."""
    labels = rows.frame.index[rows.placed[some]]
    return dict(zip(labels.tolist(), island[some].tolist(), strict=True))


def _state(graph: WalkingGraph, homes: Given, places: Given, *, partial: bool) -> State:
    """Tell what minutes are worth: of streets and facilities that are partial, a bound."""
    known = state_of(places) if len(homes.placed) else "no_data"
    if known == "no_data":
        return known
    return "upper_bound" if partial or "lower_bound" in (known, graph.state) else "value"


def _chosen(access: Access, some: Mask) -> Access:
    return Access(access.owner[some], access.edge[some], access.along[some], access.gap[some])


def _reached(graph: WalkingGraph, to_node: Floats, entries: Access, reach_m: float) -> BaseGeometry:
    """Cut out of each edge what is reached from its ends or from an entry on it."""
    edges = graph.edges
    from_start = np.clip(reach_m - to_node[edges.start], 0.0, edges.length)
    from_end = np.clip(reach_m - to_node[edges.end], 0.0, edges.length)
    own: dict[int, list[tuple[float, float]]] = {}
    for edge, at, gap in zip(entries.edge.tolist(), entries.along, entries.gap, strict=True):
        left = reach_m - gap
        if left > 0:
            own.setdefault(edge, []).append((at - left, at + left))
    parts: list[LineString] = []
    touched = np.union1d(np.flatnonzero((from_start > 0) | (from_end > 0)), list(own))
    for edge in touched.astype(int).tolist():
        length = float(edges.length[edge])
        spans = [(0.0, from_start[edge]), (length - from_end[edge], length), *own.get(edge, [])]
        begin, line = edges.begin[edge], graph.lines[edges.line[edge]]
        cuts = [substring(line, begin + a, begin + b) for a, b in _united(spans, length)]
        parts += [part for part in cuts if isinstance(part, LineString)]
    return shapely.line_merge(shapely.MultiLineString(parts))


def _united(spans: list[tuple[float, float]], length: float) -> list[tuple[float, float]]:
    """Join spans of one edge that touch, and keep them on the edge."""
    joined: list[tuple[float, float]] = []
    for a, b in sorted((max(a, 0.0), min(b, length)) for a, b in spans):
        if b <= a:
            continue
        if joined and a <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(b, joined[-1][1]))
        else:
            joined.append((a, b))
    return joined
