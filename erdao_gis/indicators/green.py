"""Green land (绿地率), vegetation (绿化覆盖率), bare land, and green along roads and rails."""

from __future__ import annotations

from itertools import pairwise

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.catalogue import SCENES
from erdao_gis.files import Scene
from erdao_gis.indicators.context import WHOLE, Context
from erdao_gis.indicators.imagery import scene_cover
from erdao_gis.indicators.indicator import Result
from erdao_gis.indicators.motion import has_place
from erdao_gis.indicators.units import UNITS

_AREAS = ["Polygon", "MultiPolygon"]


def _green_land(ctx: Context) -> tuple[gpd.GeoDataFrame, bool]:
    """Return outlined green land, and whether some of it has no outline.

    What the parameter ``without`` names of the classes (regional green, EG) does not count; a row
    without a class does.
    """
    rows = ctx.layer("parks_and_green")
    if "without" in (ctx.indicator.parameters or {}) and "green_class" in rows.columns:
        left_out = tuple(ctx.words("without"))
        rows = rows[~rows["green_class"].fillna("").astype(str).str.startswith(left_out)]
    outlined = rows.geom_type.isin(_AREAS)
    return rows[outlined], bool((~outlined).any())


def green_land_ratio(ctx: Context) -> Result:
    """绿地率 of each unit: green land over land."""
    land, points = _green_land(ctx)
    return Result(
        amount=ctx.area(ctx.units, land), per=ctx.area(ctx.units), scale=100.0, floor=points
    )


def _units_on_layer(ctx: Context) -> gpd.GeoDataFrame:
    """Return the part of each unit that lies on the layer of the parameter ``layer``."""
    ground = ctx.layer(ctx.indicator.parameter_text("layer"))
    return ctx.units_on(shapely.union_all(ground.geometry.to_numpy(dtype=object)))


def layer_green_ratio(ctx: Context) -> Result:
    """建成区绿地率, 地块绿地率: green land on the ground of a layer over that ground."""
    land, points = _green_land(ctx)
    zones = _units_on_layer(ctx)
    return Result(amount=ctx.area(zones, land), per=ctx.area(zones), scale=100.0, floor=points)


# --- vegetation ---


def _cover(ctx: Context, units: gpd.GeoDataFrame, scene: Scene, threshold: float) -> pd.Series:
    """绿化覆盖率 of each unit from one scene, in per cent; NaN where too little is seen."""
    table = scene_cover(units, scene, threshold, min_seen=ctx.parameter("min_seen"))
    cover = table["green_cover"] * 100
    cover.attrs["missing"] = table.attrs["missing"]
    return cover


def _missing(*covers: pd.Series) -> tuple[str, ...]:
    """Name what is missing where a cover has no figure: a scene, or one that lies here."""
    found = (cover.attrs["missing"] for cover in covers if cover.attrs["missing"])
    return next(found, ("scene",))


def _with_sensitivity(ctx: Context, units: gpd.GeoDataFrame) -> tuple[pd.Series, ...]:
    dataset = ctx.inputs.dataset
    scene = dataset.scenes[-1]
    middle, step = ctx.parameter("threshold"), ctx.parameter("step")
    key = (ctx.unit, ctx.indicator.id, str(scene.path), middle, step)
    layers = [SCENES, "district", "villages", "parcels"]
    layers += [UNITS[ctx.unit].layer] if ctx.unit else []
    return dataset.once(
        ("cover", *key),
        lambda: tuple(_cover(ctx, units, scene, middle + shift) for shift in (0, -step, step)),
        of=layers,
    )


def cover_share(ctx: Context) -> Result:
    """绿化覆盖率 of each unit, with the band that the threshold's choice makes."""
    value, most, least = _with_sensitivity(ctx, ctx.units)
    return Result(amount=value, low=least, high=most, missing=_missing(value))


def layer_cover(ctx: Context) -> Result:
    """地块绿化覆盖率: vegetation on the ground of a layer over that ground."""
    value, most, least = _with_sensitivity(ctx, _units_on_layer(ctx))
    return Result(amount=value, low=least, high=most, missing=_missing(value))


def cover_change(ctx: Context) -> Result:
    """Change of 绿化覆盖率 from the first scene to the last, in percentage points."""
    scenes = ctx.inputs.dataset.scenes
    threshold = ctx.parameter("threshold")
    if len(scenes) < 2:  # noqa: PLR2004 - a change needs two dates
        return Result(amount=ctx.zeros() * np.nan, missing=("scene (2)",), geometric=False)
    first, last = (_cover(ctx, ctx.units, scene, threshold) for scene in (scenes[0], scenes[-1]))
    return Result(amount=last - first, missing=_missing(first, last), geometric=False)


