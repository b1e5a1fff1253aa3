"""The three parts of a possible imputation in words for the person who must look: who, what and how.

It says what kind of thing stands there, never whether it is so, and never a name.
"""

import re
from collections.abc import Iterator, Sequence

from classifiers.cues import Cue
from classifiers.defamation.cues import IMPUTED
from classifiers.reading import NEAR, Reading, gap
from classifiers.register.mentions import Kind, Mention

IMPUTED_WORDS = {
    "imputes_money": "misuse of money",
    "imputes_crime": "a crime",
    "imputes_violence": "violence or rough handling",
    "imputes_neglect": "neglect or danger to children",
    "imputes_cover_up": "a cover-up or lying",
    "imputes_sexual": "sexual misconduct",
    "imputes_drink_drugs": "drink or drugs",
    "imputes_faked": "faked qualifications, records or results",
    "imputes_abuse_of_office": "misuse of a position",
}
_WHO_WORDS = {
    Kind.STAFF: "a member of staff",
    Kind.PUPIL: "a pupil",
    Kind.ADULT: "a named adult",
    Kind.SCHOOL: "the school",
}
_PARENT_BEHIND = re.compile(
    r"(?:'?s)?'? (?:\w+ )?(?:mum|mam|mom|mother|dad|father|stepdad|stepmum|nan|parents?|family)\b"
)
_ASKING_WORD = re.compile(
    r"\b(?:ask|asking|why|how come|where(?:'s| did| has| is)?|who (?:signed|paid|is)|is it true|did|does|"
    r"has anyone|anyone know|what happened|explain)\b"
)
_SENTENCE_ENDS = ".!?\n"
_MOST = 3
"""Imputations told of one text; the person reads the whole text anyway."""


def told(reading: Reading) -> Iterator[tuple[int, int, str]]:
    """Place and sentence for each sort of thing imputed, the one nearest to a person first."""
    people = [mention for mention in reading.mentions if mention.kind in _WHO_WORDS]
    cues = sorted(reading.cues_of(*IMPUTED), key=lambda cue: (_distance(cue, people), cue.start, -cue.end))
    seen: set[str] = set()
    for cue in cues:
        if cue.topic not in seen and len(seen) < _MOST:
            seen.add(cue.topic)
            yield cue.start, cue.end, in_words(reading, IMPUTED_WORDS[cue.topic], cue.start, cue.end)


def in_words(reading: Reading, what: str, start: int, end: int) -> str:
    """All three parts in one sentence, for what stands at this place of the view."""
    return f"imputes {what} about {who(reading, start, end)}, {how(reading, start, end)}; someone must look"


def who(reading: Reading, start: int, end: int) -> str:
    people = [mention for mention in reading.mentions if mention.kind in _WHO_WORDS]
    place = Cue("", start, end)
    near = [mention for mention in people if gap(place, mention) <= NEAR] or people[:1]
    if near:
        return _named(reading, min(near, key=lambda mention: gap(place, mention)))
    if any(mention.kind is Kind.STAFF for mention in reading.context_mentions):
        return "the member of staff named in the post above"
    if reading.counts.get("person_subject"):
        return "somebody spoken of without a name"
    return "the school" if reading.counts.get("school_subject") else "somebody connected with the school"


def _named(reading: Reading, mention: Mention) -> str:
    if mention.kind is Kind.PUPIL and _PARENT_BEHIND.match(reading.lower, mention.end):
        return "a pupil's family"
    return _WHO_WORDS[mention.kind]


def how(reading: Reading, start: int, end: int) -> str:
    """As a rumour, a question or an insinuation, by the sentence and its neighbours; else as a statement."""
    first, last = _sentence(reading.lower, start, end)
    sentence = reading.lower[first:last]
    hints = [cue for cue in reading.cues_of("rumour", "asks") if first - NEAR <= cue.start < last + NEAR]
    asked = sentence.rstrip().endswith("?") or any(
        cue.topic == "asks" and _ASKING_WORD.match(reading.lower, cue.start) for cue in hints
    )
    if any(cue.topic == "rumour" for cue in hints):
        return "as a rumour"
    if asked:
        return "as a question"
    return "as an insinuation" if hints else "as a statement"


def _sentence(lower: str, start: int, end: int) -> tuple[int, int]:
    """The sentence around a place, with the mark that ends it."""
    first = max(lower.rfind(mark, 0, start) for mark in _SENTENCE_ENDS) + 1
    ends = [place for mark in _SENTENCE_ENDS if (place := lower.find(mark, end)) >= 0]
    return first, min(ends) + 1 if ends else len(lower)


def _distance(cue: Cue, people: Sequence[Mention]) -> int:
    return min((gap(cue, mention) for mention in people), default=0)
