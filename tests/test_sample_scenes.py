"""The sample town's scenes: stored as real products are, with known cells."""

from pathlib import Path

import numpy as np
import pytest
import rasterio

from erdao_gis.files import open_scene
from erdao_gis.sample.town_scenes import HIDDEN, SCENES, green_mask, write_scene

CLEAR = (4, 5, 6)


@pytest.fixture(scope="module")
def scenes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Both scenes, by date."""
    folder = tmp_path_factory.mktemp("scenes")
    for date in SCENES:
        write_scene(date, folder / f"{date}.tif")
    return {date: folder / f"{date}.tif" for date in SCENES}


def bands(path: Path) -> np.ndarray:
    """All bands as stored."""
    with rasterio.open(path) as source:
        return source.read()


def ndvi(path: Path) -> np.ndarray:
    """NDVI of reflectances, cell by cell."""
    red, nir = bands(path)[:2].astype(float) * 0.0001 - 0.1
    return (nir - red) / (nir + red)


def test_a_scene_is_stored_as_a_product_is(scenes: dict[str, Path]) -> None:
    """uint16 in tiles, 10 m, EPSG:4551, nodata 0, scale and offset stated band by band."""
    scene = open_scene(scenes["2021-07"])
    assert scene.dtypes == ("uint16",) * 3
    assert scene.cell_size == (10.0, 10.0)
    assert scene.crs.to_epsg() == 4551
    assert scene.nodata == (0.0, 0.0, 0.0)
    assert scene.scales == (0.0001, 0.0001, 1.0)
    assert scene.offsets == (-0.1, -0.1, 0.0)
    assert scene.descriptions == ("red", "nir", "SCL")
    assert scene.bounds == (469_900.0, 4_831_900.0, 472_500.0, 4_834_100.0)
    with rasterio.open(scenes["2021-07"]) as source:
        assert source.profile["tiled"]
        assert source.compression.value == "DEFLATE"


@pytest.mark.parametrize("date", SCENES)
@pytest.mark.parametrize("threshold", [0.2, 0.3, 0.35])
def test_what_is_seen_is_green_where_it_should(
    scenes: dict[str, Path], date: str, threshold: float
) -> None:
    """Any usual threshold gives the known cells wherever the ground is seen."""
    seen = np.isin(bands(scenes[date])[2], CLEAR)
    assert ((ndvi(scenes[date]) > threshold) == green_mask(date))[seen].all()


def test_the_offset_matters(scenes: dict[str, Path]) -> None:
    """Whoever leaves it out takes lawns for bare ground."""
    red, nir, scl = bands(scenes["2025-07"]).astype(float)
    with np.errstate(invalid="ignore"):
        wrong = (nir - red) / (nir + red) > 0.3
    assert (green_mask("2025-07") & ~wrong)[scl == 4].sum() > 1000


@pytest.mark.parametrize("date", SCENES)
def test_clouds_and_missing_blocks_lie_where_they_are_said_to(
    scenes: dict[str, Path], date: str
) -> None:
    """As many hidden cells as the blocks have, and 0 in all bands where there is no data."""
    values = bands(scenes[date])
    hidden = ~np.isin(values[2], CLEAR)
    assert hidden.sum() == sum(block.box.area for block in HIDDEN[date]) / 100
    assert (values[:2] == 0).all(axis=0).sum() == 100
    assert ((values == 0).any(axis=0) == (values == 0).all(axis=0)).all()


def test_the_town_got_greener_by_known_cells() -> None:
    """1,460 cells: half of 95 lawns, the new park, and the villages' bands."""
    before, after = (green_mask(date) for date in SCENES)
    assert not (before & ~after).any()
    half_lawns = 95 * 12
    assert (after & ~before).sum() == half_lawns + 200 + 4 * 20 + 4 * 10
