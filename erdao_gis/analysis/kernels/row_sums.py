"""Area of a polygon and a cell mask, from the polygon's edges alone.

For a mask m of unit cells let F(x, row) be the sum of m in that row up to column x, a fraction of
the last cell included. By Green's theorem

    area(P and m) = closed integral of F(x, y) dy along the border of P,

so the cost follows the perimeter of the polygons and not their area. F needs one bit for each
cell and one count for each word of 64: a lookup and a population count. Between two grid lines F
is linear along an edge, and its middle gives the integral exactly: each cell counts by the
fraction that lies inside.

Edges are parted at the rows, and the parts at the columns, as lists of marks: each mark ends one
piece and begins the next.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from erdao_gis.analysis.kernels.edges import sums_by
from erdao_gis.analysis.kernels.frame_inputs import Floats, Positions

Words = npt.NDArray[np.uint64]
Counts = npt.NDArray[np.int32]

_WORD_BITS = 6
_WORD = 1 << _WORD_BITS
# Edges worked on at once: what they are parted into stays within a core's cache.
_BATCH = 1 << 8


@dataclass(frozen=True, eq=False)
class RowSums:
    """A mask as bits, with the number of set cells before each word of its row."""

    words: Words
    "A word more than the cells need on either side: columns outside look their totals up there."
    before: Counts
    width: int

    @property
    def height(self) -> int:
        """Rows of the mask."""
        return int(self.words.shape[0])


def row_sums(mask: npt.NDArray[np.bool_]) -> RowSums:
    """Pack a mask; one empty word opens each row, and one closes it and holds its total."""
    height, width = mask.shape
    count = -(-width // _WORD) + 2
    packed = np.packbits(mask, axis=1, bitorder="little")
    octets = np.zeros((height, count * 8), dtype=np.uint8)
    octets[:, 8 : 8 + packed.shape[1]] = packed
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
    begin = np.clip(top_y, 0, sums.height)
    end = np.clip(end_y, begin, sums.height)
    first = np.floor(begin).astype(np.intp)
    marks = np.maximum(np.ceil(end).astype(np.intp) - first, 0) + 1
    after = np.cumsum(marks)
    start, last = after - marks, after - 1
    row = np.arange(after[-1]) + np.repeat(first - start, marks)
    # From the edge's upper end on: a flat edge leans so much that each digit counts.
    y = row - np.repeat(top_y, marks)
    y[start], y[last] = begin - top_y, end - top_y
    x = y * np.repeat(lean, marks) + np.repeat(top_x, marks)
    next_x, next_y = _next(x, x[last], last), _next(y, y[last], last)
    # Nothing begins at an edge's last mark, which may lie on the lower border.
    row[last] = np.minimum(row[last], sums.height - 1)
    means = _means(sums, row, np.minimum(x, next_x), np.maximum(x, next_x))
    total = np.add.reduceat(means * (next_y - y), start)
    return np.where(down, total, -total)


def _next(marks: Floats, final: Floats, last: Positions) -> Floats:
    """Shift marks by one, so that each piece has its end; the last of each list gets ``final``."""
    ends = np.empty_like(marks)
    ends[:-1] = marks[1:]
    ends[last] = final
    return ends


def _means(sums: RowSums, row: Positions, left: Floats, right: Floats) -> Floats:
    """Mean of F over [left, right] of a row; all that is outside on one side is one column."""
    west = np.clip(np.floor(left), -1, sums.width)
    cells = (np.clip(np.floor(right), -1, sums.width) - west).astype(np.intp) + 1
    after = np.cumsum(cells)
    start = after - cells
    part = np.repeat(np.arange(len(row)), cells)
    rank = np.arange(after[-1]) - start[part]
    # Columns count from the part's first one, which keeps all digits.
    begin = rank.astype(np.float64)
    end = begin + 1
    begin[start], end[after - 1] = left - west, right - west
    width, span = end - begin, right - left
    upright = np.flatnonzero(span == 0)
    width[start[upright]] = span[upright] = 1
    bit = (row * sums.words.shape[1] + 1) * _WORD + west.astype(np.intp)
    weighted = _sums_to(sums, bit[part] + rank, (begin + end) / 2 - rank) * width
    return sums_by(part, weighted, len(row)) / span


def _sums_to(sums: RowSums, place: Positions, share: Floats) -> Floats:
    """F up to a share of the cell whose bit has this place."""
    # Shift and mask: a remainder of whole numbers takes numpy several times as long.
    word = place >> _WORD_BITS
    # The cell's bit moves to the top, and all that follow it fall out.
    spare = (~place & (_WORD - 1)).view(np.uint64)
    bits = sums.words.ravel().take(word) << spare
    whole = np.bitwise_count(bits) + sums.before.ravel().take(word)
    cell = (bits >> np.uint64(_WORD - 1)).view(np.int64)
    sums_to: Floats = whole + (share - 1) * cell
    return sums_to
