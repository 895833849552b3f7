"""One line for a street in pieces or carriageways: `centreline`."""

import pytest
from shapely import LineString, MultiLineString, Point

from erdao_gis import shapes
from erdao_gis.errors import GeometryError


def test_a_single_line_is_its_own_centreline() -> None:
    """Nothing is moved where nothing has to be chosen."""
    bent = LineString([(0, 0), (100, 10), (200, -5)])
    assert shapes.centreline(bent).equals(bent)


def test_two_carriageways_give_the_line_between_them() -> None:
    """Opposite directions 24 m apart meet at 0."""
    dual = MultiLineString([[(0, -12), (1000, -12)], [(1000, 12), (0, 12)]])
    middle = shapes.centreline(dual)
    assert max(abs(y) for _, y in middle.coords) < 1e-9
    assert middle.length == pytest.approx(1000)


def test_pieces_in_a_row_are_joined_in_order() -> None:
    """Order and direction in which the pieces are drawn do not matter."""
    pieces = MultiLineString([[(700, 0), (500, 0)], [(0, 0), (400, 0)], [(750, 0), (900, 0)]])
    joined = shapes.centreline(pieces)
    assert sorted((joined.coords[0], joined.coords[-1])) == [(0, 0), (900, 0)]
    assert joined.length == pytest.approx(900)


def test_a_chain_does_not_turn_back_into_the_other_carriageway() -> None:
    """The ends of two carriageways are near each other but do not follow each other."""
    dual = MultiLineString([[(0, -40), (1000, -40)], [(1010, 40), (10, 40)]])
    assert shapes.centreline(dual, merge_m=90).length < 1150


def test_a_street_that_is_dual_only_in_part_is_one_line() -> None:
    """A single stretch, then two carriageways, from end to end."""
    street = MultiLineString(
        [
            [(0, 0), (500, 0)],
            [(500, 0), (520, -10), (1000, -10)],
            [(1000, 10), (520, 10), (500, 0)],
        ]
    )
    line = shapes.centreline(street)
    assert line.boundary.distance(Point(0, 0)) < 1
    assert line.distance(Point(750, 0)) < 1
    assert line.length == pytest.approx(1000, rel=0.01)


def test_pieces_too_far_apart_are_an_error() -> None:
    """A gap of 300 m is not bridged; the message names it."""
    pieces = MultiLineString([[(0, 0), (400, 0)], [(700, 0), (1000, 0)]])
    with pytest.raises(GeometryError, match="300 m"):
        shapes.centreline(pieces)


def test_a_short_spur_is_left_out() -> None:
    """A side arm of 100 m does not bend the street."""
    street = MultiLineString([[(0, 0), (1000, 0)], [(500, 0), (500, 100)]])
    line = shapes.centreline(street)
    assert line.length == pytest.approx(1000)
    assert max(abs(y) for _, y in line.coords) == 0


def test_a_ring_has_no_ends() -> None:
    """Ring roads must be cut first."""
    ring = LineString([(0, 0), (1000, 0), (1000, 1000), (0, 0)])
    with pytest.raises(GeometryError, match="closes on itself"):
        shapes.centreline(ring)


def test_two_drawings_of_one_street_that_cross_each_other_are_one_line() -> None:
    """Two sources trace the same street some metres apart, noded where they cross."""
    first = LineString([(i * 100, (-1) ** i * 6) for i in range(11)])
    second = LineString([(i * 100, -((-1) ** i) * 6) for i in range(11)])
    line = shapes.centreline(shapes.union(first, second))
    assert line.length == pytest.approx(1000, rel=0.02)
    assert max(abs(y) for _, y in line.coords) <= 6
