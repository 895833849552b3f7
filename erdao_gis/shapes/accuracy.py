"""How far off features may be, as their own columns state it."""

import geopandas as gpd
import pandas as pd


def accuracy_of(frame: gpd.GeoDataFrame) -> "pd.Series[float]":
    """Return how far off each feature may be, in metres; 0 for evidence A, which is not moved.

    A feature that states neither evidence nor accuracy counts as exact: it was given without
    either, as a user's own frame is.

    Examples
    --------
    >>> columns = {"evidence": ["A", "D", None], "accuracy_m": [5.0, 3000.0, None]}
    >>> accuracy_of(gpd.GeoDataFrame(columns, geometry=[None] * 3)).tolist()
    [0.0, 3000.0, 0.0]
    """
    if "accuracy_m" not in frame.columns:
        return pd.Series(0.0, index=frame.index)
    stated = pd.to_numeric(frame["accuracy_m"], errors="coerce")
    metres: pd.Series[float] = stated.fillna(0.0).astype(float)
    if "evidence" in frame.columns:
        metres = metres.where(frame["evidence"] != "A", 0.0)
    return metres
