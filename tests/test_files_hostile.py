"""Small files made to hang, to crash or to be misread."""

import json
import lzma
import struct
import time
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pytest
import shapely

from erdao_gis.errors import FormatError, UnsafeInputError, message_text
from erdao_gis.files import Limits, read_features, write_features
from erdao_gis.files.wkb import shapes_from_wkb

_POINT = {"type": "Point", "coordinates": [125.4, 43.9]}


def _geojson(folder: Path, rows: list[dict[str, Any]], geometry: object = _POINT) -> Path:
    features = [{"type": "Feature", "properties": row, "geometry": geometry} for row in rows]
    path = folder / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    return path


def _nested(depth: int) -> bytes:
    return (b"\x01" + struct.pack("<II", 7, 1)) * depth + shapely.to_wkb(shapely.Point(1, 2))


@pytest.mark.parametrize("kind", [4, 5, 6, 7, 1007, 0x80000007])
def test_deeply_nested_wkb_never_reaches_geos(kind: int) -> None:
    """A collection in a collection, 20,000 deep, would overrun the stack."""
    bomb = (b"\x01" + struct.pack("<II", kind, 1)) * 20_000 + shapely.to_wkb(shapely.Point(1, 2))
    shapes, faults = shapes_from_wkb([bomb, _nested(4)])
    assert [fault.key for fault in faults] == ["collection_too_deep"]
    assert shapely.get_num_coordinates(shapes).tolist() == [0, 1]


def test_ordinary_collections_are_read_from_wkb() -> None:
    """Heights, SRIDs, both byte orders and mixed parts lead where GEOS leads."""
    parts = [shapely.box(0, 0, 2, 2), shapely.LineString([(0, 0), (1, 1)]), shapely.Point(1, 2)]
    ring = shapely.box(0.5, 0.5, 1, 1).exterior
    parts.append(shapely.MultiPolygon([shapely.Polygon(parts[0].exterior, [ring])]))
    shape = shapely.GeometryCollection([*parts, shapely.GeometryCollection(parts)])
    every = [shape, shapely.force_3d(shape, 5), shapely.set_srid(shape, 4490)]
    encoded: list[bytes | None] = [
        shapely.to_wkb(one, byte_order=order, flavor=flavor, include_srid=flavor == "extended")
        for one in every
        for order in (0, 1)
        for flavor in ("iso", "extended")
    ]
    shapes, faults = shapes_from_wkb(encoded)
    assert faults == []
    assert shapely.equals_exact(shapes, np.repeat(every, 4)).all()


def test_deeply_nested_wkt_is_listed(tmp_path: Path) -> None:
    """A table can nest its shapes too."""
    deep = "GEOMETRYCOLLECTION(" * 6000 + "POINT(125.4 43.9)" + ")" * 6000
    path = tmp_path / "a.csv"
    path.write_text(f'id,wkt\n1,"{deep}"\n2,POINT(125.4 43.9)\n')
    table = read_features(path, crs=4490)
    assert table.rejects["id"].tolist() == ["1"]


@pytest.mark.parametrize("text", ["999" + "\n" * 65_000 + "x,", "999" + " \n" * 32_000 + "x,"])
def test_recognition_takes_no_longer_for_blank_lines(tmp_path: Path, text: str) -> None:
    """What starts like the comment of a drawing is looked at once."""
    path = tmp_path / "a.txt"
    path.write_text(text)
    start = time.perf_counter()
    with pytest.raises(FormatError):
        read_features(path)
    assert time.perf_counter() - start < 2


def test_drawing_with_a_comment_is_recognised(tmp_path: Path) -> None:
    """DXF may begin with comments."""
    path = tmp_path / "a.dxf"
    path.write_text("999\nmade by hand\n  0\nSECTION\n")
    with pytest.raises(FormatError) as caught:
        read_features(path)
    assert "DXF" in caught.value.message("en")


