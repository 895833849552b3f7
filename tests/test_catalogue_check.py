"""The check finds each kind of fault, and names file, feature, rule and remedy."""

from collections.abc import Callable

import geopandas as gpd
import pytest
from shapely import LineString, Point, Polygon, box

import erdao_gis
from erdao_gis.catalogue import layer_names, layer_schema
from erdao_gis.catalogue.checking import layer_faults, recipe_faults, register_faults
from erdao_gis.catalogue.topology import topology_faults

Change = Callable[[gpd.GeoDataFrame], gpd.GeoDataFrame]


def with_value(key: str, column: str, value: object) -> Change:
    """A layer in which one value is another."""

    def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        frame = frame.copy()
        frame[column] = frame[column].astype(object)
        frame.at[key, column] = value
        return frame

    return change


def with_geometry(key: str, geometry: object) -> Change:
    """A layer in which one feature lies elsewhere, or nowhere."""

    def change(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        frame = frame.copy()
        frame.loc[[key], "geometry"] = gpd.GeoSeries([geometry], index=[key], crs=4551)
        return frame

    return change


BOWTIE = Polygon([(460_000, 4_860_000), (460_100, 4_860_100), (460_100, 4_860_000),
                  (460_000, 4_860_100)])  # fmt: skip


@pytest.mark.parametrize(
    ("layer", "change", "rule"),
    [
        ("nodes", lambda f: f.rename(index={"ND01": "ND02"}), "id_twice"),
        ("nodes", lambda f: f.rename(index={"ND01": " "}), "id_missing"),
        ("nodes", lambda f: f.drop(columns="identity"), "column_missing"),
        ("nodes", with_value("ND01", "name_zh", None), "value_missing"),
        ("nodes", with_value("ND01", "evidence", "E"), "code_unknown"),
        ("nodes", with_value("ND01", "accuracy_m", -5), "number_bad"),
        ("nodes", with_geometry("ND01", LineString([(0, 0), (1, 1)])), "geometry_type"),
        ("zones", with_geometry("ZN01", BOWTIE), "geometry_invalid"),
        ("nodes", with_geometry("ND01", Point(0, 0)), "region"),
        ("cores", with_value("CO03", "reason_en", None), "reason_missing"),
        ("nodes", with_value("ND01", "datum", None), "evidence_missing"),
        ("nodes", with_value("ND01", "source", "hearsay"), "source_unknown"),
    ],
)
def test_a_fault_of_one_layer_is_found(layer: str, change: Change, rule: str) -> None:
    """One thing wrong gives a fault of its rule, which tells what to do in both languages."""
    faults = list(layer_faults(layer_schema(layer), change(erdao_gis.read_layer(layer))))
    assert rule in {fault.rule for fault in faults}
    for fault in faults:
        assert layer in fault.message("en")
        assert fault.message("zh") != fault.message("en")


@pytest.mark.parametrize(("value", "wrong"), [("F", False), ("T", False), ("perhaps", True)])
def test_words_for_yes_and_no_are_no_fault(value: str, wrong: bool) -> None:
    """A layer that was stored with them is read by the same rule; what is neither is named."""
    change = with_value("airport-road.primary", "bridge", value)
    faults = layer_faults(layer_schema("roads"), change(erdao_gis.read_layer("roads")))
    told = [(fault.feature, fault.rule) for fault in faults]
    assert told == ([("airport-road.primary", "code_unknown")] if wrong else [])


@pytest.fixture(scope="module")
def frames() -> dict[str, gpd.GeoDataFrame]:
    """All shipped layers."""
    return {name: erdao_gis.read_layer(name) for name in layer_names()}


@pytest.mark.parametrize(
    ("layer", "change", "rule"),
    [
        ("nodes", lambda f: f.drop(index="ND08"), "row_missing"),
        ("nodes", with_value("ND01", "register_id", None), "element_missing"),
        ("nodes", with_value("ND01", "register_id", "ND99"), "element_unknown"),
        ("nodes", with_value("ND01", "register_id", "CO01"), "element_elsewhere"),
    ],
)
def test_register_and_catalogue_must_agree(
    frames: dict[str, gpd.GeoDataFrame], layer: str, change: Change, rule: str
) -> None:
    """An element without its row, and a row without its element, are found."""
    changed = frames | {layer: change(frames[layer])}
    found = {fault.rule for fault in register_faults(erdao_gis.read_plan(), changed)}
    assert rule in found


def test_a_recipe_that_places_nothing_is_found(frames: dict[str, gpd.GeoDataFrame]) -> None:
    """A row with a construction whose element has no geometry is a fault."""
    changed = frames | {"nodes": with_geometry("ND01", None)(frames["nodes"])}
    faults = list(recipe_faults(erdao_gis.read_plan(), changed))
    assert [(fault.rule, fault.feature) for fault in faults] == [("recipe_fails", "ND01")]


FAR = box(440_000, 4_840_000, 440_100, 4_840_100)


@pytest.mark.parametrize(
    ("layer", "key", "geometry", "rule"),
    [
        ("zones", "ZN02", "ZN01", "zones_overlap"),
        ("nodes", "ND01", FAR.centroid, "outside_district"),
        ("cores", "CO01", FAR, "outside_district"),
        ("belts", "BL01", FAR, "belt_off_river"),
        ("feature_streets", "FS12", FAR.exterior, "section_outside"),
    ],
)
def test_the_plans_own_topology_holds(
    frames: dict[str, gpd.GeoDataFrame], layer: str, key: str, geometry: object, rule: str
) -> None:
    """Overlapping zones and misplaced nodes, cores, belts and sections are found by name."""
    place = frames[layer].geometry[geometry] if isinstance(geometry, str) else geometry
    changed = frames | {layer: with_geometry(key, place)(frames[layer])}
    faults = list(topology_faults(erdao_gis.read_plan(), changed))
    assert rule in {fault.rule for fault in faults}
    assert not list(topology_faults(erdao_gis.read_plan(), frames))
