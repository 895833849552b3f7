"""GeoTIFF scenes: described without reading, refused when they would mislead."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

from erdao_gis.errors import CRSError, FormatError, UnsafeInputError
from erdao_gis.files import Limits, open_scene

NORTH_UP = Affine(10, 0, 460000, 0, -10, 4861000)


def _tif(folder: Path, **changes: Any) -> Path:
    profile: dict[str, Any] = {
        "driver": "GTiff",
        "width": 64,
        "height": 48,
        "count": 2,
        "dtype": "uint16",
        "crs": "EPSG:4551",
        "transform": NORTH_UP,
        "nodata": 0,
    } | changes
    path = folder / "scene.tif"
    shape = (profile["count"], profile["height"], profile["width"])
    values = np.arange(np.prod(shape)).reshape(shape).astype(profile["dtype"])
    with rasterio.open(path, "w", **profile) as target:
        target.write(values)
        target.scales = (0.0001,) * profile["count"]
        target.offsets = (-0.1,) * profile["count"]
    return path


def test_scene_is_described_without_reading(tmp_path: Path) -> None:
    """CRS, transform, size, types, nodata, scale and offset are those of the file."""
    scene = open_scene(_tif(tmp_path))
    assert scene.crs.to_epsg() == 4551
    assert (scene.width, scene.height, scene.bands) == (64, 48, 2)
    assert scene.dtypes == ("uint16", "uint16")
    assert (scene.nodata, scene.scales, scene.offsets) == ((0, 0), (0.0001,) * 2, (-0.1,) * 2)
    assert scene.cell_size == (10, 10)
    assert scene.bounds == (460000, 4860520, 460640, 4861000)
    assert (scene.rotated, scene.missing_blocks) == (False, 0)


@pytest.mark.parametrize(
    "transform",
    [Affine(8.66, 5, 460000, 5, -8.66, 4861000), Affine(10, 0, 460000, 0, 10, 4860000)],
)
def test_rotated_and_south_up_scenes_say_so(tmp_path: Path, transform: Affine) -> None:
    """Whoever measures decides; the scene tells."""
    assert open_scene(_tif(tmp_path, transform=transform)).rotated


def test_missing_crs_is_refused_with_the_remedy(tmp_path: Path) -> None:
    """No CRS in the file: crs= states it."""
    path = _tif(tmp_path, crs=None)
    with pytest.raises(CRSError) as caught:
        open_scene(path)
    assert caught.value.key == "raster_without_crs"
    assert open_scene(path, crs=4551).crs.to_epsg() == 4551


def test_missing_georeference_is_refused(tmp_path: Path) -> None:
    """A scan that was never placed is no scene."""
    with pytest.warns(rasterio.errors.NotGeoreferencedWarning):
        path = _tif(tmp_path, transform=Affine.identity())
    with pytest.raises(FormatError) as caught:
        open_scene(path)
    assert caught.value.key == "raster_without_place"


def test_old_datum_is_refused(tmp_path: Path) -> None:
    """Xian 1980 has no public parameters."""
    with pytest.raises(CRSError) as caught:
        open_scene(_tif(tmp_path, crs="EPSG:2343"))
    assert caught.value.key == "datum_without_parameters"


def test_files_beside_the_scene_do_not_speak(tmp_path: Path) -> None:
    """An .aux.xml that claims another nodata and an .ovr that is a VRT are not read."""
    path = _tif(tmp_path)
    (tmp_path / "scene.tif.aux.xml").write_text(
        "<PAMDataset><SRS>EPSG:32651</SRS><PAMRasterBand band='1'><NoDataValue>7</NoDataValue>"
        "</PAMRasterBand></PAMDataset>"
    )
    (tmp_path / "scene.tif.ovr").write_text("<VRTDataset rasterXSize='1' rasterYSize='1'/>")
    scene = open_scene(path)
    assert (scene.nodata[0], scene.crs.to_epsg()) == (0, 4551)


@pytest.mark.parametrize("share", [0.02, 0.3, 0.6, 0.97])
@pytest.mark.parametrize("tiled", [True, False])
@pytest.mark.parametrize("big", ["YES", "NO"])
def test_scene_cut_off_is_noticed(tmp_path: Path, share: float, tiled: bool, big: str) -> None:
    """An interrupted copy stops, in strips or tiles, classic or big."""
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16} if tiled else {}
    path = _tif(tmp_path, compress="deflate", BIGTIFF=big, **tiles)
    assert open_scene(path).missing_blocks == 0
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(FormatError):
        open_scene(path)


def test_blocks_that_were_never_written_are_refused(tmp_path: Path) -> None:
    """They would read as 0; with a nodata value they read as no data and are counted."""
    for nodata in (None, 0):
        path = tmp_path / "sparse.tif"
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            width=64,
            height=64,
            count=1,
            dtype="uint8",
            crs="EPSG:4551",
            transform=NORTH_UP,
            nodata=nodata,
            tiled=True,
            blockxsize=16,
            blockysize=16,
            SPARSE_OK=True,
        ) as target:
            target.write(np.ones((16, 16), "uint8"), 1, window=((0, 16), (0, 16)))
        if nodata is None:
            with pytest.raises(FormatError) as caught:
                open_scene(path)
            assert caught.value.key == "raster_blocks_missing"
        else:
            assert open_scene(path).missing_blocks == 15


def test_number_of_cells_has_a_limit(tmp_path: Path) -> None:
    """A small file that unpacks to very much is refused."""
    with pytest.raises(UnsafeInputError) as caught:
        open_scene(_tif(tmp_path), limits=Limits(cells=6000))
    assert caught.value.key == "raster_too_large"


def test_vector_file_is_sent_to_the_other_door(tmp_path: Path) -> None:
    """A GeoJSON is no scene."""
    path = tmp_path / "a.tif"
    path.write_text('{"type":"Point","coordinates":[125.4,43.9]}')
    with pytest.raises(FormatError) as caught:
        open_scene(path)
    assert caught.value.key == "not_a_raster"


def test_a_scene_is_read_without_the_files_beside_it(tmp_path: Path) -> None:
    """The dataset for measuring has the file's own bands, and closes afterwards."""
    path = _tif(tmp_path)
    with open_scene(path).reading() as dataset:
        assert dataset.count >= 1
    assert dataset.closed
