"""Green cover through the public door, on a scene of 4 x 4 cells that one can count.

Two units of 40 m x 20 m, north and south. The two western columns are green (NDVI 0.5), the
eastern ones bare (NDVI 0): half of each unit.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pytest
import rasterio
import shapely
from affine import Affine
from click.testing import CliRunner
from rasterio.enums import ColorInterp

from erdao_gis.catalogue import Dataset, create_workspace
from erdao_gis.cli import erdao
from erdao_gis.errors import FormatError, SchemaError
from erdao_gis.files import write_features
from erdao_gis.indicators import Table, compute_indicators, explain, explanation_lines
from erdao_gis.maps.atlas.choropleths import Choropleth, choropleth, choropleth_row
from erdao_gis.maps.atlas.index_page import missing_line
from erdao_gis.maps.atlas.source import AtlasSource
from erdao_gis.reports.gaps import missing_inputs

EAST, NORTH = 470_000.0, 4_832_000.0
PLACE = Affine(10, 0, EAST, 0, -10, NORTH + 40)
RED = np.full((4, 4), 100, "uint16")
NIR = np.array([[300, 300, 100, 100]] * 4, "uint16")
BLUE = np.full((4, 4), 900, "uint16")
WEST = np.array([[1, 1, 0, 0]] * 4, "uint16")


def write(path: Path, bands: list[np.ndarray], *names: str | None, **more: Any) -> Path:
    """Write a scene; ``alpha`` is the number of the band whose colour says so."""
    alpha, mask = more.pop("alpha", 0), more.pop("mask", None)
    stack = np.stack(bands)
    profile = {"count": len(bands), "height": 4, "width": 4, "dtype": stack.dtype}
    profile |= {"driver": "GTiff", "crs": "EPSG:4551", "transform": PLACE} | more
    path.parent.mkdir(exist_ok=True)
    with rasterio.open(path, "w", **profile) as target:
        if alpha:
            colours = [ColorInterp.gray] + [ColorInterp.undefined] * (len(bands) - 1)
            colours[alpha - 1] = ColorInterp.alpha
            target.colorinterp = colours
        target.write(stack)
        if any(names):
            target.descriptions = names
        if mask is not None:
            target.write_mask(mask)
    return path


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Make a workspace of two units, and no scene yet."""
    own = create_workspace(tmp_path / "own", fictional=True)
    shapes = [shapely.box(EAST, NORTH + y, EAST + 40, NORTH + y + 20) for y in (20, 0)]
    columns = {"id": ["N", "S"], "register_id": None, "name_zh": ["北", "南"], "name_en": None,
               "evidence": "A", "identity": "named"}  # fmt: skip
    frame = gpd.GeoDataFrame(columns, geometry=shapes, crs=4551)
    write_features(frame, own.supplied_path("subdistricts"))
    record = json.dumps({"file": "subdistricts.gpkg", "completeness": "complete"})
    own.record_path("subdistricts").write_text(record, encoding="utf-8")
    return own.folder


def cover(place: Path, **parameters: float) -> Table:
    """Compute green cover of the two units."""
    asked = {"green_cover": parameters} if parameters else None
    return compute_indicators(place, unit="subdistricts", ids=["green_cover"], parameters=asked)


def values(place: Path, **parameters: float) -> list[float]:
    """Give green cover of north and south in per cent."""
    found: list[float] = cover(place, **parameters).frame["value"].tolist()
    return found


def the_map(place: Path) -> Choropleth:
    """Colour the units by green cover."""
    return choropleth(choropleth_row("green_cover"), AtlasSource(place))


def on_the_map(place: Path) -> list[float]:
    """Give what the map shows for north and south, read from its words."""
    layer = the_map(place).layer
    assert layer is not None
    texts = [text.en for text in layer.frame["figure_green_cover"]]
    return [float(text.split(" ")[0]) for text in texts]


def refused(place: Path) -> SchemaError:
    """Return the error of the indicator, which is that of the map too."""
    caught = []
    for run in (cover, on_the_map):
        with pytest.raises(SchemaError) as error:
            run(place)
        caught.append(error.value)
    assert caught[0].message("zh") == caught[1].message("zh")
    return caught[0]


