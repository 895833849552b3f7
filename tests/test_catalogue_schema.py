"""The tables that say what layers, columns and codes there are."""

import csv
from importlib import resources

import pytest

from erdao_gis.catalogue import code_lists, layer_names, layer_schema
from erdao_gis.errors import NotInPlanError

TABLES = resources.files("erdao_gis.shipped") / "catalogue"
PLAN_LAYERS = [
    "zones",
    "axis",
    "rivers",
    "belts",
    "cores",
    "nodes",
    "feature_streets",
    "clusters",
    "renewal_areas",
    "release_areas",
    "road_projects",
    "commerce",
    "countryside",
    "culture_and_heritage",
    "facilities",
    "ecology_projects",
    "metro",
]
BASE_LAYERS = [
    "district",
    "subdistricts",
    "roads",
    "ring_roads",
    "waterways",
    "railways",
    "metro_lines",
    "metro_stations",
    "parks_and_green",
    "places",
]
INPUT_LAYERS = [
    "land_use",
    "residential",
    "buildings",
    "villages",
    "built_up_area",
    "population",
    "parcels",
    "facilities_inventory",
    "protected_land",
]


def rows(name: str) -> list[dict[str, str]]:
    """All rows of one table."""
    with (TABLES / f"{name}.csv").open("r", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


@pytest.mark.parametrize(
    ("role", "names"), [("plan", PLAN_LAYERS), ("base", BASE_LAYERS), ("input", INPUT_LAYERS)]
)
def test_every_layer_of_the_design_is_there(role: str, names: list[str]) -> None:
    """The catalogue holds the layers that the project promises, under their roles."""
    assert set(names) <= set(layer_names(role=role))


@pytest.mark.parametrize("row", rows("layers"), ids=lambda row: row["name"])
def test_every_layer_row_is_whole(row: dict[str, str]) -> None:
    """Each layer has a role, a geometry, a completeness and titles in both languages."""
    assert row["role"] in ("plan", "base", "input")
    assert row["geometry"] in ("point", "line", "polygon", "any")
    assert row["completeness"] in code_lists()["completeness"]
    assert row["title_zh"]
    assert row["title_en"]
    assert row["role"] != "input" or (row["obtain_zh"] and row["completeness"] == "empty")


@pytest.mark.parametrize("row", rows("columns"), ids=lambda row: f"{row['layer']}-{row['name']}")
def test_every_column_row_is_whole(row: dict[str, str]) -> None:
    """Each column belongs to a layer, has a type, and its code list exists."""
    assert row["layer"] == "*" or row["layer"] in layer_names()
    assert row["type"] in ("text", "number", "code")
    assert (row["codes"] in code_lists()) == (row["type"] == "code")
    assert row["title_zh"]
    assert row["title_en"]


def test_codes_stand_once() -> None:
    """No code list names a code twice."""
    pairs = [(row["list"], row["code"]) for row in rows("codes")]
    assert len(pairs) == len(set(pairs))


def test_unknown_layer_names_the_known_ones() -> None:
    """A misspelt layer is answered with what there is."""
    with pytest.raises(NotInPlanError, match="nodes"):
        layer_schema("nodse")
