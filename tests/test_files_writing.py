"""Layers go out and come back the same, twice the same bytes."""

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from erdao_gis.errors import CRSError, FormatError, SchemaError, UnsafeInputError
from erdao_gis.files import geojson_text, read_features, write_features


def _layer() -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {
            "id": ["b", "a", "c"],
            "宗地号": ["2201050010010012345", "01", None],
            "storeys": pd.array([6, None, 3], dtype="Int64"),
            "ratio": [0.5, None, 1.25],
            "built": [True, False, True],
        },
        geometry=[
            shapely.box(460000, 4860000, 460100, 4860100),
            shapely.Point(460000.123456789, 4860000.5),
            None,
        ],
        crs="EPSG:4551",
    )


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet"])
def test_layer_comes_back_as_it_went(tmp_path: Path, suffix: str) -> None:
    """Codes, missing numbers, null geometry, full precision and the CRS survive."""
    path = write_features(_layer(), tmp_path / f"地块{suffix}")
    back = read_features(path, null_geometry="keep").frame
    assert back["宗地号"].tolist() == ["2201050010010012345", "01", None]
    assert back["storeys"].fillna(-1).tolist() == [6, -1, 3]
    assert back["ratio"].fillna(-1).tolist() == [0.5, -1, 1.25]
    assert back["built"].tolist() == [True, False, True]
    assert back.geometry.iloc[1].x == 460000.123456789
    assert back.geometry.isna().tolist() == [False, False, True]
    assert back.crs.to_epsg() == 4551


@pytest.mark.parametrize("suffix", [".gpkg", ".parquet", ".geojson"])
def test_writing_twice_gives_the_same_bytes(tmp_path: Path, suffix: str) -> None:
    """No date, no random id."""
    first = write_features(_layer(), tmp_path / "1" / f"a{suffix}").read_bytes()
    second = write_features(_layer(), tmp_path / "2" / f"a{suffix}").read_bytes()
    assert first == second


def test_geojson_is_one_sorted_feature_a_line(tmp_path: Path) -> None:
    """Degrees with 5 decimals, rings counter-clockwise, null where nothing is known, no crs."""
    text = write_features(_layer(), tmp_path / "a.geojson").read_text("utf-8")
    lines = text.splitlines()
    assert lines[0] == '{"type":"FeatureCollection","name":"a","features":['
    assert [json.loads(line.rstrip(","))["properties"]["id"] for line in lines[1:-1]] == list("abc")
    collection = json.loads(text)
    assert "crs" not in collection
    assert collection["features"][0]["properties"]["storeys"] is None
    assert collection["features"][2]["geometry"] is None
    ring = collection["features"][1]["geometry"]["coordinates"][0]
    assert shapely.LinearRing(ring).is_ccw
    assert all(round(value, 5) == value for place in ring for value in place)
    assert all(125 < place[0] < 126 for place in ring)


def test_geojson_numbers_have_five_decimals_as_written() -> None:
    """GEOS itself writes 43.93628 as 43.936279999999996."""
    stop = gpd.GeoDataFrame({"id": ["01"]}, geometry=[shapely.Point(125.35635, 43.93628)], crs=4490)
    assert '"coordinates":[125.35635,43.93628]' in geojson_text(stop, name="stops")


def test_geojson_of_a_typed_layer_has_whole_numbers_without_a_point() -> None:
    """Else the point tells a reader that the column may hold fractions."""
    stop = gpd.GeoDataFrame({"storeys": [2.0]}, geometry=[shapely.Point(125, 43)], crs=4490)
    assert '{"storeys":2.0}' in geojson_text(stop, name="stops")
    assert '{"storeys":2}' in geojson_text(stop, name="stops", shortest=True)


def test_named_index_becomes_a_column(tmp_path: Path) -> None:
    """A frame indexed by id keeps its ids."""
    path = write_features(_layer().set_index("id"), tmp_path / "a.gpkg")
    assert read_features(path, null_geometry="keep").frame["id"].tolist() == ["b", "a", "c"]


def test_layer_without_any_place_is_written(tmp_path: Path) -> None:
    """A layer whose elements are all unplaced keeps its rows."""
    path = write_features(_layer().iloc[2:], tmp_path / "a.gpkg")
    assert read_features(path, null_geometry="keep").features_out == 1


def test_lists_in_cells_are_refused(tmp_path: Path) -> None:
    """GeoPackage would store their print-out."""
    frame = _layer().assign(tags=[["a"], [], None])
    with pytest.raises(SchemaError) as caught:
        write_features(frame, tmp_path / "a.gpkg")
    assert caught.value.facts["column"] == "tags"


def test_frame_without_crs_and_unknown_suffix_are_refused(tmp_path: Path) -> None:
    """Neither leaves a file."""
    with pytest.raises(CRSError):
        write_features(_layer().set_crs(None, allow_override=True), tmp_path / "a.gpkg")
    with pytest.raises(FormatError):
        write_features(_layer(), tmp_path / "a.shp")
    assert list(tmp_path.iterdir()) == []


def test_planted_link_is_refused(tmp_path: Path) -> None:
    """A layer is not written through a link."""
    (tmp_path / "a.gpkg").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UnsafeInputError):
        write_features(_layer(), tmp_path / "a.gpkg")
    assert not (tmp_path / "elsewhere").exists()
