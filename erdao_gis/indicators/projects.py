"""What the road projects change for people on foot."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis import WalkingGraph, walk_catchment
from erdao_gis.indicators.context import Context, complete
from erdao_gis.indicators.indicator import Result


def _loose_ends(graph: WalkingGraph) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Places where exactly one stretch of street ends."""
    neighbours = np.diff(graph.matrix.tocsr().indptr)
    xy: np.ndarray[tuple[int, int], np.dtype[np.float64]] = graph.edges.xy[neighbours == 1]
    return xy


def dead_ends_closed(ctx: Context) -> Result:
    """Dead ends that the road projects join to another street."""
    projects = ctx.layer("road_projects")
    ctx.layer("roads")
    before = _loose_ends(ctx.inputs.graph())
    after = _loose_ends(ctx.inputs.graph(projects=True))
    points = np.atleast_1d(np.asarray(shapely.points(before), dtype=object))
    left = np.atleast_1d(np.asarray(shapely.points(after), dtype=object))
    still = shapely.STRtree(left).query(
        points, predicate="dwithin", distance=ctx.parameter("near_m")
    )[0]
    touched = shapely.STRtree(projects.geometry.to_numpy(dtype=object)).query(
        points, predicate="dwithin", distance=ctx.parameter("near_m")
    )[0]
    closed = np.setdiff1d(np.unique(touched), still)
    units = ctx.units.geometry.to_numpy(dtype=object)
    _, unit = shapely.STRtree(units).query(points[closed], predicate="intersects")
    count = pd.Series(np.bincount(unit, minlength=len(units)).astype(float), index=ctx.units.index)
    return Result(amount=count, geometric=False)


def walk_reach_gain(ctx: Context) -> Result:
    """How much more street the nodes reach on foot once the road projects are open, in per cent."""
    nodes = ctx.layer("nodes")
    ctx.layer("road_projects")
    ctx.layer("roads")
    minutes = ctx.parameter("minutes")
    reached = []
    for projects in (False, True):
        graph = ctx.inputs.graph(projects=projects)
        streets = walk_catchment(graph, complete(nodes), minutes)
        ctx.note_cut_off(nodes, streets.attrs["cut_off"], graph)
        reached.append(streets.length.fillna(0.0).rename(str(projects)))
    before, after = reached
    if ctx.unit == "nodes":
        every = ctx.inputs.layer("nodes").index
        gain, per = (after - before).reindex(every), before.reindex(every)
    else:
        index = ctx.units.index
        gain = pd.Series([float((after - before).sum())], index=index)
        per = pd.Series([float(before.sum())], index=index)
    gain = gain.where(ctx.walks_known(gain.index))
    missing = ctx.not_joined or ("roads",)
    return Result(amount=gain, per=per, scale=100.0, geometric=False, missing=missing)
