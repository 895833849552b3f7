"""Recipes: from rows and lines to places, on geometry one can check by hand."""

import csv
from dataclasses import fields, replace
from pathlib import Path

import geopandas as gpd
import pytest
from shapely import LineString, Point, box

from erdao_gis.catalogue.recipes import (
    Recipe,
    in_order,
    read_recipes,
    run_recipe,
)
from erdao_gis.errors import ErdaoError, GeometryError, SchemaError
from erdao_gis.plan import read_plan

BLANK = Recipe(
    layer="nodes", id="X", operation="at", of=(), by=(), north=(), east=(), south=(), west=(),
    side="", width_m=None, bridge_m=None, near="", choice=False, identity="", accuracy_m=None,
    open_sides="", group="", sources="", reason_zh="因", reason_en="why",
)  # fmt: skip


def roads(**lines: object) -> dict[str, gpd.GeoDataFrame]:
    """Lines by name, traced, known to 10 m."""
    frame = gpd.GeoDataFrame(
        {
            "name_zh": list(lines),
            "register_id": None,
            "evidence": "B",
            "identity": "named",
            "accuracy_m": 10.0,
            "source": "osm",
            "licence": "ODbL-1.0",
            "datum": "WGS84",
            "as_of": "2024",
        },
        geometry=list(lines.values()),
        index=[f"r{number}" for number in range(len(lines))],
        crs=4551,
    )
    return {"roads": frame}


CROSSROADS = {
    "ew": LineString([(0, 50), (100, 50)]),
    "ns": LineString([(40, 0), (40, 100)]),
    "east": LineString([(90, 0), (90, 100)]),
    "south": LineString([(0, 0), (100, 0)]),
}


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"operation": "at", "of": ("roads/ns",)}, Point(40, 50)),
        ({"operation": "cross", "of": ("roads/ew",), "by": ("roads/ns",)}, Point(40, 50)),
        ({"operation": "union", "of": ("roads/ew",)}, CROSSROADS["ew"]),
        ({"operation": "widen", "of": ("roads/ew",), "width_m": 5.0}, box(0, 45, 100, 55)),
        (
            {"operation": "section", "of": ("roads/ew",), "by": ("roads/ns", "roads/east")},
            LineString([(40, 50), (90, 50)]),
        ),
        (
            {"operation": "section", "of": ("roads/ew",), "by": ("roads/ns",), "side": "west"},
            LineString([(0, 50), (40, 50)]),
        ),
        (
            {
                "operation": "bounded",
                "north": ("roads/ew",),
                "west": ("roads/ns",),
                "east": ("roads/east",),
                "south": ("roads/south",),
            },
            box(40, 0, 90, 50),
        ),
    ],
    ids=lambda value: value.get("operation") if isinstance(value, dict) else "",
)
def test_each_operation_gives_the_place_one_expects(arguments: dict, expected: object) -> None:
    """The constructions of a crossroads give the shapes one draws by hand."""
    made = run_recipe(replace(BLANK, **arguments), roads(**CROSSROADS))["geometry"]
    assert made.normalize().equals_exact(expected.normalize(), 1e-6) or made.equals(expected)


def test_side_and_clip_cut_areas() -> None:
    """An area is divided by a road, and a line cut to an area."""
    frames = roads(square=box(0, 0, 100, 100), **CROSSROADS)
    west = replace(BLANK, operation="side", of=("roads/square",), by=("roads/ns",), side="west")
    assert run_recipe(west, frames)["geometry"].area == pytest.approx(40 * 100)
    clip = replace(BLANK, operation="clip", of=("roads/ew",), by=("roads/square",))
    assert run_recipe(clip, frames)["geometry"].length == pytest.approx(100)


def test_evidence_follows_from_inputs_and_choice() -> None:
    """Without a choice a place is C at best; a choice, its own or an input's, makes it D."""
    frames = roads(**CROSSROADS)
    plain = replace(BLANK, operation="cross", of=("roads/ew",), by=("roads/ns",))
    assert run_recipe(plain, frames)["evidence"] == "C"
    assert run_recipe(replace(plain, choice=True), frames)["evidence"] == "D"
    frames["roads"].loc["r0", "evidence"] = "D"
    assert run_recipe(plain, frames)["evidence"] == "D"


