"""GeoJSON: what is wrong with one feature is listed, what is wrong with the file stops."""

import json
from pathlib import Path

import pytest

from erdao_gis.crs import ERDAO_REGION, wgs84_to_gcj02
from erdao_gis.errors import CRSError, FormatError, UnsafeInputError
from erdao_gis.files import FeatureTable, Limits, read_features

POINT = '{"type":"Point","coordinates":[125.4,43.9]}'


def _feature(geometry: str = POINT, properties: str = "{}") -> str:
    return f'{{"type":"Feature","properties":{properties},"geometry":{geometry}}}'


def _file(folder: Path, *features: str, extra: str = "") -> Path:
    text = f'{{"type":"FeatureCollection",{extra}"features":[{",".join(features)}]}}'
    path = folder / "layer.geojson"
    path.write_text(text, "utf-8")
    return path


def _read(folder: Path, *features: str) -> FeatureTable:
    return read_features(_file(folder, *features))


def _area(*ring: tuple[float, float]) -> str:
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def test_layer_is_labelled_cgcs2000(tmp_path: Path) -> None:
    """Without a crs member coordinates are longitude and latitude, EPSG:4490."""
    table = _read(tmp_path, _feature(properties='{"id":"01"}'))
    assert table.frame.crs.to_epsg() == 4490
    assert table.frame["id"].tolist() == ["01"]
    assert (table.frame.index.tolist(), table.frame.index.name) == ([1], "row")


@pytest.mark.parametrize(
    ("feature", "why"),
    [
        (_feature("null"), "no geometry"),
        (_feature('{"type":"Polygon","coordinates":[]}'), "empty"),
        (_feature('{"type":"Point","coordinates":[NaN,43.9]}'), "NaN"),
        (_feature('{"type":"Point","coordinates":[125.4,Infinity]}'), "infinity"),
        (_feature('{"type":"LineString","coordinates":[[125,43],[1e300,43]]}'), "absurdly large"),
        (_feature('{"type":"Point","coordinates":["125.4",43.9]}'), "not pairs of numbers"),
        (_feature('{"type":"Point","coordinates":[125.4]}'), "not pairs of numbers"),
        (_feature('{"type":"LineString","coordinates":[[1,2],[3]]}'), "not pairs of numbers"),
        (_feature('{"type":"LineString","coordinates":[[1,2]]}'), "at least 2"),
        (_feature(_area((125, 43), (126, 43), (126, 44), (125, 44))), "not closed"),
        (_feature(_area((125, 43), (126, 43), (125, 43))), "at least 4"),
        (_feature(_area((125, 43), (125, 43), (125, 43), (125, 43))), "collapses"),
        (_feature('{"type":"Curve","coordinates":[[1,2],[3,4]]}'), "'Curve'"),
        (_feature('{"type":"Point","coordinates":[460000,4860000]}'), "outside the degrees"),
        (_feature(properties='{"id":1,"id":2}'), "'id' twice"),
        ('{"type":"Feature","type":"Feature","geometry":null}', "'type' twice"),
        ('{"id":3}', "not a complete"),
        ("17", "not a complete"),
        (_feature(properties="[]"), "not a complete"),
    ],
)
def test_unusable_feature_is_listed_with_its_reason(tmp_path: Path, feature: str, why: str) -> None:
    """One bad feature between two good ones is a reject with its row; the others go on."""
    table = _read(tmp_path, _feature(), feature, _feature())
    assert (table.features_in, table.features_out) == (3, 2)
    assert table.rejects["row"].tolist() == [2]
    assert why in table.rejects["reason_en"][0]
    assert table.rejects["reason_zh"][0]


def test_nested_collections_end_somewhere(tmp_path: Path) -> None:
    """Collections in collections are refused beyond four levels, and the parser survives more."""
    deep = POINT
    for _ in range(6):
        deep = f'{{"type":"GeometryCollection","geometries":[{deep}]}}'
    assert "nested" in _read(tmp_path, _feature(deep)).rejects["reason_en"][0]
    bomb = '{"type":"GeometryCollection","geometries":[' * 20000
    (tmp_path / "bomb.geojson").write_text(bomb + "]}" * 20000)
    with pytest.raises(FormatError) as caught:
        read_features(tmp_path / "bomb.geojson")
    assert caught.value.key == "json_too_deep"


