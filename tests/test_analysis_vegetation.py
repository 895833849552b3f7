"""Vegetation cover from imagery, on generated scenes of known content."""

import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import shapely
from affine import Affine
from exactextract import exact_extract
from exactextract.raster import NumPyRasterSource
from hypothesis import given, settings
from hypothesis import strategies as st
from rasterio.enums import ColorInterp
from rasterio.io import DatasetReader, MemoryFile
from shapely import Polygon, box

from erdao_gis.analysis import QualityBand, green_cover, scenes
from erdao_gis.errors import CRSError, GeometryError, SchemaError

EAST, NORTH = 500_000.0, 4_860_000.0
CELL = 10.0


@contextmanager
def scene(
    bands: np.ndarray, *, about: dict[str, Any] | None = None, **layout: Any
) -> Iterator[DatasetReader]:
    """Open bands (count, rows, columns) of 10 m cells, whose south-west corner is EAST, NORTH."""
    count, rows, columns = bands.shape
    place = Affine(CELL, 0, EAST, 0, -CELL, NORTH + rows * CELL)
    profile = {
        "driver": "GTiff",
        "count": count,
        "height": rows,
        "width": columns,
        "dtype": bands.dtype,
        "crs": "EPSG:4551",
        "transform": place,
    }
    with MemoryFile() as memory:
        with memory.open(**(profile | layout)) as target:
            for name, value in (about or {}).items():
                setattr(target, name, value)
            target.write(bands)
        with memory.open() as opened:
            yield opened


def units(*shapes: shapely.Geometry) -> gpd.GeoDataFrame:
    """Make units of metres from EAST, NORTH."""
    moved = [shapely.affinity.translate(shape, EAST, NORTH) for shape in shapes]
    return gpd.GeoDataFrame(geometry=moved, crs="EPSG:4551")


def halves(dtype: str = "uint16") -> np.ndarray:
    """Make red and near infrared of 4 x 4 cells, green in the western half."""
    red, nir = np.full((4, 4), 100, dtype), np.full((4, 4), 100, dtype)
    nir[:, :2] = 250
    return np.stack([red, nir])


def one(found: Any) -> float:
    """Return the cover of the first unit."""
    return float(found["green_cover"].iloc[0])


def test_half_a_scene_is_green() -> None:
    """A unit over the whole scene has the share of green cells."""
    with scene(halves()) as opened:
        assert one(green_cover(units(box(0, 0, 40, 40)), opened, 0.3, red_nir=(1, 2))) == 0.5


def test_cells_count_by_the_fraction_inside() -> None:
    """A unit of 7 m on the border of green and bare has 2 m of green: 2/7."""
    with scene(halves()) as opened:
        found = green_cover(units(box(18, 3, 25, 9)), opened, 0.3, red_nir=(1, 2))
    assert one(found) == pytest.approx(2 / 7)


def test_unit_smaller_than_a_cell_is_measured() -> None:
    """A sliver within one green cell is wholly green."""
    with scene(halves()) as opened:
        found = green_cover(units(Polygon([(1, 1), (3, 1), (2, 4)])), opened, 0.3, red_nir=(1, 2))
    assert one(found) == pytest.approx(1.0)


def test_threshold_itself_is_not_green() -> None:
    """NDVI of 13 and 7 is exactly 0.3: not above it. Whole numbers decide without rounding."""
    bands = np.array([[[7, 7]], [[13, 14]]], dtype="uint8")
    with scene(bands) as opened:
        found = green_cover(
            units(box(0, 0, 10, 10), box(10, 0, 20, 10)), opened, 0.3, red_nir=(1, 2)
        )
    assert found["green_cover"].tolist() == [0.0, 1.0]


@pytest.mark.parametrize(
    "dtype", ["uint8", "int16", "uint16", "int32", "uint32", "float32", "float64"]
)
def test_every_band_type_gives_the_same(dtype: str) -> None:
    """Unsigned bands whose red exceeds nir neither wrap round nor overflow."""
    red = np.array([[200, 10, 250, 127]], dtype=dtype)
    nir = np.array([[50, 90, 250, 250]], dtype=dtype)
    with scene(np.stack([red, nir])) as opened:
        cells = units(*(box(10 * i, 0, 10 * i + 10, 10) for i in range(4)))
        found = green_cover(cells, opened, 0.3, red_nir=(1, 2))["green_cover"]
    assert found.tolist() == [0.0, 1.0, 0.0, 1.0]


