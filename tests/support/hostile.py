"""Comments that nobody sane writes: huge ones that a regular expression could choke on, and mutated real ones."""

import random
from collections.abc import Iterator, Sequence

PIECES = {
    "one long word": "a", "spaces": " ", "line ends": "\n", "nothing seen": "\u200b", "NUL": "\0", "half a character": "\ud800",
    "emoji": "🤡", "joined emoji": "👨\u200d👩\u200d👧", "flags": "🇬🇧", "one flag letter": "🇬 ", "accents": "e\u0301", "only accents": "\u0301",
    "arabic": "مدرسة ", "cyrillic": "аорс ", "mixed alphabets": "aа", "mixed, one word": "школаschool", "a phrase in one sign": "ﷺ",
    "upside down": "ɹǝsol ", "upside down, one word": "ɐ", "in squares": "🅱🅸", "other length in lower case": "İ",
    "a name": "Ayaan ", "a full name": "Ayaan Birch ", "strangers": "Aa Bb ", "capital pairs": "Abc Abc-Abc ", "titles": "Mr Smith ",
    "titles alone": "mr ", "initials": "A.B. in 4B ", "initials, spaced": "A B, ", "single letters": "a ", "staff": "the head stole ",
    "hashtags": "#SackTheHead ", "one hashtag": "#Aa", "hash signs": "#", "handles": "@fernhill ", "at signs": "@", "one handle": "@a.",
    "links": "https://a.example/a ", "one link": "http://", "www": "www.", "e-mail": "x@y.zz ", "no e-mail": "a@", "e-mail, one word": "a.b@c.d",
    "leet": "1d10t ", "leet, one word": "1a@", "leet bars": "1|", "leet dollars": "a$", "spaced": "s t u p i d  ", "dotted": "a.b.", "starred": "*a",
    "hyphens": "a-", "stretched": "aaab", "stretched o": "cooool ", "roman": "III ", "digits": "0", "years": "y 6 ", "classes": "4B ", "class": "4 ",
    "phones": "0 ", "no phone": "07700 90012 ", "postcodes": "AB1 2C", "dates": "1/1/", "dates, spaced": "12 / ", "born": "born ", "birthday": "birthday of ",
    "addresses": "1 a a ", "no address": "12 High High ", "user names": "insta is ", "snapchat": "snap ", "add me": "add me", "dots": ".", "underscores": "a_",
    "quotes": '"', "quoted": '"abc', "curly quotes": "“”", "apostrophes": "'", "the boy": "the boy ", "only one": "the only one ", "the": "the a ",
    "aged": "aged ", "rumour": "is it true ", "money": "£1,", "thousands": "1k", "plates": "AB12 ABC ", "shouting": "ABC ", "question marks": "?",
    "exclamation marks": "!", "asterisks": "*", "masked": "f*ck ", "cues": "stole idiot kill drunk ", "gun": "gun ", "photos": "photo ", "burn": "burn ",
    "blow up": "blow it ", "upn": "A12345678901", "slashes": "/", "brackets": "((", "html": "<b>", "ladder": "a\u0301b\u200bс",
    "hebrew, one word": "ש", "written backwards": "\u202e", "turned about": "\u2067a\u2069 ",
}  # fmt: skip


def huge(piece: str, size: int) -> str:
    """A comment of so many characters; platforms allow some ten thousand."""
    return (piece * (size // len(piece) + 1))[:size]


def mutations(texts: Sequence[str], count: int, seed: int) -> Iterator[str]:
    """So many texts made of the given ones, one in eight out of nothing; the same for the same seed."""
    chance = random.Random(seed)
    for _ in range(count):
        text = chance.choice(texts) if chance.randrange(8) else _out_of_nothing(chance)
        for _ in range(chance.randrange(5)):
            text = chance.choice(_CHANGES)(chance, text, chance.choice(texts))
        yield text[:3_000]


def _out_of_nothing(chance: random.Random) -> str:
    """Any characters, of one part of Unicode or of all of it."""
    first = chance.choice((0, 0, 0x20, 0x300, 0x590, 0x2000, 0x1F300))
    last = chance.choice((0x7F, 0x10FFFF)) if first < 0x80 else first + 0x300
    return "".join(chr(chance.randint(first, last)) for _ in range(chance.randrange(200)))


def _dropped(chance: random.Random, text: str, _other: str) -> str:
    place = chance.randrange(len(text) + 1)
    return text[:place] + text[place + chance.randrange(8) :]


def _piece_put_in(chance: random.Random, text: str, _other: str) -> str:
    place = chance.randrange(len(text) + 1)
    piece = chance.choice(list(PIECES.values())) * chance.choice((1, 1, 2, 40))
    return text[:place] + piece + text[place:]


def _any_character_put_in(chance: random.Random, text: str, _other: str) -> str:
    place = chance.randrange(len(text) + 1)
    return text[:place] + chr(chance.randrange(0x110000)) + text[place:]


def _spaced(chance: random.Random, text: str, _other: str) -> str:
    begin = chance.randrange(len(text) + 1)
    end = begin + chance.randrange(30)
    return text[:begin] + chance.choice((" ", ".", "\u200b", "_", "  ")).join(text[begin:end]) + text[end:]


def _leet(chance: random.Random, text: str, _other: str) -> str:
    table = dict(zip("aeiost", "@31057", strict=True))
    return "".join(table.get(char, char) if chance.random() < 0.5 else char for char in text)


def _stretched(chance: random.Random, text: str, _other: str) -> str:
    place = chance.randrange(len(text) + 1)
    return text[:place] + text[place : place + 1] * chance.randrange(60) + text[place:]


def _crossed(chance: random.Random, text: str, other: str) -> str:
    return text[: chance.randrange(len(text) + 1)] + other[chance.randrange(len(other) + 1) :]


def _in_another_case(chance: random.Random, text: str, _other: str) -> str:
    return chance.choice((text.upper, text.lower, text.title, text.swapcase))()


_CHANGES = (
    _dropped, _piece_put_in, _any_character_put_in, _spaced, _leet, _stretched, _crossed, _in_another_case,
)  # fmt: skip
