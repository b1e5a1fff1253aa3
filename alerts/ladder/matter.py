"""What an incident is about, as far as the ladder has to know; and which lane and priority follow."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import PlainSerializer

from config.words import Flag, Label, Lane, Severity, Situation, Surface


class OutOfSchool(StrEnum):
    """Why the school may deal with what a pupil wrote elsewhere (Market Drayton E)."""

    ORDERLY_RUNNING = "orderly_running"
    THREAT = "threat"
    REPUTATION = "reputation"


def _in_order(words: Iterable[str]) -> list[str]:
    return sorted(words)


Labels = Annotated[frozenset[Label], PlainSerializer(_in_order)]
Flags = Annotated[frozenset[Flag], PlainSerializer(_in_order)]
Situations = Annotated[frozenset[Situation], PlainSerializer(_in_order)]
Boxes = Annotated[frozenset[OutOfSchool], PlainSerializer(_in_order)]

UNKNOWN = "unknown"
STAFF = frozenset({"staff", "volunteer"})
ADULT_AUTHORS = frozenset({"parent", "governor", "adult"})
"""Authors of whom a person has said that they are known, and grown up. A stranger may be a child."""
INDIVIDUALS = frozenset({"staff", "pupil", "parent", "governor", "local", "volunteer", "ex_pupil", "adult"})
"""Affected persons who are persons; `school` and `group` are not."""
ADULTS = INDIVIDUALS - {"pupil"}

_STANDS_ALONE = frozenset(
    {Flag.SAFEGUARDING, Flag.INDECENT_IMAGE, Flag.THREAT, Flag.SELF_HARM_ENCOURAGEMENT},
)
"""Flags that bring a person to look even where no label is given."""


@dataclass(frozen=True)
class Matter:
    """The facts that choose lane, priority and steps. What is not known stays `unknown` or None."""

    labels: Labels
    flags: Flags
    severity: Severity
    surface: Surface
    platform: str
    on_own_account: bool = False
    """It stands on one of the school's own pages, where the school can hide it."""
    school_is_author: bool = False
    has_text: bool = True
    has_media: bool = False
    author_role: str = UNKNOWN
    """parent, governor, adult, pupil, staff, volunteer, ex_pupil, local, stranger, school or unknown."""
    affected_role: str = UNKNOWN
    """staff, pupil, parent, governor, volunteer, school, group or unknown."""
    about_harm_to_child: bool | None = None
    """An allegation against staff about a child. Until a person says False, the strict lane holds."""
    situations: Situations = frozenset()
    """What a person said of it that no program can tell."""
    out_of_school_test: Boxes = frozenset()
    """The boxes of Market Drayton E that a person ticked, for a pupil as author."""
    affected_group: str | None = None
    """What the group is called when a group is meant, such as “Year 6 mums” (Huntington 3.2)."""
    only_own_children: bool | None = None
    """Whether the author is a parent of every child in the picture; None: ask (Market Drayton D)."""
    published_at: datetime | None = None
    """When it was first published, in UTC, as far as the platform says."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "labels", frozenset(self.labels))
        object.__setattr__(self, "flags", frozenset(self.flags))
        object.__setattr__(self, "situations", frozenset(self.situations))
        object.__setattr__(self, "out_of_school_test", frozenset(self.out_of_school_test))

    @property
    def is_about_pupil(self) -> bool:
        return self.affected_role == "pupil" or Flag.PUPIL_TARGET in self.flags

    @property
    def is_about_staff(self) -> bool:
        return self.affected_role == "staff" or Flag.STAFF_TARGET in self.flags

    @property
    def is_about_someone(self) -> bool:
        return self.affected_role in INDIVIDUALS or self.is_about_pupil or self.is_about_staff


def opens_incident(matter: Matter) -> bool:
    """Whether a person must look. Criticism opens nothing; nor does a picture without words."""
    return lane_of(matter) is not Lane.COMPLAINT


def joined(first: Matter, further: Matter) -> Matter:
    """One incident, two items: every sign of either counts, and what a person found out stays."""
    ruled = first.about_harm_to_child
    return replace(
        first,
        labels=first.labels | further.labels,
        flags=first.flags | further.flags,
        situations=first.situations | further.situations,
        severity=max(first.severity, further.severity, key=lambda severity: severity.rank),
        has_text=first.has_text or further.has_text,
        has_media=first.has_media or further.has_media,
        author_role=further.author_role if first.author_role == UNKNOWN else first.author_role,
        affected_role=further.affected_role if first.affected_role == UNKNOWN else first.affected_role,
        about_harm_to_child=True if further.about_harm_to_child else ruled,
        published_at=min(
            (at for at in (first.published_at, further.published_at) if at is not None), default=None
        ),
    )


def lane_of(matter: Matter) -> Lane:
    """The strictest lane of which the matter shows a sign; `complaint` when it shows none."""
    return next((lane for lane in Lane if lane in _SIGNS and _SIGNS[lane](matter)), Lane.COMPLAINT)


def priority(matter: Matter) -> Severity:
    """The severity, raised to the least that the lane and the flags ask for. Never lowered.

    Orders the queue and sets the triage clock; it decides nothing (NEU 10.2 stays with a person).
    """
    return max(matter.severity, _least(matter), key=lambda severity: severity.rank)


def _least(matter: Matter) -> Severity:
    lane = lane_of(matter)
    at_risk = matter.flags & _CHILD_NOW or Situation.AUTHOR_AT_RISK in matter.situations
    if lane in (Lane.INDECENT_IMAGE, Lane.LIFE) or at_risk:
        return Severity.CRITICAL
    abusive = Label.ABUSE in matter.labels
    grave = (abusive and matter.flags & _GRAVE) or Situation.EXTREMISM in matter.situations
    if lane in (Lane.STAFF_ALLEGATION, Lane.INTIMATE_IMAGE) or grave:
        return Severity.HIGH
    if lane is Lane.COMPLAINT:
        return Severity.NONE
    return Severity.MEDIUM if matter.labels else Severity.LOW


_CHILD_NOW = frozenset({Flag.SAFEGUARDING, Flag.SELF_HARM_ENCOURAGEMENT})
_GRAVE = frozenset({Flag.HATE, Flag.SEXUAL})
_LED_BY_THE_DSL = frozenset({Situation.EXTREMISM, Situation.AUTHOR_AT_RISK})
_BY_STAFF = frozenset({Situation.STAFF_CONFIDENTIALITY, Situation.STAFF_POST_WITHOUT_CONSENT})


def _was_judged_to_need_a_look(matter: Matter) -> bool:
    """By its signs, or because a person named a situation. What a person calls opinion stays up."""
    if Situation.OPINION in matter.situations:
        return False
    if matter.situations:
        return True
    return bool(matter.labels) or matter.severity is not Severity.NONE or bool(matter.flags & _STANDS_ALONE)


def _may_be_indecent_image(matter: Matter) -> bool:
    """Sexual words about a pupil beside a picture: nobody looks to find out (QC and Nunney 2.7.4)."""
    sexual_picture = Flag.SEXUAL in matter.flags and matter.has_media
    return Flag.INDECENT_IMAGE in matter.flags or (sexual_picture and matter.is_about_pupil)


def _may_cost_a_life(matter: Matter) -> bool:
    return Flag.THREAT in matter.flags and matter.severity is Severity.CRITICAL


def _is_about_a_child_at_risk(matter: Matter) -> bool:
    if Flag.SAFEGUARDING in matter.flags or matter.situations & _LED_BY_THE_DSL:
        return True
    if Flag.SELF_HARM_ENCOURAGEMENT in matter.flags and matter.affected_role not in ADULTS:
        return True
    harmful = matter.flags & {Flag.SEXUAL, Flag.THREAT, Flag.HARASSMENT} or Label.ABUSE in matter.labels
    if matter.is_about_pupil and harmful:
        return True
    exposed = Label.PUPIL_INFORMATION in matter.labels and matter.severity.rank >= Severity.HIGH.rank
    return exposed and not matter.school_is_author and Situation.OWN_CHILD_ONLY not in matter.situations


def _touches_staff_conduct(matter: Matter) -> bool:
    """A member of staff wrote it, or it alleges something about one that may concern a child."""
    if matter.situations & _BY_STAFF:
        return True
    if matter.author_role in STAFF and not matter.school_is_author:
        return _was_judged_to_need_a_look(matter)
    alleged = Flag.ALLEGATION_CRIME in matter.flags and matter.is_about_staff
    return alleged and matter.about_harm_to_child is not False


def _is_our_own_breach(matter: Matter) -> bool:
    return matter.school_is_author and Label.PUPIL_INFORMATION in matter.labels


def _may_be_intimate_image(matter: Matter) -> bool:
    """Sexual words beside a picture that may be of an adult; told from words, never from pixels."""
    sexual_picture = Flag.SEXUAL in matter.flags and matter.has_media
    return sexual_picture and not matter.is_about_pupil and _was_judged_to_need_a_look(matter)


_SIGNS = {
    Lane.INDECENT_IMAGE: _may_be_indecent_image,
    Lane.LIFE: _may_cost_a_life,
    Lane.CHILD: _is_about_a_child_at_risk,
    Lane.STAFF_ALLEGATION: _touches_staff_conduct,
    Lane.OWN_BREACH: _is_our_own_breach,
    Lane.INTIMATE_IMAGE: _may_be_intimate_image,
    Lane.STANDARD: _was_judged_to_need_a_look,
}