@pytest.mark.parametrize("dtype", ["uint16", "uint32"])
def test_largest_values_do_not_overflow(dtype: str) -> None:
    """The sum of two largest values fits."""
    most = np.iinfo(dtype).max
    bands = np.array([[[most, 0]], [[most, most]]], dtype=dtype)
    with scene(bands) as opened:
        found = green_cover(
            units(box(0, 0, 10, 10), box(10, 0, 20, 10)), opened, 0.3, red_nir=(1, 2)
        )
    assert found["green_cover"].tolist() == [0.0, 1.0]


def test_sentinel2_offset_is_applied() -> None:
    """L2A since 2022: reflectance = (count - 1000) / 10000. Counts 1200, 1600 are NDVI 0.5."""
    bands = np.array([[[1200]], [[1600]]], dtype="uint16")
    with scene(bands) as plain:  # without the offset NDVI would be 0.14
        assert one(green_cover(units(box(0, 0, 10, 10)), plain, 0.3, red_nir=(1, 2))) == 0.0
    about = {"scales": (1e-4, 1e-4), "offsets": (-0.1, -0.1)}
    with scene(bands, about=about) as stated:
        assert one(green_cover(units(box(0, 0, 10, 10)), stated, 0.3, red_nir=(1, 2))) == 1.0


def test_landsat_scale_and_offset_agree_with_floating_point() -> None:
    """Collection 2: 2.75e-5 and -0.2, as whole numbers and as NDVI of float64."""
    rng = np.random.default_rng(3)
    bands = rng.integers(7273, 30000, (2, 40, 40)).astype("uint16")
    red, nir = bands.astype(float) * 2.75e-5 - 0.2
    about = {"scales": (2.75e-5,) * 2, "offsets": (-0.2,) * 2}
    with scene(bands, about=about) as opened:
        found = one(green_cover(units(box(0, 0, 400, 400)), opened, 0.35, red_nir=(1, 2)))
    assert found == pytest.approx(((nir - red) / (nir + red) > 0.35).mean(), abs=1e-12)


def test_nodata_and_zero_over_zero_are_not_seen() -> None:
    """A cell of nodata and one of 0/0 have no figure; the other two of the unit do."""
    red = np.array([[9999, 0, 100, 100]], dtype="uint16")
    nir = np.array([[9999, 0, 300, 100]], dtype="uint16")
    with scene(np.stack([red, nir]), nodata=9999) as opened:
        found = green_cover(units(box(0, 0, 40, 10)), opened, 0.3, red_nir=(1, 2)).iloc[0]
    assert np.isnan(found["green_cover"])
    assert found[["seen_share", "at_least", "at_most"]].tolist() == [0.5, 0.25, 0.75]


def test_not_a_number_is_not_seen() -> None:
    """NaN and infinite cells of a float band have no figure."""
    bands = np.array([[[np.nan, 0.1, np.inf, 0.1]], [[0.5, 0.5, np.inf, 0.5]]], dtype="float32")
    with scene(bands) as opened:
        found = green_cover(units(box(0, 0, 40, 10)), opened, 0.3, red_nir=(1, 2), min_seen=0.5)
    assert found["seen_share"][0] == 0.5
    assert one(found) == 1.0


def test_unit_half_outside_the_scene_has_no_figure() -> None:
    """What lies beyond the scene is not seen, and is not bare."""
    with scene(halves()) as opened:
        found = green_cover(units(box(-20, 0, 20, 40)), opened, 0.3, red_nir=(1, 2)).iloc[0]
    assert np.isnan(found["green_cover"])
    assert found["seen_share"] == 0.5
    assert found["at_least"] == 0.5
    assert found["at_most"] == 1.0


def test_units_that_all_miss_the_scene_are_refused() -> None:
    """Nothing on the scene means that place or CRS is wrong."""
    with scene(halves()) as opened, pytest.raises(GeometryError):
        green_cover(units(box(5000, 0, 5100, 100)), opened, 0.3, red_nir=(1, 2))


