"""Shapefiles as districts hand them over: GBK, cut names, missing parts, zips."""

import struct
import zipfile
from pathlib import Path

import geopandas as gpd
import pytest
import shapely

from erdao_gis.errors import CRSError, FormatError, UnsafeInputError
from erdao_gis.files import Limits, read_features

NAMES = ["吉林大路", "东盛大街", "临河街"]


def _shapefile(folder: Path, *, encoding: str = "GBK", crs: int | None = 4551) -> Path:
    frame = gpd.GeoDataFrame(
        {"地块名": NAMES, "DLBM": ["01", "0702", "11"], "面积": [1.5, 2.5, 3.5]},
        geometry=[shapely.box(460000 + k, 4860000, 460010 + k, 4860010) for k in range(3)],
        crs=crs,
    )
    path = folder / "地块.shp"
    frame.to_file(path, encoding=encoding)
    return path


def _zip(folder: Path, *, prefix: str = "") -> Path:
    shape = _shapefile(folder)
    with zipfile.ZipFile(folder / "a.zip", "w") as archive:
        for part in folder.glob("地块.*"):
            archive.write(part, f"{prefix}{part.name}")
    return shape.with_name("a.zip")


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
@pytest.mark.parametrize("said", ["right", "absent", "wrong", "nonsense"])
def test_chinese_is_read_whatever_the_cpg_says(tmp_path: Path, encoding: str, said: str) -> None:
    """Field names and values are right with a .cpg that is right, absent, wrong or nonsense."""
    path = _shapefile(tmp_path, encoding=encoding)
    note = path.with_suffix(".cpg")
    other = "UTF-8" if encoding == "GBK" else "GBK"
    note.unlink()
    if said != "absent":
        note.write_text({"right": encoding, "wrong": other, "nonsense": "klingon"}[said])
    data = bytearray(path.with_suffix(".dbf").read_bytes())
    data[29] = 0  # the language byte says nothing
    path.with_suffix(".dbf").write_bytes(data)
    table = read_features(path)
    assert table.frame["地块名"].tolist() == NAMES
    assert table.encoding == ("utf-8" if encoding == "UTF-8" else "gb18030")


def test_layer_comes_in_whole(tmp_path: Path) -> None:
    """CRS, areas and codes are those that were written."""
    table = read_features(_shapefile(tmp_path))
    assert table.driver == "ESRI Shapefile"
    assert table.crs is not None
    assert table.crs.to_epsg() == 4551
    assert table.frame["DLBM"].tolist() == ["01", "0702", "11"]
    assert table.frame["面积"].tolist() == [1.5, 2.5, 3.5]
    assert table.frame.area.tolist() == [100.0, 100.0, 100.0]


@pytest.mark.parametrize("prefix", ["", "数据/", "a/b/"])
def test_zipped_shapefile_is_read(tmp_path: Path, prefix: str) -> None:
    """A zip of one shapefile, also in a folder with a Chinese name."""
    assert read_features(_zip(tmp_path, prefix=prefix)).frame["地块名"].tolist() == NAMES


def test_missing_prj_is_refused_with_the_remedy(tmp_path: Path) -> None:
    """No .prj: the message says what the numbers look like; crs= helps."""
    path = _shapefile(tmp_path)
    path.with_suffix(".prj").unlink()
    with pytest.raises(CRSError) as caught:
        read_features(path)
    assert caught.value.key == "missing_crs_metres"
    assert read_features(path, crs=4551).features_out == 3


def test_stated_crs_takes_the_place_of_a_wrong_one_and_says_so(tmp_path: Path) -> None:
    """A .prj that is wrong, or that nobody understands, can be put right; nothing is converted."""
    path = _shapefile(tmp_path, crs=4550)
    table = read_features(path, crs=4551)
    assert table.frame.crs.to_epsg() == 4551
    assert table.frame.total_bounds[0] == 460000
    assert "EPSG:4550" in table.warnings["reason_en"][0]
    assert table.warnings["row"].tolist() == [0]
    path.with_suffix(".prj").write_text("nonsense")
    assert read_features(path, crs=4551).warnings.empty
    with pytest.raises(CRSError) as caught:
        read_features(path)
    assert caught.value.key == "unknown_crs"


def test_esri_spelling_of_the_crs_is_understood(tmp_path: Path) -> None:
    """CGCS2000 as ArcGIS writes it is EPSG:4551."""
    path = _shapefile(tmp_path)
    path.with_suffix(".prj").write_text(
        'PROJCS["CGCS2000_3_Degree_GK_CM_126E",GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",'
        'DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],'
        'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Gauss_Kruger"],'
        'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
        'PARAMETER["Central_Meridian",126.0],PARAMETER["Scale_Factor",1.0],'
        'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
    )
    table = read_features(path)
    assert table.crs is not None
    assert table.crs.to_epsg() == 4551


@pytest.mark.parametrize("part", [".shx", ".dbf"])
def test_missing_part_is_named(tmp_path: Path, part: str) -> None:
    """Shapes without attributes are no layer."""
    path = _shapefile(tmp_path)
    path.with_suffix(part).unlink()
    with pytest.raises(FormatError) as caught:
        read_features(path)
    assert caught.value.facts["part"] == part


