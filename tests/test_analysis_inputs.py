"""What every measure refuses, and how it marks what it cannot know."""

from collections.abc import Callable

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from shapely import LineString, MultiPolygon, Point, Polygon, box

from erdao_gis import analysis
from erdao_gis.errors import CRSError, GeometryError, SchemaError

UNITS = gpd.GeoDataFrame(
    geometry=[box(0, 0, 100, 100), box(100, 0, 200, 100)], index=["a", "b"], crs="EPSG:4551"
)
GREEN = gpd.GeoDataFrame(geometry=[box(0, 0, 50, 100)], crs="EPSG:4551")
STREET = gpd.GeoDataFrame(geometry=[LineString([(0, 50), (200, 50)])], crs="EPSG:4551")
CODED = GREEN.assign(land_use_code="0701")

Measure = Callable[[gpd.GeoDataFrame, gpd.GeoDataFrame], pd.Series | pd.DataFrame]
# Each measure of units against a layer, with a layer that fits it.
MEASURES: dict[str, tuple[Measure, gpd.GeoDataFrame]] = {
    "service_coverage": (lambda u, f: analysis.service_coverage(u, f, 10), GREEN),
    "green_ratio": (analysis.green_ratio, GREEN),
    "area_within": (analysis.area_within, GREEN),
    "length_within": (analysis.length_within, STREET),
    "corridor_share": (lambda u, f: analysis.corridor_share(u, f, 10), STREET),
    "land_use_mix": (analysis.land_use_mix, CODED),
    "walk_coverage": (
        lambda u, f: analysis.walk_coverage(analysis.walking_graph(STREET), u, f, 5),
        GREEN,
    ),
}
EVERY = pytest.mark.parametrize("name", MEASURES)
AREAL = pytest.mark.parametrize("name", [name for name in MEASURES if name != "walk_coverage"])


def measured(name: str, units: gpd.GeoDataFrame, layer: gpd.GeoDataFrame) -> pd.Series:
    """Run a measure and return its (first) column."""
    result = MEASURES[name][0](units, layer)
    return result if isinstance(result, pd.Series) else result.iloc[:, 0]


@EVERY
def test_index_is_kept_and_input_untouched(name: str) -> None:
    """The result stands on the units' index under the measure's name; the inputs stay."""
    units, layer = UNITS.copy(), MEASURES[name][1].copy()
    result = measured(name, units, layer)
    assert result.name == name
    assert result.index.equals(UNITS.index)
    assert units.equals(UNITS)
    assert layer.equals(MEASURES[name][1])


@EVERY
@pytest.mark.parametrize("crs", ["EPSG:4490", "EPSG:3857"])
def test_degrees_and_web_mercator_are_refused(name: str, crs: str) -> None:
    """Neither degrees nor Web Mercator metres are measured."""
    layer = MEASURES[name][1]
    with pytest.raises(CRSError):
        measured(
            name, UNITS.set_crs(crs, allow_override=True), layer.set_crs(crs, allow_override=True)
        )


@EVERY
def test_mixed_crs_is_refused(name: str) -> None:
    """Units and layer in two systems of metres are not brought together in silence."""
    layer = MEASURES[name][1].set_crs("EPSG:4530", allow_override=True)
    with pytest.raises(CRSError):
        measured(name, UNITS, layer)


@EVERY
def test_missing_crs_is_refused(name: str) -> None:
    """A frame without a CRS is not measured."""
    bare = gpd.GeoDataFrame(geometry=UNITS.geometry.to_numpy())
    with pytest.raises(CRSError):
        measured(name, bare, MEASURES[name][1])


@EVERY
def test_empty_layer_without_a_word_is_refused(name: str) -> None:
    """A layer with no row, and no word on why, gives an error and not 0."""
    with pytest.raises(GeometryError, match="completeness"):
        measured(name, UNITS, MEASURES[name][1].iloc[:0])


@EVERY
def test_empty_units_are_refused(name: str) -> None:
    """No units, and no word on why, is an error."""
    with pytest.raises(GeometryError, match="units"):
        measured(name, UNITS.iloc[:0], MEASURES[name][1])


@EVERY
def test_units_known_to_be_empty_give_an_empty_result(name: str) -> None:
    """Units whose layer says that it is empty give no rows, and the state no_data."""
    units = UNITS.iloc[:0].copy()
    units.attrs["completeness"] = "empty"
    result = MEASURES[name][0](units, MEASURES[name][1])
    assert len(result) == 0
    assert result.attrs["state"] == "no_data"


@EVERY
def test_layer_known_to_be_empty_gives_no_data(name: str) -> None:
    """A layer that says it is empty gives NaN and the state no_data."""
    layer = MEASURES[name][1].iloc[:0].copy()
    layer.attrs["completeness"] = "empty"
    result = MEASURES[name][0](UNITS, layer)
    assert np.isnan(result.to_numpy(float)).all()
    assert result.attrs["state"] == "no_data"


