"""Whom hurtful words are aimed at: a person, a group, or nobody; and nothing where the words do not show it.

No model learns this: it is read from the labels and flags given, the people named and the words that stand
for one person or for many. Where these do not settle it, it is left open rather than guessed (one marked
comment in four). Read by hand on two schools, with the labels that people gave: a person is right nearly
always, a group in eight of ten.
"""

import re
from collections.abc import Collection

from classifiers.interface import Aim
from classifiers.reading import Reading
from classifiers.register.mentions import Kind
from classifiers.register.names import word_set
from classifiers.scanning import any_of
from config.words import Flag, Label

_NOT_AIMED = frozenset({Flag.SAFEGUARDING, Flag.INDECENT_IMAGE})
"""Flags that say what happened to a child, not whom words are aimed at."""
_PEOPLE = (Kind.STAFF, Kind.PUPIL, Kind.ADULT)
_ONE = word_set("he she him her his hers himself herself hes shes bloke woman man lady fella")
_MANY = re.compile(
    any_of([r"parents\b", r"mums\b", r"dads\b", r"mothers\b", r"fathers\b", r"teachers\b", r"governors\b",
            r"famil(?:ies|y)\b", r"women\b", r"girls\b", r"boys\b", r"lads\b", r"y(?:ear )?\d{1,2}s\b",
            r"you lot\b", r"u lot\b", r"yous\b", r"lot of (?:you|them|ya|yer|u)\b", r"th(?:at|is) lot\b",
            r"mob\b", r"brigade\b", r"crew\b", r"clowns\b", r"losers\b", r"these people\b",
            "travellers", "muslims", "jews", "immigrants", "migrants", "foreigners", "refugees"])
)  # fmt: skip


def aimed_at(reading: Reading, labels: Collection[Label], flags: Collection[Flag]) -> Aim | None:
    """`labels` and `flags`: those given. None: aimed, and the words do not show at whom."""
    if Label.ABUSE not in labels and Label.DEFAMATION not in labels and _NOT_AIMED.issuperset(flags):
        return Aim.NOBODY
    targeted = Flag.STAFF_TARGET in flags or Flag.PUPIL_TARGET in flags
    named = any(mention.kind in _PEOPLE for mention in reading.mentions)
    many = bool(_MANY.search(reading.lower))
    if named or not _ONE.isdisjoint(reading.said):
        # Where a hurt child is a "she", the imputation is about somebody else.
        meant = targeted or Label.ABUSE in labels
        return Aim.PERSON if meant and (not many or (named and targeted)) else None
    hated = Flag.HATE in flags and not targeted
    return Aim.GROUP if hated or (many and Label.ABUSE in labels) else None
