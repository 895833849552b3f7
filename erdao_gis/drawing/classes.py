"""Values in classes: few colours whose limits the legend names."""

import dataclasses
import itertools
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from erdao_gis.drawing.styles import ramp_colours
from erdao_gis.errors import Language, SchemaError
from erdao_gis.wording import word

Method = Literal["quantile", "equal", "jenks", "given"]
_METHODS = ("quantile", "equal", "jenks", "given")
_MOST_DISTINCT = 1000
_MOST_DECIMALS = 6


@dataclasses.dataclass(frozen=True, kw_only=True)
class Classes:
    """Values sorted into classes, with what a legend must say about them."""

    numbers: pd.Series
    """Class of each value, 0 for the lowest, on the index of the values; -1 for no data."""
    breaks: tuple[float, ...]
    """Limits from the lowest to the highest value, one more than there are classes.

    A class holds its upper limit and not its lower one; the first holds both. The first two
    limits are equal where the lowest value is a class of its own.
    """
    colours: tuple[str, ...]
    """Colour of each class, from pale to deep."""
    method: Method
    """How the limits were found."""
    decimals: int
    """Decimals that tell the limits apart."""
    unit: str = ""
    """Unit of the values, for the legend."""

    @property
    def missing(self) -> int:
        """How many values are no data."""
        return int((self.numbers < 0).sum())

    def texts(self) -> tuple[str, ...]:
        """Return the limits of each class as the legend writes them."""
        shown = [f"{limit:.{self.decimals}f}" for limit in self.breaks]
        pairs = itertools.pairwise(shown)
        return tuple(low if low == high else f"{low} – {high}" for low, high in pairs)

    def method_text(self, language: Language) -> str:
        """Return method, number of classes and unit in one line."""
        name = word("drawing", f"method_{self.method}", language)
        line = word("drawing", "classes", language).format(method=name, count=len(self.colours))
        if not self.unit:
            return line
        return line + word("drawing", "classes_unit", language).format(unit=self.unit)


def classified(
    values: pd.Series,
    *,
    method: Method = "quantile",
    count: int = 5,
    breaks: Sequence[float] = (),
    unit: str = "",
    ramp: str = "ramp",
) -> Classes:
    """Sort values into classes with colours from the style table's ramp.

    Parameters
    ----------
    values
        Numbers on the index of the frame they colour. NaN, None and infinite are no data, a
        class of its own that is not counted in ``count``.
    method
        ``quantile``: as many features in each class; ``equal``: classes of equal width;
        ``jenks``: the limits with the least variance inside the classes (natural breaks; above
        1,000 distinct values, found on 1,000 of them evenly spaced by rank); ``given``:
        ``breaks`` as they stand.
    count
        Number of classes, 2 to 7; ties and few distinct values may give fewer. Not used with
        ``given``.
    breaks
        Limits from lowest to highest, both ends included; only with ``given``. Values outside
        are refused, so that no colour says less than the legend.
    unit
        Unit of the values, for the legend.
    ramp
        Rows of the style table that colour the classes.

    Returns
    -------
    Classes
        No classes at all when every value is no data.

    Raises
    ------
    SchemaError
        Unknown method, a count outside 2 to 7, breaks that do not rise, or a value beyond them.

    Examples
    --------
    >>> shares = pd.Series([0.0, 10.0, 20.0, 30.0, None], index=list("abcde"))
    >>> classes = classified(shares, method="equal", count=3, unit="%")
    >>> classes.breaks, classes.numbers.tolist(), classes.missing
    ((0.0, 10.0, 20.0, 30.0), [0, 0, 1, 2, -1], 1)
    >>> classes.texts()
    ('0 – 10', '10 – 20', '20 – 30')
    """
    numbers = pd.to_numeric(values, errors="raise").to_numpy(dtype=float, na_value=np.nan)
    known = np.sort(numbers[np.isfinite(numbers)])
    limits = _limits(known, method, count, breaks)
    inner = np.array(limits[1:-1])
    filled = np.where(np.isfinite(numbers), numbers, -np.inf)
    found = np.searchsorted(inner, filled, side="left")
    found = np.where(np.isfinite(numbers), found, -1)
    return Classes(
        numbers=pd.Series(found, index=values.index, dtype="int64"),
        breaks=tuple(limits),
        colours=ramp_colours(max(0, len(limits) - 1), ramp=ramp),
        method=method,
        decimals=_decimals(limits),
        unit=unit,
    )


