"""What one computation reads: layers, moved layers, networks, scenes and statistics, each once."""

from __future__ import annotations

import functools
import hashlib
import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from erdao_gis.analysis import WalkingGraph, walking_graph
from erdao_gis.catalogue import (
    Workspace,
    code_lists,
    layer_schema,
    open_workspace,
    read_layer,
    supply_record,
)
from erdao_gis.catalogue.statistics import read_statistics
from erdao_gis.crs import GEOGRAPHIC, to_working
from erdao_gis.errors import Fault, SchemaError
from erdao_gis.files import Scene, find_scenes
from erdao_gis.indicators.model import Option
from erdao_gis.indicators.motion import has_place, moved, one_carriageway
from erdao_gis.indicators.outline import outline
from erdao_gis.indicators.units import unit_frame

__all__ = ["Run"]

# A project that lies within this distance (m) of a street is that street, not a new one.
_SAME_STREET_M = 15.0
_COUNTS = {"population": "population", "residential": "population"}


class Run:
    """One computation over one workspace; reads each thing once and remembers it."""

    def __init__(self, workspace: Workspace | Path | str | None) -> None:
        self.workspace = None if workspace is None else open_workspace(workspace)
        self.faults: list[Fault] = []
        self._layers: dict[str, gpd.GeoDataFrame] = {}
        self._moved: dict[tuple[str, int], gpd.GeoDataFrame] = {}
        self._units: dict[tuple[str, int], gpd.GeoDataFrame] = {}
        self._notes: dict[object, Any] = {}

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Return a layer in EPSG:4551, without the rows that no measure can count."""
        if name not in self._layers:
            frame = read_layer(name, self.workspace)
            self._layers[name] = self._counted(name, frame)
        return self._layers[name]

    def moved(self, name: str, doubt: int) -> gpd.GeoDataFrame:
        """Return a layer with its areas moved out (1) or in (-1) by their accuracy."""
        key = (name, doubt)
        if key not in self._moved:
            self._moved[key] = moved(self.layer(name), doubt)
        return self._moved[key]

    def single_lines(self, name: str) -> gpd.GeoDataFrame:
        """Return a layer of lines, each street once, without the rows that are sections."""

        def made() -> gpd.GeoDataFrame:
            frame = self.layer(name)
            if "part_of" in frame.columns:
                placed = frame.index[has_place(frame)]
                frame = frame[~(frame["part_of"].isin(placed) & has_place(frame))]
            shapes = [one_carriageway(shape) for shape in frame.geometry]
            result = frame.set_geometry(gpd.GeoSeries(shapes, index=frame.index, crs=frame.crs))
            result.attrs = dict(frame.attrs)
            return result

        return self.once(("single", name), made)

    def units(self, unit: str, layer: str, doubt: int) -> gpd.GeoDataFrame:
        """Return the units of one kind, moved by their doubt."""
        key = (unit, doubt)
        if key not in self._units:
            self._units[key] = unit_frame(self.moved(layer, doubt), unit)
        return self._units[key]

    def once(self, key: object, make: Any) -> Any:  # noqa: ANN401 - a cache of many things
        """Return what ``make`` gives, made only once for this key."""
        if key not in self._notes:
            self._notes[key] = make()
        return self._notes[key]

    def tell(self, faults: Iterable[Fault]) -> None:
        """Keep what was left out, each fault once."""
        self.faults += [fault for fault in faults if fault not in self.faults]

    def available(self, option: Option) -> bool:
        """Tell whether the layer has a placed feature and, if a column is asked for, all of it."""
        if option.layer == "scene":
            return bool(self.scenes())
        if option.layer == "statistics":
            return True  # which row is there is the function's question

        def looked() -> bool:
            frame = self.layer(option.layer)
            placed = frame[has_place(frame)]
            if placed.empty:
                return False
            return not option.column or bool(placed[option.column].notna().all())

        return bool(self.once(option, looked))

    def state(self, name: str) -> str:
        """Return how complete a layer is: complete, partial or empty."""
        return str(self.layer(name).attrs.get("completeness", ""))

    def unplaced(self, name: str) -> frozenset[object]:
        """Return the ids of a layer's rows without a place, but not those within a placed one.

        A part of an element that has a place takes no land or length away from the layer.
        """

        def made() -> frozenset[object]:
            frame = self.layer(name)
            stands = has_place(frame)
            placed, away = set(frame.index[stands]), set(frame.index[~stands])
            if "part_of" in frame.columns:
                away -= set(frame.index[frame["part_of"].isin(placed)])
            if self.workspace is None or not self.workspace.fictional:
                away -= {
                    relation.from_id
                    for relation in outline().relations
                    if relation.relation == "part_of" and relation.to_id in placed
                }
            return frozenset(away)

        found: frozenset[object] = self.once(("unplaced", name), made)
        return found

    def extent(self, name: str) -> BaseGeometry | None:
        """Land on which a partial shipped layer is complete; None where nothing says so."""
        box = layer_schema(name).complete_bbox
        supplied = self.workspace is not None and (
            self.workspace.fictional or bool(supply_record(name, self.workspace))
        )
        if box is None or supplied or self.state(name) == "complete":
            return None
        # Many corners: a parallel is no straight line in the working system.
        land = shapely.segmentize(shapely.box(*box), 0.005)
        moved_land: BaseGeometry = to_working(gpd.GeoSeries([land], crs=GEOGRAPHIC)).iloc[0]
        return moved_land

    def graph(self, *, projects: bool = False) -> WalkingGraph:
        """Return the walking network of the roads, with the road projects built if asked."""

        def made() -> WalkingGraph:
            roads = self.layer("roads")
            if not projects:
                return walking_graph(roads)
            new = self.layer("road_projects")
            shapes = new.geometry[has_place(new)]
            built = shapely.buffer(shapely.union_all(roads.geometry.dropna()), _SAME_STREET_M)
            shapes = shapes.difference(built)
            # The buffer takes the ends of a new street too: lead it back to what it joins.
            joined = [_rejoined(shape, new.geometry[key]) for key, shape in shapes.items()]
            extra = gpd.GeoDataFrame(
                {"road_class": "residential", "bridge": None}, index=shapes.index, geometry=joined,
                crs=roads.crs,
            )  # fmt: skip
            extra = extra[~extra.geometry.is_empty]
            told = [name for name in (*extra.columns, "tunnel") if name in roads]
            both = pd.concat([roads[told], extra])
            result = gpd.GeoDataFrame(both, geometry="geometry", crs=roads.crs)
            result.attrs = dict(roads.attrs)
            return walking_graph(result)

        found: WalkingGraph = self.once(("graph", projects), made)
        return found

    def scenes(self) -> tuple[Scene, ...]:
        """Scenes of the workspace, the oldest first."""
        if self.workspace is None:
            return ()
        folder = self.workspace.folder / "scenes"
        found: tuple[Scene, ...] = self.once("scenes", lambda: find_scenes(folder))
        return found

    @functools.cached_property
    def statistics(self) -> pd.DataFrame:
        """Reported figures: what the outline states, and what the district filled in."""
        return read_statistics(self.workspace)

    def hashes(self, names: Iterable[str]) -> dict[str, str]:
        """Return the SHA-256 of what was read of each layer, the scenes and the statistics."""
        found = {}
        for name in sorted(set(names)):
            if name == "scene":
                for path in itertools.chain(*(scene.files for scene in self.scenes())):
                    with path.open("rb") as stream:  # a scene may be larger than the memory
                        digest = hashlib.file_digest(stream, "sha256").hexdigest()
                    found[f"scenes/{path.name}"] = digest
            elif name == "statistics":
                text = self.statistics.to_csv(index=False)
                found[name] = hashlib.sha256(text.encode()).hexdigest()
            else:
                found[name] = _frame_hash(self.layer(name))
        return found

    def _counted(self, name: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        if name == "facilities_inventory" and not frame.empty:
            known = frame["facility_type"].isin(code_lists()["facility_type"])
            for key, value in frame.loc[~known, "facility_type"].items():
                facts = {"value": value}
                fault = Fault(
                    file=name, feature=str(key), rule="indicators_facility_type", facts=facts
                )
                self.faults.append(fault)
            kept = frame[known]
            kept.attrs = dict(frame.attrs)
            return kept
        if name in _COUNTS and not frame.empty:
            counts = pd.to_numeric(frame[_COUNTS[name]], errors="coerce")
            negative = frame.index[counts < 0]
            if len(negative):
                facts = {"layer": name, "ids": ", ".join(str(key) for key in negative[:5])}
                raise SchemaError("indicators_negative_people", facts)
        return frame


def _rejoined(rest: BaseGeometry, whole: BaseGeometry) -> BaseGeometry:
    """Give a street back the ends that were cut off where it meets others."""
    near = shapely.buffer(rest, _SAME_STREET_M + 1.0)
    back = shapely.intersection(whole, near)
    return back if not rest.is_empty else rest


def _frame_hash(frame: gpd.GeoDataFrame) -> str:
    digest = hashlib.sha256()
    columns = frame.drop(columns="geometry").reset_index().astype(str)
    digest.update(columns.to_csv(index=False).encode())
    for part in shapely.to_wkb(frame.geometry.to_numpy(dtype=object)):
        digest.update(part or b"-")
    digest.update(str(frame.attrs.get("completeness", "")).encode())
    return digest.hexdigest()
