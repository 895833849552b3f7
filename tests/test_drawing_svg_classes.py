"""Values in classes: limits by hand, no data apart, nothing outside its colour."""

import itertools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from erdao_gis.drawing import classified, ramp_colours
from erdao_gis.errors import SchemaError

NUMBERS = st.lists(st.floats(-1e6, 1e6, allow_nan=False), min_size=1, max_size=40)


def test_equal_intervals() -> None:
    """0 to 9 in three classes of width 3; an upper limit belongs to its class."""
    classes = classified(pd.Series([0.0, 3.0, 3.1, 9.0]), method="equal", count=3)
    assert classes.breaks == (0, 3, 6, 9)
    assert classes.numbers.tolist() == [0, 0, 1, 2]


def test_quantiles_hold_as_many_each() -> None:
    """Eight values in four classes: two in each."""
    classes = classified(pd.Series(range(8)), method="quantile", count=4)
    assert np.bincount(classes.numbers).tolist() == [2, 2, 2, 2]


def test_many_zeros_are_a_class_of_their_own() -> None:
    """Where most values are zero, zero is not mixed with small values."""
    classes = classified(pd.Series([0.0] * 6 + [4.0, 8.0]), method="quantile", count=4)
    assert classes.numbers[:6].tolist() == [0] * 6
    assert classes.numbers[6:].min() > 0
    assert classes.texts()[0].startswith("0.0") or classes.texts()[0] == "0"
    assert "–" not in classes.texts()[0]


def test_natural_breaks_fall_into_the_gaps() -> None:
    """Three clusters of values are three classes."""
    values = pd.Series([1.0, 2.0, 3.0, 50.0, 51.0, 98.0, 99.0, 100.0])
    classes = classified(values, method="jenks", count=3)
    assert classes.numbers.tolist() == [0, 0, 0, 1, 1, 2, 2, 2]
    assert classes.breaks == (1, 3, 51, 100)


@given(st.lists(st.integers(0, 30), min_size=4, max_size=9, unique=True))
def test_natural_breaks_are_the_best(values: list[int]) -> None:
    """No other division of a few values into three has a smaller sum of squares."""

    def squares(groups: list[list[int]]) -> float:
        return sum(float(np.var(group)) * len(group) for group in groups if group)

    ordered = sorted(values)
    best = min(
        squares([ordered[:a], ordered[a:b], ordered[b:]])
        for a, b in itertools.combinations(range(1, len(ordered)), 2)
    )
    classes = classified(pd.Series(ordered), method="jenks", count=3)
    groups = [
        [v for v, n in zip(ordered, classes.numbers, strict=True) if n == k] for k in range(3)
    ]
    assert squares(groups) == pytest.approx(best, abs=1e-9)


@given(NUMBERS, st.sampled_from(["quantile", "equal", "jenks"]), st.integers(2, 7))
def test_every_value_lies_within_the_limits_of_its_class(
    numbers: list[float], method: str, count: int
) -> None:
    """A colour never stands for a value outside the limits that the legend gives it."""
    values = pd.Series(numbers)
    classes = classified(values, method=method, count=count)  # type: ignore[arg-type]
    assert len(classes.colours) == len(classes.breaks) - 1 <= count
    for value, number in zip(values, classes.numbers, strict=True):
        assert classes.breaks[number] <= value <= classes.breaks[number + 1]


def test_no_data_is_no_class() -> None:
    """Missing, NaN and infinite values are counted apart and move no limit."""
    classes = classified(pd.Series([1.0, None, np.nan, np.inf, 3.0]), method="equal", count=2)
    assert classes.numbers.tolist() == [0, -1, -1, -1, 1]
    assert classes.missing == 3
    assert classes.breaks == (1, 2, 3)


@pytest.mark.parametrize("values", [[], [None, None]])
def test_nothing_known_gives_no_classes(values: list[None]) -> None:
    """Without a value there are no limits and no colours."""
    classes = classified(pd.Series(values, dtype=float))
    assert (classes.breaks, classes.colours) == ((), ())


def test_one_value_is_one_class() -> None:
    """Equal values share one class, shown as a figure."""
    classes = classified(pd.Series([5.0, 5.0]))
    assert classes.numbers.tolist() == [0, 0]
    assert classes.texts() == ("5",)


def test_method_is_told_in_both_languages() -> None:
    """The legend's line names method, number of classes and unit."""
    classes = classified(pd.Series([1.0, 2.0, 3.0]), method="equal", count=2, unit="m²")
    assert classes.method_text("zh") == "等距分级，2 级；单位：m²"
    assert classes.method_text("en") == "Equal intervals, 2 classes; unit: m²"


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"method": "pretty"}, "drawing_class_method"),
        ({"count": 1}, "drawing_class_count"),
        ({"count": 8}, "drawing_class_count"),
        ({"method": "given"}, "drawing_class_breaks"),
        ({"method": "given", "breaks": (0, 5, 5)}, "drawing_class_breaks"),
        ({"method": "given", "breaks": (0, float("nan"))}, "drawing_class_breaks"),
        ({"method": "given", "breaks": (0, 2)}, "drawing_class_outside"),
    ],
)
def test_impossible_classes_are_refused(options: dict[str, object], key: str) -> None:
    """What cannot be told truthfully is refused with a remedy."""
    with pytest.raises(SchemaError) as caught:
        classified(pd.Series([1.0, 3.0]), **options)  # type: ignore[arg-type]
    assert caught.value.key == key
    assert caught.value.message("zh")


def test_ramp_deepens() -> None:
    """Each colour of the ramp is darker than the one before."""

    def light(colour: str) -> int:
        return sum(int(colour[at : at + 2], 16) for at in (1, 3, 5))

    shades = [light(colour) for colour in ramp_colours(None)]
    assert shades == sorted(shades, reverse=True)
