"""Whom of the staff a comment means: nobody named in a matter is mailed about it."""

import pytest

from classifiers.interface import Comment, Register, StaffMember
from classifiers.reading import Reader
from classifiers.register.spoken_of import staff_spoken_of

STAFF = (
    StaffMember("s-1", "Mrs", "Helen", "Whitlock", "Headteacher of Millbank School", ()),
    StaffMember("s-2", "Mr", "Owen", "Tregarth", "Principal of Larkham Academy", ("Trego",)),
    StaffMember("s-3", "Miss", "Tamsin", "Tarrant", "Class teacher 2T", ()),
    StaffMember("s-4", "Mrs", "Pamela", "Gaunt", "School nurse", ("the nurse",)),
)
READER = Reader(Register("", (), (), STAFF))


def meant(text: str, context: str | None = None, author: str | None = None) -> tuple[str, ...]:
    reading = READER.read(Comment("1", text, context, author=author))
    return staff_spoken_of(reading, READER.matcher.staff_index.staff)


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


def test_the_schools_own_answer_would_be_about_the_head_it_names_above() -> None:
    assert meant("Thank you all", "A word from Mrs Whitlock", author="school") == ()
