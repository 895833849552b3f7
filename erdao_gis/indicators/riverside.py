"""Rivers: what stands in the setback, how one reaches the bank, and how public the bank is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from erdao_gis.indicators.context import WHOLE, Context
from erdao_gis.indicators.indicator import Result
from erdao_gis.indicators.motion import cut_to
from erdao_gis.indicators.units import banks
from erdao_gis.shapes.accuracy import accuracy_of

# Streets that cross the bank within this distance (m) of each other are one way to it.
_ONE_WAY_M = 30.0


def setback_breach(ctx: Context) -> Result:
    """Footprint of buildings within the setback from the river, in m2."""
    rivers = ctx.layer("rivers")
    wide = (ctx.parameter("setback_m") + accuracy_of(rivers) * ctx.doubt).clip(lower=0)
    land = shapely.union_all(rivers.geometry.buffer(wide, cap_style="flat").to_numpy(dtype=object))
    houses = ctx.layer("buildings")
    inside = houses.set_geometry(cut_to(houses.geometry, land))
    inside = inside[inside.geometry.area > 0]
    return Result(amount=ctx.area(ctx.units, inside))


def bank_public_share(ctx: Context) -> Result:
    """公共岸线占比: public land in the strip along each bank over the strip without the water."""
    rivers = ctx.layer("rivers")
    strips = banks(rivers, ctx.parameter("bank_m"))
    use = ctx.layer("land_use")
    codes = use["land_use_code"].fillna("")
    water = use[codes.str.startswith(tuple(ctx.words("water")))]
    public = use[codes.str.startswith(tuple(ctx.words("public")))]
    if ctx.unit == "banks":
        zones = strips
    else:
        land = shapely.union_all(strips.geometry.to_numpy(dtype=object))
        zones = ctx.units_on(land)
    dry = ctx.area(zones) - ctx.area(zones, water)
    return Result(amount=ctx.area(zones, public), per=dry, scale=100.0)


def _bank_lines(ctx: Context) -> pd.Series:
    """Return the line of each bank, by ``RV01.left``, cut to the land that counts."""
    land = ctx.district.geometry.iloc[0]
    known = ctx.complete_land
    if known is not None:
        land = land.intersection(known)
    found = {}
    for key, river in ctx.layer("rivers").geometry.items():
        line = shapely.line_merge(river)
        for side, sign in (("left", 1.0), ("right", -1.0)):
            bank = shapely.offset_curve(line, sign * ctx.parameter("bank_m"))
            found[f"{key}.{side}"] = bank.intersection(land)
    return pd.Series(found, dtype=object)


def _ways_to(ctx: Context) -> dict[str, list[np.ndarray[tuple[int], np.dtype[np.float64]]]]:
    """Places along each stretch of bank, in m from its start, at which a street reaches it."""
    streets = ctx.lines("roads", where={"road_class": ctx.words("road_class")})
    network = streets.geometry.to_numpy(dtype=object)
    tree = shapely.STRtree(network)
    ways = {}
    for key, bank in _bank_lines(ctx).items():
        stretches = []
        for line in shapely.get_parts(shapely.line_merge(bank)):
            near = network[tree.query(line, predicate="intersects")]
            cuts = shapely.get_coordinates(shapely.intersection(near, line))
            marks = np.unique(shapely.line_locate_point(line, shapely.points(cuts)))
            apart = np.append(True, np.diff(marks) > _ONE_WAY_M)[: len(marks)]
            stretches.append(np.array([0.0, *marks[apart], line.length]))
        ways[str(key)] = stretches
    return ways


def _per_bank(ctx: Context, values: dict[str, float], *, most: bool = False) -> pd.Series:
    """Give each bank its value, or the whole their sum (or the largest)."""
    if ctx.unit == "banks":
        return pd.Series(values, dtype=float).reindex(ctx.units.index)
    known = [value for value in values.values() if not np.isnan(value)]
    whole = (max(known) if most else sum(known)) if known else np.nan
    return pd.Series([whole], index=[WHOLE], dtype=float)


def corridor_spacing(ctx: Context) -> Result:
    """Metres of bank for each street that reaches it."""
    ways = _ways_to(ctx)
    length = {key: sum(float(marks[-1]) for marks in parts) for key, parts in ways.items()}
    count = {key: sum(len(marks) - 2 for marks in parts) for key, parts in ways.items()}
    return Result(
        amount=_per_bank(ctx, length),
        per=_per_bank(ctx, {key: float(number) for key, number in count.items()}),
        geometric=False,
        missing=("roads",),
    )


def corridor_width(ctx: Context) -> Result:
    """Share of the bank that is open: streets at their assumed width, over the bank."""
    ways = _ways_to(ctx)
    length = {key: sum(float(marks[-1]) for marks in parts) for key, parts in ways.items()}
    width = ctx.parameter("corridor_m")
    opened = {key: sum(len(marks) - 2 for marks in parts) * width for key, parts in ways.items()}
    return Result(
        amount=_per_bank(ctx, opened), per=_per_bank(ctx, length), scale=100.0, geometric=False
    )


def closed_stretch(ctx: Context) -> Result:
    """Longest stretch of bank without a street to it, in m."""
    longest = {
        key: max((float(np.diff(marks).max()) for marks in parts), default=np.nan)
        for key, parts in _ways_to(ctx).items()
    }
    return Result(
        amount=_per_bank(ctx, longest, most=True), geometric=False, missing=("roads:partial",)
    )
