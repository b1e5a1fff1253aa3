"""Quick looks that spare a pattern its search: they must never hide what the pattern would find."""

import re
from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classifiers import places
from classifiers.normalising import View, normalise
from classifiers.pupil_information import features
from classifiers.register import matcher
from classifiers.register.mentions import Words
from classifiers.scanning import Hinted, Worded

PIECES = [
    "year 7", "reception", "nursery", "pre-school", "preschool", "sixth", "form", "6th", "insta", "snapchat",
    "add me", "jo.smith_07", "@jo_smith99", "SW1A 1AA", "sw1a1aa", "A123456789012", "07700 900123", "4B", "10H",
    "y7", "yr 9", "Year 5", "Jo Smith", "Jo (4B)", "the", "boy", "who", "only", "one", "of", "two", "everyone",
    "knows", "twins", "aged", "7", "is", "twelve", "just", "15", "a", "child", "in", "that", "with", "girl's",
    "'s", "s", "é", "ß", "ſ", "İ", "0", "#x",
]  # fmt: skip
SEPARATORS = (" ", " ", " ", "", "'", "_", "-", ".", "\n", ", ", " (")
TEXTS = st.lists(st.tuples(st.sampled_from(PIECES), st.sampled_from(SEPARATORS)), max_size=14).map(
    lambda pairs: "".join(piece + separator for piece, separator in pairs)
)
ASCII = st.characters(codec="ascii")
"""A digit of every script there is would leave no turn to a hyphen."""
HINTED = {
    f"{module.__name__}.{name}": value
    for module in (places, features, matcher)
    for name, value in vars(module).items()
    if isinstance(value, Hinted)
} | {kind: one for kind, patterns in places._WITH_DIGITS for one in patterns if isinstance(one, Hinted)}
WORDED = {
    f"{module.__name__}.{name}": value
    for module in (places, features)
    for name, value in vars(module).items()
    if isinstance(value, Worded)
}


def spans(matches: Iterable[re.Match[str]]) -> list[tuple[int, int]]:
    return [match.span() for match in matches]


@pytest.mark.parametrize("name", HINTED)
@settings(max_examples=500)
@given(data=st.data(), around=TEXTS)
def test_a_hint_would_hide_what_is_there(name: str, data: st.DataObject, around: str) -> None:
    hinted = HINTED[name]
    # Alone too: what stands around may hold the hint by chance.
    match = data.draw(st.from_regex(hinted.pattern, fullmatch=True, alphabet=ASCII))
    for text in (match, f"{around} {match}"):
        assert spans(hinted.finditer(text)) == spans(hinted.pattern.finditer(text))


@pytest.mark.parametrize("name", WORDED)
@settings(max_examples=500)
@given(data=st.data(), around=TEXTS)
def test_a_list_of_words_would_hide_what_is_there(name: str, data: st.DataObject, around: str) -> None:
    worded = WORDED[name]
    text = f"{around} {data.draw(st.from_regex(worded.pattern, alphabet=ASCII))}"
    words = Words(View(text, range(len(text))))
    lower, said = words.text_lower, words.said
    plain = spans(worded.pattern.finditer(lower))
    assert spans(worded.finditer(lower, said)) == plain
    assert worded.is_in(lower, said) == bool(plain)


@given(text=TEXTS)
def test_a_word_would_be_looked_for_in_another_place(text: str) -> None:
    view = normalise(text)
    words = Words(view)
    expected = [
        (match.start(), match.end())
        for match in re.finditer(r"[^\W_]+", view.text)
        if not (match[0].lower() == "s" and view.text[match.start() - 1 : match.start()] == "'")
    ]
    assert [(word.start, word.end) for word in words.between(0, len(words) + 5)] == expected
    assert [view.lower[start:end] for start, end in expected] == words.lower
    starts = {start: place for place, (start, _) in enumerate(expected)}
    assert [words.number_at(at) for at in range(len(view.text) + 1)] == [
        starts.get(at) for at in range(len(view.text) + 1)
    ]
