"""What an indicator's function sees: units, and layers in one state of doubt."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Mapping

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from erdao_gis.analysis import (
    WalkingGraph,
    area_within,
    cut_off_by_streets,
    cut_off_faults,
    walk_catchment,
    walk_coverage,
)
from erdao_gis.errors import Fault, GeometryError
from erdao_gis.indicators.indicator import Indicator, Input, Option
from erdao_gis.indicators.inputs import Inputs
from erdao_gis.indicators.motion import cut_to, has_place
from erdao_gis.indicators.units import AREAS, UNITS
from erdao_gis.shapes.accuracy import accuracy_of

WHOLE = "all"
"""Id of the one unit of a figure for the whole district."""

WALK_RULES = {"speed": 70.0, "access": 1000.0, "strip": 50.0, "grid": 100.0}
"""How walks are measured where an indicator does not state it, in m and m a minute.

``speed`` of walking; ``access``: homes this far from a street still walk to it, straight;
``strip``: what a walk serves is land this far to each side of the streets it reaches; ``grid``:
homes are cut into cells of this size, and each walks from a point inside it.
"""

_QUARTER = 32
# Corners of streets that matter less than this (m) do not matter to such a strip.
_SIMPLER_M = 2.0


class Context:
    """Inputs of one indicator in one variant, for one kind of unit, in one state of doubt.

    Attributes
    ----------
    indicator, variant
        The row of the registry, and the variant asked for (empty if it has none).
    unit
        Kind of the units (``zones``, …), or empty for the whole district.
    doubt
        0 as drawn, 1 with all shapes at their largest, -1 at their smallest.
    units
        The units as areas, EPSG:4551, on whose index results stand.
    used
        Layer -> ids of the features that were asked for, for the account of the figure.
    unjoined
        Layer -> ids of the features whose walks are not known: no street joins them to others.
    faults
        What was left out of the figure or is not known of it.
    """

    def __init__(
        self,
        inputs: Inputs,
        indicator: Indicator,
        *,
        variant: str = "",
        unit: str = "",
        doubt: int = 0,
    ) -> None:
        self.inputs = inputs
        self.indicator = indicator
        self.variant = variant
        self.unit = unit
        self.doubt = doubt
        self.used: dict[str, list[str]] = {}
        self.seen: dict[str, gpd.GeoDataFrame] = {}
        self.unjoined: dict[str, set[object]] = {}
        self.faults: list[Fault] = []

    @property
    def against(self) -> Context:
        """The same in the opposite state of doubt: for what makes the figure smaller."""
        other = Context(
            self.inputs, self.indicator, variant=self.variant, unit=self.unit, doubt=-self.doubt
        )
        other.used, other.seen = self.used, self.seen
        other.unjoined, other.faults = self.unjoined, self.faults
        return other

    @property
    def walking(self) -> bool:
        """Whether the variant measures along the streets."""
        return "walk" in self.variant.split("_")

    @property
    def by_people(self) -> bool:
        """Whether the variant counts residents instead of land."""
        return "people" in self.variant.split("_")

    def parameter(self, name: str) -> float:
        """Return a parameter of the indicator as a number."""
        return self.indicator.parameter(name)

    def walk_rule(self, name: str) -> float:
        """Return a rule of walking (see `WALK_RULES`), as the indicator states it or as usual."""
        stated = name in (self.indicator.parameters or {})
        return self.parameter(name) if stated else WALK_RULES[name]

    def words(self, name: str) -> list[str]:
        """Return a parameter that lists words, such as ``primary|secondary``."""
        return self.indicator.parameter_text(name).split("|")

    # --- units and layers ---

    @property
    def district(self) -> gpd.GeoDataFrame:
        """The whole as one unit, index `WHOLE`."""
        self.seen["district"] = self.inputs.layer("district")

        def made() -> gpd.GeoDataFrame:
            frame = self.inputs.moved("district", self.doubt)
            land = shapely.union_all(frame.geometry.to_numpy(dtype=object))
            key = pd.Index([WHOLE], name="id")
            return gpd.GeoDataFrame(geometry=[land], index=key, crs=frame.crs)

        key = ("whole", self.doubt)
        return self.inputs.dataset.once(key, made, of=["district"]).copy(deep=False)

    @property
    def whole_units(self) -> gpd.GeoDataFrame:
        """The units as they are, wherever the inputs are complete."""
        if not self.unit:
            return self.district
        layer = UNITS[self.unit].layer
        self.seen[layer] = self.inputs.layer(layer)
        return self.inputs.units(self.unit, self.doubt)

    @property
    def units(self) -> gpd.GeoDataFrame:
        """The units; cut to where the inputs are complete, if the indicator asks for that."""
        frame, land = self.whole_units, self.complete_land
        return frame if land is None else frame.set_geometry(cut_to(frame.geometry, land))

    @property
    def complete_land(self) -> BaseGeometry | None:
        """Land on which the inputs marked ``@`` are complete; None where it is everywhere."""
        lands = [
            self.inputs.complete_on(self.chosen(item).layer)
            for item in self.indicator.inputs_for(self.variant)
            if item.within and self.chosen(item).layer
        ]
        known = [land for land in lands if land is not None]
        return shapely.intersection_all(known) if known else None

    def chosen(self, item: Input) -> Option:
        """Return the first option of an input that is there; an empty one if none is."""
        return next((one for one in item.options if self.inputs.available(one)), Option(layer=""))

    def layer(
        self,
        name: str,
        *,
        where: Mapping[str, Collection[str]] | None = None,
        still: bool = False,
    ) -> gpd.GeoDataFrame:
        """Return the placed features of a layer in this state of doubt.

        Parameters
        ----------
        name
            Of the layer.
        where
            Column -> values that count; of all features if None.
        still
            Take the shapes as drawn, because their doubt goes into a reach.
        """
        drawn = self.inputs.layer(name)
        frame = drawn if still else self.inputs.moved(name, self.doubt)
        counts = pd.Series(data=True, index=drawn.index)
        for column, values in (where or {}).items():
            counts &= drawn[column].isin(values)
        self._note(name, drawn[counts])
        return complete(frame[counts & has_place(frame)])

    def lines(
        self, name: str, *, where: Mapping[str, Collection[str]] | None = None
    ) -> gpd.GeoDataFrame:
        """Return the placed lines of a layer with one carriageway each, sections left out."""
        frame = self.inputs.single_lines(name)
        for column, values in (where or {}).items():
            frame = frame[frame[column].isin(values)]
        self._note(name, frame)
        return complete(frame[has_place(frame)])

    def _note(self, name: str, frame: gpd.GeoDataFrame) -> None:
        placed = frame.index[has_place(frame)]
        self.used[name] = sorted({*self.used.get(name, []), *(str(key) for key in placed)})
        before = self.seen.get(name)
        self.seen[name] = frame if before is None or len(frame) > len(before) else before

    # --- amounts ---

    def zeros(self) -> pd.Series:
        """Return 0.0 for every unit."""
        return pd.Series(0.0, index=self.units.index)

    def area(self, zones: gpd.GeoDataFrame, shapes: gpd.GeoDataFrame | None = None) -> pd.Series:
        """Area in m2 of some land within each zone (of the zone itself if None), each m2 once."""
        if shapes is None:
            size: pd.Series = zones.geometry.area.where(has_place(zones))
            return size
        if shapes.empty:
            return pd.Series(0.0, index=zones.index).where(has_place(zones))
        known = zones[has_place(zones) & ~zones.geometry.is_empty]
        if known.empty:
            return pd.Series(0.0, index=zones.index).where(has_place(zones))
        known = complete(known)
        found = area_within(known, complete(shapes)).reindex(zones.index)
        return found.fillna(0.0).where(has_place(zones))

    def weighted(
        self, zones: gpd.GeoDataFrame, cells: gpd.GeoDataFrame, weights: pd.Series
    ) -> pd.Series:
        """Sum of the cells' weights, each in proportion to its area within the zone."""
        areas = zones.geometry.to_numpy(dtype=object)
        shapes = cells.geometry.to_numpy(dtype=object)
        cell, zone = shapely.STRtree(areas).query(shapes, predicate="intersects")
        shared = shapely.area(shapely.intersection(shapes[cell], areas[zone]))
        part = shared / shapely.area(shapes[cell]) * weights.to_numpy(float)[cell]
        sums = np.bincount(zone, part, len(areas))
        return pd.Series(sums, index=zones.index).where(has_place(zones))

    def catchments(
        self,
        frame: gpd.GeoDataFrame,
        *,
        reach_m: float,
        minutes: float,
        walking: bool | None = None,
    ) -> gpd.GeoSeries:
        """Land within reach of each feature: widened straight, or along the streets walked.

        The doubt of points and lines goes into the reach; areas arrive moved. On foot what is
        reached is a strip to each side of the streets walked (see `WALK_RULES`).
        """
        on_foot = self.walking if walking is None else walking
        doubt = accuracy_of(frame) * self.doubt
        if not on_foot:
            flat = shapely.get_dimensions(frame.geometry.to_numpy(dtype=object)) < 2  # noqa: PLR2004
            reach = reach_m + doubt.where(pd.Series(flat, index=frame.index), 0.0)
            wide = frame.geometry.buffer(reach.clip(lower=0.0), quad_segs=_QUARTER)
            return wide.where(reach > 0, shapely.Polygon())
        self._note_roads()
        parts = []
        for metres, some in frame.groupby(doubt):
            time = minutes + float(metres) / self.walk_rule("speed")
            parts.append(self._beside_walks(some, time))
            self.note_cut_off(frame, parts[-1].attrs["cut_off"], self.inputs.graph())
        joined = pd.concat(parts) if parts else gpd.GeoSeries([], index=frame.index)
        return gpd.GeoSeries(joined.reindex(frame.index), crs=frame.crs)

    def _beside_walks(self, origins: gpd.GeoDataFrame, minutes: float) -> gpd.GeoSeries:
        """Widen the streets that each origin reaches; empty where none is near."""
        if minutes <= 0:
            nothing = gpd.GeoSeries([shapely.Polygon()] * len(origins), index=origins.index)
            nothing.attrs["cut_off"] = {}
            return nothing
        speed, strip_m = self.walk_rule("speed"), self.walk_rule("strip")

        def made() -> gpd.GeoSeries:
            streets = walk_catchment(
                self.inputs.graph(), complete(origins), minutes, speed_m_per_min=speed
            )
            lines = shapely.simplify(streets.to_numpy(dtype=object), _SIMPLER_M)
            # Street by street: three times as quick as widening the whole net at once.
            strips = [
                shapely.union_all(shapely.buffer(shapely.get_parts(line), strip_m, quad_segs=4))
                if line is not None
                else shapely.Polygon()
                for line in lines
            ]
            land = gpd.GeoSeries(strips, index=origins.index)
            land.attrs["cut_off"] = streets.attrs["cut_off"]
            return land

        shapes = tuple(shapely.to_wkb(origins.geometry.to_numpy(dtype=object)))
        key = ("walks", tuple(origins.index), shapes, minutes, speed, strip_m)
        return self.inputs.dataset.once(key, made, of=["roads"])

    def units_on(self, land: BaseGeometry) -> gpd.GeoDataFrame:
        """Return the part of each unit that lies on some land."""
        return self.units.set_geometry(cut_to(self.units.geometry, land))

    def near(
        self, frame: gpd.GeoDataFrame, own: str, *, reach_m: float, minutes: float = 0.0
    ) -> gpd.GeoDataFrame:
        """Return, for each unit, its land within reach of a layer's features.

        Where the unit is the feature itself (`own`), each has its own catchment in the district.
        """
        reached = self.catchments(frame, reach_m=reach_m, minutes=minutes)
        if self.unit == own:
            land = self.district.geometry.iloc[0]
            drawn = self.inputs.layer(UNITS[own].layer)
            shapes = cut_to(reached, land).reindex(drawn.index)
            return gpd.GeoDataFrame(geometry=shapes, index=drawn.index, crs=drawn.crs)
        union = shapely.union_all(reached.to_numpy(dtype=object))
        return self.units_on(union)

    def reached_on_foot(
        self, homes: gpd.GeoDataFrame, facilities: gpd.GeoDataFrame, minutes: float
    ) -> tuple[pd.Series, bool]:
        """Tell which homes have a facility within a walk; and whether some could not be told.

        Rows of either frame may name the feature that they are a part of in a column ``feature``.
        """
        self._note_roads()
        accuracy = accuracy_of(facilities)
        time = minutes + self.doubt * float(
            accuracy.max() if len(accuracy) else 0.0
        ) / self.walk_rule("speed")
        none = pd.Series(data=False, index=homes.index)
        if facilities.empty or homes.empty or time <= 0:
            return none, False
        graph = self.inputs.graph()
        try:
            found = walk_coverage(
                graph,
                complete(homes),
                complete(facilities),
                time,
                speed_m_per_min=self.walk_rule("speed"),
                max_access_m=self.walk_rule("access"),
            )
        except GeometryError as error:
            if error.key != "analysis_no_street_near":
                raise
            return none, True
        astray, to = found.attrs["cut_off_facilities"], str(facilities.attrs.get("layer", ""))
        self.note_cut_off(homes, cut_off_by_streets(found, graph), graph, to=to)
        self.note_cut_off(facilities, astray, graph)
        unsure = bool(found.isna().any()) or bool(found.attrs["unplaced"] or astray)
        return found == 1.0, unsure

    @property
    def not_joined(self) -> tuple[str, ...]:
        """What leaves all figures open: layers with features that no street joins to others.

        Not the layer of the units where each unit is a feature: see `not_joined_of`.
        """
        return tuple(f"{name}:unjoined" for name in sorted(self.unjoined) if name != self._own)

    def not_joined_of(self, key: object) -> tuple[str, ...]:
        """Name what leaves the figure of one unit open: it is such a feature itself."""
        own = self._own
        return (f"{own}:unjoined",) if own and key in self.unjoined.get(own, ()) else ()

    def walks_known(self, index: pd.Index) -> pd.Series:
        """Tell of which units all walks are known; of others a sum is still a lower bound."""
        known = [not (self.not_joined or self.not_joined_of(key)) for key in index]
        return pd.Series(known, index=index, dtype=bool)

    @property
    def _own(self) -> str:
        """Layer of the units where each unit is one of its features; else empty."""
        return UNITS[self.unit].layer if self.unit and self.unit not in AREAS else ""

    def note_cut_off(
        self,
        frame: gpd.GeoDataFrame,
        cut_off: Mapping[Hashable, int],
        graph: WalkingGraph,
        *,
        to: str = "",
    ) -> None:
        """Remember features that no street joins to others, and tell of them once.

        Parameters
        ----------
        frame
            What walked, with its layer in ``attrs``; a column ``feature`` names what a row is of.
        cut_off
            Rows of it -> island of the graph, as ``attrs["cut_off"]`` of a walk.
        graph
            The network that was walked.
        to
            Layer of what was not reached.
        """
        layer = str(frame.attrs.get("layer", "features"))
        ids = dict(zip(frame.index, frame.get("feature", frame.index), strict=True))
        told = {ids[key]: island for key, island in cut_off.items()}
        lost = {key for key, island in told.items() if graph.fragment[island]}
        if lost:
            self.unjoined.setdefault(layer, set()).update(lost)
        if not self.doubt:
            self.faults += cut_off_faults(told, graph, file=layer, to=to)

    def _note_roads(self) -> None:
        self._note("roads", self.inputs.layer("roads"))


def complete(frame: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Say to a measure that no rows are missing: the engine decides once what is incomplete."""
    result = frame.copy(deep=False)
    result.attrs = {**frame.attrs, "completeness": "complete"}
    return result
