"""A point for a shape, shapes united, a shape clipped: `at`, `union` and `clip`."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import (
    GeometryCollection,
    LineString,
    MultiLineString,
    MultiPolygon,
    Point,
    Polygon,
    box,
)

from erdao_gis import shapes
from erdao_gis.errors import GeometryError


@st.composite
def rectangles(draw: st.DrawFn) -> Polygon:
    """Draw a rectangle of 1 to 60 m on whole metres."""
    x, y = draw(st.integers(0, 100)), draw(st.integers(0, 100))
    return box(x, y, x + draw(st.integers(1, 60)), y + draw(st.integers(1, 60)))


def test_a_point_stands_for_itself() -> None:
    """A fact that is a point is placed where it is."""
    assert shapes.at(Point(3, 4)) == Point(3, 4)


def test_a_line_is_met_half_way_along_its_longest_stretch() -> None:
    """Pieces that meet count as one stretch."""
    street = MultiLineString([[(0, 0), (50, 0)], [(50, 0), (100, 0)], [(300, 0), (360, 0)]])
    assert shapes.at(street) == Point(50, 0)


def test_a_point_for_a_bent_area_lies_inside() -> None:
    """The centroid of an L would lie outside of it."""
    area = Polygon([(0, 0), (100, 0), (100, 10), (10, 10), (10, 100), (0, 100)])
    assert area.contains(shapes.at(area))


def test_overlap_counts_once() -> None:
    """Two 10 m squares that share half of each cover 150 m2."""
    assert shapes.union(box(0, 0, 10, 10), box(5, 0, 15, 10)).area == 150


def test_lines_that_meet_are_joined() -> None:
    """Two pieces of a street become one line."""
    joined = shapes.union(LineString([(0, 0), (5, 0)]), LineString([(5, 0), (9, 0)]))
    assert isinstance(joined, LineString)


def test_areas_and_lines_do_not_unite() -> None:
    """A mixed collection is never made."""
    with pytest.raises(GeometryError, match="LineString, Polygon"):
        shapes.union(box(0, 0, 1, 1), LineString([(0, 0), (1, 0)]))


def test_a_union_of_nothing_is_an_error() -> None:
    """No geometry in, no empty geometry out."""
    with pytest.raises(GeometryError, match="geometries"):
        shapes.union()


def test_a_line_is_clipped_to_the_part_inside() -> None:
    """25 m of line through a 10 m square leave 10 m."""
    assert shapes.clip(LineString([(-5, 5), (20, 5)]), box(0, 0, 10, 10)).length == 10


def test_touching_is_not_overlap() -> None:
    """Squares with a common edge leave no area, which is an error and not a line."""
    with pytest.raises(GeometryError, match="0 m"):
        shapes.clip(box(0, 0, 10, 10), box(10, 0, 20, 10))


def test_shapes_apart_are_named_with_their_distance() -> None:
    """The distance tells a slip from another coordinate system."""
    with pytest.raises(GeometryError, match="90 m"):
        shapes.clip(box(0, 0, 10, 10), box(100, 0, 200, 10))


def test_an_area_that_crosses_itself_is_refused() -> None:
    """A bow-tie has no inside to trust."""
    bow_tie = Polygon([(0, 0), (10, 10), (10, 0), (0, 10)])
    with pytest.raises(GeometryError, match="Self-intersection"):
        shapes.clip(bow_tie, box(0, 0, 10, 10))


def test_a_mixed_collection_is_refused() -> None:
    """Every shape is of one kind."""
    with pytest.raises(GeometryError, match="GeometryCollection"):
        shapes.at(GeometryCollection([Point(0, 0), box(0, 0, 1, 1)]))


@given(first=rectangles(), second=rectangles())
def test_a_union_is_no_larger_than_its_parts(first: Polygon, second: Polygon) -> None:
    """Its area lies between the larger part and the sum."""
    area = shapes.union(first, second).area
    assert max(first.area, second.area) - 1e-6 <= area <= first.area + second.area + 1e-6


@given(first=rectangles(), second=rectangles())
def test_a_clipped_area_lies_in_both(first: Polygon, second: Polygon) -> None:
    """Where the interiors meet, the result is within either; else it is an error."""
    if first.intersection(second).area == 0:
        with pytest.raises(GeometryError):
            shapes.clip(first, second)
        return
    left = shapes.clip(first, second)
    assert isinstance(left, Polygon | MultiPolygon)
    assert first.covers(left)
    assert second.covers(left)
