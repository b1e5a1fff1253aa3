"""The contrast lines as a labelled school with an invented register: read and masked like a real one's."""

import itertools
import random
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from classifiers.interface import Comment, Pupil, Register, StaffMember
from classifiers.training.contrast.rows import SEED, ContrastRow, contrast_rows
from classifiers.training.contrast.templates import MARKS
from classifiers.training.data import School

NAME = "contrast"
_TITLES = ("Mr", "Mrs", "Miss", "Ms", "Dr")
_ROLES = (
    "Headteacher", "Deputy Headteacher", "Head of Maths", "PE Teacher", "Caretaker", "Bursar",
    "Office Manager", "Teaching Assistant", "Head of Year", "Music Teacher", "Class Teacher", "Cook",
)  # fmt: skip
_STAFF_FIRST = (
    "Odette",
    "Barnaby",
    "Sunita",
    "Gethin",
    "Morag",
    "Tobiah",
    "Ifeoma",
    "Leszek",
    "Rhona",
    "Casimir",
)
_STAFF_LAST = (
    "Quillfeather", "Okonjo-Pryce", "Threlkelding", "Mistlethwaite", "Rahmanpour", "Penhallick",
    "Wolskiewicz", "Auchterlonie", "Babbingley", "Chandrasena", "Dunnockshaw", "Everingham-Lowe",
)  # fmt: skip
_PUPIL_FIRST = (
    "Tamsyn", "Kofi", "Zofia", "Iestyn", "Aaliyah", "Callum", "Noor", "Oskar", "Effie", "Jaydon", "Mirela",
)  # fmt: skip
_PUPIL_LAST = ("Winterslow", "Adomako", "Kolbuszewska", "Llewelyn-Ash", "Farahani", "Braithmoor", "Stanislau")
_CLASSES = ("3K", "5T", "6F", "7M", "8B", "9R", "10H", "11C")
_ADULTS = (
    "Sharon Tibblethorpe",
    "Gary Mossop-Reid",
    "Mrs Pellinore",
    "Mr Vasquez-Hume",
    "Debs Cranleigh-Fox",
)
_MARK = re.compile("|".join(map(re.escape, MARKS)))


def contrast_school(seed: int = SEED) -> School:
    """The rows of `contrast_rows(seed)` with names for the marks, a register, and ids `contrast-0001` on."""
    register = _register()
    rng = random.Random(f"{seed}|names")  # noqa: S311 - no secret
    comments, rows = [], []
    for number, row in enumerate(contrast_rows(seed), start=1):
        named = _named(row, register, rng)
        identifier = f"{NAME}-{number:04}"
        surface = "comment_on_own_post" if named.context else "mention"
        comments.append(
            Comment(
                identifier, named.text, named.context, platform="facebook", surface=surface, author=row.author
            )
        )
        rows.append(_labelled(identifier, named, surface))
    return School(NAME, register, tuple(comments), tuple(rows))


def _labelled(identifier: str, row: ContrastRow, surface: str) -> dict[str, Any]:
    rest = {"platform": "facebook", "surface": surface, "has_image": False, "pupils": [], "staff": []}
    return {"id": identifier} | row.to_json() | rest


def _register() -> Register:
    staff = tuple(
        StaffMember(
            f"S{place:02}", _TITLES[place % len(_TITLES)], _STAFF_FIRST[place % 10], surname, _ROLES[place]
        )
        for place, surname in enumerate(_STAFF_LAST)
    )
    pupils = tuple(
        Pupil(f"P{place:03}", first, first, last, class_name, f"Year {class_name[:-1]}")
        for place, ((first, last), class_name) in enumerate(
            zip(itertools.product(_PUPIL_FIRST, _PUPIL_LAST), itertools.cycle(_CLASSES), strict=False)
        )
    )
    return Register("Thistlemere Academy", ("Thistlemere", "the Mere"), pupils, staff)


def _named(row: ContrastRow, register: Register, rng: random.Random) -> ContrastRow:
    """The row with a name for each mark; the same mark twice in a row is the same person."""
    pupil = rng.choice(register.pupils)
    names = {
        "[staff]": _called(rng.choice(register.staff), rng),
        "[pupil]": f"{pupil.first_name} {pupil.surname}" if rng.random() < 0.6 else pupil.first_name,
        "[school]": rng.choice((register.school_name, *register.also_known_as)),
        "[adult]": rng.choice(_ADULTS),
        "[class]": pupil.class_name,
        "[year]": pupil.year_group,
    }
    fill = _filler(names)
    return replace(row, text=fill(row.text), context=fill(row.context) if row.context else None)


def _filler(names: Mapping[str, str]) -> Callable[[str], str]:
    return lambda text: _MARK.sub(lambda mark: names[mark[0]], text)


def _called(member: StaffMember, rng: random.Random) -> str:
    ways: Sequence[str] = (
        f"{member.title} {member.surname}",
        f"{member.title} {member.surname}",
        f"{member.first_name} {member.surname}",
        f"{member.title.lower()} {member.surname.lower()}",
        member.surname,
    )
    return rng.choice(ways)
