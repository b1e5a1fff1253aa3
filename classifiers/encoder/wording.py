"""What the encoder reads of a comment: the words, with people and places replaced by marks of their sort.

A mark is one character of a private-use area, which no comment can hold after normalising. The model
so learns "a member of staff stole" and no name, and nobody can write a mark into a comment.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from classifiers.interface import Comment
from classifiers.normalising import View, normalise
from classifiers.places import Place
from classifiers.reading import ACCOUNT, LINK, Reading
from classifiers.register.mentions import Kind, Mention

SORTS = (
    *Kind, "class", "year", "address", "postcode", "phone", "username", "date_of_birth", "email", "upn",
    "link", "account", "money", "own", "picture",
)  # fmt: skip
MARKS = {str(sort): chr(0xE000 + place) for place, sort in enumerate(SORTS)}
"""The last five stand for a link, an account name, a sum, a post of the school's own, a picture."""

_MONEY = re.compile(r"[£$€]\s?\d[\d,.]*k?")
_PLAIN_PICTURES = {"\N{HOCHO}": "knife", "\N{HEADSTONE}": "grave"}
_NOTHING_SAID = re.compile(
    r"\b(?:FACE|WITH|SIGN|SYMBOL|EMOJI|MODIFIER|FITZPATRICK|TYPE|VARIATION|SELECTOR|BLACK|WHITE|HEAVY)\b|-\d"
)


@dataclass(frozen=True)
class Wording:
    text: str
    context: str


def wording(reading: Reading) -> Wording:
    """Text and context as the encoder sees them."""
    comment = reading.comment
    text = _marked(reading.view, reading.mentions, reading.places)
    context = _marked(reading.context_view, reading.context_mentions, reading.context_places)
    return Wording(f"{_before(comment)}{text}{_after(comment)}", context)


def plain_wording(text: str) -> Wording:
    """A text of which nothing else is known, read as comments are."""
    return Wording(plain(normalise(text).lower), "")


def _before(comment: Comment) -> str:
    return f"{MARKS['own']} " if comment.author == "school" else ""


def _after(comment: Comment) -> str:
    return f" {MARKS['picture']}" if comment.has_image else ""


def _marked(view: View, mentions: Sequence[Mention], places: Sequence[Place]) -> str:
    spans = [(mention.start, mention.end, MARKS[mention.kind]) for mention in mentions]
    spans += [(place.start, place.end, MARKS.get(place.kind, "")) for place in places]
    pieces, position = [], 0
    for start, end, mark in sorted(spans):
        if start >= position:
            pieces += [view.lower[position:start], f" {mark} "]
            position = end
    pieces.append(view.lower[position:])
    return plain("".join(pieces))


def plain(lower: str) -> str:
    """Links, accounts and sums as marks, emoji in words."""
    text = LINK.sub(f" {MARKS['link']} ", lower)
    text = ACCOUNT.sub(f" {MARKS['account']} ", text)
    text = _MONEY.sub(f" {MARKS['money']} ", text)
    return text if text.isascii() else "".join(map(_in_words, text))


@lru_cache(maxsize=8192)
def _in_words(character: str) -> str:
    """An emoji by its Unicode name: "clown", "tears of joy"; everything else as it is."""
    if unicodedata.category(character) not in ("So", "Sk"):
        return character
    named = _PLAIN_PICTURES.get(character, unicodedata.name(character, ""))
    return f" {' '.join(_NOTHING_SAID.sub('', named).lower().split())} "