def test_scene_classification_hides_clouds() -> None:
    """Sentinel-2's SCL: class 9 is cloud, 4 vegetation."""
    classes = np.full((1, 4, 4), 4, dtype="uint16")
    classes[0, :, 0] = 9
    quality = QualityBand.sentinel2_scl(3)
    with scene(np.concatenate([halves(), classes])) as opened:
        found = green_cover(
            units(box(0, 0, 40, 40)), opened, 0.3, red_nir=(1, 2), clouds=quality, min_seen=0.7
        )
    assert found["seen_share"][0] == 0.75
    assert one(found) == pytest.approx(1 / 3)


def test_landsat_bits_hide_clouds() -> None:
    """QA_PIXEL: bit 3 is cloud, bit 6 is clear."""
    flags = np.full((1, 4, 4), 1 << 6, dtype="uint16")
    flags[0, :, 3] = (1 << 3) | (1 << 9)
    with scene(np.concatenate([halves(), flags])) as opened:
        quality = QualityBand.landsat_qa_pixel(3)
        found = green_cover(units(box(0, 0, 40, 40)), opened, 0.3, red_nir=(1, 2), clouds=quality)
    assert found["seen_share"][0] == 0.75


def test_cloud_array_hides_cells() -> None:
    """A mask of the scene's own size works as a band does."""
    clouds = np.zeros((4, 4), dtype=bool)
    clouds[0] = True
    with scene(halves()) as opened:
        found = green_cover(units(box(0, 0, 40, 40)), opened, 0.3, red_nir=(1, 2), clouds=clouds)
    assert found["seen_share"][0] == 0.75


def test_mask_band_of_the_file_is_honoured() -> None:
    """Cells that the file's own mask excludes are not seen."""
    with MemoryFile() as memory:
        bands = halves()
        place = Affine(CELL, 0, EAST, 0, -CELL, NORTH + 40)
        layout = {"driver": "GTiff", "count": 2, "height": 4, "width": 4, "dtype": "uint16"}
        with memory.open(**layout, crs="EPSG:4551", transform=place) as target:
            target.write(bands)
            seen = np.full((4, 4), 255, dtype="uint8")
            seen[:, 0] = 0
            target.write_mask(seen)
        with memory.open() as opened:
            found = green_cover(units(box(0, 0, 40, 40)), opened, 0.3, red_nir=(1, 2))
    assert found["seen_share"][0] == 0.75


@pytest.mark.parametrize("count", [3, 4, 5, 6])
@pytest.mark.parametrize("nodata", [None, 9999])
def test_alpha_band_hides_cells(count: int, nodata: int | None) -> None:
    """Alpha is 0 over the lower half: not seen, in files of any number of bands."""
    shown = np.full((1, 4, 4), 255, dtype="uint16")
    shown[0, 2:] = 0
    others = np.full((count - 3, 4, 4), 7, dtype="uint16")
    colours = [ColorInterp.gray] + [ColorInterp.undefined] * (count - 2) + [ColorInterp.alpha]
    bands = np.concatenate([halves(), others, shown])
    with scene(bands, about={"colorinterp": colours}, nodata=nodata) as opened:
        found = green_cover(units(box(0, 0, 40, 40)), opened, 0.3, red_nir=(1, 2), min_seen=0.5)
    assert found["seen_share"][0] == 0.5
    assert one(found) == 0.5


def test_a_band_that_is_read_is_no_alpha() -> None:
    """GDAL takes the fourth of four bytes for alpha: read as near infrared, its 0 is a value."""
    red, nir = np.full((1, 4, 4), 100, "uint8"), np.zeros((1, 4, 4), "uint8")
    bands = np.concatenate([red, red, red, nir])
    with scene(bands) as opened:
        assert opened.colorinterp[3] == ColorInterp.alpha
        found = green_cover(units(box(0, 0, 40, 40)), opened, 0.3, red_nir=(1, 4))
    assert (one(found), found["seen_share"][0]) == (0.0, 1.0)


