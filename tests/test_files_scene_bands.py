"""Which band of a scene is which: by names that are known, or not at all."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from affine import Affine
from hypothesis import given
from hypothesis import strategies as st
from rasterio.enums import ColorInterp

from erdao_gis.analysis import QualityBand
from erdao_gis.errors import SchemaError
from erdao_gis.files import SceneBands, open_scene
from erdao_gis.files.scenes.bands import scene_bands
from erdao_gis.files.scenes.products import BandNames, DateTag, Sensor, quality_kinds
from erdao_gis.files.scenes.sidecar import Sidecar
from erdao_gis.rows import shipped_rows

MEANINGS = {"red", "nir", "nir_narrow", "other", "alpha", "quality_second", "quality_unknown"}


def bands(*names: str | None, file: str = "2025-07.tif", **stated: Any) -> SceneBands:
    """Tell the bands of a scene of these names."""
    colours = ["gray"] + ["undefined"] * (len(names) - 1)
    return scene_bands(Path(file), names, colours, Sidecar(**stated))


def refused(*names: str | None, **more: Any) -> SchemaError:
    """Return the error with which these names are refused."""
    with pytest.raises(SchemaError) as caught:
        bands(*names, **more)
    return caught.value


@pytest.mark.parametrize(
    ("names", "pair"),
    [
        (("red", "nir"), (1, 2)),
        (("Near Infrared", "Red"), (2, 1)),
        (("near-infrared band", "RED_BAND"), (2, 1)),
        (("近红外", "红"), (2, 1)),
        (("蓝", "绿", "红波段", "近红外波段"), (3, 4)),
        (("ＮＩＲ", "Red"), (2, 1)),
        (("B02", "B03", "B04", "B08"), (3, 4)),
        (("B08", "B04"), (2, 1)),
        (("B04", "B8A"), (1, 2)),
        (("B04", "B08", "B8A"), (1, 2)),
        (("B4", "B8", "SCL"), (1, 2)),
        (("B4, central wavelength 665 nm", "B8, central wavelength 842 nm"), (1, 2)),
        (tuple(f"SR_B{n}" for n in range(1, 8)), (4, 5)),
        (("SR_B1", "SR_B2", "SR_B3", "SR_B4", "SR_B5", "SR_B7", "ST_B6"), (3, 4)),
        (("SR_B4", "SR_B5", "ST_B10"), (1, 2)),
        (("red", "nir08", "qa_pixel"), (1, 2)),
        (("red", "nir", None, "elevation"), (1, 2)),
        (("B5", "nir", "red"), (3, 2)),
        (("Red", "B08"), (1, 2)),
    ],
)
def test_bands_are_known_by_name(names: tuple[str, ...], pair: tuple[int, int]) -> None:
    """Usual names in both languages, and codes that only one sensor has."""
    found = bands(*names)
    assert (found.red, found.nir) == pair


@pytest.mark.parametrize(
    ("file", "names", "pair"),
    [
        ("S2A_MSIL2A_20210704T023551.tif", ("B2", "B3", "B4", "B8"), (3, 4)),
        ("LC08_L2SP_118030_20210704.tif", ("B4", "B5"), (1, 2)),
        ("LC09_L2SP_118030_20220704.tif", ("SR_B4", "SR_B5", "QA_PIXEL"), (1, 2)),
        ("LT05_L2SP_118030_20050704.tif", ("B3", "B4"), (1, 2)),
        ("LE07_L2SP_118030_20050704.tif", ("SR_B4", "SR_B3"), (2, 1)),
        ("HLS.L30.T51TXJ.2021185T023551.tif", ("B04", "B05"), (1, 2)),
        ("GF2_PMS1_E125.4_N43.9_20210704.tif", ("B1", "B2", "B3", "B4"), (3, 4)),
        ("GF6_WFV_20210704.tif", tuple(f"B{n}" for n in range(1, 9)), (3, 4)),
    ],
)
def test_a_code_is_known_where_the_name_of_the_file_states_the_sensor(
    file: str, names: tuple[str, ...], pair: tuple[int, int]
) -> None:
    """As products are named; the same codes in a file of another name are refused."""
    found = bands(*names, file=file)
    assert (found.red, found.nir) == pair
    assert refused(*names).key == "scene_bands_unknown"


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ((None, None), "no band is known as red or near-infrared"),
        (("Band 1", "Band 2", "Band 3", "Band 4"), "no band is known"),
        (("red", "green", "blue"), "no near-infrared band"),
        ((None, "nir"), "no red band"),
        (("red", "nir", "Red"), "both red"),
        (("B4", "B5"), "different sensors"),
        (("SR_B4", "SR_B5"), "different sensors"),
        (("B1", "B2", "B3", "B4"), "different sensors"),
        (("B04", "B05"), "different sensors"),
        (("SR_B4", "B8A"), "different sensors"),
    ],
)
def test_bands_that_are_not_known_are_refused_with_the_remedy(
    names: tuple[str | None, ...], reason: str
) -> None:
    """Neither their order nor a likely sensor is guessed; the message tells what to write where."""
    error = refused(*names)
    assert error.key == "scene_bands_unknown"
    assert reason in error.message("en")
    for language in ("zh", "en"):
        for part in ("2025-07.tif", "2025-07.toml", "red = 3", "nir = 4"):
            assert part in error.message(language)


@pytest.mark.parametrize(
    ("file", "names"),
    [
        ("LC08_L2SP_118030.tif", ("B04", "B8A")),
        # Red and near infrared have the numbers 3 and 4 in the file, 4 and 5 among the spectral
        # numbers of the satellite.
        ("GF1_PMS1_20210704.tif", ("B3", "B4")),
    ],
)
def test_a_sensor_that_does_not_settle_the_bands_is_refused(
    file: str, names: tuple[str, ...]
) -> None:
    """A file's name that contradicts its bands, or leaves them open."""
    assert refused(*names, file=file).key == "scene_bands_unknown"


