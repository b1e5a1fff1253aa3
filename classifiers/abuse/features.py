"""What the heads of abuse and of its kinds look at, beside words and the public model's opinion."""

import re

from classifiers.abuse.cues import KINDS, QUIET
from classifiers.reading import Reading
from classifiers.register.mentions import Kind
from classifiers.safeguarding import DANGER
from classifiers.scanning import word_start

_MASKED_WORD = re.compile(r"[a-z]\*+[a-z]|\w\*\*+|\*\*+")
_QUOTED = re.compile(r"[\"“”][^\"“”]{3,200}[\"“”]")
_SHOUTED = re.compile(word_start("[A-Z]") + r"[A-Z]{2,}\b")
_TOPICS = (*KINDS, *QUIET, *DANGER)
_TARGETS = ("second_person", "third_person", "child_subject")


def features(reading: Reading) -> dict[str, float]:
    counts = reading.counts
    result = {f"cue_{topic}": min(counts[topic], 3) / 2 for topic in _TOPICS if topic in counts}
    result |= _form(reading)
    targets = [name for name in _TARGETS if reading.counts.get(name)]
    targets += [kind.value for kind in (Kind.STAFF, Kind.PUPIL, Kind.SCHOOL) if reading.of(kind)]
    kinds = [kind for kind in KINDS if reading.counts.get(kind)]
    result |= {f"{kind}_at_{target}": 1.0 for kind in kinds for target in targets}
    result |= {f"{kind}_quoted": 1.0 for kind in kinds if result.get("quotes")}
    result |= {f"{kind}_in_jest": 1.0 for kind in kinds if reading.counts.get("jest")}
    result |= {f"{kind}_in_fiction": 1.0 for kind in kinds if reading.counts.get("fiction")}
    return result


def _form(reading: Reading) -> dict[str, float]:
    text = reading.view.text
    original = reading.comment.text
    return {
        "masked_word": float("*" in text and bool(_MASKED_WORD.search(reading.lower))),
        "quotes": float(bool(_QUOTED.search(text))),
        "shouting": min(len(_SHOUTED.findall(text)), 4) / 4,
        "exclamations": min(text.count("!"), 4) / 4,
        "respelled": float(
            len(original) - len(text) > 2
            or (original.isascii() and len(original) == len(text) and original != text)
        ),
        "short": float(len(text) < 60),
        "long": float(len(text) > 300),
        "emoji": float(not text.isascii() and max(text) > "\U0001f000"),
        "link": float("http" in reading.lower),
        # A platform tells whether the school itself wrote, and no more of an author.
        "author_school": float(reading.comment.author == "school"),
        **{f"surface_{reading.comment.surface}": 1.0 for _ in [0] if reading.comment.surface},
    }
