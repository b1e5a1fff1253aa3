"""The Merkle tree of RFC 6962 §2.1 over SHA-256: hashes, roots, and proofs that a stranger checks.

A hash is 32 bytes. An index counts leaves from 0; a size is a number of leaves.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

HASH_BYTES = 32
PART_HEIGHT = 8
"""A finished part has 2⁸ leaves, a part of parts 2¹⁶, and so on."""


class BadProof(Exception):
    """A proof does not lead to the root; the text says what it fails to show."""


@dataclass(frozen=True)
class Part:
    """A whole subtree of 256 leaves (`level` 1), of 65,536 (`level` 2) …; `number` counts them from 0."""

    level: int
    number: int
    root: bytes


def leaf_hash(body: bytes) -> bytes:
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def empty_root() -> bytes:
    return hashlib.sha256().digest()


class Frontier:
    """The right edge of a tree that only grows: one hash a level, however many leaves went in."""

    def __init__(self) -> None:
        self.size = 0
        self._nodes: list[bytes] = []

    def append(self, node: bytes, level: int = 0) -> list[Part]:
        """Add a leaf's hash, or the root of a finished part of that `level`; answers what it finished.

        A part goes only where its own leaves would begin (ValueError).
        """
        height = level * PART_HEIGHT
        if self.size & ((1 << height) - 1):
            raise ValueError(f"a part of level {level} cannot follow {self.size} leaves")
        place, finished = self.size >> height, []
        while place & 1:
            node = node_hash(self._nodes[height], node)
            place >>= 1
            height += 1
            if height % PART_HEIGHT == 0:
                finished.append(Part(height // PART_HEIGHT, place, node))
        while len(self._nodes) <= height:
            self._nodes.append(b"")
        self._nodes[height] = node
        self.size += 1 << level * PART_HEIGHT
        return finished

    def root(self) -> bytes:
        root = b""
        for height, node in enumerate(self._nodes):
            if self.size >> height & 1:
                root = node_hash(node, root) if root else node
        return root or empty_root()


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaf hashes (MTH of RFC 6962 §2.1)."""
    frontier = Frontier()
    for one in hashes:
        frontier.append(one)
    return frontier.root()


Span = tuple[int, int]
"""From one leaf up to, not including, another: a subtree whose root is one hash of a proof."""
RootOf = Callable[[int, int], bytes]
"""The root over the leaves of a span."""


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The subtrees whose roots make a leaf's proof, from its sibling up (PATH of RFC 6962 §2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    return _beside(index, 0, size)[::-1]


def _beside(index: int, start: int, end: int) -> list[Span]:
    """From the top down: what lies beside the way to a leaf."""
    spans: list[Span] = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans


def consistency_spans(old: int, new: int) -> list[Span]:
    """The subtrees whose roots show that a tree grew out of a smaller one (PROOF of RFC 6962 §2.1.2)."""
    if not 0 < old <= new:
        raise ValueError(f"a tree of {new} cannot be shown to follow one of {old}")
    spans: list[Span] = []
    start, end, left_edge = 0, new, True
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start, left_edge = middle, False
    # The old tree's own root is known to whoever asks, so it is not sent.
    return [*([] if left_edge else [(start, end)]), *spans[::-1]]


def _split(count: int) -> int:
    """The largest power of two below `count`."""
    return 1 << (count - 1).bit_length() - 1


def inclusion_path(hashes: Sequence[bytes], index: int) -> list[bytes]:
    """The proof that a leaf stands at `index`, from all leaf hashes."""
    return [root_of(hashes[start:end]) for start, end in inclusion_spans(index, len(hashes))]


def consistency_path(hashes: Sequence[bytes], old: int, new: int) -> list[bytes]:
    """The proof that the tree over the first `new` leaf hashes follows that over the first `old`."""
    return [root_of(hashes[start:end]) for start, end in consistency_spans(old, new)]


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> None:
    """Raises BadProof unless the path leads from a leaf's hash to the root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        raise BadProof(f"there is no leaf {index} in a tree of {size}")
    number, last, found = index, size - 1, leaf
    for step in path:
        if last == 0:
            raise BadProof("the proof is too long for a tree of this size")
        if number & 1 or number == last:
            found = node_hash(step, found)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            found = node_hash(found, step)
        number, last = number >> 1, last >> 1
    if last:
        raise BadProof("the proof is too short for a tree of this size")
    if found != root:
        raise BadProof(f"the proof does not lead from leaf {index} to the root")


def verify_consistency(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, path: Sequence[bytes]
) -> None:
    """Raises BadProof unless the larger tree begins with all of the smaller one (RFC 9162 §2.1.4.2)."""
    if not 0 <= old_size <= new_size:
        raise BadProof(f"a tree of {new_size} cannot follow one of {old_size}")
    if old_size in (0, new_size):
        expected = empty_root() if old_size == 0 else new_root
        if path or old_root != expected:
            raise BadProof("two trees of which one has nothing new need no proof, and have what they share")
        return
    # A whole power of two is one subtree; its root is the one that is known.
    steps = iter([old_root, *path] if old_size & (old_size - 1) == 0 else path)
    _check_growth(old_size, old_root, new_size, new_root, steps)


def _check_growth(
    old_size: int, old_root: bytes, new_size: int, new_root: bytes, steps: Iterator[bytes]
) -> None:
    number, last = old_size - 1, new_size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    first = next(steps, b"")
    old, new = first, first
    for step in steps:
        if last == 0:
            raise BadProof("the proof is too long for trees of these sizes")
        if number & 1 or number == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            new = node_hash(new, step)
        number, last = number >> 1, last >> 1
    if last:
        raise BadProof("the proof is too short for trees of these sizes")
    if old != old_root:
        raise BadProof("the proof does not lead to the older root")
    if new != new_root:
        raise BadProof("the proof does not lead to the newer root")
