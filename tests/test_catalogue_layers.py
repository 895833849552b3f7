"""The shipped layers: their text form, and that recipes and files agree."""

import csv
import json
from importlib import resources

import pytest
import shapely

import erdao_gis
from erdao_gis.catalogue import check, derive, layer_names, layer_schema
from erdao_gis.catalogue.layer_text import layer_frame, layer_text

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


def listed_sources() -> dict[str, dict[str, str]]:
    """Return the table of sources by key."""
    path = resources.files("erdao_gis.shipped") / "catalogue" / "sources.csv"
    return {row["key"]: row for row in csv.DictReader(path.read_text("utf-8").splitlines())}


@pytest.mark.parametrize("name", layer_names())
def test_places_are_dated_as_their_sources_are(name: str) -> None:
    """The dates of the sources of the position, in order; none only where they state none."""
    known = listed_sources()
    for feature in json.loads((VECTOR / f"{name}.geojson").read_text("utf-8"))["features"]:
        row = feature["properties"]
        if feature["geometry"] is None:
            continue
        placing = [known[key] for key in row["source"].split(";") if known[key]["datum"] != "none"]
        assert placing, row["id"]
        dates = {source["as_of"] for source in placing if source["as_of"]}
        assert row["as_of"] == (";".join(sorted(dates)) or None), row["id"]


def test_a_source_without_a_date_says_so() -> None:
    """Nobody has to guess whether a date was forgotten; words need none."""
    for key, row in listed_sources().items():
        undated = "date of content not stated" in row["note_en"].lower()
        if row["datum"] != "none":
            assert undated == (not row["as_of"]), key
            assert undated == ("内容日期未注明" in row["note_zh"]), key


def test_metro_lines_are_as_old_as_their_stations() -> None:
    """AMap's stations were last added to in October 2026; one line's source states no date."""
    lines = erdao_gis.read_layer("metro_lines")
    dated = lines["source"].str.contains("metro_amap")
    assert lines.loc[dated, "as_of"].str.endswith("2026-10-09").all()
    assert lines.loc[~dated, "source"].to_dict() == {"line-4": "osm_rail_centre"}
