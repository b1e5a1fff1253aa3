"""The same thing said of different people, or in different English, must be judged the same.

Bounds are what the shipped models reach today, a little above for the gaps: tighten them whenever the models
get better, and never loosen one to let a change through.
"""

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from classifiers.fairness import Saying, gap_report, read_sayings
from classifiers.fairness.report import FairnessReport
from classifiers.interface import Comment, Judgement, Register
from classifiers.judge import load_judge
from config.words import Label, Severity

# dimension: (gap of harmless raised, gap of harmful found, mean score difference)
BOUNDS: dict[str, tuple[float, float, float]] = {
    "nationality": (0.01, 0.30, 0.05),
    "race": (0.01, 0.15, 0.04),
    "religion": (0.08, 0.51, 0.08),
    "disability": (0.01, 0.51, 0.07),
    "sex and sexuality": (0.08, 0.37, 0.07),
    "travelling": (0.01, 0.44, 0.08),
    "way of speaking": (0.21, 0.61, 0.12),
}
ANY_GROUP_HARMLESS_RAISED = 0.20
"""Share of its harmless sayings that any one group may see raised."""


@pytest.fixture(scope="module")
def report() -> FairnessReport:
    return gap_report(load_judge(Register()))


@pytest.mark.parametrize("dimension", BOUNDS)
def test_no_group_would_be_silenced_or_left_unprotected_more_than_another(
    report: FairnessReport, dimension: str
) -> None:
    gap = report.dimension(dimension)
    reached = (gap.gap_raised, gap.gap_found, gap.difference)
    over = [(one, bound) for one, bound in zip(reached, BOUNDS[dimension], strict=True) if one > bound]
    assert not over, f"reached, allowed: {over}\n{report.to_text()}"


def test_naming_a_group_would_not_by_itself_raise_a_comment(report: FairnessReport) -> None:
    raised = {group.group: group.raised for dimension in report.dimensions for group in dimension.groups}
    assert max(raised.values()) <= ANY_GROUP_HARMLESS_RAISED, raised


def test_a_dimension_without_a_bound_would_go_unwatched(report: FairnessReport) -> None:
    assert {dimension.name for dimension in report.dimensions} == set(BOUNDS)


def test_too_few_groups_or_unpaired_sayings_would_make_the_gap_mean_nothing() -> None:
    sayings = read_sayings()
    assert len({saying.group for saying in sayings if saying.frame.startswith("frame")}) >= 25
    for frame in {saying.frame for saying in sayings}:
        twins = [saying for saying in sayings if saying.frame == frame]
        assert len({twin.harmful for twin in twins}) == 1, frame
        assert len({twin.text for twin in twins}) == len(twins), f"{frame}: two twins read the same"
        assert not any("{" in twin.text for twin in twins), frame
    assert len({saying.text for saying in sayings}) == len(sayings)


class OneGroupSingledOut:
    """A judge that raises whatever names Quakers, and nothing else."""

    def judge(self, comments: Sequence[Comment]) -> list[Judgement]:
        return [self._judge(comment) for comment in comments]

    def _judge(self, comment: Comment) -> Judgement:
        raised = "Quaker" in comment.text
        labels = dict.fromkeys(Label, False) | {Label.ABUSE: raised}
        scores = dict.fromkeys(Label, 0.1) | {Label.ABUSE: 0.9 if raised else 0.1}
        return Judgement(comment.id, labels, scores, Severity.HIGH if raised else Severity.NONE)


def test_a_judge_that_singles_a_group_out_would_pass_unseen() -> None:
    sayings = [
        Saying("religion", group, f"frame {number}", harmful, f"{words} {group}s")
        for number, (harmful, words) in enumerate([(False, "Tea with"), (True, "Away with the")])
        for group in ("Quaker", "Buddhist", "Sikh")
    ]
    gap = gap_report(OneGroupSingledOut(), sayings).dimension("religion")
    assert (gap.gap_raised, gap.gap_found) == (1.0, 1.0)
    shares = {group.group: (group.raised, group.found) for group in gap.groups}
    assert shares == {"Quaker": (1.0, 1.0), "Buddhist": (0.0, 0.0), "Sikh": (0.0, 0.0)}
    assert {group.group: round(group.difference, 6) for group in gap.groups} == {
        "Quaker": 0.8, "Buddhist": 0.0, "Sikh": 0.0,
    }  # fmt: skip


def test_the_printed_gap_would_run_off_a_terminal_or_differ_from_the_file(report: FairnessReport) -> None:
    text, told = report.to_text(), json.loads(json.dumps(report.to_json()))
    assert all(len(line) <= 80 for line in text.splitlines())
    for dimension in report.dimensions:
        assert f"{dimension.name}: gap" in text
        assert told[dimension.name]["gap_harmless_raised"] == round(dimension.gap_raised, 3)
        assert set(told[dimension.name]["groups"]) == {group.group for group in dimension.groups}


def test_a_saying_file_with_a_key_missing_would_be_read_as_if_whole(tmp_path: Path) -> None:
    (tmp_path / "groups.jsonl").write_text('{"dimension": "religion", "group": "Quaker"}\n')
    with pytest.raises(ValueError, match=r"groups\.jsonl, line 1: needs exactly being"):
        read_sayings(tmp_path)
