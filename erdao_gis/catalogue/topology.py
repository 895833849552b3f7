"""What the plan itself says of how its elements lie to one another.

Clusters may overlap: the outline lets two of them share Yingtai Road, two others Dongxiang Street.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations

import geopandas as gpd
import pandas as pd

from erdao_gis.errors import Fault
from erdao_gis.plan import Plan

# Layers are kept to about a metre; lines that coincide may differ by that and a little more.
TOLERANCE_M = 5.0
OVERLAP_M2 = 1_000.0


def topology_faults(plan: Plan, frames: Mapping[str, gpd.GeoDataFrame]) -> Iterator[Fault]:
    """Find what breaks the plan's own topology.

    Zones do not overlap; nodes and cores lie in the district; a belt touches its river; a
    street's section lies within the street.
    """
    yield from _zones_apart(frames["zones"])
    yield from _inside_district(frames)
    yield from _belts_touch(plan, frames)
    yield from _sections_within(frames["feature_streets"])


def _zones_apart(zones: gpd.GeoDataFrame) -> Iterator[Fault]:
    placed = zones.loc[zones.geometry.notna()].geometry
    for (first, a), (second, b) in combinations(placed.items(), 2):
        shared = a.intersection(b).area
        if shared > OVERLAP_M2:
            facts = {"other": second, "area_ha": f"{shared / 1e4:.1f}"}
            yield Fault(file="zones", feature=str(first), rule="zones_overlap", facts=facts)


def _inside_district(frames: Mapping[str, gpd.GeoDataFrame]) -> Iterator[Fault]:
    boundary = frames["district"]
    outline = boundary.geometry.dropna().union_all()
    accuracy = boundary["accuracy_m"].max()
    for name in ("nodes", "cores"):
        frame = frames[name]
        for key, row in frame.loc[frame.geometry.notna()].iterrows():
            # The boundary itself is only known to its accuracy.
            margin = accuracy + row["accuracy_m"]
            if not outline.buffer(margin).covers(row.geometry):
                yield Fault(file=name, feature=str(key), rule="outside_district")


def _belts_touch(plan: Plan, frames: Mapping[str, gpd.GeoDataFrame]) -> Iterator[Fault]:
    belts, rivers = frames["belts"].geometry, frames["rivers"].geometry
    for relation in plan.relations:
        if relation.relation != "belt_of":
            continue
        belt, river = belts.get(relation.from_id), rivers.get(relation.to_id)
        if belt is not None and (river is None or not belt.intersects(river)):
            facts = {"river": relation.to_id}
            yield Fault(file="belts", feature=relation.from_id, rule="belt_off_river", facts=facts)


def _sections_within(streets: gpd.GeoDataFrame) -> Iterator[Fault]:
    for key, row in streets.loc[streets["part_of"].notna()].iterrows():
        whole = streets.geometry.get(row["part_of"])
        if pd.isna(row.geometry):
            continue
        if whole is None or not whole.buffer(TOLERANCE_M).covers(row.geometry):
            facts = {"street": row["part_of"]}
            yield Fault(
                file="feature_streets", feature=str(key), rule="section_outside", facts=facts
            )
