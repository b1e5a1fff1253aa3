"""The order in which letters of Arabic, Hebrew and the like stand on a line (Unicode Annex 9, in part).

Marks that turn text around never come here: they are shown as marks of ours. What is left are the rules for
letters, numbers and what stands between them (W1–W7, N0–N2, I1–I2, L2, L4).
"""

import unicodedata
from collections.abc import Sequence
from functools import cache
from itertools import pairwise

NEUTRAL = "ON"
_STRONG_RIGHT = ("R", "AL")
_MIRROR = dict(zip("()[]{}<>«»‹›", ")(][}{><»«›‹", strict=True))
_CLOSES = {"(": ")", "[": "]", "{": "}"}
_DEEPEST = 63
"""Open brackets at once, after which the rule looks no further."""
_JOINER_KINDS = ("<isolated>", "<final>", "<initial>", "<medial>")


def kind(shown: str) -> str:
    """The bidirectional class of a piece: that of its first character."""
    return unicodedata.bidirectional(shown[0]) or NEUTRAL


def goes_right_to_left(kinds: Sequence[str]) -> bool:
    """P2, P3: the first strong letter of a paragraph decides."""
    return next((found in _STRONG_RIGHT for found in kinds if found in ("L", *_STRONG_RIGHT)), False)


def levels(kinds: Sequence[str], shown: Sequence[str], *, right_to_left: bool) -> list[int]:
    """How deep each piece lies: even runs left to right, odd runs right to left. A mark shows as empty."""
    if not right_to_left and not any(found in (*_STRONG_RIGHT, "AN") for found in kinds):
        return [0] * len(kinds)
    base = "R" if right_to_left else "L"
    plain = _neutral(_bracketed(_weak(list(kinds), base), shown, base), base)
    deep = {"L": (0, 2), "R": (1, 1), "AN": (2, 2), "EN": (2, 2)}
    return [deep[found][right_to_left] for found in plain]


def _bracketed(kinds: list[str], shown: Sequence[str], base: str) -> list[str]:
    """N0: a pair of brackets goes with the paragraph if letters inside do, else with what stands before."""
    for start, end in _pairs(kinds, shown):
        inside = {_side(found) for found in kinds[start + 1 : end] if found != NEUTRAL}
        if inside:
            kinds[start] = kinds[end] = base if base in inside else _before(kinds, start, base)
    return kinds


def _before(kinds: Sequence[str], place: int, base: str) -> str:
    return next((_side(kinds[at]) for at in range(place - 1, -1, -1) if kinds[at] != NEUTRAL), base)


def _pairs(kinds: Sequence[str], shown: Sequence[str]) -> list[tuple[int, int]]:
    """BD16: brackets that open and close each other, by where they open."""
    waiting: list[tuple[str, int]] = []
    found = []
    for place, letter in enumerate(shown):
        if letter in _CLOSES and kinds[place] == NEUTRAL:
            waiting.append((_CLOSES[letter], place))
        at = next((n for n in range(len(waiting) - 1, -1, -1) if waiting[n][0] == letter), None)
        if at is not None and kinds[place] == NEUTRAL:
            found.append((waiting[at][1], place))
            del waiting[at:]
        if len(waiting) > _DEEPEST:
            break
    return sorted(found)


def _side(found: str) -> str:
    """N1, N0: a number counts as written from the right."""
    return "R" if found in ("EN", "AN") else found


def _weak(kinds: list[str], base: str) -> list[str]:
    """W1–W7: numbers take after the letters before them."""
    strong = base
    for place, found in enumerate(kinds):
        if found == "NSM":
            kinds[place] = kinds[place - 1] if place else base
        if found in ("L", *_STRONG_RIGHT):
            strong = found
        if found == "EN" and strong == "AL":
            kinds[place] = "AN"
    kinds = ["R" if found == "AL" else found for found in kinds]
    for place in range(1, len(kinds) - 1):
        before, found, after = kinds[place - 1 : place + 2]
        joins = found == "CS" or (found == "ES" and before == "EN")
        if joins and before == after and before in ("EN", "AN"):
            kinds[place] = before
    return _numbers(kinds, base)


def _numbers(kinds: list[str], base: str) -> list[str]:
    """W5–W7: signs beside a number are part of it; a number among Latin letters is one of them."""
    for order in (range(1, len(kinds)), range(len(kinds) - 2, -1, -1)):
        step = -1 if order.step > 0 else 1
        for place in order:
            if kinds[place] == "ET" and kinds[place + step] == "EN":
                kinds[place] = "EN"
    strong = base
    for place, found in enumerate(kinds):
        if found in ("L", "R"):
            strong = found
        if found == "EN" and strong == "L":
            kinds[place] = "L"
    return [found if found in ("L", "R", "EN", "AN") else NEUTRAL for found in kinds]


def _neutral(kinds: list[str], base: str) -> list[str]:
    """N1, N2: what stands between letters of one direction goes with them, else with the paragraph."""
    sides = [_side(found) for found in kinds]
    solid = [place for place, found in enumerate(kinds) if found != NEUTRAL]
    edges = [-1, *solid, len(kinds)]
    for left, right in pairwise(edges):
        before = base if left < 0 else sides[left]
        after = base if right == len(kinds) else sides[right]
        kinds[left + 1 : right] = [before if before == after else base] * (right - left - 1)
    return kinds


def display_order(depths: Sequence[int]) -> list[int]:
    """L2: from the deepest to the lowest odd level, turn every run of that level or deeper."""
    order = list(range(len(depths)))
    odd = [depth for depth in depths if depth % 2]
    for level in range(max(depths, default=0), min(odd, default=1) - 1, -1):
        start = 0
        while start < len(order):
            end = start
            while end < len(order) and depths[order[end]] >= level:
                end += 1
            order[start:end] = order[start:end][::-1]
            start = end + 1
    return order


def mirrored(shown: str) -> str:
    """L4: a bracket in a run from right to left opens the other way."""
    return _MIRROR.get(shown, shown)


def joined(letters: Sequence[str]) -> list[str]:
    """Arabic letters in the forms that they take beside each other, one for one; all else as it is.

    A letter with accents keeps them. No ligatures: each letter of the text stays one letter on the sheet.
    """
    forms = [_forms().get(letter[:1], {}) for letter in letters]
    shaped = []
    for place, letter in enumerate(letters):
        before = place > 0 and "<initial>" in forms[place - 1] and "<final>" in forms[place]
        after = place + 1 < len(letters) and "<final>" in forms[place + 1] and "<initial>" in forms[place]
        form = forms[place].get(_JOINER_KINDS[2 * after + before])
        shaped.append((form or letter[:1]) + letter[1:])
    return shaped


@cache
def _forms() -> dict[str, dict[str, str]]:
    """From Unicode's own list of Arabic presentation forms: letter → how it joins → form."""
    found: dict[str, dict[str, str]] = {}
    for code in (*range(0xFB50, 0xFC00), *range(0xFE80, 0xFEF5)):
        kind_of_form, *letters = unicodedata.decomposition(chr(code)).split() or [""]
        if kind_of_form in _JOINER_KINDS and len(letters) == 1:
            found.setdefault(chr(int(letters[0], 16)), {}).setdefault(kind_of_form, chr(code))
    return found
