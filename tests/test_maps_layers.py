"""Which frames a page draws, and which it refuses."""

import dataclasses
import datetime as dt
import json
import re
from typing import Any

import geopandas as gpd
import pandas as pd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal

from erdao_gis.drawing import classified
from erdao_gis.errors import CRSError, GeometryError, SchemaError
from erdao_gis.maps import PageContent, PageGroup, PageLayer, Pair, page_html


def sheet_of(*layers: PageLayer) -> PageContent:
    """Return a page of these layers."""
    title = Pair(zh="图", en="Map")
    return PageContent(
        title=title, subtitle=title, groups=(PageGroup(key="g", title=title, layers=layers),)
    )


def layer_of(
    shapes: list[Any], *, key: str = "cores", crs: object = 4490, **columns: list[Any]
) -> PageLayer:
    """Return a layer of these shapes."""
    frame = gpd.GeoDataFrame(
        columns, geometry=shapes, crs=crs, index=[f"F{n}" for n in range(len(shapes))]
    )
    return PageLayer(key=key, title=Pair(zh=key, en=key), frame=frame)


def block_of(content: PageContent, name: str) -> list[dict[str, Any]]:
    """Return a block of data that a page carries."""
    block = re.search(rf'id="page-{name}">(.*?)</script>', page_html(content), re.DOTALL)
    assert block is not None
    return list(json.loads(block[1]))


def features_of(content: PageContent) -> list[dict[str, Any]]:
    """Return the features that a page carries."""
    return block_of(content, "features")


def told(content: PageContent) -> dict[str, object]:
    """Return what the page tells of its only feature, by heading."""
    (layer,), (feature,) = block_of(content, "layers"), block_of(content, "features")
    return {layer["heads"][place]["zh"]: value for place, value in feature["more"]}


def test_metres_become_degrees() -> None:
    """A frame in EPSG:4551 arrives as longitude and latitude with five decimals."""
    (feature,) = features_of(sheet_of(layer_of([shapely.Point(500_000, 4_860_000)], crs=4551)))
    lon, lat = feature["xy"][0]
    assert (lon, round(lat, 5)) == (126.0, lat)
    assert 43.8 < lat < 43.9


def test_frame_stays_as_it_was() -> None:
    """Drawing changes nothing in the caller's frame."""
    layer = layer_of([shapely.Point(500_000, 4_860_000), None], crs=4551, name_zh=["甲", "乙"])
    before = layer.frame.copy()
    page_html(sheet_of(layer))
    assert_geodataframe_equal(layer.frame, before)


def test_hole_and_parts_are_kept() -> None:
    """A polygon with a hole and a second part arrives with both."""
    ring = shapely.box(125.4, 43.8, 125.5, 43.9).difference(
        shapely.box(125.44, 43.84, 125.46, 43.86)
    )
    both = shapely.union_all([ring, shapely.box(125.6, 43.8, 125.7, 43.9)])
    (feature,) = features_of(sheet_of(layer_of([both])))
    assert sorted(len(rings) for rings in feature["xy"]) == [1, 2]


def test_rings_arrive_wound() -> None:
    """Outlines run counter-clockwise: areas that overlap in one path do not cancel each other."""
    clockwise = shapely.box(125.4, 43.8, 125.5, 43.9, ccw=False)
    (feature,) = features_of(sheet_of(layer_of([clockwise])))
    assert shapely.LinearRing(feature["xy"][0][0]).is_ccw


def test_classes_belong_to_their_frame() -> None:
    """Classes of another frame would colour the wrong features."""
    layer = layer_of([shapely.Point(125.4, 43.8)])
    other = classified(pd.Series([1.0, 2.0]), method="equal", count=2)
    with pytest.raises(SchemaError, match="cores"):
        page_html(sheet_of(dataclasses.replace(layer, classes=other)))


def test_long_code_stays_exact() -> None:
    """A 19-digit number travels as text: a browser would round it."""
    assert told(sheet_of(layer_of([shapely.Point(125.4, 43.8)], code=[2201051234567890123]))) == {
        "code": "2201051234567890123"
    }


def test_missing_values_are_left_out_and_dates_are_text() -> None:
    """NaN and None are not shown; a time is shown as written."""
    day = dt.datetime(2024, 5, 1, tzinfo=dt.UTC)
    sheet = sheet_of(layer_of([shapely.Point(125.4, 43.8)], a=[float("nan")], b=[None], c=[day]))
    assert told(sheet) == {"c": "2024-05-01T00:00:00+00:00"}


def test_empty_geometry_counts_as_no_place() -> None:
    """POINT EMPTY and null are both without a place."""
    features = features_of(sheet_of(layer_of([shapely.Point(), None])))
    assert ["xy" in feature for feature in features] == [False, False]


def test_empty_layer_is_drawn_as_nothing() -> None:
    """A layer without rows is legal."""
    assert features_of(sheet_of(layer_of([]))) == []


def test_layers_may_share_a_title() -> None:
    """Two layers of one name both stay, told apart by key."""
    one = layer_of([shapely.Point(125.4, 43.8)], key="cores")
    two = dataclasses.replace(layer_of([shapely.Point(125.5, 43.8)], key="nodes"), title=one.title)
    assert len(features_of(sheet_of(one, two))) == 2


@pytest.mark.parametrize(
    ("layers", "error", "named"),
    [
        ([layer_of([shapely.Point(1, 2)], crs=None)], CRSError, "cores"),
        ([layer_of([shapely.Point(float("inf"), 2)])], GeometryError, "F0"),
        ([layer_of([shapely.GeometryCollection([shapely.Point(1, 2)])])], GeometryError, "F0"),
        ([layer_of([]), layer_of([])], SchemaError, "cores"),
    ],
)
def test_what_cannot_be_drawn_truthfully_is_refused(
    layers: list[PageLayer], error: type[Exception], named: str
) -> None:
    """The error names the layer or the feature."""
    with pytest.raises(error, match=named):
        page_html(sheet_of(*layers))


def test_repeated_id_is_refused() -> None:
    """Two features of one id could not be told apart in the panel."""
    layer = layer_of([shapely.Point(125.4, 43.8), shapely.Point(125.5, 43.8)])
    layer.frame.index = ["X", "X"]
    with pytest.raises(SchemaError, match="X"):
        page_html(sheet_of(layer))
