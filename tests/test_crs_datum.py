"""GCJ-02 and BD-09 against published pairs, and there and back."""

import geopandas as gpd
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from erdao_gis.crs import (
    GEOGRAPHIC,
    bd09_to_gcj02,
    bd09_to_wgs84,
    convert_datum,
    gcj02_to_bd09,
    gcj02_to_wgs84,
    to_working,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from erdao_gis.errors import CRSError

IN_CHINA = st.tuples(st.floats(73.0, 135.0), st.floats(4.0, 53.0))
ONE_MICROMETRE = 1e-6 / 111_000


def test_forward_formulas_give_the_published_pairs() -> None:
    """The well-known pairs of the public formulas at 116.404, 39.915."""
    assert wgs84_to_gcj02(116.404, 39.915) == pytest.approx((116.41024449917, 39.91640428150))
    assert gcj02_to_bd09(116.404, 39.915) == pytest.approx((116.41036949371, 39.92133699351))


@given(IN_CHINA)
def test_gcj02_there_and_back_is_the_same_point(place: tuple[float, float]) -> None:
    """The inverse is exact to a micrometre everywhere in China."""
    back = gcj02_to_wgs84(*wgs84_to_gcj02(*place))
    assert back == pytest.approx(place, rel=0, abs=ONE_MICROMETRE)


@given(IN_CHINA)
def test_bd09_there_and_back_is_the_same_point(place: tuple[float, float]) -> None:
    """Both steps of BD-09 are inverted exactly, together and alone."""
    assert bd09_to_wgs84(*wgs84_to_bd09(*place)) == pytest.approx(place, rel=0, abs=ONE_MICROMETRE)
    assert bd09_to_gcj02(*gcj02_to_bd09(*place)) == pytest.approx(place, rel=0, abs=ONE_MICROMETRE)


def test_shift_in_the_district_is_about_575_metres() -> None:
    """GCJ-02 lies 545-607 m off in Erdao."""
    lon, lat = np.meshgrid(np.linspace(125.3, 125.8, 5), np.linspace(43.7, 44.1, 5))
    shifted = gpd.points_from_xy(*wgs84_to_gcj02(lon.ravel(), lat.ravel()))
    true = gpd.GeoSeries(gpd.points_from_xy(lon.ravel(), lat.ravel()), crs=GEOGRAPHIC)
    metres = to_working(true).distance(to_working(gpd.GeoSeries(shifted, crs=GEOGRAPHIC)))
    assert metres.between(540, 610).all()


def test_nan_stays_nan() -> None:
    """A missing coordinate is missing afterwards and disturbs no other."""
    lon, lat = gcj02_to_wgs84([np.nan, 125.4], [np.nan, 43.9])
    assert np.isnan(lon).tolist() == [True, False]
    assert lat[1] == pytest.approx(43.898, abs=1e-2)


def test_layer_is_converted_with_its_nulls_and_heights() -> None:
    """Whole geometries move, null ones stay, heights are kept, the CRS is the same."""
    lon, lat = (float(value) for value in wgs84_to_gcj02(125.4, 43.9))
    shapes = [shapely.Point(lon, lat, 210), None]
    frame = gpd.GeoDataFrame({"id": ["a", "b"]}, geometry=shapes, crs="EPSG:4326")
    true = convert_datum(frame, "GCJ-02")
    assert shapely.get_coordinates(true.geometry[0], include_z=True)[0] == pytest.approx(
        (125.4, 43.9, 210)
    )
    assert true.geometry[1] is None
    assert true.crs.to_epsg() == 4326


def test_projected_layer_is_converted_in_its_own_system() -> None:
    """GCJ-02 that somebody projected comes back in metres, at the true place."""
    true = gpd.GeoDataFrame(geometry=gpd.points_from_xy([125.4], [43.9]), crs=GEOGRAPHIC)
    shifted = gpd.GeoDataFrame(
        geometry=gpd.points_from_xy(*wgs84_to_bd09([125.4], [43.9])), crs=GEOGRAPHIC
    )
    moved = convert_datum(to_working(shifted), "BD-09")
    assert moved.geometry[0].distance(to_working(true).geometry[0]) < 1e-6


@pytest.mark.parametrize("datum", ["CGCS2000", "WGS84"])
def test_true_datums_are_left_alone(datum: str) -> None:
    """What is true already is the same frame."""
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy([125.4], [43.9]), crs=GEOGRAPHIC)
    assert convert_datum(frame, datum) is frame


def test_unknown_datum_lists_the_known_ones() -> None:
    """A misspelt datum is an error, not a silent pass."""
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy([125.4], [43.9]), crs=GEOGRAPHIC)
    with pytest.raises(CRSError) as caught:
        convert_datum(frame, "gcj02")
    assert "GCJ-02" in str(caught.value.facts["names"])


def test_coordinates_outside_china_are_not_shifted() -> None:
    """Swapped axes do not pass as GCJ-02."""
    frame = gpd.GeoDataFrame(geometry=gpd.points_from_xy([43.9], [85.4]), crs=GEOGRAPHIC)
    with pytest.raises(CRSError) as caught:
        convert_datum(frame, "GCJ-02")
    assert caught.value.key == "datum_outside_china"
