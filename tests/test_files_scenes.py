"""GeoTIFF scenes: described without reading, refused when they would mislead."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine

from erdao_gis.errors import CRSError, FormatError, SchemaError, UnsafeInputError
from erdao_gis.files import Limits, find_scenes, open_scene

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
    assert (scene.width, scene.height, scene.count) == (64, 48, 2)
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


def test_overviews_beside_the_scene_are_not_read(tmp_path: Path) -> None:
    """An .ovr that is a VRT changes no cell, and is not opened."""
    path = _tif(tmp_path)
    (tmp_path / "scene.tif.ovr").write_text("<VRTDataset rasterXSize='1' rasterYSize='1'/>")
    with open_scene(path).reading() as dataset:
        assert dataset.overviews(1) == []
        assert dataset.read(1, window=((0, 1), (0, 2))).tolist() == [[0, 1]]


@pytest.mark.parametrize(
    ("name", "content", "named"),
    [
        ("scene.tif.msk", "II*", "scene.tif.msk"),
        ("scene.TIF.MSK", "II*", "scene.TIF.MSK"),
        ("scene.aux", "EHFA_HEADER_TAG", "scene.aux"),
        (
            "scene.tif.aux.xml",
            "<PAMDataset><SRS>a</SRS><PAMRasterBand><NoDataValue/></PAMRasterBand></PAMDataset>",
            "scene.tif.aux.xml (NoDataValue, SRS)",
        ),
        (
            "scene.tif.aux.xml",
            "<PAMDataset><Metadata><MDI key='NODATA_VALUES'>1 2</MDI></Metadata></PAMDataset>",
            "NODATA_VALUES",
        ),
        (
            "scene.tif.aux.xml",
            "<PAMDataset><Metadata domain='xml:ESRI'><GeodataXform/></Metadata></PAMDataset>",
            "GeodataXform",
        ),
        ("scene.tif.aux.xml", "<PAMDataset><PAMRasterBand>", "(?)"),
        ("scene.tif.aux.xml", "<!DOCTYPE a [<!ENTITY b 'c'>]><PAMDataset/>", "(?)"),
    ],
)
def test_files_that_would_change_a_scene_are_refused_by_name(
    tmp_path: Path, name: str, content: str, named: str
) -> None:
    """The message names the file, what it states, and the line with which it is left out."""
    path = _tif(tmp_path)
    (tmp_path / name).write_text(content)
    with pytest.raises(FormatError) as caught:
        open_scene(path)
    assert caught.value.key == "scene_files_beside"
    for language in ("zh", "en"):
        text = caught.value.message(language)
        assert named in text
        assert f'ignore_beside = ["{name}"]' in text
        assert "gdal_translate" in text
    (tmp_path / "scene.toml").write_text(f'ignore_beside = ["{name}"]')
    scene = open_scene(path)
    assert (scene.nodata[0], scene.crs.to_epsg()) == (0, 4551)


def test_statistics_beside_a_scene_change_nothing(tmp_path: Path) -> None:
    """QGIS leaves them when it shows a scene."""
    path = _tif(tmp_path)
    (tmp_path / "scene.tif.aux.xml").write_text(
        "<PAMDataset><Metadata domain='IMAGE_STRUCTURE'><MDI key='X'>1</MDI></Metadata>"
        "<PAMRasterBand band='1'><Histograms/><Metadata><MDI key='STATISTICS_MEAN'>7</MDI>"
        "</Metadata></PAMRasterBand></PAMDataset>"
    )
    assert open_scene(path).nodata[0] == 0


def test_complex_numbers_are_refused(tmp_path: Path) -> None:
    """A radar image in complex numbers has no reflectance."""
    with pytest.raises(FormatError) as caught:
        open_scene(_tif(tmp_path, dtype="complex64", nodata=None))
    assert caught.value.key == "raster_complex"
    assert "scene.tif" in str(caught.value)


def _damaged(folder: Path) -> Path:
    """Write a scene of compressed tiles and spoil one of them."""
    tiles = {"tiled": True, "blockxsize": 16, "blockysize": 16, "compress": "deflate"}
    path = _tif(folder, **tiles)
    with rasterio.open(path) as source:
        start = int(source.get_tag_item("BLOCK_OFFSET_1_1", "TIFF", bidx=1))
    data = bytearray(path.read_bytes())
    data[start : start + 40] = b"\xff" * 40
    path.write_bytes(data)
    return path


def test_a_damaged_tile_names_its_file(tmp_path: Path) -> None:
    """What is found while windows are read is told of the file, not of the system."""
    scene = open_scene(_damaged(tmp_path))
    with pytest.raises(FormatError) as caught, scene.reading() as dataset:
        dataset.read(1)
    assert caught.value.key == "raster_damaged"
    assert "scene.tif" in str(caught.value)


def test_a_scene_that_vanished_is_named(tmp_path: Path) -> None:
    """Between looking and reading a file may go."""
    scene = open_scene(_tif(tmp_path))
    scene.path.unlink()
    with pytest.raises(FormatError, match=r"scene\.tif"), scene.reading():
        pass


# --- sidecar ---


def test_the_sidecar_goes_before_names_and_tags(tmp_path: Path) -> None:
    """Date, bands, what hides the ground, and scale of the scene are as the user states them."""
    path = _tif(tmp_path, count=3)
    with rasterio.open(path, "r+") as target:
        target.descriptions = ("red", "nir", "SCL")
        target.update_tags(TIFFTAG_DATETIME="2020:01:02 03:04:05")
    assert (open_scene(path).date, open_scene(path).date_from) == ("2020-01-02", "tags")
    (tmp_path / "scene.toml").write_text(
        "\ufeff# 来自测绘院\ndate = 2025-07-12\nred = 2\nnir = 1\nscale = 0.01\noffset = 0\n"
        "quality_band = 3\nquality_values = [9]\nquality_bits = [4]\n",
        encoding="utf-8",
    )
    scene = open_scene(path)
    assert (scene.date, scene.date_from) == ("2025-07-12", "sidecar")
    assert (scene.bands.red, scene.bands.nir) == (2, 1)
    assert scene.bands.quality is not None
    assert (scene.bands.quality.band, scene.bands.quality.name) == (3, "SCL")
    assert (scene.bands.quality.values, scene.bands.quality.bits) == ((9,), (4,))
    assert (scene.scales, scene.offsets) == ((0.01,) * 3, (0.0,) * 3)
    with scene.reading() as dataset:
        assert (dataset.scales, dataset.offsets) == (scene.scales, scene.offsets)
        assert dataset.read(1, window=((0, 1), (5, 6))).tolist() == [[5]]
    assert dataset.closed
    assert scene.files == (path, tmp_path / "scene.toml")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("rde = 1", "rde (?)"),
        ("red = 1", "red + nir"),
        ("red = 1\nnir = 1", "red + nir"),
        ("red = 1\nnir = 3", "nir = 3 (1-2)"),
        ("red = true\nnir = 2", "red = True (1-2)"),
        ("date = '2025-13'", "date = 2025-13"),
        ("date = 2025-07-12T10:00:00", "date ="),
        ("quality_band = 2", "quality_band + quality_kind"),
        ("quality_kind = 'scl'", "quality_band + quality_kind"),
        ("quality_band = 2\nquality_kind = 'cloudy'", "quality_kind = cloudy (scl | qa_pixel"),
        ("quality_band = 2\nquality_values = []", "quality_values = []"),
        ("quality_band = 2\nquality_bits = [64]", "quality_bits = [64]"),
        ("red = 1\nnir = 2\nquality_band = 2\nquality_values = [1]", "quality_band = red | nir"),
        ("scale = 0", "scale = 0 (> 0)"),
        ("scale = nan", "scale = nan (> 0)"),
        ("offset = 'x'", "offset = x"),
        ("ignore_beside = 'a.msk'", "ignore_beside = a.msk"),
        ("rde = 1\nscale = -1", "rde (?); scale = -1"),
    ],
)
def test_a_sidecar_that_does_not_fit_is_refused(tmp_path: Path, text: str, told: str) -> None:
    """The message names the sidecar and everything that is wrong with it."""
    path = _tif(tmp_path)
    (tmp_path / "scene.toml").write_text(text)
    with pytest.raises(SchemaError) as caught:
        open_scene(path)
    assert caught.value.key == "scene_sidecar"
    assert "scene.toml" in str(caught.value)
    assert told in str(caught.value)


@pytest.mark.parametrize("content", [b"red = ", b"# \xba\xec\nred = 1\nnir = 2"])
def test_a_sidecar_that_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    """Half a line, or GBK instead of UTF-8."""
    path = _tif(tmp_path)
    (tmp_path / "scene.toml").write_bytes(content)
    with pytest.raises(FormatError) as caught:
        open_scene(path)
    assert caught.value.key == "scene_sidecar_unreadable"
    assert "scene.toml" in str(caught.value)


def test_a_sidecar_that_leads_elsewhere_is_refused(tmp_path: Path) -> None:
    """A link out of the folder is followed neither for a scene nor for its sidecar."""
    (tmp_path / "own").mkdir()
    path = _tif(tmp_path / "own")
    (tmp_path / "secret.toml").write_text("red = 1\nnir = 2")
    (tmp_path / "own" / "scene.toml").symlink_to(tmp_path / "secret.toml")
    with pytest.raises(UnsafeInputError):
        open_scene(path)


# --- a folder of scenes ---


def _named(folder: Path, *names: str) -> Path:
    for name in names:
        _tif(folder).rename(folder / f"_{name}")
    for path in folder.glob("_*"):
        path.rename(folder / path.name[1:])
    return folder


def test_scenes_of_a_folder_stand_by_date_whatever_their_ending(tmp_path: Path) -> None:
    """By name 9-2021 would be the latest, and .tiff and .TIF would not be there."""
    folder = _named(
        tmp_path, "9-2021.tif", "10-2025.tiff", "S2B_20230704T023551_B.TIF", "2019.TIFF"
    )
    (folder / "._10-2025.tif").write_bytes(b"left by a Mac")
    found = find_scenes(folder)
    assert [scene.date for scene in found] == ["2019", "2021-09", "2023-07-04", "2025-10"]
    assert {scene.date_from for scene in found} == {"name"}


def test_without_folder_or_scenes_there_are_none(tmp_path: Path) -> None:
    """Other files are no scenes."""
    (tmp_path / "README.md").write_text("none yet")
    assert find_scenes(tmp_path) == find_scenes(tmp_path / "nowhere") == ()


def test_one_scene_needs_no_date(tmp_path: Path) -> None:
    """It is the first and the last."""
    scene = find_scenes(_named(tmp_path, "erdao.tif"))[0]
    assert (scene.date, scene.date_from) == (None, None)


def test_several_scenes_need_their_dates(tmp_path: Path) -> None:
    """The one without is named, and a line in its sidecar is enough."""
    folder = _named(tmp_path, "2021.tif", "erdao.tif")
    with pytest.raises(SchemaError) as caught:
        find_scenes(folder)
    assert caught.value.key == "scene_without_date"
    for part in ("erdao.tif", "erdao.toml", 'date = "2025-07-12"'):
        assert part in str(caught.value)
    (folder / "erdao.toml").write_text('date = "2020"')
    assert [scene.path.name for scene in find_scenes(folder)] == ["erdao.tif", "2021.tif"]


@pytest.mark.parametrize(
    "names", [("2025-07_west.tif", "2025-07_east.tif"), ("2025.tif", "2025-07-12.tif")]
)
def test_dates_that_leave_the_order_open_are_refused(
    tmp_path: Path, names: tuple[str, str]
) -> None:
    """Two tiles of a month, or a year and a day of it: which is the latest is not known."""
    with pytest.raises(SchemaError) as caught:
        find_scenes(_named(tmp_path, *names))
    assert caught.value.key == "scene_dates_overlap"
    assert all(name in str(caught.value) for name in names)


def test_a_bad_scene_of_a_folder_is_named(tmp_path: Path) -> None:
    """One that was cut off does not go by the name of another."""
    folder = _named(tmp_path, "2021.tif", "2025.tif")
    data = (folder / "2025.tif").read_bytes()
    (folder / "2025.tif").write_bytes(data[:4000])
    with pytest.raises(FormatError, match=r"2025\.tif"):
        find_scenes(folder)


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