@pytest.mark.parametrize(
    "name", ["service_coverage", "green_ratio", "area_within", "length_within", "corridor_share"]
)
def test_complete_layer_without_rows_gives_zero(name: str) -> None:
    """Zero is a figure where the layer is complete and simply has nothing."""
    layer = MEASURES[name][1].iloc[:0].copy()
    layer.attrs["completeness"] = "complete"
    result = measured(name, UNITS, layer)
    assert result.tolist() == [0.0, 0.0]
    assert result.attrs["state"] == "value"


@pytest.mark.parametrize("name", ["green_ratio", "area_within", "service_coverage"])
def test_partial_layer_gives_a_lower_bound_and_never_zero(name: str) -> None:
    """What a partial layer shows is a lower bound; where it shows nothing there is no figure."""
    layer = MEASURES[name][1].copy()
    layer.attrs["completeness"] = "partial"
    units = gpd.GeoDataFrame(geometry=[box(0, 0, 100, 100), box(500, 0, 600, 100)], crs=UNITS.crs)
    result = measured(name, units, layer)
    assert result[0] > 0
    assert np.isnan(result[1])
    assert result.attrs["state"] == "lower_bound"


def test_unplaced_row_of_the_layer_is_listed_and_makes_a_lower_bound() -> None:
    """A green space whose place is unknown counts nowhere, and the result says so."""
    green = gpd.GeoDataFrame(geometry=[GREEN.geometry[0], None], index=["p", "q"], crs=UNITS.crs)
    result = analysis.green_ratio(UNITS, green)
    assert result.attrs["unplaced"] == ("q",)
    assert result.attrs["state"] == "lower_bound"


@EVERY
def test_unit_without_geometry_is_nan_and_listed(name: str) -> None:
    """A unit with null or empty geometry keeps its row, has no figure and is named."""
    units = gpd.GeoDataFrame(
        geometry=[UNITS.geometry["a"], None, Polygon()], index=["a", "x", "y"], crs=UNITS.crs
    )
    result = MEASURES[name][0](units, MEASURES[name][1])
    figures = result if isinstance(result, pd.Series) else result["classified_share"]
    assert figures.isna().tolist() == [False, True, True]
    assert result.attrs["unmeasured"] == ("x", "y")


@AREAL
def test_bowtie_unit_is_refused_by_name(name: str) -> None:
    """A self-crossing unit has no area that means anything."""
    bowtie = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])
    units = gpd.GeoDataFrame(
        geometry=[UNITS.geometry["a"], bowtie], index=["a", "bow"], crs=UNITS.crs
    )
    with pytest.raises(GeometryError, match="bow"):
        measured(name, units, MEASURES[name][1])


@AREAL
def test_point_as_unit_is_refused(name: str) -> None:
    """A share of the area of a point does not exist."""
    units = gpd.GeoDataFrame(geometry=[Point(0, 0)], crs=UNITS.crs)
    with pytest.raises(GeometryError):
        measured(name, units, MEASURES[name][1])


@pytest.mark.parametrize("name", ["green_ratio", "area_within", "land_use_mix"])
def test_line_as_area_layer_is_refused(name: str) -> None:
    """A green line has no area."""
    with pytest.raises(GeometryError):
        measured(name, UNITS, STREET.assign(land_use_code="0701"))


def test_error_names_what_to_do_in_chinese_and_english() -> None:
    """A refusal says what was found, expected and to do, in both languages."""
    with pytest.raises(GeometryError) as caught:
        analysis.green_ratio(UNITS, STREET)
    assert "areas" in caught.value.message("en")
    assert "面" in caught.value.message("zh")


def test_repeated_labels_stay_apart() -> None:
    """Rows with the same label are separate units."""
    units = gpd.GeoDataFrame(geometry=[*UNITS.geometry], index=["a", "a"], crs=UNITS.crs)
    assert analysis.green_ratio(units, GREEN).tolist() == [0.5, 0.0]


def test_heights_are_ignored() -> None:
    """Measures are planar: a third coordinate changes nothing."""
    raised = Polygon([(0, 0, 5), (50, 0, 9), (50, 100, 2), (0, 100, 0)])
    green = gpd.GeoDataFrame(geometry=[MultiPolygon([raised])], crs=UNITS.crs)
    assert analysis.green_ratio(UNITS, green).tolist() == [0.5, 0.0]


@pytest.mark.parametrize("reach", [0, -5, float("nan"), float("inf")])
def test_reach_that_is_no_positive_number_is_refused(reach: float) -> None:
    """A reach must be a finite number above zero."""
    with pytest.raises(SchemaError):
        analysis.service_coverage(UNITS, GREEN, reach)
