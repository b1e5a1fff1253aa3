"""What `evaluate` says of each level, of its own certainty, and of platforms and surfaces."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.caution import Levels
from classifiers.evaluation import AtLevel, Report, evaluate, read_labelled
from classifiers.interface import Comment, Judgement, Register
from classifiers.judge import load_judge
from classifiers.measures import Measure, f1_interval
from config.words import Caution, Flag, Label, Severity

CUTS = {Caution.QUIET: 0.8, Caution.BALANCED: 0.5, Caution.CAUTIOUS: 0.2}


class ByNumber:
    """A judge whose score of abuse, and of a threat, is the number that the text holds."""

    def __init__(self, levels: Levels) -> None:
        self.levels = levels

    def judge(self, comments: Sequence[Comment]) -> list[Judgement]:
        return [self._one(comment, CUTS[self.levels.abuse], CUTS[self.levels.danger]) for comment in comments]

    def judge_at_every_level(self, comments: Sequence[Comment]) -> Mapping[Caution, Sequence[Judgement]]:
        return {level: ByNumber(Levels.all(level)).judge(comments) for level in Caution}

    def _one(self, comment: Comment, abuse: float, danger: float) -> Judgement:
        score = float(comment.text)
        labels = dict.fromkeys(Label, False) | {Label.ABUSE: score >= abuse}
        severity = Severity.MEDIUM if labels[Label.ABUSE] else Severity.NONE
        scores = dict.fromkeys(Label, 0.0) | {Label.ABUSE: score}
        return Judgement(comment.id, labels, scores, severity, (Flag.THREAT,) * (score >= danger))


def row(score: float, *given: str, platform: str | None = "x", surface: str = "mention") -> str:
    return json.dumps({"id": "a", "text": str(score), "labels": {label: int(label in given) for label in Label},
                       "flags": [flag for flag in Flag if flag in given], "platform": platform, "surface": surface})  # fmt: skip


def report_of(lines: Sequence[str], levels: Levels | None = None) -> Report:
    rows, bad = read_labelled(lines)
    assert not bad
    return evaluate(ByNumber(levels or Levels()), rows)


LINES = [row(0.9, "abuse", "threat"), row(0.6, "abuse"), row(0.3, "abuse", "threat"), row(0.1, "abuse"),
         row(0.85), row(0.55), row(0.25), row(0.0), row(0.0), row(0.0)]  # fmt: skip


def at(report: Report, name: str, level: Caution) -> AtLevel:
    return next(one for one in report.levels if one.measure.name == name and one.level is level)


def test_a_manager_would_choose_a_level_by_wrong_figures() -> None:
    report = report_of(LINES, Levels(abuse=Caution.CAUTIOUS))
    quiet, balanced, cautious = (at(report, "abuse", level) for level in Caution)
    assert [(one.measure.found, one.measure.right) for one in (quiet, balanced, cautious)] == [(2, 1), (4, 2), (6, 3)]  # fmt: skip
    assert [one.alarms for one in (quiet, balanced, cautious)] == [200, 400, 600]
    assert [one.false_alarms for one in (quiet, balanced, cautious)] == [100, 200, 300]
    assert [one.misses for one in (quiet, balanced, cautious)] == [75, 50, 25]
    assert [one.in_force for one in (quiet, balanced, cautious)] == [False, False, True]
    assert at(report, "threat", Caution.BALANCED).in_force
    assert at(report, "threat", Caution.QUIET).misses == 50
    assert at(report, "anything", Caution.CAUTIOUS).measure.found == 6
    assert not any(one.in_force for one in report.levels if one.measure.name == "anything")
    told = json.loads(json.dumps(report.to_json()))["levels"]["abuse"]["quiet"]
    assert told["misses_per_100"] == 75
    assert told["in_force"] is False


def test_the_tables_would_not_fit_a_terminal_or_hide_what_counts() -> None:
    text = report_of(LINES * 500).to_text()
    assert max(map(len, text.splitlines())) <= 80
    for words in ("What each level would do", "* balanced", "How sure F1 is", "By platform", "By surface"):
        assert words in text


def test_an_f1_over_three_comments_would_be_shown_as_a_finding() -> None:
    lines = [row(0.9, "abuse", platform="x")] * 6 + [row(0.9, "abuse", platform="facebook")] * 3
    report = report_of([*lines, row(0.0, platform=None, surface="own_post")])
    parts = {part.name: part for part in report.platforms}
    assert {name: part.comments for name, part in parts.items()} == {"x": 6, "facebook": 3, "not said": 1}
    assert parts["x"].to_json()["abuse"]["f1"] == 1
    assert parts["facebook"].to_json()["abuse"] == {"given": 3, "found": 3, "right": 3, "f1": None}
    assert [part.name for part in report.surfaces] == ["mention", "own_post"]
    assert sum(part.comments for part in report.surfaces) == report.comments


@given(st.integers(0, 50), st.integers(0, 50), st.integers(0, 50), st.integers(0, 200))
def test_the_interval_would_leave_out_what_was_measured(
    right: int, false: int, missed: int, rest: int
) -> None:
    measure = Measure("abuse", right + missed, right + false, right)
    low, high = f1_interval(measure, right + false + missed + rest)
    assert 0 <= low <= measure.f1 + 0.02
    assert measure.f1 - 0.02 <= high <= 1
    assert (low, high) == f1_interval(measure, right + false + missed + rest)


def test_the_interval_would_differ_from_one_by_drawing_comments() -> None:
    """The short way over four counts must say what a plain bootstrap over the comments says."""
    measure = Measure("abuse", 60, 55, 45)
    cells = np.array([0] * 45 + [1] * 10 + [2] * 15 + [3] * 130)
    rng = np.random.default_rng(1)
    drawn = [np.bincount(rng.choice(cells, len(cells)), minlength=4) for _ in range(3000)]
    plain = [2 * one[0] / (2 * one[0] + one[1] + one[2]) for one in drawn]
    assert f1_interval(measure, len(cells)) == pytest.approx(np.quantile(plain, [0.025, 0.975]), abs=0.015)
    wider = f1_interval(Measure("abuse", 6, 5, 4), 20)
    assert wider[1] - wider[0] > 0.2


def test_the_real_judge_would_say_another_thing_at_its_own_level() -> None:
    comments = [Comment("1", "you are a vile stupid pig"), Comment("2", "lovely summer fair, thank you")]
    judge = load_judge(Register())
    every = judge.judge_at_every_level(comments)
    plain = [replace(one, models={}) for one in judge.judge(comments)]
    assert [replace(one, models={}) for one in every[Caution.BALANCED]] == plain
    assert judge.at(Caution.QUIET).judge(comments)[0].scores == plain[0].scores
    loud = judge.at(Caution.CAUTIOUS).thresholds
    assert all(value <= judge.at(Caution.QUIET).thresholds[head] for head, value in loud.items())
