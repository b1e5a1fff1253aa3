"""What the school's own post or draft says that it should not, whatever the consents say.

No models: names, numbers and places are looked up, so that a timeline of years is read in seconds.
"""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple

from classifiers.interface import Comment, Register
from classifiers.places import Place
from classifiers.pupil_information import birthdays
from classifiers.pupil_information.identify import Identified, identify
from classifiers.reading import Reader, Reading
from classifiers.register.mentions import Form
from config.words import Surface

SCHOOL = "school"
"""The author of the school's own words."""
_IN_FILE_NAMES = re.compile(r"[._\-+~\d]+")
_WHOLE_NAME = (Form.FULL, Form.HANDLE)
_A_LINE = 80
_SENTENCE_ENDS = re.compile(r"[.!?](?=\s)|\n")


class Kind(StrEnum):
    """What stands in the post (Huntington 4.10, 4.11; Market Drayton C)."""

    NAME_WITH_PICTURE = "name_with_picture"
    FULL_NAME = "full_name"
    SURNAME = "surname"
    ONE_CHILD = "one_child"
    """A first name that class, teacher or family ties to one child."""
    PUPIL_NUMBER = "pupil_number"
    DATE_OF_BIRTH = "date_of_birth"
    EMAIL = "email"
    PHONE = "phone"
    ADDRESS = "address"
    USERNAME = "username"


_PERSONAL = {
    "email": Kind.EMAIL,
    "phone": Kind.PHONE,
    "address": Kind.ADDRESS,
    "postcode": Kind.ADDRESS,
    "username": Kind.USERNAME,
    "date_of_birth": Kind.DATE_OF_BIRTH,
}


class Problem(NamedTuple):
    kind: Kind
    start: int
    end: int
    """In the view's text; from `OwnPostReader`, in the text as written."""
    ids: tuple[str, ...]
    """Pupils of the register who may be meant."""
    sure: bool
    """False: it may be something else (an ordinary word, the school's own number), and a person looks."""


def is_ours(comment: Comment) -> bool:
    """A post of the school's, or an answer of the school's under one."""
    return comment.surface == Surface.OWN_POST or comment.author == SCHOOL


def problems_of(reading: Reading, found: Sequence[Identified]) -> list[Problem]:
    named = [problem for one in found for problem in _of_name(one, reading)]
    return [*named, *_of_places(reading, [one for one in found if not one.common or one.anchors])]


def _of_name(one: Identified, reading: Reading) -> Iterable[Problem]:
    sure, has_image = not one.common or bool(one.anchors), reading.comment.has_image
    kinds = {Form.SURNAME: Kind.SURNAME, birthdays.FORM: Kind.DATE_OF_BIRTH}
    kind = Kind.FULL_NAME if one.form in _WHOLE_NAME else kinds.get(one.form)
    if kind is not None:
        # "Since noon": a surname by itself, in small letters, is a word first.
        is_word = one.form == Form.SURNAME and not (one.anchors or reading.view.text[one.start].isupper())
        yield Problem(kind, one.start, one.end, one.ids, sure and not is_word)
    if has_image and one.form not in ("upn", birthdays.FORM):
        yield Problem(Kind.NAME_WITH_PICTURE, one.start, one.end, one.ids, sure)
    elif kind is None and one.form != "upn" and singles_out(one):
        yield Problem(Kind.ONE_CHILD, one.start, one.end, one.ids, sure=True)


def _of_places(reading: Reading, pupils: Sequence[Identified]) -> Iterable[Problem]:
    """Personal details. Beside a pupil they are the pupil's; alone, a number may be the school office's."""
    for place in reading.places:
        beside = any(_is_beside(place, one, reading.lower) for one in pupils)
        if place.kind == "upn":
            yield Problem(Kind.PUPIL_NUMBER, place.start, place.end, (), sure=True)
        elif place.kind in _PERSONAL and (beside or not _is_the_day_of_an_event(place)):
            yield Problem(_PERSONAL[place.kind], place.start, place.end, (), sure=beside)


def _is_beside(place: Place, one: Identified, lower: str) -> bool:
    """In the same sentence, and no further away than a line."""
    start, end = min(place.end, one.end), max(place.start, one.start)
    return end - start <= _A_LINE and not _SENTENCE_ENDS.search(lower, start, max(start, end))


def _is_the_day_of_an_event(place: Place) -> bool:
    """Sports day on 12/06/26: a bare date that nobody says is a birthday."""
    return place.kind == "date_of_birth" and not place.value[:1].isalpha()


_TIES = frozenset({"class", "teacher", "sibling", birthdays.ANCHOR})
"""What ties a name to one child, also where the name is an ordinary word. (A year group holds too many.)"""


def singles_out(one: Identified) -> bool:
    """A full name, or a name that fits one pupil of the class, teacher or family that the text gives."""
    if one.form in _WHOLE_NAME:
        return not one.common
    if len(one.ids) != 1 or one.form == birthdays.FORM:
        return False  # a date alone may be anybody's: "children born after 1/9/2020"
    by_year = "year" in one.anchors and not one.common and one.form != Form.SURNAME
    return by_year or bool(one.anchors & _TIES)


class OwnPostReader:
    """Reads the school's own words against its register. Building it costs time, reading does not."""

    def __init__(self, register: Register) -> None:
        self._reader = Reader(register)
        self._token_key = register.token_key

    def problems(self, text: str, *, has_image: bool) -> list[Problem]:
        """The problems of a post, or of an alternative text that stands with its picture."""
        reading, found = self._read(text, has_image=has_image)
        spans = ((one, reading.view.span(one.start, one.end)) for one in problems_of(reading, found))
        return [one._replace(start=start, end=end) for one, (start, end) in spans]

    def in_file_name(self, name: str) -> list[Problem]:
        """`aisha-khan_sports.jpg` is published with the picture (Huntington 4.11)."""
        stem = name.rpartition("/")[2].rpartition("\\")[2].rpartition(".")[0] or name
        return self.problems(_IN_FILE_NAMES.sub(" ", stem), has_image=True)

    def pupils_named(self, text: str) -> frozenset[str]:
        """Ids of the pupils whom a post names so that only they can be meant."""
        _, found = self._read(text, has_image=False)
        sure = (one for one in found if not one.common or one.anchors)
        return frozenset(one.ids[0] for one in sure if len(one.ids) == 1)

    def _read(self, text: str, *, has_image: bool) -> tuple[Reading, list[Identified]]:
        comment = Comment("own", text, surface=str(Surface.OWN_POST), author=SCHOOL, has_image=has_image)
        reading = self._reader.read(comment)
        found = identify(reading, self._reader, self._token_key)
        index = self._reader.matcher.pupil_index
        return reading, birthdays.with_birthdays(found, reading, index, self._token_key)