def village_cover(ctx: Context) -> Result:
    """绿化覆盖率 of each village; for the whole, that of the barest village: the plan asks each."""
    value, most, least = _village_table(ctx)
    missing = _missing(value)
    if ctx.unit == "villages":
        return Result(amount=value, low=least, high=most, missing=missing)

    def worst(cover: pd.Series) -> pd.Series:
        # One village without a figure may be the barest.
        return pd.Series([cover.min(skipna=False)], index=[WHOLE])

    return Result(amount=worst(value), low=worst(least), high=worst(most), missing=missing)


def villages_below(ctx: Context) -> Result:
    """Count the villages whose cover is below the plan's minimum."""
    limit = ctx.parameter("least_percent")

    def count(cover: pd.Series) -> pd.Series:
        number = float((cover < limit).sum()) if cover.notna().all() else np.nan
        return pd.Series([number], index=[WHOLE])

    value, most, least = _village_table(ctx)
    missing = _missing(value)
    return Result(amount=count(value), low=count(most), high=count(least), missing=missing)


def _village_table(ctx: Context) -> tuple[pd.Series, ...]:
    villages = ctx.layer("villages", still=True)
    return _with_sensitivity(ctx, villages)


# --- bare land ---


def _bare(ctx: Context) -> gpd.GeoDataFrame:
    return ctx.layer("land_use", where={"land_use_code": ctx.words("codes")})


def bare_land(ctx: Context) -> Result:
    """Bare land (2306) in ha."""
    return Result(amount=ctx.area(ctx.units, _bare(ctx)), scale=1e-4)


def bare_land_share(ctx: Context) -> Result:
    """Bare land over the unit's land."""
    return Result(amount=ctx.area(ctx.units, _bare(ctx)), per=ctx.area(ctx.units), scale=100.0)


# --- green lines ---


def _ways(ctx: Context) -> gpd.GeoDataFrame:
    layer = ctx.indicator.parameter_text("layer")
    if layer == "roads":
        return ctx.lines("roads", where={"road_class": ctx.words("classes")})
    return ctx.lines(layer)


def green_line_share(ctx: Context) -> Result:
    """Share of the band along main roads, or the railway, that is green land."""
    land, points = _green_land(ctx)
    width = ctx.parameter("band_m")
    strips = shapely.union_all(
        shapely.buffer(_ways(ctx).geometry.to_numpy(dtype=object), width, cap_style="flat")
    )
    zones = ctx.units_on(strips)
    return Result(amount=ctx.area(zones, land), per=ctx.area(zones), scale=100.0, floor=points)


def green_line_gaps(ctx: Context) -> Result:
    """Share of the stations along main roads, or the railway, with too little green beside them."""
    land, points = _green_land(ctx.against)
    green = shapely.union_all(land.geometry.to_numpy(dtype=object))
    stretches = _stations(_ways(ctx), ctx.parameter("station_m"))
    strips = shapely.buffer(stretches, ctx.parameter("band_m"), cap_style="flat")
    share = shapely.area(shapely.intersection(strips, green)) / shapely.area(strips)
    bare = share < ctx.parameter("least_share") / 100
    middle = shapely.line_interpolate_point(stretches, 0.5, normalized=True)
    unit_shapes = ctx.units.geometry.to_numpy(dtype=object)
    at, unit = shapely.STRtree(unit_shapes).query(middle, predicate="intersects")
    count = np.bincount(unit, minlength=len(unit_shapes)).astype(float)
    gaps = np.bincount(unit, bare[at], len(unit_shapes))
    index = ctx.units.index
    known = has_place(ctx.units)
    amount = pd.Series(gaps, index=index).where(known)
    if points:  # green without an outline may close a gap
        amount = amount * np.nan
    return Result(
        amount=amount,
        per=pd.Series(count, index=index),
        scale=100.0,
        missing=("parks_and_green.geometry",),
    )


def _stations(
    ways: gpd.GeoDataFrame, step_m: float
) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    """Cut each line into equal stretches of about ``step_m``."""
    stretches = []
    parts = shapely.get_parts(shapely.line_merge(ways.geometry.to_numpy(dtype=object)))
    for line in parts:
        number = max(1, round(line.length / step_m))
        marks = np.linspace(0, line.length, number + 1)
        stretches += [shapely.ops.substring(line, start, end) for start, end in pairwise(marks)]
    return np.array(stretches, dtype=object)
