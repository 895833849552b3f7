"""Each mistake with coordinates is named for what it is."""

import pytest
from pyproj import Transformer

from erdao_gis.crs import Region, diagnose_coordinates

BOX = (125.35, 43.82, 125.60, 43.95)


def _in(code: int, *, swapped: bool = False) -> tuple[float, float, float, float]:
    """Give the district's box in another system."""
    across = Transformer.from_crs(4490, code, always_xy=True)
    west, south = across.transform(BOX[0], BOX[1])
    east, north = across.transform(BOX[2], BOX[3])
    return (south, west, north, east) if swapped else (west, south, east, north)


@pytest.mark.parametrize("code", [4490, 4326, 4551, 4530, 4499, 32651, 3857])
def test_right_coordinates_have_nothing_to_be_said(code: int) -> None:
    """Coordinates that lie in the region under their own CRS pass, whatever the CRS."""
    assert diagnose_coordinates(_in(code), code) is None


@pytest.mark.parametrize(
    ("bounds", "crs", "key", "fits"),
    [
        (_in(4490, swapped=True), 4490, "swapped_axes", ""),
        (_in(4551, swapped=True), 4551, "swapped_axes", ""),
        (_in(4490, swapped=True), None, "swapped_axes", ""),
        (_in(4530), 4551, "zone_prefixed_easting", "4530"),
        (_in(4499), 4551, "zone_prefixed_easting", "4499"),
        (_in(4550), 4551, "wrong_meridian", "4550"),
        (_in(4552), 4551, "wrong_meridian", "4552"),
        (_in(4551), 4530, "wrong_meridian", "4551"),
        (_in(3857), 4551, "web_mercator_metres", "3857"),
        (_in(3857), 4326, "web_mercator_metres", "3857"),
        (_in(4490), 4551, "degrees_labelled_metres", "4490"),
        (_in(4551), 4490, "metres_labelled_degrees", "4551"),
        (_in(4490), None, "missing_crs_degrees", "4490"),
        (_in(4551), None, "missing_crs_metres", "4551"),
        (_in(3857), None, "missing_crs_metres", "3857"),
        ((1.0, 2.0, 3.0, 4.0), None, "missing_crs_unknown", ""),
        ((116.0, 39.0, 117.0, 40.0), 4490, "outside_region", ""),
        (_in(4490), 4610, "datum_without_parameters", ""),
        (_in(4490), 4214, "datum_without_parameters", ""),
    ],
)
def test_mistake_is_named(
    bounds: tuple[float, float, float, float], crs: int | None, key: str, fits: str
) -> None:
    """Bounds and a CRS that do not belong together give the mistake and what fits."""
    error = diagnose_coordinates(bounds, crs, what="parcels.shp")
    assert error is not None
    assert error.key == key
    assert fits in str(error.facts.get("fits", ""))
    assert "parcels.shp" in error.message("zh")


def test_no_coordinates_are_no_mistake() -> None:
    """The bounds of an empty layer are NaN."""
    nan = float("nan")
    assert diagnose_coordinates((nan, nan, nan, nan), 4490) is None


def test_region_is_a_parameter() -> None:
    """Another town has another region."""
    assert diagnose_coordinates((116, 39, 117, 40), 4490, Region(115, 38, 118, 41)) is None
