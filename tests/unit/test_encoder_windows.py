"""Long texts in windows: every word is read, the post stands beside each window, the loudest window counts.

The network is a counting one, so that a test knows what must come out; the shipped one is in test_panel.py.
"""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.encoder.model import CONTEXT, WINDOW, Encoder, Window, load_encoder, windows_of
from classifiers.encoder.pieces import END, PAD, SPECIAL, START, UNKNOWN, Pieces
from classifiers.encoder.wording import Wording
from classifiers.errors import ModelBroken

LETTERS = "abcdefghijklmnopqrstuvwxyz"
VOCABULARY = (*SPECIAL, *LETTERS, *(f"##{letter}" for letter in LETTERS))
PIECES = Pieces(VOCABULARY)
LOUD, CONTEXT_LOUD = PIECES.numbers("z", 1)[0], PIECES.numbers("y", 1)[0]
OVERLAP = 16
HEADS = ("z in the text", "y in the post", "pieces")


class Counting:
    """Answers with what it was given: counts of two letters and of pieces. Remembers the shapes."""

    def __init__(self) -> None:
        self.shapes: list[tuple[int, int]] = []

    def run(self, names: list[str], given: dict[str, Any]) -> list[np.ndarray]:
        assert names == ["logits"]
        pieces, context, lengths = given["pieces"], given["context"], given["lengths"]
        assert pieces.dtype == context.dtype == np.int64
        assert lengths.dtype == np.int32
        inside = np.arange(pieces.shape[1]) < lengths[:, None]
        assert (pieces[~inside] == PIECES.pad).all()
        assert (context[~inside] == 0).all()
        self.shapes.append(pieces.shape)
        text, post = inside & (context == 0), inside & (context == 1)
        return [
            np.stack(
                [((pieces == LOUD) & text).sum(1), ((pieces == CONTEXT_LOUD) & post).sum(1), lengths], axis=1
            ).astype(np.float32)
        ]


def encoder() -> tuple[Encoder, Counting]:
    session = Counting()
    return Encoder(session, {"version": "1", "heads": HEADS, "vocabulary": VOCABULARY}, "0" * 64), session


def bodies(windows: list[Window]) -> list[list[int]]:
    """What each window holds of the text, without start, end and post."""
    return [
        [piece for piece, post in zip(window.pieces, window.context, strict=True) if not post][1:-1]
        for window in windows
    ]


def letters(count: int) -> str:
    """So many words of one letter each, so many pieces: no two neighbours are alike."""
    return " ".join(LETTERS[place % 26] for place in range(count))


@given(st.integers(0, 2500))
def test_a_word_of_a_long_comment_would_fall_between_two_windows(count: int) -> None:
    """Windows laid end to end, without what overlaps, are the text; none begins where nothing is new."""
    windows = bodies(windows_of(PIECES, Wording(letters(count), "")))
    whole = PIECES.numbers(letters(count), 10_000)
    joined = windows[0] + [piece for window in windows[1:] for piece in window[OVERLAP:]]
    assert joined == whole
    for before, after in itertools.pairwise(windows):
        assert len(before) == WINDOW
        assert before[-OVERLAP:] == after[:OVERLAP]
        assert len(after) > OVERLAP


@pytest.mark.parametrize(("count", "windows"), [(0, 1), (1, 1), (96, 1), (97, 2), (176, 2), (177, 3)])
def test_a_short_comment_would_be_read_twice_or_a_long_one_cut(count: int, windows: int) -> None:
    assert len(windows_of(PIECES, Wording(letters(count), ""))) == windows


def test_an_insult_across_the_edge_of_two_windows_would_be_torn_in_two() -> None:
    """Any sixteen pieces in a row stand together in some window."""
    whole = PIECES.numbers(letters(700), 10_000)
    windows = bodies(windows_of(PIECES, Wording(letters(700), "")))
    for start in range(len(whole) - 16):
        phrase = whole[start : start + 16]
        assert any(phrase == window[at : at + 16] for window in windows for at in range(len(window) - 15)), (
            start
        )


def test_a_book_pasted_into_a_comment_would_hold_up_all_others() -> None:
    windows = windows_of(PIECES, Wording(letters(200_000), letters(200_000)))
    assert len(windows) == 32
    assert all(len(body) == WINDOW for body in bodies(windows))


