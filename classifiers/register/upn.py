"""The unique pupil number (UPN) of England: a check letter, then 12 characters (DfE, UPN guide)."""

import re

UPN_SHAPE = re.compile(r"[A-HJ-NP-RT-Z]\d{11}[\dA-HJ-NP-RT-Z]")
_CHECK_LETTERS = "ABCDEFGHJKLMNPQRTUVWXYZ"


def is_upn(text: str) -> bool:
    """Whether shape and check letter fit: the weighted sum of places 2 to 13 modulo 23 picks the letter."""
    upn = text.upper()
    if not UPN_SHAPE.fullmatch(upn):
        return False
    digits = [int(character) for character in upn[1:12]]
    last = upn[12]
    # A temporary UPN ends in a letter, which counts as its place in the same alphabet.
    digits.append(int(last) if last.isdigit() else _CHECK_LETTERS.index(last))
    total = sum(digit * weight for weight, digit in enumerate(digits, start=2))
    return _CHECK_LETTERS[total % 23] == upn[0]
