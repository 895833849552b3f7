"""How a measure hands back its figures: on the units' index, with what could not be measured."""

from typing import Literal

import numpy as np
import pandas as pd

from erdao_gis.analysis.kernels.frame_inputs import Floats, Given

State = Literal["value", "lower_bound", "upper_bound", "no_data"]
Unit = Literal["share", "m", "m2", "min"]


def state_of(layer: Given) -> State:
    """Tell what a figure that counts this layer can claim to be."""
    if layer.completeness == "empty":
        return "no_data"
    if layer.completeness == "partial" or len(layer.placed) < len(layer.frame):
        return "lower_bound"
    return "value"


def counted(units: Given, amounts: Floats, layer: Given) -> Floats:
    """Spread the amounts of the placed units over all rows; what says nothing becomes NaN.

    Zero of a layer that is known to be incomplete is no finding: nothing was found because
    nothing was recorded.
    """
    state = state_of(layer)
    if state == "no_data":
        amounts = np.full(len(amounts), np.nan)
    elif state == "lower_bound":
        amounts = np.where(amounts > 0, amounts, np.nan)
    return spread(units, amounts)


def spread(units: Given, amounts: Floats) -> Floats:
    """Put the figures of the placed units on all rows, NaN on the others."""
    figures = np.full(len(units.frame), np.nan)
    figures[units.placed] = amounts
    return figures


def as_series(name: str, figures: Floats, units: Given, layer: Given, unit: Unit) -> pd.Series:
    """Name the figures and say in ``attrs`` what they are worth."""
    series = pd.Series(figures, index=units.frame.index, name=name, dtype=float)
    series.attrs.update(provenance(units, layer) | {"measure": name, "unit": unit})
    return series


def provenance(units: Given, layer: Given) -> dict[str, object]:
    """Give state, the units that have no place and the rows of the layer that have none."""
    state = state_of(layer) if len(units.placed) else "no_data"
    return {"state": state, "unmeasured": units.unplaced, "unplaced": layer.unplaced}
