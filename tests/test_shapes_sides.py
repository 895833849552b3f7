"""The part of an area on one side of a line: `side`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPolygon, box

from erdao_gis import shapes
from erdao_gis.errors import GeometryError

SQUARE = box(0, 0, 1000, 1000)
RIVER = LineString([(300, -100), (350, 500), (300, 1100)])


@pytest.mark.parametrize("drawn", [RIVER, RIVER.reverse()])
def test_a_river_divides_east_from_west(drawn: LineString) -> None:
    """West of the bend lie 325 m on average, however the line is drawn."""
    strip = 1000 * (300 + 100 / 600 * 50 + 350) / 2
    assert shapes.side(SQUARE, drawn, side="west").area == pytest.approx(strip, rel=1e-6)
    assert shapes.side(SQUARE, drawn, side="east").area == pytest.approx(1e6 - strip, rel=1e-6)


def test_a_diagonal_has_all_four_sides() -> None:
    """South of a line from corner to corner is also east of it."""
    diagonal = LineString([(-100, -100), (1100, 1100)])
    south = shapes.side(SQUARE, diagonal, side="south")
    assert south.equals(shapes.side(SQUARE, diagonal, side="east"))
    assert south.area == pytest.approx(500_000)


def test_a_line_that_ends_inside_is_led_on_within_the_limit() -> None:
    """Two ends 40 m and 60 m short of the outline need 60 m."""
    road = LineString([(500, 40), (500, 940)])
    assert shapes.side(SQUARE, road, side="west", extend_m=60).area == pytest.approx(500_000)


def test_a_line_that_ends_inside_too_early_is_an_error() -> None:
    """The message tells how much would be needed."""
    road = LineString([(500, 40), (500, 940)])
    with pytest.raises(GeometryError, match="60 m"):
        shapes.side(SQUARE, road, side="west", extend_m=50)


def test_a_line_beside_the_area_does_not_divide_it() -> None:
    """Neither all nor nothing is returned in silence."""
    for side in ("east", "west"):
        with pytest.raises(GeometryError, match="does not divide"):
            shapes.side(SQUARE, LineString([(-50, 0), (-50, 1000)]), side=side)


def test_a_line_has_no_side_along_its_own_course() -> None:
    """A west-east road does not tell east from west."""
    with pytest.raises(GeometryError, match="no east side"):
        shapes.side(SQUARE, LineString([(-50, 500), (1050, 520)]), side="east")


def test_a_dual_carriageway_divides_at_its_middle() -> None:
    """Carriageways at 490 and 510 leave half to each side."""
    dual = MultiLineString([[(490, -50), (490, 1050)], [(510, 1050), (510, -50)]])
    assert shapes.side(SQUARE, dual, side="west").area == pytest.approx(500_000)


def test_a_gap_in_the_line_is_bridged() -> None:
    """Two pieces 100 m apart divide as one."""
    road = MultiLineString([[(500, -50), (500, 400)], [(500, 500), (500, 1050)]])
    assert shapes.side(SQUARE, road, side="east").area == pytest.approx(500_000)


def test_an_end_that_points_back_does_not_cut_again() -> None:
    """A road that turns back outside of the area is not led through it once more."""
    hook = LineString([(500, -100), (500, 1400), (1400, 1400), (1400, 700), (1300, 700)])
    assert shapes.side(SQUARE, hook, side="west").area == pytest.approx(500_000)


def test_a_bend_can_leave_two_parts_on_one_side() -> None:
    """Both bays north of a W-shaped stream are kept."""
    stream = LineString([(-100, 900), (250, 1100), (500, 500), (750, 1100), (1100, 900)])
    north = shapes.side(SQUARE, stream, side="north")
    south = shapes.side(SQUARE, stream, side="south")
    assert isinstance(north, MultiPolygon)
    assert north.area + south.area == pytest.approx(SQUARE.area)


def test_an_area_in_parts_is_divided_as_a_whole() -> None:
    """Parts that the line does not touch fall to the side on which they lie."""
    area = MultiPolygon([box(0, 0, 100, 100), box(200, 0, 300, 100), box(400, 0, 500, 100)])
    road = LineString([(250, -50), (250, 150)])
    assert shapes.side(area, road, side="west").area == pytest.approx(15_000)


@given(
    xs=st.lists(st.floats(100, 900), min_size=2, max_size=8),
)
def test_the_two_sides_add_up_to_the_area(xs: list[float]) -> None:
    """Nothing is lost and nothing counts twice, whatever the bends."""
    step = 1200 / (len(xs) - 1)
    line = LineString([(x, -100 + i * step) for i, x in enumerate(xs)])
    west = shapes.side(SQUARE, line, side="west")
    east = shapes.side(SQUARE, line, side="east")
    assert west.area + east.area == pytest.approx(SQUARE.area)
    assert west.intersection(east).area < 1e-3
    assert west.centroid.x < east.centroid.x
