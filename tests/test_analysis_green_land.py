"""Green land over land."""

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import MultiPolygon, Point, Polygon, box

from erdao_gis.analysis import area_within, green_ratio
from erdao_gis.errors import GeometryError, SchemaError

SQUARE = box(0, 0, 100, 100)
EAST, NORTH = 500_000.0, 4_860_000.0


def frame(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    """Make a frame in EPSG:4551."""
    return gpd.GeoDataFrame(geometry=list(shapes), crs="EPSG:4551")


def blobs(rng: np.random.Generator, count: int, corners: int, size: float) -> list[Polygon]:
    """Make star-shaped areas in a square kilometre at real coordinates."""
    middle = rng.uniform(0, 1000, (count, 1, 2)) + np.array([EAST, NORTH])
    turn = np.sort(rng.uniform(0, 2 * np.pi, (count, corners)), axis=1)
    reach = size * rng.uniform(0.4, 1.0, (count, corners))
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=-1) * reach[..., None] + middle
    return [shape for shape in shapely.polygons(ring) if shape.is_valid]


def by_overlay(units: gpd.GeoDataFrame, green: gpd.GeoDataFrame) -> np.ndarray:
    """Compute shared areas the plain way: one union, then geopandas.overlay."""
    union = gpd.GeoDataFrame(geometry=[green.union_all()], crs=green.crs)
    pieces = gpd.overlay(units.reset_index(names="unit"), union, how="intersection")
    return pieces.area.groupby(pieces["unit"]).sum().reindex(units.index, fill_value=0.0).to_numpy()


def test_overlapping_green_counts_once() -> None:
    """Two lawns drawn over each other are one lawn."""
    assert green_ratio(frame(SQUARE), frame(box(0, 0, 50, 50), box(0, 0, 50, 50)))[0] == 0.25


def test_pond_in_a_park_is_no_green() -> None:
    """The hole of a green polygon does not count."""
    park = box(0, 0, 100, 50).difference(box(10, 10, 20, 20))
    assert green_ratio(frame(SQUARE), frame(park))[0] == pytest.approx(0.49, abs=1e-12)


def test_courtyard_of_a_unit_is_not_measured() -> None:
    """The hole of a unit belongs neither to its area nor to its green."""
    ring = SQUARE.difference(box(40, 40, 60, 60))
    assert green_ratio(frame(ring), frame(box(0, 0, 100, 50)))[0] == pytest.approx(4800 / 9600)


def test_unit_of_two_parts_is_measured_as_one() -> None:
    """Both parts of a unit count."""
    unit = MultiPolygon([box(0, 0, 10, 10), box(50, 0, 60, 10)])
    assert green_ratio(frame(unit), frame(box(0, 0, 10, 10)))[0] == pytest.approx(0.5)


def test_triangles_that_cross_share_their_kite() -> None:
    """Slanting edges meet where they should: x/100 + y/100 <= 1 and y <= x share 2,500 m2."""
    lower = Polygon([(0, 0), (100, 0), (0, 100)])
    under = Polygon([(0, 0), (100, 0), (100, 100)])
    assert area_within(frame(lower), frame(under))[0] == pytest.approx(2500)


def test_touching_neighbours_share_nothing() -> None:
    """A common border has no area."""
    assert area_within(frame(SQUARE), frame(box(100, 0, 200, 100))).tolist() == [0.0]


def test_walls_take_a_metre_of_the_lawn() -> None:
    """Green land begins 1.0 m from the wall: 20 x 20 m with round corners of 1 m."""
    house = frame(box(40, 40, 60, 60))
    taken = (400 + 4 * 20 + np.pi) / 1e4
    found = green_ratio(frame(SQUARE), frame(SQUARE), buildings=house)[0]
    assert found == pytest.approx(1 - taken, abs=1e-5)


def test_concentrated_green_keeps_a_metre_and_a_half() -> None:
    """The gap is a parameter: 1.5 m for concentrated green."""
    house = frame(box(0, 0, 100, 20))
    found = green_ratio(frame(SQUARE), frame(SQUARE), buildings=house, wall_gap_m=1.5)[0]
    assert found == pytest.approx(1 - 0.215, abs=1e-9)


def test_unknown_walls_give_no_data() -> None:
    """Where not all buildings are known, green land away from walls is not known either."""
    house = frame(box(0, 0, 100, 20))
    house.attrs["completeness"] = "partial"
    found = green_ratio(frame(SQUARE), frame(SQUARE), buildings=house)
    assert np.isnan(found[0])
    assert found.attrs["state"] == "no_data"