def test_several_quality_bands_hide_together() -> None:
    """Clouds in the upper row of one, in the western column of another: 7 of 16 cells."""
    clouds, shadows = np.zeros((1, 4, 4), "uint16"), np.zeros((1, 4, 4), "uint16")
    clouds[0, 0], shadows[0, :, 0] = 9, 1 << 4
    quality = [QualityBand(band=3, values=(9,)), QualityBand(band=4, bits=(4,))]
    with scene(np.concatenate([halves(), clouds, shadows])) as opened:
        found = green_cover(units(box(0, 0, 40, 40)), opened, 0.3, red_nir=(1, 2), clouds=quality)
    assert found["seen_share"][0] == 9 / 16


def test_quality_in_floating_point_is_read_as_whole_numbers() -> None:
    """A stack of one type: 9 is cloud, no number is not seen, half a class is refused."""
    classes = np.full((1, 4, 4), 4, dtype="float32")
    classes[0, 0], classes[0, 1] = 9, np.nan
    whole = units(box(0, 0, 40, 40))
    quality = QualityBand.sentinel2_scl(3)
    with scene(np.concatenate([halves("float32"), classes])) as opened:
        found = green_cover(whole, opened, 0.3, red_nir=(1, 2), clouds=quality)
    assert found["seen_share"][0] == 0.5
    parts = np.concatenate([halves("float32"), classes + 0.5])
    with scene(parts) as opened, pytest.raises(SchemaError) as caught:
        green_cover(whole, opened, 0.3, red_nir=(1, 2), clouds=quality)
    assert caught.value.key == "analysis_quality_type"


def test_complex_numbers_are_refused() -> None:
    """They have no order, so none is above a threshold."""
    with scene(halves("complex64")) as opened, pytest.raises(SchemaError) as caught:
        green_cover(units(box(0, 0, 40, 40)), opened, 0.3, red_nir=(1, 2))
    assert caught.value.key == "analysis_complex"


def test_units_out_of_reach_of_the_scenes_crs_are_not_seen() -> None:
    """One unit lies on a scene of America, the other where its UTM zone has no coordinates."""
    place = Affine(CELL, 0, 446_000, 0, -CELL, 4_180_000)
    there = gpd.GeoSeries([box(446_000, 4_179_960, 446_040, 4_180_000)], crs=32618).to_crs(6933)
    here = gpd.GeoSeries([box(14.99, -0.01, 15.01, 0.01)], crs=4326).to_crs(6933)
    assert not np.isfinite(here.to_crs(32618).bounds).all(axis=None)
    both = gpd.GeoDataFrame(geometry=[there[0], here[0]], crs=6933)
    with scene(halves(), crs="EPSG:32618", transform=place) as opened:
        found = green_cover(both, opened, 0.3, red_nir=(1, 2), warp=True, min_seen=0.9)
        with pytest.raises(GeometryError) as caught:
            green_cover(both.iloc[1:], opened, 0.3, red_nir=(1, 2), warp=True)
    assert one(found) == pytest.approx(0.5, abs=1e-3)
    assert found["seen_share"].tolist() == [pytest.approx(1, abs=1e-3), 0]
    assert np.isnan(found["green_cover"][1])
    assert caught.value.key == "analysis_scene_missed"


def test_south_up_scene_gives_the_same() -> None:
    """Rows may run north."""
    bands = halves()
    bands[1, 0] = 250  # the row stored first is all green: the southern one here
    upward = Affine(CELL, 0, EAST, 0, CELL, NORTH)
    with scene(bands, transform=upward) as opened:
        found = green_cover(
            units(box(0, 0, 40, 10), box(0, 30, 40, 40)), opened, 0.3, red_nir=(1, 2)
        )
    assert found["green_cover"].tolist() == [1.0, 0.5]


def test_rotated_scene_is_refused_and_exact_on_request() -> None:
    """A scene turned by 30 degrees: refused, or its western half is green as before."""
    turned = Affine.translation(EAST, NORTH) @ Affine.rotation(30) @ Affine.scale(CELL, -CELL)
    corners = [turned @ corner for corner in ((0, 0), (4, 0), (4, 4), (0, 4))]
    whole = gpd.GeoDataFrame(geometry=[Polygon(corners)], crs="EPSG:4551")
    with scene(halves(), transform=turned) as opened:
        with pytest.raises(CRSError, match="warp=True"):
            green_cover(whole, opened, 0.3, red_nir=(1, 2))
        assert one(green_cover(whole, opened, 0.3, red_nir=(1, 2), warp=True)) == pytest.approx(0.5)


