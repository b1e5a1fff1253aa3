"""The phrases by which a role in the school is spoken of, and where such a phrase means nobody."""

import re
from functools import lru_cache

from classifiers.interface import StaffMember
from classifiers.register.mentions import Stretch
from classifiers.register.names import word_set, words

_HEAD = ("headteacher", "head teacher", "the head", "headmaster", "headmistress", "principal", "head")
_ROLE_PHRASES: tuple[tuple[str, tuple[str, ...]], ...] = (
    (r"^(executive )?head ?teacher\b|^head of school\b|^principal\b|^executive head", _HEAD),
    (
        r"^deputy head|^vice.principal|^deputy principal",
        ("deputy head", "deputy", "deputy headteacher", "vice principal"),
    ),
    (r"^assistant head|^assistant principal", ("assistant head", "assistant headteacher")),
    (r"designated safeguarding lead|safeguarding lead", ("safeguarding lead", "the dsl", "dsl")),
    (r"\bsenco\b|\bsendco\b|\baln ?co\b", ("senco", "sendco", "the sen lady", "sen coordinator")),
    (r"^(?:site|premises) manager|^caretaker", ("caretaker", "site manager", "the janitor")),
    (r"business manager|^bursar", ("business manager", "bursar", "sbm")),
    (r"cook|kitchen manager|catering manager", ("the cook", "school cook", "kitchen manager", "chef")),
    (
        r"^chair of (?:the )?governors",
        ("chair of governors", "the chair", "chair of the governors", "governors chair", "dear chair"),
    ),
    (r"^chair of (?:the )?trustees", ("chair of trustees", "the chair", "trustees chair", "dear chair")),
    (r"attendance", ("attendance officer", "attendance lady", "attendance woman", "attendance girl")),
    (r"^office manager", ("office manager", "the office lady")),
    (r"receptionist", ("receptionist", "the woman on reception", "lady on reception", "reception lady")),
    (r"school nurse|medical officer", ("school nurse", "the nurse")),
    (r"^chief executive", ("chief executive", "the ceo", "trust ceo", "chief exec", "trust boss")),
    (r"chief finance", ("chief finance officer", "the cfo", "finance director")),
    (r"examinations officer", ("exams officer", "examinations officer", "exam officer", "exams lady")),
    (r"minibus driver", ("minibus driver", "bus driver")),
    (r"crossing patrol", ("lollipop man", "lollipop lady", "crossing patrol")),
    (r"chaplain", ("chaplain", "the priest", "the vicar")),
    (r"nursery teacher", ("nursery teacher",)),
    (r"nursery nurse", ("nursery nurse",)),
    (r"lunchtime supervisor|midday supervisor", ("dinner lady", "lunchtime supervisor", "midday supervisor")),
    (r"librarian", ("librarian",)),
    (r"\b(it|ict) technician", ("it technician", "it guy", "it man", "ict technician", "ict man")),
    (r"(\w+) coach\b", (r"\1 coach",)),
    (r"(?:football|sports?) coach|coach and \S+ football", ("sports coach", "football coach")),
    (r"trainee teacher", ("trainee teacher", "student teacher", "the trainee")),
    (r"cover supervisor", ("cover supervisor", "cover teacher")),
    (r"vice.chair", ("vice chair", "vice chair of governors")),
    (r"counsellor", ("counsellor",)),
    (r"head of pe|pe lead", ("head of pe", "pe teacher")),
    (r"^([a-z]+) teacher", (r"\1 teacher",)),
    (r"^head of ([a-z]+(?: \d+)?)", (r"head of \1", r"\1 teacher", r"\1 head")),
    (r"^head of ((?:year|sixth|food|design|computing) \S+)", (r"head of \1",)),
    (r"class teacher \w*?(\d{1,2})\w*", (r"year \1 teacher", r"y\1 teacher", r"yr \1 teacher")),
    (
        r"(?:class teacher|form tutor|tutor|nursery teacher) (\w+)",
        (r"\1 teacher", r"\1 tutor", r"teacher in \1", r"teacher of \1", r"\1s teacher"),
    ),
    (r"teaching assistant (\w+)", (r"\1 ta", r"ta in \1", r"teaching assistant in \1")),
)
_PART_OF_A_ROLE = re.compile(
    r"\b(?:head|deputy|teacher|assistant|officer|manager|lead|leader|coach|technician|supervisor|governor|chair|"
    r"secretary|bursar|nurse|driver|cook|chaplain|tutor|counsellor|librarian|director|executive|patrol|mentor|"
    r"senco|receptionist|principal)\b"
)
_HELPER = re.compile(r"^(?:assistant|deputy|vice|trainee) ")
_ANYBODY = word_set(
    """a an any some every another no two three four both each one ex former retired relief assistant deputy
    vice trainee student proper good great nice old"""
)
"""Words before a role that speak of no certain person, or of another role: "a headteacher"."""
_DEFINITE = word_set("our that this new worst best useless dear hi hello exec executive present current yer")
"""Words before a bare "head" that make it a person. (One that is mine, yours or hers is on shoulders.)"""
_ON_SHOULDERS = word_set("my your ur his her their its the a an each every")
_ROUND_A_HEAD = word_set("round around on over in through across inside off above upside into")
_TOOK_A_BLOW = word_set("hit kick kicked punched punch blow bang banged knock bumped bump injury blew")
_OF_A_SPEAKER = word_set(
    """said says told tells is was has had knows knew does did wants wrote wont won can cant couldn will would
    should never just still lied lies covered stole keeps made makes gets got went came refused denied sent"""
)
_NOT_A_HEAD = word_set("of boy girl boys girls student students start lice injury count first down up there")
_NEAR_A_CHAIR = 200
"""Characters on both sides in which governors or a meeting make a chair a person."""
_CHAIRS = re.compile(r"govern|trustee|board|panel|minutes|meeting|vote|committee")
"""Where none of these is spoken of, a chair is furniture."""
_OF_MANY = frozenset(
    {("teaching", "assistant"), ("dinner", "lady"), ("parent", "governor"), ("class", "teacher")}
)
"""Roles that a school has several of, also where the register holds one."""


