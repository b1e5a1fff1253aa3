"""Hostile and playful spelling undone: spaced letters, digits for letters, stretched letters, hashtags.

Each step takes a text and gives one of the same length, in which `REMOVED` stands for a character that
goes; `hashtag_seams` gives the places at which a hashtag is parted into words. Every step is linear.
"""

import re

REMOVED = "\0"
"""Marks a character that a step takes out. A NUL in a comment becomes a space before any step runs."""

# Links, e-mail addresses and account names are read as they stand: a letter more is another address.
_ADDRESS = (
    r"https?://\S+|www\.\S+|(?<![\w.+\-])[\w.+\-]{1,64}@[\w\-]{1,63}\.[a-z][\w.\-]{1,60}|(?<![\w\-])@\w[\w.]*"
)

_GAP = r"[ .\-_*·|/~]"
_ITEM = r"[A-Za-z0-9@$!€]"
_SPACED_HINT = re.compile(rf"{_GAP}{_ITEM}{_GAP}{{1,2}}[A-Za-z0-9$!](?![\w'])")
_SPACED = re.compile(
    # "s t u p i d", also with two spaces between the words; then "s.t.u.p.i.d" and "s. t. u. p. i. d".
    rf"(?<![\w.'])(?:{_ITEM} {{1,3}}){{2,120}}[A-Za-z0-9$!](?![\w'])|"
    rf"(?<![\w.']){_ITEM}([.\-_*·|/~] ?)(?:{_ITEM}\1){{1,40}}[A-Za-z0-9$!](?![\w'])"
)
_WORD_GAP = re.compile(" {2,}")
_TEXT_SPEAK = frozenset("urniaykcbx24 ")
"""Words of one letter: "u r a", "x x x", "y r u" are not one word in pieces."""

_LEET = str.maketrans("013457@$!|€", "oieastasile")
# Begins with the rarest character, so that a text without one is passed over quickly.
_LEET_HINT = re.compile(
    r"[013457@$!|€](?:(?<=[A-Za-z].)(?:[013457@$!|€]*[A-Za-z]|(?<=\$)|(?<=1)\$|(?<=€)|(?<=5)5)|"
    r"(?<=[013457$])(?<![\w.,:£].)[A-Za-z]{2})",
    re.S,
)
_LEET_WORD = re.compile(
    rf"(?:{_ADDRESS})|"
    r"(?<![\w@#$!|€.,£])(?=[\w@$!|€]*[A-Za-z])([A-Za-z0-9$][A-Za-z0-9@$!|€]{1,38}[A-Za-z0-9$€])(?![\w@$|€]|\.[a-z])"
)
_LEET_INSIDE = re.compile(
    r"[A-Za-z][013457@$!|€]+[A-Za-z]|[A-Za-z](?:1?\$+|€)$|^[a-z]{1,3}55$|"
    # For 4give, 4get, 4ever the digit is a word of its own.
    r"^(?:0|(?!4[gewt])[13457$][A-Za-z])[A-Za-z]{2}(?:.*[A-Za-z])?$"
)
# An l rather than an i: "s1ag", "a1ert", "ug1y", "ki11".
_ELL = re.compile(
    r"(?<=[AEOUaeou034@])1(?=[AEOUaeou034@])|1(?=[Yy]$)|(?<=^[BCFGPSbcfgps])1(?=[AEOUaeou034@])|1(?=1)|(?<=1)1"
)
_COUNTED = (
    "stars?|kids?|lads?|girls?|boys?|child|children|pupils?|teachers?|points?|pts|pounds?|quid|players?|"
    "pages?|parts?|people|persons?|man|men|times?|terms?|teams?|tests?|tickets?|hundred|grand|hours?|days?|"
    "nights?|weeks?|months?|miles?|met(?:er|re)s?|laps?|lessons?|aside|way|days?ago|bed|door|seater|yrs?old|"
    "yearold|yo|years?|course|piece|pack|nil|all|each|plus|odd|ish|star"
)
# Class codes (4B, 10H, 3KS), teams (U11s), ordinals, times, amounts, years of birth and UPN-like codes.
_KEEPS_DIGITS = re.compile(
    r"\d{1,2}[A-Za-z]{1,2}|[A-Z]{1,2}\d{1,2}[A-Z]?|[A-Za-z]{1,5}\d{1,2}s|(?i:y|yr|ks|year|class|form)\d{1,2}[A-Za-z]?|"
    rf"\d+(?i:st|nd|rd|th|am|pm|k|m|mins?|yrs?|hrs?|yo|{_COUNTED})|[A-Za-z]\d{{11,12}}[\dA-Za-z]?|.*\d{{4,}}.*"
)

