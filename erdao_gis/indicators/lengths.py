"""Lengths and areas of what the plan names, and road density."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.indicators.context import Context
from erdao_gis.indicators.indicator import Result
from erdao_gis.indicators.motion import has_place
from erdao_gis.shapes.accuracy import accuracy_of


def _lengths(ctx: Context, lines: gpd.GeoDataFrame) -> pd.Series:
    """Length of lines within each unit, in m; each end inside a unit is off by its accuracy."""
    units = ctx.units.geometry.to_numpy(dtype=object)
    shapes = lines.geometry.to_numpy(dtype=object)
    line, unit = shapely.STRtree(units).query(shapes, predicate="intersects")
    length = shapely.length(shapely.intersection(shapes[line], units[unit]))
    ends = shapely.intersection(shapely.boundary(shapes[line]), units[unit])
    inside = np.minimum(shapely.get_num_geometries(ends) * (shapely.get_dimensions(ends) == 0), 2)
    doubt = accuracy_of(lines).to_numpy()[line] * inside * ctx.doubt
    amount = np.bincount(unit, np.maximum(length + doubt, 0.0), len(units))
    return pd.Series(amount, index=ctx.units.index).where(has_place(ctx.units))


def _own_lines(ctx: Context) -> gpd.GeoDataFrame:
    name = ctx.indicator.parameter_text("layer")
    where = {
        column: ctx.words(column)
        for column in ("road_class", "state", "group")
        if column in (ctx.indicator.parameters or {})
    }
    return ctx.lines(name, where=where)


def length_of(ctx: Context) -> Result:
    """Length of a layer's lines in km, one carriageway each, sections not counted twice."""
    return Result(amount=_lengths(ctx, _own_lines(ctx)), scale=1e-3)


def area_of(ctx: Context) -> Result:
    """Area of a layer's land in ha, overlaps once."""
    shapes = ctx.layer(ctx.indicator.parameter_text("layer"))
    shapes = shapes[shapes.geom_type.isin(["Polygon", "MultiPolygon"])]
    return Result(amount=ctx.area(ctx.units, shapes), scale=1e-4)


def road_density(ctx: Context) -> Result:
    """道路网密度: length of streets over land, in km/km2."""
    return Result(amount=_lengths(ctx, _own_lines(ctx)), per=ctx.area(ctx.units), scale=1e3)