def test_foreign_crs_is_refused_and_carried_over_on_request() -> None:
    """A scene in UTM 51N: refused, or measured with the units carried onto its grid."""
    rng = np.random.default_rng(5)
    bands = rng.integers(1, 3000, (2, 60, 60)).astype("uint16")
    green = (bands[1].astype(float) - bands[0]) / (bands[1].astype(float) + bands[0]) > 0.3
    place = Affine(CELL, 0, 700_000, 0, -CELL, 4_860_600)
    utm = gpd.GeoDataFrame(geometry=[box(700_100, 4_860_100, 700_300, 4_860_400)], crs=32651)
    here = utm.to_crs("EPSG:4551")
    with scene(bands, crs="EPSG:32651", transform=place) as opened:
        with pytest.raises(CRSError, match="warp=True"):
            green_cover(here, opened, 0.3, red_nir=(1, 2))
        found = green_cover(here, opened, 0.3, red_nir=(1, 2), warp=True)
    assert one(found) == pytest.approx(green[20:50, 10:30].mean(), abs=1e-4)


def test_scene_without_crs_is_refused() -> None:
    """A scene that does not say where it lies is not measured."""
    with scene(halves(), crs=None) as opened, pytest.raises(CRSError):
        green_cover(units(box(0, 0, 40, 40)), opened, 0.3, red_nir=(1, 2))


def test_datum_without_parameters_is_refused() -> None:
    """A scene on Xian 1980 is not carried over by a shift of zero."""
    with scene(halves(), crs="EPSG:2376") as opened, pytest.raises(CRSError):
        green_cover(units(box(0, 0, 40, 40)), opened, 0.3, red_nir=(1, 2), warp=True)


@pytest.mark.parametrize("red_nir", [(0, 2), (1, 3), (2, 2)])
def test_wrong_bands_are_refused(red_nir: tuple[int, int]) -> None:
    """Bands count from 1, exist and differ."""
    with scene(halves()) as opened, pytest.raises(SchemaError):
        green_cover(units(box(0, 0, 40, 40)), opened, 0.3, red_nir=red_nir)


@pytest.mark.parametrize(
    "options", [{"threshold": 1.0}, {"threshold": float("nan")}, {"min_seen": 0}]
)
def test_senseless_limits_are_refused(options: dict[str, float]) -> None:
    """A threshold is an NDVI; a share is above 0."""
    chosen = {"threshold": 0.3} | options
    with scene(halves()) as opened, pytest.raises(SchemaError):
        green_cover(units(box(0, 0, 40, 40)), opened, red_nir=(1, 2), **chosen)


def test_cloud_mask_of_another_size_is_refused() -> None:
    """A mask that does not fit the scene is not stretched."""
    clouds = np.zeros((3, 4), dtype=bool)
    with scene(halves()) as opened, pytest.raises(SchemaError):
        green_cover(units(box(0, 0, 40, 40)), opened, 0.3, red_nir=(1, 2), clouds=clouds)


