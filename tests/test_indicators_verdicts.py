"""The rule of the verdicts: cases by hand, and laws over all that can be judged."""

import dataclasses
import math
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from erdao_gis.errors import SchemaError
from erdao_gis.indicators import Goal, Limits, judge
from erdao_gis.indicators.verdicts import Verdict

RANK = {"off": 0, "behind": 1, "met": 2}
MIRRORED = {">=": "<=", "<=": ">=", ">": "<", "<": ">", "=": "=", "≈": "≈"}
TURNED = {"higher": "lower", "lower": "higher", "near": "near", "": ""}
# Whole numbers: sums, differences and powers of two of them are exact.
NUMBERS = (st.integers(-6, 6) | st.integers(-1000, 1000)).map(float)
BASES = NUMBERS | st.just(math.nan)


def goals(
    operators: str = "= ≈ >= <= > <", directions: Any = tuple(TURNED), bases: Any = BASES
) -> st.SearchStrategy[Goal]:
    """Draw goals with these signs, directions and baselines."""
    return st.builds(
        Goal,
        operator=st.sampled_from(operators.split()),
        target=NUMBERS,
        baseline=bases,
        direction=st.sampled_from(directions),
    )


GOALS = goals()
KNOWN = goals(bases=NUMBERS)
# More can only be better, or only be worse; neither is better.
SIDED = goals(directions=("higher", "lower")) | goals(">= <= > <")
JUST_SO = goals("= ≈", ("near", ""), NUMBERS)
LIMITS = st.tuples(st.floats(0, 1), st.floats(0, 1)).map(
    lambda pair: Limits(behind=min(pair), off=max(pair))
)
MOMENTS = st.fixed_dictionaries(
    {
        "share": st.sampled_from([-0.5, 0.0, 0.25, 0.5, 1.0, 1.5]),
        "way": st.sampled_from(["linear", "steps"]),
        "steps": st.integers(1, 6),
        "limits": LIMITS | st.none(),
    }
)
BOUNDS = st.sampled_from(["lower_bound", "upper_bound"])


def holds(goal: Goal, value: float) -> bool:
    """Read the plan's sign, with no other arithmetic than comparison."""
    up = goal.direction == "higher"
    down = goal.direction == "lower"
    return {
        ">": value > goal.target,
        "<": value < goal.target,
        ">=": value >= goal.target,
        "<=": value <= goal.target,
    }.get(
        goal.operator,
        value == goal.target or (up and value > goal.target) or (down and value < goal.target),
    )


def sided(goal: Goal) -> int:
    """Tell whether more of it can only be better (1), only be worse (-1), or either (0)."""
    if goal.operator in (">", ">="):
        return 1
    if goal.operator in ("<", "<="):
        return -1
    return {"higher": 1, "lower": -1}.get(goal.direction, 0)


@pytest.mark.parametrize(
    ("operator", "direction", "base", "target", "actual", "verdict"),
    [
        # Jobs: 8,950 of 9,000 lack, but the plan had reached 14,919 before.
        ("=", "higher", math.nan, 9000, 50, "no_data"),
        ("=", "higher", math.nan, 9000, 9000, "met"),
        ("=", "higher", 14919, 9000, 8900, "behind"),
        ("=", "higher", 14919, 9000, 50, "off"),
        # From 60 to 100: 4 short is a tenth of the way, 8 a fifth, 9 more.
        ("=", "higher", 60, 100, 96, "behind"),
        ("=", "higher", 60, 100, 92, "behind"),
        ("=", "higher", 60, 100, 91, "off"),
        # More than 100 is not 100.
        (">", "higher", 0, 100, 100, "behind"),
        (">", "higher", 0, 100, 101, "met"),
        (">", "higher", math.nan, 100, 100, "no_data"),
        # A ceiling, and an end that is reached from above.
        ("<=", "lower", 3.9, 4, 4, "met"),
        ("<=", "lower", 3.9, 4, 4.5, "off"),
        ("=", "lower", 400, 0, 50, "behind"),
        ("=", "lower", 400, 0, 0, "met"),
        # The plan's sign stands over the direction.
        (">=", "lower", 0, 10, 12, "met"),
        # Reached before, and lost: there was nothing to gain.
        ("=", "higher", 100, 100, 99, "off"),
        ("=", "higher", 100, 100, 100, "met"),
        # Neither more nor less is better.
        ("=", "near", 0, 10, 11, "behind"),
        ("=", "near", 0, 10, 13, "off"),
        ("=", "", 0, 10, 10, "met"),
    ],
)
def test_final_verdicts_by_hand(
    operator: str, direction: Any, base: float, target: float, actual: float, verdict: Verdict
) -> None:
    """At the end of the period, with nothing forgiven and a fifth as the limit."""
    goal = Goal(operator=operator, target=target, baseline=base, direction=direction)
    assert judge(goal, actual).verdict == verdict


