"""The check: every fault of the shipped layers or of a workspace, all at once."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.catalogue.dataset import Dataset, Place
from erdao_gis.catalogue.recipes import read_recipes
from erdao_gis.catalogue.schema import Column, Layer, code_lists, layer_names, layer_schema, sources
from erdao_gis.catalogue.topology import topology_faults
from erdao_gis.crs import GEOGRAPHIC
from erdao_gis.errors import Fault, Language
from erdao_gis.plan import Plan, scan_plan
from erdao_gis.yes_no import WORD_LISTS, as_codes

# lon/lat box that every shipped or supplied position must lie in; places outside the district
# that the outline names lie within it too.
REGION = (125.2, 43.6, 126.0, 44.2)
GEOMETRY_TYPES: Mapping[str, frozenset[str]] = {
    "point": frozenset({"Point", "MultiPoint"}),
    "line": frozenset({"LineString", "MultiLineString"}),
    "polygon": frozenset({"Polygon", "MultiPolygon"}),
    "any": frozenset(
        {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon"}
    ),
}
_WHOLE = 100  # percent
PLACED_COLUMNS = ("evidence", "identity", "accuracy_m", "source", "licence", "datum")


@dataclass(frozen=True, kw_only=True)
class Report:
    """What the check found."""

    layers: int
    features: int
    placed: int
    unplaced: int
    by_evidence: Mapping[str, int]
    faults: tuple[Fault, ...]

    def as_dict(self, language: Language | None = None) -> dict[str, object]:
        """Return the report as plain values for JSON."""
        return {
            "layers": self.layers,
            "features": self.features,
            "placed": self.placed,
            "unplaced": self.unplaced,
            "by_evidence": dict(self.by_evidence),
            "faults": [fault.as_dict(language) for fault in self.faults],
        }


def check(place: Place = None) -> Report:
    """Check register, layers, recipes and topology; gather all faults.

    Parameters
    ----------
    place
        Check what a reader of this workspace gets; without it the shipped layers.

    Returns
    -------
    Report
        Counts over all layers, and the faults (empty when all is well).

    Examples
    --------
    >>> check().faults
    ()
    """
    plan, plan_faults = scan_plan(layers=layer_names())
    faults = list(plan_faults)
    dataset = Dataset.open(place)
    frames = {name: dataset.layer(name) for name in layer_names()}
    for name, frame in frames.items():
        faults += layer_faults(layer_schema(name), frame)
    if not dataset.fictional:
        faults += register_faults(plan, frames)
        faults += recipe_faults(plan, frames)
        faults += topology_faults(plan, frames)
    placed = pd.concat([frame.loc[frame.geometry.notna(), "evidence"] for frame in frames.values()])
    features = sum(len(frame) for frame in frames.values())
    return Report(
        layers=len(frames),
        features=features,
        placed=len(placed),
        unplaced=features - len(placed),
        by_evidence={str(k): int(n) for k, n in placed.value_counts().sort_index().items()},
        faults=tuple(faults),
    )


def layer_faults(layer: Layer, frame: gpd.GeoDataFrame) -> Iterator[Fault]:
    """Find what is wrong with one layer by its schema: ids, columns, codes, geometry, region."""
    file = f"{layer.name}"
    for key in frame.index[frame.index.duplicated()].unique():
        yield Fault(file=file, feature=str(key), rule="id_twice")
    for key in frame.index[frame.index.isna() | (frame.index.astype(str).str.strip() == "")]:
        yield Fault(file=file, feature=str(key), rule="id_missing")
    for column in layer.columns:
        if column.name != "id":
            yield from _column_faults(file, column, frame)
    yield from _geometry_faults(file, layer, frame)
    yield from _evidence_faults(file, layer, frame)


def _column_faults(file: str, column: Column, frame: gpd.GeoDataFrame) -> Iterator[Fault]:
    facts = _naming(column)
    if column.name not in frame:
        yield Fault(file=file, feature="", rule="column_missing", facts=facts)
        return
    values = frame[column.name]
    blank = values.isna() | (values.astype(str).str.strip() == "")
    if column.required:
        codes = facts | {"codes": ", ".join(code_lists().get(column.codes, ()))}
        rule = "code_missing" if column.codes else "value_missing"
        for key in frame.index[blank]:
            yield Fault(file=file, feature=str(key), rule=rule, facts=codes)
    if column.codes:
        known = code_lists()[column.codes]
        said = values[~blank]
        if column.codes in WORD_LISTS:
            said = as_codes(said, column.codes)
        for key, value in said.items():
            unknown = [code for code in str(value).split(";") if code not in known]
            if unknown:
                wrong = facts | {"value": ";".join(unknown), "codes": ", ".join(known)}
                yield Fault(file=file, feature=str(key), rule="code_unknown", facts=wrong)
    if column.type == "number":
        yield from _number_faults(file, column, values, blank)


def _naming(column: Column) -> dict[str, object]:
    """Name a column as people do, and as the file does."""
    return {"column": column.name, "title_zh": column.title_zh, "title_en": column.title_en}


def _number_faults(
    file: str, column: Column, values: "pd.Series[Any]", blank: "pd.Series[bool]"
) -> Iterator[Fault]:
    facts = _naming(column)
    numbers = pd.to_numeric(values, errors="coerce")
    for key in values.index[~blank & (numbers.isna() | (numbers < 0) | np.isinf(numbers))]:
        value = values.loc[key]
        finite = isinstance(value, float) and np.isfinite(value)
        said = facts | {"value": round(value, 2) if finite else value}
        yield Fault(file=file, feature=str(key), rule="number_bad", facts=said)
    if column.unit == "%":
        for key, value in numbers[np.isfinite(numbers) & (numbers > _WHOLE)].items():
            said = facts | {"value": f"{value:g}"}
            yield Fault(file=file, feature=str(key), rule="percent_above_100", facts=said)


def _geometry_faults(file: str, layer: Layer, frame: gpd.GeoDataFrame) -> Iterator[Fault]:
    placed = frame.loc[frame.geometry.notna()]
    degrees = placed.geometry.to_crs(GEOGRAPHIC)
    allowed = GEOMETRY_TYPES[layer.geometry]
    for key, geometry in placed.geometry.items():
        feature = str(key)
        if geometry.geom_type not in allowed:
            facts = {"found": geometry.geom_type, "expected": layer.geometry}
            yield Fault(file=file, feature=feature, rule="geometry_type", facts=facts)
        if geometry.is_empty or not geometry.is_valid:
            facts = {"problem": shapely.is_valid_reason(geometry)}
            yield Fault(file=file, feature=feature, rule="geometry_invalid", facts=facts)
    west, south, east, north = REGION
    box = degrees.bounds
    outside = (box.minx < west) | (box.miny < south) | (box.maxx > east) | (box.maxy > north)
    for key in box.index[outside]:
        facts = {"bounds": ", ".join(f"{value:.4f}" for value in box.loc[key])}
        yield Fault(file=file, feature=str(key), rule="region", facts=facts)


def _evidence_faults(file: str, layer: Layer, frame: gpd.GeoDataFrame) -> Iterator[Fault]:
    known = sources()
    if "evidence" in frame:
        # What the district placed itself need not tell more: 20,000 parcels are not looked at.
        frame = frame.loc[frame.geometry.isna() | (frame["evidence"] != "A")]
    unplaced = frame.geometry.isna()
    for (key, row), missing in zip(frame.iterrows(), unplaced, strict=True):
        feature = str(key)
        if missing:
            if pd.isna(row.get("reason_zh")) or pd.isna(row.get("reason_en")):
                yield Fault(file=file, feature=feature, rule="reason_missing")
            continue
        supplied = row.get("evidence") == "A"
        for column in PLACED_COLUMNS:
            # The district's own data need not state what only our reading of others' must.
            if pd.isna(row.get(column)) and not (supplied or layer.role == "input"):
                told = layer.column(column)
                facts = _naming(told) if told else {}
                yield Fault(file=file, feature=feature, rule="evidence_missing", facts=facts)
        text = row.get("source")
        keys = [] if supplied or pd.isna(text) else str(text).split(";")
        for unknown in (name for name in keys if name not in known):
            facts = {"source": unknown}
            yield Fault(file=file, feature=feature, rule="source_unknown", facts=facts)


def register_faults(plan: Plan, frames: Mapping[str, gpd.GeoDataFrame]) -> Iterator[Fault]:
    """Compare register and catalogue: every element has its row, every row its element."""
    for element in plan.elements:
        if element.layer in ("collection", "figure"):
            continue
        held = frames[element.layer]
        if element.id not in set(held["register_id"]):
            facts = {"layer": element.layer}
            yield Fault(file="register.csv", feature=element.id, rule="row_missing", facts=facts)
    homes = {element.id: element.layer for element in plan.elements}
    for name, frame in frames.items():
        role = layer_schema(name).role
        for key, register_id in frame["register_id"].items():
            if pd.isna(register_id):
                if role == "plan":
                    yield Fault(file=name, feature=str(key), rule="element_missing")
            elif register_id not in homes:
                facts = {"register_id": register_id}
                yield Fault(file=name, feature=str(key), rule="element_unknown", facts=facts)
            elif role == "plan" and homes[str(register_id)] != name:
                facts = {"register_id": register_id, "layer": homes[str(register_id)]}
                yield Fault(file=name, feature=str(key), rule="element_elsewhere", facts=facts)


def recipe_faults(plan: Plan, frames: Mapping[str, gpd.GeoDataFrame]) -> Iterator[Fault]:
    """Every plan element has a recipe row with a reason, and every construction succeeded."""
    recipes = {recipe.id: recipe for recipe in read_recipes()}
    plan_layers = set(layer_names(role="plan"))
    for element in plan.elements:
        if element.layer in plan_layers and element.id not in recipes:
            yield Fault(file="recipes.csv", feature=element.id, rule="recipe_missing")
    for recipe in recipes.values():
        if not (recipe.reason_zh and recipe.reason_en):
            yield Fault(file="recipes.csv", feature=recipe.id, rule="recipe_reason")
        frame = frames[recipe.layer]
        if not recipe.operation or recipe.id not in frame.index:
            continue
        if frame.geometry[recipe.id] is None:
            row = frame.loc[recipe.id]
            facts = {"reason": row["reason_zh"], "reason_en": row["reason_en"]}
            yield Fault(file="recipes.csv", feature=recipe.id, rule="recipe_fails", facts=facts)