def test_windows_do_not_change_a_figure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read in blocks of 16 x 16 or at once: the same figures."""
    rng = np.random.default_rng(8)
    bands = rng.integers(0, 4, (2, 70, 90)).astype("uint8")  # 0/0 occurs
    shapes = units(*(box(x, y, x + 130, y + 95) for x in (0, 333, 761) for y in (-20, 111, 600)))
    tiled = {"tiled": True, "blockxsize": 16, "blockysize": 16}
    with scene(bands, **tiled) as opened:
        whole = green_cover(shapes, opened, 0.3, red_nir=(1, 2), min_seen=0.1)
        monkeypatch.setattr(scenes, "_WINDOW_CELLS", 256)
        parts = green_cover(shapes, opened, 0.3, red_nir=(1, 2), min_seen=0.1)
    np.testing.assert_allclose(parts, whole, atol=1e-9)


corner = st.tuples(st.floats(-15, 95), st.floats(-15, 95))


@settings(max_examples=40)
@given(corners=st.lists(corner, min_size=3, max_size=8), seed=st.integers(0, 1000))
def test_agrees_with_shapely_cell_by_cell(corners: list[tuple[float, float]], seed: int) -> None:
    """Any polygon, partly outside too: shares equal the sum over cells of shapely's areas."""
    shape = shapely.convex_hull(shapely.MultiPoint(corners))
    if shape.geom_type != "Polygon" or shape.area < 1:
        return
    bands = np.random.default_rng(seed).integers(0, 3, (2, 8, 8)).astype("uint8")
    red, nir = bands.astype(int)
    green, seen = (7 * nir > 13 * red) & (red + nir > 0), red + nir > 0
    cells = shapely.box(*np.meshgrid(np.arange(8) * 10, np.arange(8)[::-1] * 10),
                        *np.meshgrid(np.arange(1, 9) * 10, np.arange(1, 9)[::-1] * 10))  # fmt: skip
    inside = shapely.area(shapely.intersection(shape, cells))
    if inside.sum() < 1e-6:
        return
    with scene(bands) as opened:
        found = green_cover(units(shape), opened, 0.3, red_nir=(1, 2)).iloc[0]
    assert found["at_least"] == pytest.approx((inside * green).sum() / shape.area, abs=1e-7)
    assert found["seen_share"] == pytest.approx((inside * seen).sum() / shape.area, abs=1e-7)


def test_agrees_with_exactextract() -> None:
    """Two hundred stars over 100 x 100 cells: exactextract's means, to its single precision."""
    rng = np.random.default_rng(21)
    bands = rng.integers(1, 9, (2, 100, 100)).astype("uint16")
    turn = np.sort(rng.uniform(0, 2 * np.pi, (200, 9)), axis=1)
    ring = np.stack([np.cos(turn), np.sin(turn)], axis=-1) * rng.uniform(5, 60, (200, 9, 1))
    stars = shapely.polygons(ring + rng.uniform(80, 920, (200, 1, 2)))
    shapes = units(*stars[shapely.is_valid(stars)])
    green = 7 * bands[1].astype(int) > 13 * bands[0].astype(int)
    source = NumPyRasterSource(
        green.astype(np.uint8), EAST, NORTH, EAST + 1000, NORTH + 1000, srs_wkt=shapes.crs.to_wkt()
    )
    expected = exact_extract(source, shapes, ["mean"], output="pandas")["mean"]
    with scene(bands) as opened:
        found = green_cover(shapes, opened, 0.3, red_nir=(1, 2))["green_cover"]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_memory_does_not_grow_with_the_scene(monkeypatch: pytest.MonkeyPatch) -> None:
    """A scene sixteen times as long is read in as many more windows, two or so at a time."""
    monkeypatch.setattr(scenes, "_WINDOW_CELLS", 512 * 64)
    peaks = []
    for rows in (512, 8192):
        bands = np.full((2, rows, 512), 100, dtype="uint16")
        with scene(bands, tiled=True, blockxsize=64, blockysize=64) as opened:
            whole = units(box(0, 0, 5120, rows * 10))
            green_cover(whole, opened, 0.3, red_nir=(1, 2))  # what is loaded once is loaded now
            tracemalloc.start()
            green_cover(whole, opened, 0.3, red_nir=(1, 2))
            peaks.append(tracemalloc.get_traced_memory()[1])
            tracemalloc.stop()
    assert peaks[1] < 3 * peaks[0]


def test_windows_without_units_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the windows under the units are read."""
    monkeypatch.setattr(scenes, "_WINDOW_CELLS", 256)
    bounds = np.array([[3.0, 3.0, 20.0, 20.0]])
    with scene(
        np.ones((2, 64, 64), dtype="uint8"), tiled=True, blockxsize=16, blockysize=16
    ) as opened:
        spans = list(scenes.windows(opened, bounds))
    assert spans == [
        ((0, 16), (0, 16)),
        ((0, 16), (16, 32)),
        ((16, 32), (0, 16)),
        ((16, 32), (16, 32)),
    ]
