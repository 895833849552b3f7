"""The two forms of the kernel behind green cover."""

import numpy as np
import pytest

from erdao_gis.analysis._row_sums import plain_integrals, row_sums


def test_compiled_form_gives_the_same_numbers() -> None:
    """With numba (extra `fast`) each edge has the integral of the plain form, to rounding."""
    fast = pytest.importorskip("erdao_gis.analysis._row_sums_fast")
    rng = np.random.default_rng(4)
    sums = row_sums(rng.random((50, 131)) < 0.4)
    ends = rng.uniform((-30, -20, -30, -20), (170, 70, 170, 70), (3000, 4)).T.copy()
    ends[:, ::3] = np.round(ends[:, ::3])  # on the grid lines too
    ends[2, ::7] = ends[0, ::7]  # and upright
    plain = plain_integrals(sums, *ends)
    assert np.abs(plain).max() > 100
    np.testing.assert_allclose(fast.compiled_integrals(sums, *ends), plain, atol=1e-9)


def test_width_of_whole_words_is_counted_to_the_end() -> None:
    """A row of exactly 64 and of 128 cells has its total at the right border."""
    for width in (64, 128):
        sums = row_sums(np.ones((1, width), dtype=bool))
        right = np.array([width + 5.0])
        assert plain_integrals(sums, right, np.zeros(1), right, np.ones(1)).tolist() == [width]
