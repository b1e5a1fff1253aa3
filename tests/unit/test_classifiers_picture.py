"""The lane of a suspected indecent image closes everything; foul words alone must not open it."""

import pytest

from classifiers.interface import Comment, Register
from classifiers.reading import Reader
from classifiers.signs import speaks_of_a_picture

READER = Reader(Register())


@pytest.mark.parametrize(
    "text",
    [
        "someone has a vid of her",
        "whos got the pics",
        "he filmed it on his phone",
        "that photo is going round",
        "📸 😏",
    ],
)
def test_talk_of_a_picture_would_be_passed_over(text: str) -> None:
    assert speaks_of_a_picture(READER.read(Comment("1", text)))


def test_a_picture_at_hand_would_be_passed_over() -> None:
    assert speaks_of_a_picture(READER.read(Comment("1", "look at her", has_image=True)))


@pytest.mark.parametrize(
    "text", ["the parking is a disgrace", "caretaker is a nosey ape", "u smell like a bin"]
)
def test_foul_words_would_close_a_matter_to_all_but_two(text: str) -> None:
    assert not speaks_of_a_picture(READER.read(Comment("1", text)))
