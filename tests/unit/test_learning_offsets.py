"""The offset that decisions teach: bounded, held back by its prior, and never above a danger flag's floor."""

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.learning import BOUND, LEARNS, Decided, offset, shifted

DECIDED = st.lists(
    st.builds(Decided, st.floats(0, 1), st.booleans(), st.sampled_from([1.0, 0.5, 0.1])), max_size=60
)
SCORE = st.floats(0.01, 0.99)


@given(DECIDED)
def test_decisions_would_move_a_threshold_out_of_bounds(decided: list[Decided]) -> None:
    found = offset(decided)
    assert -BOUND <= found <= BOUND
    shuffled = random.Random(1).sample(decided, len(decided))
    assert offset(shuffled) == found, "the same decisions in another order would teach something else"


@given(DECIDED, SCORE)
def test_one_more_dismissal_would_make_it_louder(decided: list[Decided], score: float) -> None:
    assert offset([*decided, Decided(score, confirmed=False)]) <= offset(decided)
    assert offset([*decided, Decided(score, confirmed=True)]) >= offset(decided)


def test_three_dismissals_would_count_like_thirty() -> None:
    dismissed = [Decided(0.7, confirmed=False)] * 30
    assert offset([]) == 0
    assert -0.15 < offset(dismissed[:3]) < 0
    assert offset(dismissed) < -0.7
    assert offset(dismissed * 40) == -BOUND


def test_decisions_that_agree_with_the_scores_would_change_something() -> None:
    agreeing = [Decided(0.7, confirmed=place % 10 < 7) for place in range(1000)]
    assert offset(agreeing) == pytest.approx(0, abs=1e-3)


def test_a_known_shift_would_not_be_found_again() -> None:
    """A school whose people dismiss as if the odds were half of what the model says."""
    draw = random.Random(5)
    truth = [
        math.log(0.5) + math.log(score / (1 - score))
        for score in (draw.uniform(0.3, 0.95) for _ in range(6000))
    ]
    decided = [
        Decided(1 / (1 + math.exp(-(logit - math.log(0.5)))), draw.random() < 1 / (1 + math.exp(-logit)))
        for logit in truth
    ]
    assert offset(decided) == pytest.approx(math.log(0.5), abs=0.1)


def test_an_incident_of_many_copies_would_count_many_times() -> None:
    one = [Decided(0.8, confirmed=False)]
    copies = [Decided(0.8, confirmed=False, weight=0.05)] * 20
    assert offset(copies) == pytest.approx(offset(one), abs=1e-3)


@given(SCORE, SCORE, st.floats(-5, 5))
def test_a_danger_flag_would_be_lifted_above_its_floor(threshold: float, floor: float, shift: float) -> None:
    """A child at risk would be missed because a manager dismissed alarms."""
    moved = shifted({"threat": threshold}, {"threat": shift}, {"threat": floor})["threat"]
    assert moved <= max(threshold, floor) + 1e-12
    if shift > 0:
        assert moved <= threshold + 1e-12


@given(SCORE, SCORE, st.floats(-BOUND, BOUND))
def test_a_moved_threshold_would_mark_otherwise_than_a_corrected_score(
    threshold: float, score: float, shift: float
) -> None:
    moved = shifted({"abuse": threshold}, {"abuse": shift}, {})["abuse"]
    corrected = math.log(score / (1 - score)) + shift - math.log(threshold / (1 - threshold))
    if abs(corrected) > 1e-6:
        assert (score >= moved) == (corrected > 0)


def test_a_head_without_an_offset_would_be_rounded() -> None:
    thresholds = {"abuse": 0.1 + 0.2, "threat": 0.5}
    assert shifted(thresholds, {"threat": 1.0, "gone": 1.0}, {})["abuse"] == 0.1 + 0.2
    assert set(shifted(thresholds, {"gone": 1.0}, {})) == {"abuse", "threat"}
    assert "indecent_image" not in LEARNS
    assert {"abuse", "defamation", "pupil_information", "threat"} <= set(LEARNS)
