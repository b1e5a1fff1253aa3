"""The judge on the labelled sample: floors a little below what was measured, so that a loss is seen."""

from pathlib import Path

import pytest

from classifiers.evaluation import Labelled, Report, evaluate, read_labelled
from classifiers.interface import Register
from classifiers.judge import EmbeddedJudge, load_judge
from classifiers.register import read_pupils, read_staff
from config.words import Flag, Label

SAMPLE = Path(__file__).parents[2] / "monitor" / "demo" / "school"
KEY = b"sample"


@pytest.fixture(scope="module")
def rows() -> list[Labelled]:
    """A missing or shortened sample fails here: nothing may pass because there was nothing to judge."""
    with (SAMPLE / "comments.jsonl").open(encoding="utf-8") as lines:
        labelled, bad = read_labelled(lines)
    assert not bad
    assert len(labelled) >= 300
    return labelled


@pytest.fixture(scope="module")
def judge() -> EmbeddedJudge:
    pupils = read_pupils(SAMPLE / "register" / "pupils.csv", KEY).entries
    staff = read_staff(SAMPLE / "register" / "staff.csv").entries
    return load_judge(Register("Fernhill Primary & Nursery School", ("Fernhill",), pupils, staff, KEY))


@pytest.fixture(scope="module")
def report(judge: EmbeddedJudge, rows: list[Labelled]) -> Report:
    return evaluate(judge, rows)


@pytest.mark.parametrize(
    ("label", "floor"), [(Label.ABUSE, 0.88), (Label.DEFAMATION, 0.86), (Label.PUPIL_INFORMATION, 0.95)]
)
def test_a_change_would_make_the_judge_worse(report: Report, label: Label, floor: float) -> None:
    assert report.label(label).f1 >= floor, report.to_text()


def test_harmless_talk_would_raise_too_many_alarms(report: Report) -> None:
    assert report.alarms_hard <= 70, report.to_text()
    assert report.alarms_other <= 45, report.to_text()


def test_the_wrong_children_would_be_named(report: Report) -> None:
    assert report.pupils.recall >= 0.92, report.to_text()
    assert report.pupils.precision >= 0.96, report.to_text()


@pytest.mark.parametrize(
    ("flag", "floor"), [(Flag.THREAT, 0.65), (Flag.SAFEGUARDING, 0.75), (Flag.SELF_HARM_ENCOURAGEMENT, 0.7)]
)
def test_danger_would_go_unseen(report: Report, flag: Flag, floor: float) -> None:
    assert report.flag(flag).recall >= floor, report.to_text()


def test_a_reason_would_point_beside_the_words_or_name_a_child(
    judge: EmbeddedJudge, rows: list[Labelled]
) -> None:
    with (SAMPLE / "register" / "pupils.csv").open(encoding="utf-8") as lines:
        surnames = {line.split(",")[4].lower() for line in lines} - {
            "surname",
            "young",
            "head",
            "cook",
            "may",
        }
    for row, found in zip(rows, judge.judge([row.comment for row in rows]), strict=True):
        for reason in found.reasons:
            assert row.comment.text[reason.start : reason.end] == reason.text != ""
            assert surnames.isdisjoint(reason.why.lower().replace(",", " ").split())
        given = {label.value for label, yes in found.labels.items() if yes} | set(found.flags)
        assert given <= {reason.category for reason in found.reasons}
