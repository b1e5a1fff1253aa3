"""What is pupil information whatever the wording: the labelling guide's settled questions."""

from collections.abc import Sequence

from classifiers.pupil_information.identify import Identified
from classifiers.reading import Reading
from classifiers.register.mentions import Form
from config.words import Surface

_FULL = (Form.FULL, Form.HANDLE)


def must_be_pupil_information(reading: Reading, found: Sequence[Identified]) -> bool:
    """The school's own post with a pupil's full name, or any pupil's name and an image; a known UPN."""
    if any(one.form == "upn" and one.ids for one in found):
        return True
    if reading.comment.surface != Surface.OWN_POST:
        return False
    full = any(one.form in _FULL and not one.common for one in found)
    named = any(not one.common or one.anchors for one in found)
    return full or (reading.comment.has_image and named)