_STRETCHED_HINT = re.compile(r"(.)\1\1")
_STRETCHED = re.compile(rf"(?:{_ADDRESS})|\b[XVI]*III\b|\bKKK\b|([A-Za-z])\1{{2,}}")
# Two were meant of an e or o between consonants that end a word ("good", "sleep"), and of a last l ("hell").
_CONSONANT = re.compile(r"[b-df-hj-np-tv-z]")
_LAST_CONSONANT = re.compile(r"[b-df-hj-np-rtv-z](?:s|ed|ing)?\b", re.I)

_HASHTAG = re.compile(r"#(?=\w*[A-Z])\w*[a-z]\w*")
_SEAM = re.compile(r"(?<=[a-z])(?=[A-Z0-9])(?<!Mc)(?<!Mac)|(?<=[A-Z0-9])(?=[A-Z][a-z])(?<!#.)(?<!Mc)(?<!Mac)")


def join_spaced(text: str) -> str:
    return _SPACED.sub(_join, text) if _SPACED_HINT.search(text) else text


def _join(match: re.Match[str]) -> str:
    letters = sum(character.isalpha() for character in match[0])
    digits = sum(character.isdigit() for character in match[0])
    if match[1]:
        joined = match[0].replace(match[1], REMOVED * len(match[1]))
        return joined if letters >= 3 and letters > digits else match[0]
    words = _WORD_GAP.split(match[0])
    short = len(match[0]) <= 7 and _TEXT_SPEAK.issuperset(match[0].lower())
    if short or letters < 3 or letters <= digits or max(map(len, words)) < 5:
        return match[0]
    return re.sub("(?<! ) (?! )", REMOVED, match[0])


def undo_leet(text: str) -> str:
    return _LEET_WORD.sub(_undo_leet, text) if _LEET_HINT.search(text) else text


def _undo_leet(match: re.Match[str]) -> str:
    word = match[1]
    if word is None or word.isalpha() or _KEEPS_DIGITS.fullmatch(word) or not _LEET_INSIDE.search(word):
        return match[0]
    plain = _ELL.sub("l", word).translate(_LEET)
    return plain.upper() if word.isupper() else plain


def shorten_stretched(text: str) -> str:
    return _STRETCHED.sub(_shorten, text) if _STRETCHED_HINT.search(text) else text


def _shorten(match: re.Match[str]) -> str:
    if not match[1]:
        return match[0]
    kept = 2 if _two_were_meant(match) else 1
    return match[0][:kept] + REMOVED * (len(match[0]) - kept)


def _two_were_meant(match: re.Match[str]) -> bool:
    start, end = match.span()
    # Slices of the whole text, never the whole: that would cost its length for every stretch in it.
    before = match.string[max(start - 1, 0) : start].lower()
    earlier = match.string[max(start - 2, 0) : max(start - 1, 0)].lower()
    after = match.string[end : end + 1].lower()
    if match[1] in "eoEO":
        # "looool" is lol, though: the same letter on both sides.
        return bool(
            before != after and _CONSONANT.fullmatch(before) and _LAST_CONSONANT.match(match.string, end)
        )
    lone_vowel = before in {"a", "e", "i", "u"} and earlier not in set("aeiou")
    return match[1] in "lL" and lone_vowel and not after.isalpha()


def hashtag_seams(text: str) -> list[int]:
    """Places before which a hashtag written in capitals begins a new word: #SackMrs|Whitlock."""
    if "#" not in text:
        return []
    return [
        seam.start()
        for tag in _HASHTAG.finditer(text)
        for seam in _SEAM.finditer(text, tag.start() + 2, tag.end())
    ]
