"""Walks along the streets."""

from itertools import product

import geopandas as gpd
import networkx as nx
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import LineString, Point, box

from erdao_gis.analysis import (
    WalkingGraph,
    cut_off_faults,
    walk_catchment,
    walk_coverage,
    walk_minutes,
    walking_graph,
)
from erdao_gis.errors import CRSError, GeometryError, SchemaError


def frame(*shapes: shapely.Geometry | None) -> gpd.GeoDataFrame:
    """Make a frame in EPSG:4551."""
    return gpd.GeoDataFrame(geometry=list(shapes), crs="EPSG:4551")


def grid(blocks: int, size: float = 100.0) -> WalkingGraph:
    """Make a square grid of streets."""
    far = blocks * size
    lines = [LineString([(k * size, 0), (k * size, far)]) for k in range(blocks + 1)]
    lines += [LineString([(0, k * size), (far, k * size)]) for k in range(blocks + 1)]
    return walking_graph(frame(*lines))


def by_networkx(graph: WalkingGraph, starts: np.ndarray, goals: np.ndarray) -> np.ndarray:
    """Walk in metres from each start to the nearest goal, one search for each goal."""
    edges = list(zip(graph.edges.start.tolist(), graph.edges.end.tolist(), strict=True))
    lines = [LineString(graph.edges.xy[[a, b]]) for a, b in edges]
    network = nx.Graph()
    network.add_weighted_edges_from(
        (*edge, line.length) for edge, line in zip(edges, lines, strict=True)
    )
    seats = {}
    for name, points in (("start", starts), ("goal", goals)):
        for number, point in enumerate(map(Point, points)):
            edge = int(np.argmin([line.distance(point) for line in lines]))
            along, gap = lines[edge].project(point), lines[edge].distance(point)
            seats[name, number] = edge, along, gap
            network.add_edge((name, number), edges[edge][0], weight=gap + along)
            network.add_edge(
                (name, number), edges[edge][1], weight=gap + lines[edge].length - along
            )
    for (a, (edge, along, gap)), (b, (other, at, way)) in product(seats.items(), repeat=2):
        if edge == other and a[0] == "start" and b[0] == "goal":
            network.add_edge(a, b, weight=gap + way + abs(at - along))
    walks = [nx.single_source_dijkstra_path_length(network, ("goal", k)) for k in range(len(goals))]
    return np.array([min(walk["start", k] for walk in walks) for k in range(len(starts))])


def test_walk_goes_round_the_block() -> None:
    """Across the diagonal of a block one walks two sides: 200 m, not 141 m."""
    found = walk_minutes(grid(3), frame(Point(0, 0)), frame(Point(100, 100)), speed_m_per_min=50)
    assert found.tolist() == [4.0]


def test_walk_along_one_edge_does_not_go_round() -> None:
    """Home and shop on the same stretch: straight along it."""
    found = walk_minutes(
        grid(1, 1000), frame(Point(300, 0)), frame(Point(500, 0)), speed_m_per_min=50
    )
    assert found.tolist() == [4.0]


def test_way_to_the_street_counts_at_both_ends() -> None:
    """20 m to the street, 100 m along, 30 m to the door."""
    home, shop = frame(Point(200, 20)), frame(Point(300, -30))
    found = walk_minutes(grid(1, 1000), home, shop, speed_m_per_min=50)
    assert found[0] == pytest.approx(3.0)


def test_parcel_between_two_streets_may_leave_to_either() -> None:
    """Of two streets at the same distance the better one counts, whichever comes first."""
    lines = [LineString([(0, 0), (100, 0)]), LineString([(0, 40), (100, 40)])]
    parcel, shop = frame(box(20, 10, 60, 30)), frame(Point(20, 40))
    for order in (lines, lines[::-1]):
        found = walk_minutes(walking_graph(frame(*order)), parcel, shop, speed_m_per_min=1)
        assert 10 <= found[0] <= 50


def test_home_beyond_a_dead_end_uses_that_street() -> None:
    """The end of a street is not taken for the beginning of another one."""
    streets = frame(LineString([(0, 0), (100, 0)]), LineString([(0, 500), (100, 500)]))
    home, shop = frame(Point(110, 0), Point(-10, 500)), frame(Point(0, 0), Point(100, 500))
    found = walk_minutes(walking_graph(streets), home, shop, speed_m_per_min=10)
    assert found.tolist() == [11.0, 11.0]


def test_nearest_of_several_facilities_counts() -> None:
    """The nearest facility on foot decides."""
    shops = frame(Point(900, 0), Point(400, 0))
    assert walk_minutes(grid(1, 1000), frame(Point(300, 0)), shops, speed_m_per_min=50)[0] == 2.0


