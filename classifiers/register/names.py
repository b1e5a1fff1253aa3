"""Words that are names as well, titles, and how a name is cut into words."""

import re
import unicodedata
from functools import lru_cache
from pathlib import Path

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
SOFT_TITLES = frozenset({"father", "sister", "coach", "nurse", "pan", "auntie", "uncle", "lady", "lord"})
"""Titles that are words of kin or calling too: "his sister Rosa" gives a child away and names no nun."""
MALE_TITLES = frozenset({"mr", "sir", "fr", "father", "pan", "senor", "uncle", "lord"})
FEMALE_TITLES = frozenset(
    {"mrs", "miss", "ms", "madam", "madame", "mme", "sister", "pani", "senora", "auntie", "lady"}
)

COMMON_WORDS = frozenset(Path(__file__).with_name("common_words.txt").read_text(encoding="utf-8").split())
"""Ordinary words that are first names or surnames too: alone, or in lower case, they name nobody."""


def word_set(text: str) -> frozenset[str]:
    """Words listed with spaces between them."""
    return frozenset(text.split())


@lru_cache(maxsize=65536)
def words(text: str) -> tuple[str, ...]:
    """A name as the matcher sees it: folded, lower case, hyphens and apostrophes parting words."""
    folded = normalise(unicodedata.normalize("NFC", text)).lower
    return tuple(re.findall(r"[^\W_]+", folded))


def common(word: str) -> bool:
    return word in COMMON_WORDS


def spellings(name: tuple[str, ...]) -> set[tuple[str, ...]]:
    """Lily-Mae, Lily Mae and LilyMae."""
    return {name, ("".join(name),)} if len(name) > 1 else {name}


def singular(word: str) -> str:
    """Without the s of a possessive whose apostrophe was forgotten, or of a whole family; else empty."""
    if len(word) < 5 or not word.endswith("s") or word.endswith("ss") or common(word[:-1]):
        return ""
    return word[:-1]


Sound = tuple[str, str]
_SOUND = str.maketrans({"c": "k", "q": "k", "z": "s", "v": "f", "a": "", "e": "", "i": "", "o": "", "u": "",
                        "y": "", "h": "", "w": "", " ": ""})  # fmt: skip


@lru_cache(maxsize=65536)
def skeleton(name: str) -> str:
    """What stays of a name spelled by ear: its first letter and its consonants, one of each in a row."""
    rest = name[1:].replace("ph", "f").replace("ck", "k").translate(_SOUND)
    kept = [letter for place, letter in enumerate(rest) if not place or rest[place - 1] != letter]
    return name[:1] + "".join(kept)


def sound_of(first: str, surname: str) -> Sound:
    """Under what a full name is kept to be found again when both its parts are spelled by ear."""
    return skeleton(first), skeleton(surname)
