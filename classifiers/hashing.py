"""Words and pieces of words as numbered buckets, a whole batch at a time, with numpy alone.

Features are the words (one and two in a row) and the character sequences of 2 to 5 that lie inside a
word and its edges. Each is hashed into `2 ** bits` buckets; a bucket counts once a text. The same
code serves training and judging, so the two cannot drift apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
CHARACTER_LENGTHS = (2, 3, 4, 5)
_BASE: Final = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2 ** 64
_INVERSE: Final = pow(_BASE, -1, 2**64)
_SPACE: Final = 32


@dataclass(frozen=True)
class Buckets:
    """Sorted by text: text number and bucket of each feature, and how many features each text has."""

    text: npt.NDArray[np.int64]
    bucket: npt.NDArray[np.int64]
    per_text: npt.NDArray[np.int64]

    @property
    def value(self) -> npt.NDArray[np.float32]:
        """One over the root of the number of features: a long text weighs no more than a short one."""
        counts = np.maximum(self.per_text, 1).astype(np.float32)
        return (1.0 / np.sqrt(counts)).astype(np.float32)[self.text]


def hash_texts(texts: Sequence[str], bits: int) -> Buckets:
    """Features of every text. Texts are taken as given: fold case and spelling before."""
    codes, owner = _codes(texts)
    prefix, inverse = _prefix_hashes(codes)
    pieces = [_characters(codes, prefix, inverse, length) for length in CHARACTER_LENGTHS]
    pieces += _words(codes, owner, prefix, inverse)
    places = np.concatenate([place for place, _ in pieces])
    hashes = np.concatenate([value for _, value in pieces])
    bucket = _mix(hashes) & np.uint64((1 << bits) - 1)
    keys = np.unique((owner[places].astype(np.uint64) << np.uint64(bits)) | bucket)
    text = (keys >> np.uint64(bits)).astype(np.int64)
    return Buckets(
        text,
        (keys & np.uint64((1 << bits) - 1)).astype(np.int64),
        np.bincount(text, minlength=len(texts)),
    )


def _codes(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Code points of all texts in one row, each with a space on both sides, and whose each one is."""
    padded = [f" {' '.join(text.split())} " for text in texts]
    row = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owner = np.repeat(np.arange(len(texts)), [len(text) for text in padded])
    return row, owner


def _prefix_hashes(codes: npt.NDArray[np.uint32]) -> tuple[U64, U64]:
    """Polynomial prefix sums and inverse powers: any stretch's hash is then one subtraction."""
    powers = np.full(len(codes), _BASE, dtype=np.uint64)
    inverse = np.full(len(codes) + 1, _INVERSE, dtype=np.uint64)
    inverse[0] = 1
    np.cumprod(powers, out=powers)
    np.cumprod(inverse, out=inverse)
    prefix = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * powers, out=prefix[1:])
    return prefix, inverse


def _stretch(prefix: U64, inverse: U64, start: npt.NDArray[np.int64], end: npt.NDArray[np.int64]) -> U64:
    value: U64 = (prefix[end] - prefix[start]) * inverse[start]
    return value


def _characters(
    codes: npt.NDArray[np.uint32], prefix: U64, inverse: U64, length: int
) -> tuple[npt.NDArray[np.int64], U64]:
    """Stretches of `length` with no space but at their ends, so none crosses from text to text."""
    count = max(len(codes) - length + 1, 0)
    space = codes == _SPACE
    crossing = np.zeros(count, dtype=bool)
    for offset in range(1, length - 1):
        crossing |= space[offset : offset + count]
    if length == 2:
        crossing |= space[:count] & space[1 : 1 + count]
    start = np.flatnonzero(~crossing)
    return start, _stretch(prefix, inverse, start, start + length) ^ np.uint64(length)


def _words(
    codes: npt.NDArray[np.uint32], owner: npt.NDArray[np.int64], prefix: U64, inverse: U64
) -> list[tuple[npt.NDArray[np.int64], U64]]:
    inside = _is_word(codes)
    edges = np.diff(np.concatenate([[False], inside, [False]]).astype(np.int8))
    start, end = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    single = _stretch(prefix, inverse, start, end) ^ np.uint64(101)
    together = owner[start[:-1]] == owner[start[1:]] if len(start) > 1 else np.zeros(0, dtype=bool)
    pair = (single[:-1] * np.uint64(_INVERSE) + single[1:]) ^ np.uint64(202)
    return [(start, single), (start[:-1][together], pair[together])]


def _is_word(codes: npt.NDArray[np.uint32]) -> npt.NDArray[np.bool_]:
    """Letters, digits and the asterisk of a masked word; anything beyond ASCII counts as a word."""
    lower = codes | np.uint32(32)
    letter = (lower >= ord("a")) & (lower <= ord("z"))
    digit = (codes >= ord("0")) & (codes <= ord("9"))
    result: npt.NDArray[np.bool_] = letter | digit | (codes == ord("*")) | (codes > 127)
    return result


def _mix(value: U64) -> U64:
    """Spread neighbouring hashes over all buckets (a finaliser of the murmur family)."""
    value = value ^ (value >> np.uint64(33))
    value = value * np.uint64(0xFF51AFD7ED558CCD)
    return value ^ (value >> np.uint64(33))