def test_accuracy_and_identity_are_the_worst_of_all() -> None:
    """A place is known no better than its inputs and its own row."""
    frames = roads(**CROSSROADS)
    frames["roads"].loc["r1", ["accuracy_m", "identity"]] = [70.0, "inferred"]
    recipe = replace(BLANK, operation="cross", of=("roads/ew",), by=("roads/ns",), accuracy_m=30)
    row = run_recipe(recipe, frames)
    assert (row["accuracy_m"], row["identity"]) == (70.0, "inferred")
    assert run_recipe(replace(recipe, accuracy_m=300), frames)["accuracy_m"] == 300
    assert row["source"] == "outline;osm"


def test_open_sides_are_recorded() -> None:
    """Land closed only by the limits given says which sides were open."""
    frames = roads(limit=box(0, 0, 100, 100), **CROSSROADS)
    recipe = replace(
        BLANK, operation="bounded", west=("roads/ns",), east=("roads/east",), by=("roads/limit",)
    )
    row = run_recipe(recipe, frames)
    assert row["open_sides"] == "north;south"
    assert row["geometry"].area == pytest.approx(50 * 100)


def test_missing_input_is_named() -> None:
    """A reference that leads nowhere is told by its name."""
    recipe = replace(BLANK, operation="union", of=("roads/nowhere",))
    with pytest.raises(GeometryError, match="roads/nowhere"):
        run_recipe(recipe, roads(**CROSSROADS))


def test_inputs_come_before_what_builds_on_them() -> None:
    """A row that refers to another runs after it, wherever it stands in the file."""
    first = replace(BLANK, layer="rivers", id="R", operation="union", of=("roads/ew",))
    second = replace(BLANK, layer="belts", id="B", operation="widen", of=("rivers/R",), width_m=5)
    assert [recipe.id for recipe in in_order((second, first))] == ["R", "B"]
    with pytest.raises(SchemaError, match="circle"):
        list(in_order((replace(first, of=("belts/B",)), second)))


GOOD = {
    "layer": "nodes", "id": "ND01", "operation": "cross", "of": "roads/a", "by": "roads/b",
    "reason_zh": "因", "reason_en": "why",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"operation": "wind"}, "wind"),
        ({"layer": "roads"}, "roads"),
        ({"by": ""}, "by"),
        ({"width_m": "5"}, "width_m"),
        ({"accuracy_m": "far"}, "far"),
        ({"choice": "perhaps"}, "perhaps"),
    ],
)
def test_a_row_that_does_not_fit_is_refused_by_line(
    change: dict[str, str], said: str, tmp_path: Path
) -> None:
    """Unknown operations and layers, missing and surplus arguments and bad numbers are told."""
    table = tmp_path / "recipes.csv"
    with table.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, [column.name for column in fields(Recipe)], restval="")
        writer.writeheader()
        writer.writerow(GOOD | change)
    with pytest.raises(SchemaError, match=said) as caught:
        read_recipes(table)
    assert "2" in caught.value.message("en")


def test_every_shipped_row_gives_its_reason() -> None:
    """No element is placed or left out without words in both languages."""
    for recipe in read_recipes():
        assert recipe.reason_zh, recipe.id
        assert recipe.reason_en, recipe.id


def test_errors_of_shapes_are_ours() -> None:
    """A construction that is impossible is an error of ours with a remedy."""
    frames = roads(**CROSSROADS)
    recipe = replace(BLANK, operation="cross", of=("roads/ns",), by=("roads/east",))
    with pytest.raises(ErdaoError):
        run_recipe(recipe, frames)


def test_what_is_inferred_is_not_called_stated() -> None:
    """Where the register infers a relation, no reason claims that the outline states it."""
    plan = read_plan()
    for recipe in read_recipes():
        notes = [r.note_zh for r in plan.relations_of(recipe.id) if r.from_id == recipe.id]
        if notes and all("推定" in note for note in notes):
            assert "纲要写明" not in recipe.reason_zh, recipe.id
