"""Whom words are aimed at: said where labels, flags and words show it, and left open where they do not."""

import pytest

from classifiers.aim import aimed_at
from classifiers.interface import Aim, Comment, Pupil, Register, StaffMember
from classifiers.judge import load_judge
from classifiers.reading import Reader
from config.words import Flag, Label

REGISTER = Register(
    "Fernhill Primary",
    pupils=(Pupil("p-1", "Ayaan", "Ayaan", "Birch", "4B", "Year 4"),),
    staff=(StaffMember("s-1", "Mrs", "Helen", "Whitlock", "Headteacher"),),
)
READER = Reader(REGISTER)
ABUSE, DEFAMATION, PUPIL = Label
INSULT, HATE, STAFF, CHILD = Flag.INSULT, Flag.HATE, Flag.STAFF_TARGET, Flag.PUPIL_TARGET


@pytest.mark.parametrize(
    ("text", "labels", "flags", "aim"),
    [
        ("Mrs Whitlock is a clown", {ABUSE}, {INSULT, STAFF}, Aim.PERSON),
        ("Mrs Whitlock lied to the parents", {DEFAMATION}, {STAFF}, Aim.PERSON),
        ("look at Ayaan Birch, what a pig", {ABUSE}, {INSULT, CHILD}, Aim.PERSON),
        ("she is a witch and everybody knows it", {ABUSE}, {INSULT}, Aim.PERSON),
        ("send them all back", {ABUSE}, {HATE}, Aim.GROUP),
        ("the mums at that gate are slobs", {ABUSE}, {INSULT}, Aim.GROUP),
        ("clowns the lot of them", {ABUSE}, {INSULT, STAFF}, Aim.GROUP),
        ("what a muppet", {ABUSE}, {INSULT}, None),
        ("the mums say he is a clown", {ABUSE}, {INSULT}, None),
        ("our daughter came home with her lip split, and no form", {DEFAMATION}, set(), None),
        ("somebody sells the dinner money", set(), {Flag.ALLEGATION_CRIME}, None),
        ("Ayaan Birch in 4B", {PUPIL}, set(), Aim.NOBODY),
        ("he told me what happens at home", set(), {Flag.SAFEGUARDING}, Aim.NOBODY),
        ("lovely fair", set(), set(), Aim.NOBODY),
    ],
)
def test_a_group_would_be_told_as_a_person_or_a_guess_as_knowledge(
    text: str, labels: set[Label], flags: set[Flag], aim: Aim | None
) -> None:
    assert aimed_at(READER.read(Comment("1", text)), labels, flags) is aim


def test_the_judge_would_not_say_whom_it_thinks_aimed_at() -> None:
    texts = ["Mrs Whitlock is a thick useless pig", "Lovely fair, thank you all", ""]
    judged = load_judge(REGISTER).judge([Comment(str(place), text) for place, text in enumerate(texts)])
    assert [one.aimed_at for one in judged] == [Aim.PERSON, Aim.NOBODY, None]
