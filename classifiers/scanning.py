r"""Regular expressions that the engine can look for quickly.

Python's engine leaps to the next character that a pattern may begin with, but only when the pattern
begins with a character or a set of them, and not with `\b` or a look behind. So the check that a word
begins here is put after its first character: the same matches, several times as fast.
"""

import re
from collections.abc import Iterable


def word_start(first: str) -> str:
    """The character `first`, or one of a set such as `[a-z]`, where it begins a word."""
    return rf"{first}(?<!\w{first})"


def any_of(beginnings: Iterable[str]) -> str:
    """Any of some regular expressions that begin with a plain letter or digit, at the start of a word."""
    parts = [word_start(part[0]) + part[1:] for part in beginnings]
    return f"(?:{'|'.join(parts)})"


def any_phrase(phrases: Iterable[str]) -> str:
    """Any of some phrases as they stand, whole words at both ends; the longest wins."""
    ordered = sorted(phrases, key=lambda phrase: (-len(phrase), phrase))
    parts = [word_start(re.escape(phrase[0])) + re.escape(phrase[1:]) for phrase in ordered]
    return rf"(?:{'|'.join(parts)})(?!\w)"
