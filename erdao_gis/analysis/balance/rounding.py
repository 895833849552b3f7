"""Percentages that sum to exactly 100."""

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class Rounded:
    """Percentages by largest remainder, and what plain rounding would have given."""

    percent: "pd.Series[float]"
    "On the index of the amounts; their sum is 100 to the decimals asked for."
    plain_sum: float
    "Sum of the percentages rounded one by one."
    adjusted: tuple[str, ...]
    "Labels whose percentage differs from plain rounding."


def round_to_hundred(amounts: "pd.Series[float]", decimals: int = 2) -> Rounded:
    """Turn amounts into percentages that sum to exactly 100 (largest remainder).

    Parameters
    ----------
    amounts
        Numbers of at least 0.
    decimals
        Of the percentages.

    Returns
    -------
    Rounded
        All NaN where the amounts sum to 0. Of equal remainders the first is rounded up.

    Examples
    --------
    >>> thirds = round_to_hundred(pd.Series([1.0, 1.0, 1.0], index=["a", "b", "c"]))
    >>> thirds.percent.tolist(), thirds.plain_sum, thirds.adjusted
    ([33.34, 33.33, 33.33], 99.99, ('a',))
    """
    total = float(amounts.sum())
    if not total > 0:
        nothing = pd.Series(np.nan, index=amounts.index, dtype="float64")
        return Rounded(percent=nothing, plain_sum=float("nan"), adjusted=())
    scale = 10**decimals
    exact = amounts.to_numpy(float) / total * 100 * scale
    # A remainder of rounding alone (29.999999999) is no remainder.
    whole = np.floor(exact + 1e-9)
    missing = int(100 * scale - whole.sum())
    order = np.argsort(-(exact - whole), kind="stable")
    whole[order[:missing]] += 1
    plain = np.floor(exact + 0.5)
    changed = amounts.index[whole != plain]
    return Rounded(
        percent=pd.Series(np.round(whole / scale, decimals), index=amounts.index),
        plain_sum=round(float(plain.sum()) / scale, decimals),
        adjusted=tuple(str(label) for label in changed),
    )
