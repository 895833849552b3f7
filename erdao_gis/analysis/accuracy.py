"""How far off shapes may be, and what they cover at their least and at their most."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from erdao_gis.analysis._inputs import Floats, Given, Shapes, label_list
from erdao_gis.errors import SchemaError

__all__ = ["accuracy_of", "metres_off", "moved_by"]

# As `erdao_gis.shapes.band` has it: the arc stays within 0.5 % of the radius.
_QUARTER = 16


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


def metres_off(rows: Given) -> Floats:
    """Return the accuracy of each placed row in metres.

    Raises
    ------
    SchemaError
        An accuracy that is negative or endless.
    """
    metres = np.asarray(accuracy_of(rows.frame), dtype=np.float64)[rows.placed]
    bad = ~(np.isfinite(metres) & (metres >= 0))
    if bad.any():
        ids = label_list(rows.frame.index[rows.placed[bad]])
        raise SchemaError("analysis_bad_accuracy", {"ids": ids})
    return metres


def moved_by(shapes: Shapes, metres: Floats) -> Shapes:
    """Move areas out by some metres each, or in where they are negative; 0 leaves one as it is.

    What its accuracy erases becomes an empty area.

    Examples
    --------
    >>> field = np.array([shapely.box(0, 0, 100, 100)])
    >>> moved_by(field, np.array([-10.0]))[0].area
    6400.0
    """
    off = metres != 0
    moved = shapes.copy()
    moved[off] = shapely.buffer(shapes[off], metres[off], quad_segs=_QUARTER)
    return moved