@given(st.text(LETTERS + " ", max_size=600), st.text(LETTERS + " ", max_size=120))
def test_the_post_would_be_missing_beside_some_window_or_taken_for_the_comment(
    text: str, context: str
) -> None:
    after = PIECES.numbers(context, CONTEXT)
    for window in windows_of(PIECES, Wording(text, context)):
        spoken = [VOCABULARY[piece] for piece in window.pieces]
        post = [piece for piece, side in zip(window.pieces, window.context, strict=True) if side]
        assert spoken[0] == START
        assert PAD not in spoken
        assert post == ([*after, PIECES.end] if after else [])
        assert spoken.count(END) == (2 if after else 1)
        assert sorted(window.context) == window.context


def test_text_that_names_a_special_piece_would_end_the_reading() -> None:
    """Nobody closes a comment for the judge by writing the closing mark into it."""
    found = PIECES.numbers("[sep] [SEP] [pad] [cls]", 99)
    assert not {PIECES.start, PIECES.end, PIECES.pad} & set(found)
    assert PIECES.numbers("[unk]", 99).count(VOCABULARY.index(UNKNOWN)) == 2  # the brackets


@pytest.mark.parametrize("at", [0, 50, 95, 96, 170, 400, 640])
def test_the_loudest_window_would_not_be_the_answer(at: int) -> None:
    words = ["a"] * 641
    words[at] = "z"
    asked, _ = encoder()
    assert asked.logits([Wording(" ".join(words), "")])[0, 0] == 1


def test_harm_said_in_the_post_would_be_held_against_the_comment() -> None:
    asked, _ = encoder()
    assert asked.logits([Wording("a b", "z z y")]).tolist() == [[0, 1, 4 + 4]]


TEXTS = st.lists(
    st.builds(
        lambda text, often, context: Wording(f"{text} " * often, context),
        st.text(LETTERS + " ", max_size=30),
        st.integers(1, 30),
        st.text(LETTERS + " ", max_size=30),
    ),
    max_size=40,
)


@given(TEXTS)
def test_a_comment_would_get_the_answer_of_its_neighbour(texts: list[Wording]) -> None:
    """However they are sorted and batched: every comment its own answer, each head its highest."""
    asked, session = encoder()
    together = asked.logits(texts)
    assert together.shape == (len(texts), len(HEADS))
    for text, answer in zip(texts, together, strict=True):
        windows = windows_of(PIECES, text)
        own = [
            [
                sum(piece == LOUD and not side for piece, side in zip(w.pieces, w.context, strict=True)),
                sum(piece == CONTEXT_LOUD and side for piece, side in zip(w.pieces, w.context, strict=True)),
                len(w.pieces),
            ]
            for w in windows
        ]
        assert answer.tolist() == np.max(own, axis=0).tolist()
    assert all(rows <= 16 and columns % 8 == 0 and columns <= 128 for rows, columns in session.shapes)


def test_the_length_a_comment_is_read_at_would_depend_on_its_neighbours() -> None:
    """Padded further, its sums could round otherwise: the answer would change with the batch."""
    short, long = Wording("a b", ""), Wording(letters(90), "")
    asked, session = encoder()
    asked.logits([short, long, short])
    assert session.shapes == [(2, 8), (1, 96)]


def test_no_comment_at_all_would_break_the_encoder() -> None:
    asked, session = encoder()
    assert asked.logits([]).shape == (0, len(HEADS))
    assert session.shapes == []


def test_a_missing_encoder_would_be_told_without_place_or_mend(tmp_path: Any) -> None:
    with pytest.raises(ModelBroken, match=r"cannot be read \(No such file") as caught:
        load_encoder(tmp_path / "encoder.onnx")
    assert caught.value.place == str(tmp_path / "encoder.onnx")
    assert "./run train" in caught.value.mend


@pytest.mark.parametrize("content", [b"", b"<html>", bytes(1000)])
def test_what_is_no_encoder_would_take_the_daemon_down(tmp_path: Any, content: bytes) -> None:
    (tmp_path / "encoder.onnx").write_bytes(content)
    with pytest.raises(ModelBroken, match=r"encoder\.onnx: the encoder cannot be used") as caught:
        load_encoder(tmp_path / "encoder.onnx")
    assert "./run train" in caught.value.mend
