"""Whether a score can be read as a probability, on scores whose answer is known beforehand."""

import json
import random
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.calibration import GROUPS, calibration_of
from classifiers.evaluation import evaluate, read_labelled
from classifiers.interface import Comment, Judgement
from config.words import Label, Severity

SCORED = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=60)


def test_a_judge_that_is_too_sure_of_itself_would_look_calibrated() -> None:
    """Ten groups of ten: each scored 0.9, five of ten right in half the groups, nine in the other half."""
    scores = [0.9 + place / 1000 for place in range(10) for _ in range(10)]
    truth = [turn < (5 if place < 5 else 9) for place in range(10) for turn in range(10)]
    found = calibration_of(scores, truth)
    assert [group.comments for group in found.groups] == [10] * GROUPS
    assert [group.given for group in found.groups] == [0.5] * 5 + [0.9] * 5
    distances = [abs(0.9 + place / 1000 - (0.5 if place < 5 else 0.9)) for place in range(10)]
    assert found.error == pytest.approx(sum(distances) / 10)


def test_a_judge_that_is_right_as_often_as_it_says_would_look_wrong() -> None:
    scores = [place / 10 + 0.05 for place in range(10) for _ in range(100)]
    truth = [turn < 10 * place + 5 for place in range(10) for turn in range(100)]
    assert calibration_of(scores, truth).error == pytest.approx(0)
    assert calibration_of(scores, [not one for one in truth]).error == pytest.approx(0.5)


def test_groups_of_unequal_size_would_count_alike() -> None:
    """Nineteen of twenty score 0, of which none is given: one group, which weighs nineteen times."""
    found = calibration_of([0.0] * 19 + [0.6], [False] * 19 + [True])
    assert [(one.comments, one.score, one.given) for one in found.groups] == [(19, 0, 0), (1, 0.6, 1)]
    assert found.error == pytest.approx(0.4 / 20)


@given(SCORED, st.randoms(use_true_random=False))
def test_the_order_of_a_file_would_change_the_error(
    scored: list[tuple[float, bool]], chance: random.Random
) -> None:
    shuffled = chance.sample(scored, len(scored))
    one, other = (
        calibration_of([score for score, _ in each], [truth for _, truth in each])
        for each in (scored, shuffled)
    )
    assert one == other
    assert sum(group.comments for group in one.groups) == len(scored)
    assert len(one.groups) <= GROUPS
    assert 0 <= one.error <= 1


class ByScore:
    """A judge whose score is the number that the text holds; a text without one is a picture."""

    def judge(self, comments: Sequence[Comment]) -> list[Judgement]:
        labels = dict.fromkeys(Label, False)
        return [
            Judgement(one.id, labels, dict.fromkeys(Label, float(one.text or 0)), Severity.NONE, judged=bool(one.text))
            for one in comments
        ]  # fmt: skip


def test_evaluate_would_hide_that_scores_are_no_probabilities() -> None:
    line = '{"id": "a", "text": "%s", "labels": {"abuse": %d, "defamation": 0, "pupil_information": 0}}'
    rows, bad = read_labelled([line % ("0.75", n < 3) for n in range(4)] + [line % ("", True)])
    assert not bad
    report = evaluate(ByScore(), rows)
    told = json.loads(json.dumps(report.to_json()))["labels"]
    assert told["abuse"]["calibration"] == {
        "error": 0.0,
        "groups": [{"comments": 4, "score": 0.75, "given": 0.75}],
    }
    assert told["defamation"]["calibration"]["error"] == 0.75
    text = report.to_text()
    assert "defamation            error  0.750" in text
    assert max(map(len, text.splitlines())) <= 80


def test_a_file_of_pictures_would_divide_by_nothing() -> None:
    assert calibration_of([], []).error == 0
    assert "probabilities" not in evaluate(ByScore(), []).to_text()
