"""What the words beside a name say of whose it is."""

import re

from classifiers.register.index import Entry
from classifiers.register.mentions import Form, Stretch, Word
from classifiers.register.names import TITLES, common, word_set

_KIN = word_set(
    """our my his her their brother sister bro sis son daughter lad lass girl boy twin twins cousin little wee
    baby nephew niece grandson granddaughter pupil"""
)
_GROUP = re.compile(r"\d{1,2}[a-z]{0,2}|y\d{1,2}|yr\d{0,2}|year|class|reception|nursery|aged|form")
_NOT_A_SURNAME = word_set(
    """a all also an and are as at been but by can could did do does every for from get go good great had has
    have he her here him his how i if in is it just let like me miss my never no not of oh ok on or our please
    she should so still thank thanks that the their them then there they this to today too up was we well were
    year class reception nursery mum dad
    what when where who why will with would yes you your xx"""
)


def is_a_childs(at: Stretch) -> bool:
    """Whether a name that staff and pupils share is the pupil's here: kin before it, a class behind it."""
    return not _KIN.isdisjoint(at.earlier(1)) or any(map(_GROUP.fullmatch, at.later(3)))


def is_another_person(entry: Entry, at: Stretch) -> bool:
    """Whether another first name before, or another surname behind, makes it somebody else's name."""
    if at.length > 1:
        return False
    if entry.form is Form.SURNAME:
        return common(at.word.lower) or _has_another_first_name(at)
    if entry.form is Form.FIRST and common(at.word.lower) and _has_another_first_name(at):
        return True
    return entry.form in (Form.FIRST, Form.KNOWN_AS) and at.word.capital and _has_another_surname(at)


def bears_another_name(entry: Entry, at: Stretch) -> bool:
    """Whether a pupil's name belongs to somebody or something else: Rosa Parks, an Oscar."""
    if entry.form is Form.SURNAME:
        return _has_another_first_name(at)
    if at.earlier(1) in (["a"], ["an"]):
        return True
    return entry.form is Form.FIRST and at.word.capital and _has_another_surname(at)


def _has_another_first_name(at: Stretch) -> bool:
    if at.first < 2 or not at.word.capital:
        return False
    earlier, before = at.found.between(at.first - 2, at.first)
    # Behind a full stop any word has a capital: "Ask Whitlock" is no first name.
    starts = any(mark in at.text[earlier.end : before.start] for mark in '.!?\n:;"')
    return not starts and _stand_together(before, at.word, at.text) and _may_be_a_name(before)


def _has_another_surname(at: Stretch) -> bool:
    if at.first + 1 >= len(at.found):
        return False
    behind = at.found[at.first + 1]
    return _stand_together(at.word, behind, at.text) and _may_be_a_name(behind)


def _stand_together(one: Word, other: Word, text: str) -> bool:
    return text[one.end : other.start] in (" ", "-")


def _may_be_a_name(word: Word) -> bool:
    lower = word.lower
    return word.capital and len(lower) > 2 and lower not in _NOT_A_SURNAME and lower not in TITLES
