"""Area of a polygon and a cell mask, from the polygon's edges alone.

For a mask m of unit cells let F(x, row) be the sum of m in that row up to column x, a fraction of
the last cell included. By Green's theorem

    area(P and m) = closed integral of F(x, y) dy along the border of P,

so the cost follows the perimeter of the polygons and not their area. F needs one bit for each
cell and one count for each word of 64: a lookup and a population count. Between two grid lines F
is linear along an edge, and its middle gives the integral exactly: each cell counts by the
fraction that lies inside.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from erdao_gis.analysis._edges import expand, sums_by
from erdao_gis.analysis._inputs import Floats, Positions

Words = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int32]

_WORD = 64
# Edges worked on at once: what they are parted into stays within a core's cache.
_BATCH = 1 << 12


@dataclass(frozen=True, eq=False)
class RowSums:
    """A mask as bits, with the number of set cells before each word of its row."""

    words: Words
    before: Counts
    width: int

    @property
    def height(self) -> int:
        """Rows of the mask."""
        return int(self.words.shape[0])


def row_sums(mask: npt.NDArray[np.bool_]) -> RowSums:
    """Pack a mask; one word more than needed closes each row and holds its total."""
    height, width = mask.shape
    count = -(-width // _WORD) + 1
    packed = np.packbits(mask, axis=1, bitorder="little")
    octets = np.zeros((height, count * 8), dtype=np.uint8)
    octets[:, : packed.shape[1]] = packed
    words = octets.view("<u8")
    before = np.zeros((height, count), dtype=np.int32)
    np.cumsum(np.bitwise_count(words[:, :-1]), axis=1, dtype=np.int32, out=before[:, 1:])
    return RowSums(words, before, width)


def edge_integrals(sums: RowSums, x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> Floats:
    """Integral of F dy along each edge, in cells; rows and columns outside hold nothing."""
    out = np.zeros(len(x0))
    for first in range(0, len(x0), _BATCH):
        batch = slice(first, first + _BATCH)
        out[batch] = _batch(sums, x0[batch], y0[batch], x1[batch], y1[batch])
    return out


def _batch(sums: RowSums, x0: Floats, y0: Floats, x1: Floats, y1: Floats) -> Floats:
    """Part the edges at the rows, and integrate each part."""
    down = y0 <= y1
    top_x, top_y = np.where(down, x0, x1), np.where(down, y0, y1)
    end_x, end_y = np.where(down, x1, x0), np.where(down, y1, y0)
    drop = end_y - top_y
    lean = np.divide(end_x - top_x, drop, out=np.zeros_like(drop), where=drop > 0)
    begin, end = np.clip(top_y, 0, sums.height), np.clip(end_y, 0, sums.height)
    first = np.floor(begin).astype(np.intp)
    rows = np.where(end > begin, np.ceil(end).astype(np.intp) - first, 0)
    edge, rank = expand(rows)
    row = first[edge] + rank
    upper, lower = np.maximum(begin[edge], row), np.minimum(end[edge], row + 1)
    a = top_x[edge] + lean[edge] * (upper - top_y[edge])
    b = top_x[edge] + lean[edge] * (lower - top_y[edge])
    means = _means(sums, row, np.minimum(a, b), np.maximum(a, b))
    total = sums_by(edge, means * (lower - upper), len(x0))
    return np.where(down, total, -total)


def _means(sums: RowSums, row: Positions, left: Floats, right: Floats) -> Floats:
    """Mean of F over [left, right] of a row; parts at the columns where there are several."""
    first = np.clip(np.floor(left), -1, sums.width).astype(np.intp)
    last = np.clip(np.ceil(right), first + 1, sums.width + 1).astype(np.intp)
    cells = last - first
    means = np.empty(len(row))
    single = cells == 1
    means[single] = _sums_to(sums, row[single], (left[single] + right[single]) / 2)
    several = np.flatnonzero(~single)
    part, rank = expand(cells[several])
    place = several[part]
    column = first[place] + rank
    west = np.where(rank == 0, left[place], column)
    east = np.where(rank == cells[place] - 1, right[place], column + 1)
    weighted = (east - west) * _sums_to(sums, row[place], (west + east) / 2)
    spans = right[several] - left[several]
    means[several] = sums_by(part, weighted, len(several)) / spans
    return means


def _sums_to(sums: RowSums, row: Positions, x: Floats) -> Floats:
    """F(x, row)."""
    x = np.clip(x, 0, sums.width)
    column = x.astype(np.intp)
    place = row * sums.words.shape[1] + column // _WORD
    bit = (column % _WORD).astype(np.uint64)
    word = sums.words.ravel()[place]
    one = np.uint64(1)
    below = np.bitwise_count(word & ((one << bit) - one))
    partial: Floats = (x - column) * ((word >> bit) & one)
    whole: Floats = sums.before.ravel()[place] + below.astype(np.float64)
    return whole + partial