def test_crossing_outline_is_kept_and_flagged(tmp_path: Path) -> None:
    """A bowtie is not repaired in silence: it stays as it is, with a warning."""
    table = _read(tmp_path, _feature(_area((125, 43), (126, 44), (126, 43), (125, 44), (125, 43))))
    assert not table.frame.is_valid.item()
    assert "Self-intersection" in table.warnings["reason_en"][0]
    assert table.rejects.empty


def test_null_geometry_can_be_kept(tmp_path: Path) -> None:
    """Unplaced plan elements are rows on purpose."""
    path = _file(tmp_path, _feature("null"), _feature('{"type":"Point","coordinates":[1]}'))
    table = read_features(path, null_geometry="keep")
    assert (table.features_out, len(table.rejects)) == (1, 1)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ('{"type":"FeatureCollection","features":[' + _feature()[:-20], "json_cut_off"),
        (_feature() + "\n" + _feature(), "json_bad"),
        ('{"type":"FeatureCollection","features":[,]}', "json_bad"),
        ('{"type":"FeatureCollection","type":"x","features":[]}', "json_key_twice"),
        ('{"type":"Topology","objects":{}}', "format_not_read"),
        ('{"geometryType":"esriGeometryPoint","features":[]}', "format_not_read"),
        ('{"name":"x"}', "not_geojson"),
        ("[1, 2]", "not_geojson"),
        ("[" * 200_000, "json_too_deep"),
    ],
)
def test_file_that_is_no_geojson_stops(tmp_path: Path, text: str, key: str) -> None:
    """Cut off, two files in one, other dialects: an error that names the file."""
    (tmp_path / "a.geojson").write_text(text)
    with pytest.raises(FormatError) as caught:
        read_features(tmp_path / "a.geojson")
    assert caught.value.key == key


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16"])
def test_chinese_survives_in_every_usual_encoding(tmp_path: Path, encoding: str) -> None:
    """With a mark or without, UTF-8 or GBK, the text is the same."""
    text = _feature(properties='{"name":"二道区吉林大路"}')
    (tmp_path / "a.geojson").write_text(text, encoding)
    table = read_features(tmp_path / "a.geojson")
    assert table.frame["name"].tolist() == ["二道区吉林大路"]


def test_bytes_that_are_no_text_are_refused(tmp_path: Path) -> None:
    """What fits no encoding is not filled with marks."""
    (tmp_path / "a.geojson").write_bytes(b'{"name": "\xff\xff\xff"}')
    with pytest.raises(FormatError) as caught:
        read_features(tmp_path / "a.geojson")
    assert caught.value.key == "encoding_undecided"


def test_utf8_with_a_bad_byte_is_not_taken_for_gbk(tmp_path: Path) -> None:
    """One damaged byte must not turn a whole text into rare characters."""
    data = _feature(properties='{"name":"二道区吉林大路东盛大街"}').encode()
    place = data.index("吉".encode())
    (tmp_path / "a.geojson").write_bytes(data[:place] + data[place + 1 :])
    with pytest.raises(FormatError) as caught:
        read_features(tmp_path / "a.geojson")
    assert caught.value.key == "encoding_undecided"


def test_projected_metres_without_crs_are_refused_with_the_remedy(tmp_path: Path) -> None:
    """The message says which system the numbers look like."""
    path = _file(tmp_path, _feature('{"type":"Point","coordinates":[460000,4860000]}'))
    with pytest.raises(CRSError) as caught:
        read_features(path)
    assert caught.value.key == "missing_crs_metres"
    assert "EPSG:4551" in str(caught.value)
    assert read_features(path, crs="EPSG:4551").frame.crs.to_epsg() == 4551