@pytest.mark.parametrize(
    ("base", "target", "actual", "path", "verdict"),
    [
        (60, 100, 76, 76, "met"),
        (60, 100, 75, 76, "behind"),
        (60, 100, 60, 76, "off"),
        (14919, 9000, 9000, 9000, "met"),  # to be kept: no way down is walked
        (math.nan, 100, 100, math.nan, "met"),
        (math.nan, 100, 99, math.nan, "no_data"),
    ],
)
def test_mid_term_verdicts_by_hand(
    base: float, target: float, actual: float, path: float, verdict: Verdict
) -> None:
    """Two years of five have gone by."""
    found = judge(Goal(operator=">=", target=target, baseline=base), actual, share=0.4)
    assert found.path == pytest.approx(path, nan_ok=True)
    assert found.verdict == verdict


@pytest.mark.parametrize(
    ("actual", "verdict"), [(4, "met"), (7, "met"), (10, "met"), (3, "behind"), (12, "behind")]
)
def test_just_so_at_mid_term(actual: float, verdict: Verdict) -> None:
    """From 0 to just 10, at 4 after two years of five: ahead of it is as good as on it."""
    goal = Goal(operator="=", target=10, baseline=0, direction="near")
    assert judge(goal, actual, share=0.4).verdict == verdict


@pytest.mark.parametrize(
    ("operator", "state", "actual", "verdict"),
    [
        (">=", "lower_bound", 85, "met"),
        (">=", "lower_bound", 84, "no_data"),
        (">=", "upper_bound", 90, "no_data"),
        (">=", "upper_bound", 60, "off"),
        ("<=", "lower_bound", 80, "no_data"),
        ("<=", "upper_bound", 85, "met"),
        (">=", "part", 100, "no_data"),
        (">=", "no_data", 100, "no_data"),
    ],
)
def test_bounds_by_hand(operator: str, state: Any, actual: float, verdict: Verdict) -> None:
    """Only what is true of every value that the bound allows is said: 85, from 60."""
    goal = Goal(operator=operator, target=85, baseline=60)
    found = judge(goal, actual, state=state)
    reasons = {"part": "part", "no_data": "no_actual"}
    assert (found.verdict, found.reason) == (verdict, reasons.get(state, "bound"))


@given(goal=GOALS, actual=BASES, moment=MOMENTS, state=BOUNDS | st.sampled_from(["value", "part"]))
def test_every_case_has_one_verdict_and_says_what_it_rests_on(
    goal: Goal, actual: float, moment: dict[str, Any], state: Any
) -> None:
    """A verdict of the four; a deviation or the reason why there is none, never both."""
    found = judge(goal, actual, state=state, **moment)
    assert found.verdict in get_args(Verdict)
    assert math.isnan(found.deviation) == bool(found.reason)
    if found.verdict == "behind":
        assert not found.reason
    if found.verdict == "no_data":
        assert found.reason
    if math.isnan(actual) or state == "part":
        assert found.verdict == "no_data"


@given(goal=KNOWN, actual=NUMBERS, moment=MOMENTS)
def test_a_known_value_and_base_always_give_a_conclusion(
    goal: Goal, actual: float, moment: dict[str, Any]
) -> None:
    """No data is said only where something lacks."""
    assert judge(goal, actual, **moment).verdict != "no_data"


@given(goal=GOALS, actual=NUMBERS)
def test_at_the_end_it_is_met_just_where_the_sign_holds(goal: Goal, actual: float) -> None:
    """Whatever the baseline: the sign of the plan decides, and nothing is forgiven."""
    assert (judge(goal, actual).verdict == "met") == holds(goal, actual)


@given(goal=GOALS, actual=NUMBERS, moment=MOMENTS)
def test_who_has_reached_the_target_is_on_target_at_any_time(
    goal: Goal, actual: float, moment: dict[str, Any]
) -> None:
    """The path asks for no more than the target."""
    if holds(goal, actual):
        assert judge(goal, actual, **moment).verdict == "met"


@given(goal=SIDED, first=NUMBERS, second=NUMBERS, moment=MOMENTS)
def test_more_of_the_good_is_never_worse(
    goal: Goal, first: float, second: float, moment: dict[str, Any]
) -> None:
    """The verdict rises with the actual value where more is better, and falls where less is."""
    side = sided(goal)
    worse, better = sorted((first, second), key=lambda value: side * value)
    low, high = (judge(goal, value, **moment).verdict for value in (worse, better))
    if "no_data" in (low, high):
        assert math.isnan(goal.baseline)
        assert (low, high) != ("met", "no_data")
    else:
        assert RANK[low] <= RANK[high]


@given(goal=JUST_SO, first=st.integers(0, 500), second=st.integers(0, 500), over=st.booleans())
def test_farther_from_just_so_is_never_better(
    goal: Goal, first: int, second: int, *, over: bool
) -> None:
    """Where neither more nor less is better the distance from the target counts, on each side."""
    near, far = sorted((first, second))
    sign = 1 if over else -1
    close, away = (judge(goal, goal.target + sign * gap).verdict for gap in (near, far))
    assert RANK[away] <= RANK[close]


