"""Words and pieces of words as numbered buckets, a whole batch at a time, with numpy alone.

Features are the words (one and two in a row) and the character sequences of 2 to 5 that lie inside a
word and its edges. Each is hashed into `2 ** bits` buckets; a bucket counts once a text. The same
code serves training and judging, so the two cannot drift apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

U64 = npt.NDArray[np.uint64]
Places = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint32] | npt.NDArray[np.uint64]
CHARACTER_LENGTHS = (2, 3, 4, 5)
_BASE: Final = 0x9E3779B97F4A7C15  # odd, so that it has an inverse modulo 2 ** 64
_INVERSE: Final = pow(_BASE, -1, 2**64)
_SPACE: Final = 32
_WORD_CODES: Final = np.array([chr(code).isalnum() or code == ord("*") for code in range(128)] + [True])
"""Letters, digits and the asterisk of a masked word; anything beyond ASCII (128) counts as a word."""


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
    pieces = [*_characters(codes), *_words(codes, owner)]
    places = np.concatenate([place for place, _ in pieces])
    bucket = _mix(np.concatenate([value for _, value in pieces])) & np.uint64((1 << bits) - 1)
    # Text and bucket in one number: sorting 32 bits costs half of what 64 do, and a batch fits into them.
    width = np.uint32 if len(texts) << bits < 1 << 32 else np.uint64
    keys = _distinct((owner.astype(width)[places] << width(bits)) | bucket.astype(width))
    text = (keys >> width(bits)).astype(np.int64)
    return Buckets(
        text,
        (keys & width((1 << bits) - 1)).astype(np.int64),
        np.bincount(text, minlength=len(texts)),
    )


def _distinct(keys: Keys) -> Keys:
    """Sorted, each once: what `np.unique` gives, which takes several times as long by its hash table."""
    keys.sort()
    first = np.ones(len(keys), dtype=bool)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    return keys[first]


def _codes(texts: Sequence[str]) -> tuple[npt.NDArray[np.uint32], npt.NDArray[np.int64]]:
    """Code points of all texts in one row, each with a space on both sides, and whose each one is."""
    padded = [f" {' '.join(text.split())} " for text in texts]
    row = np.frombuffer("".join(padded).encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    owner = np.repeat(np.arange(len(texts)), [len(text) for text in padded])
    return row, owner


def _characters(codes: npt.NDArray[np.uint32]) -> Iterator[tuple[Places, U64]]:
    """Stretches of two to five with no space but at their ends, so that none crosses from text to text."""
    space = codes == _SPACE
    value = codes.astype(np.uint64) + np.uint64(1)
    hashes = value * _power(1)
    crossing = np.zeros(len(codes), dtype=bool)
    for length in CHARACTER_LENGTHS:
        count = max(len(codes) - length + 1, 0)
        hashes = hashes[:count] + value[length - 1 :] * _power(length)
        if length > 2:
            crossing = crossing[:count] | space[length - 2 : length - 2 + count]
        start = np.flatnonzero(~(crossing if length > 2 else space[:count] & space[1:]))
        yield start, hashes[start] ^ np.uint64(length)


def _words(codes: npt.NDArray[np.uint32], owner: npt.NDArray[np.int64]) -> Iterator[tuple[Places, U64]]:
    """Words, and two in a row of one text."""
    edges = np.flatnonzero(np.diff(_WORD_CODES[np.minimum(codes, 128)], prepend=False, append=False))
    start, end = edges[::2], edges[1::2]
    single = _stretches(codes, start, end) ^ np.uint64(101)
    yield start, single
    together = owner[start[:-1]] == owner[start[1:]]
    pair = (single[:-1] * np.uint64(_INVERSE) + single[1:]) ^ np.uint64(202)
    yield start[:-1][together], pair[together]


def _stretches(codes: npt.NDArray[np.uint32], start: Places, end: Places) -> U64:
    """Hash of each stretch, from prefix sums: as if each had been read alone from its first character."""
    # A table for the next power of two serves every batch of about this size.
    powers, inverse = _tables(len(codes).bit_length())
    prefix = np.zeros(len(codes) + 1, dtype=np.uint64)
    np.cumsum((codes.astype(np.uint64) + np.uint64(1)) * powers[: len(codes)], out=prefix[1:])
    value: U64 = (prefix[end] - prefix[start]) * inverse[start]
    return value


@lru_cache(maxsize=32)
def _tables(bits: int) -> tuple[U64, U64]:
    """Powers of the base from the first on, and of its inverse from the zeroth on."""
    powers = np.full(1 << bits, _BASE, dtype=np.uint64)
    inverse = np.full(1 << bits, _INVERSE, dtype=np.uint64)
    inverse[0] = 1
    return np.cumprod(powers), np.cumprod(inverse)


def _power(exponent: int) -> np.uint64:
    return np.uint64(pow(_BASE, exponent, 1 << 64))


def _mix(value: U64) -> U64:
    """Spread neighbouring hashes over all buckets (a finaliser of the murmur family)."""
    value = value ^ (value >> np.uint64(33))
    value = value * np.uint64(0xFF51AFD7ED558CCD)
    return value ^ (value >> np.uint64(33))
