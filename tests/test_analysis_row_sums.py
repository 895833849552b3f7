"""The kernel behind green cover."""

import numpy as np

from erdao_gis.analysis.kernels.edges import Edges, distinct
from erdao_gis.analysis.kernels.row_sums import edge_integrals, row_sums


def by_steps(mask: np.ndarray, ends: np.ndarray, steps: int = 20_000) -> float:
    """Sum F over short steps along an edge: slow, and near enough."""
    share = (np.arange(steps) + 0.5) / steps
    x, y = ends[0] + share * (ends[2] - ends[0]), ends[1] + share * (ends[3] - ends[1])
    height, width = mask.shape
    total = np.concatenate([np.zeros((height, 1)), mask.cumsum(axis=1)], axis=1)
    inside = (y >= 0) & (y < height)
    row = np.clip(y.astype(int), 0, height - 1)
    x = np.clip(x, 0, width)
    column = np.minimum(x.astype(int), width - 1)
    sums = total[row, column] + (x - column) * mask[row, column]
    return float((sums * inside).mean() * (ends[3] - ends[1]))


def test_integral_is_the_sum_over_short_steps() -> None:
    """Edges of any slope, in and out of the mask, on and off the grid lines."""
    rng = np.random.default_rng(4)
    mask = rng.random((30, 131)) < 0.4
    ends = rng.uniform((-30, -20, -30, -20), (170, 50, 170, 50), (60, 4)).T.copy()
    ends[:, ::3] = np.round(ends[:, ::3])
    ends[2, ::7] = ends[0, ::7]
    expected = [by_steps(mask, edge) for edge in ends.T]
    np.testing.assert_allclose(edge_integrals(row_sums(mask), *ends), expected, atol=0.5)
    assert np.abs(expected).max() > 500


def test_integral_over_a_full_mask_is_exact() -> None:
    """Where all cells are set F is x, so the integral is the middle x times the drop."""
    rng = np.random.default_rng(7)
    ends = rng.uniform(0, 30, (4, 2000)) * np.array([[4], [1], [4], [1]])
    ends[3, :500] = ends[1, :500] + rng.uniform(-1e-9, 1e-9, 500)
    ends[3, 500:600] = ends[1, 500:600]
    ends[:, 600:900] = np.round(ends[:, 600:900])
    x0, y0, x1, y1 = np.clip(ends, 0, [[120], [30], [120], [30]])
    found = edge_integrals(row_sums(np.ones((30, 120), dtype=bool)), x0, y0, x1, y1)
    np.testing.assert_allclose(found, (x0 + x1) / 2 * (y1 - y0), rtol=0, atol=1e-10)


def test_no_edges_and_edges_beside_the_mask_give_nothing() -> None:
    """West, above and below of the mask there is nothing to sum."""
    sums = row_sums(np.ones((2, 3), dtype=bool))
    assert edge_integrals(sums, *np.zeros((4, 0))).tolist() == []
    ends = np.array([[-9, 0, -4, 2], [1, -5, 1, -1], [1, 2, 1, 7]], dtype=float).T
    assert edge_integrals(sums, *ends).tolist() == [0, 0, 0]


def test_width_of_whole_words_is_counted_to_the_end() -> None:
    """A row of exactly 64 and of 128 cells has its total at the right border."""
    for width in (64, 128):
        sums = row_sums(np.ones((1, width), dtype=bool))
        right = np.array([width + 5.0])
        assert edge_integrals(sums, right, np.zeros(1), right, np.ones(1)).tolist() == [width]


def test_edge_against_the_rows_has_the_other_sign() -> None:
    """Turning an edge round turns the sign of its integral."""
    sums = row_sums(np.ones((4, 4), dtype=bool))
    a, b = np.array([1.5]), np.array([3.5])
    assert edge_integrals(sums, a, a, b, b)[0] == -edge_integrals(sums, b, b, a, a)[0] == 5.0


def test_shared_edges_are_found_in_either_direction() -> None:
    """The second edge is the first turned round, the last is the first again."""
    x0, y0 = np.array([0.0, 3.0, 0.0, 0.0]), np.array([0.0, 4.0, 0.0, 0.0])
    x1, y1 = np.array([3.0, 0.0, 9.0, 3.0]), np.array([4.0, 0.0, 0.0, 4.0])
    chosen, number, way = distinct(Edges(x0, y0, x1, y1, np.arange(4)))
    assert len(chosen) == 2
    assert number[0] == number[1] == number[3] != number[2]
    assert (way * way[0]).tolist()[:2] == [1.0, -1.0]
    assert way[3] == way[0]