def test_negative_wall_gap_is_refused() -> None:
    """A gap must be positive."""
    with pytest.raises(SchemaError):
        green_ratio(frame(SQUARE), frame(SQUARE), buildings=frame(SQUARE), wall_gap_m=-1)


def test_agrees_with_overlay_at_real_coordinates() -> None:
    """Shared areas equal geopandas.overlay within a square millimetre."""
    rng = np.random.default_rng(11)
    units, green = frame(*blobs(rng, 150, 7, 60)), frame(*blobs(rng, 60, 40, 90))
    np.testing.assert_allclose(area_within(units, green), by_overlay(units, green), atol=1e-6)


def test_agrees_with_overlay_for_shapes_of_many_corners() -> None:
    """Units and green of hundreds of corners are cut and still add up."""
    rng = np.random.default_rng(12)
    units, green = frame(*blobs(rng, 5, 400, 400)), frame(*blobs(rng, 5, 600, 400))
    np.testing.assert_allclose(area_within(units, green), by_overlay(units, green), atol=1e-5)


lawn = st.tuples(st.floats(-40, 120), st.floats(-40, 120), st.floats(1, 60), st.floats(0, 3))
lawns = st.lists(lawn, min_size=1, max_size=8)


def lawn_frame(rows: list[tuple[float, float, float, float]]) -> gpd.GeoDataFrame:
    """Make turned squares."""
    turned = [
        shapely.affinity.rotate(box(x, y, x + size, y + size), turn, use_radians=True)
        for x, y, size, turn in rows
    ]
    return frame(*turned)


@settings(max_examples=40)
@given(rows=lawns)
def test_equals_the_intersection_with_the_union(
    rows: list[tuple[float, float, float, float]],
) -> None:
    """The area is that of shapely's own intersection with the union."""
    green = lawn_frame(rows)
    expected = SQUARE.intersection(green.union_all()).area
    assert area_within(frame(SQUARE), green)[0] == pytest.approx(expected, abs=1e-6)


@settings(max_examples=25)
@given(rows=lawns, at=st.floats(1, 99))
def test_areas_of_parts_add_up(rows: list[tuple[float, float, float, float]], at: float) -> None:
    """Splitting a unit or a lawn loses and doubles nothing."""
    green = lawn_frame(rows)
    whole = area_within(frame(SQUARE), green)[0]
    parts = frame(box(0, 0, 100, at), box(0, at, 100, 100))
    assert area_within(parts, green).sum() == pytest.approx(whole, abs=1e-5)
    halves = frame(
        *(
            half
            for shape in green.geometry
            for half in (shape & box(-99, -99, at, 999), shape & box(at, -99, 999, 999))
            if half.area
        )
    )
    assert area_within(frame(SQUARE), halves)[0] == pytest.approx(whole, abs=1e-5)


@settings(max_examples=25)
@given(rows=lawns)
def test_more_green_is_never_less(rows: list[tuple[float, float, float, float]]) -> None:
    """Another lawn never lowers the ratio, and it stays within 0 and 1."""
    ratios = [green_ratio(frame(SQUARE), lawn_frame(rows[:n]))[0] for n in range(1, len(rows) + 1)]
    assert all(0 <= ratio <= 1 for ratio in ratios)
    assert all(less <= more + 1e-9 for less, more in pairwise(ratios))


def test_many_corners_on_one_spot_are_cut_to_an_end() -> None:
    """Forty slits that meet in one point cannot be parted by cutting, and need not be."""
    turn = np.linspace(0, 2 * np.pi, 41)[:-1]
    wedges = [
        Polygon(
            [(50, 50), *((50 + 30 * np.cos(t + d), 50 + 30 * np.sin(t + d)) for d in (0, 0.07))]
        )
        for t in turn
    ]
    green = frame(shapely.union_all(wedges))
    expected = 40 * 0.5 * 30**2 * np.sin(0.07)
    assert area_within(frame(SQUARE), green)[0] == pytest.approx(expected, abs=1e-6)


def test_points_are_no_green_land() -> None:
    """A park that is only a point has no area to count."""
    with pytest.raises(GeometryError):
        green_ratio(frame(SQUARE), frame(Point(1, 1)))
