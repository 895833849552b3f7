"""How much of the plan has a place, how well it is known, and how much each layer holds."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.catalogue import layer_names
from erdao_gis.indicators.context import WHOLE, Context
from erdao_gis.indicators.indicator import Result
from erdao_gis.indicators.motion import has_place
from erdao_gis.indicators.outline import outline


def _plan_rows(ctx: Context) -> pd.DataFrame:
    """All rows of the plan layers: layer, placed, evidence, identity, accuracy_m."""
    tables = []
    for name in layer_names(role="plan"):
        frame = ctx.inputs.layer(name)
        ctx.used[name] = sorted(str(key) for key in frame.index[has_place(frame)])
        tables.append(
            pd.DataFrame(
                {
                    "layer": name,
                    "placed": has_place(frame).to_numpy(),
                    "evidence": frame["evidence"].to_numpy(dtype=object),
                    "identity": frame["identity"].to_numpy(dtype=object),
                    "accuracy_m": pd.to_numeric(frame["accuracy_m"]).to_numpy(float),
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def _by(ctx: Context, rows: pd.DataFrame, counts: pd.Series) -> pd.Series:
    """Count rows for each layer, or for the whole."""
    if ctx.unit == "layers":
        totals = counts.groupby(rows["layer"]).sum()
        return totals.reindex(layer_names(), fill_value=0).astype(float)
    return pd.Series([float(counts.sum())], index=[WHOLE])


def placed_share(ctx: Context) -> Result:
    """Share of the plan's elements that have a place."""
    rows = _plan_rows(ctx)
    every = pd.Series(1, index=rows.index)
    return Result(
        amount=_by(ctx, rows, rows["placed"]),
        per=_by(ctx, rows, every),
        scale=100.0,
        geometric=False,
    )


def evidence_share(ctx: Context) -> Result:
    """Share of the placed elements whose evidence is one of the parameter ``grades``."""
    rows = _plan_rows(ctx)
    graded = rows["placed"] & rows["evidence"].isin(ctx.words("grades"))
    return Result(
        amount=_by(ctx, rows, graded),
        per=_by(ctx, rows, rows["placed"]),
        scale=100.0,
        geometric=False,
        missing=("geometry",),
    )


def named_share(ctx: Context) -> Result:
    """Share of the placed elements whose name stands in the source of their place."""
    rows = _plan_rows(ctx)
    named = rows["placed"] & (rows["identity"] == "named")
    return Result(
        amount=_by(ctx, rows, named),
        per=_by(ctx, rows, rows["placed"]),
        scale=100.0,
        geometric=False,
        missing=("geometry",),
    )


def placement_accuracy(ctx: Context) -> Result:
    """Median accuracy of the placed elements, in m."""
    rows = _plan_rows(ctx)
    placed = rows[rows["placed"]]
    if ctx.unit == "layers":
        median = placed.groupby("layer")["accuracy_m"].median()
        amount = median.reindex(layer_names())
    else:
        amount = pd.Series([placed["accuracy_m"].median()], index=[WHOLE])
    return Result(amount=amount, geometric=False, missing=("geometry",))


# --- what each layer holds ---


def _placed(ctx: Context, name: str) -> gpd.GeoDataFrame:
    frame = ctx.inputs.dataset.layer(name)
    placed = frame[has_place(frame) & ~frame.geometry.is_empty]
    ctx.used[name] = sorted(str(key) for key in placed.index)
    return placed


def layer_count(ctx: Context) -> Result:
    """Count the features of each layer: ``all``, placed, unplaced, points or of a grade."""
    of = ctx.indicator.parameter_text("of")
    found = {}
    for name in layer_names():
        placed, every = _placed(ctx, name), len(ctx.inputs.dataset.layer(name))
        if of in ("all", "placed", "unplaced"):
            counts = {"all": every, "placed": len(placed), "unplaced": every - len(placed)}
            found[name] = counts[of]
        elif of == "points":
            found[name] = int(placed.geom_type.isin(["Point", "MultiPoint"]).sum())
        else:
            found[name] = int((placed["evidence"] == of).sum())
    return Result(amount=pd.Series(found, dtype=float), geometric=False)


def _on_ground(ctx: Context, shapes: gpd.GeoSeries) -> gpd.GeoSeries:
    """Cut shapes to the district where the parameter ``where`` asks for it."""
    if ctx.indicator.parameter_text("where") != "inside":
        return shapes
    return shapes.intersection(ctx.district.geometry.iloc[0])


def layer_length(ctx: Context) -> Result:
    """Length of each layer's lines in km, one carriageway each; none for other layers."""
    found = {}
    for name in layer_names():
        placed = _placed(ctx, name)
        lines = placed.geom_type.isin(["LineString", "MultiLineString"])
        if lines.any():
            single = ctx.inputs.single_lines(name).geometry
            shapes = single[single.index.isin(placed.index[lines])]
            found[name] = float(_on_ground(ctx, shapes).length.sum())
    amount = pd.Series(found, dtype=float).reindex(layer_names())
    return Result(amount=amount, scale=1e-3, geometric=False)


def layer_area(ctx: Context) -> Result:
    """Land of each layer in km2, overlaps once; none for layers without areas."""
    found = {}
    for name in layer_names():
        placed = _placed(ctx, name)
        areas = placed[placed.geom_type.isin(["Polygon", "MultiPolygon"])]
        if len(areas):
            shapes = _on_ground(ctx, areas.geometry)
            found[name] = float(shapely.area(shapely.union_all(shapes.to_numpy(dtype=object))))
    amount = pd.Series(found, dtype=float).reindex(layer_names())
    return Result(amount=amount, scale=1e-6, geometric=False)


def register_count(ctx: Context) -> Result:
    """Count the rows of the register: placed, unplaced, or not spatial at all."""
    if ctx.inputs.dataset.fictional:
        nothing = pd.Series([np.nan], index=[WHOLE])
        return Result(amount=nothing, geometric=False, missing=("register",))
    placed: set[str] = set()
    for name in layer_names():
        placed |= set(_placed(ctx, name)["register_id"].dropna().astype(str))
    elements = outline().elements
    spatial = [element for element in elements if element.spatial]
    found = sum(element.id in placed for element in spatial)
    counts = {
        "placed": found,
        "unplaced": len(spatial) - found,
        "not_spatial": len(elements) - len(spatial),
    }
    amount = pd.Series([float(counts[ctx.indicator.parameter_text("of")])], index=[WHOLE])
    return Result(amount=amount, geometric=False)


def unregistered_count(ctx: Context) -> Result:
    """Count the rows of all layers that have neither a register id nor a place."""
    count = 0
    for name in layer_names():
        frame = ctx.inputs.dataset.layer(name)
        bare = ~has_place(frame) | frame.geometry.is_empty
        count += int((bare & frame["register_id"].isna()).sum())
    return Result(amount=pd.Series([float(count)], index=[WHOLE]), geometric=False)
