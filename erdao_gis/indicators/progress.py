"""What is reported, and how renewal stands."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
from shapely.geometry.base import BaseGeometry

from erdao_gis.catalogue.statistics import latest
from erdao_gis.errors import GeometryError
from erdao_gis.indicators.context import WHOLE, Context
from erdao_gis.indicators.indicator import Result
from erdao_gis.indicators.motion import cut_to
from erdao_gis.shapes import centreline, side


def reported(ctx: Context) -> Result:
    """Figure that no map shows: the newest that the outline or the district reports."""
    key = ctx.indicator.parameter_text("key")
    part = (
        ctx.indicator.parameter_text("part") if "part" in (ctx.indicator.parameters or {}) else ""
    )
    row = latest(ctx.inputs.statistics, key, part=part)
    name = f"statistics:{key}" + (f".{part}" if part else "")
    ctx.used["statistics"] = [] if row is None else [f"{name}@{row['as_of']}"]
    value = np.nan if row is None else float(row["value"])
    floor = False
    if row is not None and row["operator"] in ("<", "<="):
        value, name = np.nan, f"{name} (≤)"  # a ceiling is no figure
    elif row is not None and row["operator"] in (">", ">="):
        floor = True
    amount = pd.Series([value], index=[WHOLE])
    return Result(amount=amount, floor=floor, geometric=False, missing=(name,))


# --- renewal ---


def _inside_third_ring(ctx: Context) -> BaseGeometry | None:
    """Land of the district on the inner side of the Third Ring."""
    ring = ctx.layer("ring_roads").geometry
    key = ctx.indicator.parameter_text("ring")
    if key not in ring.index:
        if len(ring) != 1:
            return None
        key = ring.index[0]
    try:
        return side(ctx.district.geometry.iloc[0], centreline(ring[key]), side="west", extend_m=5e4)
    except GeometryError:
        return None


def _areas(ctx: Context) -> gpd.GeoDataFrame | None:
    """Renewal areas, cut to the inside of the Third Ring where the indicator asks for it."""
    areas = ctx.layer("renewal_areas")
    areas = areas[areas.geom_type.isin(["Polygon", "MultiPolygon"])]
    if "ring" not in (ctx.indicator.parameters or {}):
        return areas
    inside = _inside_third_ring(ctx)
    if inside is None:
        return None
    cut = areas.set_geometry(cut_to(areas.geometry, inside))
    return cut[cut.geometry.area > 0]


def _nothing(ctx: Context) -> Result:
    missing = (f"ring_roads:{ctx.indicator.parameter_text('ring')}",)
    return Result(amount=ctx.zeros() * np.nan, missing=missing, geometric=False)


def renewal_area(ctx: Context) -> Result:
    """Land of the renewal areas, in ha."""
    areas = _areas(ctx)
    if areas is None:
        return _nothing(ctx)
    return Result(amount=ctx.area(ctx.units, areas), scale=1e-4)


def renewal_share(ctx: Context) -> Result:
    """Share of the renewal areas' land in one state, as reported of each area."""
    areas = _areas(ctx)
    if areas is None:
        return _nothing(ctx)
    part = ctx.indicator.parameter_text("part")
    shares = {}
    for key in areas.index:
        row = latest(ctx.inputs.statistics, "renewal", part=part, feature=str(key))
        shares[key] = np.nan if row is None else float(row["value"]) / 100
    share = pd.Series(shares, index=areas.index, dtype=float)
    lacking = tuple(f"statistics:renewal.{part}[{key}]" for key in share.index[share.isna()])
    if ctx.unit == "renewal_areas":
        land = areas.geometry.area
        every = ctx.units.index
        amount, per = (land * share).reindex(every), land.reindex(every)
    else:
        within = {key: ctx.area(ctx.units, areas.loc[[key]]) for key in areas.index}
        table = pd.DataFrame(within, index=ctx.units.index)
        # An area of which nothing is reported leaves the units that it lies in without a figure.
        amount = (table * share).where(table > 0, 0.0).sum(axis=1, skipna=False)
        per = table.sum(axis=1)
    return Result(amount=amount, per=per, scale=100.0, missing=lacking or ("renewal_areas",))
