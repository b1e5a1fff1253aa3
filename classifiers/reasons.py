"""Why a label or a flag was given: places in the text and a sentence for the person who must look.

A sentence names what kind of thing stands there and never a person.
"""

from collections.abc import Callable, Iterator, Sequence

from classifiers.abuse.cues import KINDS
from classifiers.cues import Cue
from classifiers.defamation.cues import IMPUTED, MANNER
from classifiers.interface import Reason
from classifiers.pupil_information.identify import Identified
from classifiers.reading import NEAR, Reading, gap
from classifiers.register.mentions import Kind, Mention
from config.words import Flag, Label

_MOST = 4
"""Places shown for one label or flag; a person reads the comment anyway."""
_LONGEST = 120
"""Characters pointed at where no single word explains a score."""

_KIND_WORDS = {
    "insult": "an insult",
    "threat": "a threat",
    "self_harm_encouragement": "encouragement of self-harm",
    "sexual": "a sexual remark",
    "hate": "hate",
    "harassment": "harassment or a pile-on",
}
_IMPUTED_WORDS = {
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
_HOW_WORDS = {"rumour": "as a rumour", "asks": "as a question or hint", "witness": "as something seen"}
_FORM_WORDS = {
    "full": "a pupil's full name",
    "handle": "an account name that holds a pupil's name",
    "first": "a pupil's first name",
    "first_initial": "a pupil's first name and initial",
    "surname": "a pupil's surname",
    "initials": "initials that fit a pupil",
    "upn": "a pupil's unique pupil number",
}
_ANCHOR_WORDS = {
    "class": "class",
    "year": "year group",
    "teacher": "teacher",
    "context": "the post above",
    "sibling": "a sibling",
}
_PERSONAL_WORDS = {
    "email": "an e-mail address",
    "phone": "a phone number",
    "postcode": "a postcode",
    "date_of_birth": "a date of birth",
    "address": "an address",
    "username": "a user name",
    "upn": "a unique pupil number",
    "class": "a class",
    "year": "a year group",
}
_FLAG_CUES = {
    Flag.INSULT: ("insult",),
    Flag.THREAT: ("threat",),
    Flag.HATE: ("hate",),
    Flag.SEXUAL: ("sexual", "imputes_sexual"),
    Flag.HARASSMENT: ("harassment",),
    Flag.SELF_HARM_ENCOURAGEMENT: ("self_harm_encouragement",),
    Flag.SAFEGUARDING: ("disclosure", "despair", "exploitation", "at_home", "care_at_school"),
    Flag.INDECENT_IMAGE: ("indecent",),
    Flag.ALLEGATION_CRIME: (
        "imputes_crime",
        "imputes_money",
        "imputes_violence",
        "imputes_sexual",
        "imputes_drink_drugs",
    ),
}
_FLAG_WORDS = {
    Flag.INSULT: "may be an insult",
    Flag.THREAT: "may be a threat",
    Flag.HATE: "may be hate",
    Flag.SEXUAL: "may be sexual",
    Flag.HARASSMENT: "may be harassment",
    Flag.SELF_HARM_ENCOURAGEMENT: "may encourage self-harm",
    Flag.SAFEGUARDING: "a child may be at risk: the safeguarding lead must look",
    Flag.INDECENT_IMAGE: "may concern an indecent image: do not open, copy or share any picture",
    Flag.STAFF_TARGET: "aimed at or about staff",
    Flag.PUPIL_TARGET: "aimed at a pupil",
    Flag.ALLEGATION_CRIME: "may allege a crime",
}


def reasons_for(
    reading: Reading,
    found: Sequence[Identified],
    labels: Sequence[Label],
    flags: Sequence[Flag],
    telling: Callable[[Label | Flag], str],
) -> tuple[Reason, ...]:
    """At least one reason for each label and flag. `telling` gives the word that weighed most."""
    makers = {Label.ABUSE: _abuse, Label.DEFAMATION: _defamation}
    result: list[Reason] = []
    for label in labels:
        made = list(_pupil(reading, found) if label is Label.PUPIL_INFORMATION else makers[label](reading))
        result += made[:_MOST] or [_whole(reading, label, telling(label))]
    for flag in flags:
        result += list(_flag(reading, flag))[:_MOST] or [_whole(reading, flag, telling(flag))]
    return tuple(dict.fromkeys(result))


def _abuse(reading: Reading) -> Iterator[Reason]:
    for cue in _first_of_place(reading.cues_of(*KINDS)):
        yield reading.reason(
            Label.ABUSE, cue.start, cue.end, f"may be {_KIND_WORDS[cue.topic]}; someone must look"
        )


def _defamation(reading: Reading) -> Iterator[Reason]:
    how = next(
        (words for topic, words in _HOW_WORDS.items() if topic in MANNER and reading.counts.get(topic)), ""
    )
    people = [mention for mention in reading.mentions if mention.kind in _WHO_WORDS]
    for cue in _first_of_place(reading.cues_of(*IMPUTED)):
        about = _about(cue, people)
        why = (
            f"imputes {_IMPUTED_WORDS[cue.topic]} about {about}{', ' + how if how else ''}; someone must look"
        )
        yield reading.reason(Label.DEFAMATION, cue.start, cue.end, why)
    for mention in people[:2]:
        yield reading.reason(
            Label.DEFAMATION, mention.start, mention.end, f"{_WHO_WORDS[mention.kind]} is spoken of"
        )


def _about(cue: Cue, people: Sequence[Mention]) -> str:
    near = [mention for mention in people if gap(cue, mention) <= NEAR]
    if near:
        return _WHO_WORDS[min(near, key=lambda mention: gap(cue, mention)).kind]
    return _WHO_WORDS[people[0].kind] if people else "somebody connected with the school"


def _pupil(reading: Reading, found: Sequence[Identified]) -> Iterator[Reason]:
    for one in found:
        by = [_ANCHOR_WORDS[name] for name in sorted(one.anchors) if name in _ANCHOR_WORDS]
        sure = " of the register" if len(one.ids) == 1 else ""
        form = _FORM_WORDS.get(one.form, "a name that may be a pupil's")
        why = f"{form}{sure}{', with ' + ' and '.join(by) if by else ''}"
        yield reading.reason(Label.PUPIL_INFORMATION, one.start, one.end, why)
    for place in reading.places:
        if place.kind in _PERSONAL_WORDS:
            yield reading.reason(Label.PUPIL_INFORMATION, place.start, place.end, _PERSONAL_WORDS[place.kind])


def _flag(reading: Reading, flag: Flag) -> Iterator[Reason]:
    if flag in (Flag.STAFF_TARGET, Flag.PUPIL_TARGET):
        kind = Kind.STAFF if flag is Flag.STAFF_TARGET else Kind.PUPIL
        for mention in reading.of(kind):
            yield reading.reason(flag, mention.start, mention.end, _FLAG_WORDS[flag])
        return
    for cue in _first_of_place(reading.cues_of(*_FLAG_CUES[flag])):
        yield reading.reason(flag, cue.start, cue.end, _FLAG_WORDS[flag])


def _first_of_place(cues: Sequence[Cue]) -> Iterator[Cue]:
    """In the order of the text, the longest where several begin or overlap."""
    end = -1
    for cue in sorted(cues, key=lambda cue: (cue.start, -cue.end, cue.topic)):
        if cue.start >= end:
            end = cue.end
            yield cue


def _whole(reading: Reading, category: Label | Flag, telling: str) -> Reason:
    """The word that weighed most, or the beginning of the text when no word of it is found again."""
    why = _FLAG_WORDS[category] if isinstance(category, Flag) else "the wording as a whole; someone must look"
    start = reading.lower.find(telling) if telling else -1
    if start >= 0:
        return reading.reason(category, start, start + len(telling), why)
    return reading.reason(category, 0, min(len(reading.view.text), _LONGEST), why)
