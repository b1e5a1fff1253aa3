"""Words that are names as well, short forms of names, and the phrases by which a role is known."""

import re
import unicodedata
from pathlib import Path

from classifiers.interface import StaffMember
from classifiers.normalising import normalise

TITLES = frozenset(
    {
        "mr",
        "mrs",
        "miss",
        "ms",
        "mx",
        "dr",
        "sir",
        "madam",
        "madame",
        "mme",
        "prof",
        "professor",
        "fr",
        "father",
        "sister",
        "rev",
        "reverend",
        "coach",
        "nurse",
        "pani",
        "pan",
        "senor",
        "senora",
        "auntie",
        "uncle",
        "lady",
        "lord",
        "cllr",
    }
)
"""A surname after one of these is an adult's."""

COMMON_WORDS = frozenset(Path(__file__).with_name("common_words.txt").read_text(encoding="utf-8").split())
"""Ordinary words that are first names or surnames too: alone, or in lower case, they name nobody."""

_HEAD = ("headteacher", "head teacher", "the head", "headmaster", "headmistress", "principal")
_ROLE_PHRASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"^(executive )?headteacher\b|^head of school\b|^principal\b|^executive headteacher", _HEAD),
    (r"^deputy head|^vice.principal", ("deputy head", "the deputy", "deputy headteacher", "vice principal")),
    (r"^assistant head", ("assistant head",)),
    (r"designated safeguarding lead|safeguarding lead", ("safeguarding lead", "the dsl", "dsl")),
    (r"\bsenco\b", ("senco", "sendco", "the sen lady", "sen coordinator")),
    (r"site manager", ("caretaker", "site manager", "the janitor")),
    (r"business manager", ("business manager", "bursar", "sbm")),
    (r"cook|kitchen manager|catering manager", ("the cook", "school cook", "kitchen manager", "chef")),
    (
        r"^chair of governors",
        ("chair of governors", "the chair", "chair of the governors", "governors chair"),
    ),
    (r"attendance", ("attendance officer", "attendance lady", "attendance woman", "attendance girl")),
    (r"^office manager", ("office manager", "the office lady")),
    (r"receptionist", ("receptionist", "the woman on reception", "lady on reception")),
    (r"school nurse", ("school nurse", "the nurse")),
    (r"^chief executive", ("chief executive", "the ceo", "trust ceo", "chief exec")),
    (r"chief finance", ("chief finance officer", "the cfo", "finance director")),
    (r"examinations officer", ("exams officer", "examinations officer", "exam officer")),
    (r"minibus driver", ("minibus driver", "bus driver")),
    (r"chaplain", ("the chaplain", "school chaplain", "the priest")),
    (r"nursery teacher", ("nursery teacher",)),
    (r"nursery nurse", ("nursery nurse",)),
    (r"lunchtime supervisor|midday supervisor", ("dinner lady", "lunchtime supervisor", "midday supervisor")),
    (r"librarian", ("librarian",)),
    (r"\b(it|ict) technician", ("it technician", "it guy", "it man", "ict technician")),
    (r"sports coach", ("sports coach", "football coach", "the coach")),
    (r"trainee teacher", ("trainee teacher", "the student teacher", "the trainee")),
    (r"cover supervisor", ("cover supervisor",)),
    (r"vice.chair", ("vice chair", "vice chair of governors")),
    (r"counsellor", ("counsellor",)),
    (r"head of pe|pe lead", ("head of pe", "pe teacher")),
    (r"^([a-z]+) teacher", (r"\1 teacher",)),
    (r"head of ([a-z0-9 ]+)", (r"head of \1",)),
    (r"class teacher \w*?(\d{1,2})\w*", (r"year \1 teacher", r"y\1 teacher", r"yr \1 teacher")),
    (
        r"(?:class teacher|tutor|form tutor) (\w+)",
        (r"\1 teacher", r"\1 tutor", r"teacher in \1", r"teacher of \1"),
    ),
)


def words(text: str) -> tuple[str, ...]:
    """A name as the matcher sees it: folded, lower case, hyphens and apostrophes parting words."""
    folded = normalise(unicodedata.normalize("NFC", text)).lower
    return tuple(re.findall(r"[^\W_]+", folded))


def role_phrases(member: StaffMember) -> set[tuple[str, ...]]:
    """The ways in which people write a role; several members may share one."""
    role = " ".join(words(member.role))
    phrases = {
        phrase for part in re.split(r"\band\b|\(|,| of ", member.role) if len(phrase := words(part)) > 1
    }
    for pattern, spoken in _ROLE_PHRASES:
        for match in re.finditer(pattern, role):
            phrases |= {words(match.expand(phrase)) for phrase in spoken}
    return phrases


def common(word: str) -> bool:
    return word in COMMON_WORDS
