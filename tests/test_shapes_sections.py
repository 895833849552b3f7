"""The stretch of a street between limits, or beyond one: `section`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, Point, box

from erdao_gis import shapes
from erdao_gis.errors import GeometryError

STREET = LineString([(0, 0), (1000, 0)])


def upright(x: float) -> LineString:
    """Return a north-south street at easting `x`."""
    return LineString([(x, -200), (x, 200)])


def test_a_stretch_between_two_streets() -> None:
    """From 200 to 700, whichever limit is named first."""
    part = shapes.section(STREET, between=(upright(700), upright(200)))
    assert part.equals(LineString([(200, 0), (700, 0)]))


def test_points_limit_a_stretch_too() -> None:
    """A point 30 m beside the street cuts it at its foot."""
    part = shapes.section(STREET, between=(Point(200, 30), Point(700, -30)))
    assert part.equals(LineString([(200, 0), (700, 0)]))


@pytest.mark.parametrize(("side", "length"), [("west", 300), ("east", 700)])
def test_a_stretch_beyond_a_street(side: str, length: float) -> None:
    """The west of the street ends at its western end."""
    part = shapes.section(STREET, beyond=upright(300), side=side)
    assert part.length == pytest.approx(length)


def test_the_side_does_not_depend_on_how_the_street_is_drawn() -> None:
    """North of the crossing, also when the line is drawn from north to south."""
    street = LineString([(0, 1000), (0, 0)])
    part = shapes.section(street, beyond=Point(0, 900), side="north")
    assert part.length == pytest.approx(100)


def test_a_gap_in_the_street_stays_a_gap() -> None:
    """From 200 to 700 over a gap of 40 m leaves 460 m in two pieces."""
    street = MultiLineString([[(440, 0), (1000, 0)], [(0, 0), (400, 0)]])
    part = shapes.section(street, between=(upright(200), upright(700)))
    assert isinstance(part, MultiLineString)
    assert part.length == pytest.approx(460)


def test_both_carriageways_are_cut() -> None:
    """500 m of a dual carriageway are 1000 m of line, none of it moved."""
    street = MultiLineString([[(0, -12), (1000, -12)], [(1000, 12), (0, 12)]])
    part = shapes.section(street, between=(upright(200), upright(700)))
    assert part.length == pytest.approx(1000)
    assert street.buffer(1e-6).covers(part)


def test_a_crossing_dual_carriageway_is_one_limit() -> None:
    """The cut lies midway between its carriageways."""
    dual = MultiLineString([[(190, -99), (190, 99)], [(210, 99), (210, -99)]])
    assert shapes.section(STREET, beyond=dual, side="west").length == pytest.approx(200)


def test_a_limit_that_ends_just_short_still_cuts() -> None:
    """A side street drawn to 20 m from the centreline is within the default tolerance."""
    stub = LineString([(300, 20), (300, 200)])
    assert shapes.section(STREET, beyond=stub, side="west").length == pytest.approx(300)


@pytest.mark.parametrize(
    ("limit", "word"),
    [(Point(200, 80), "80 m off"), (LineString([(200, 90), (200, 300)]), "within 90 m")],
)
def test_a_limit_too_far_off_is_an_error(limit: Point | LineString, word: str) -> None:
    """The distance is told."""
    with pytest.raises(GeometryError) as caught:
        shapes.section(STREET, beyond=limit, side="west")
    assert word in caught.value.message("en")


def test_a_street_without_an_end_on_that_side_is_an_error() -> None:
    """A west-east street has no north of a crossing."""
    with pytest.raises(GeometryError) as caught:
        shapes.section(STREET, beyond=upright(300), side="north")
    assert "north" in caught.value.message("en")
    assert "北" in caught.value.message("zh")


def test_a_street_with_both_ends_on_that_side_is_an_error() -> None:
    """From the foot of a U both arms lead north."""
    arms = LineString([(0, 500), (0, 0), (400, 0), (400, 600)])
    with pytest.raises(GeometryError, match=r"500 m and 600 m|600 m and 500 m"):
        shapes.section(arms, beyond=Point(200, 0), side="north")


def test_the_same_junction_twice_is_an_error() -> None:
    """Nothing lies between a limit and itself."""
    with pytest.raises(GeometryError, match=r"0\.0 m"):
        shapes.section(STREET, between=(upright(200), upright(200)))


def test_a_stretch_within_a_gap_is_an_error() -> None:
    """Where the street is not drawn there is no stretch to return."""
    street = MultiLineString([[(0, 0), (400, 0)], [(500, 0), (1000, 0)]])
    with pytest.raises(GeometryError, match="gap"):
        shapes.section(street, between=(Point(420, 0), Point(480, 0)))


def test_limits_must_be_given_in_one_of_two_ways() -> None:
    """Neither nothing, nor both, nor a limit without its side."""
    for attempt in (
        {},
        {"beyond": upright(3)},
        {"side": "west"},
        {"between": (upright(1), upright(9)), "beyond": upright(3), "side": "west"},
    ):
        with pytest.raises(GeometryError, match="between"):
            shapes.section(STREET, **attempt)


def test_an_unknown_side_is_named() -> None:
    """The four sides are listed."""
    with pytest.raises(GeometryError, match="north, east, south, west"):
        shapes.section(STREET, beyond=upright(300), side="left")


def test_an_area_is_no_limit() -> None:
    """It would meet the street twice."""
    with pytest.raises(GeometryError, match="Polygon"):
        shapes.section(STREET, beyond=box(100, -10, 200, 10), side="west")


@given(
    first=st.floats(0, 1000),
    second=st.floats(0, 1000),
    bends=st.lists(st.floats(-100, 100), min_size=2, max_size=8),
)
def test_a_stretch_is_part_of_its_street(first: float, second: float, bends: list[float]) -> None:
    """It is never longer than the street and never leaves it."""
    step = 1000 / (len(bends) - 1)
    street = LineString([(i * step, y) for i, y in enumerate(bends)])
    limits = (street.interpolate(first), street.interpolate(second))
    if abs(street.project(limits[0]) - street.project(limits[1])) < 1.01:
        return
    part = shapes.section(street, between=limits)
    assert 0 < part.length <= street.length + 1e-6
    assert street.buffer(1e-6).covers(part)
