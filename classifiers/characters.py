"""One character at a time: which plain letter is drawn, and what is not seen at all.

Sources: Unicode 15 compatibility decompositions (NFKD), and the look-alikes that Unicode Technical
Standard 39 ("confusables") lists for the Latin letters.
"""

import re
import unicodedata
from functools import lru_cache

_LONGEST = 4
"""Letters that one character may become: beyond it stand phrases in one sign, which nobody spells with."""

# Letters that Unicode does not decompose but that people type without their stroke or as two letters.
_PLAIN_LETTERS = {
    "ł": "l", "Ł": "L", "ø": "o", "Ø": "O", "đ": "d", "Đ": "D", "ı": "i", "ß": "ss", "æ": "ae",
    "Æ": "Ae", "œ": "oe", "Œ": "Oe", "þ": "th", "ð": "d", "‘": "'", "’": "'", "ʼ": "'", "`": "'",
    "“": '"', "”": '"', "„": '"', "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-",
}  # fmt: skip
# Drawn as a Latin letter and used for nothing else in British writing: small capitals, letters of phonetics.
_DRAWN_LATIN = dict(
    zip(
        "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘʀꜱᴛᴜᴠᴡʏᴢɑɡƖɩʋʐɓɗɛƒɦɨɲɵʂʈʉƴօսոհցᏴᎪᏟᎬᎻᏚᎢᏞᎷ",
        "abcdefghijklmnoprstuvwyzagliuzbdefhinostuyounhgBACEHSTLM",
        strict=True,
    )
)
_LOOKALIKES = dict(
    zip(
        "АВЕЅКМНОРСТУХІЈҮЬаеорсухіјѕһԁԛԝкмтпвгьΑΒΕΖΗΙΚΜΝΟΡΤΥΧαεικνορτυχ",
        "ABESKMHOPCTYXIJYbaeopcyxijshdqwkmtnbrbABEZHIKMNOPTYXaeiknoptux",
        strict=True,
    )
)
"""Cyrillic and Greek letters that are drawn like a Latin one."""
_LOOKALIKE_TABLE = str.maketrans(_LOOKALIKES)
_OTHER_LETTER = re.compile("[\u0370-\u052f]")
_WORD = re.compile(r"\w+")
_UNSEEN = re.compile(
    # Accents piled on Latin letters, Hebrew and Arabic reading marks, variation selectors. Marks of other
    # scripts stay: in them they are letters.
    r"[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f"
    r"\u0670\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef"
    # Signs that draw nothing though they count as letters, and shades of skin: no shade makes an emoji worse.
    r"\u115f\u1160\u3164\uffa0\u2800\U0001f3fb-\U0001f3ff]"
)
# Letters in a circle, in a square or in brackets that Unicode does not decompose, by their first sign.
_ENCLOSED = ((0x249C, "a"), (0x1F150, "A"), (0x1F170, "A"))
# Letters of flags: two of them side by side are a country, one alone is a letter.
_FLAG_LETTER = "[\U0001f1e6-\U0001f1ff]"
_LONE_FLAG_LETTER = re.compile(rf"(?<!{_FLAG_LETTER}){_FLAG_LETTER}(?!{_FLAG_LETTER})")

# Letters stood on their heads ("ɹǝsol" is "loser"), and letters that stay letters when turned.
_TURNED = "ɐǝɟƃɓɥᴉɾʞɯɹʇʌʍʎɔ"
_UPRIGHT = str.maketrans(_TURNED + "qpnubdoslxzi", "aefgghijkmrtvwyc" + "bdunqposlxzi")
_TURNED_LETTER = re.compile(f"[{_TURNED}]")
_TURNED_WORD = re.compile(rf"(?<!\w)[{_TURNED}qpnubdoslxzi]+(?!\w)")


def unmix(text: str) -> str:
    """Text of the same length in which Cyrillic and Greek letters that pose as Latin ones are Latin.

    They pose in a word that holds Latin letters too, or that looks wholly Latin in a text that is mostly
    Latin; a language of their own stays as it is.
    """
    if _OTHER_LETTER.search(text):
        mostly_latin = _mostly_latin(text)
        text = _WORD.sub(lambda match: _unmix_word(match[0], mostly_latin), text)
    return _LONE_FLAG_LETTER.sub(lambda match: chr(ord(match[0]) - 0x1F1E6 + ord("A")), text)


def _unmix_word(word: str, mostly_latin: bool) -> str:
    if not _OTHER_LETTER.search(word):
        return word
    changed = word.translate(_LOOKALIKE_TABLE)
    mixed = any("a" <= character <= "z" for character in word.lower())
    posing = mostly_latin and not _OTHER_LETTER.search(changed)
    return changed if mixed or posing else word


def _mostly_latin(text: str) -> bool:
    """Whether Cyrillic and Greek letters stand in Latin writing, rather than in a language of their own."""
    other = len(_OTHER_LETTER.findall(text))
    latin = sum(character.isascii() and character.isalpha() for character in text)
    return latin >= other


@lru_cache(maxsize=8192)
def fold_character(character: str) -> str:
    """What a character beyond ASCII is drawn as; nothing for what has no shape of its own."""
    plain = _PLAIN_LETTERS.get(character) or _DRAWN_LATIN.get(character) or _without_frame(character)
    if plain:
        return plain
    if unicodedata.category(character) == "Cs":
        return " "
    decomposed = unicodedata.normalize("NFKD", character)
    folded = "".join(_visible(part) for part in decomposed)
    return folded if len(folded) <= _LONGEST else character


def _without_frame(character: str) -> str:
    for first, letter in _ENCLOSED:
        place = ord(character) - first
        if 0 <= place < 26:
            return chr(ord(letter) + place)
    return ""


def _visible(character: str) -> str:
    """Nothing for what has no shape of its own: accents, zero-width and direction marks, tags."""
    if _UNSEEN.match(character) or unicodedata.category(character) == "Cf":
        return ""
    if character in _PLAIN_LETTERS:
        return _PLAIN_LETTERS[character]
    return " " if unicodedata.category(character)[0] in "ZC" else character


def is_upside_down(text: str) -> bool:
    """Whether letters stand on their heads here: two at least, since phoneticians use them one at a time."""
    return len(_TURNED_LETTER.findall(text)) > 1


def stand_up(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Text of the same length with its upside-down words turned letter by letter, and where they stand."""
    words = [match.span() for match in _TURNED_WORD.finditer(text)]
    return _TURNED_WORD.sub(lambda match: match[0][::-1].translate(_UPRIGHT), text), words
