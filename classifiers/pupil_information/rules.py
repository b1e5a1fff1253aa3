"""What is pupil information whatever the wording: the labelling guide's definition and settled questions."""

from collections.abc import Sequence

from classifiers.pupil_information import birthdays
from classifiers.pupil_information.identify import Identified
from classifiers.reading import Reading
from classifiers.register.mentions import Form
from config.words import Surface

_WHOLE_NAME = (Form.FULL, Form.HANDLE)
_TIES = frozenset({"class", "teacher", "sibling", birthdays.ANCHOR})
"""What ties a name to one child, also where the name is an ordinary word. (A year group holds too many.)"""


def must_be_pupil_information(reading: Reading, found: Sequence[Identified]) -> bool:
    """A pupil's number; a child whom the text singles out by name; any pupil's name on our own picture.

    A number counts by its check letter, also when it is not in the register: it is some child's.
    """
    if any(place.kind == "upn" for place in reading.places) or any(map(singles_out, found)):
        return True
    if reading.comment.surface != Surface.OWN_POST:
        return False
    surname = any(one.form == Form.SURNAME and one.anchors for one in found)
    named = any(not one.common or one.anchors for one in found)
    return surname or (reading.comment.has_image and named)


def singles_out(one: Identified) -> bool:
    """A full name, or a name that fits one pupil of the class, teacher or family that the text gives."""
    if one.form in _WHOLE_NAME:
        return not one.common
    if len(one.ids) != 1 or one.form == birthdays.FORM:
        return False  # a date alone may be anybody's: "children born after 1/9/2020"
    by_year = "year" in one.anchors and not one.common and one.form != Form.SURNAME
    return by_year or bool(one.anchors & _TIES)
