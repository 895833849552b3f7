"""Which cells are green, decided exactly and without overflow.

NDVI > t, with NDVI = (nir - red) / (nir + red) of reflectances r = scale * count + offset, is for
nir + red > 0 the same as (1 - t) nir > (1 + t) red. With t, scales and offsets as the decimals
that they are written as, both sides become whole numbers: an integer test is exact at the
threshold, cannot overflow (its width is chosen from the band's type) and needs no float copy of
the scene.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

import numpy as np
import numpy.typing as npt

from erdao_gis.analysis.kernels.frame_inputs import Mask
from erdao_gis.errors import SchemaError

# Cells worked on at once: a few temporaries of these stay within a core's cache.
_CELLS = 1 << 16


@dataclass(frozen=True)
class _WholeNumbers:
    """Green where ``nir_green * nir - red_green * red > green_above``; seen likewise."""

    nir_green: int
    red_green: int
    green_above: int
    nir_seen: int
    red_seen: int
    seen_above: int
    type: str


@dataclass(frozen=True, kw_only=True)
class GreenTest:
    """Decides for each cell of a red and a near-infrared band whether it is green and seen."""

    threshold: float
    red_scale: float
    nir_scale: float
    red_offset: float
    nir_offset: float
    whole: _WholeNumbers | None
    "The same test in whole numbers; None for floating-point bands."

    def __call__(
        self, red: npt.NDArray[np.generic], nir: npt.NDArray[np.generic]
    ) -> tuple[Mask, Mask]:
        """Return where NDVI exceeds the threshold, and where it is defined at all."""
        green, seen = np.empty(red.shape, dtype=bool), np.empty(red.shape, dtype=bool)
        rows = max(1, _CELLS // max(1, red.shape[1]))
        for top in range(0, red.shape[0], rows):
            strip = slice(top, top + rows)
            if self.whole is None:
                self._by_ratio(red[strip], nir[strip], green[strip], seen[strip])
            else:
                _by_whole_numbers(self.whole, red[strip], nir[strip], green[strip], seen[strip])
        return green, seen

    def _by_ratio(
        self,
        red: npt.NDArray[np.generic],
        nir: npt.NDArray[np.generic],
        green: Mask,
        seen: Mask,
    ) -> None:
        r = red.astype(np.float64) * self.red_scale + self.red_offset
        n = nir.astype(np.float64) * self.nir_scale + self.nir_offset
        with np.errstate(invalid="ignore"):  # infinite cells are not seen either
            total, gap = n + r, n - r
        np.greater(total, 0, out=seen)  # NaN and 0/0 are not seen
        seen &= np.isfinite(total)
        ratio = np.divide(gap, total, out=np.full(total.shape, -np.inf), where=seen)
        np.greater(ratio, self.threshold, out=green)


def _by_whole_numbers(
    test: _WholeNumbers,
    red: npt.NDArray[np.generic],
    nir: npt.NDArray[np.generic],
    green: Mask,
    seen: Mask,
) -> None:
    wide_red, wide_nir = red.astype(test.type), nir.astype(test.type)
    if test.seen_above == 0 and red.dtype == nir.dtype and red.dtype.kind == "u":
        # Counts that cannot be negative and have no offset: only 0/0 is not seen.
        np.not_equal(np.bitwise_or(red, nir), 0, out=seen)
    else:
        total = wide_nir * test.nir_seen
        total += wide_red * test.red_seen
        np.greater(total, test.seen_above, out=seen)
    wide_nir *= test.nir_green
    wide_red *= test.red_green
    wide_nir -= wide_red
    np.greater(wide_nir, test.green_above, out=green)
    if not seen.all():
        green &= seen


def green_test(
    threshold: float,
    dtypes: tuple[str, str],
    scales: Sequence[float],
    offsets: Sequence[float],
) -> GreenTest:
    """Prepare the test for bands (red, nir) of these types, scales and offsets.

    Raises
    ------
    SchemaError
        A threshold that is not between -1 and 1, or a scale that is not positive.
    """
    if not -1 <= threshold < 1:
        raise SchemaError("analysis_bad_threshold", {"threshold": threshold})
    if not all(np.isfinite(scale) and scale > 0 for scale in scales):
        raise SchemaError("analysis_bad_scale", {"scales": tuple(scales)})
    return GreenTest(
        threshold=float(threshold),
        red_scale=float(scales[0]),
        nir_scale=float(scales[1]),
        red_offset=float(offsets[0]),
        nir_offset=float(offsets[1]),
        whole=_whole_numbers(threshold, dtypes, scales, offsets),
    )


def _whole_numbers(
    threshold: float, dtypes: tuple[str, str], scales: Sequence[float], offsets: Sequence[float]
) -> _WholeNumbers | None:
    if not all(np.issubdtype(np.dtype(name), np.integer) for name in dtypes):
        return None
    limit = Fraction(repr(float(threshold)))
    red, nir = (Fraction(repr(float(scale))) for scale in scales)
    red_base, nir_base = (Fraction(repr(float(offset))) for offset in offsets)
    less, more = 1 - limit, 1 + limit
    green = _cleared(less * nir, more * red, more * red_base - less * nir_base)
    seen = _cleared(nir, red, -(nir_base + red_base))
    widest = max(max(abs(np.iinfo(name).min), np.iinfo(name).max) for name in dtypes)
    reach = max(sum(map(abs, green[:2])), sum(map(abs, seen[:2]))) * widest
    reach = max(reach, abs(green[2]), abs(seen[2]))
    for kind in ("int16", "int32", "int64"):
        if reach <= np.iinfo(kind).max:
            return _WholeNumbers(*green, *seen, kind)
    return None


def _cleared(*numbers: Fraction) -> tuple[int, int, int]:
    """Multiply three fractions by their common denominator and divide by their common factor."""
    common = lcm(*(number.denominator for number in numbers))
    first, second, third = (int(number * common) for number in numbers)
    factor = int(np.gcd.reduce(np.array([first, second, third], dtype=object))) or 1
    return first // factor, second // factor, third // factor