# --- bands ---


@pytest.mark.parametrize(
    ("bands", "names"),
    [
        ([NIR, RED], ("Near Infrared", "Red")),
        ([NIR, RED], ("近红外", "红")),
        ([BLUE, BLUE, RED, NIR], ("B02", "B03", "B04", "B08")),
        ([NIR, BLUE, RED], ("B8A", "B03", "B04")),
    ],
)
@pytest.mark.parametrize("read", [values, on_the_map])
def test_bands_are_read_by_their_names(
    place: Path,
    bands: list[np.ndarray],
    names: tuple[str, ...],
    read: Callable[[Path], list[float]],
) -> None:
    """Half of each unit is green, whatever the order of the bands; map and figure agree."""
    write(place / "scenes" / "2025-07.tif", bands, *names)
    assert read(place) == pytest.approx([50, 50])


def test_bands_without_names_are_refused_until_the_user_states_them(place: Path) -> None:
    """Near infrared stands first: by a guess there would be 0 % green."""
    write(place / "scenes" / "2025-07.tif", [NIR, RED])
    error = refused(place)
    assert error.key == "scene_bands_unknown"
    assert "2025-07.toml" in str(error)
    before = "red = 2\nnir = 1\n"
    (place / "scenes" / "2025-07.toml").write_text(before)
    table = cover(place)
    assert table.frame["value"].tolist() == pytest.approx([50, 50])
    assert on_the_map(place) == pytest.approx([50, 50])
    assert "scenes/2025-07.toml" in table.inputs
    # What is stated otherwise is another run.
    (place / "scenes" / "2025-07.toml").write_text("red = 1\nnir = 2\n")
    other = cover(place)
    assert other.frame["value"].tolist() == [0, 0]
    assert other.run_id != table.run_id


@pytest.mark.parametrize("names", [("nir", None), ("nir", "swir")])
def test_near_infrared_without_red_is_refused(place: Path, names: tuple[str | None, ...]) -> None:
    """One of the two is not enough."""
    write(place / "scenes" / "2025-07.tif", [NIR, RED], *names)
    assert "no red band" in refused(place).message("en")


def test_a_photograph_is_refused(place: Path) -> None:
    """Red, green and blue show no vegetation index, named or not."""
    photo = [band.astype("uint8") for band in (RED, RED, RED)]
    path = write(place / "scenes" / "2025-07.tif", photo, "red", "green", "blue")
    assert "no near-infrared band" in refused(place).message("en")
    assert "没有近红外波段" in refused(place).message("zh")
    write(path, photo)
    assert refused(place).key == "scene_bands_unknown"


# --- what hides the ground ---


@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_landsat_clouds_hide_the_north(place: Path, dtype: str) -> None:
    """Bit 3 of QA_PIXEL over the upper two rows: the north is not seen, the south is half green."""
    clouds = np.zeros((4, 4), "uint16")
    clouds[:2] = 1 << 3
    bands = [band.astype(dtype) for band in (RED, NIR, clouds)]
    write(place / "scenes" / "2025-07.tif", bands, "red", "nir", "qa_pixel")
    table = cover(place)
    assert table.frame["state"].tolist() == ["no_data", "value"]
    assert table.frame["missing"].iloc[0] == ("scene",)
    assert table.row("green_cover", "S")["value"] == pytest.approx(50)
    layer = the_map(place).layer
    assert layer is not None
    assert layer.frame["figure_green_cover"].iloc[0].en.startswith("no data")


def test_an_unknown_mask_band_is_refused(place: Path) -> None:
    """A sidecar says what its values mean."""
    hidden = np.zeros((4, 4), "uint16")
    hidden[:2] = 7
    write(place / "scenes" / "2025-07.tif", [RED, NIR, hidden], "red", "nir", "cloud mask")
    assert refused(place).key == "scene_quality_unknown"
    (place / "scenes" / "2025-07.toml").write_text("quality_band = 3\nquality_values = [7]")
    assert cover(place).frame["state"].tolist() == ["no_data", "value"]
    (place / "scenes" / "2025-07.toml").write_text("quality_band = 0")
    assert values(place) == pytest.approx([50, 50])


