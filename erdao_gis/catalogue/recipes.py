"""Recipes: how a plan element gets its place, as flat rows that a planner can read and change.

A row of ``layers/recipes/recipes.csv`` names one of the eight constructions of `erdao_gis.shapes`
and its arguments, or none when the element cannot be placed; either way it gives the reason.
References are ``layer/key``: the key is a feature id, a register id or a Chinese name (all
features of that name together); ``facts/key`` is a row of ``layers/recipes/facts.csv``.

The evidence of a result is not written down but follows: D where the row makes a choice, else
the worst of its inputs, C at best. Its accuracy is the worst of the inputs and of the row.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import Final

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from erdao_gis import shapes
from erdao_gis.catalogue.schema import dates_of, layer_names
from erdao_gis.crs import GEOGRAPHIC, WORKING
from erdao_gis.errors import GeometryError, SchemaError
from erdao_gis.rows import rows_of

# Gaps this short in a street are crossings and slips of the pen; longer ones a row must allow.
SHORT_GAP_M: Final = 150.0
SIDES: Final = ("north", "east", "south", "west")

# Arguments an operation takes: (those it must have, those it may have).
ARGUMENTS: Final[Mapping[str, tuple[frozenset[str], frozenset[str]]]] = {
    "widen": (frozenset({"of", "width_m"}), frozenset({"by"})),
    "cross": (frozenset({"of", "by"}), frozenset({"near", "bridge_m"})),
    "section": (frozenset({"of", "by"}), frozenset({"side", "bridge_m"})),
    "side": (frozenset({"of", "by", "side"}), frozenset({"bridge_m"})),
    "bounded": (frozenset(), frozenset({*SIDES, "by", "width_m", "bridge_m"})),
    "at": (frozenset({"of"}), frozenset()),
    "union": (frozenset({"of"}), frozenset()),
    "clip": (frozenset({"of", "by"}), frozenset()),
    "": (frozenset(), frozenset()),
}


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """One row: an element and its construction."""

    layer: str
    id: str
    operation: str
    "One of the eight constructions, or empty: the element stays unplaced."
    of: tuple[str, ...]
    "What is widened, cut, joined, placed."
    by: tuple[str, ...]
    "What it is cut, crossed, clipped or closed by."
    north: tuple[str, ...]
    east: tuple[str, ...]
    south: tuple[str, ...]
    west: tuple[str, ...]
    side: str
    width_m: float | None
    "Metres: each side of a line (widen), or the reach that closes open sides (bounded)."
    bridge_m: float | None
    "Metres over which a line is carried where it is not drawn: over gaps and beyond its ends."
    near: str
    "Reference to a point: which of several crossings is meant."
    choice: bool
    "Whether the row rests on a choice of ours; then the evidence is D."
    identity: str
    "named or inferred; empty: inferred as soon as one of the inputs is."
    accuracy_m: float | None
    "Metres; how far the choice may be off. The inputs' accuracy counts as well."
    open_sides: str
    group: str
    sources: str
    "Keys of further sources that the choice rests on, separated by ;"
    reason_zh: str
    reason_en: str

    def inputs(self) -> tuple[str, ...]:
        """All references of the row."""
        near = (self.near,) if self.near else ()
        sides = (*self.north, *self.east, *self.south, *self.west)
        return (*self.of, *self.by, *sides, *near)

    def given(self) -> frozenset[str]:
        """Names of the arguments that the row fills."""
        names = ("of", "by", *SIDES, "side", "near")
        filled = {name for name in names if getattr(self, name)}
        numbers = {name for name in ("width_m", "bridge_m") if getattr(self, name) is not None}
        return frozenset(filled | numbers)


def read_recipes(path: Traversable | None = None) -> tuple[Recipe, ...]:
    """Read all recipes, in file order.

    Parameters
    ----------
    path
        A table in the form of the shipped one, which is read without it.

    Raises
    ------
    SchemaError
        A row's cell, operation, side or arguments do not fit, or an id stands twice.
    """
    table = path or resources.files("erdao_gis.shipped") / "recipes" / "recipes.csv"
    found: dict[str, Recipe] = {}
    for line, recipe in enumerate(rows_of(table.read_text("utf-8"), Recipe, file=table.name), 2):
        if recipe.id in found:
            raise SchemaError("recipe_twice", {"line": line, "id": recipe.id})
        _require_arguments(recipe, line)
        found[recipe.id] = recipe
    return tuple(found.values())


def _require_arguments(recipe: Recipe, line: int) -> None:
    facts = {"line": line, "id": recipe.id, "operation": recipe.operation}
    if recipe.operation not in ARGUMENTS or recipe.layer not in layer_names(role="plan"):
        names = ", ".join(name for name in ARGUMENTS if name)
        raise SchemaError("recipe_operation", facts | {"layer": recipe.layer, "names": names})
    must, may = ARGUMENTS[recipe.operation]
    missing, surplus = must - recipe.given(), recipe.given() - must - may
    if missing or surplus or (recipe.side and recipe.side not in SIDES):
        said = {"missing": ", ".join(sorted(missing)), "surplus": ", ".join(sorted(surplus))}
        raise SchemaError("recipe_arguments", facts | said)


def read_facts() -> gpd.GeoDataFrame:
    """Read the positions known as facts: EPSG:4551 points, index ``id`` (the fact's key)."""
    path = resources.files("erdao_gis.shipped") / "recipes" / "facts.csv"
    with path.open("r", encoding="utf-8") as stream:
        table = pd.read_csv(stream, dtype=str, keep_default_na=False)
    numbers = {name: pd.to_numeric(table[name]) for name in ("lon", "lat", "accuracy_m")}
    table = table.assign(
        accuracy_m=numbers["accuracy_m"],
        evidence="B",
        identity="named",
        as_of=table["source"].map(dates_of),
        register_id=None,
    )
    places = gpd.points_from_xy(numbers["lon"], numbers["lat"], crs=GEOGRAPHIC)
    frame = gpd.GeoDataFrame(table.drop(columns=["lon", "lat"]), geometry=places)
    return frame.rename(columns={"key": "id"}).set_index("id").to_crs(WORKING)


@dataclass(frozen=True, kw_only=True)
class Input:
    """What a reference stands for: a geometry and how well it is known."""

    geometry: BaseGeometry
    rows: gpd.GeoDataFrame


def find_input(reference: str, frames: Mapping[str, gpd.GeoDataFrame]) -> Input:
    """Resolve ``layer/key`` among ``frames``.

    Raises
    ------
    GeometryError
        No feature of that id or name has a geometry.
    """
    layer, _, key = reference.partition("/")
    frame = frames.get(layer)
    if frame is None:
        raise GeometryError("recipe_input_missing", {"reference": reference})
    named = frame.loc[[key]] if key in frame.index else _called(frame, key)
    located = named.loc[named.geometry.notna()]
    if located.empty:
        raise GeometryError("recipe_input_missing", {"reference": reference})
    return Input(geometry=shapes.union(*located.geometry), rows=located)


def _called(frame: gpd.GeoDataFrame, key: str) -> gpd.GeoDataFrame:
    """Rows of a register id, else of a Chinese name."""
    by_register = frame.loc[frame["register_id"] == key]
    return frame.loc[frame["name_zh"] == key] if by_register.empty else by_register


def _run_cross(recipe: Recipe, get: Callable[[str], BaseGeometry]) -> BaseGeometry:
    near = shapely.Point(get(recipe.near).centroid) if recipe.near else None
    first, second = _joined(recipe.of, get), _joined(recipe.by, get)
    return shapes.cross(first, second, near=near, tolerance_m=recipe.bridge_m or 0.0)


def _run_section(recipe: Recipe, get: Callable[[str], BaseGeometry]) -> BaseGeometry:
    line, gap_m = _joined(recipe.of, get), recipe.bridge_m or SHORT_GAP_M
    if recipe.side:
        cut = _joined(recipe.by, get)
        near_m = min(gap_m, SHORT_GAP_M)
        return shapes.section(line, beyond=cut, side=recipe.side, tolerance_m=near_m, gap_m=gap_m)
    first, second = (get(reference) for reference in recipe.by)
    return shapes.section(line, between=(first, second), gap_m=gap_m)


def _run_bounded(recipe: Recipe, get: Callable[[str], BaseGeometry]) -> shapes.BoundedArea:
    gap_m = recipe.bridge_m or SHORT_GAP_M
    bounds = {
        side: shapes.centreline(_joined(getattr(recipe, side), get), gap_m=gap_m)
        for side in SIDES
        if getattr(recipe, side)
    }
    within = _joined(recipe.by, get) if recipe.by else None
    return shapes.bounded(
        north=bounds.get("north"),
        east=bounds.get("east"),
        south=bounds.get("south"),
        west=bounds.get("west"),
        within=within,
        reach_m=recipe.width_m,
        extend_m=gap_m,
    )


def _joined(references: tuple[str, ...], get: Callable[[str], BaseGeometry]) -> BaseGeometry:
    return shapes.union(*(get(reference) for reference in references))


def _run_widen(recipe: Recipe, get: Callable[[str], BaseGeometry]) -> BaseGeometry:
    wide = shapes.widen(_joined(recipe.of, get), width_m=recipe.width_m or 0.0)
    return shapes.clip(wide, _joined(recipe.by, get)) if recipe.by else wide


Result = BaseGeometry | shapes.BoundedArea
OPERATIONS: Final[Mapping[str, Callable[[Recipe, Callable[[str], BaseGeometry]], Result]]] = {
    "widen": _run_widen,
    "cross": _run_cross,
    "section": _run_section,
    "side": lambda r, get: shapes.side(
        _joined(r.of, get), _joined(r.by, get), side=r.side, extend_m=r.bridge_m or 0.0
    ),
    "bounded": _run_bounded,
    "at": lambda r, get: shapes.at(_joined(r.of, get)),
    "union": lambda r, get: _joined(r.of, get),
    "clip": lambda r, get: shapes.clip(_joined(r.of, get), _joined(r.by, get)),
}


def run_recipe(recipe: Recipe, frames: Mapping[str, gpd.GeoDataFrame]) -> dict[str, object]:
    """Construct one element: its geometry (EPSG:4551) and the columns that follow from it.

    Raises
    ------
    GeometryError
        An input is missing or the construction is impossible on these shapes.
    """
    if not recipe.operation:
        return {"geometry": None, "reason_zh": recipe.reason_zh, "reason_en": recipe.reason_en}
    inputs = {reference: find_input(reference, frames) for reference in recipe.inputs()}
    result = OPERATIONS[recipe.operation](recipe, lambda name: inputs[name].geometry)
    area = result if isinstance(result, shapes.BoundedArea) else None
    rows = pd.concat([entry.rows.drop(columns="geometry") for entry in inputs.values()])
    return {
        "geometry": area.geometry if area else result,
        "open_sides": ";".join(area.open_sides) if area and area.open_sides else None,
        "evidence": _evidence(recipe, rows),
        "identity": recipe.identity
        or ("inferred" if "inferred" in set(rows["identity"]) else "named"),
        "accuracy_m": max([*rows["accuracy_m"].dropna(), recipe.accuracy_m or 0.0]),
        "source": _joined_values(rows["source"], "outline", *_keys(recipe.sources)),
        "licence": _joined_values(rows["licence"]),
        "datum": _joined_values(rows["datum"]),
        "as_of": _joined_values(rows["as_of"]) or None,
        "note_zh": recipe.reason_zh,
        "note_en": recipe.reason_en,
    }


def _evidence(recipe: Recipe, rows: pd.DataFrame) -> str:
    return "D" if recipe.choice else max("C", *rows["evidence"].astype(str))


def _keys(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


def _joined_values(values: "pd.Series[str]", *first: str) -> str:
    parts = [part.strip() for text in values.dropna() for part in str(text).split(";")]
    return ";".join([*first, *sorted({part for part in parts if part} - set(first))])


def in_order(recipes: tuple[Recipe, ...]) -> Iterator[Recipe]:
    """Yield recipes so that each comes after those it refers to.

    Raises
    ------
    SchemaError
        Recipes refer to one another in a circle.
    """
    waiting = {recipe.id: recipe for recipe in recipes}
    produced = {f"{recipe.layer}/{recipe.id}": recipe.id for recipe in recipes}
    done: set[str] = set()
    while waiting:
        ready = [
            recipe
            for recipe in waiting.values()
            if all(
                produced.get(name, name) in done or name not in produced for name in recipe.inputs()
            )
        ]
        if not ready:
            raise SchemaError("recipe_circle", {"ids": ", ".join(sorted(waiting))})
        for recipe in ready:
            done.add(recipe.id)
            del waiting[recipe.id]
            yield recipe