@given(st.permutations([*(f"B{n:02}" for n in range(1, 13)), "B8A", "SCL"]))
def test_the_order_of_bands_does_not_matter(names: list[str]) -> None:
    """Whatever the order: red is B04, near infrared B08, and SCL tells clouds."""
    found = bands(*names)
    assert found.quality is not None
    told = (names[found.red - 1], names[found.nir - 1], names[found.quality.band - 1])
    assert told == ("B04", "B08", "SCL")


def test_the_sidecar_states_bands_without_names() -> None:
    """What the user states is not questioned by names."""
    found = bands(None, "red", None, red=3, nir=1)
    assert (found.red, found.nir) == (3, 1)


# --- quality ---


@pytest.mark.parametrize(
    ("name", "values", "bits"),
    [
        ("SCL", (0, 1, 3, 8, 9, 10, 11), ()),
        ("scl", (0, 1, 3, 8, 9, 10, 11), ()),
        ("QA_PIXEL", (), (0, 1, 2, 3, 4, 5)),
    ],
)
def test_quality_bands_are_known_by_name(
    name: str, values: tuple[int, ...], bits: tuple[int, ...]
) -> None:
    """Sentinel-2's classes and Landsat's bits."""
    quality = bands("red", "nir", name).quality
    assert quality is not None
    assert (quality.name, quality.band, quality.values, quality.bits) == (name, 3, values, bits)


@pytest.mark.parametrize(
    "name",
    [
        "QA60",
        "MSK_CLDPRB",
        "SR_CLOUD_QA",
        "pixel_qa",
        "BQA",
        "Fmask",
        "cloud mask",
        "UDM2",
        "云掩膜",
        "质量",
    ],
)
def test_a_quality_band_of_unknown_meaning_is_refused(name: str) -> None:
    """It may hide the ground: it is not passed over."""
    error = refused("red", "nir", name)
    assert error.key == "scene_quality_unknown"
    for part in (f"3 {name}", "2025-07.toml", "quality_band = 3", "quality_band = 0", "scl"):
        assert part in error.message("en")
    assert bands("red", "nir", name, quality_band=0).quality is None
    quality = bands("red", "nir", name, quality_band=3, quality_kind="hls_fmask").quality
    assert quality is not None
    assert (quality.values, quality.bits) == ((255,), (1, 2, 3, 4))


