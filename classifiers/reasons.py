"""Why a label or a flag was given: places in the text and a sentence for the person who must look.

A sentence names what kind of thing stands there and never a person.
"""

from collections.abc import Callable, Iterator, Sequence

from classifiers.abuse.cues import KINDS
from classifiers.cues import Cue
from classifiers.defamation.told import in_words, told
from classifiers.interface import Reason
from classifiers.pupil_information.identify import Identified
from classifiers.reading import Reading
from classifiers.register.mentions import Kind
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
_FORM_WORDS = {
    "full": "a pupil's full name",
    "handle": "an account name that holds a pupil's name",
    "first": "a pupil's first name",
    "first_initial": "a pupil's first name and initial",
    "surname": "a pupil's surname",
    "initials": "initials of a pupil",
    "upn": "a pupil's unique pupil number",
    "date_of_birth": "a pupil's date of birth",
}
_ANCHOR_WORDS = {
    "class": "class",
    "year": "year group",
    "teacher": "teacher",
    "context": "the post above",
    "sibling": "a sibling",
    "date_of_birth": "date of birth",
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
    Flag.INSULT: "may be an insult: look who is meant",
    Flag.THREAT: "may be a threat: look who is meant, when and where",
    Flag.HATE: "may be hate: look which group is meant",
    Flag.SEXUAL: "may be sexual: look who is meant, and whether it is a child",
    Flag.HARASSMENT: "may be harassment: look whether others are called on to join in",
    Flag.SELF_HARM_ENCOURAGEMENT: "may encourage self-harm: look who is meant; the DSL must know",
    Flag.SAFEGUARDING: "a child may be at risk: the safeguarding lead must look",
    Flag.INDECENT_IMAGE: "may concern an indecent image: do not open, copy or share any picture",
    Flag.STAFF_TARGET: "aimed at or about staff",
    Flag.PUPIL_TARGET: "aimed at a pupil",
    Flag.ALLEGATION_CRIME: "may allege a crime: look who is meant, and whether a child was hurt",
}
_DANGER_WORDS = {
    "disclosure": "may be a child telling of harm",
    "despair": "speaks of despair or self-harm",
    "exploitation": "may be grooming, exploitation or a missing child",
    "at_home": "may be harm or neglect at home",
    "care_at_school": "may be harm or danger in the school's care",
}
_NUMBERS = {2: "two", 3: "three", 4: "four", 5: "five"}


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


STAFF_CONDUCT = "staff_conduct"
"""A reason that belongs to no label: the school's own policy for its staff (Huntington 5.17)."""


def conduct_reason(reading: Reading) -> tuple[Reason, ...]:
    """Where a class can be recognised in a post by a member of staff."""
    why = "a class can be recognised in a post by staff: a matter of conduct, not of a pupil"
    places = [(place.start, place.end) for place in reading.places if place.kind == "class"]
    return tuple(reading.reason(STAFF_CONDUCT, start, end, why) for start, end in places[:1])


def _abuse(reading: Reading) -> Iterator[Reason]:
    for cue in _first_of_place(reading.cues_of(*KINDS)):
        yield reading.reason(
            Label.ABUSE, cue.start, cue.end, f"may be {_KIND_WORDS[cue.topic]}; someone must look"
        )


def _defamation(reading: Reading) -> Iterator[Reason]:
    for start, end, why in told(reading):
        yield reading.reason(Label.DEFAMATION, start, end, why)


def _pupil(reading: Reading, found: Sequence[Identified]) -> Iterator[Reason]:
    for one in found:
        yield reading.reason(Label.PUPIL_INFORMATION, one.start, one.end, _which_pupil(one))
    for place in reading.places:
        if place.kind in _PERSONAL_WORDS:
            yield reading.reason(Label.PUPIL_INFORMATION, place.start, place.end, _PERSONAL_WORDS[place.kind])


def _which_pupil(one: Identified) -> str:
    """What stands there, what narrows it down, and how many of the register it fits."""
    form = _FORM_WORDS.get(one.form, "a name that may be a pupil's")
    by = [_ANCHOR_WORDS[name] for name in sorted(one.anchors) if name in _ANCHOR_WORDS]
    tied = f", with {' and '.join(by)}" if by else ""
    word = "; it is an ordinary word too" if one.common and not one.anchors else ""
    return f"{form}{tied}; fits {_how_many(len(one.ids))} of the register{word}"


def _how_many(pupils: int) -> str:
    if pupils < 2:
        return "one pupil" if pupils else "no pupil"
    return f"{_NUMBERS.get(pupils, 'several')} pupils"


def _flag(reading: Reading, flag: Flag) -> Iterator[Reason]:
    if flag in (Flag.STAFF_TARGET, Flag.PUPIL_TARGET):
        kind = Kind.STAFF if flag is Flag.STAFF_TARGET else Kind.PUPIL
        for mention in reading.of(kind):
            yield reading.reason(flag, mention.start, mention.end, _FLAG_WORDS[flag])
        return
    for cue in _first_of_place(reading.cues_of(*_FLAG_CUES[flag])):
        why = _FLAG_WORDS[flag]
        if flag is Flag.SAFEGUARDING:
            why = f"{_DANGER_WORDS[cue.topic]}: the safeguarding lead must look"
        yield reading.reason(flag, cue.start, cue.end, why)


def _first_of_place(cues: Sequence[Cue]) -> Iterator[Cue]:
    """In the order of the text, the longest where several begin or overlap."""
    end = -1
    for cue in sorted(cues, key=lambda cue: (cue.start, -cue.end, cue.topic)):
        if cue.start >= end:
            end = cue.end
            yield cue


def _whole(reading: Reading, category: Label | Flag, telling: str) -> Reason:
    """The word that weighed most, or the beginning of the text when no word of it is found again."""
    start = reading.lower.find(telling) if telling else -1
    end = start + len(telling)
    if start < 0:
        start, end = 0, min(len(reading.view.text), _LONGEST)
    return reading.reason(category, start, end, _why_the_whole(reading, category, start, end))


def _why_the_whole(reading: Reading, category: Label | Flag, start: int, end: int) -> str:
    if isinstance(category, Flag):
        return _FLAG_WORDS[category]
    if category is Label.DEFAMATION:
        return in_words(reading, "something serious", start, end)
    if category is Label.PUPIL_INFORMATION:
        return "may single out a child without a name of the register; someone must look"
    return "the wording as a whole; someone must look"
