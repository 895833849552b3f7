"""Straight-line coverage by facilities."""

import math

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, Polygon, box

from erdao_gis.analysis import service_coverage
from erdao_gis.errors import SchemaError

SQUARE = box(0, 0, 100, 100)


def frame(*shapes: shapely.Geometry, **columns: list[float]) -> gpd.GeoDataFrame:
    """Make a frame in EPSG:4551."""
    return gpd.GeoDataFrame(columns, geometry=list(shapes), crs="EPSG:4551")


def test_circle_within_unit_has_the_area_of_a_circle() -> None:
    """A point reaches pi r2, less 0.1 % for the chords."""
    share = service_coverage(frame(SQUARE), frame(Point(50, 50)), 30)[0]
    assert share == pytest.approx(math.pi * 0.09, rel=2e-3)
    assert share < math.pi * 0.09


def test_two_facilities_at_one_place_count_once() -> None:
    """Overlapping reach is counted once."""
    one = service_coverage(frame(SQUARE), frame(Point(50, 50)), 30)
    two = service_coverage(frame(SQUARE), frame(Point(50, 50), Point(50, 50)), 30)
    assert two[0] == pytest.approx(one[0], abs=1e-12)


def test_unit_wholly_within_reach_is_one() -> None:
    """A covered unit has the share 1 exactly, never 1.0000001."""
    assert service_coverage(frame(SQUARE), frame(Point(50, 50)), 500).tolist() == [1.0]


def test_unit_out_of_reach_is_zero() -> None:
    """A unit beyond every reach has 0."""
    assert service_coverage(frame(SQUARE), frame(Point(900, 900)), 500).tolist() == [0.0]


def test_reach_is_measured_from_the_edge_of_a_park() -> None:
    """A park 50 m west of the unit with 75 m of reach covers its western quarter."""
    park = box(-150, -200, -50, 300)
    assert service_coverage(frame(SQUARE), frame(park), 75)[0] == pytest.approx(0.25)


def test_reach_per_facility_by_column() -> None:
    """Each facility has the reach of its own row."""
    parks = frame(box(-10, 0, 0, 100), box(100, 0, 110, 100), reach=[10.0, 30.0])
    assert service_coverage(frame(SQUARE), parks, "reach")[0] == pytest.approx(0.4)


def test_reach_per_facility_by_series() -> None:
    """A Series on the facilities' index does the same."""
    parks = frame(box(-10, 0, 0, 100), box(100, 0, 110, 100))
    reach = pd.Series([10.0, 30.0])
    assert service_coverage(frame(SQUARE), parks, reach)[0] == pytest.approx(0.4)


def test_missing_reach_is_refused_by_name() -> None:
    """A facility without a reach is named, not left out."""
    parks = frame(Point(0, 0), Point(9, 9), reach=[10.0, np.nan])
    with pytest.raises(SchemaError) as caught:
        service_coverage(frame(SQUARE), parks, "reach")
    assert caught.value.facts["ids"] == "1"


def test_unknown_reach_column_is_refused() -> None:
    """A column that does not exist is named with those that do."""
    with pytest.raises(SchemaError, match="radius"):
        service_coverage(frame(SQUARE), frame(Point(0, 0)), "radius")


def test_series_on_another_index_is_refused() -> None:
    """A Series that does not stand on the facilities' index is not guessed into place."""
    with pytest.raises(SchemaError):
        service_coverage(frame(SQUARE), frame(Point(0, 0)), pd.Series([5.0], index=[7]))


def test_agrees_with_buffer_union_overlay() -> None:
    """The shares equal those of geopandas' buffer, union and overlay."""
    rng = np.random.default_rng(7)
    corners = rng.uniform(0, 900, (40, 2))
    units = frame(*(box(x, y, x + 80, y + 60) for x, y in corners))
    places = frame(*shapely.points(rng.uniform(0, 1000, (12, 2))))
    reached = gpd.GeoDataFrame(
        geometry=[places.buffer(120, quad_segs=32).union_all()], crs=units.crs
    )
    pieces = gpd.overlay(units.reset_index(names="unit"), reached, how="intersection")
    expected = (
        pieces.area.groupby(pieces["unit"]).sum().reindex(units.index, fill_value=0.0) / units.area
    )
    found = service_coverage(units, places, 120)
    np.testing.assert_allclose(found, expected, atol=1e-9)


places_strategy = st.lists(
    st.tuples(st.floats(-50, 150), st.floats(-50, 150)), min_size=1, max_size=6
)


@settings(max_examples=25)
@given(places=places_strategy, reach=st.floats(1, 80), more=st.floats(0, 40))
def test_share_grows_with_reach(
    places: list[tuple[float, float]], reach: float, more: float
) -> None:
    """A longer reach never covers less."""
    spots = frame(*map(Point, places))
    near = service_coverage(frame(SQUARE), spots, reach)[0]
    far = service_coverage(frame(SQUARE), spots, reach + more)[0]
    assert 0 <= near <= far + 1e-9 <= 1 + 1e-9


@settings(max_examples=25)
@given(places=places_strategy, seed=st.integers(0, 99))
def test_order_of_rows_does_not_matter(places: list[tuple[float, float]], seed: int) -> None:
    """Neither the order of units nor that of facilities changes a figure."""
    units = frame(SQUARE, box(100, 0, 160, 90), Polygon([(0, 0), (-40, 5), (-9, 60)]))
    spots = frame(*map(Point, places))
    order = np.random.default_rng(seed).permutation(len(places))
    plain = service_coverage(units, spots, 40)
    shuffled = service_coverage(units.iloc[::-1], spots.iloc[order], 40)
    np.testing.assert_allclose(shuffled.reindex(plain.index), plain, atol=1e-9)


@settings(max_examples=25)
@given(places=places_strategy, at=st.floats(5, 95))
def test_splitting_a_unit_keeps_the_covered_area(
    places: list[tuple[float, float]], at: float
) -> None:
    """The parts of a unit have together the covered area of the whole."""
    spots = frame(*map(Point, places))
    parts = frame(box(0, 0, at, 100), box(at, 0, 100, 100))
    whole = service_coverage(frame(SQUARE), spots, 40)[0] * 1e4
    assert (service_coverage(parts, spots, 40) * parts.area).sum() == pytest.approx(whole, abs=1e-6)
