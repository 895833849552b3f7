"""Service coverage: parks and living circles, by straight line and on foot, by land and people."""

from __future__ import annotations

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from shapely.geometry.base import BaseGeometry

from erdao_gis.indicators.context import Context
from erdao_gis.indicators.indicator import Result
from erdao_gis.indicators.motion import area_part, cut_to, has_place


class Source(NamedTuple):
    """Facilities of one kind, and how far they serve."""

    facilities: gpd.GeoDataFrame
    reach_m: float | pd.Series
    minutes: float


class _Homes(NamedTuple):
    frame: gpd.GeoDataFrame
    weights: pd.Series | None
    "Residents, or None where land counts."


def _homes(ctx: Context) -> _Homes:
    """Return what must be served: residential land, or where people live."""
    if not ctx.by_people:
        return _Homes(ctx.layer("residential"), None)
    options = [item for item in ctx.indicator.inputs_for(ctx.variant) if item.tag == "people"]
    name = ctx.chosen(options[0]).layer
    # Residents are counted where they were counted: their cells are not moved.
    frame = ctx.layer(name, still=True)
    return _Homes(frame, pd.to_numeric(frame["population"]).astype(float))


def _coverage(ctx: Context, sources: list[Source], *, unsure: bool = False) -> Result:
    """Share of the homes that all sources serve, in per cent."""
    homes = _homes(ctx)
    served, doubtful = _served(ctx, homes.frame, sources)
    amount = _amount(ctx, homes, served)
    per = _amount(ctx, homes, homes.frame)
    missing = ("roads",) if ctx.walking else ()
    return Result(amount=amount, per=per, scale=100.0, floor=unsure or doubtful, missing=missing)


def _served(
    ctx: Context, homes: gpd.GeoDataFrame, sources: list[Source]
) -> tuple[gpd.GeoDataFrame, bool]:
    """Return the parts of the homes that every source serves; and whether some are unsure."""
    if ctx.walking:
        cells = _cells(homes, ctx.walk_rule("grid"))
        starts = cells.set_geometry(cells.representative_point())
        every, unsure = pd.Series(data=True, index=cells.index), False
        for source in sources:
            reached, doubtful = ctx.reached_on_foot(starts, source.facilities, source.minutes)
            every &= reached
            unsure |= doubtful
        return cells[every].set_index("feature"), unsure
    shapes = homes.geometry
    for source in sources:
        shapes = cut_to(shapes, _reach_of(ctx, source))
    kept = shapes.area > 0
    return homes[kept].set_geometry(shapes[kept]), False


def _reach_of(ctx: Context, source: Source) -> BaseGeometry:
    """Land within reach of a source as the crow flies; the union of its size classes."""
    frame, reach = source.facilities, source.reach_m
    by_reach = reach if isinstance(reach, pd.Series) else pd.Series(reach, index=frame.index)
    parts = [
        ctx.catchments(frame[by_reach == metres], reach_m=float(metres), minutes=0.0, walking=False)
        for metres in np.unique(by_reach.to_numpy(float))
    ]
    return shapely.union_all([shape for part in parts for shape in part])


def _cells(homes: gpd.GeoDataFrame, size_m: float) -> gpd.GeoDataFrame:
    """Cut homes along a grid: a walk starts in each cell, not at the edge of an estate."""
    shapes = homes.geometry.to_numpy(dtype=object)
    owner, pieces = [], []
    for position, (west, south, east, north) in enumerate(
        np.floor(shapely.bounds(shapes) / size_m)
    ):
        columns, rows = np.arange(west, east + 1), np.arange(south, north + 1)
        x, y = (axis.ravel() * size_m for axis in np.meshgrid(columns, rows))
        cut = shapely.intersection(shapes[position], shapely.box(x, y, x + size_m, y + size_m))
        cut = cut[shapely.area(cut) > 0]
        owner += [homes.index[position]] * len(cut)
        pieces += [area_part(shape) for shape in cut]
    cells = gpd.GeoDataFrame({"feature": owner}, geometry=pieces, crs=homes.crs)
    cells.attrs = dict(homes.attrs)
    return cells


def _amount(ctx: Context, homes: _Homes, served: gpd.GeoDataFrame) -> pd.Series:
    """Land (m2) or residents of some parts of the homes in each unit."""
    if homes.weights is None:
        return ctx.area(ctx.units, served)
    # By position: a home may stand in several pieces.
    whole = homes.frame.geometry.area.reindex(served.index).to_numpy(float)
    people = homes.weights.reindex(served.index).to_numpy(float)
    weights = pd.Series(people * served.geometry.area.to_numpy(float) / whole)
    return ctx.weighted(ctx.units, served, weights)


# --- parks ---


