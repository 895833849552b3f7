"""What a file may say of its CRS."""

import geopandas as gpd
import pytest
import shapely
from pyproj import CRS

from erdao_gis.crs import require_known_datum, same_crs, to_geographic, to_working
from erdao_gis.crs.file_text import crs_from_file
from erdao_gis.errors import CRSError

_GRID = "+proj=longlat +ellps=GRS80 +nadgrids=@/etc/hostname,null +type=crs"


@pytest.mark.parametrize(
    "text",
    [
        "EPSG:4551",
        "epsg:4551",
        "urn:ogc:def:crs:EPSG::4551",
        "http://www.opengis.net/def/crs/EPSG/0/4551",
        CRS.from_epsg(4551).to_wkt(),
        CRS.from_epsg(4551).to_wkt("WKT1_GDAL"),
        CRS.from_epsg(4551).to_wkt("WKT1_ESRI"),
        CRS.from_epsg(4551).to_json(),
        CRS.from_epsg(4551).to_json_dict(),
    ],
)
def test_codes_and_definitions_are_read(text: object) -> None:
    """Every usual way to name a system leads to it."""
    assert same_crs(crs_from_file(text), CRS.from_epsg(4551))


def test_web_mercator_as_gdal_writes_it_is_read() -> None:
    """Its definition holds +nadgrids=@null, which names no file."""
    assert "Mercator" in crs_from_file(CRS.from_epsg(3857).to_wkt("WKT1_GDAL")).name


def test_zero_shift_of_older_software_is_left_out() -> None:
    """TOWGS84 of zeros says nothing on CGCS2000."""
    wkt = CRS.from_epsg(4490).to_wkt("WKT1_GDAL")
    shifted = wkt.replace('"1024"]]', '"1024"]],TOWGS84[0,0,0,0,0,0,0]', 1)
    shifted = (
        shifted if "TOWGS84" in shifted else wkt.replace("]],", "],TOWGS84[0,0,0,0,0,0,0]],", 1)
    )
    assert CRS(shifted).is_bound
    assert not crs_from_file(shifted).is_bound


@pytest.mark.parametrize(
    "text",
    [
        "+init=/etc/hostname:x",
        _GRID,
        CRS(_GRID).to_wkt(),
        CRS(_GRID).to_json(),
        CRS(_GRID).to_json().replace("nadgrids", "nadgri\\u0064s"),
        "+proj=longlat +ellps=krass +towgs84=800,500,300 +type=crs",
        CRS("+proj=longlat +ellps=krass +towgs84=800,500,300 +type=crs").to_wkt("WKT1_GDAL"),
        "+proj=longlat +datum=WGS84 +type=crs",
        "/etc/passwd",
        "file:/etc/passwd",
        "http://127.0.0.1:9/x",
        "{" * 50_000,
        "EPSG:4490" + " " * 5 + "+nadgrids=x",
        7,
    ],
)
def test_texts_that_reach_further_are_refused(text: object) -> None:
    """PROJ strings, files, grids and shifts in a file are no statement of a CRS."""
    with pytest.raises(CRSError) as caught:
        crs_from_file(text, what="a.geojson")
    assert caught.value.key in ("crs_text_refused", "unknown_crs")


def test_other_prime_meridian_is_another_system() -> None:
    """Longitudes counted from 10 E are moved by ten degrees, not relabelled."""
    crs = CRS("+proj=longlat +datum=WGS84 +pm=10 +type=crs")
    assert not same_crs(crs, CRS.from_epsg(4490))
    point = gpd.GeoSeries([shapely.Point(115.4, 43.9)], crs=crs)
    assert to_geographic(point).x[0] == pytest.approx(125.4, abs=1e-9)
    assert to_working(point).distance(
        to_working(gpd.GeoSeries([shapely.Point(125.4, 43.9)], crs=4490))
    )[0] == pytest.approx(0, abs=1e-3)


def test_other_angular_unit_is_another_system() -> None:
    """Grads are not degrees."""
    degrees = CRS.from_epsg(4326).to_wkt()
    grads = degrees.replace('"degree",0.0174532925199433', '"grad",0.015707963267949')
    assert not same_crs(CRS(grads), CRS.from_epsg(4326))


def test_ellipsoid_must_fit_the_name_of_the_datum() -> None:
    """A definition can call the ellipsoid of Krassovsky WGS 84."""
    wkt = CRS.from_epsg(4326).to_wkt("WKT1_GDAL")
    forged = CRS(wkt.replace("6378137,298.257223563", "6378245,298.3"))
    with pytest.raises(CRSError):
        require_known_datum(forged)


def test_geocentric_coordinates_are_refused() -> None:
    """X, Y and Z from the centre of the Earth are no map."""
    with pytest.raises(CRSError) as caught:
        require_known_datum(CRS.from_epsg(4978))
    assert caught.value.key == "crs_geocentric"
