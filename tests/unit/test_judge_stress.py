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
from classifiers.judge import MODELS, EmbeddedJudge, load_judge
from classifiers.panel import load_panel
from classifiers.register import read_pupils, read_staff

pytestmark = pytest.mark.stress

SAMPLE = Path(__file__).parents[2] / "monitor" / "demo" / "school"
PARTS = 10
TEXTS = 10_000
"""Of one part; each part has a seed of its own, so that one that failed can be run alone."""
HUGE = 100_000
_BATCH = 256


@pytest.fixture(scope="module")
def judge() -> EmbeddedJudge:
    return load_judge(_register())


@pytest.fixture(scope="module")
def judge_without_encoder() -> EmbeddedJudge:
    return EmbeddedJudge(_register(), load_panel(MODELS).linear_alone)


@pytest.fixture(scope="module")
def real() -> list[str]:
    lines = (SAMPLE / "comments.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line)["text"] for line in lines]


@pytest.fixture(scope="module")
def report(judge: EmbeddedJudge) -> Iterator[judge_report.Facts]:
    """Written when the huge comments and any part ran to their end; it says how many texts these were."""
    facts = judge_report.Facts(judge.models["encoder"].partition(" sha256:"))
    yield facts
    if facts.whole.texts and facts.slowest:
        judge_report.write(facts)


@pytest.mark.parametrize("part", range(PARTS))
def test_one_text_in_a_hundred_thousand_would_stop_the_judge(
    judge: EmbeddedJudge, real: list[str], report: judge_report.Facts, part: int
) -> None:
    _judged_twice(judge, mutations(real, TEXTS, seed=20 + part), report.whole)


@pytest.mark.parametrize("part", range(PARTS))
def test_one_text_would_stop_the_judge_that_goes_on_without_its_encoder(
    judge_without_encoder: EmbeddedJudge, real: list[str], report: judge_report.Facts, part: int
) -> None:
    _judged_twice(judge_without_encoder, mutations(real, TEXTS, seed=20 + part), report.alone)


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


def _register() -> Register:
    pupils = read_pupils(SAMPLE / "register" / "pupils.csv", b"sample").entries
    staff = read_staff(SAMPLE / "register" / "staff.csv").entries
    return Register("Fernhill Primary & Nursery School", ("Fernhill",), pupils, staff, b"sample")


def _judged_twice(judge: EmbeddedJudge, texts: Iterator[str], told: judge_report.Run) -> None:
    began = time.process_time()
    for batch in _batches(texts):
        judged = judge.judge(batch)
        assert judged == judge.judge(batch)
        told.texts += len(batch)
        told.reasons += sum(_checked(comment, found) for comment, found in zip(batch, judged, strict=True))
    told.seconds += time.process_time() - began


def _batches(texts: Iterator[str]) -> Iterator[list[Comment]]:
    numbers = itertools.count()
    while batch := [Comment(str(next(numbers)), text) for text in itertools.islice(texts, _BATCH)]:
        yield batch


def _checked(comment: Comment, found: Judgement) -> int:
    """How many reasons were given, each of which must point at words that are there."""
    for reason in found.reasons:
        assert comment.text[reason.start : reason.end] == reason.text != ""
    return len(found.reasons)