def _parks(ctx: Context) -> tuple[gpd.GeoDataFrame, bool]:
    """Return parks as whole pieces with ``size_m2``, and whether some park's size is unknown.

    Outlines that touch are one park. Where rows tell their ``green_class`` (CJJ/T 85), only the
    classes of the parameter ``classes`` are parks; a row that tells none is one.
    """
    rows = ctx.layer("parks_and_green")
    if "green_class" in rows.columns:
        starts = tuple(ctx.words("classes"))
        known = rows["green_class"].fillna("").astype(str)
        rows = rows[known.str.startswith(starts) | (known == "")]
    areas = rows[rows.geom_type.isin(["Polygon", "MultiPolygon"])]
    shapes = areas.geometry.to_numpy(dtype=object)
    pieces = shapely.get_parts(shapely.union_all(shapes))
    piece, row = shapely.STRtree(shapes).query(pieces, predicate="intersects")
    first = np.unique(piece, return_index=True)[1]
    outlined = gpd.GeoDataFrame(
        {
            "feature": areas.index[row[first]],
            "size_m2": shapely.area(pieces),
            "accuracy_m": 0.0,
            "evidence": "A",
        },
        geometry=list(pieces),
        crs=rows.crs,
    )
    points = rows[rows.geom_type == "Point"]
    sizes = pd.to_numeric(points["area_m2"], errors="coerce")
    stated = points[sizes.notna()].assign(size_m2=sizes[sizes.notna()])
    stated = stated.assign(feature=stated.index)[list(outlined.columns)].reset_index(drop=True)
    both = outlined if stated.empty else pd.concat([outlined, stated], ignore_index=True)
    parks = gpd.GeoDataFrame(both, geometry="geometry", crs=rows.crs)
    parks.attrs = dict(rows.attrs)
    return parks, bool(sizes.isna().any())


def _park_source(ctx: Context) -> tuple[Source, bool]:
    parks, unknown = _parks(ctx)
    large, small = ctx.parameter("large_m2"), ctx.parameter("small_m2")
    parks = parks[parks["size_m2"] >= small]
    reach = pd.Series(ctx.parameter("small_reach_m"), index=parks.index)
    reach = reach.where(parks["size_m2"] < large, ctx.parameter("large_reach_m"))
    return Source(parks, reach, ctx.parameter("minutes")), unknown


def park_coverage(ctx: Context) -> Result:
    """公园绿地服务半径覆盖率: homes within 500 m of parks from 0.5 ha, 300 m from 0.2 ha."""
    source, unknown = _park_source(ctx)
    return _coverage(ctx, [source], unsure=unknown)


def park_unserved(ctx: Context) -> Result:
    """Residential land that no park serves, in ha."""
    source, unknown = _park_source(ctx.against)
    homes = _Homes(ctx.layer("residential"), None)
    served, _ = _served(ctx.against, ctx.layer("residential"), [source])
    amount = ctx.area(ctx.units, homes.frame) - ctx.area(ctx.units, served)
    if unknown:  # a park of unknown size may serve them: what is left over has no lower bound
        amount = amount * np.nan
    return Result(amount=amount.clip(lower=0), scale=1e-4, missing=("parks_and_green.area_m2",))


def park_walk_coverage(ctx: Context) -> Result:
    """公园绿地、广场步行5分钟覆盖率: homes within a walk of a park or square."""
    parks, unknown = _parks(ctx)
    parks = parks[parks["size_m2"] >= ctx.parameter("least_m2")]
    source = Source(parks, ctx.parameter("reach_m"), ctx.parameter("minutes"))
    return _coverage(ctx, [source], unsure=unknown)


def _park_land(ctx: Context) -> tuple[gpd.GeoDataFrame, bool]:
    parks, _ = _parks(ctx)
    flat = parks.geom_type == "Point"
    return parks[~flat], bool(flat.any())


def _residents(ctx: Context) -> pd.Series:
    cells = ctx.layer("population", still=True)
    return ctx.weighted(ctx.units, cells, pd.to_numeric(cells["population"]).astype(float))


def park_land_per_head(ctx: Context) -> Result:
    """人均公园绿地面积: park land over residents, in m2."""
    parks, points = _park_land(ctx)
    return Result(amount=ctx.area(ctx.units, parks), per=_residents(ctx), floor=points)


def park_land_missing(ctx: Context) -> Result:
    """Park land that residents lack for the norm, in ha; 0 where they have it."""
    parks, points = _park_land(ctx.against)
    wanted = _residents(ctx) * ctx.parameter("per_head_m2")
    amount = (wanted - ctx.against.area(ctx.against.units, parks)).clip(lower=0)
    if points:
        amount = amount * np.nan
    return Result(amount=amount, scale=1e-4, missing=("parks_and_green.geometry",))


# --- living circles ---


def _facilities(ctx: Context, kind: str) -> gpd.GeoDataFrame:
    return ctx.layer("facilities_inventory", where={"facility_type": [kind]})


def facility_coverage(ctx: Context) -> Result:
    """Homes within reach of a facility of the parameter ``types``."""
    frames = [_facilities(ctx, kind) for kind in ctx.words("types")]
    frame = gpd.GeoDataFrame(pd.concat(frames), geometry="geometry", crs=frames[0].crs)
    frame.attrs = dict(frames[0].attrs)
    source = Source(frame, ctx.parameter("reach_m"), ctx.parameter("minutes"))
    return _coverage(ctx, [source])


def living_circle(ctx: Context) -> Result:
    """Homes within reach of every type that the circle asks for."""
    reach, minutes = ctx.parameter("reach_m"), ctx.parameter("minutes")
    kinds = ctx.words("types")
    return _coverage(ctx, [Source(_facilities(ctx, kind), reach, minutes) for kind in kinds])


def facility_types_present(ctx: Context) -> Result:
    """How many of the types that a circle asks for stand in the unit (单元体检)."""
    units = ctx.units.geometry.to_numpy(dtype=object)
    present = pd.Series(0.0, index=ctx.units.index).where(has_place(ctx.units))
    for kind in ctx.words("types"):
        points = _facilities(ctx, kind).geometry.to_numpy(dtype=object)
        _, unit = shapely.STRtree(units).query(points, predicate="intersects")
        present.iloc[np.unique(unit)] += 1
    return Result(amount=present, geometric=False)
