"""Who is asked and whose word counts, on models small enough to reckon with by hand."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.encoder.wording import Wording
from classifiers.hashing import hash_texts
from classifiers.interface import Comment, Register
from classifiers.joined import Joined
from classifiers.linear import LinearModel, quantise
from classifiers.panel import Panel
from classifiers.reading import Reader, Reading

HEADS = ("abuse", "defamation")
BITS = 10
READER = Reader(Register())
TEXTS = ("see you at the fair", "you absolute muppet", "she stole the money", "", "lovely cakes", "clown 🤡")


def numbers(*values: float) -> np.ndarray:
    return np.array(values, dtype=np.float32)


def linear(name: str, heads: tuple[str, ...], seed: int) -> LinearModel:
    weights, scale = quantise(
        np.random.default_rng(seed).normal(0, 4, (1 << BITS, len(heads))).astype(np.float32)
    )
    count = len(heads)
    return LinearModel(
        name, "1", heads, BITS, (), weights, scale, np.zeros((0, count), dtype=np.float32), np.zeros(count, np.float32),
        np.array([[1.0] * count, [0.0] * count], np.float32), np.full(count, 0.5, np.float32), np.full(count, 0.7, np.float32),
        sha256=name[0] * 64,
    )  # fmt: skip


PUBLIC, SCHOOL = linear("public_abuse", ("public_abuse",), 1), linear("school", HEADS, 2)


class Encoder:
    """Says of every text how many letters it has, and remembers which it was asked about."""

    version, sha256, heads = "1", "e" * 64, HEADS

    def __init__(self) -> None:
        self.asked: list[str] = []

    def logits(self, texts: Sequence[Wording]) -> np.ndarray:
        self.asked += [text.text for text in texts]
        return np.array([[len(text.text), -len(text.text)] for text in texts], dtype=float) / 10


def weighing(line: float) -> Joined:
    """A comment is read again when the school model's two logits add up to `line` or more."""
    weights = np.array([[0.5, 0.4], [0.3, 0.2], [0.1, 0.0]], dtype=np.float32)
    levels = np.array([[0.6, 0.6], [0.5, 0.5], [0.4, 0.4]], dtype=np.float32)
    return Joined(
        "1", HEADS, {}, weights, numbers(0.2, -0.1), levels, levels + 0.1, numbers(1, 1, 0, -line), "j" * 64
    )


def panel(line: float) -> tuple[Panel, Encoder]:
    encoder = Encoder()
    second: Any = (encoder, weighing(line))
    return Panel(PUBLIC, SCHOOL, second), encoder


def readings(texts: Sequence[str]) -> list[Reading]:
    return [READER.read(Comment(str(place), text)) for place, text in enumerate(texts)]


ALONE = Panel(PUBLIC, SCHOOL)
SAID = ALONE.linear_opinions(readings(TEXTS), [[] for _ in TEXTS])


@given(st.floats(-20, 20))
def test_the_word_of_the_encoder_would_count_where_it_was_not_asked(line: float) -> None:
    """A clear comment keeps the linear score; an unclear one gets its own three opinions, weighed."""
    asked, encoder = panel(line)
    scores = asked.scores(readings(TEXTS), [[] for _ in TEXTS])
    alone = ALONE.scores(readings(TEXTS), [[] for _ in TEXTS])
    unclear = weighing(line).unclear(SAID).tolist()
    assert len(encoder.asked) == len(unclear)
    letters = iter(encoder.asked)
    for place in range(len(TEXTS)):
        if place not in unclear:
            assert np.array_equal(scores[place], alone[place])
            continue
        length = len(next(letters)) / 10
        school, public = SAID[place, :2], SAID[place, 2]
        logits = numbers(
            0.5 * length + 0.3 * school[0] + 0.1 * public + 0.2, 0.4 * -length + 0.2 * school[1] - 0.1
        )
        assert scores[place] == pytest.approx(1 / (1 + np.exp(-logits)), abs=1e-5)


def test_a_panel_without_an_encoder_would_still_use_its_thresholds() -> None:
    joined, _ = panel(0.0)
    assert np.array_equal(joined.thresholds, weighing(0.0).thresholds)
    assert np.array_equal(joined.thresholds_alone, weighing(0.0).alone)
    assert np.array_equal(ALONE.thresholds, SCHOOL.thresholds)
    assert np.array_equal(ALONE.thresholds_alone, SCHOOL.alone)


def test_a_judgement_would_not_say_which_models_it_rests_on() -> None:
    joined, _ = panel(0.0)
    assert set(ALONE.described) == {"public_abuse", "school"}
    assert set(joined.described) == {"public_abuse", "school", "encoder", "joined"}
    assert joined.described["joined"] == f"1 sha256:{'j' * 64}"


@given(st.permutations(range(len(TEXTS))))
def test_a_comment_would_be_judged_by_its_place_in_the_batch(order: list[int]) -> None:
    joined, _ = panel(0.0)
    whole = joined.scores(readings(TEXTS), [[] for _ in TEXTS])
    turned = joined.scores(readings([TEXTS[place] for place in order]), [[] for _ in TEXTS])
    assert turned == pytest.approx(whole[order], abs=1e-12)


def test_no_comment_at_all_would_wake_the_encoder() -> None:
    joined, encoder = panel(-99.0)
    assert joined.scores([], []).shape == (0, len(HEADS))
    assert encoder.asked == []


@given(st.lists(st.sampled_from(["muppet", "fair", "stole", "lovely", "head"]), min_size=1, max_size=5))
def test_the_word_that_is_quoted_would_not_be_the_one_that_tells(words: list[str]) -> None:
    """Asked again, and for the other head, it remembers the right weights."""
    for head in (*HEADS, *HEADS):
        found = ALONE.telling(words, head)
        margins = {word: margin(word, head) for word in words}
        assert margins[found] == max(margins.values())


def margin(word: str, head: str) -> float:
    found = SCHOOL.margins(hash_texts([word], BITS), np.zeros((1, 0), dtype=np.float32))
    return float(found[0, HEADS.index(head)])
