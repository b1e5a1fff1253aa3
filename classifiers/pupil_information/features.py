"""What the model of pupil information looks at."""

import itertools
import re
from collections.abc import Sequence

from classifiers.pupil_information.identify import Identified
from classifiers.reading import Reading
from classifiers.register.mentions import Kind, Mention
from classifiers.register.names import TITLES, common
from classifiers.scanning import any_of, word_start

_SINGLED_OUT = re.compile(
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
    r"[^.!?\n]{0,40}?\b(?:with|who|in|from|that|the only)\b"
)
_ONLY_ONE = re.compile(
    any_of([r"only (?:one|boy|girl|child|kid)", "the only", "one of two", "the one with", "the one who",
            "everyone knows"]) + r"\b"
)  # fmt: skip
_CAPITAL_PAIR = re.compile(
    # Not at the beginning of a sentence, where every word has a capital.
    rf"({word_start('[A-Z]')}(?<![.!?\n]\s[A-Z])(?<!^[A-Z])[a-z]{{2,}})"
    r"(?:[ -][A-Z][a-z']+)? ([A-Z][a-z']{2,}(?:-[A-Z][a-z]+)?)\b"
)
_NAME_THEN_CLASS = re.compile(
    rf"{word_start('[A-Z]')}[a-z]+(?: [A-Z][a-z]*\.?)?,? ?(?:\(|in |from |of )?\s?(?:in )?"
    r"(?:[Yy]ear \d|[Yy]\d|[Yy]r ?\d|\d{1,2}[A-Z]{1,2})\b"
)
_CHILD_AGE = re.compile(
    any_of(["aged? ", "is ", "turns? ", "turned ", "she's ", "he's ", "just "]) + r"(?:only )?"
    r"(?:[3-9]|1[0-8]|three|four|five|six|seven|eight|nine|ten|eleven|twelve)\b"
)
_MOST_PAIRS = 100
_DETAILS = ("medical", "family", "behaviour", "routine", "appearance", "own_child", "self_naming")
_PERSONAL = ("email", "phone", "postcode", "date_of_birth", "address", "username", "upn")
_STRONG = ("full", "handle", "first_initial")


def features(reading: Reading, found: Sequence[Identified]) -> dict[str, float]:
    result = {**_who(found), **_places(reading)}
    named = result.get("pupil_named", 0) or result.get("pupil_strong", 0)
    details = [topic for topic in _DETAILS if reading.counts.get(topic)]
    result |= {f"detail_{topic}": 1.0 for topic in details}
    result |= _unnamed(reading, details)
    if named:
        result |= {f"named_x_{topic}": 1.0 for topic in details}
        result |= {
            f"named_x_{name}": 1.0
            for name in ("class", "year", "adult", "personal")
            if result.get(f"has_{name}")
        }
    result |= _own_post(reading, bool(named))
    result["named_x_detail_or_place"] = float(
        bool(named and (details or result.get("has_class") or result.get("has_year")))
    )
    return {name: value for name, value in result.items() if value}


def _who(found: Sequence[Identified]) -> dict[str, float]:
    result: dict[str, float] = {}
    for one in found:
        form = one.form if not one.common else f"{one.form}_common"
        result[f"pupil_{form}"] = 1.0
        result["pupil_strong"] = max(
            result.get("pupil_strong", 0.0), float(one.form in _STRONG and not one.common)
        )
        if not (one.common and not one.anchors):
            result["pupil_named"] = 1.0
        for anchor in one.anchors:
            result[f"pupil_{one.form}_x_{anchor}"] = 1.0
            result[f"pupil_anchor_{anchor}"] = 1.0
        result["pupil_one_left"] = max(result.get("pupil_one_left", 0.0), float(len(one.ids) == 1))
    result["pupil_several"] = float(len(found) > 1)
    return result


def _places(reading: Reading) -> dict[str, float]:
    kinds = {place.kind for place in reading.places}
    context = {place.kind for place in reading.context_places}
    result = {f"personal_{kind}": 1.0 for kind in kinds if kind in _PERSONAL}
    result["has_personal"] = float(bool(kinds & set(_PERSONAL)))
    result["has_class"] = float("class" in kinds)
    result["has_year"] = float("year" in kinds)
    result["context_class"] = float("class" in context)
    result["context_year"] = float("year" in context)
    result["has_adult"] = float(bool(reading.of(Kind.ADULT) or reading.of(Kind.STAFF)))
    return result


def _unnamed(reading: Reading, details: list[str]) -> dict[str, float]:
    """A child who is nobody of the register, or who is described rather than named."""
    singled = bool(_SINGLED_OUT.search(reading.lower))
    only = bool(_ONLY_ONE.search(reading.lower))
    place = any(place.kind in ("class", "year") for place in reading.places)
    sharp = bool({"medical", "appearance", "behaviour"} & set(details))
    stranger = _stranger(reading)
    child_age = bool(_CHILD_AGE.search(reading.lower))
    return {
        "singled_out": float(singled),
        "only_one": float(only),
        "singled_x_place": float(singled and place),
        "singled_x_place_x_sharp": float((singled or only) and place and sharp),
        "only_x_sharp": float(only and sharp),
        "stranger_named": float(stranger),
        "stranger_x_place": float(stranger and place),
        "name_then_class": float(bool(_NAME_THEN_CLASS.search(reading.view.text))),
        "child_age": float(child_age),
        "child_age_x_stranger": float(stranger and child_age),
        "stranger_x_own_child": float(stranger and "own_child" in details),
        "place_x_medical": float(place and "medical" in details),
        "place_x_own_child": float(place and "own_child" in details),
    }


def _stranger(reading: Reading) -> bool:
    """Two capital words side by side that are no one of the register: perhaps a child's full name."""
    for match in itertools.islice(_CAPITAL_PAIR.finditer(reading.view.text), _MOST_PAIRS):
        parts = (match[1].lower(), match[2].lower())
        if parts[0] in TITLES or all(common(part) for part in parts):
            continue
        if not any(_overlaps(mention, match) for mention in reading.mentions):
            return True
    return False


def _overlaps(mention: Mention, match: re.Match[str]) -> bool:
    return mention.start < match.end() and match.start() < mention.end


def _own_post(reading: Reading, named: bool) -> dict[str, float]:
    """The school's own post that gives a name, and any name with a picture of the child."""
    own = reading.comment.surface == "own_post"
    image = reading.comment.has_image
    return {
        "own_post": float(own),
        "image": float(image),
        "own_post_x_named": float(own and named),
        "image_x_named": float(image and named),
        "own_post_x_image_x_named": float(own and image and named),
        "own_post_x_image": float(own and image),
    }
