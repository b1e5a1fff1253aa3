"""The folders that training reads: public abuse data, and labelled schools with their registers."""

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.interface import Comment, Register
from classifiers.jsonlines import BadLine, comment_from, read_object
from classifiers.register import read_pupils, read_staff
from classifiers.register.names import words
from config.words import Flag, Label

HEADS = (*(label.value for label in Label), *(flag.value for flag in Flag))
"""What is learned, in the order in which every model holds it."""
UNUSABLE = ("impermium", "unverified")
"""A row whose source or licence says one of these is not trained on."""
LONGEST = 600
"""Characters of a public text that are read: what follows is mostly the same page going on."""
_TRAINING_KEY = b"training only: no token is kept"
_NAMED_OFTEN = 0.02
"""Share of a school's comments in which a capital word must stand to be taken for the school's name."""


@dataclass(frozen=True)
class PublicRow:
    text: str
    abuse: bool
    source: str
    licence: str
    kinds: tuple[str, ...]
    """What sort of abuse the source says it is; empty where it does not tell."""


@dataclass(frozen=True)
class School:
    name: str
    register: Register
    comments: tuple[Comment, ...]
    rows: tuple[dict[str, Any], ...]
    """The labelled objects, in the order of `comments`."""


def public_rows(path: Path) -> Iterator[PublicRow]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            licence = str(row.get("lic", "unverified"))
            if not any(word in f"{row['source']} {licence}".lower() for word in UNUSABLE):
                kinds = tuple(row.get("kind") or ())
                yield PublicRow(row["text"][:LONGEST], bool(row["abuse"]), row["source"], licence, kinds)


def school(folder: Path) -> School:
    pupils = read_pupils(folder / "register" / "pupils.csv", _TRAINING_KEY).entries
    staff = read_staff(folder / "register" / "staff.csv").entries
    comments, rows = [], []
    with (folder / "comments.jsonl").open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            row = read_object(number, line)
            comment = row if isinstance(row, BadLine) else comment_from(number, row)
            if isinstance(row, BadLine) or isinstance(comment, BadLine):
                raise ValueError(f"{folder / 'comments.jsonl'}: {comment}")
            comments.append(comment)
            rows.append(row)
    people = Register(pupils=pupils, staff=staff, token_key=_TRAINING_KEY)
    names = _school_names(comments, people)
    register = Register(names[0] if names else "", names[1:], pupils, staff, _TRAINING_KEY)
    return School(folder.name, register, tuple(comments), tuple(rows))


def _school_names(comments: Sequence[Comment], people: Register) -> tuple[str, ...]:
    """The corpus does not say what its schools are called; their comments do, over and over."""
    taken = _names_of(people)
    capital: Counter[str] = Counter()
    lower: Counter[str] = Counter()
    for comment in comments:
        found = {_bare(word) for word in comment.text.split()[1:]}
        capital.update(word for word in found if word.isalpha() and word.istitle() and len(word) > 4)
        lower.update(word for word in found if word.islower())
    enough = max(3.0, _NAMED_OFTEN * len(comments))
    often = [
        word for word, count in capital.most_common(40) if count >= enough and lower[word.lower()] < count / 2
    ]
    return tuple(word for word in often if word.lower() not in taken)


def _names_of(people: Register) -> set[str]:
    names = [f"{pupil.first_name} {pupil.preferred_name} {pupil.surname}" for pupil in people.pupils]
    names += [" ".join((member.first_name, member.surname, *member.also_known_as)) for member in people.staff]
    return {word for name in names for word in words(name)}


def _bare(word: str) -> str:
    return word.strip(".,!?:;'\"()#@…”“’").removesuffix("'s").removesuffix("’s")