def test_parcel_is_left_by_its_nearest_side() -> None:
    """An area begins its walk where it lies next to the street."""
    parcel = frame(box(200, 10, 240, 60))
    found = walk_minutes(grid(1, 1000), parcel, frame(Point(500, 0)), speed_m_per_min=10)
    assert 27.0 - 1e-9 <= found[0] <= 31.0 + 1e-9


def test_park_is_entered_from_every_street_beside_it() -> None:
    """A park of a whole block is entered from all four streets."""
    park = frame(box(110, 110, 190, 190))
    homes = frame(Point(150, 0), Point(150, 300), Point(0, 150), Point(300, 150))
    found = walk_minutes(grid(3), homes, park, speed_m_per_min=1)
    # 50 m to the corner, 100 m up, at most 10 m along the park's own street, 10 m in at most
    assert (found <= 50 + 100 + 20 + 1e-9).all()
    assert np.ptp(found) < 1e-9


def test_coverage_is_one_within_and_zero_beyond() -> None:
    """Exactly five minutes count as within."""
    homes = frame(Point(0, 0), Point(249, 0), Point(600, 0))
    found = walk_coverage(grid(1, 1000), homes, frame(Point(250, 0)), 5, speed_m_per_min=50)
    assert found.tolist() == [1.0, 1.0, 0.0]


def test_unit_far_from_streets_is_not_judged() -> None:
    """Without a street nearby there is no figure, and the unit is named."""
    homes = frame(Point(0, 0), Point(500, 450))
    found = walk_coverage(grid(1, 1000), homes, frame(Point(0, 0)), 5)
    assert found[0] == 1.0
    assert np.isnan(found[1])
    assert found.attrs["unmeasured"] == (1,)


def test_facility_far_from_streets_is_listed() -> None:
    """A facility nobody can enter is named, and the result is a bound."""
    shops = frame(Point(0, 0), Point(500, 450))
    found = walk_minutes(grid(1, 1000), frame(Point(70, 0)), shops)
    assert found.attrs["unplaced"] == (1,)
    assert found.attrs["state"] == "upper_bound"


def test_no_facility_near_a_street_is_refused() -> None:
    """If none can be entered, positions or datum are wrong."""
    with pytest.raises(GeometryError):
        walk_minutes(grid(1, 1000), frame(Point(0, 0)), frame(Point(500, 500)))


def test_facility_on_another_island_is_out_of_reach() -> None:
    """No street leads there: inf minutes, coverage 0."""
    graph = walking_graph(frame(LineString([(0, 0), (100, 0)]), LineString([(0, 500), (100, 500)])))
    assert np.isinf(walk_minutes(graph, frame(Point(0, 0)), frame(Point(0, 500)))[0])
    assert walk_coverage(graph, frame(Point(0, 0)), frame(Point(0, 500)), 15).tolist() == [0.0]


@pytest.mark.parametrize(("value", "minutes"), [("F", 450 / 70), ("T", np.inf)])
def test_walk_over_a_crossing(value: str, minutes: float) -> None:
    """200 m along one street and 250 m up the other are 6.4286 min, unless the one is a bridge."""
    streets = frame(LineString([(0, 0), (400, 0)]), LineString([(200, -250), (200, 250)]))
    graph = walking_graph(streets.assign(bridge=[value, None]))
    found = walk_minutes(graph, frame(Point(0, 0)), frame(Point(200, 250)))
    assert found[0] == pytest.approx(minutes)


def town(*stubs: LineString) -> WalkingGraph:
    """Make four by four blocks of streets (4 km) and stubs besides."""
    lines = [LineString([(k, 0), (k, 400)]) for k in range(0, 401, 100)]
    lines += [LineString([(0, k), (400, k)]) for k in range(0, 401, 100)]
    return walking_graph(frame(*lines, *stubs))


STUB = LineString([(440, 50), (480, 50)])  # 40 m east of the last street


def test_home_beside_a_stub_is_not_said_to_be_out_of_reach() -> None:
    """Its walk is not known, it is named with its island, and the others are as they were."""
    homes = frame(Point(0, 0), Point(445, 55), None, Point(2000, 2000))
    homes.index = ["main", "stub", "nowhere", "far"]
    shops = frame(Point(400, 100))
    found = walk_minutes(town(STUB), homes, shops, speed_m_per_min=50)
    assert found["main"] == 10.0
    assert found.isna().tolist() == [False, True, True, True]
    assert found.attrs["cut_off"] == {"stub": 1}
    assert found.attrs["unmeasured"] == ("nowhere", "far")
    assert found.attrs["state"] == "value"
    covered = walk_coverage(town(STUB), homes, shops, 5)
    assert covered.isna().tolist() == [False, True, True, True]
    assert covered.attrs["cut_off"] == {"stub": 1}