def test_named_crs_of_older_files_is_respected(tmp_path: Path) -> None:
    """The crs member of GeoJSON before RFC 7946 is read."""
    member = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:EPSG::4551"}},'
    path = _file(
        tmp_path, _feature('{"type":"Point","coordinates":[460000,4860000]}'), extra=member
    )
    assert read_features(path).frame.crs.to_epsg() == 4551


def test_xian_1980_is_refused(tmp_path: Path) -> None:
    """A datum without parameters does not come in."""
    with pytest.raises(CRSError) as caught:
        read_features(_file(tmp_path, _feature()), crs="EPSG:4610")
    assert caught.value.key == "datum_without_parameters"


def test_swapped_axes_are_named_when_a_region_is_given(tmp_path: Path) -> None:
    """Latitude first, both below 90, can only be seen with a region."""
    path = _file(tmp_path, _feature('{"type":"Point","coordinates":[43.9,85.4]}'))
    assert read_features(path).features_out == 1
    path = _file(tmp_path, _feature('{"type":"Point","coordinates":[43.9,125.4]}'))
    with pytest.raises(CRSError) as caught:
        read_features(path, region=ERDAO_REGION)
    assert caught.value.key == "swapped_axes"


def test_gcj02_is_read_as_it_is(tmp_path: Path) -> None:
    """The reader shifts nothing: that is the datum guard's and convert_datum's business."""
    lon, lat = wgs84_to_gcj02(125.4, 43.9)
    path = _file(tmp_path, _feature(f'{{"type":"Point","coordinates":[{lon},{lat}]}}'))
    assert read_features(path).frame.geometry.iloc[0].x == float(lon)


def test_long_codes_stay_text(tmp_path: Path) -> None:
    """A 19-digit number and its neighbour with none are exact text and None."""
    table = _read(
        tmp_path,
        _feature(properties='{"parcel":2201050010010012345}'),
        _feature(properties="{}"),
    )
    assert table.frame["parcel"].tolist() == ["2201050010010012345", None]


def test_own_id_of_a_feature_becomes_a_column(tmp_path: Path) -> None:
    """The member "id" of a feature is kept when no property has that name."""
    feature = _feature().replace('"Feature"', '"Feature","id":7', 1)
    assert _read(tmp_path, feature).frame["id"].tolist() == ["7"]


def test_repeated_ids_are_told(tmp_path: Path) -> None:
    """Both features are kept; the second is warned of."""
    table = _read(tmp_path, *[_feature(properties='{"id":"a"}')] * 2)
    assert (table.features_out, table.warnings["row"].tolist()) == (2, [2])


def test_empty_collection_is_an_empty_layer(tmp_path: Path) -> None:
    """No features is an answer, with a CRS."""
    table = _read(tmp_path)
    assert (table.features_out, table.frame.crs.to_epsg()) == (0, 4490)


def test_property_called_geometry_does_not_take_its_place(tmp_path: Path) -> None:
    """A hostile or careless property name leaves the shapes alone."""
    table = _read(tmp_path, _feature(properties='{"geometry":"x"}'))
    assert table.frame["geometry_"].tolist() == ["x"]
    assert table.frame.geometry.iloc[0].x == 125.4


@pytest.mark.parametrize("limits", [Limits(features=1), Limits(vertices=1), Limits(text_bytes=50)])
def test_limits_hold(tmp_path: Path, limits: Limits) -> None:
    """Too many features, vertices or bytes are refused."""
    path = _file(tmp_path, _feature(), _feature())
    with pytest.raises(UnsafeInputError):
        read_features(path, limits=limits)


def test_hostile_text_comes_in_unchanged(tmp_path: Path) -> None:
    """The door changes no text: showing it safely is the maps' business."""
    text = "{{ 7*7 }}<img src=x onerror=alert(1)>`${x}`\\ \u2028"
    table = _read(tmp_path, _feature(properties=json.dumps({text: text})))
    assert table.frame[text].tolist() == [text]
