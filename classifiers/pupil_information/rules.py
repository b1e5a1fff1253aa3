"""What is pupil information whatever the wording: the labelling guide's definition and settled questions."""

from collections.abc import Sequence

from classifiers.pupil_information.identify import Identified
from classifiers.pupil_information.own_posts import is_ours, problems_of, singles_out
from classifiers.reading import Reading
from classifiers.register.mentions import Kind

_PLACES_OF_SCHOOL = frozenset({"class", "year"})


def must_be_pupil_information(reading: Reading, found: Sequence[Identified]) -> bool:
    """A pupil's number; a child whom the text singles out by name; what our own posts must not say.

    A number counts by its check letter, also when it is not in the register: it is some child's.
    """
    if any(place.kind == "upn" for place in reading.places) or any(map(singles_out, found)):
        return True
    return is_ours(reading.comment) and any(problem.sure for problem in problems_of(reading, found))


def is_only_staff_conduct(reading: Reading, found: Sequence[Identified]) -> bool:
    """A post by a member of staff from which a class or the school can be recognised, and no one child.

    That is a matter of the staff policy, and of HR (Huntington 5.17); no pupil is identified by it.
    """
    if reading.comment.author != "staff" or any(map(singles_out, found)):
        return False
    recognised = any(place.kind in _PLACES_OF_SCHOOL for place in reading.places)
    return recognised or bool(reading.of(Kind.SCHOOL))
