"""Which entries of the law pack are shown beside a matter: what was measured, and never a finding.

Nothing follows from it by itself. It stands where a person decides, and in the pack for the police.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from alerts.ladder.matter import ADULTS, Matter
from config.policy.law import Law, Trigger, laws
from config.schema import Nation
from config.words import Flag, Label, Lane, Severity, Situation

MANY_OCCASIONS = 2
"""A course of conduct: two occasions towards the same person (Protection from Harassment Act 1997, s.7)."""


@dataclass(frozen=True)
class Measured:
    """What is known of a matter, as far as the law pack asks."""

    matter: Matter
    lane: Lane
    nation: Nation
    occasions: int = 0
    """Of the same author towards the same person, unfounded ones left out."""
    said_to_be_untrue: bool = False
    """The person it is about says so, and that it can be shown."""


@dataclass(frozen=True)
class Consideration:
    law: Law
    text: str
    """The one wording: consider, shown because, not a legal finding."""


def to_consider(measured: Measured) -> tuple[Consideration, ...]:
    """In the order of the pack; nothing where the nation has no such law, or nothing was measured."""
    found = []
    for law in laws().values():
        why = _WHY[law.trigger](measured) if measured.nation in law.nations else None
        if why is not None:
            found.append(Consideration(law, law.consider(why)))
    return tuple(found)


def _said_to_be_untrue(measured: Measured) -> str | None:
    if Flag.ALLEGATION_CRIME not in measured.matter.flags or not measured.said_to_be_untrue:
        return None
    return "it imputes something grave, and the person says that it is untrue and can show it"


def _flag(flag: Flag, words: str) -> Callable[[Measured], str | None]:
    return lambda measured: words if flag in measured.matter.flags else None


def _situation(situation: Situation, words: str) -> Callable[[Measured], str | None]:
    return lambda measured: words if situation in measured.matter.situations else None


def _intimate_image(measured: Measured) -> str | None:
    return "a person put it into the lane of intimate images" if _is(Lane.INTIMATE_IMAGE, measured) else None


def _is(lane: Lane, measured: Measured) -> bool:
    return measured.lane is lane


def _grave_abuse(measured: Measured) -> str | None:
    matter = measured.matter
    grave = Label.ABUSE in matter.labels and matter.severity.rank >= Severity.HIGH.rank
    return "grave abuse, aimed at a person" if grave and matter.is_about_someone else None


def _occasions(measured: Measured) -> str | None:
    if measured.occasions < MANY_OCCASIONS or not measured.matter.is_about_someone:
        return None
    return f"{measured.occasions} separate occasions, one author, one person"


def _defamation(measured: Measured) -> str | None:
    matter = measured.matter
    if Label.DEFAMATION not in matter.labels or not matter.is_about_someone:
        return None
    return "it may be read as saying something harmful as a fact about a person"


def _teacher_named(measured: Measured) -> str | None:
    matter = measured.matter
    named = matter.is_about_staff and Flag.ALLEGATION_CRIME in matter.flags
    pupils_matter = (
        matter.is_about_pupil or matter.about_harm_to_child or _is(Lane.STAFF_ALLEGATION, measured)
    )
    return (
        "a member of staff is named with a grave allegation about a pupil"
        if named and pupils_matter
        else None
    )


def _pupil_and_allegation(measured: Measured) -> str | None:
    matter = measured.matter
    both = matter.is_about_pupil and Flag.ALLEGATION_CRIME in matter.flags
    return "a pupil is named beside a grave allegation" if both else None


def _staff_hate_or_sexual(measured: Measured) -> str | None:
    matter = measured.matter
    towards_staff = matter.is_about_staff or matter.affected_role in ADULTS & {"staff", "volunteer"}
    of_that_kind = {Flag.HATE, Flag.SEXUAL} & matter.flags
    return "hateful or sexual words aimed at a member of staff" if towards_staff and of_that_kind else None


def _own_breach(measured: Measured) -> str | None:
    return "the school's own post shows a pupil's data" if _is(Lane.OWN_BREACH, measured) else None


def _pupil_author(measured: Measured) -> str | None:
    return "a pupil wrote it" if measured.matter.author_role == "pupil" else None


_WHY: Mapping[Trigger, Callable[[Measured], str | None]] = {
    Trigger.SAID_TO_BE_UNTRUE: _said_to_be_untrue,
    Trigger.THREAT: _flag(Flag.THREAT, "words that threaten"),
    Trigger.SELF_HARM: _flag(Flag.SELF_HARM_ENCOURAGEMENT, "words that urge somebody to harm themselves"),
    Trigger.INTIMATE_IMAGE: _intimate_image,
    Trigger.GRAVE_ABUSE_OF_A_PERSON: _grave_abuse,
    Trigger.OCCASIONS: _occasions,
    Trigger.HATE: _flag(Flag.HATE, "hateful words"),
    Trigger.DEFAMATION_OF_A_PERSON: _defamation,
    Trigger.TEACHER_NAMED_WITH_ALLEGATION: _teacher_named,
    Trigger.PUPIL_AND_ALLEGATION: _pupil_and_allegation,
    Trigger.STAFF_HATE_OR_SEXUAL: _staff_hate_or_sexual,
    Trigger.OWN_BREACH: _own_breach,
    Trigger.COPIED_PICTURE: _situation(
        Situation.COPIED_PICTURE, "a person says that our picture or logo was copied"
    ),
    Trigger.IMPERSONATION: _situation(Situation.IMPERSONATION, "an account passes itself off as the school"),
    Trigger.PUPIL_AUTHOR: _pupil_author,
}
