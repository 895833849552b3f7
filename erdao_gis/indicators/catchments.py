"""What metro stations, cores, nodes, the axis and the feature streets reach."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis import land_use_mix
from erdao_gis.indicators.context import Context, complete
from erdao_gis.indicators.indicator import Result
from erdao_gis.indicators.motion import area_part, has_place
from erdao_gis.shapes.accuracy import accuracy_of

_OWN = {"metro_stations": "stations", "nodes": "nodes", "cores": "cores"}


def _around(ctx: Context) -> gpd.GeoDataFrame:
    """Return each unit's land within reach of the features of the parameter ``layer``."""
    name = ctx.indicator.parameter_text("layer")
    frame = ctx.layer(name)
    reach, minutes = ctx.parameter("reach_m"), ctx.parameter("minutes")
    return ctx.near(frame, _OWN[name], reach_m=reach, minutes=minutes)


def _people(ctx: Context, zones: gpd.GeoDataFrame) -> pd.Series:
    cells = ctx.layer("population", still=True)
    return ctx.weighted(zones, cells, pd.to_numeric(cells["population"]).astype(float))


def catchment_land(ctx: Context) -> Result:
    """Land within reach of stations, nodes or cores, in ha."""
    return Result(amount=ctx.area(_around(ctx)), scale=1e-4)


def catchment_people(ctx: Context) -> Result:
    """Residents within reach of stations, nodes or cores."""
    return Result(amount=_people(ctx, _around(ctx)))


def station_count(ctx: Context) -> Result:
    """Metro stations in each unit."""
    points = ctx.layer("metro_stations", where={"state": ctx.words("state")})
    units = ctx.units.geometry.to_numpy(dtype=object)
    _, unit = shapely.STRtree(units).query(points.geometry.to_numpy(), predicate="intersects")
    count = pd.Series(np.bincount(unit, minlength=len(units)).astype(float), index=ctx.units.index)
    return Result(amount=count.where(has_place(ctx.units)))


def station_floor_area(ctx: Context) -> Result:
    """Floor area (m2, in 10 000 m2) of the buildings within reach of stations."""
    houses = ctx.layer("buildings")
    floor = pd.to_numeric(houses["floor_area_m2"]).astype(float)
    return Result(amount=ctx.weighted(_around(ctx), houses, floor), scale=1e-4)


def station_mix(ctx: Context) -> Result:
    """Mix of land-use classes within reach of stations, 0 to 1."""
    zones = _around(ctx)
    known = complete(zones[has_place(zones) & ~zones.geometry.is_empty])
    if known.empty:
        return Result(amount=ctx.zeros() * np.nan, missing=("metro_stations",))
    table = land_use_mix(known, ctx.layer("land_use"), digits=int(ctx.parameter("digits")))
    mix = table["land_use_mix"].reindex(zones.index)
    mix = mix.where(ctx.walks_known(mix.index))  # no share of a part bounds that of the whole
    return Result(amount=mix, missing=ctx.not_joined or ("land_use",), geometric=False)


def station_left(ctx: Context) -> Result:
    """Land within reach of stations that is left to develop: reserved and bare, in ha."""
    left = ctx.layer("land_use", where={"land_use_code": ctx.words("codes")})
    return Result(amount=ctx.area(_around(ctx), left), scale=1e-4)


# --- cores, nodes, axis and streets ---


def _centres(ctx: Context) -> gpd.GeoSeries:
    reach, minutes = ctx.parameter("reach_m"), ctx.parameter("minutes")
    parts = [
        ctx.catchments(ctx.layer(name), reach_m=reach, minutes=minutes)
        for name in ("nodes", "cores")
    ]
    return gpd.GeoSeries(pd.concat(parts), crs=parts[0].crs)


def centre_overlap(ctx: Context) -> Result:
    """Land within reach of two nodes or cores at least, in ha."""
    shapes = _centres(ctx).to_numpy(dtype=object)
    first, second = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pair = first < second
    both = shapely.intersection(shapes[first[pair]], shapes[second[pair]])
    land = area_part(shapely.union_all(both[shapely.area(both) > 0]))
    return Result(amount=ctx.area(ctx.units_on(land)), scale=1e-4)


def centre_unserved(ctx: Context) -> Result:
    """Residential land beyond the reach of every node and core, in ha."""
    reached = shapely.union_all(_centres(ctx.against).to_numpy(dtype=object))
    homes = ctx.layer("residential")
    rest = homes.set_geometry([area_part(shape) for shape in homes.geometry.difference(reached)])
    rest = rest.set_crs(homes.crs)[rest.geometry.area > 0]
    amount = ctx.area(ctx.units, rest)
    amount = amount.where(ctx.walks_known(amount.index))  # what is reached besides is not left
    return Result(amount=amount, scale=1e-4, missing=ctx.not_joined)


def _beside(ctx: Context, lines: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    doubt = accuracy_of(lines) * ctx.doubt
    wide = lines.geometry.buffer((ctx.parameter("band_m") + doubt).clip(lower=0), cap_style="flat")
    return ctx.units_on(shapely.union_all(wide.to_numpy(dtype=object)))


def axis_band(ctx: Context) -> Result:
    """Land within the band of the axis, in ha."""
    return Result(amount=ctx.area(_beside(ctx, ctx.layer("axis"))), scale=1e-4)


def axis_people(ctx: Context) -> Result:
    """Residents within the band of the axis."""
    return Result(amount=_people(ctx, _beside(ctx, ctx.layer("axis"))))


def street_people(ctx: Context) -> Result:
    """Residents within reach of the feature streets of one group."""
    streets = ctx.layer("feature_streets", where={"group": ctx.words("group")})
    reached = ctx.catchments(
        streets, reach_m=ctx.parameter("reach_m"), minutes=ctx.parameter("minutes")
    )
    zones = ctx.units_on(shapely.union_all(reached.to_numpy(dtype=object)))
    return Result(amount=_people(ctx, zones))