@pytest.mark.parametrize("part", [".shp", ".shx", ".dbf"])
@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
def test_part_cut_off_is_noticed(tmp_path: Path, part: str, share: float) -> None:
    """An interrupted copy of any part stops, wherever it was cut."""
    path = _shapefile(tmp_path).with_suffix(part)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    with pytest.raises(FormatError):
        read_features(path.with_suffix(".shp"))


def test_parts_of_different_exports_are_noticed(tmp_path: Path) -> None:
    """A table with another number of rows belongs to another layer."""
    path = _shapefile(tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    gpd.GeoDataFrame({"n": [1]}, geometry=[shapely.Point(1, 2)], crs=4551).to_file(other / "b.shp")
    path.with_suffix(".dbf").write_bytes((other / "b.dbf").read_bytes())
    with pytest.raises(FormatError) as caught:
        read_features(path)
    assert caught.value.key == "shapefile_parts_differ"


def _table_with(fields: list[tuple[bytes, bytes, int]], rows: list[bytes]) -> bytes:
    """Build a .dbf by hand: what GDAL would not write."""
    size = 1 + sum(width for _, _, width in fields)
    head = struct.pack("<BBBBIHH20x", 3, 126, 1, 1, len(rows), 33 + 32 * len(fields), size)
    described = b"".join(
        struct.pack("<11sc4xBB14x", name, kind, width, 0) for name, kind, width in fields
    )
    return head + described + b"\r" + b"".join(rows) + b"\x1a"


def test_numeric_codes_keep_every_digit(tmp_path: Path) -> None:
    """A number field of 24 digits, one blank, comes in as exact text."""
    path = _shapefile(tmp_path)
    codes = [b"220105001001001234567890", b" " * 24, b"220105001001001234567891"]
    rows = [b" " + code for code in codes]
    path.with_suffix(".dbf").write_bytes(_table_with([(b"ZDDM", b"N", 24)], rows))
    codes_read = read_features(path).frame["ZDDM"].tolist()
    assert codes_read == ["220105001001001234567890", None, "220105001001001234567891"]


def test_deleted_rows_are_rejects(tmp_path: Path) -> None:
    """A row that was marked as deleted is not a feature, and is accounted for."""
    path = _shapefile(tmp_path)
    rows = [b" 1", b"*2", b" 3"]
    path.with_suffix(".dbf").write_bytes(_table_with([(b"n", b"N", 1)], rows))
    table = read_features(path)
    assert (table.features_in, table.features_out) == (3, 2)
    assert table.rejects["row"].tolist() == [2]


def test_text_cut_inside_a_character_is_told(tmp_path: Path) -> None:
    """A field too narrow for its text loses half a character: kept without it, with a warning."""
    path = _shapefile(tmp_path)
    rows = [b" " + "吉林大路".encode()[:10]] * 3
    path.with_suffix(".dbf").write_bytes(_table_with([(b"name", b"C", 10)], rows))
    path.with_suffix(".cpg").write_text("UTF-8")
    table = read_features(path)
    assert table.frame["name"].tolist() == ["吉林大"] * 3
    assert "3 texts" in table.warnings["reason_en"][0]


def test_stated_encoding_must_fit(tmp_path: Path) -> None:
    """GBK bytes said to be UTF-8 are refused instead of turned into marks."""
    with pytest.raises(FormatError) as caught:
        read_features(_shapefile(tmp_path), encoding="UTF-8")
    assert caught.value.key == "encoding_undecided"


@pytest.mark.parametrize("name", ["../a.shp", "/a.shp", "x/../../a.shp", "C:\\a.shp"])
def test_archive_that_leads_outside_is_refused(tmp_path: Path, name: str) -> None:
    """A member that would be unpacked elsewhere stops the whole archive."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(name, b"x")
    with pytest.raises(UnsafeInputError) as caught:
        read_features(tmp_path / "a.zip")
    assert caught.value.key == "archive_member_outside"


def test_archive_of_two_layers_lists_them(tmp_path: Path) -> None:
    """Which of two is meant cannot be guessed."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.shp", b"x")
        archive.writestr("b.shp", b"x")
    with pytest.raises(FormatError) as caught:
        read_features(tmp_path / "a.zip")
    assert caught.value.facts["names"] == "a.shp, b.shp"


@pytest.mark.parametrize("limits", [Limits(unpacked_bytes=10_000_000), Limits(members=1)])
def test_zip_bomb_is_refused_before_unpacking(tmp_path: Path, limits: Limits) -> None:
    """20 MB of zeros in 20 kB are counted, not unpacked."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.shp", bytes(20_000_000))
        archive.writestr("a.dbf", b"")
    with pytest.raises(UnsafeInputError) as caught:
        read_features(tmp_path / "a.zip", limits=limits)
    assert caught.value.key == "archive_too_large"


def test_shapes_without_a_row_limit_are_refused(tmp_path: Path) -> None:
    """The number of features has a limit."""
    with pytest.raises(UnsafeInputError):
        read_features(_shapefile(tmp_path), limits=Limits(features=2))
