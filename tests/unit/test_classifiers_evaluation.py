"""The figures of `evaluate`, on answers that are known beforehand."""

import json
from collections.abc import Sequence

import pytest

from classifiers.evaluation import evaluate, read_labelled
from classifiers.interface import Comment, Judgement
from classifiers.measures import average_precision
from config.words import Flag, Label, Severity


class ByText:
    """A judge that does what the text says: the words `abuse`, `threat` … are its labels and flags."""

    def judge(self, comments: Sequence[Comment]) -> list[Judgement]:
        return [self._one(comment) for comment in comments]

    def _one(self, comment: Comment) -> Judgement:
        said = comment.text.split()
        labels = {label: label.value in said for label in Label}
        severity = Severity.MEDIUM if any(labels.values()) else Severity.NONE
        return Judgement(comment.id, labels, {label: float(given) for label, given in labels.items()}, severity,
                         tuple(flag for flag in Flag if flag.value in said), pupils=tuple(w for w in said if w[:2] == "p-"))  # fmt: skip


def line(text: str, *given: str, hard: bool = False, pupils: tuple[str, ...] = ()) -> str:
    return json.dumps({"id": "x", "text": text, "labels": {label: int(label in given) for label in Label},
                       "flags": [flag for flag in Flag if flag in given], "pupils": pupils, "hard": hard})  # fmt: skip


def test_precision_recall_and_alarms_would_be_miscounted() -> None:
    rows, bad = read_labelled([
        line("abuse threat", "abuse", "threat"), line("quiet", "abuse"), line("abuse"), line("abuse", hard=True),
        line("fine", hard=True), line("fine"), line("fine"), line("fine"),
        line("pupil_information p-1 p-2", "pupil_information", pupils=("p-1", "p-3")),
    ])  # fmt: skip
    assert not bad
    report = evaluate(ByText(), rows)
    abuse = report.label(Label.ABUSE)
    assert (abuse.positives, abuse.found, abuse.right) == (2, 3, 1)
    assert abuse.precision == pytest.approx(1 / 3)
    assert abuse.recall == pytest.approx(1 / 2)
    assert abuse.f1 == pytest.approx(2 / 5)
    assert report.flag(Flag.THREAT).f1 == 1
    assert report.flag(Flag.HATE).f1 == 0
    assert report.alarms_hard == 500
    assert report.alarms_other == 250
    assert (report.pupils.precision, report.pupils.recall) == (0.5, 0.5)
    assert json.loads(json.dumps(report.to_json()))["labels"]["abuse"]["f1"] == 0.4
    assert "pupil_information" in report.to_text()
    assert max(map(len, report.to_text().splitlines())) <= 80


def test_average_precision_would_reward_the_wrong_order() -> None:
    assert average_precision([0.9, 0.8, 0.7, 0.1], [True, False, True, False]) == pytest.approx(
        (1 + 2 / 3) / 2
    )
    assert average_precision([0.5, 0.5, 0.5, 0.5], [True, False, True, False]) == pytest.approx(0.5)
    assert average_precision([1.0, 0.5], [False, False]) == 0


@pytest.mark.parametrize(
    ("bad", "what"),
    [
        ("nonsense", "not JSON"),
        ('{"id": "a", "text": "x"}', "labels must hold exactly"),
        ('{"id": "a", "text": "x", "labels": {"abuse": 1}}', "labels must hold exactly"),
        (
            '{"id": "a", "text": "x", "labels": {"abuse": 2, "defamation": 0, "pupil_information": 0}}',
            "0 or 1",
        ),
        (line("x")[:-1] + ', "flags": ["loud"]}', "flags holds"),
        (line("x")[:-1] + ', "flags": [["threat"]]}', "flags is not a list"),
        (line("x")[:-1] + ', "pupils": "p-1"}', "pupils is not a list"),
    ],
)
def test_a_bad_line_would_be_left_out_without_its_number(bad: str, what: str) -> None:
    rows, faults = read_labelled([line("fine"), "", bad])
    assert len(rows) == 1
    assert str(faults[0]).startswith("line 3: ")
    assert what in str(faults[0])


def test_an_empty_file_would_divide_by_nothing() -> None:
    report = evaluate(ByText(), [])
    assert report.label(Label.ABUSE).f1 == 0
    assert report.alarms_hard == report.alarms_other == 0
    assert report.to_text()
