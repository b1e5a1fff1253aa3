"""Whom of the staff a comment means: nobody named in a matter is mailed about it."""

import time

import pytest

from classifiers.interface import Comment, Pupil, Register, StaffMember
from classifiers.reading import Reader
from classifiers.register.spoken_of import staff_spoken_of

STAFF = (
    StaffMember("s-1", "Mrs", "Helen", "Whitlock", "Headteacher of Millbank School", ()),
    StaffMember("s-2", "Mr", "Owen", "Tregarth", "Principal of Larkham Academy", ("Trego",)),
    StaffMember("s-3", "Miss", "Tamsin", "Tarrant", "Class teacher 2T", ()),
    StaffMember("s-4", "Mrs", "Pamela", "Gaunt", "School nurse", ("the nurse",)),
)
READER = Reader(Register("", (), (Pupil("p-1", "Ayaan", "Ayaan", "Birch", "2T", "Year 2"),), STAFF))


def meant(
    text: str, context: str | None = None, author: str | None = None, *, aimed: bool = True
) -> tuple[str, ...]:
    reading = READER.read(Comment("1", text, context, author=author))
    return staff_spoken_of(reading, READER.matcher.staff_index.staff, aimed_at_staff=aimed)


@pytest.mark.parametrize(
    ("text", "context", "ids"),
    [
        ("she does go on", "A word from Mrs Whitlock", ("s-1",)),
        ("🤡", "A word from Mrs Whitlock", ("s-1",)),
        ("the head at Millbank lied", None, ("s-1",)),
        ("the principal lied", None, ("s-2",)),
        ("love Miss T", "Miss Tarrant's class at the sea", ("s-3",)),
        ("miss t is lovely", None, ("s-3",)),
        ("Pam Gaunt again", None, ("s-4",)),
        ("that nurse again", None, ("s-4",)),
        ("mrs whitlok said no", None, ("s-1",)),
        ("Bravo", "Sports day", ()),
        ("a nurse came", None, ()),
        ("banged on the head at Millbank", None, ()),
        ("our head boy sang", None, ()),
    ],
)
def test_a_member_of_staff_would_be_missed_or_mistaken(
    text: str, context: str | None, ids: tuple[str, ...]
) -> None:
    assert meant(text, context) == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("HW signed the form and O.T. knew", ("s-1", "s-2")),
        ("ask P.G. in the office", ("s-4",)),
        ("the teacher in 2T is a liar", ("s-3",)),
        ("2T teacher lies", ("s-3",)),
        ("a teacher in 2T", ()),
        ("TT signed it, R.A.T. did not", ("s-3",)),
        ("HW LIED TO ALL OF US", ()),
        ("HW lied, says Mrs Gaunt", ("s-4",)),
        ("hw is too hard", ()),
        ("#HW", ()),
    ],
)
def test_initials_or_a_class_would_hide_who_is_meant(text: str, ids: tuple[str, ...]) -> None:
    assert meant(text) == ids


def test_two_letters_in_any_talk_would_keep_a_member_of_staff_from_it() -> None:
    assert meant("HW was lovely", aimed=False) == ()


def test_the_head_would_be_kept_from_every_matter_under_her_own_post() -> None:
    """Whoever is named in a matter is not told of it: a post's author must not count as named for that alone."""
    assert meant("Darren Price you fat liar", "A word from Mrs Whitlock", aimed=False) == ()
    assert meant("Mrs Whitlock is a liar", "A word from Mrs Whitlock", aimed=False) == ("s-1",)


def test_a_member_of_staff_whose_surname_is_a_dash_would_stop_the_judge() -> None:
    staff = (*STAFF, StaffMember("s-5", "Miss", "Teuila", "-", "Class teacher 4T", ()))
    reader = Reader(Register("", (), (), staff))
    reading = reader.read(Comment("1", "love Miss T", "Teuila's class at the sea"))
    assert staff_spoken_of(reading, reader.matcher.staff_index.staff, aimed_at_staff=True)


def test_a_chair_said_over_and_over_would_hold_up_every_other_comment() -> None:
    chair = StaffMember("s-6", "Mr", "Idris", "Penhallow", "Chair of Governors", ("the chair",))
    reader = Reader(Register("", (), (), (chair,)))
    started = time.process_time()
    reader.read(Comment("1", "the chair x " * 8_000))
    assert time.process_time() - started < 5  # a square of the length took a minute


def test_the_schools_own_answer_would_be_about_the_head_it_names_above() -> None:
    assert meant("Thank you all", "A word from Mrs Whitlock", author="school") == ()
