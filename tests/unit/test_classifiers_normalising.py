"""Spelling is undone, and every place in the result leads back to what was written."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.normalising import normalise

HOSTILE = st.text(
    alphabet=st.one_of(
        st.characters(codec=None, categories=None),
        st.sampled_from("\0\u200b\u202e\u0301\ud800\udfffａﬁ①𝒶🅱️🤡аорсеТ0134@$!* .-_aAbBzZ"),
    ),
    max_size=200,
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("s\u200bt\u200bu\u200bp\u200bi\u200bd", "stupid"),
        ("s t u p i d", "stupid"),
        ("i.d.i.o.t", "idiot"),
        ("1d10t", "idiot"),
        ("th1ev1n", "thievin"),
        ("m1$$ p@rt1ngton", "miss partington"),
        ("stuuuuupid", "stupid"),
        ("ｓｔｕｐｉｄ", "stupid"),
        ("you are dоpey", "you are dopey"),
        ("Zieliński", "Zielinski"),
        ("Siobhán", "Siobhan"),
        ("Łukasz", "Lukasz"),
        ("ﬁne", "fine"),
        ("st\u202eupid", "stupid"),
    ],
)
def test_disguised_words_would_pass_unread(written: str, read: str) -> None:
    assert normalise(written).text == read


@pytest.mark.parametrize(
    "kept",
    [
        "4B",
        "10H and 3KS",
        "1st place",
        "3pm",
        "Year 6",
        "y4",
        "ks2",
        "J.P.",
        "07700 900123",
        "A1 2BC",
        "2016",
    ],
)
def test_classes_times_and_numbers_would_be_turned_into_letters(kept: str) -> None:
    assert normalise(kept).text == kept


def test_a_parent_writing_in_ukrainian_would_be_read_as_latin_gibberish() -> None:
    assert normalise("Дякую за чудове свято").text.startswith("Дякую")


def test_a_reason_would_point_at_the_wrong_place_of_a_disguised_word() -> None:
    original = "she is an i\u200b d 1 0 t, honest"
    view = normalise(original)
    start = view.text.index("idiot")
    first, last = view.span(start, start + 5)
    assert original[first:last] == "i\u200b d 1 0 t"


@given(HOSTILE)
def test_a_place_would_lie_outside_the_original(original: str) -> None:
    view = normalise(original)
    assert len(view.starts) == len(view.text) == len(view.lower)
    assert list(view.starts) == sorted(view.starts)
    assert all(0 <= place < len(original) for place in view.starts)
    assert "\0" not in view.text


@given(HOSTILE)
def test_the_same_text_would_be_read_in_two_ways(original: str) -> None:
    assert normalise(original) == normalise(original)


@pytest.mark.parametrize(
    "piece", ["a", "a ", "1a@", "\u200b", "é", "🤡", "a.b.", "\0", "س", "İ", "A1", "\ud800"]
)
def test_a_huge_comment_would_hold_up_the_page(piece: str) -> None:
    text = (piece * 100_000)[:100_000]
    started = time.process_time()
    normalise(text)
    # Far above what it takes, and far below what a cost that grows with the square would take.
    assert time.process_time() - started < 20
