"""The shipped layers: their text form, and that recipes and files agree."""

import json
from importlib import resources

import pytest
import shapely

import erdao_gis
from erdao_gis.catalogue import check, derive, layer_names, layer_schema
from erdao_gis.catalogue.geojson import layer_frame, layer_text

VECTOR = resources.files("erdao_gis.shipped") / "vector"


@pytest.mark.parametrize("name", layer_names())
def test_text_is_in_the_agreed_form(name: str) -> None:
    """Reading a shipped layer and writing it again gives the same bytes."""
    text = (VECTOR / f"{name}.geojson").read_text("utf-8")
    layer = layer_schema(name)
    assert layer_text(layer, layer_frame(layer, text)) == text


@pytest.mark.parametrize("name", layer_names())
def test_text_is_rfc_7946(name: str) -> None:
    """One feature a line sorted by id, no crs member, five decimals, outer rings left-handed."""
    text = (VECTOR / f"{name}.geojson").read_text("utf-8")
    data = json.loads(text)
    ids = [feature["properties"]["id"] for feature in data["features"]]
    assert "crs" not in data
    assert ids == sorted(set(ids))
    assert text.count("\n") == len(ids) + 2 + (not ids)
    for feature in data["features"]:
        geometry = feature["geometry"]
        if geometry is None:
            continue
        shape = shapely.geometry.shape(geometry)
        coordinates = shapely.get_coordinates(shape)
        assert (abs(coordinates * 1e5 - (coordinates * 1e5).round()) < 1e-4).all()
        for ring in (part.exterior for part in shapely.get_parts(shape) if part.area):
            assert shapely.is_ccw(ring)


def test_layers_are_what_the_recipes_give() -> None:
    """Running the recipes on the shipped base layers changes nothing."""
    assert derive().changes == ()


def test_the_check_is_clean() -> None:
    """The shipped plan and layers have no fault."""
    report = check()
    assert [fault.message("en") for fault in report.faults] == []
    assert report.placed + report.unplaced == report.features


def test_every_element_has_a_place_or_a_reason() -> None:
    """Each of the 337 register rows is placed, unplaced with its reason, or not spatial."""
    frames = {name: erdao_gis.read_layer(name) for name in layer_names()}
    told = {"placed": 0, "unplaced": 0, "not spatial": 0}
    for element in erdao_gis.read_plan().elements:
        if element.layer in ("collection", "figure"):
            told["not spatial"] += 1
            continue
        rows = frames[element.layer]
        rows = rows.loc[rows["register_id"] == element.id]
        if rows.geometry.notna().any():
            told["placed"] += 1
        else:
            assert rows["reason_zh"].all(), element.id
            assert rows["reason_en"].all(), element.id
            assert len(rows), element.id
            told["unplaced"] += 1
    assert sum(told.values()) == 337
    assert told["placed"] > 60


def test_layers_are_read_in_metres_with_their_completeness() -> None:
    """A layer comes in EPSG:4551 by id, unplaced rows kept, and tells how complete it is."""
    clusters = erdao_gis.read_layer("clusters")
    assert clusters.crs.to_epsg() == 4551
    assert clusters.index.name == "id"
    assert clusters.geometry.isna().any()
    assert erdao_gis.read_layer("roads").attrs == {"layer": "roads", "completeness": "partial"}
    assert erdao_gis.read_layer("parcels").attrs["completeness"] == "empty"
    assert "floor_area_ratio_max" in erdao_gis.read_layer("parcels").columns


def test_the_layout_stands_where_the_plan_puts_it() -> None:
    """The main zone lies west of the development zone; nodes follow the axis from west to east."""
    zones = erdao_gis.read_layer("zones").geometry
    assert zones["ZN01"].centroid.x < zones["ZN02"].centroid.x
    nodes = erdao_gis.read_layer("nodes").geometry
    axis = erdao_gis.read_layer("axis").geometry.iloc[0]
    assert nodes.distance(axis).max() < 120
    order = ["ND01", "ND02", "ND03", "ND04", "ND05", "ND06", "ND07", "ND08"]
    assert nodes.x[order].is_monotonic_increasing
