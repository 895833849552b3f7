"""How much of the plan has a place, and how well it is known."""

from __future__ import annotations

import pandas as pd

from erdao_gis.catalogue import layer_names
from erdao_gis.indicators.context import WHOLE, Context
from erdao_gis.indicators.model import Result
from erdao_gis.indicators.motion import has_place

__all__ = ["evidence_share", "named_share", "placed_share", "placement_accuracy"]


def _plan_rows(ctx: Context) -> pd.DataFrame:
    """All rows of the plan layers: layer, placed, evidence, identity, accuracy_m."""
    tables = []
    for name in layer_names(role="plan"):
        frame = ctx.run.layer(name)
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
        names = layer_names(role="plan")
        return counts.groupby(rows["layer"]).sum().reindex(names, fill_value=0).astype(float)
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
        amount = median.reindex(layer_names(role="plan"))
    else:
        amount = pd.Series([placed["accuracy_m"].median()], index=[WHOLE])
    return Result(amount=amount, geometric=False, missing=("geometry",))
