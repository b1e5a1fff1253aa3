"""The long form of the hostile texts: 100,000 of them, and the largest comments. Writes its part of docs/stress.md."""

import itertools
import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support import judge_report
from support.hostile import PIECES, huge, mutations

from classifiers.interface import Comment, Judgement, Register
from classifiers.judge import EmbeddedJudge, load_judge
from classifiers.register import read_pupils, read_staff

pytestmark = pytest.mark.stress

SAMPLE = Path(__file__).parents[2] / "monitor" / "demo" / "school"
TEXTS = 100_000
HUGE = 100_000
_BATCH = 256


@pytest.fixture(scope="module")
def judge() -> EmbeddedJudge:
    pupils = read_pupils(SAMPLE / "register" / "pupils.csv", b"sample").entries
    staff = read_staff(SAMPLE / "register" / "staff.csv").entries
    return load_judge(Register("Fernhill Primary & Nursery School", ("Fernhill",), pupils, staff, b"sample"))


@pytest.fixture(scope="module")
def report() -> Iterator[judge_report.Facts]:
    """Written only when both tests ran to their end."""
    facts = judge_report.Facts()
    yield facts
    if facts.texts and facts.slowest:
        judge_report.write(facts)


def test_one_text_in_a_hundred_thousand_would_stop_the_judge(
    judge: EmbeddedJudge, report: judge_report.Facts
) -> None:
    lines = (SAMPLE / "comments.jsonl").read_text(encoding="utf-8").splitlines()
    real = [json.loads(line)["text"] for line in lines]
    began, reasons = time.process_time(), 0
    for batch in _batches(mutations(real, TEXTS, seed=20)):
        judged = judge.judge(batch)
        assert judged == judge.judge(batch)
        reasons += sum(_checked(comment, found) for comment, found in zip(batch, judged, strict=True))
    report.texts, report.reasons, report.seconds = TEXTS, reasons, time.process_time() - began


def test_the_largest_comment_would_hold_up_the_page(judge: EmbeddedJudge, report: judge_report.Facts) -> None:
    slowest: dict[str, float] = {}
    for shape, piece in PIECES.items():
        comment = Comment("1", huge(piece, HUGE))
        began = time.process_time()
        (found,) = judge.judge([comment])
        slowest[shape] = time.process_time() - began
        _checked(comment, found)
    report.slowest = sorted(slowest.items(), key=lambda one: -one[1])
    assert report.slowest[0][1] < 3, report.slowest[:5]


def _batches(texts: Iterator[str]) -> Iterator[list[Comment]]:
    numbers = itertools.count()
    while batch := [Comment(str(next(numbers)), text) for text in itertools.islice(texts, _BATCH)]:
        yield batch


def _checked(comment: Comment, found: Judgement) -> int:
    """How many reasons were given, each of which must point at words that are there."""
    for reason in found.reasons:
        assert comment.text[reason.start : reason.end] == reason.text != ""
    return len(found.reasons)