@pytest.mark.parametrize(
    ("count", "nodata", "dtype"),
    [
        (3, None, "uint16"),
        (4, None, "uint16"),
        (4, 65535, "uint16"),
        (5, None, "float32"),
        (6, 65535, "uint16"),
    ],
)
def test_alpha_hides_the_bare_half(
    place: Path, count: int, nodata: float | None, dtype: str
) -> None:
    """Alpha is 0 over the eastern columns: what is seen, half of each unit, is all green."""
    bands = [RED, NIR, *[BLUE] * (count - 3), WEST * 255]
    names = ("red", "nir", "blue", "green", "swir")[: count - 1]
    path = place / "scenes" / "2025-07.tif"
    stack = [band.astype(dtype) for band in bands]
    write(path, stack, *names, "shown", alpha=count, nodata=nodata)
    assert values(place, min_seen=0.5) == pytest.approx([100, 100])
    write(path, stack, *names, "alpha", nodata=nodata)
    assert values(place, min_seen=0.5) == pytest.approx([100, 100])


def test_the_mask_in_the_file_counts_and_the_one_beside_it_is_refused(place: Path) -> None:
    """The same mask, inside and outside; baked in or left out, the user decides."""
    path = place / "scenes" / "2025-07.tif"
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        write(path, [RED, NIR], "red", "nir", mask=WEST.astype(bool))
    assert values(place, min_seen=0.5) == pytest.approx([100, 100])
    path.unlink()
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=False):
        write(path, [RED, NIR], "red", "nir", mask=WEST.astype(bool))
    with pytest.raises(FormatError, match=r"2025-07\.tif\.msk"):
        cover(place)
    (place / "scenes" / "2025-07.toml").write_text('ignore_beside = ["2025-07.tif.msk"]')
    assert values(place) == pytest.approx([50, 50])


def test_nodata_beside_the_file_is_refused(place: Path) -> None:
    """An .aux.xml that takes the green cells for nodata is named."""
    path = write(place / "scenes" / "2025-07.tif", [RED, NIR], "red", "nir")
    path.with_name("2025-07.tif.aux.xml").write_text(
        "<PAMDataset><PAMRasterBand band='2'><NoDataValue>300</NoDataValue></PAMRasterBand>"
        "</PAMDataset>"
    )
    with pytest.raises(FormatError, match=r"2025-07\.tif\.aux\.xml \(NoDataValue\)"):
        cover(place)


def test_a_stated_offset_is_applied(place: Path) -> None:
    """Sentinel-2 since 2022: (1200 - 1000) and (1600 - 1000) are NDVI 0.5, as stored 0.14."""
    bands = [np.full((4, 4), count, "uint16") for count in (1200, 1600)]
    write(place / "scenes" / "2025-07.tif", bands, "B04", "B08")
    assert values(place) == [0, 0]
    (place / "scenes" / "2025-07.toml").write_text("scale = 0.0001\noffset = -0.1")
    assert values(place) == pytest.approx([100, 100])


# --- which scene ---


def test_the_latest_scene_is_so_by_its_date(place: Path) -> None:
    """October 2025 is green all over; by name 9-2021, half green, would be the latest."""
    write(place / "scenes" / "9-2021.tif", [RED, NIR], "red", "nir")
    write(place / "scenes" / "10-2025.TIFF", [RED, RED * 3], "red", "nir")
    assert values(place) == pytest.approx([100, 100])
    assert on_the_map(place) == pytest.approx([100, 100])
    change = compute_indicators(place, unit="subdistricts", ids=["green_cover_change"])
    assert change.frame["value"].tolist() == pytest.approx([50, 50])


