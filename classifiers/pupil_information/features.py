"""What the model of pupil information looks at."""

import re
from collections.abc import Iterator, Sequence
from itertools import compress, islice

from classifiers.pupil_information.identify import Identified
from classifiers.reading import Reading
from classifiers.register.mentions import Kind, Mention
from classifiers.register.names import TITLES, common
from classifiers.scanning import Hinted, any_of, word_start, worded

_SINGLED_OUT = worded(
    "boy girl lad lass kid child one pupil student son daughter brother sister twin twins bairn tot",
    any_of(
        [
            "the",
            "that",
            "this",
            "a",
            "our",
            "my",
            "little",
            "only",
            "other",
            "one",
            "whoever'?s",
            "weird",
            "wee",
        ]
    )
    + r"\s(?:\w+\s){0,2}"
    r"(?:boy|girl|lad|lass|kid|child|one|pupil|student|son|daughter|brother|sister|twins?|bairn|tot)\b"
    r"[^.!?\n]{0,40}?\b(?:with|who|in|from|that|the only)\b",
)
_ONLY_ONE = worded(
    "only one everyone",
    any_of([r"only (?:one|boy|girl|child|kid)", "the only", "one of two", "the one with", "the one who",
            "everyone knows"]) + r"\b",
)  # fmt: skip
_CAPITAL_PAIR = re.compile(
    # Not at the beginning of a sentence, where every word has a capital.
    rf"({word_start('[A-Z]')}(?<![.!?\n]\s[A-Z])(?<!^[A-Z])[a-z]{{2,}})"
    r"(?:[ -][A-Z][a-z']+)? ([A-Z][a-z']{2,}(?:-[A-Z][a-z]+)?)\b"
)
_NAME_THEN_CLASS = Hinted(
    re.compile(r"\d(?:\b|[A-Z])"),
    re.compile(
        rf"{word_start('[A-Z]')}[a-z]+(?: [A-Z][a-z]*\.?)?,? ?(?:\(|in |from |of )?\s?(?:in )?"
        r"(?:[Yy]ear \d|[Yy]\d|[Yy]r ?\d|\d{1,2}[A-Z]{1,2})\b"
    ),
)
_CHILD_AGE = worded(
    "3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 three four five six seven eight nine ten eleven twelve",
    any_of(["aged? ", "is ", "turns? ", "turned ", "she's ", "he's ", "just "]) + r"(?:only )?"
    r"(?:[3-9]|1[0-8]|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b",
)
_MOST_PAIRS = 100
_DETAILS = ("medical", "family", "behaviour", "routine", "appearance", "own_child", "self_naming")
_PERSONAL = ("email", "phone", "postcode", "date_of_birth", "address", "username", "upn")
_SHARP = frozenset({"medical", "appearance", "behaviour"})
"""Details that are nobody's but this child's."""
_GROUPS = ("class", "year")
_BESIDE_A_NAME = ("class", "year", "adult", "personal")
_STRONG = ("full", "handle", "first_initial")


def features(reading: Reading, found: Sequence[Identified]) -> dict[str, float]:
    """The features that hold, all 1.0: who is named, where, in what detail, or described without a name."""
    details = [topic for topic in _DETAILS if topic in reading.counts]
    holding = {*_who(found), *_places(reading), *(f"detail_{topic}" for topic in details)}
    holding.update(_unnamed(reading, details))
    named = "pupil_named" in holding or "pupil_strong" in holding
    if named:
        placed = "has_class" in holding or "has_year" in holding
        holding.update(f"named_x_{topic}" for topic in details)
        holding.update(f"named_x_{name}" for name in _BESIDE_A_NAME if f"has_{name}" in holding)
        if details or placed:
            holding.add("named_x_detail_or_place")
    holding.update(_own_post(reading, named))
    return dict.fromkeys(holding, 1.0)


def _who(found: Sequence[Identified]) -> Iterator[str]:
    for one in found:
        yield f"pupil_{one.form}_common" if one.common else f"pupil_{one.form}"
        if one.form in _STRONG and not one.common:
            yield "pupil_strong"
        if one.anchors or not one.common:
            yield "pupil_named"
        if len(one.ids) == 1:
            yield "pupil_one_left"
        for anchor in one.anchors:
            yield from (f"pupil_{one.form}_x_{anchor}", f"pupil_anchor_{anchor}")
    if len(found) > 1:
        yield "pupil_several"


def _places(reading: Reading) -> Iterator[str]:
    for place in reading.places:
        if place.kind in _PERSONAL:
            yield from (f"personal_{place.kind}", "has_personal")
        elif place.kind in _GROUPS:
            yield f"has_{place.kind}"
    for place in reading.context_places:
        if place.kind in _GROUPS:
            yield f"context_{place.kind}"
    if any(mention.kind in (Kind.ADULT, Kind.STAFF) for mention in reading.mentions):
        yield "has_adult"


def _unnamed(reading: Reading, details: Sequence[str]) -> Iterator[str]:
    """A child who is nobody of the register, or who is described rather than named."""
    lower, said = reading.lower, reading.said
    singled, only = _SINGLED_OUT.is_in(lower, said), _ONLY_ONE.is_in(lower, said)
    place = any(place.kind in _GROUPS for place in reading.places)
    sharp = not _SHARP.isdisjoint(details)
    stranger, child_age = _stranger(reading), _CHILD_AGE.is_in(lower, said)
    holds = {
        "singled_out": singled,
        "only_one": only,
        "singled_x_place": singled and place,
        "singled_x_place_x_sharp": (singled or only) and place and sharp,
        "only_x_sharp": only and sharp,
        "stranger_named": stranger,
        "stranger_x_place": stranger and place,
        "name_then_class": any(_NAME_THEN_CLASS.finditer(reading.view.text)),
        "child_age": child_age,
        "child_age_x_stranger": stranger and child_age,
        "stranger_x_own_child": stranger and "own_child" in details,
        "place_x_medical": place and "medical" in details,
        "place_x_own_child": place and "own_child" in details,
    }
    return compress(holds, holds.values())


def _stranger(reading: Reading) -> bool:
    """Two capital words side by side that are no one of the register: perhaps a child's full name."""
    for match in islice(_CAPITAL_PAIR.finditer(reading.view.text), _MOST_PAIRS):
        parts = (match[1].lower(), match[2].lower())
        if parts[0] in TITLES or all(common(part) for part in parts):
            continue
        if not any(_overlaps(mention, match) for mention in reading.mentions):
            return True
    return False


def _overlaps(mention: Mention, match: re.Match[str]) -> bool:
    return mention.start < match.end() and match.start() < mention.end


def _own_post(reading: Reading, named: bool) -> Iterator[str]:
    """The school's own post that gives a name, and any name with a picture of the child."""
    own = reading.comment.surface == "own_post"
    image = reading.comment.has_image
    holds = {
        "own_post": own,
        "image": image,
        "own_post_x_named": own and named,
        "image_x_named": image and named,
        "own_post_x_image_x_named": own and image and named,
        "own_post_x_image": own and image,
    }
    return compress(holds, holds.values())
