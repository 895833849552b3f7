"""The land between named bounds: `bounded`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point, box

from erdao_gis import shapes
from erdao_gis.errors import GeometryError

SOUTH = LineString([(-300, 0), (1300, 0)])
NORTH = LineString([(-300, 1000), (1300, 1000)])
WEST = LineString([(0, -300), (0, 1300)])
EAST = LineString([(1000, -300), (1000, 1300)])
DISTRICT = box(-2000, -2000, 3000, 1800)


def test_four_crossing_roads_enclose_a_square() -> None:
    """The ends that stick out do not count."""
    land = shapes.bounded(north=NORTH, east=EAST, south=SOUTH, west=WEST)
    assert land.geometry.equals(box(0, 0, 1000, 1000))
    assert land.open_sides == ()
    assert land.extended_m == 0


def test_roads_that_do_not_quite_meet_are_led_on() -> None:
    """Four roads of 900 m leave every corner open by 50 m."""
    land = shapes.bounded(
        north=LineString([(50, 1000), (950, 1000)]),
        east=LineString([(1000, 950), (1000, 50)]),
        south=LineString([(50, 0), (950, 0)]),
        west=LineString([(0, 50), (0, 950)]),
    )
    assert land.geometry.area == pytest.approx(1e6)
    assert land.extended_m == pytest.approx(50, abs=0.1)


def test_roads_too_short_to_meet_are_an_error() -> None:
    """The message names the bound and what it lacks."""
    with pytest.raises(GeometryError) as caught:
        shapes.bounded(north=NORTH, east=EAST, south=SOUTH, west=LineString([(0, -10), (0, 700)]))
    assert "west" in caught.value.message("en")
    assert "300 m" in caught.value.message("en")
    assert "西" in caught.value.message("zh")


def test_an_end_that_points_past_its_neighbour_is_led_to_it() -> None:
    """The west road turns off 30 m before the north road and is led to its nearest point."""
    veering = LineString([(0, -300), (0, 970), (-200, 970)])
    land = shapes.bounded(north=NORTH, east=EAST, south=SOUTH, west=veering)
    assert land.geometry.area == pytest.approx(1e6 + 200 * 30)
    assert land.extended_m == pytest.approx(30, abs=0.1)


def test_a_river_and_two_roads_form_a_wedge() -> None:
    """The river meets the east road in the north: a triangle with no open side."""
    river = LineString([(-100, -200), (1100, 2200)])
    road = LineString([(1000, -300), (1000, 2500)])
    land = shapes.bounded(west=river, south=SOUTH, east=road)
    assert land.geometry.area == pytest.approx(1000 * 2000 / 2)
    assert land.open_sides == ()


def test_a_wedge_closes_where_the_road_ends_short_of_the_river() -> None:
    """The road is led on 100 m to meet the river at northing 2000."""
    river = LineString([(-100, -200), (1100, 2200)])
    road = LineString([(1000, -300), (1000, 1900)])
    land = shapes.bounded(west=river, south=SOUTH, east=road, extend_m=120)
    assert land.geometry.area == pytest.approx(1e6)
    assert land.extended_m == pytest.approx(100, abs=0.1)


def test_an_open_side_is_closed_by_the_district() -> None:
    """Roads that cross the boundary; its edge becomes the north side."""
    district = box(-2000, -2000, 3000, 1200)
    land = shapes.bounded(west=WEST, south=SOUTH, east=EAST, within=district)
    assert land.geometry.equals(box(0, 0, 1000, 1200))
    assert land.open_sides == ("north",)


def test_an_open_side_is_closed_at_a_reach() -> None:
    """400 m north of the south road."""
    land = shapes.bounded(west=WEST, south=SOUTH, east=EAST, reach_m=400)
    assert land.geometry.area == pytest.approx(400_000)
    assert land.open_sides == ("north",)


def test_two_bounds_and_a_reach_make_a_corner() -> None:
    """North and east stay open and are both recorded."""
    land = shapes.bounded(west=WEST, south=SOUTH, reach_m=500)
    assert land.geometry.area == pytest.approx(250_000)
    assert land.open_sides == ("north", "east")


def test_a_side_that_nothing_closes_is_an_error() -> None:
    """Neither district nor reach: the open side is named."""
    with pytest.raises(GeometryError, match="north"):
        shapes.bounded(west=WEST, south=SOUTH, east=EAST, extend_m=5000)


@pytest.mark.parametrize("bounds", [{}, {"south": SOUTH}])
def test_fewer_than_two_bounds_are_an_error(bounds: dict[str, LineString]) -> None:
    """A district around one road is no bounded area."""
    with pytest.raises(GeometryError, match=f"{len(bounds)} bounds"):
        shapes.bounded(**bounds, within=DISTRICT)


def test_swapped_sides_are_an_error() -> None:
    """North of the north road and south of the south road there is nothing."""
    with pytest.raises(GeometryError, match="swapped"):
        shapes.bounded(north=SOUTH, south=NORTH, east=EAST, west=WEST)


def test_a_bound_that_does_not_reach_the_land_is_an_error() -> None:
    """The east road lies wholly north of the north road."""
    far = LineString([(1000, 1500), (1000, 2500)])
    with pytest.raises(GeometryError, match="east bound"):
        shapes.bounded(north=NORTH, east=far, south=SOUTH, west=WEST)


def test_a_dual_carriageway_bounds_at_its_middle() -> None:
    """Carriageways at -15 and 15 bound at 0."""
    dual = MultiLineString([[(-300, -15), (1300, -15)], [(1300, 15), (-300, 15)]])
    land = shapes.bounded(north=NORTH, east=EAST, south=dual, west=WEST)
    assert land.geometry.area == pytest.approx(1e6)


def test_an_area_bounds_by_the_edge_that_faces_the_land() -> None:
    """Land north of a logistics park begins at its northern fence."""
    park = box(-10, -400, 1010, -200)
    land = shapes.bounded(north=NORTH, east=EAST, south=park, west=WEST)
    assert land.geometry.equals(box(0, -200, 1000, 1000))


@pytest.mark.parametrize(
    ("side", "site", "expected"),
    [
        ("north", box(-9, 1200, 1009, 1300), box(0, 0, 1000, 1200)),
        ("east", box(1200, -9, 1300, 1009), box(0, 0, 1200, 1000)),
        ("west", box(-300, -9, -200, 1009), box(-200, 0, 1000, 1000)),
    ],
)
def test_areas_bound_on_every_side(side: str, site: object, expected: object) -> None:
    """Each shows the face that looks at the land."""
    bounds = {"north": NORTH, "east": EAST, "south": SOUTH, "west": WEST} | {side: site}
    assert shapes.bounded(**bounds).geometry.symmetric_difference(expected).area < 1e-6


def test_two_separate_areas_are_not_chosen_between() -> None:
    """A river that winds across its road leaves two fields of like size."""
    river = LineString([(-300, 600), (0, 600), (500, -200), (1000, 600), (1300, 600)])
    with pytest.raises(GeometryError, match="2 separate areas"):
        shapes.bounded(north=river, south=SOUTH, east=EAST, west=WEST)


def test_a_point_is_no_bound() -> None:
    """A place without extent says nothing about a side."""
    with pytest.raises(GeometryError, match="Point"):
        shapes.bounded(north=NORTH, south=Point(0, 0), within=DISTRICT)


@given(
    west=st.lists(st.floats(-80, 80), min_size=2, max_size=6),
    south=st.lists(st.floats(-80, 80), min_size=2, max_size=6),
)
def test_curved_bounds_enclose_land_within_the_district(
    west: list[float], south: list[float]
) -> None:
    """The land touches both bounds, lies in the district and needs no extension."""
    up = 2400 / (len(west) - 1)
    along = 4000 / (len(south) - 1)
    river = LineString([(x, -400 + i * up) for i, x in enumerate(west)])
    road = LineString([(-500 + i * along, y) for i, y in enumerate(south)])
    land = shapes.bounded(
        west=river, south=road, east=EAST.buffer(9), within=DISTRICT, extend_m=600
    )
    assert DISTRICT.buffer(1e-6).covers(land.geometry)
    assert land.open_sides == ("north",)
    assert land.geometry.distance(river) < 1e-6
    assert land.geometry.distance(road) < 1e-6
    assert land.geometry.contains(Point(500, 500))
