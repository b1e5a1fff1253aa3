"""How serious a matter is, in four parts that are shown with their reasons (NEU 10.2).

The clause is written for what staff post; to use its factors for everybody is a house rule, and so are the
points. The sum orders a list and does nothing else: lane, priority, clocks and tasks never look at it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from alerts.ladder.matter import Matter
from config.words import Flag, Label, Lane, Severity


@dataclass(frozen=True)
class Course:
    """What has become of it so far. Times and counts are measured, never guessed."""

    visible: timedelta
    """How long the public could see it, as far as it is known."""
    further_copies: int = 0
    """How often the same stood elsewhere, or was said again."""
    came_back: int = 0
    """How often it was in public again after it had gone."""


@dataclass(frozen=True)
class Part:
    name: str
    points: int
    most: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Seriousness:
    """Nature (40), time visible (15), being passed on (20), impact (25)."""

    parts: tuple[Part, Part, Part, Part]

    @property
    def total(self) -> int:
        return sum(part.points for part in self.parts)


def seriousness(matter: Matter, lane: Lane, severity: Severity, course: Course) -> Seriousness:
    return Seriousness(
        (
            _nature(matter, lane, severity),
            _visible(course),
            _passed_on(matter, course),
            _impact(matter, lane),
        )
    )


_BY_SEVERITY: Mapping[Severity, int] = {
    Severity.NONE: 0,
    Severity.LOW: 6,
    Severity.MEDIUM: 14,
    Severity.HIGH: 24,
    Severity.CRITICAL: 34,
}
_GRAVE = {
    Flag.THREAT: "a threat",
    Flag.HATE: "hate",
    Flag.SEXUAL: "sexual words",
    Flag.SELF_HARM_ENCOURAGEMENT: "encourages self-harm",
    Flag.SAFEGUARDING: "a child may be at risk",
    Flag.INDECENT_IMAGE: "a possible indecent image",
    Flag.ALLEGATION_CRIME: "says that somebody did something grave",
}


def _nature(matter: Matter, lane: Lane, severity: Severity) -> Part:
    reasons = [f"priority {severity}", f"lane {lane.replace('_', ' ')}"]
    reasons += [words for flag, words in _GRAVE.items() if flag in matter.flags]
    points = _BY_SEVERITY[severity] + 3 * len(reasons[2:])
    return _part("nature", points, 40, reasons)


_BY_TIME = (
    (timedelta(hours=1), 2, "less than an hour"),
    (timedelta(hours=6), 5, "up to 6 hours"),
    (timedelta(hours=24), 8, "up to a day"),
    (timedelta(days=7), 12, "up to a week"),
)


def _visible(course: Course) -> Part:
    for until, points, words in _BY_TIME:
        if course.visible < until:
            return _part("time visible", points, 15, [f"visible {words}"])
    return _part("time visible", 15, 15, [f"visible {course.visible.days} days"])


def _passed_on(matter: Matter, course: Course) -> Part:
    points, reasons = (2, ["on our own page"]) if matter.on_own_account else (6, ["on a page not ours"])
    if matter.has_media:
        points, reasons = points + 4, [*reasons, "with a picture or film, which is passed on more easily"]
    if course.further_copies:
        points += min(10, 2 * course.further_copies)
        reasons.append(f"{course.further_copies} more like it")
    if course.came_back:
        points, reasons = points + 4, [*reasons, f"back again {course.came_back} time(s)"]
    return _part("passed on", points, 20, reasons)


_WHOM = {
    "pupil": (18, "a pupil"),
    "group": (10, "a group"),
    "school": (6, "the school"),
    "unknown": (4, "nobody known"),
}
_A_PERSON = (12, "a person")


def _impact(matter: Matter, lane: Lane) -> Part:
    points, whom = (18, "a pupil") if matter.is_about_pupil else _WHOM.get(matter.affected_role, _A_PERSON)
    if matter.is_about_staff and not matter.is_about_pupil:
        points, whom = 14, "a member of staff"
    reasons = [f"about {whom}"]
    if Label.PUPIL_INFORMATION in matter.labels:
        points, reasons = points + 4, [*reasons, "a pupil can be recognised"]
    if lane in (Lane.LIFE, Lane.INDECENT_IMAGE, Lane.CHILD):
        points, reasons = points + 5, [*reasons, "somebody may be in danger"]
    return _part("impact", points, 25, reasons)


def _part(name: str, points: int, most: int, reasons: list[str]) -> Part:
    return Part(name, min(points, most), most, tuple(reasons))
