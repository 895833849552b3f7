"""Frames of the user's on a map in a notebook."""

import re
from collections.abc import Callable
from typing import Any

import folium
import geopandas as gpd
import pytest
import shapely
from geopandas.testing import assert_geodataframe_equal
from playwright.sync_api import Page, expect

from erdao_gis.drawing import classified
from erdao_gis.errors import CRSError, SchemaError
from erdao_gis.maps import PageContent, add_layer, page_map
from erdao_gis.maps.page.vendored import static_text


@pytest.fixture
def mine() -> gpd.GeoDataFrame:
    """Make three squares of the user's, the last without a value and one more without a place."""
    squares = [shapely.box(125.40 + x, 43.87, 125.41 + x, 43.88) for x in (0.0, 0.02, 0.04)]
    return gpd.GeoDataFrame(
        {"名称": ["甲", "乙", "丙", "丁"], "数值": [1.0, 5.0, None, 2.0]},
        index=["a", "b", "c", "d"], geometry=[*squares, None], crs=4490,
    )  # fmt: skip


def saved(chart: folium.Map) -> str:
    """Return the file that folium would save."""
    return str(chart.get_root().render())


def test_layer_joins_the_sheet(
    mine: gpd.GeoDataFrame, small_sheet: PageContent, open_sheet: Callable[..., Page]
) -> None:
    """It stands in the legend, answers to click and Enter, and tells its columns, offline."""
    chart = page_map(small_sheet)
    assert add_layer(chart, mine, title="我的", title_en="Mine", name="名称") is chart
    page = open_sheet(saved(chart))
    expect(page.locator("#legend [data-layer='own-1']")).to_contain_text("我的")
    page.locator("path[aria-label='乙']").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#details-name")).to_have_text("乙")
    expect(page.locator("#details dl")).to_contain_text("数值")
    page.click("#language")
    expect(page.locator("#legend [data-layer='own-1']")).to_contain_text("Mine")
    assert page.locator("meta[name='erdao-user-code']").count() == 0


def test_classes_stand_in_the_legend(
    mine: gpd.GeoDataFrame, small_sheet: PageContent, open_sheet: Callable[..., Page]
) -> None:
    """Method, limits, counts and no data are told; the colours are those of the classes."""
    classes = classified(mine["数值"], method="equal", count=2)
    chart = add_layer(page_map(small_sheet), mine, title="我的", name="名称", classes=classes)
    page = open_sheet(saved(chart))
    rows = page.locator("[data-layer='own-1'] .parts li").all_inner_texts()
    assert [row.split("\n") for row in rows] == [["1 – 3", "2"], ["3 – 5", "1"], ["无数据", "1"]]
    fills = [
        page.locator(f"path[aria-label='{name}']").get_attribute("fill") for name in ("甲", "乙")
    ]
    assert fills == list(classes.colours)
    assert str(page.locator("path[aria-label='丙']").get_attribute("fill")).startswith("url(")


def test_two_layers_may_share_a_title(mine: gpd.GeoDataFrame, small_sheet: PageContent) -> None:
    """Each call adds one; the caller's frame stays as it was."""
    before = mine.copy()
    chart = page_map(small_sheet)
    for _ in range(2):
        add_layer(chart, mine, title="同名")
    assert len(re.findall(r'"key":"own-\d"', saved(chart))) == 2
    assert_geodataframe_equal(mine, before)


def test_refused_frame_leaves_the_map_as_it_was(
    mine: gpd.GeoDataFrame, small_sheet: PageContent
) -> None:
    """The error names what is wrong, and the map can still be saved without it."""
    chart = page_map(small_sheet)
    before = saved(chart)
    with pytest.raises(CRSError):
        add_layer(chart, mine.set_crs(None, allow_override=True), title="无坐标系")
    with pytest.raises(SchemaError, match="缺"):
        add_layer(chart, mine, title="缺列", name="缺")
    with pytest.raises(SchemaError):
        add_layer(chart, mine, title="别处", classes=classified(mine["数值"].iloc[:2]))
    assert saved(chart) == before


@pytest.mark.parametrize("what", ["map", "frame"])
def test_only_a_frame_goes_on_only_a_map(
    what: str, mine: gpd.GeoDataFrame, small_sheet: PageContent
) -> None:
    """Something else is refused by name."""
    given: tuple[Any, Any] = ("图", mine) if what == "map" else (page_map(small_sheet), "表")
    with pytest.raises(SchemaError, match="str"):
        add_layer(*given, title="x")


def test_users_own_folium_objects_are_named(
    small_sheet: PageContent, open_sheet: Callable[..., Page]
) -> None:
    """A page that carries code which is not ours says so, in words and in its head."""
    chart = page_map(small_sheet)
    folium.CircleMarker((43.88, 125.4)).add_to(chart)
    page = open_sheet(saved(chart))
    expect(page.locator("#user-code")).to_contain_text("CircleMarker")
    assert page.locator("meta[name='erdao-user-code']").get_attribute("content") == "CircleMarker"


def test_page_of_ours_carries_no_mark(
    small_sheet: PageContent, open_sheet: Callable[..., Page]
) -> None:
    """Without objects of the user's nothing is said."""
    page = open_sheet(saved(page_map(small_sheet)))
    expect(page.locator("#user-code")).to_be_hidden()


def test_plain_folium_map_takes_a_layer(
    mine: gpd.GeoDataFrame, page: Page, open_sheet: Callable[..., Page]
) -> None:
    """On a map that is not ours the layer has a popup and a legend of its own."""
    chart = folium.Map((43.875, 125.42), zoom_start=13, tiles=None)
    for title in ("甲层", "乙层"):
        add_layer(chart, mine, title=title, name="名称")
    html = saved(chart)
    assert html.count("window.erdaoOwnLayer = function") == 1
    # Leaflet comes from folium's own address there; the test has no network.
    html = re.sub(r"<script src=[^>]*></script>|<link rel=[^>]*/>", "", html)
    leaflet = (
        f"<script>{static_text('leaflet/leaflet.js')}</script>"
        f"<style>{static_text('leaflet/leaflet.css')}</style>"
    )
    html = html.replace("<head>", "<head>" + leaflet, 1)
    open_sheet(html)
    assert page.locator("path.leaflet-interactive").count() == 6
    page.locator("path.leaflet-interactive").last.click()
    expect(page.locator(".leaflet-popup-content strong")).to_have_text("丙")
    assert page.locator(".erdao-legend strong").all_inner_texts() == ["乙层", "甲层"]
