"""What the words beside a name say of whose it is."""

import re
from collections.abc import Sequence

from classifiers.register.index import Entry
from classifiers.register.mentions import Form, Word
from classifiers.register.names import TITLES, common

_KIN = frozenset(
    """our my his her their brother sister bro sis son daughter lad lass girl boy twin twins cousin little wee baby
    nephew niece grandson granddaughter pupil""".split()
)
_GROUP = re.compile(r"\d{1,2}[a-z]{1,2}|y\d{1,2}|yr\d{0,2}|year|class|reception|nursery|aged|form")
_NOT_A_SURNAME = frozenset(
    """a all also an and are as at been but by can could did do does every for from get go good great had has have he
    her here him his how i if in is it just let like me miss my never no not of oh ok on or our please she should so
    still thank thanks that the their them then there they this to today too up was we well were what when where who
    why will with would yes you your xx""".split()
)


def is_a_childs(found: Sequence[Word], first: int, count: int) -> bool:
    """Whether a name that a member of staff and a pupil share is the pupil's here: kin before, a class behind."""
    if first and found[first - 1].lower in _KIN:
        return True
    behind = found[first + count : first + count + 3]
    return any(_GROUP.fullmatch(word.lower) or word.lower.isdigit() for word in behind)


def is_another_person(entry: Entry, found: Sequence[Word], first: int, count: int, text: str) -> bool:
    """Whether another first name before, or another surname behind, makes it somebody else's name."""
    if entry.form is Form.SURNAME and count == 1:
        return common(found[first].lower) or _has_another_first_name(found, first, text)
    if (
        entry.form is Form.FIRST
        and common(found[first].lower)
        and _has_another_first_name(found, first, text)
    ):
        return True
    if entry.form in (Form.FIRST, Form.KNOWN_AS) and count == 1 and found[first].capital:
        return _has_another_surname(found, first, text)
    return False


def _has_another_first_name(found: Sequence[Word], first: int, text: str) -> bool:
    if first < 2 or not found[first].capital:
        return False
    before, earlier = found[first - 1], found[first - 2]
    beside = text[before.end : found[first].start] in (" ", "-")
    # Behind a full stop any word has a capital: "Ask Whitlock" is no first name.
    starts = any(mark in text[earlier.end : before.start] for mark in '.!?\n:;"')
    return beside and not starts and _may_be_a_name(before)


def _has_another_surname(found: Sequence[Word], first: int, text: str) -> bool:
    if first + 1 >= len(found):
        return False
    behind = found[first + 1]
    beside = text[found[first].end : behind.start] in (" ", "-")
    return beside and _may_be_a_name(behind)


def _may_be_a_name(word: Word) -> bool:
    lower = word.lower
    return word.capital and len(lower) > 2 and lower not in _NOT_A_SURNAME and lower not in TITLES