def test_what_the_deciding_band_was_made_from_is_left_aside() -> None:
    """Probabilities and the old mask of Sentinel-2 stand beside its classes; a strange mask not."""
    quality = bands("B4", "B8", "SCL", "MSK_CLDPRB", "QA60", "AOT").quality
    assert quality is not None
    assert quality.band == 3
    assert refused("B4", "B8", "SCL", "my clouds").key == "scene_quality_unknown"
    assert refused("red", "nir", "SCL", "QA_PIXEL").key == "scene_quality_unknown"


def test_bands_that_tell_no_clouds_are_no_quality_bands() -> None:
    """Saturation and aerosol of Landsat hide nothing."""
    names = (*(f"SR_B{n}" for n in range(1, 8)), "QA_RADSAT", "SR_QA_AEROSOL")
    assert bands(*names).quality is None


# --- alpha ---


def _with_colours(folder: Path, names: tuple[str, ...], alpha: int | None) -> SceneBands:
    """Write a scene of 2 x 2 cells and give its bands."""
    path = folder / "2025-07.tif"
    place = Affine(10, 0, 460000, 0, -10, 4861000)
    size = {"width": 2, "height": 2, "count": len(names), "dtype": "uint16"}
    with rasterio.open(path, "w", driver="GTiff", crs=4551, transform=place, **size) as target:
        if alpha:
            gray, plain = [ColorInterp.gray], [ColorInterp.undefined] * (len(names) - 1)
            colours = gray + plain
            colours[alpha - 1] = ColorInterp.alpha
            target.colorinterp = colours
        target.write(np.ones((len(names), 2, 2), "uint16"))
        target.descriptions = names
    return open_scene(path).bands


@pytest.mark.parametrize("count", [3, 4, 5, 6])
def test_alpha_is_known_by_its_colour(tmp_path: Path, count: int) -> None:
    """In files of any number of bands, and if its name says something else."""
    names = ("red", "nir", "swir", "height", "slope")[: count - 1]
    assert _with_colours(tmp_path, (*names, "validity mask"), count).alpha == count


def test_alpha_is_known_by_its_name(tmp_path: Path) -> None:
    """Without a colour interpretation too; Sentinel Hub calls it dataMask."""
    assert _with_colours(tmp_path, ("red", "nir", "Alpha"), None).alpha == 3
    assert _with_colours(tmp_path, ("red", "nir", "dataMask"), None).alpha == 3


def test_near_infrared_is_no_alpha(tmp_path: Path) -> None:
    """GDAL calls the fourth band alpha by itself: a band that is named counts as its name says."""
    found = _with_colours(tmp_path, ("blue", "green", "red", "nir"), 4)
    assert (found.nir, found.alpha) == (4, None)


# --- rows ---


@pytest.mark.parametrize(
    "row", shipped_rows("imagery/bands", BandNames), ids=lambda row: row.names[0]
)
def test_every_row_of_bands_is_whole(row: BandNames) -> None:
    """A meaning that is known, sensors that are listed, and where it is said."""
    sensors = {entry.sensor for entry in shipped_rows("imagery/sensors", Sensor)}
    assert row.meaning in MEANINGS | set(quality_kinds())
    assert set(row.sensors) <= sensors
    assert row.source
    assert row.names


def test_every_table_says_where_it_is_from() -> None:
    """Sensors, quality bands and tags have sources, and a quality band hides something."""
    assert all(row.source for row in shipped_rows("imagery/sensors", Sensor))
    assert all(row.source for row in shipped_rows("imagery/date_tags", DateTag))
    assert all(row.source and (row.values or row.bits) for row in quality_kinds().values())


def test_measures_and_scenes_mean_the_same_by_a_quality_band() -> None:
    """The short forms of the measure agree with the rows."""
    scl, landsat = QualityBand.sentinel2_scl(3), QualityBand.landsat_qa_pixel(3)
    kinds = quality_kinds()
    assert (scl.values, scl.bits) == (kinds["scl"].values, kinds["scl"].bits)
    assert (landsat.values, landsat.bits) == (kinds["qa_pixel"].values, kinds["qa_pixel"].bits)
