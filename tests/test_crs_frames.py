"""Frames into the working system, and the guard of all measures."""

import geopandas as gpd
import pytest
import shapely
from pyproj import CRS

from erdao_gis.crs import (
    GEOGRAPHIC,
    WORKING,
    require_metres,
    same_crs,
    to_geographic,
    to_working,
)
from erdao_gis.errors import CRSError


def _square(crs: object) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame({"id": ["a"]}, geometry=[shapely.box(0, 0, 1, 1)], crs=crs)


def test_wgs84_and_cgcs2000_give_the_same_metres() -> None:
    """A point in EPSG:4326 and the same in EPSG:4490 land on the same spot."""
    wgs84 = gpd.GeoSeries.from_xy([125.4], [43.9], crs="EPSG:4326")
    cgcs2000 = gpd.GeoSeries.from_xy([125.4], [43.9], crs=GEOGRAPHIC)
    assert to_working(wgs84)[0].equals(to_working(cgcs2000)[0])


def test_central_meridian_has_the_false_easting() -> None:
    """126 E is 500 km east in EPSG:4551, which shows that axes are not swapped."""
    point = to_working(gpd.GeoSeries.from_xy([126.0], [43.88], crs=GEOGRAPHIC))[0]
    assert point.x == pytest.approx(500000.0, abs=1e-6)
    assert point.y == pytest.approx(4_860_000, abs=5000)


def test_equal_systems_are_relabelled_without_a_shift() -> None:
    """EPSG:4326 becomes EPSG:4490 with the very same coordinates."""
    frame = gpd.GeoSeries.from_xy([125.123456789], [43.9], crs="EPSG:4326")
    degrees = to_geographic(frame)
    assert degrees.crs.to_epsg() == 4490
    assert degrees[0].x == 125.123456789


def test_null_geometry_stays_null() -> None:
    """A feature without a place keeps its row."""
    frame = gpd.GeoSeries([None, shapely.Point(125.4, 43.9)], crs=GEOGRAPHIC)
    assert to_working(frame).isna().tolist() == [True, False]


@pytest.mark.parametrize("code", [4610, 4214, 4555, 2343])
def test_old_datums_are_refused_instead_of_shifted_by_zero(code: int) -> None:
    """Xian 1980 and Beijing 1954 need parameters that PROJ does not have."""
    with pytest.raises(CRSError) as caught:
        to_working(_square(code))
    assert caught.value.key == "datum_without_parameters"


def test_old_datum_with_its_parameters_is_transformed() -> None:
    """A CRS that brings its own +towgs84 is moved by it."""
    stated = "+proj=longlat +a=6378140 +rf=298.257 +towgs84=100,0,0,0,0,0,0 +no_defs"
    point = gpd.GeoSeries.from_xy([125.4], [43.9], crs=stated)
    plain = gpd.GeoSeries.from_xy([125.4], [43.9], crs=GEOGRAPHIC)
    assert 50 < to_working(point)[0].distance(to_working(plain)[0]) < 150


def test_coordinates_the_projection_cannot_map_are_named() -> None:
    """A latitude of 5000 gives an error with its row, not infinity."""
    frame = gpd.GeoSeries.from_xy([125.4, 460000.0], [43.9, 4860000.0], crs=GEOGRAPHIC)
    with pytest.raises(CRSError) as caught:
        to_working(frame)
    assert (caught.value.key, caught.value.facts["row"]) == ("outside_projection", 1)


def test_metres_pass() -> None:
    """Frames in the working system may be measured together."""
    assert require_metres(_square(WORKING), _square(WORKING)).to_epsg() == 4551


@pytest.mark.parametrize(
    ("crs", "key"),
    [
        (None, "frame_without_crs"),
        (4326, "measure_in_degrees"),
        (4490, "measure_in_degrees"),
        (3857, "measure_in_web_mercator"),
        (2263, "measure_not_in_metres"),
    ],
)
def test_what_is_not_metres_is_refused_by_name(crs: int | None, key: str) -> None:
    """No CRS, degrees, Web Mercator and feet each get their own remedy."""
    with pytest.raises(CRSError) as caught:
        require_metres(_square(crs))
    assert caught.value.key == key


def test_mixed_systems_are_refused() -> None:
    """Two metric systems must not be measured together."""
    with pytest.raises(CRSError) as caught:
        require_metres(_square(WORKING), _square(32651))
    assert caught.value.key == "mixed_crs"


def test_projections_on_equal_datums_are_the_same() -> None:
    """The same Gauss-Kruger on WGS84 equals EPSG:4551; with the zone number it does not."""
    twin = CRS.from_proj4("+proj=tmerc +lat_0=0 +lon_0=126 +k=1 +x_0=500000 +datum=WGS84 +units=m")
    assert same_crs(twin, CRS.from_epsg(4551))
    assert not same_crs(CRS.from_epsg(4530), CRS.from_epsg(4551))


@pytest.mark.parametrize("language", ["zh", "en"])
def test_messages_say_what_to_do(language: str) -> None:
    """The error names the call that helps."""
    with pytest.raises(CRSError) as caught:
        require_metres(_square(4326))
    assert "to_working" in caught.value.message("zh" if language == "zh" else "en")