def test_table_of_too_many_columns_is_refused(tmp_path: Path) -> None:
    """120,000 commas are no header."""
    path = tmp_path / "a.csv"
    path.write_text("id,lon,lat" + "," * 120_000 + "\n")
    with pytest.raises(UnsafeInputError) as caught:
        read_features(path)
    assert caught.value.key == "too_many_columns"


def test_geojson_of_too_many_keys_is_refused(tmp_path: Path) -> None:
    """A key of its own for each feature would make a square table."""
    with pytest.raises(UnsafeInputError) as caught:
        read_features(_geojson(tmp_path, [{f"k{row}": 1} for row in range(3000)]))
    assert caught.value.key == "too_many_columns"


def test_repeated_key_is_found_in_one_pass(tmp_path: Path) -> None:
    """The last of 60,000 keys stands twice."""
    keys = ",".join(f'"k{number}":1' for number in range(60_000))
    path = tmp_path / "a.geojson"
    path.write_text('{"type":"Feature","geometry":null,"properties":{' + keys + ',"k59999":2}}')
    start = time.perf_counter()
    with pytest.raises(UnsafeInputError):
        read_features(path)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("honest", "forged"),
    [(b'<row r="2"', b'<row r="900000000000"'), (b'r="C2"', b'r="ZZZZZZ2"')],
)
def test_gaps_in_a_sheet_are_not_filled_up(tmp_path: Path, honest: bytes, forged: bytes) -> None:
    """Row 900,000,000,000 and column ZZZZZZ do not make as many blank cells."""
    book = openpyxl.Workbook()
    for row in (["id", "lon", "lat"], ["1", 125.4, 43.9]):
        book.active.append(row)
    book.save(tmp_path / "plain.xlsx")
    path = tmp_path / "gap.xlsx"
    with zipfile.ZipFile(tmp_path / "plain.xlsx") as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(honest, forged))
    with pytest.raises(FormatError) as caught:
        read_features(path)
    assert caught.value.key == "workbook_damaged"


def test_tangled_polygon_is_kept_without_trying_a_repair(tmp_path: Path) -> None:
    """A random ring of 1,500 vertices crosses itself half a million times."""
    places = 125.4 + np.random.default_rng(1).random((1500, 2)) / 100 - [0, 81.5]
    ring = [*places.tolist(), places[0].tolist()]
    path = _geojson(tmp_path, [{"id": "1"}], {"type": "Polygon", "coordinates": [ring]})
    start = time.perf_counter()
    table = read_features(path)
    assert time.perf_counter() - start < 2
    assert "too large to try" in table.warnings["reason_en"].iloc[0]


@pytest.mark.parametrize("as_dictionary", [True, False])
def test_parquet_whose_dictionary_repeats_a_long_text_is_refused(
    tmp_path: Path, as_dictionary: bool
) -> None:
    """One text of 100 kB, 20,000 times, is 2 GB that a file of kilobytes holds."""
    pa, pq = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    rows = 20_000
    repeated = pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), ["x" * 10**5])
    column = {"encoding": "WKB", "geometry_types": []}
    geo = {"version": "1.0.0", "primary_column": "g", "columns": {"g": column}}
    shapes = pa.array([shapely.to_wkb(shapely.Point(125.4, 43.9))] * rows)
    table = pa.table({"k": repeated, "g": shapes})
    path = tmp_path / "a.parquet"
    with pq.ParquetWriter(path, table.schema, store_schema=as_dictionary) as writer:
        writer.write_table(table)
        writer.add_key_value_metadata({"geo": json.dumps(geo)})
    with pytest.raises(UnsafeInputError) as caught:
        read_features(path, limits=Limits(text_bytes=20_000_000))
    assert caught.value.key == "file_too_large"


def test_ids_with_controls_are_rejected_and_shown_in_plain(tmp_path: Path) -> None:
    """Two ids that a NUL tells apart would come back as one."""
    table = read_features(
        _geojson(tmp_path, [{"id": i} for i in ("1\0a", "1\0z", "2\x1b[2J", "3")])
    )
    assert table.frame["id"].tolist() == ["3"]
    assert table.rejects["id"].tolist() == [r"1\x00a", r"1\x00z", r"2\x1b[2J"]


