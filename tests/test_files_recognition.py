"""Files are what their bytes say, not what their names say."""

import contextlib
import tempfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from erdao_gis.errors import ErdaoError, FormatError
from erdao_gis.files import open_scene, read_features


@pytest.mark.parametrize(
    ("content", "key"),
    [
        (b"<!DOCTYPE html><html><body>404</body></html>", "file_is_web_page"),
        (b"\n <HTML><head></head></HTML>", "file_is_web_page"),
        (b'<?xml version="1.0"?><kml xmlns="x"></kml>', "format_not_read"),
        (b"%PDF-1.7 ...", "format_not_read"),
        (b"AC1027 drawing", "format_not_read"),
        (b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n", "format_not_read"),
        (b"\x89PNG\r\n\x1a\n", "format_not_read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "format_not_read"),
        (b"hello", "format_unknown"),
        (b"a,b\x00\x01\x02", "format_unknown"),
        (b"SQLite format 3\x00" + bytes(84), "gpkg_damaged"),
        (b"PAR1" + bytes(20), "parquet_damaged"),
        (b"PK\x03\x04" + bytes(20), "archive_damaged"),
        (b"II*\x00" + bytes(20), "raster_as_features"),
    ],
)
def test_content_decides(tmp_path: Path, content: bytes, key: str) -> None:
    """Whatever is called .geojson is told by its bytes, each with its own remedy."""
    file = tmp_path / "layer.geojson"
    file.write_bytes(content)
    with pytest.raises(FormatError) as caught:
        read_features(file)
    assert caught.value.key == key
    assert "layer.geojson" in caught.value.message("zh")


def test_geojson_named_tif_is_read_as_geojson(tmp_path: Path) -> None:
    """A wrong suffix does no harm."""
    file = tmp_path / "layer.tif"
    file.write_text('{"type":"Point","coordinates":[125.4,43.9]}')
    assert read_features(file).driver == "GeoJSON"


def test_zip_without_a_layer_lists_what_it_holds(tmp_path: Path) -> None:
    """An archive of something else is named with its content."""
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("readme.txt", "hello")
    with pytest.raises(FormatError) as caught:
        read_features(tmp_path / "a.zip")
    assert "readme.txt" in str(caught.value)


def test_part_of_a_shapefile_points_to_the_shp(tmp_path: Path) -> None:
    """Whoever gives the .prj is told which file to give."""
    (tmp_path / "a.prj").write_text("GEOGCS[]")
    with pytest.raises(FormatError) as caught:
        read_features(tmp_path / "a.prj")
    assert caught.value.key == "shapefile_part"


HEADS = [b"", b"{", b"SQLite format 3\x00", b"\x00\x00\x27\x0a", b"PAR1", b"II*\x00", b"MM\x00+"]


@settings(max_examples=150)
@given(st.sampled_from([*HEADS, b"PK\x03\x04", b"a,b\n", b"<"]), st.binary(max_size=400))
def test_any_bytes_end_in_an_error_of_ours(head: bytes, rest: bytes) -> None:
    """Nonsense behind any format's first bytes is a table or an error that says what to do."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "a.shp"
        file.write_bytes(head + rest)
        for read in (read_features, open_scene):
            with contextlib.suppress(ErdaoError):
                read(file)
