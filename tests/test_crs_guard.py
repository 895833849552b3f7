"""The datum guard on a street grid of uneven blocks."""

import time

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from erdao_gis.crs import (
    WORKING,
    convert_datum,
    datum_hypotheses,
    guard_datum,
    to_geographic,
    wgs84_to_bd09,
    wgs84_to_gcj02,
)
from erdao_gis.errors import CRSError, DatumError


def _streets() -> gpd.GeoDataFrame:
    """Twelve streets each way, 4 km long, with blocks of 210 to 420 m, in degrees."""
    steps = np.cumsum([210, 380, 240, 420, 300, 270, 350, 230, 410, 260, 330, 290.0])
    lines = [shapely.LineString([(460000 + d, 4858000), (460000 + d, 4862000)]) for d in steps]
    lines += [shapely.LineString([(460000, 4858000 + d), (464000, 4858000 + d)]) for d in steps]
    return to_geographic(gpd.GeoDataFrame(geometry=lines, crs=WORKING))


def _as(frame: gpd.GeoDataFrame, datum: str) -> gpd.GeoDataFrame:
    """Shift true coordinates to what a web map would give."""
    shift = {"GCJ-02": wgs84_to_gcj02, "BD-09": wgs84_to_bd09}[datum]
    shapes = shapely.transform(
        frame.geometry.to_numpy(), lambda xy: np.column_stack(shift(xy[:, 0], xy[:, 1]))
    )
    return gpd.GeoDataFrame(geometry=shapes, crs=frame.crs)


def test_true_streets_pass() -> None:
    """Streets on their own datum are decided to be right."""
    fit = guard_datum(_streets(), _streets())
    assert (fit.best, fit.decided) == ("CGCS2000", True)
    assert fit.table.loc["CGCS2000", "median_m"] < 1


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_shifted_streets_are_stopped_with_the_hypotheses(datum: str) -> None:
    """A copy from a web map is named, with the medians of all hypotheses and the margin."""
    with pytest.raises(DatumError) as caught:
        guard_datum(_as(_streets(), datum), _streets(), what="roads.geojson")
    assert caught.value.facts["best"] == datum
    assert float(str(caught.value.facts["margin"])) >= 2
    text = caught.value.message("en")
    assert all(name in text for name in ("roads.geojson", "CGCS2000", "GCJ-02", "BD-09"))


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_shifted_streets_pass_when_declared(datum: str) -> None:
    """What says that it is shifted may be."""
    assert guard_datum(_as(_streets(), datum), _streets(), datum).best == datum


def test_true_streets_declared_gcj02_are_stopped() -> None:
    """Converting true coordinates would spoil them."""
    with pytest.raises(DatumError):
        guard_datum(_streets(), _streets(), "GCJ-02")


def test_over_corrected_streets_get_their_own_remedy() -> None:
    """Taking the shift away from true coordinates is recognised."""
    spoilt = convert_datum(_streets(), "GCJ-02")
    with pytest.raises(DatumError) as caught:
        guard_datum(spoilt, _streets())
    assert caught.value.key == "datum_over_corrected"


def test_conversion_makes_a_shifted_copy_pass() -> None:
    """The remedy that the message gives is one."""
    true = convert_datum(_as(_streets(), "GCJ-02"), "GCJ-02")
    assert guard_datum(true, _streets()).table.loc["CGCS2000", "median_m"] < 1e-3


def test_projected_layer_is_guarded_too() -> None:
    """A shifted copy in metres is caught as well."""
    with pytest.raises(DatumError):
        guard_datum(_as(_streets(), "GCJ-02").to_crs(WORKING), _streets())


def test_a_single_short_street_is_undecided() -> None:
    """A few samples in one place can fit anything; the result says so and is no error."""
    line = shapely.LineString([(460210, 4858000), (460210, 4858300)])
    short = to_geographic(gpd.GeoDataFrame(geometry=[line], crs=WORKING))
    fit = guard_datum(_as(short, "GCJ-02"), _streets())
    assert not fit.decided
    assert "无法判定" in fit.message("zh")


def test_far_away_is_undecided() -> None:
    """A layer 100 km off has nothing to be compared with."""
    fit = guard_datum(_streets().translate(1.5, 0).to_frame("geometry"), _streets())
    assert (fit.best, fit.samples, fit.decided) == ("", 0, False)


