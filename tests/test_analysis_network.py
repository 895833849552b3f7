"""The walking network made of a roads layer."""

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, box

from erdao_gis.analysis import WalkingGraph, walking_graph
from erdao_gis.errors import CRSError, GeometryError, SchemaError


def roads(*lines: list[tuple[float, float]], **columns: list[object]) -> gpd.GeoDataFrame:
    """Make a roads layer in EPSG:4551."""
    shapes = [LineString(line) for line in lines]
    return gpd.GeoDataFrame(columns, geometry=shapes, crs="EPSG:4551")


def as_networkx(graph: WalkingGraph) -> nx.MultiGraph:
    """Copy the edges into networkx."""
    network = nx.MultiGraph()
    network.add_nodes_from(range(graph.node_count))
    edges = graph.edges
    rows = zip(edges.start.tolist(), edges.end.tolist(), edges.length.tolist(), strict=True)
    network.add_weighted_edges_from(rows)
    return network


def test_streets_that_cross_meet() -> None:
    """A plain crossing is a node: two lines become four edges of 50 m."""
    graph = walking_graph(roads([(0, 50), (100, 50)], [(50, 0), (50, 100)]))
    assert graph.edges.length.tolist() == [50.0] * 4
    assert graph.node_count == 5
    assert len(graph.islands) == 1


def test_bridge_over_a_street_does_not_meet_it() -> None:
    """A bridge passes; its ends meet the streets that it joins."""
    graph = walking_graph(
        roads(
            [(50, 0), (50, 100)],
            [(0, 50), (20, 50)],
            [(20, 50), (80, 50)],
            [(80, 50), (100, 50)],
            bridge=[None, "", "bridge", None],
        )
    )
    assert graph.islands["length_m"].tolist() == [100.0, 100.0]
    assert sorted(graph.edges.length) == [20.0, 20.0, 60.0, 100.0]


def test_bridge_that_ends_on_a_street_meets_it() -> None:
    """The end of a bridge lands even in the middle of a street."""
    graph = walking_graph(roads([(0, 0), (100, 0)], [(50, 0), (50, 90)], bridge=[None, "bridge"]))
    assert len(graph.islands) == 1


CROSS = ([(0, 0), (400, 0)], [(200, -250), (200, 250)])


@pytest.mark.parametrize(
    "value", ["F", "no", "0", 0, False, "否", None, np.nan, "", " ", "false", 0.0, np.False_, "无"]
)
def test_what_is_no_bridge_meets_what_it_crosses(value: object) -> None:
    """However a file writes that a street is no bridge, the crossing is a node."""
    graph = walking_graph(roads(*CROSS, bridge=[value, None]))
    assert graph.islands["length_m"].tolist() == [900.0]


@pytest.mark.parametrize(
    "value",
    [
        "T",
        "yes",
        1,
        True,
        "是",
        "bridge",
        "viaduct",
        " Bridge ",
        "1",
        np.True_,
        "tunnel",
        "culvert",
    ],
)
def test_what_is_a_bridge_or_tunnel_passes(value: object) -> None:
    """However a file writes that a street is a bridge, the two are islands."""
    graph = walking_graph(roads(*CROSS, bridge=[value, None]))
    assert graph.islands["length_m"].tolist() == [500.0, 400.0]


def test_a_tunnel_has_a_column_of_its_own_in_other_files() -> None:
    """OpenStreetMap's extracts tell bridge F and tunnel T of the same street."""
    graph = walking_graph(roads(*CROSS, bridge=["F", "F"], tunnel=["T", "F"]))
    assert len(graph.islands) == 2
    assert len(walking_graph(roads(*CROSS, bridge=["F", "F"], tunnel=["F", "F"])).islands) == 1


def test_a_value_that_is_neither_is_named() -> None:
    """Taken for a bridge or for none, it would part or join streets that are not."""
    streets = roads(*CROSS, bridge=["perhaps", "F"])
    streets.index = ["R1", "R2"]
    with pytest.raises(SchemaError, match="R1 'perhaps'") as caught:
        walking_graph(streets)
    assert caught.value.key == "yes_no_unknown"


def test_street_that_ends_below_a_bridge_does_not_climb() -> None:
    """An end near the middle of a bridge is not joined to it."""
    graph = walking_graph(roads([(0, 0), (100, 0)], [(50, 1), (50, 90)], bridge=["bridge", None]))
    assert len(graph.islands) == 2


def test_end_that_misses_by_a_metre_is_joined_and_reported() -> None:
    """A gap of 1 m is bridged, and the road and gap are listed."""
    streets = roads([(0, 0), (100, 0)], [(50, 1), (50, 90)])
    streets.index = ["main", "side"]
    graph = walking_graph(streets)
    assert len(graph.islands) == 1
    assert graph.snapped["road"].tolist() == ["side"]
    assert graph.snapped["gap_m"].tolist() == [1.0]


def test_wider_gap_stays_an_island_and_is_listed() -> None:
    """A gap of 5 m is no street; the islands are listed with their length, longest first."""
    graph = walking_graph(roads([(50, 5), (50, 90)], [(0, 0), (100, 0)]))
    assert graph.islands["length_m"].tolist() == [100.0, 85.0]
    assert graph.islands["share"].sum() == pytest.approx(1.0)
    assert graph.snapped.empty


