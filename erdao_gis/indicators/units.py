"""Units of analysis: for which pieces of land a figure is given."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import shapely

from erdao_gis.crs import WORKING
from erdao_gis.errors import Fault, SchemaError
from erdao_gis.indicators.motion import has_place


class UnitKind(NamedTuple):
    """Where the units of one name come from."""

    layer: str
    width_m: float = 0.0
    "Lines become strips of this width to each side."


UNITS = {
    "zones": UnitKind("zones"),
    "subdistricts": UnitKind("subdistricts"),
    "belts": UnitKind("belts"),
    "streets": UnitKind("feature_streets", 50.0),
    "parcels": UnitKind("parcels"),
    "residential": UnitKind("residential"),
    "built_up_area": UnitKind("built_up_area"),
    "villages": UnitKind("villages"),
    "communities": UnitKind("population"),
    "renewal_areas": UnitKind("renewal_areas"),
    "release_areas": UnitKind("release_areas"),
    "cores": UnitKind("cores"),
    "nodes": UnitKind("nodes"),
    "stations": UnitKind("metro_stations"),
    "banks": UnitKind("rivers", 120.0),
    "layers": UnitKind(""),
}
"""Name of a unit -> the layer whose features are the units."""

AREAS = (
    "zones",
    "subdistricts",
    "belts",
    "streets",
    "parcels",
    "residential",
    "built_up_area",
    "villages",
    "communities",
    "renewal_areas",
    "release_areas",
)
"""Units that are land, so that any measure of land can be taken in them."""

# Overlaps below this share of the smaller unit are drawing, not meaning.
_OVERLAP_SHARE = 0.001


def unit_frame(features: gpd.GeoDataFrame, unit: str) -> gpd.GeoDataFrame:
    """Make the units of one kind out of the features of their layer; unplaced ones stay null.

    Raises
    ------
    SchemaError
        Null or repeated ids.
    """
    keys = features.index
    if keys.hasnans or not keys.is_unique:
        again = sorted({str(key) for key in keys[keys.duplicated()]}) or ["null"]
        facts = {"layer": str(features.attrs.get("layer", unit)), "ids": ", ".join(again[:5])}
        raise SchemaError("indicators_unit_keys", facts)
    if unit == "banks":
        return banks(features, UNITS[unit].width_m)
    width = UNITS[unit].width_m
    if not width:
        return features
    shapes = features.geometry.buffer(width, cap_style="flat")
    result = features.set_geometry(shapes)
    result.attrs = dict(features.attrs)
    return result


def banks(rivers: gpd.GeoDataFrame, width_m: float) -> gpd.GeoDataFrame:
    """Make a strip for each bank of each river: ``RV01.left`` and ``RV01.right``.

    Left and right are as seen along the drawn line, which need not be the direction of flow.
    """
    rows = []
    for side, sign in (("left", 1.0), ("right", -1.0)):
        shapes = shapely.buffer(
            shapely.line_merge(rivers.geometry.to_numpy(dtype=object)),
            sign * width_m,
            single_sided=True,
        )
        part = rivers.copy()
        part.index = rivers.index.map(lambda key, side=side: f"{key}.{side}").rename("id")
        rows.append(part.set_geometry(gpd.GeoSeries(shapes, index=part.index, crs=rivers.crs)))
    both = gpd.GeoDataFrame(
        {
            column: np.concatenate([row[column].to_numpy(dtype=object) for row in rows])
            for column in rivers.columns
            if column != "geometry"
        },
        geometry=np.concatenate([row.geometry.to_numpy(dtype=object) for row in rows]),
        index=rows[0].index.append(rows[1].index),
        crs=rivers.crs or WORKING,
    ).sort_index()
    both.attrs = dict(rivers.attrs)
    return both


def unit_faults(frame: gpd.GeoDataFrame, unit: str) -> tuple[Fault, ...]:
    """List units that lie over each other: their figures do not add up to the whole."""
    if UNITS[unit].width_m:
        return ()  # strips cross where their lines do
    placed = frame[has_place(frame) & (frame.geom_type.isin(["Polygon", "MultiPolygon"]))]
    shapes = placed.geometry.to_numpy(dtype=object)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = first < second
    first, second = first[pair], second[pair]
    shared = shapely.area(shapely.intersection(shapes[first], shapes[second]))
    least = np.minimum(shapely.area(shapes[first]), shapely.area(shapes[second]))
    found = []
    for a, b, area in zip(
        *(part[shared > _OVERLAP_SHARE * least] for part in (first, second, shared)), strict=True
    ):
        facts = {"other": str(placed.index[b]), "area_m2": f"{area:.0f}", "unit": unit}
        found.append(
            Fault(
                file=UNITS[unit].layer,
                feature=str(placed.index[a]),
                rule="indicators_units_overlap",
                facts=facts,
            )
        )
    return tuple(found)