@given(goal=GOALS, actual=NUMBERS, moment=MOMENTS, power=st.integers(-20, 20),
       state=BOUNDS | st.just("value"))  # fmt: skip
def test_the_unit_does_not_matter(
    goal: Goal, actual: float, moment: dict[str, Any], power: int, state: Any
) -> None:
    """Base, target and actual in another unit: same verdict, same deviation."""
    unit = 2.0**power
    other = dataclasses.replace(goal, target=goal.target * unit, baseline=goal.baseline * unit)
    first = judge(goal, actual, state=state, **moment)
    second = judge(other, actual * unit, state=state, **moment)
    assert second.verdict == first.verdict
    assert second.deviation == pytest.approx(first.deviation, nan_ok=True)


@given(goal=GOALS, actual=NUMBERS, moment=MOMENTS, state=BOUNDS | st.just("value"))
def test_less_is_judged_as_more_is(
    goal: Goal, actual: float, moment: dict[str, Any], state: Any
) -> None:
    """All signs turned round: the same verdict, and the deviation with its sign turned."""
    other = Goal(
        operator=MIRRORED[goal.operator],
        target=-goal.target,
        baseline=-goal.baseline,
        direction=TURNED[goal.direction],  # type: ignore[arg-type]
    )
    turned = {"lower_bound": "upper_bound", "upper_bound": "lower_bound", "value": "value"}[state]
    first = judge(goal, actual, state=state, **moment)
    second = judge(other, -actual, state=turned, **moment)  # type: ignore[arg-type]
    assert second.verdict == first.verdict
    assert second.deviation == pytest.approx(-first.deviation, nan_ok=True)


@given(goal=GOALS, actual=NUMBERS, moment=MOMENTS, more=st.floats(0, 1), most=st.floats(0, 1))
def test_wider_limits_are_never_worse(
    goal: Goal, actual: float, moment: dict[str, Any], more: float, most: float
) -> None:
    """Who forgives more finds nothing worse than before; what lacks still lacks."""
    limits = moment["limits"] or Limits()
    wider = Limits(behind=limits.behind + more, off=max(limits.off + most, limits.behind + more))
    first = judge(goal, actual, **moment).verdict
    second = judge(goal, actual, **(moment | {"limits": wider})).verdict
    assert (first == "no_data") == (second == "no_data")
    if first != "no_data":
        assert RANK[first] <= RANK[second]


@given(goal=GOALS, actual=NUMBERS, moment=MOMENTS, state=BOUNDS, beyond=st.integers(0, 3000))
def test_a_bound_says_only_what_every_value_that_it_allows_says(
    goal: Goal, actual: float, moment: dict[str, Any], state: Any, beyond: int
) -> None:
    """Whatever the true value turns out to be, the verdict of the bound was right."""
    said = judge(goal, actual, state=state, **moment).verdict
    side = 1 if state == "lower_bound" else -1
    allowed = {actual + side * beyond, actual}
    allowed |= {goal.target} if side * (goal.target - actual) > 0 else set()
    if said != "no_data":
        assert {judge(goal, true, **moment).verdict for true in allowed} == {said}


@given(goal=SIDED, actual=NUMBERS, moment=MOMENTS)
def test_at_least_is_never_held_against_one_who_wants_more(
    goal: Goal, actual: float, moment: dict[str, Any]
) -> None:
    """Where more is better a lower bound is met or says nothing; so is an upper one of less."""
    state = "lower_bound" if sided(goal) > 0 else "upper_bound"
    assert judge(goal, actual, state=state, **moment).verdict in ("met", "no_data")  # type: ignore[arg-type]


@given(goal=SIDED, actual=NUMBERS, moment=MOMENTS)
def test_the_measured_shortfall_alone_decides_between_behind_and_far_off(
    goal: Goal, actual: float, moment: dict[str, Any]
) -> None:
    """A fifth of the way, worked out anew from base, target and path."""
    limits = moment["limits"] or Limits()
    found = judge(goal, actual, **moment)
    if found.verdict in ("behind", "off") and not found.reason:
        short = abs(actual - found.path) / abs(goal.target - goal.baseline)
        assert abs(found.deviation) == pytest.approx(short)
        assert (found.verdict == "off") == (short > limits.off + 1e-9)


@pytest.mark.parametrize(
    ("behind", "off"), [(-0.1, 0.2), (0.3, 0.2), (0, math.inf), (math.nan, 0.2), (0, math.nan)]
)
def test_limits_that_leave_a_gap_are_refused(behind: float, off: float) -> None:
    """A shortfall is never in two classes or in none."""
    with pytest.raises(SchemaError) as caught:
        Limits(behind=behind, off=off)
    assert caught.value.key == "indicators_bad_limits"