def test_a_stub_is_a_fragment_and_another_part_of_town_is_none() -> None:
    """Of 20 km: 40 m and 900 m are pieces, 2.4 km with blocks of their own are a network."""
    block = [[(x, 3e4), (x, 30300)] for x in (0, 100, 200, 300)]
    block += [[(0, y), (300, y)] for y in (3e4, 30100, 30200, 30300)]
    lines = [[(0, 0), (2e4, 0)], *block, [(0, 9), (40, 9)], [(100, 500), (1000, 500)]]
    islands = walking_graph(roads(*lines)).islands
    assert islands["length_m"].round().tolist() == [20_000, 2_400, 900, 40]
    assert islands["fragment"].tolist() == [False, False, True, True]


def test_what_is_too_little_street_is_a_parameter() -> None:
    """By length, by share of all street, or none; half of the longest is always enough."""
    lines = [(0, 0), (6000, 0)], [(0, 500), (1500, 500)], [(0, 900), (500, 900)]

    def fragments(**rules: float) -> list[bool]:
        return walking_graph(roads(*lines), **rules).islands["fragment"].tolist()

    assert fragments() == [False, False, True]
    assert fragments(least_island_m=2000) == [False, True, True]
    assert fragments(least_island_m=0, least_island_share=0.1) == [False, False, True]
    assert fragments(least_island_m=0, least_island_share=0) == [False, False, False]
    assert walking_graph(roads(lines[1], lines[2], [(0, 700), (800, 700)])).islands[
        "fragment"
    ].tolist() == [False, False, True]
    with pytest.raises(SchemaError):
        fragments(least_island_m=-1)


def test_closed_ring_is_connected() -> None:
    """A loop road begins and ends at one node."""
    graph = walking_graph(roads([(0, 0), (10, 0), (10, 10), (0, 0)], [(0, 0), (-50, 0)]))
    assert graph.node_count == 2
    assert len(graph.islands) == 1


def test_street_drawn_twice_does_not_break_the_network() -> None:
    """Streets over each other are noded where the shared stretch begins and ends."""
    graph = walking_graph(roads([(0, 0), (100, 0)], [(40, 0), (60, 0), (60, 50)]))
    network = as_networkx(graph)
    start = int(np.flatnonzero((graph.edges.xy == [0, 0]).all(axis=1))[0])
    end = int(np.flatnonzero((graph.edges.xy == [60, 50]).all(axis=1))[0])
    assert nx.dijkstra_path_length(network, start, end) == pytest.approx(110)


def test_motorway_is_not_walked() -> None:
    """Classes closed to walkers are left out; others can be named."""
    streets = roads(
        [(0, 0), (100, 0)], [(0, 50), (100, 50)], road_class=["motorway", "residential"]
    )
    assert walking_graph(streets).edges.length.tolist() == [100.0]
    assert walking_graph(streets, not_walked=()).edges.length.tolist() == [100.0, 100.0]


def test_only_motorways_are_refused() -> None:
    """A network without a street is an error."""
    with pytest.raises(GeometryError):
        walking_graph(roads([(0, 0), (1, 0)], road_class=["motorway"]))


def test_roads_that_are_no_lines_are_refused() -> None:
    """Road areas are not walked along."""
    with pytest.raises(GeometryError):
        walking_graph(gpd.GeoDataFrame(geometry=[box(0, 0, 1, 1)], crs="EPSG:4551"))


def test_degrees_are_refused() -> None:
    """A network in degrees would have no metres."""
    with pytest.raises(CRSError):
        walking_graph(roads([(0, 0), (1, 0)]).set_crs("EPSG:4490", allow_override=True))


def test_partial_roads_are_said_to_be_partial() -> None:
    """Roads that are known in part, or have an unplaced row, make a lower bound."""
    streets = roads([(0, 0), (100, 0)])
    assert walking_graph(streets).state == "value"
    streets.attrs["completeness"] = "partial"
    assert walking_graph(streets).state == "lower_bound"


def test_parts_of_a_road_are_streets_of_their_own() -> None:
    """A MultiLineString is taken apart; its label stays with each part."""
    shape = MultiLineString([[(0, 0), (10, 0)], [(20, 0), (40, 0)]])
    graph = walking_graph(gpd.GeoDataFrame(geometry=[shape], index=["R1"], crs="EPSG:4551"))
    assert graph.edges.length.tolist() == [10.0, 20.0]
    assert graph.road.tolist() == ["R1", "R1"]


whole_points = st.tuples(st.integers(0, 12), st.integers(0, 12))


@settings(max_examples=50)
@given(
    st.lists(st.lists(whole_points, min_size=2, max_size=3, unique=True), min_size=1, max_size=6)
)
def test_network_equals_the_noded_union(lines: list[list[tuple[int, int]]]) -> None:
    """Distances equal those on shapely's own noded union, as networkx finds them."""
    scaled = [[(100.0 * x, 100.0 * y) for x, y in line] for line in lines]
    streets = roads(*scaled)
    if not streets.is_simple.all():
        return
    graph = walking_graph(streets, snap_m=0.0)
    union = nx.Graph()
    for part in shapely.get_parts(streets.union_all()):
        ends = [tuple(np.round(part.coords[k], 3)) for k in (0, -1)]
        union.add_edge(
            *ends, weight=min(part.length, union.get_edge_data(*ends, {}).get("weight", 1e9))
        )
    mine = as_networkx(graph)
    at = {tuple(np.round(xy, 3)): node for node, xy in enumerate(graph.edges.xy)}
    assert nx.number_connected_components(mine) == nx.number_connected_components(union)
    start = tuple(np.round(scaled[0][0], 3))
    there = nx.single_source_dijkstra_path_length(union, start)
    here = nx.single_source_dijkstra_path_length(mine, at[start])
    for place, metres in there.items():
        assert here[at[place]] == pytest.approx(metres, abs=0.05)