def test_the_date_and_where_it_stands_are_told(place: Path) -> None:
    """In the account of the figure and on the map."""
    write(place / "scenes" / "9-2021.tif", [RED, NIR], "red", "nir")
    write(place / "scenes" / "new.TIF", [RED, NIR], "red", "nir")
    (place / "scenes" / "new.toml").write_text("date = 2025-07-12")
    account = explain("green_cover", place, unit="subdistricts")
    assert account["scenes"][1] == {
        "file": "new.TIF", "date": "2025-07-12", "date_from": "sidecar",
    }  # fmt: skip
    assert "多光谱影像：9-2021.tif（2021-09，据文件名）" in explanation_lines(account, "zh")
    method = the_map(place).method
    told = [text.en for _, text in method]
    assert any("'new.TIF' (2025-07-12, by its sidecar)" in text for text in told)


def test_a_damaged_tile_is_told_by_its_file(place: Path) -> None:
    """The command says which scene cannot be read, not that folders may not be writable."""
    noise = np.random.default_rng(1).integers(1, 3000, (2, 64, 64)).astype("uint16")
    place_of_tiles = Affine(10, 0, EAST, 0, -10, NORTH + 40)
    path = place / "scenes" / "2025-07.tif"
    tiles = {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "deflate"}
    write(path, list(noise), "red", "nir", width=64, height=64, transform=place_of_tiles, **tiles)
    with rasterio.open(path) as source:
        start = int(source.get_tag_item("BLOCK_OFFSET_0_0", "TIFF", bidx=1))
    data = bytearray(path.read_bytes())
    data[start : start + 60] = b"\xff" * 60
    path.write_bytes(data)
    with pytest.raises(FormatError) as caught:
        cover(place)
    assert caught.value.key == "raster_damaged"
    asked = ["--lang", "en", "indicators", str(place), "--unit", "subdistricts"]
    answer = CliRunner().invoke(erdao, asked)
    assert answer.exit_code == 2
    assert "2025-07.tif" in answer.output
    assert "permissions" not in answer.output


def test_complex_numbers_are_refused(place: Path) -> None:
    """A radar image is no multispectral scene."""
    write(place / "scenes" / "2025-07.tif", [RED.astype("complex64")] * 2, "red", "nir")
    with pytest.raises(FormatError) as caught:
        cover(place)
    assert caught.value.key == "raster_complex"


@pytest.mark.parametrize(
    "where",
    [
        {"transform": Affine(10, 0, EAST + 50_000, 0, -10, NORTH)},
        {"crs": "EPSG:32651", "transform": Affine(10, 0, 300_000, 0, -10, 4_000_000)},
        {"crs": "EPSG:32618", "transform": Affine(10, 0, 446_720, 0, -10, 4_179_000)},
        # America seen from above: what lies behind the horizon has no coordinates.
        {"crs": "+proj=ortho +lat_0=38 +lon_0=-75 +datum=WGS84"},
    ],
)
def test_a_scene_elsewhere_is_no_data_with_its_reason(place: Path, where: dict[str, Any]) -> None:
    """No unit lies on it: the figure says so in words, on the page and in the report too."""
    write(place / "scenes" / "2025-07.tif", [RED, NIR], "red", "nir", **where)
    table = cover(place)
    assert table.frame["state"].tolist() == ["no_data", "no_data"]
    assert table.frame["missing"].tolist() == [("scene:elsewhere",)] * 2
    assert "多光谱影像（位置与统计单元不重合）" in "\n".join(table.lines("zh"))
    assert "scene (it lies elsewhere than the units)" in "\n".join(table.lines("en"))
    gap = missing_inputs(table, Dataset.open(place), "en")[0]
    assert gap.name == "multispectral scene (it lies elsewhere than the units)"
    assert gap.held == "A scene that lies elsewhere"
    assert "bureaus" in gap.whom
    assert the_map(place).layer is None
    assert "elsewhere" in missing_line(the_map(place).missing[0]).en


def test_without_a_scene_the_scene_is_missing(place: Path) -> None:
    """A file of another kind is none."""
    (place / "scenes").mkdir()
    (place / "scenes" / "README.md").write_text("none yet")
    assert cover(place).frame["missing"].tolist() == [("scene",)] * 2
