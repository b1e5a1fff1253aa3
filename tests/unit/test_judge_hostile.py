"""Texts that nobody sane writes: the judge answers, in time, twice the same, and points at real words."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.hostile import PIECES, huge, mutations

from classifiers.interface import Comment, Judgement, Pupil, Register, StaffMember
from classifiers.judge import load_judge
from config.words import Flag, Label, Severity

PUPILS = (
    Pupil("p-1", "Ayaan", "Ayaan", "Birch", "4B", "Year 4"),
    Pupil("p-2", "Grace", "Grace", "Quill", "Oak", "Year 6"),
)
STAFF = (StaffMember("s-1", "Mrs", "Helen", "Whitlock", "Headteacher", ("the head",)),)
SAMPLE = Path(__file__).parents[2] / "monitor" / "demo" / "school" / "comments.jsonl"
JUDGE = load_judge(Register("Fernhill Primary", ("Fernhill",), PUPILS, STAFF, b"k"))
TYPED = st.sampled_from(
    ["Ayaan Birch", "4B", "Mrs Whitlock", "the head", "stole", "idiot", "1d10t", "s t u p i d", "kys", "\u200b", "\u202e", "\0",
     "\ud800", "🤡", "Grace", "07700 900123", "a@b.co", " ", "\n", "İ", "ﬁ", "e\u0301", "مدرسة", "?", "drunk", "watch your back", "..."]
)  # fmt: skip
TEXTS = st.lists(st.one_of(TYPED, st.text(max_size=8)), max_size=25).map("".join)


def one(text: str, **given: object) -> Judgement:
    return JUDGE.judge([Comment("1", text, **given)])[0]  # type: ignore[arg-type]  # a test's shorthand


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_a_reason_would_point_at_words_that_are_not_there(text: str) -> None:
    found = one(text)
    for reason in found.reasons:
        assert text[reason.start : reason.end] == reason.text
        assert reason.text
    assert set(found.labels) == set(found.scores) == set(Label)
    assert all(0 <= score <= 1 for score in found.scores.values())
    assert found == one(text)


@settings(max_examples=30, deadline=None)
@given(st.lists(TEXTS, max_size=5))
def test_a_comment_would_be_judged_by_its_neighbours(texts: list[str]) -> None:
    comments = [Comment(str(place), text) for place, text in enumerate(texts)]
    together = JUDGE.judge(comments)
    for comment, found in zip(comments, together, strict=True):
        alone = JUDGE.judge([comment])[0]
        assert (alone.labels, alone.flags, alone.reasons) == (found.labels, found.flags, found.reasons)
        assert alone.scores == pytest.approx(found.scores)


@pytest.mark.parametrize("shape", PIECES)
def test_a_huge_comment_would_hold_up_the_page(shape: str) -> None:
    text = huge(PIECES[shape], 20_000)
    started = time.process_time()
    found = one(text, context=text)
    # Far above what it takes, and far below what a cost that grows with the square would take.
    assert time.process_time() - started < 5
    assert all(text[reason.start : reason.end] == reason.text for reason in found.reasons)


def test_a_real_comment_in_disguise_would_stop_the_judge() -> None:
    with SAMPLE.open(encoding="utf-8") as lines:
        real = [json.loads(line)["text"] for line in lines]
    comments = [Comment(str(n), text) for n, text in enumerate(mutations(real, 400, seed=1))]
    judged = JUDGE.judge(comments)
    assert judged == JUDGE.judge(comments)
    for comment, found in zip(comments, judged, strict=True):
        for reason in found.reasons:
            assert comment.text[reason.start : reason.end] == reason.text != ""


@pytest.mark.parametrize("text", ["", " \n\t", "\u200b\u200e", "\0", "\ufe0f"])
@pytest.mark.parametrize("has_image", [True, False])
def test_a_picture_without_words_would_be_shown_as_harmless(text: str, has_image: bool) -> None:
    found = one(text, has_image=has_image)
    assert not found.judged
    assert found.severity is Severity.NONE
    assert not found.raises


def test_emoji_alone_would_not_be_judged() -> None:
    assert one("🐷🤮").judged


def test_nobody_would_know_which_model_spoke() -> None:
    models = one("hello").models
    assert set(models) == {"public_abuse", "school", "encoder", "joined"}
    assert all("sha256:" in told for told in models.values())


def test_a_school_without_a_register_would_get_no_judgement() -> None:
    found = load_judge(Register()).judge(
        [Comment("1", "You are a thick useless idiot and everyone hates you")]
    )[0]
    assert found.labels[Label.ABUSE]
    assert Flag.INSULT in found.flags
    assert found.severity.rank >= Severity.MEDIUM.rank


@pytest.mark.parametrize(
    ("text", "image", "raised"),
    [("Well bowled, Ayaan Birch!", False, True), ("Ayaan at the fair", True, True),
     pytest.param("Ayaan at the fair", False, False, marks=pytest.mark.xfail(
         reason="the models of today take a first name alone in the school's own post for too much: 0.54")),
     ("A grace period applies", True, False), ("Sunflowers in the sun", True, False)],
)  # fmt: skip
def test_the_schools_own_post_would_give_a_childs_name_unseen(text: str, image: bool, raised: bool) -> None:
    found = one(text, surface="own_post", author="school", has_image=image)
    assert found.labels[Label.PUPIL_INFORMATION] is raised
    assert found.pupils == (("p-1",) if raised else ())


def test_defamation_would_be_put_as_a_verdict() -> None:
    found = one("Ask Mrs Whitlock where the money from the raffle went. She pocketed the lot.")
    assert found.labels[Label.DEFAMATION]
    whys = [reason.why for reason in found.reasons if reason.category == Label.DEFAMATION]
    assert any(
        why.startswith("imputes") and "about" in why and why.endswith("someone must look") for why in whys
    )
    assert found.staff == ("s-1",)
