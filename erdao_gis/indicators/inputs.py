"""What indicators measure on: layers without rows that cannot count, moved, joined to networks.

All of it is made of a dataset once, and shared by every run over it.
"""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from erdao_gis.analysis import WalkingGraph, walking_graph
from erdao_gis.catalogue import Dataset, code_lists
from erdao_gis.errors import Fault, SchemaError
from erdao_gis.indicators.indicator import Option
from erdao_gis.indicators.motion import has_place, moved, one_carriageway
from erdao_gis.indicators.outline import outline
from erdao_gis.indicators.units import UNITS, unit_frame

# A project that lies within this distance (m) of a street is that street, not a new one.
_SAME_STREET_M = 15.0
_COUNTS = {"population": "population", "residential": "population"}
_FACILITIES = "facilities_inventory"


class Inputs:
    """A dataset as indicators see it.

    Parameters
    ----------
    dataset
        What is measured.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset

    def layer(self, name: str) -> gpd.GeoDataFrame:
        """Return a layer in EPSG:4551, without the rows that no measure can count.

        Raises
        ------
        SchemaError
            Negative residents.
        """
        made = self.dataset.once(
            ("counted", name), lambda: _counted(name, self.dataset.layer(name)), of=[name]
        )
        return made.copy(deep=False)

    def faults(self, name: str) -> tuple[Fault, ...]:
        """List the rows of a layer that no measure can count."""
        if name != _FACILITIES:
            return ()
        frame = self.dataset.layer(name)
        unknown = frame.loc[~frame["facility_type"].isin(code_lists()["facility_type"])]
        return tuple(
            Fault(file=name, feature=str(key), rule="indicators_facility_type",
                  facts={"value": value})
            for key, value in unknown["facility_type"].items()
        )  # fmt: skip

    def moved(self, name: str, doubt: int) -> gpd.GeoDataFrame:
        """Return a layer with its areas moved out (1) or in (-1) by their accuracy."""
        return self.dataset.once(
            ("moved", name, doubt), lambda: moved(self.layer(name), doubt), of=[name]
        )

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

        return self.dataset.once(("single", name), made, of=[name])

    def units(self, unit: str, doubt: int) -> gpd.GeoDataFrame:
        """Return the units of one kind, moved by their doubt."""
        layer = UNITS[unit].layer
        return self.dataset.once(
            ("units", unit, doubt), lambda: unit_frame(self.moved(layer, doubt), unit), of=[layer]
        )

    def available(self, option: Option) -> bool:
        """Tell whether the layer has a placed feature and, if a column is asked for, all of it."""
        if option.layer == "scene":
            return bool(self.dataset.scenes)
        if option.layer == "statistics":
            return True  # which row is there is the function's question

        def looked() -> bool:
            frame = self.layer(option.layer)
            placed = frame[has_place(frame)]
            if placed.empty:
                return False
            return not option.column or bool(placed[option.column].notna().all())

        return self.dataset.once(("available", option), looked, of=[option.layer])

    def state(self, name: str) -> str:
        """Return how complete a layer is: complete, partial or empty."""
        return self.dataset.record(name).completeness

    def complete_on(self, name: str) -> BaseGeometry | None:
        """Return the land on which a partial layer is complete; None where nothing says so."""
        land = self.dataset.complete_on(name)
        return None if land is None or land.is_empty else land

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
            if not self.dataset.fictional:
                away -= {
                    relation.from_id
                    for relation in outline().relations
                    if relation.relation == "part_of" and relation.to_id in placed
                }
            return frozenset(away)

        return self.dataset.once(("unplaced", name), made, of=[name])

    def graph(self, *, projects: bool = False) -> WalkingGraph:
        """Return the walking network of the roads, with the road projects built if asked."""

        def made() -> WalkingGraph:
            roads = self.layer("roads")
            return walking_graph(_built(roads, self.layer("road_projects")) if projects else roads)

        layers = ["roads", "road_projects"] if projects else ["roads"]
        return self.dataset.once(("graph", projects), made, of=layers)

    @property
    def statistics(self) -> pd.DataFrame:
        """Reported figures: what the outline states, and what the district filled in."""
        return self.dataset.statistics


def _counted(name: str, frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    if name == _FACILITIES:
        kept = frame[frame["facility_type"].isin(code_lists()["facility_type"])]
        kept.attrs = dict(frame.attrs)
        return kept
    if name in _COUNTS:
        counts = pd.to_numeric(frame[_COUNTS[name]], errors="coerce")
        negative = frame.index[counts < 0]
        if len(negative):
            facts = {"layer": name, "ids": ", ".join(str(key) for key in negative[:5])}
            raise SchemaError("indicators_negative_people", facts)
    return frame


def _built(roads: gpd.GeoDataFrame, projects: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Add the road projects to the roads, without what runs along a street that is there."""
    shapes = projects.geometry[has_place(projects)]
    there = shapely.buffer(shapely.union_all(roads.geometry.dropna()), _SAME_STREET_M)
    shapes = shapes.difference(there)
    # The buffer takes the ends of a new street too: lead it back to what it joins.
    joined = [_rejoined(shape, projects.geometry[key]) for key, shape in shapes.items()]
    extra = gpd.GeoDataFrame(
        {"road_class": "residential", "bridge": None}, index=shapes.index, geometry=joined,
        crs=roads.crs,
    )  # fmt: skip
    extra = extra[~extra.geometry.is_empty]
    columns = [name for name in (*extra.columns, "tunnel") if name in roads]
    both = pd.concat([roads[columns], extra])
    result = gpd.GeoDataFrame(both, geometry="geometry", crs=roads.crs)
    result.attrs = dict(roads.attrs)
    return result


def _rejoined(rest: BaseGeometry, whole: BaseGeometry) -> BaseGeometry:
    """Give a street back the ends that were cut off where it meets others."""
    near = shapely.buffer(rest, _SAME_STREET_M + 1.0)
    back = shapely.intersection(whole, near)
    return back if not rest.is_empty else rest
