"""What the content did next, and separate occasions, as lines of one incident on the screen."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from alerts.occasions import EXPLAINED, Occasion
from config.words import Remover
from monitor.cli.shared import london
from monitor.pipeline.incidents.course import Course, Relative
from monitor.store.models import Likeness, Sharer

_LIKENESS = {
    Likeness.SAME_WORDS: "the same words",
    Likeness.SAME_ADDRESS: "a link to it",
    Likeness.SAME_LINK: "the same link in other words",
}
_SHARER = {
    Sharer.SAME: "by the same account",
    Sharer.OTHER: "by another account",
    Sharer.UNKNOWN: "the platform does not say by whom",
}
_REMOVER = {
    Remover.AUTHOR: "by its author",
    Remover.US: "by us",
    Remover.HOST: "by the host",
    Remover.UNKNOWN: "by whom is not known",
}
NOT_CAPTURED = (
    "Page not captured: it went before anybody had the page captured. The words, times and the platform's "
    "own answer were sealed when it was first seen; nothing is written down from memory."
)


def course_lines(course: Course) -> Iterator[str]:
    """One sentence for each thing that happened; nothing while it simply stands there."""
    if course.parent is not None:
        yield f"It repeats {_relative(course.parent)}."
    for child in course.children:
        yield f"Posted again: {_relative(child)}."
    if course.edited_at is not None:
        yield f"Its words were changed: seen {london(course.edited_at)}. Both wordings are sealed."
    if course.gone_for_certain_at is not None:
        yield f"Gone: not there at two checks, the second {london(course.gone_for_certain_at)}."
    elif course.gone_since is not None:
        yield f"Not found since {london(course.gone_since)}; a second check makes it certain."
    if course.not_public_since is not None:
        since = london(course.not_public_since)
        yield f"Out of public view since {since}. That is not removed: the checks go on."
    if course.remover is not None:
        yield f"Taken away {_REMOVER[course.remover]}."
    if course.page_not_captured:
        yield NOT_CAPTURED
    if course.re_opened:
        yield f"Opened again {_times(course.re_opened)}; its 24 hours run from {london(course.clock_from)}."


def occasion_lines(found: Sequence[Occasion]) -> Iterator[str]:
    """The dates, account by account; the explanation once, at the end."""
    heading = None
    for one in found:
        about = f"{one.shown_as}, about {one.person}:"
        if about != heading:
            heading = about
            yield about
        yield f"  {when(one)}: {', '.join(one.references)}"
    if found:
        yield EXPLAINED


def when(one: Occasion) -> str:
    """A day and time; both ends of an occasion that lasted; `seen` where the platform gave no time."""
    seen = "" if one.time_known else "seen "
    until = f" to {_hour(one.ended_at)}" if one.ended_at != one.began_at else ""
    return f"{seen}{one.day:%a %d %b %Y}, {_hour(one.began_at)}{until}"


def _hour(at: datetime) -> str:
    """Time of day in London; where the hour comes twice, with its zone."""
    return london(at).split(maxsplit=3)[3]


def _relative(one: Relative) -> str:
    return f"{one.reference} ({_LIKENESS[one.likeness]}, {_SHARER[one.sharer]})"


def _times(number: int) -> str:
    return {1: "once", 2: "twice"}.get(number, f"{number} times")
