"""Percentages that sum to exactly 100."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

_Whole = np.ndarray[Any, np.dtype[np.int64]]

_PARTS = 1_000_000
"""Parts of the last decimal in which shares are counted: whole numbers, whose sums are exact."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Rounded:
    """Percentages by largest remainder, and what plain rounding would have given."""

    percent: "pd.Series[float]"
    "On the index of the amounts; their sum is 100 to the decimals asked for."
    plain_sum: float
    "Sum of the percentages rounded one by one."
    adjusted: tuple[str, ...]
    "Labels whose percentage differs from plain rounding."


def round_to_hundred(
    amounts: "pd.Series[float]", decimals: int = 2, *, within: "Sequence[pd.Series[str]]" = ()
) -> Rounded:
    """Turn amounts into percentages that sum to exactly 100 (largest remainder).

    The classes of ``within`` are rounded first, the coarsest first, and what each of them has is
    shared out among its parts: a class has one percentage at every level, to which its parts sum.
    No percentage is off by a whole unit of its last decimal.

    Parameters
    ----------
    amounts
        Numbers of at least 0.
    decimals
        Of the percentages.
    within
        The coarser classes that the amounts belong to, on their index, coarsest first; each
        class lies in one coarser class.

    Returns
    -------
    Rounded
        All NaN where the amounts sum to 0. Of equal remainders the first is rounded up.

    Examples
    --------
    >>> thirds = round_to_hundred(pd.Series([1.0, 1.0, 1.0], index=["a", "b", "c"]))
    >>> thirds.percent.tolist(), thirds.plain_sum, thirds.adjusted
    ([33.34, 33.33, 33.33], 99.99, ('a',))

    Public services have 4.806 %, two halves of 2.403: written 4.81, the halves sum to that.

    >>> parts = pd.Series([2.403, 2.403, 95.194], index=["0801", "0804", "0701"])
    >>> classes = pd.Series(["08", "08", "07"], index=parts.index)
    >>> round_to_hundred(parts, within=[classes]).percent.tolist()
    [2.41, 2.4, 95.19]
    """
    total = float(amounts.sum())
    if not total > 0:
        nothing = pd.Series(np.nan, index=amounts.index, dtype="float64")
        return Rounded(percent=nothing, plain_sum=float("nan"), adjusted=())
    scale = 10**decimals
    # Counted in parts, a remainder of rounding alone (29.9999999999) is none.
    parts = np.rint(amounts.to_numpy(float) / total * (100 * scale * _PARTS)).astype(np.int64)
    above = np.zeros(len(parts), dtype=np.int64)
    whole = np.array([100 * scale])
    for labels in (*(pd.factorize(each)[0] for each in within), np.arange(len(parts))):
        whole = _shared_out(whole, parts, labels, above)
        above = labels
    plain = (parts + _PARTS // 2) // _PARTS
    return Rounded(
        percent=pd.Series(np.round(whole / scale, decimals), index=amounts.index),
        plain_sum=round(float(plain.sum()) / scale, decimals),
        adjusted=tuple(str(label) for label in amounts.index[whole != plain]),
    )


def _shared_out(whole: _Whole, parts: _Whole, labels: _Whole, above: _Whole) -> _Whole:
    """Share out what each class above has among the classes in it, by largest remainder."""
    sums = np.zeros(labels.max() + 1, dtype=np.int64)
    np.add.at(sums, labels, parts)
    parent = np.zeros_like(sums)
    parent[labels] = above
    floors, remainders = np.divmod(sums, _PARTS)
    missing = whole.copy()
    np.subtract.at(missing, parent, floors)
    order = np.lexsort((-remainders, parent))
    first = np.searchsorted(parent[order], np.arange(len(whole)))
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order)) - first[parent[order]]
    return floors + (rank < missing[parent])
