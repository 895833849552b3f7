"""Strips along lines and bands of doubt: `widen` and `band`."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString, MultiLineString, MultiPolygon, Point, Polygon, box

from erdao_gis import shapes
from erdao_gis.errors import GeometryError


def test_a_straight_line_widens_to_a_rectangle_without_overshoot() -> None:
    """100 m widened by 10 m to each side is a 100 m by 20 m rectangle."""
    strip = shapes.widen(LineString([(0, 0), (100, 0)]), width_m=10)
    assert strip.equals(box(0, -10, 100, 10))


def test_a_bend_is_joined_round() -> None:
    """A right angle adds a quarter disc outside and shares one square inside."""
    strip = shapes.widen(LineString([(0, 0), (100, 0), (100, 100)]), width_m=10)
    assert strip.area == pytest.approx(4000 - 100 + math.pi * 100 / 4, abs=0.5)


def test_pieces_that_meet_widen_to_one_polygon() -> None:
    """Two pieces end to end leave no notch where they meet."""
    pieces = MultiLineString([[(0, 0), (50, 0)], [(50, 0), (100, 0)]])
    assert shapes.widen(pieces, width_m=10).area == pytest.approx(2000)


def test_a_gap_stays_a_gap() -> None:
    """Pieces 10 m apart give two polygons."""
    pieces = MultiLineString([[(0, 0), (50, 0)], [(60, 0), (100, 0)]])
    strip = shapes.widen(pieces, width_m=10)
    assert isinstance(strip, MultiPolygon)
    assert strip.area == pytest.approx(1800)


@pytest.mark.parametrize("width", [0.0, -5.0, math.nan, math.inf])
def test_a_width_that_is_no_length_is_refused(width: float) -> None:
    """Zero, negative, undefined and infinite widths are errors that name the argument."""
    with pytest.raises(GeometryError, match="width_m"):
        shapes.widen(LineString([(0, 0), (1, 0)]), width_m=width)


def test_an_area_cannot_be_widened() -> None:
    """The message says which kind was found and which was expected."""
    with pytest.raises(GeometryError) as caught:
        shapes.widen(box(0, 0, 1, 1), width_m=1)
    assert "Polygon" in caught.value.message("en")
    assert "线" in caught.value.message("zh")


@pytest.mark.parametrize(
    ("geometry", "word"),
    [
        (LineString(), "empty"),
        (LineString([(0, 0), (math.inf, 0)]), "infinite"),
    ],
)
def test_an_unusable_line_is_refused(geometry: LineString, word: str) -> None:
    """Empty and infinite lines never pass in silence."""
    with pytest.raises(GeometryError) as caught:
        shapes.widen(geometry, width_m=1)
    assert word in caught.value.message("en")


def test_a_band_moves_the_outline_in_and_out() -> None:
    """A 100 m square known to 10 m covers at least 80 m squared."""
    inner, outer = shapes.band(box(0, 0, 100, 100), accuracy_m=10)
    assert inner.equals(box(10, 10, 90, 90))
    assert outer.area == pytest.approx(10_000 + 4000 + math.pi * 100, rel=1e-3)


def test_a_shape_smaller_than_its_accuracy_is_erased() -> None:
    """The inner shape is then an empty polygon, which is the full doubt."""
    inner, outer = shapes.band(box(0, 0, 10, 10), accuracy_m=10)
    assert isinstance(inner, Polygon)
    assert inner.is_empty
    assert not outer.is_empty


def test_a_point_has_only_an_outer_band() -> None:
    """Nothing around a point is certain."""
    inner, outer = shapes.band(Point(0, 0), accuracy_m=10)
    assert inner.is_empty
    assert outer.area == pytest.approx(math.pi * 100, rel=0.01)


@given(
    size=st.floats(10, 1000),
    accuracy=st.floats(0, 400),
)
def test_a_band_encloses_the_shape(size: float, accuracy: float) -> None:
    """Inner lies within the shape, and the shape within outer."""
    square = box(0, 0, size, size)
    inner, outer = shapes.band(square, accuracy_m=accuracy)
    assert inner.area <= square.area * (1 + 1e-9)
    assert square.area <= outer.area * (1 + 1e-9)
    assert inner.is_empty or square.buffer(1e-6).covers(inner)
    assert outer.buffer(1e-6).covers(square)