def _limits(
    known: npt.NDArray[np.float64], method: str, count: int, breaks: Sequence[float]
) -> list[float]:
    """Return the limits of the classes, without doubles; empty without values."""
    if method not in _METHODS:
        names = ", ".join(_METHODS)
        raise SchemaError("drawing_class_method", {"method": method, "names": names})
    if method == "given":
        return _given(known, breaks)
    most = len(ramp_colours(None))
    if not 2 <= count <= most:  # noqa: PLR2004 - one class says nothing
        raise SchemaError("drawing_class_count", {"count": count, "most": most})
    if not len(known):
        return []
    if method == "equal":
        found = np.linspace(known[0], known[-1], count + 1)
    elif method == "quantile":
        found = np.quantile(known, np.linspace(0, 1, count + 1))
    else:
        found = _natural(known, count)
    # The lowest limit may stand twice: the lowest value (often 0) is then a class of its own.
    return [float(known[0]), *(float(limit) for limit in np.unique(found[1:]))]


def _given(known: npt.NDArray[np.float64], breaks: Sequence[float]) -> list[float]:
    limits = [float(limit) for limit in breaks]
    told = ", ".join(map(str, breaks))
    rising = all(low < high for low, high in itertools.pairwise(limits))
    if len(limits) < 2 or not rising or not np.isfinite(limits).all():  # noqa: PLR2004 - two ends
        raise SchemaError("drawing_class_breaks", {"breaks": told})
    if len(limits) - 1 > len(ramp_colours(None)):
        facts = {"count": len(limits) - 1, "most": len(ramp_colours(None))}
        raise SchemaError("drawing_class_count", facts)
    if len(known) and (known[0] < limits[0] or known[-1] > limits[-1]):
        beyond = {"low": known[0], "high": known[-1], "breaks": told}
        raise SchemaError("drawing_class_outside", beyond)
    return limits


def _natural(known: npt.NDArray[np.float64], count: int) -> npt.NDArray[np.float64]:
    """Return the limits with the least sum of squares inside classes (Fisher's exact search)."""
    ranks = np.linspace(0, len(known) - 1, min(len(known), _MOST_DISTINCT)).round().astype(int)
    levels = np.unique(known) if len(np.unique(known)) <= _MOST_DISTINCT else known[ranks]
    if len(levels) <= count:
        return np.concatenate([levels[:1], levels])
    counted = known if len(levels) < _MOST_DISTINCT else levels
    values, weights = np.unique(counted, return_counts=True)
    shifted = values - values.mean()  # keeps the squares small
    mass = np.concatenate([[0], np.cumsum(weights)]).astype(float)
    total = np.concatenate([[0], np.cumsum(weights * shifted)])
    square = np.concatenate([[0], np.cumsum(weights * shifted**2)])
    size = len(values)
    best = square[1:] - total[1:] ** 2 / mass[1:]
    cuts = np.zeros((count, size), dtype=int)
    for level in range(1, count):
        fresh = np.full(size, np.inf)
        for end in range(level, size):
            start = np.arange(level, end + 1)
            inside = (
                square[end + 1] - square[start]
                - (total[end + 1] - total[start]) ** 2 / (mass[end + 1] - mass[start])
            )  # fmt: skip
            whole = best[start - 1] + inside
            chosen = int(whole.argmin())
            fresh[end], cuts[level, end] = whole[chosen], start[chosen]
        best = fresh
    limits, end = [values[-1]], size - 1
    for level in range(count - 1, 0, -1):
        end = int(cuts[level, end]) - 1
        limits.append(values[end])
    return np.array([*reversed([*limits, values[0]])])


def _decimals(limits: Sequence[float]) -> int:
    """Return how many decimals tell the limits apart, and show them exactly where few suffice."""
    for decimals in range(_MOST_DECIMALS):
        shown = [round(limit, decimals) for limit in limits]
        spread = (limits[-1] - limits[0]) or 1.0 if limits else 1.0
        near = all(
            abs(limit - text) <= spread * 0.005 for limit, text in zip(limits, shown, strict=True)
        )
        if near and len(set(shown)) == len(set(limits)):
            return decimals
    return _MOST_DECIMALS
