"""Run the recipes: from base layers and facts to the layers of the plan."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd

from erdao_gis.catalogue.dataset import Dataset, Place, shipped_layer
from erdao_gis.catalogue.layer_text import layer_frame, layer_text
from erdao_gis.catalogue.recipes import Recipe, in_order, read_facts, read_recipes, run_recipe
from erdao_gis.catalogue.schema import layer_names, layer_schema
from erdao_gis.catalogue.workspace import Workspace
from erdao_gis.crs import WORKING
from erdao_gis.errors import ErdaoError, Language, message_text
from erdao_gis.files import write_text_atomic
from erdao_gis.plan import Plan, read_plan


@dataclass(frozen=True, kw_only=True)
class Change:
    """What deriving again did to one feature."""

    layer: str
    id: str
    name_zh: str
    name_en: str
    kind: str
    "placed, unplaced, moved or reworded."
    moved_m: float | None
    "Hausdorff distance between old and new geometry, metres; None where one of them is missing."

    def as_dict(self) -> dict[str, object]:
        """Return the change as plain values for JSON."""
        return dict(vars(self))


@dataclass(frozen=True, kw_only=True)
class Derivation:
    """The plan layers as their recipes give them, and what that changes."""

    frames: Mapping[str, gpd.GeoDataFrame]
    changes: tuple[Change, ...]


def _failure(error: ErdaoError, language: Language) -> str:
    return message_text("recipe_failed", {"problem": error.message(language)}, language)


def _placed(recipe: Recipe, frames: Mapping[str, gpd.GeoDataFrame]) -> dict[str, object]:
    try:
        return run_recipe(recipe, frames)
    except ErdaoError as error:
        # The element stays listed, with what went wrong as its reason; `erdao check` reports it.
        reasons = {"reason_zh": _failure(error, "zh"), "reason_en": _failure(error, "en")}
        return {"geometry": None, **reasons}


def _row(recipe: Recipe, plan: Plan, frames: Mapping[str, gpd.GeoDataFrame]) -> dict[str, object]:
    element = plan.element(recipe.id)
    own = {
        "id": recipe.id,
        "register_id": recipe.id,
        "name_zh": element.name_zh,
        "name_en": element.name_en,
        "open_sides": recipe.open_sides or None,
        "width_m": recipe.width_m if recipe.operation == "widen" else None,
        "group": recipe.group or None,
        "part_of": _whole(recipe.id, plan),
    }
    return own | _placed(recipe, frames)


def _whole(identifier: str, plan: Plan) -> str | None:
    """Id of the element of the same kind that this one is a section of, if any."""
    kind = plan.element(identifier).kind
    wholes = [
        relation.to_id
        for relation in plan.relations_of(identifier)
        if relation.from_id == identifier and relation.relation == "part_of"
    ]
    return next((whole for whole in wholes if plan.element(whole).kind == kind), None)


def _frame(name: str, rows: list[dict[str, object]]) -> gpd.GeoDataFrame:
    """Bring rows into the layer's columns, at the precision in which layers are kept."""
    layer = layer_schema(name)
    table = pd.DataFrame(rows, columns=[*layer.column_names, "geometry"])
    frame = gpd.GeoDataFrame(table, geometry="geometry", crs=WORKING).set_index("id")
    return layer_frame(layer, layer_text(layer, frame))


def _given(recipe: Recipe, supplied: Mapping[str, gpd.GeoDataFrame | None]) -> gpd.GeoDataFrame:
    """Return the row that the district supplied for the recipe's element; empty if none."""
    frame = supplied[recipe.layer]
    return gpd.GeoDataFrame() if frame is None else frame.loc[frame.index == recipe.id]


def derive(place: Place = None) -> Derivation:
    """Run all recipes on the shipped layers, or on those of a workspace.

    An outline that the district supplied stands in place of its recipe, and recipes that build
    on it follow. A recipe that fails leaves its element unplaced with the reason. In a
    fictional workspace nothing is derived.

    Parameters
    ----------
    place
        The workspace whose layers are used; without it the shipped ones.

    Returns
    -------
    Derivation
        A frame for each plan layer (EPSG:4551) and the changes against what was there before.
    """
    dataset = Dataset.open(place)
    if dataset.fictional:
        # The recipes speak of the real district.
        return Derivation(frames={}, changes=())
    plan = read_plan()
    names = layer_names(role="plan")
    frames = {name: dataset.layer(name) for name in layer_names(role="base")}
    frames["facts"] = read_facts()
    supplied = {name: dataset.supplied(name) for name in names}
    rows: dict[str, list[dict[str, object]]] = {name: [] for name in names}
    frames |= {name: _frame(name, []) for name in names}
    for recipe in in_order(read_recipes()):
        given = _given(recipe, supplied)
        if len(given):
            frames[recipe.layer] = _with(frames[recipe.layer], given)
            continue
        rows[recipe.layer].append(_row(recipe, plan, frames))
        derived = _frame(recipe.layer, rows[recipe.layer][-1:])
        frames[recipe.layer] = _with(frames[recipe.layer], derived)
    derived_frames = {name: _frame(name, rows[name]) for name in names}
    before = {name: dataset.layer(name) for name in names}
    changes = [c for name in names for c in _changes(name, before[name], derived_frames[name])]
    return Derivation(frames=derived_frames, changes=tuple(changes))


def _with(frame: gpd.GeoDataFrame, row: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return row if frame.empty else gpd.GeoDataFrame(pd.concat([frame, row]), crs=WORKING)


def _changes(name: str, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> Iterator[Change]:
    texts = [column for column in layer_schema(name).column_names if column != "id"]
    for key in after.index:
        new, old = after.geometry[key], before.geometry.get(key)
        moved = None if new is None or old is None else float(old.hausdorff_distance(new))
        if moved is not None:
            kind = "moved" if moved > 0 else ""
        else:
            kind = "placed" if new is not None else "unplaced" if old is not None else ""
        if not kind and not _same(before, after, key, texts):
            kind = "reworded"
        if kind:
            yield Change(
                layer=name,
                id=str(key),
                name_zh=str(after.loc[key, "name_zh"]),
                name_en=str(after.loc[key, "name_en"]),
                kind=kind,
                moved_m=moved,
            )


def _same(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, key: str, columns: list[str]) -> bool:
    if key not in before.index:
        return False
    old, new = before.loc[key, columns], after.loc[key, columns]
    return bool(((old == new) | (old.isna() & new.isna())).all())


def write_derivation(derivation: Derivation, workspace: Workspace) -> list[str]:
    """Keep in the workspace the derived layers that differ from the shipped ones.

    Returns
    -------
    list of str
        Names of the layers written.
    """
    written = []
    for name, frame in derivation.frames.items():
        layer, path = layer_schema(name), workspace.derived_path(name)
        text = layer_text(layer, frame)
        if text == layer_text(layer, shipped_layer(name)):
            path.unlink(missing_ok=True)
        elif not path.exists() or path.read_text("utf-8") != text:
            write_text_atomic(path, text)
            written.append(name)
    return written


def write_layers(derivation: Derivation, folder: Path) -> list[str]:
    """Write the plan layers as text files into ``folder``; for those who keep the shipped layers.

    Returns
    -------
    list of str
        Names of the layers whose text changed.
    """
    written = []
    for name, frame in derivation.frames.items():
        path, text = folder / f"{name}.geojson", layer_text(layer_schema(name), frame)
        if not path.exists() or path.read_text("utf-8") != text:
            write_text_atomic(path, text)
            written.append(name)
    return written