def role_phrases(member: StaffMember) -> frozenset[tuple[str, ...]]:
    """The ways in which people write a role; several members may share one."""
    return _phrases(member.role)


@lru_cache(maxsize=4096)
def _phrases(written: str) -> frozenset[tuple[str, ...]]:
    role = " ".join(words(written))
    parts = [words(part) for part in re.split(r"\band\b|\(|\)|,| of ", written)]
    phrases = {part for part in parts if len(part) > 1 and _PART_OF_A_ROLE.search(" ".join(part))}
    for pattern, spoken in _ROLE_PHRASES:
        for match in re.finditer(pattern, role):
            phrases |= {words(match.expand(phrase)) for phrase in spoken}
    phrases |= {one for phrase in phrases for one in pointed_at(phrase)}
    return frozenset(phrase for phrase in phrases if phrase and phrase not in _OF_MANY)


def pointed_at(phrase: tuple[str, ...]) -> set[tuple[str, ...]]:
    """What else "the nurse" is called: "that nurse", "our nurse"."""
    if phrase[:1] != ("the",) or phrase[1:] == ("head",):
        return set()
    return {(word, *phrase[1:]) for word in ("that", "this", "our", "your", "ur", "certain")}


def spoken_outright(member: StaffMember, phrase: tuple[str, ...]) -> bool:
    """Whether the role itself holds the phrase: "principal" means a Principal before a headteacher."""
    role = f" {' '.join(words(member.role))} "
    return phrase != ("head",) and f" {' '.join(phrase)} " in role and not _HELPER.match(role.strip())


def means_somebody(at: Stretch) -> bool:
    """Whether a role is a certain person's, a "head" not one on shoulders and a "chair" no furniture."""
    spoken = at.spoken
    if spoken in (("head",), ("the", "head")):
        return _is_a_person(at)
    if spoken[-1] == "chair" and not _CHAIRS.search(at.around(_NEAR_A_CHAIR)):
        return False
    return spoken[0] in ("the", "that", "this", "our") or not _is_anybody(at.earlier(2))


def _is_anybody(before: list[str]) -> bool:
    """A headteacher, one brave principal: anybody. That doormat of a chaplain, a certain coach: known."""
    if not before or before[-1] == "certain" or before in (["of", "a"], ["of", "an"]):
        return False
    return before[-1] in _ANYBODY or (len(before) > 1 and before[0] in ("a", "an", "one", "no"))


def _is_a_person(at: Stretch) -> bool:
    earlier = at.earlier(4)
    before = earlier[-1] if earlier else ""
    after = "".join(at.later(1))
    if after in _NOT_A_HEAD or before in _ROUND_A_HEAD or _TOOK_A_BLOW.intersection(earlier):
        return False
    if at.length == 2 or before in _DEFINITE:
        return True
    if earlier and at.found[at.first - 1].capital and at.text[at.found[at.first - 1].end :][:2] == "'s":
        return True
    return before not in _ON_SHOULDERS and after in _OF_A_SPEAKER