def test_facility_beside_a_stub_makes_walks_bounds() -> None:
    """A nearer shop may be reached by a street that is not drawn: no walk is surely as long."""
    homes, shops = frame(Point(400, 0), Point(0, 400)), frame(Point(0, 0), Point(445, 55))
    found = walk_minutes(town(STUB), homes, shops, speed_m_per_min=50)
    assert found.tolist() == [8.0, 8.0]
    assert found.attrs["state"] == "upper_bound"
    assert found.attrs["cut_off_facilities"] == {1: 1}
    covered = walk_coverage(town(STUB), homes, shops, 4, speed_m_per_min=50)
    assert covered.isna().all()
    assert covered.attrs["state"] == "lower_bound"


def test_the_only_facility_beside_a_stub_leaves_every_walk_unknown() -> None:
    """That no street leads to it is a gap in the data, not a town without a shop."""
    found = walk_minutes(town(STUB), frame(Point(0, 0)), frame(Point(445, 55)))
    assert np.isnan(found[0])
    assert found.attrs["cut_off"] == {0: 0}
    assert found.attrs["cut_off_facilities"] == {0: 1}


def test_part_of_town_beyond_the_river_is_out_of_reach_and_listed() -> None:
    """Two by two blocks with 1.2 km of streets are a network of their own: inf, and it is said."""
    far = [LineString([(1000 + k, 0), (1000 + k, 200)]) for k in (0, 100, 200)]
    far += [LineString([(1000, k), (1200, k)]) for k in (0, 100, 200)]
    homes, shops = frame(Point(0, 0), Point(1000, 0)), frame(Point(400, 0))
    found = walk_minutes(town(*far), homes, shops, speed_m_per_min=50)
    assert found.tolist() == [8.0, np.inf]
    assert found.attrs["cut_off"] == {1: 1}
    assert walk_coverage(town(*far), homes, shops, 15).tolist() == [1.0, 0.0]
    assert cut_off_faults(found.attrs["cut_off"], town(*far), file="homes", to="shops")[0].rule == (
        "walk_other_network"
    )


def test_home_between_a_stub_and_a_street_takes_the_street() -> None:
    """Of two streets at the same distance the one that leads somewhere counts."""
    found = walk_minutes(town(STUB), frame(Point(420, 50)), frame(Point(400, 100)), gate_m=0)
    assert found[0] == pytest.approx((20 + 50) / 70)
    assert found.attrs["cut_off"] == {}


def test_catchment_of_an_origin_beside_a_stub_is_a_part() -> None:
    """What it reaches of the stub is told as a lower bound, and the origin is named."""
    schools = frame(Point(0, 0), Point(440, 50))
    found = walk_catchment(town(STUB), schools, 1, speed_m_per_min=100)
    assert found.length.tolist() == [200.0, 40.0]
    assert found.attrs["cut_off"] == {1: 1}
    assert found.attrs["state"] == "lower_bound"
    assert walk_catchment(town(STUB), schools.iloc[:1], 1).attrs["state"] == "value"


def test_faults_name_units_streets_and_length() -> None:
    """One for each island, or for each unit beside it."""
    graph = town(STUB)
    one = cut_off_faults({"H1": 1, "H2": 1}, graph, file="homes")
    assert [(fault.feature, fault.facts["metres"], fault.facts["streets"]) for fault in one] == [
        ("H1, H2", 40, "10")
    ]
    each = cut_off_faults({"H1": 1, "H2": 1}, graph, file="homes", each=True)
    assert [fault.feature for fault in each] == ["H1", "H2"]
    assert "H1" in each[0].message("zh")


@settings(max_examples=40)
@given(
    st.floats(1, 199), st.floats(0, 1), st.lists(st.tuples(st.floats(0, 400), st.floats(0, 400)),
                                                 min_size=1, max_size=3),
)  # fmt: skip
def test_moving_a_home_to_a_stub_is_never_a_silent_value(
    length: float, along: float, shops: list[tuple[float, float]]
) -> None:
    """Whatever stub and shops: at the stub's side the home is named and has no figure."""
    graph = town(LineString([(500, 200), (500 + length, 200)]))
    moved = frame(Point(400, 200), Point(500 + along * length, 200))
    found = walk_minutes(graph, moved, frame(*map(Point, shops)))
    assert np.isfinite(found[0])
    assert np.isnan(found[1])
    assert found.attrs["cut_off"] == {1: 1}
    assert np.isnan(walk_coverage(graph, moved, frame(*map(Point, shops)), 15)[1])


