"""What a hostile text looks like on a sheet: nothing is lost, nothing is obeyed, nothing runs away."""

import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.export.sheets import turning
from alerts.export.sheets.fonts import BOLD, MONO, SANS, WIDE, covered
from alerts.export.sheets.seen import MOST_ON_ONE_LETTER, Piece, pieces
from alerts.export.sheets.verbatim import Laid, Look, lay_out


def told(text: str) -> list[str]:
    """Each piece: letters as they are, marks of ours in double brackets, breaks as ¶."""
    return [f"⟦{one.shown}⟧" if one.is_mark else one.shown or "¶" for one in pieces(text, SANS)]


def drawn(laid: Laid) -> list[str]:
    return ["".join(piece.shown for piece in line.pieces) for line in laid.lines]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<b>&amp;", ["<", "b", ">", "&", "a", "m", "p", ";"]),
        ("a\u202eb", ["a", "⟦U+202E right-to-left override⟧", "b"]),
        ("a\u200bb", ["a", "⟦U+200B zero width space⟧", "b"]),
        ("\x00\x1b\t", ["⟦U+0000 null⟧", "⟦U+001B escape⟧", "⟦U+0009 tab⟧"]),
        ("\U0001f921", ["⟦U+1F921 clown face⟧"]),
        ("\U0001f602" * 300, ["⟦U+1F602 face with tears of joy × 300⟧"]),
        ("\u0995\u0996", ["⟦U+0995⟧", "⟦U+0996⟧"]),
        ("\u3164\u2800", ["⟦U+3164 hangul filler⟧", "⟦U+2800 braille pattern blank⟧"]),
        ("\ud83d", ["⟦U+D83D half of a character⟧"]),
        ("\ue000\U000e0041", ["⟦U+E000 private use⟧", "⟦U+E0041 tag latin capital letter a⟧"]),
        ("w\u0302y\u0302", ["ŵ", "ŷ"]),
        ("a\r\nb\rc\u2028d", ["a", "¶", "b", "¶", "c", "⟦U+2028 line separator⟧", "¶", "d"]),
    ],
)
def test_what_cannot_be_shown_is_named(text: str, shown: list[str]) -> None:
    """A letter that vanishes, or turns a sentence round, would put false words before a court."""
    assert told(text) == shown


def test_accents_cannot_blot_out_the_lines_around() -> None:
    """A page of piled accents would hide the threat that stands under it."""
    piled = "Z" + "\u0302\u0303\u0304" * 40
    first, *others = pieces(piled, SANS)
    assert len(unicodedata.normalize("NFD", first.shown)) <= 1 + MOST_ON_ONE_LETTER
    assert all(one.is_mark for one in others)


@given(st.text(max_size=300))
def test_every_character_of_any_text_is_accounted_for(text: str) -> None:
    """What neither stands on the sheet nor is counted as left out would be hidden from the reader."""
    found = list(pieces(text, SANS))
    assert sum(one.letters for one in found) == len(text)
    for one in found:
        assert one.is_break or all(ord(letter) in covered(one.font) for letter in one.shown)


@given(st.text(max_size=400), st.floats(30, 500))
def test_lines_hold_every_letter_in_its_order(text: str, across: float) -> None:
    """A sheet that drops or repeats a word at a line's end is no copy of what was written."""
    laid = lay_out(text, across, Look(), most_lines=10_000)
    assert (laid.shown, laid.whole) == (len(text), len(text))
    assert sum(one.letters for line in laid.lines for one in line.pieces) == len(text) - sum(
        one.letters for one in pieces(text, SANS) if one.is_break
    )


@pytest.mark.parametrize(
    "text",
    [
        "x" * 100_000,
        "word \U0001f602\U0001f601 " * 15_000,
        "\n" * 100_000,
        "\u202e\u0627" * 50_000,
        "<b>" * 34_000,
    ],
    ids=["one word", "emoji", "line ends", "right to left", "markup"],
)
def test_a_hundred_thousand_letters_neither_run_away_nor_slow_it(text: str) -> None:
    """One comment must not stop the week's export, nor bury the police in a thousand pages."""
    began = time.process_time()
    laid = lay_out(text, 400, Look(), most_lines=100)
    assert time.process_time() - began < 5
    assert len(laid.lines) <= 100
    assert laid.is_cut
    assert 0 < laid.shown < laid.whole == len(text)


def test_a_long_word_breaks_inside_the_column() -> None:
    """An address of 3,000 letters that ran off the paper could not be typed in again."""
    look = Look()
    laid = lay_out("see https://x.example/" + "a" * 3_000, 200, look, most_lines=1_000)
    assert "".join(drawn(laid)) == "see https://x.example/" + "a" * 3_000
    assert len(laid.lines) > 60


def test_a_mark_wider_than_its_column_is_told_by_number() -> None:
    """A name that ran over the next column would make both unreadable."""
    laid = lay_out("\U0001f602", 40, Look(), most_lines=5)
    assert drawn(laid) == ["U+1F602"]
    assert laid.only_numbered == ("U+1F602",)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("שלום", "םולש"),
        ("Mr A said שלום to me", "Mr A said םולש to me"),
        ("שלום Mr A", "Mr A םולש"),
        ("שלום 2026!", "!2026 םולש"),
        ("(שלום)", "(םולש)"),
        ("שלום, page 12 (b)", "page 12 (b) ,םולש"),
        ("see (שלום) there", "see (םולש) there"),
        ("שלום (in Hebrew: שלום) 26", "26 (םולש :in Hebrew) םולש"),
        ("قیمت 12.5", "12.5 " + "".join(reversed(turning.joined("قیمت")))),
    ],
)
def test_words_from_right_to_left_read_as_they_were_written(text: str, shown: str) -> None:
    """A parent's words in Arabic or Hebrew, letter by letter backwards, would be no words at all."""
    assert drawn(lay_out(text, 400, Look(), most_lines=5)) == [shown]


def test_arabic_letters_join() -> None:
    """Letters that stand apart are read as slowly as a spelt-out word."""
    shaped = turning.joined("بيت")
    assert [unicodedata.decomposition(one).split()[0] for one in shaped] == [
        "<initial>",
        "<medial>",
        "<final>",
    ]
    assert all(ord(one) in covered(WIDE) for one in shaped)


def test_letters_of_the_school_s_own_tongues_have_a_shape() -> None:
    """A Welsh or Polish name full of numbers would be an insult and a riddle."""
    wanted = "ŵŷŴŶâêîôû ÀàÈè ąćęłńóśźż €£“”‘’–… абв αβγ"
    for font in (SANS, BOLD, MONO):
        assert [one for one in wanted if ord(one) not in covered(font)] == []


def test_pieces_say_what_they_are() -> None:
    """A space drawn as a box, or a box taken for the writer's word, would mislead."""
    assert [Piece(" ", SANS, 1).is_space, Piece("a", SANS, 1).is_space] == [True, False]