def test_unlike_layers_are_undecided() -> None:
    """Points anywhere between the streets fit no hypothesis twice as well as the next."""
    spots = np.random.default_rng(1).uniform((460000, 4858000), (464000, 4862000), (300, 2))
    points = gpd.GeoDataFrame(geometry=gpd.points_from_xy(*spots.T), crs=WORKING)
    assert not guard_datum(points, _streets()).decided


def test_empty_layer_is_undecided() -> None:
    """No features: nothing to say, nothing to stop."""
    assert not datum_hypotheses(_streets().iloc[:0], _streets()).decided


def test_null_geometries_are_passed_over() -> None:
    """Unplaced features beside placed ones do not disturb the comparison."""
    unplaced = gpd.GeoDataFrame(geometry=[None], crs=_streets().crs)
    frame = pd.concat([_streets(), unplaced], ignore_index=True)
    assert guard_datum(frame, frame).decided


def test_unknown_declared_datum_is_an_error() -> None:
    """A misspelt declaration does not pass."""
    with pytest.raises(CRSError):
        guard_datum(_streets(), _streets(), "gcj")


def _partly(datum: str, share: float) -> gpd.GeoDataFrame:
    """Shift every so many of the streets."""
    frame, shifted = _streets(), _as(_streets(), datum)
    chosen = np.arange(len(frame)) < share * len(frame)
    shapes = np.where(chosen, shifted.geometry.to_numpy(), frame.geometry.to_numpy())
    ids = [f"S{row:02}" for row in range(len(frame))]
    return gpd.GeoDataFrame({"id": ids}, geometry=shapes, crs=frame.crs)


@pytest.mark.parametrize("datum", ["GCJ-02", "BD-09"])
def test_part_of_the_streets_on_another_datum_is_stopped_by_name(datum: str) -> None:
    """The median of all streets is right when less than half of them are shifted."""
    with pytest.raises(DatumError) as caught:
        guard_datum(_partly(datum, 0.45), _streets(), what="mixed.geojson")
    assert (caught.value.key, caught.value.facts["best"]) == ("datum_mixed", datum)
    assert caught.value.facts["count"] == 11
    assert "S00, S01" in caught.value.message("en")


def test_true_part_of_streets_declared_as_shifted_is_stopped() -> None:
    """Converting the whole layer would spoil its true part."""
    with pytest.raises(DatumError) as caught:
        guard_datum(_partly("GCJ-02", 0.7), _streets(), "GCJ-02")
    assert (caught.value.key, caught.value.facts["best"]) == ("datum_mixed", "CGCS2000")


def test_few_doubtful_streets_are_named_and_pass() -> None:
    """Two strays do not stop a layer, but can be looked at."""
    assert guard_datum(_partly("GCJ-02", 0.08), _streets()).doubtful_ids == ("S00", "S01")
    assert guard_datum(_streets(), _streets()).doubtful_ids == ()


def test_parcels_that_no_street_follows_are_not_called_mixed() -> None:
    """Some parcel always lies near a street that is none of its own."""
    corners = np.random.default_rng(5).uniform((460000, 4858000), (464000, 4862000), (300, 2))
    shapes = [shapely.box(x, y, x + 40, y + 60) for x, y in corners]
    guard_datum(gpd.GeoDataFrame(geometry=shapes, crs=WORKING), _streets())


def test_endless_lines_are_sampled_thinly() -> None:
    """Zigzags of 20 million km hold no more samples than a town."""
    zigzag = [(450000 if step % 2 else 2400000, 4860000) for step in range(250)]
    frame = gpd.GeoDataFrame(geometry=[shapely.LineString(zigzag)] * 40, crs=WORKING)
    assert datum_hypotheses(frame, _streets()).samples <= 2000


def test_tangled_areas_are_sampled_without_a_repair() -> None:
    """A random ring of 3,000 vertices would be repaired for half a minute."""
    places = np.random.default_rng(1).random((3000, 2)) * 1000 + [460000, 4860000]
    frame = gpd.GeoDataFrame(geometry=[shapely.Polygon(places)], crs=WORKING)
    start = time.perf_counter()
    guard_datum(frame, _streets())
    assert time.perf_counter() - start < 2
