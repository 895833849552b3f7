"""Names and contents that reach beyond the file are refused before anything opens them."""

import os
from pathlib import Path

import pytest

from erdao_gis.errors import FormatError, UnsafeInputError
from erdao_gis.files import Limits, checked_path, open_scene, read_features, safe_file_name

VRT = (
    '<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource>'
    "</OGRVRTLayer></OGRVRTDataSource>"
)
RASTER_VRT = '<VRTDataset rasterXSize="1" rasterYSize="1"></VRTDataset>'


@pytest.mark.parametrize(
    "name",
    [
        "http://example.org/a.geojson",
        "https://example.org/a.geojson",
        "file:///etc/passwd",
        "/vsicurl/http://example.org/a.tif",
        "/vsizip/a.zip/b.shp",
        "\\vsimem\\a.shp",
        "WFS:http://example.org",
        "GPKG:/data/a.gpkg:layer",
        "GTIFF_DIR:1:a.tif",
        "PG:dbname=plan",
        VRT,
        '{"type": "FeatureCollection", "features": []}',
        "roads\x00.geojson",
    ],
)
def test_what_is_no_file_name_is_refused(name: str) -> None:
    """URLs, GDAL's virtual names, driver strings, inline data and NULs are unsafe input."""
    with pytest.raises(UnsafeInputError):
        read_features(name)
    with pytest.raises(UnsafeInputError):
        open_scene(name)


@pytest.mark.parametrize("text", [VRT, RASTER_VRT, "\ufeff \n<!-- map --><?xml?>" + VRT])
@pytest.mark.parametrize("name", ["a.geojson", "a.tif", "a.vrt", "a.shp", "a.csv"])
def test_vrt_is_refused_under_any_name(tmp_path: Path, text: str, name: str) -> None:
    """A file that would read other files is told by its content."""
    (tmp_path / name).write_text(text, "utf-8")
    for read in (read_features, open_scene):
        with pytest.raises(UnsafeInputError) as caught:
            read(tmp_path / name)
        assert caught.value.key == "virtual_file"


def test_link_out_of_the_folder_is_refused(tmp_path: Path) -> None:
    """A link in an import folder must not lead to the rest of the disk."""
    (tmp_path / "secret.csv").write_text("id\n1\n")
    inner = tmp_path / "inbox"
    inner.mkdir()
    (inner / "a.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(UnsafeInputError) as caught:
        read_features(inner / "a.csv")
    assert caught.value.key == "link_outside"


def test_link_within_the_folder_is_followed(tmp_path: Path) -> None:
    """A second name for a file beside it does no harm."""
    (tmp_path / "a.csv").write_text("id,n\n1,2\n")
    (tmp_path / "b.csv").symlink_to(tmp_path / "a.csv")
    assert read_features(tmp_path / "b.csv").features_out == 1


def test_part_of_a_shapefile_must_not_be_a_link_either(tmp_path: Path) -> None:
    """The .dbf beside a .shp is as untrusted as the .shp."""
    (tmp_path / "secret").write_bytes(b"secret")
    inner = tmp_path / "inbox"
    inner.mkdir()
    (inner / "a.shp").write_bytes(b"\x00\x00\x27\x0a" + bytes(96))
    (inner / "a.dbf").symlink_to(tmp_path / "secret")
    with pytest.raises(UnsafeInputError) as caught:
        read_features(inner / "a.shp")
    assert caught.value.key == "link_outside"


def test_pipe_is_refused_at_once(tmp_path: Path) -> None:
    """Reading a pipe would wait for ever."""
    os.mkfifo(tmp_path / "a.geojson")
    with pytest.raises(UnsafeInputError) as caught:
        read_features(tmp_path / "a.geojson")
    assert caught.value.key == "not_a_plain_file"


@pytest.mark.parametrize("name", ["missing.gpkg", "~/roads.gpkg", "$HOME/roads.gpkg", "*.gpkg"])
def test_missing_file_is_named_and_nothing_is_expanded(tmp_path: Path, name: str) -> None:
    """Home, variables and stars stay what they are."""
    with pytest.raises(FormatError) as caught:
        read_features(tmp_path / name)
    assert caught.value.key == "file_missing"


def test_folder_and_empty_file_have_their_own_words(tmp_path: Path) -> None:
    """A FileGDB is a folder; an interrupted download is 0 bytes."""
    (tmp_path / "a.geojson").touch()
    with pytest.raises(FormatError) as empty:
        read_features(tmp_path / "a.geojson")
    with pytest.raises(FormatError) as folder:
        read_features(tmp_path)
    assert (empty.value.key, folder.value.key) == ("file_empty", "file_is_folder")


def test_size_has_a_limit(tmp_path: Path) -> None:
    """A file beyond the limit is refused unread."""
    (tmp_path / "a.csv").write_text("id\n" + "1\n" * 100)
    with pytest.raises(UnsafeInputError) as caught:
        checked_path(tmp_path / "a.csv", limits=Limits(file_bytes=50))
    assert caught.value.key == "file_too_large"


@pytest.mark.parametrize(
    "name",
    [
        "",
        "../evil",
        "a/b",
        "a\\b",
        "NUL",
        "con.txt",
        "-rf",
        ".hidden",
        "a.",
        "a ",
        "a\x00b",
        "a" * 300,
        "字" * 100,
        "gnp\u202eexe",
        "a:b",
        "a?b",
    ],
)
def test_unsafe_names_for_new_files_are_refused(name: str) -> None:
    """What one system cannot hold, or another reads as a path, is no file name."""
    with pytest.raises(UnsafeInputError):
        safe_file_name(name)


@pytest.mark.parametrize("name", ["二道区.geojson", "roads 2025.gpkg", "O'Brien.csv", "a.b.c"])
def test_ordinary_names_are_left_as_they_are(name: str) -> None:
    """Chinese, spaces inside and dots inside are fine."""
    assert safe_file_name(name) == name
