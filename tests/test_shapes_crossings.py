"""Where two lines cross: `cross`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point

from erdao_gis import shapes
from erdao_gis.errors import GeometryError

STREET = LineString([(0, 0), (1000, 0)])


def test_two_lines_cross_in_a_point() -> None:
    """The plain case."""
    assert shapes.cross(STREET, LineString([(300, -50), (300, 50)])) == Point(300, 0)


def test_two_dual_carriageways_cross_once() -> None:
    """Four crossings 20 m and 30 m apart become their centre."""
    along = MultiLineString([[(0, -10), (500, -10)], [(500, 10), (0, 10)]])
    across = MultiLineString([[(185, -90), (185, 90)], [(215, 90), (215, -90)]])
    assert shapes.cross(along, across).equals_exact(Point(200, 0), 1e-9)


def test_crossings_further_apart_than_merged_are_listed() -> None:
    """The message gives the places so that one can be chosen."""
    bow = LineString([(200, -50), (200, 50), (800, 50), (800, -50)])
    with pytest.raises(GeometryError) as caught:
        shapes.cross(STREET, bow)
    assert caught.value.facts["points"] == "(200, 0); (800, 0)"
    assert "near" in caught.value.message("zh")


def test_of_several_crossings_the_nearest_is_taken() -> None:
    """`near` decides between them."""
    bow = LineString([(200, -50), (200, 50), (800, 50), (800, -50)])
    assert shapes.cross(STREET, bow, near=Point(900, 300)) == Point(800, 0)


def test_the_distance_that_merges_is_a_choice() -> None:
    """Without merging, a dual carriageway is crossed twice."""
    across = MultiLineString([[(185, -90), (185, 90)], [(215, 90), (215, -90)]])
    with pytest.raises(GeometryError, match="2 places"):
        shapes.cross(STREET, across, merge_m=10)


def test_a_near_miss_within_the_tolerance_meets_half_way() -> None:
    """A side street that ends 8 m short meets 4 m from either line."""
    stub = LineString([(400, 8), (400, 200)])
    assert shapes.cross(STREET, stub, tolerance_m=10) == Point(400, 4)


def test_a_near_miss_beyond_the_tolerance_is_an_error() -> None:
    """By default lines must truly meet; the gap is told."""
    with pytest.raises(GeometryError, match="8 m"):
        shapes.cross(STREET, LineString([(400, 8), (400, 200)]))


def test_lines_that_run_together_do_not_cross() -> None:
    """A shared stretch of 400 m is no place."""
    with pytest.raises(GeometryError, match="400 m"):
        shapes.cross(STREET, LineString([(100, 0), (500, 0)]))


def test_a_short_shared_stretch_counts_by_its_middle() -> None:
    """A staggered junction shares 20 m of street with the line it crosses."""
    staggered = LineString([(300, -50), (300, 0), (320, 0), (320, 50)])
    assert shapes.cross(STREET, staggered) == Point(310, 0)


@given(x=st.floats(1, 999), slope=st.floats(-400, 400))
def test_the_order_of_the_lines_does_not_matter(x: float, slope: float) -> None:
    """`cross(a, b)` is `cross(b, a)`, and lies on both."""
    other = LineString([(x - slope, -500), (x + slope, 500)])
    one, two = shapes.cross(STREET, other), shapes.cross(other, STREET)
    assert one.distance(two) < 1e-6
    assert one.distance(STREET) < 1e-6
    assert one.distance(other) < 1e-6
