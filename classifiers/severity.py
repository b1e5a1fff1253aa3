"""How urgent a finding is. A pure function of labels, flags and signs.

The order follows NEU 10.2 and Queen's Crescent 2.7.4: danger to life or to a child, an indecent image
and self-harm come first; then a threat, hate, sexual matter, published whereabouts, a pupil exposed with a
delicate detail or accused of a crime, and a crime alleged against staff; then abuse and other imputations;
last what may only break a policy.
"""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from config.words import Flag, Label, Severity

_CRITICAL = frozenset({Flag.SAFEGUARDING, Flag.INDECENT_IMAGE, Flag.SELF_HARM_ENCOURAGEMENT})
_HIGH = frozenset({Flag.THREAT, Flag.HATE, Flag.SEXUAL})
_POLICY_ONLY = frozenset({Flag.HARASSMENT, Flag.INSULT})


@dataclass(frozen=True)
class Signs:
    """What the words show beside labels and flags."""

    life_at_risk: bool = False
    """A threat that speaks of killing, weapons or fire."""
    published_whereabouts: bool = False
    """Address, phone or number plate of somebody who is aimed at."""
    sensitive_detail: bool = False
    """Health, delicate family matters, misconduct or whereabouts: grave beside an identified pupil."""


def severity_of(labels: AbstractSet[Label], flags: AbstractSet[Flag], signs: Signs) -> Severity:
    if flags & _CRITICAL or (Flag.THREAT in flags and signs.life_at_risk):
        return Severity.CRITICAL
    if Flag.THREAT in flags or (labels and _is_high(labels, flags, signs)):
        return Severity.HIGH
    if labels:
        return Severity.MEDIUM
    return Severity.LOW if flags & (_HIGH | _POLICY_ONLY) else Severity.NONE


def _is_high(labels: AbstractSet[Label], flags: AbstractSet[Flag], signs: Signs) -> bool:
    alleged = Flag.ALLEGATION_CRIME in flags
    staff_allegation = alleged and Flag.STAFF_TARGET in flags
    pupil_exposed = Label.PUPIL_INFORMATION in labels and (signs.sensitive_detail or alleged)
    exposed = Label.ABUSE in labels and signs.published_whereabouts
    return bool(flags & _HIGH) or staff_allegation or pupil_exposed or exposed
