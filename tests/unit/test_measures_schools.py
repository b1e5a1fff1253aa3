"""How sure the mean over schools is: the short way must say what a plain bootstrap over the comments says."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.measures import Measure, f1_interval, mean_f1_interval

RIGHT, FALSE, MISSED, NEITHER = range(4)


def school(right: int, false: int, missed: int, neither: int) -> tuple[Measure, int]:
    """What was measured at one school, and its number of comments."""
    return Measure("abuse", right + missed, right + false, right), right + false + missed + neither


def by_drawing_comments(schools: list[tuple[int, int, int, int]], times: int = 3000) -> tuple[float, float]:
    """The bootstrap as a textbook has it: comments of each school drawn anew, F1 of each, their mean."""
    dice = np.random.default_rng(77)
    comments = [np.repeat(np.arange(4), counts) for counts in schools]
    means = []
    for _ in range(times):
        each = []
        for cells in comments:
            drawn = cells[dice.integers(0, len(cells), len(cells))]
            right, false, missed = ((drawn == cell).sum() for cell in (RIGHT, FALSE, MISSED))
            below = 2 * right + false + missed
            each.append(2 * right / below if below else 0.0)
        means.append(np.mean(each))
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


@pytest.mark.parametrize(
    "schools",
    [
        pytest.param([(45, 10, 15, 130)], id="one school"),
        pytest.param([(45, 10, 15, 130), (80, 40, 10, 400), (12, 3, 9, 60)], id="three unlike schools"),
        pytest.param([(6, 2, 3, 20), (200, 10, 20, 900)], id="a small and a large one"),
        pytest.param([(3, 0, 1, 6), (2, 1, 0, 9), (4, 2, 2, 5)], id="hardly any comments"),
    ],
)
def test_the_model_card_would_be_surer_than_a_plain_bootstrap(
    schools: list[tuple[int, int, int, int]],
) -> None:
    found = mean_f1_interval([school(*counts) for counts in schools])
    assert found == pytest.approx(by_drawing_comments(schools), abs=0.015)


def test_a_large_school_would_drown_the_small_ones() -> None:
    """Schools count alike however much is said at them: the mean of 1 and 0 is a half."""
    low, high = mean_f1_interval([school(900, 0, 0, 0), school(0, 1, 1, 0)])
    assert (low, high) == (0.5, 0.5)


def test_four_schools_would_tell_no_more_than_one() -> None:
    one = school(45, 10, 15, 130)
    (low, high), (lower, higher) = mean_f1_interval([one] * 4), mean_f1_interval([one])
    assert high - low == pytest.approx((higher - lower) / 2, rel=0.15)


def test_one_school_would_be_measured_in_two_ways() -> None:
    measure, comments = school(45, 10, 15, 130)
    assert f1_interval(measure, comments) == mean_f1_interval([(measure, comments)])


CELLS = st.tuples(*[st.integers(0, 40)] * 4).filter(any)


@settings(max_examples=40)
@given(st.lists(CELLS, min_size=1, max_size=5))
def test_the_interval_would_leave_out_the_mean_that_was_measured(
    schools: list[tuple[int, int, int, int]],
) -> None:
    measured = [school(*counts) for counts in schools]
    low, high = mean_f1_interval(measured)
    mean = float(np.mean([measure.f1 for measure, _ in measured]))
    assert 0 <= low <= high <= 1
    assert low <= mean + 0.02
    assert high >= mean - 0.02
    assert (low, high) == mean_f1_interval(measured), "another run would print another interval"
