"""Dates of birth against the keyed tokens of the register: who is meant, and never who is not."""

import pytest

from classifiers.encoder.wording import wording
from classifiers.features import describe
from classifiers.interface import Comment, Pupil, Register
from classifiers.judge import load_judge
from classifiers.pupil_information.birthdays import with_birthdays
from classifiers.pupil_information.identify import identify, resolved
from classifiers.pupil_information.rules import must_be_pupil_information
from classifiers.reading import Reader
from classifiers.register import keyed_token
from config.words import Label

KEY = b"k" * 32
BORN = {"p-1": "2017-03-12", "p-2": "2016-11-02", "p-3": "2018-05-09", "p-4": "2018-05-09"}
NAMES = {
    "p-1": ("Ayaan", "Birch"),
    "p-2": ("Ayaan", "Quill"),
    "p-3": ("Noor", "Dobson"),
    "p-4": ("Zoë", "Dobson"),
}
PUPILS = tuple(
    Pupil(key, first, first, last, "4B", "Year 4", date_of_birth_token=keyed_token(KEY, BORN[key]))
    for key, (first, last) in NAMES.items()
)  # fmt: skip
READER = Reader(Register("Fernhill", pupils=PUPILS, token_key=KEY))


def known(text: str, key: bytes = KEY) -> tuple[tuple[str, ...], bool]:
    """Who is meant without doubt, and whether that alone makes it pupil information."""
    reading = READER.read(Comment("1", text))
    found = with_birthdays(identify(reading, READER, key), reading, READER.matcher.pupil_index, key)
    return resolved(found), must_be_pupil_information(reading, found)


@pytest.mark.parametrize(
    ("text", "ids", "sure"),
    [
        ("Ayaan, born 12/3/2017, was in a fight", ("p-1",), True),
        ("Ayaan dob 02.11.16", ("p-2",), True),
        ("Ayaan's birthday is 12 March", ("p-1",), True),
        ("Ayaan 12/03/2017", ("p-1",), True),
        ("the boy born 2 November 2016 has nits", ("p-2",), False),
        ("born 9/5/2018", (), False),
        ("the fair of 12/3/2017", (), False),
        ("Ayaan, born 13/3/2017", (), False),
        ("Ayaan, born 31/2/2017", (), False),
        ("born 99/99", (), False),
    ],
)
def test_a_date_of_birth_would_name_no_child_or_another(text: str, ids: tuple[str, ...], sure: bool) -> None:
    assert known(text) == (ids, sure)


def test_dates_would_be_looked_up_without_a_key() -> None:
    assert known("Ayaan, born 12/3/2017", b"") == ((), False)


def test_the_models_would_be_told_more_than_they_learned_from() -> None:
    """Nothing of what they read depends on whose the date is."""
    text = "Ayaan, born 12/3/2017, was in a fight"
    other = Reader(Register("Fernhill", pupils=tuple(p for p in PUPILS if p.pupil_id in ("p-1", "p-2"))))
    told = []
    for reader in (READER, other):
        reading = reader.read(Comment("1", text))
        told.append((wording(reading), describe(reading, identify(reading, reader, KEY))))
    assert told[0] == told[1]


def test_the_judge_would_not_say_whose_birthday_it_is() -> None:
    judge = load_judge(Register("Fernhill", pupils=PUPILS, token_key=KEY))
    found = judge.judge([Comment("1", "Ayaan, born 12/3/2017, was in a fight")])[0]
    assert found.labels[Label.PUPIL_INFORMATION]
    assert found.pupils == ("p-1",)
    assert any("with date of birth; fits one pupil" in reason.why for reason in found.reasons)
