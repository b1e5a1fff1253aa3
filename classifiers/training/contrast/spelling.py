"""How the same line looks when it is typed in a hurry: never on the marks that stand for people."""

import random
import re
from collections.abc import Callable

Change = Callable[[str, random.Random], str]

_KEPT = re.compile(r"(\[\w+\])")
_SHORT = {
    "you": "u", "your": "ur", "you're": "ur", "are": "r", "and": "n", "because": "cos", "people": "ppl",
    "please": "pls", "tomorrow": "tmrw", "school": "skool", "something": "summat", "with": "w", "for": "4",
    "really": "rly", "know": "kno", "what": "wot", "be": "b", "though": "tho", "about": "abt",
    "tonight": "2nite", "everyone": "every1", "someone": "sum1", "thanks": "thx", "going to": "gonna",
}  # fmt: skip
_SHORT_WORD = re.compile(r"\b(" + "|".join(sorted(map(re.escape, _SHORT), key=len, reverse=True)) + r")\b")
_PLAIN_EMOJI = ("😂", "🙄", "👀", "😭", "💀", "👍", "🤷", "😅", "🙃", "‼️")
"""As common beside harm as beside harmless words: they must not tell one from the other."""
_WORD = re.compile(r"[a-z]{5,}")
_LAST_LETTER = re.compile(r"([aeiouyhs])([!.?]*)$")


def misspell(text: str, rng: random.Random) -> str:
    """The text as written, or in one of the ways people type; the same `rng` state gives the same text."""
    change: Change = rng.choices([change for change, _ in _CHANGES], [share for _, share in _CHANGES])[0]
    return change(text, rng)


def _outside_marks(text: str, change: Callable[[str], str]) -> str:
    return "".join(piece if _KEPT.fullmatch(piece) else change(piece) for piece in _KEPT.split(text))


def _as_written(text: str, _: random.Random) -> str:
    return text


def _lower(text: str, _: random.Random) -> str:
    return _outside_marks(text, lambda piece: piece.lower().replace("'", "")).rstrip(".")


def _lower_bare(text: str, _: random.Random) -> str:
    return _outside_marks(text, lambda piece: re.sub(r"[',.;:]", "", piece.lower()))


def _loud(text: str, _: random.Random) -> str:
    return _outside_marks(text, str.upper)


def _text_speak(text: str, rng: random.Random) -> str:
    def shorten(piece: str) -> str:
        return _SHORT_WORD.sub(
            lambda word: _SHORT[word[1]] if rng.random() < 0.8 else word[1], piece.lower()
        ).replace("'", "")

    return _outside_marks(text, shorten).rstrip(".")


def _typing_error(text: str, rng: random.Random) -> str:
    """Two letters of one longer word swapped, or one of them lost."""
    words = [word for word in _WORD.finditer(text) if f"[{word[0]}]" not in text]
    if not words:
        return text
    word = rng.choice(words)
    at = word.start() + rng.randrange(1, len(word[0]) - 2)
    swapped = text[at + 1] + text[at] if rng.random() < 0.6 else text[at]
    return text[:at] + swapped + text[at + 2 :]


def _drawn_out(text: str, rng: random.Random) -> str:
    return _LAST_LETTER.sub(lambda end: end[1] * rng.randint(3, 6) + end[2], text)


def _with_emoji(text: str, rng: random.Random) -> str:
    return f"{text} {rng.choice(_PLAIN_EMOJI) * rng.randint(1, 2)}"


_CHANGES: tuple[tuple[Change, int], ...] = (
    (_as_written, 44),
    (_lower, 16),
    (_lower_bare, 8),
    (_text_speak, 12),
    (_typing_error, 8),
    (_with_emoji, 6),
    (_loud, 3),
    (_drawn_out, 3),
)
"""Ways and their weights: one spread for harm and harmless alike, so that no spelling is a sign of either."""
