"""Housing within reach of the sample town's parks by size class, by summing up narrow strips.

The area within reach of a rectangle has round corners; in a strip half a metre wide it is an
interval, and the union of intervals is plain arithmetic.
"""

import numpy as np
import numpy.typing as npt

from erdao_gis.sample.layout import POCKETS, Box, cells, net_box

Floats = npt.NDArray[np.float64]
_STRIP_M = 0.5


def _parks() -> list[tuple[Box, float]]:
    """Parks and how far each serves: 500 m from 0.5 ha on, 300 m from 0.2 ha on."""
    boxes = [Box(100, 200, 200, 300), Box(100, 1300, 300, 1500), Box(500, 1400, 700, 1500)]
    riverside = [net_box(c, r) for c, r, letter in cells() if letter == "G" and c == 15]  # noqa: PLR2004
    sized = [(box, 500.0) for box in (*boxes, *riverside)]
    return [*sized, (POCKETS[0], 500.0), (POCKETS[1], 300.0)]


def _union_length(low: Floats, high: Floats) -> Floats:
    """Length of the union of intervals in each column; ``high < low`` means none."""
    high = np.maximum(high, low)
    order = np.argsort(low, axis=0)
    low, high = np.take_along_axis(low, order, 0), np.take_along_axis(high, order, 0)
    reached = np.maximum.accumulate(high, axis=0)
    before = np.vstack([np.full((1, low.shape[1]), -np.inf), reached[:-1]])
    lengths: Floats = np.maximum(0.0, high - np.maximum(low, before)).sum(axis=0)
    return lengths


def _covered(home: Box) -> float:
    x = np.arange(home.west + _STRIP_M / 2, home.east, _STRIP_M)
    low, high = [], []
    for park, reach in _parks():
        aside = np.maximum(0.0, np.maximum(park.west - x, x - park.east))
        up = np.sqrt(np.maximum(0.0, reach**2 - aside**2))
        far = aside > reach
        low.append(np.where(far, home.north, np.clip(park.south - up, home.south, home.north)))
        high.append(np.where(far, home.north, np.clip(park.north + up, home.south, home.north)))
    return float(_union_length(np.array(low), np.array(high)).sum() * _STRIP_M)


def residential_within() -> float:
    """Return the housing land within reach of a park of its size class, in m2.

    Pocket parks are no housing, and the two that serve lie in their own reach.

    Examples
    --------
    >>> 0 < residential_within() < 1_593_700
    True
    """
    homes = [net_box(c, r) for c, r, letter in cells() if letter in "Rq"]
    # Each pocket park lies on housing cells; its own ground is taken off again where reached.
    return sum(map(_covered, homes)) - sum(map(_covered, POCKETS))
