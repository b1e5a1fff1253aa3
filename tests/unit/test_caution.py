"""The three thresholds of a head: chosen from held-out scores, and picked by a school's levels."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers.caution import DANGER, FLOOR, Levels, choose, choose_alone, floors_for, thresholds_for
from config.words import Caution, Flag, Label

HEADS = ("abuse", "defamation", "pupil_information", "insult", *(flag.value for flag in DANGER))
ROWS = st.lists(
    st.tuples(st.integers(0, 1000), st.sampled_from(["given", "harmless", "other"])), min_size=1, max_size=120
)


def arrays(rows: list[tuple[int, str]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    scores = np.array([score / 1000 for score, _ in rows])
    kinds = np.array([kind for _, kind in rows])
    return scores, kinds == "given", kinds == "harmless"


@given(ROWS, st.booleans())
def test_cautious_would_miss_more_than_quiet(rows: list[tuple[int, str]], danger: bool) -> None:
    scores, truth, harmless = arrays(rows)
    quiet, balanced, cautious = choose(scores, truth, harmless, danger=danger)
    assert 1 >= quiet >= balanced >= cautious >= 0
    found = [int((scores >= one).sum()) for one in (quiet, balanced, cautious)]
    assert found == sorted(found)


@given(ROWS)
def test_a_quiet_danger_flag_would_fall_below_its_floor(rows: list[tuple[int, str]]) -> None:
    """A child at risk would be missed because somebody wanted fewer mails."""
    scores, truth, harmless = arrays(rows)
    quiet, _, _ = choose(scores, truth, harmless, danger=True)
    marked = scores >= quiet
    if truth.any():
        recall, precision = (marked & truth).sum() / truth.sum(), (marked & truth).sum() / marked.sum()
        more_is_noise = all(
            (truth & (scores >= lower)).sum() / (scores >= lower).sum() < 0.2
            for lower in np.unique(scores[scores < quiet])
        )
        assert recall >= FLOOR - 1e-9 or precision < 0.2 or more_is_noise


@settings(max_examples=50)
@given(ROWS)
def test_the_order_of_the_comments_would_change_the_thresholds(rows: list[tuple[int, str]]) -> None:
    assert choose(*arrays(rows), danger=False) == choose(*arrays(rows[::-1]), danger=False)


def held_out(danger: bool = False) -> tuple[np.ndarray, np.ndarray, np.ndarray, tuple[float, float, float]]:
    rng = np.random.default_rng(3)
    truth = np.arange(2000) < 300
    scores = 1 / (1 + np.exp(-rng.normal(np.where(truth, 1.8, -1.8), 1.3)))
    return scores, truth, ~truth, choose(scores, truth, ~truth, danger=danger)


def test_each_level_would_not_keep_what_it_promises() -> None:
    scores, truth, harmless, (quiet, balanced, cautious) = held_out()
    assert 1000 * (scores[harmless] >= quiet).mean() <= 10
    assert 1000 * (scores[harmless] >= balanced).mean() <= 50
    assert (scores[truth] >= cautious).mean() >= 0.95
    assert quiet > balanced > cautious


def test_a_danger_flag_would_not_go_by_recall() -> None:
    scores, truth, _, (quiet, balanced, cautious) = held_out(danger=True)
    recalls = [(scores[truth] >= one).mean() for one in (quiet, balanced, cautious)]
    assert [recall >= least for recall, least in zip(recalls, (0.85, 0.88, 0.95), strict=True)] == [True] * 3
    assert recalls[0] < 0.86


def test_separable_scores_would_be_cut_beside_the_gap() -> None:
    scores = np.array([0.9, 0.8, 0.7, 0.2, 0.1])
    truth = np.array([True, True, True, False, False])
    for danger in (False, True):
        _, balanced, cautious = choose(scores, truth, ~truth, danger=danger)
        assert balanced == cautious == pytest.approx(0.45)


def test_a_head_that_never_occurs_would_break_the_training() -> None:
    none = np.zeros(3, dtype=bool)
    assert choose(np.array([0.1, 0.2, 0.3]), none, ~none, danger=False) == (0.5, 0.5, 0.5)


def test_the_level_of_one_label_would_move_another() -> None:
    table = np.array([[0.7] * 8, [0.5] * 8, [0.3] * 8])
    found = thresholds_for(table, HEADS, Levels(abuse=Caution.QUIET, danger=Caution.CAUTIOUS))
    assert found["abuse"] == 0.7
    assert found["defamation"] == found["pupil_information"] == found["insult"] == 0.5
    assert {found[flag] for flag in DANGER} == {0.3}
    assert floors_for(table, HEADS) == {flag.value: 0.7 for flag in DANGER}


def test_an_older_model_with_one_threshold_would_not_load() -> None:
    one = np.linspace(0.1, 0.8, 8)
    every = [thresholds_for(one, HEADS, Levels.all(level)) for level in Caution]
    assert every[0] == every[1] == every[2] == dict(zip(HEADS, one.tolist(), strict=True))
    with pytest.raises(ValueError, match="expected 3 x 8"):
        thresholds_for(np.zeros((2, 8)), HEADS, Levels())


def test_the_danger_flags_would_not_be_those_that_stand_alone() -> None:
    assert set(DANGER) == {
        Flag.THREAT, Flag.SAFEGUARDING, Flag.INDECENT_IMAGE, Flag.SELF_HARM_ENCOURAGEMENT,
    }  # fmt: skip
    assert Levels(danger=Caution.QUIET).of(Label.ABUSE) is Caution.BALANCED


def held_out_scores(seed: int, comments: int, steps: int) -> tuple[np.ndarray, np.ndarray]:
    """Scores below 1, as calibrated ones are, with many alike where the steps are few; and who is harmless."""
    dice = np.random.default_rng(seed)
    return dice.integers(0, steps, comments) / steps, dice.random(comments) < 0.8


SCORES = st.builds(
    held_out_scores, st.integers(0, 10**6), st.integers(0, 3000), st.sampled_from([3, 50, 10**6])
)
BESIDE = st.lists(st.floats(0, 1), min_size=3, max_size=3).map(
    lambda found: tuple(sorted(found, reverse=True))
)
MOST_ALONE = (0.001, 0.002, 0.006)
"""Of the harmless comments, at quiet, balanced and cautious: what a danger flag may raise by itself."""


@given(SCORES, BESIDE)
def test_a_danger_flag_alone_would_be_less_sure_than_beside_a_label(
    rows: tuple[np.ndarray, np.ndarray], beside: tuple[float, float, float]
) -> None:
    scores, harmless = rows
    alone = choose_alone(scores, harmless, beside)
    assert all(one >= least for one, least in zip(alone, beside, strict=True))


@given(SCORES, BESIDE)
def test_a_cautious_school_would_hear_of_less_danger_than_a_quiet_one(
    rows: tuple[np.ndarray, np.ndarray], beside: tuple[float, float, float]
) -> None:
    scores, harmless = rows
    quiet, balanced, cautious = choose_alone(scores, harmless, beside)
    assert quiet >= balanced >= cautious


@given(SCORES, BESIDE)
def test_a_danger_flag_alone_would_wake_somebody_more_often_than_promised(
    rows: tuple[np.ndarray, np.ndarray], beside: tuple[float, float, float]
) -> None:
    """A critical alarm rings out of hours; and no threshold is higher than it takes to keep the promise."""
    scores, harmless = rows
    alone = choose_alone(scores, harmless, beside)
    for threshold, most, least in zip(alone, MOST_ALONE, beside, strict=True):
        allowed = int(most * harmless.sum())
        assert (scores[harmless] >= threshold).sum() <= allowed
        lower = np.nextafter(threshold, 0.0)
        assert threshold == least or (scores[harmless] >= lower).sum() > allowed


@pytest.mark.parametrize(("count", "allowed"), [(100, (0, 0, 0)), (1000, (1, 2, 6)), (10_000, (10, 20, 60))])
def test_alarms_would_grow_faster_than_the_comments(count: int, allowed: tuple[int, int, int]) -> None:
    scores = np.linspace(0, 0.99, count)
    alone = choose_alone(scores, np.ones(count, dtype=bool), (0.0, 0.0, 0.0))
    assert tuple(int((scores >= one).sum()) for one in alone) == allowed


def test_comments_with_a_label_would_make_a_lone_flag_shyer() -> None:
    """Real danger scores high: were it counted as an alarm, the flag would never speak by itself."""
    harmless = np.arange(1000) < 900
    scores = np.where(harmless, 0.2, 0.99)
    assert max(choose_alone(scores, harmless, (0.1, 0.1, 0.1))) == pytest.approx(0.2, abs=1e-12)


def test_a_flag_that_no_harmless_comment_comes_near_would_be_held_back() -> None:
    nothing = np.zeros(0, dtype=bool)
    assert choose_alone(np.zeros(0), nothing, (0.6, 0.5, 0.4)) == (0.6, 0.5, 0.4)
    assert choose_alone(np.full(50, 0.01), np.ones(50, dtype=bool), (0.6, 0.5, 0.4)) == (0.6, 0.5, 0.4)