def test_partial_roads_give_a_lower_bound_and_never_zero() -> None:
    """Where streets are missing, beyond reach is not known to be beyond reach."""
    road = frame(LineString([(0, 0), (2000, 0)]))
    road.attrs["completeness"] = "partial"
    homes = frame(Point(0, 0), Point(1900, 0))
    found = walk_coverage(walking_graph(road), homes, frame(Point(0, 0)), 5)
    assert found[0] == 1.0
    assert np.isnan(found[1])
    assert found.attrs["state"] == "lower_bound"


def test_facilities_in_another_crs_are_refused() -> None:
    """Graph, units and facilities share one CRS."""
    with pytest.raises(CRSError):
        walk_minutes(
            grid(1), frame(Point(0, 0)), frame(Point(0, 0)).set_crs(4530, allow_override=True)
        )


@pytest.mark.parametrize("minutes", [0, -1, float("nan")])
def test_senseless_minutes_are_refused(minutes: float) -> None:
    """Minutes are positive."""
    with pytest.raises(SchemaError):
        walk_coverage(grid(1), frame(Point(0, 0)), frame(Point(0, 0)), minutes)


def test_catchment_is_cut_where_time_is_up() -> None:
    """From a crossing, 1.5 blocks each way: 4 arms of 150 m with 2 side streets of 50 m each."""
    found = walk_catchment(grid(8), frame(Point(400, 400)), 3, speed_m_per_min=50)
    assert found.length[0] == pytest.approx(4 * 150 + 8 * 50)
    assert found.crs.to_epsg() == 4551


def test_catchment_begins_at_the_door() -> None:
    """20 m to the street are walked too: 80 m each way remain of 100 m."""
    found = walk_catchment(grid(1, 1000), frame(Point(500, 20)), 2, speed_m_per_min=50)
    assert found.length[0] == pytest.approx(160)
    assert found.bounds.iloc[0].tolist() == pytest.approx([420, 0, 580, 0])


def test_catchment_of_an_origin_without_place_is_null() -> None:
    """An unplaced origin keeps its row, null, and is named."""
    found = walk_catchment(grid(1), frame(Point(0, 0), None), 5)
    assert found.isna().tolist() == [False, True]
    assert found.attrs["unmeasured"] == (1,)


def test_catchments_agree_with_walks() -> None:
    """A place on a street is in the catchment where its walk is short enough, and only there."""
    rng = np.random.default_rng(2)
    graph, school = grid(6), frame(Point(233, 300))
    homes = frame(
        *(
            Point(x, 100 * k)
            for x, k in zip(rng.uniform(0, 600, 60), rng.integers(0, 7, 60), strict=True)
        )
    )
    reached = walk_catchment(graph, school, 4, speed_m_per_min=60)[0]
    near = walk_minutes(graph, homes, school, speed_m_per_min=60) <= 4
    assert (homes.distance(reached) < 1e-6).tolist() == near.tolist()
    assert 0 < near.sum() < 60


def test_agrees_with_one_networkx_search_per_facility() -> None:
    """Seventy homes and nine shops on a grid: the same metres."""
    rng = np.random.default_rng(6)
    graph, homes, shops = grid(6), rng.uniform(0, 600, (70, 2)), rng.uniform(0, 600, (9, 2))
    expected = by_networkx(graph, homes, shops)
    found = walk_minutes(
        graph, frame(*map(Point, homes)), frame(*map(Point, shops)), speed_m_per_min=1
    )
    np.testing.assert_allclose(found, expected, atol=1e-6)


places = st.lists(st.tuples(st.floats(0, 400), st.floats(0, 400)), min_size=1, max_size=5)


@settings(max_examples=25)
@given(homes=places, shops=places, extra=places)
def test_more_facilities_never_lengthen_a_walk(
    homes: list[tuple[float, float]],
    shops: list[tuple[float, float]],
    extra: list[tuple[float, float]],
) -> None:
    """Another facility can only shorten the walk, and row order changes nothing."""
    graph, units = grid(4), frame(*map(Point, homes))
    few = walk_minutes(graph, units, frame(*map(Point, shops)))
    many = walk_minutes(graph, units, frame(*map(Point, extra), *map(Point, shops)))
    turned = walk_minutes(graph, units.iloc[::-1], frame(*map(Point, reversed(shops))))
    assert (many <= few + 1e-9).all()
    np.testing.assert_allclose(turned.reindex(few.index), few, atol=1e-9)
