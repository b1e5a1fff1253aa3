"""What is pupil information whatever the wording: the labelling guide's definition and settled questions."""

from collections.abc import Sequence

from classifiers.pupil_information.identify import Identified
from classifiers.pupil_information.own_posts import is_ours, problems_of, singles_out
from classifiers.reading import Reading
from config.words import Surface

_OUR_PAGE = frozenset({Surface.OWN_POST, Surface.COMMENT_ON_OWN_POST})


def must_be_pupil_information(reading: Reading, found: Sequence[Identified]) -> bool:
    """A pupil's number; a child whom the text singles out by name; what our own posts must not say.

    A number counts by its check letter, also when it is not in the register: it is some child's.
    """
    if any(place.kind == "upn" for place in reading.places) or any(map(singles_out, found)):
        return True
    return is_ours(reading.comment) and any(problem.sure for problem in problems_of(reading, found))


def is_only_staff_conduct(reading: Reading, found: Sequence[Identified]) -> bool:
    """A post by staff elsewhere than on our page, from which a class can be recognised, and no child.

    That is a matter of the staff policy, and of HR (Huntington 5.17); no pupil is identified by it. Under the
    school's own post a teacher may speak of 4B: there the class is recognised already.
    """
    comment = reading.comment
    if comment.author != "staff" or comment.surface in _OUR_PAGE or any(map(singles_out, found)):
        return False
    return any(place.kind == "class" for place in reading.places)