def test_text_that_no_format_stores_is_rejected(tmp_path: Path) -> None:
    """NUL and half a character; a line break in a remark is kept."""
    rows = [{"k": "a\0b"}, {"k": "a\ud800"}, {"k": "two\nlines"}, {"k": ["\udfff"]}]
    table = read_features(_geojson(tmp_path, rows))
    assert table.frame["k"].tolist() == ["two\nlines"]


@pytest.mark.parametrize("name", ["a\ud800", "a\0"])
def test_column_name_that_no_format_stores_is_refused(tmp_path: Path, name: str) -> None:
    """The name of a column is no place for half a character."""
    with pytest.raises(FormatError) as caught:
        read_features(_geojson(tmp_path, [{name: 1}]))
    assert caught.value.message("en").isprintable()


@pytest.mark.parametrize("said", [b"U\0T\0F\0-\x008\0", b"undefined", b"punycode", b"hex", b"1252"])
def test_strange_cpg_is_only_a_hint(tmp_path: Path, said: bytes) -> None:
    """What a .cpg calls an encoding may be none; the bytes tell."""
    path = tmp_path / "a.shp"
    frame = gpd.GeoDataFrame({"n": ["二道"]}, geometry=[shapely.Point(125.4, 43.9)], crs=4490)
    frame.to_file(path, encoding="utf-8")
    path.with_suffix(".cpg").write_bytes(said)
    assert read_features(path).frame["n"].tolist() == ["二道"]


@pytest.mark.parametrize("said", ["undefined", "idna", "a\0"])
def test_stated_encoding_must_be_one(tmp_path: Path, said: str) -> None:
    """A name that Python knows is not yet an encoding of texts."""
    path = tmp_path / "a.csv"
    path.write_text("id,lon,lat\n1,125.4,43.9\n")
    with pytest.raises(FormatError) as caught:
        read_features(path, encoding=said)
    assert caught.value.key == "encoding_unknown"


def test_damaged_lzma_archive_is_told_as_damaged(tmp_path: Path) -> None:
    """The zip reader lets the error of LZMA through."""
    frame = gpd.GeoDataFrame({"n": ["1"]}, geometry=[shapely.Point(125.4, 43.9)], crs=4490)
    frame.to_file(tmp_path / "a.shp")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        for suffix in ("shp", "shx", "dbf", "prj"):
            archive.write(tmp_path / f"a.{suffix}", f"a.{suffix}")
    data = bytearray(path.read_bytes())
    data[33:39] = b"\xff" * 6  # properties of the first stream
    path.write_bytes(data)
    with pytest.raises((zipfile.BadZipFile, lzma.LZMAError)), zipfile.ZipFile(path) as archive:
        archive.read("a.shp")
    with pytest.raises(FormatError) as caught:
        read_features(path)
    assert caught.value.key == "archive_damaged"


def test_controls_in_facts_are_shown_and_lists_keep_their_lines() -> None:
    """No escape sequence, no false line and no turned text reaches a screen."""
    facts = {"what": "a\x1b[2J\nNo faults.\u202e\x9b\ud800", "crs": "x\n- y"}
    text = message_text("unknown_crs", facts, "en")
    assert r"a\x1b[2J\x0aNo faults.\u202e\x9b\ud800" in text
    assert "x\n- y" in text


def test_small_pages_make_a_small_geopackage(tmp_path: Path) -> None:
    """A layer of one point need not fill 4,096 bytes a table."""
    frame = gpd.GeoDataFrame({"id": ["1"]}, geometry=[shapely.Point(125.4, 43.9)], crs=4490)
    plain = write_features(frame, tmp_path / "plain.gpkg")
    small = write_features(frame, tmp_path / "small.gpkg", page_size=1024)
    assert small.stat().st_size < plain.stat().st_size / 2
    assert read_features(small).frame["id"].tolist() == ["1"]
