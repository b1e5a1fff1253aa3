"""What the heads of abuse and of its kinds look at, beside words and the public model's opinion."""

import re
from collections.abc import Iterator

from classifiers.abuse.cues import KINDS, QUIET
from classifiers.reading import Reading
from classifiers.register.mentions import Kind
from classifiers.safeguarding import DANGER
from classifiers.scanning import word_start

_MASKED_WORD = re.compile(r"[a-z]\*+[a-z]|\w\*\*+|\*\*+")
_QUOTED = re.compile(r"[\"“”][^\"“”]{3,200}[\"“”]")
_SHOUTED = re.compile(word_start("[A-Z]") + r"[A-Z]{2,}\b")
_CUES = {topic: f"cue_{topic}" for topic in (*KINDS, *QUIET, *DANGER)}
_TARGETS = ("second_person", "third_person", "child_subject")
_NAMED = (Kind.STAFF, Kind.PUPIL, Kind.SCHOOL)


def features(reading: Reading) -> dict[str, float]:
    counts = reading.counts
    result = _form(reading)
    for topic, count in counts.items():
        if topic in _CUES:
            result[_CUES[topic]] = min(count, 3) / 2
    if kinds := KINDS.keys() & counts.keys():
        uses = list(_uses(reading, result["quotes"] > 0))
        result |= {f"{kind}_{use}": 1.0 for kind in kinds for use in uses}
    return result


def _uses(reading: Reading, quoted: bool) -> Iterator[str]:
    """At whom words of abuse are aimed, and whether they may be meant otherwise."""
    counts = reading.counts
    named = {mention.kind for mention in reading.mentions}
    yield from (f"at_{name}" for name in _TARGETS if name in counts)
    yield from (f"at_{kind.value}" for kind in _NAMED if kind in named)
    yield from (f"in_{way}" for way in ("jest", "fiction") if way in counts)
    if quoted:
        yield "quoted"


def _form(reading: Reading) -> dict[str, float]:
    text = reading.view.text
    original = reading.comment.text
    result = {
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
    }
    if reading.comment.surface:
        result[f"surface_{reading.comment.surface}"] = 1.0
    return result
