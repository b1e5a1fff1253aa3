"""The tree over the log: the published vectors of RFC 6962, and an independent implementation as oracle."""

from collections.abc import Iterator
from functools import cache

import pymerkle
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.evidence.log.tree import (
    BadProof,
    Frontier,
    consistency_path,
    consistency_spans,
    empty_root,
    inclusion_path,
    inclusion_spans,
    leaf_hash,
    root_of,
    verify_consistency,
    verify_inclusion,
)

# The leaves and roots that implementations of RFC 6962 are tested with (certificate-transparency project).
VECTOR_LEAVES = [
    b"", b"\x00", b"\x10", b"\x20\x21", b"\x30\x31", b"\x40\x41\x42\x43",
    bytes(range(0x50, 0x58)), bytes(range(0x60, 0x70)),
]  # fmt: skip
VECTOR_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
SIZES = range(258)
HASHES = [leaf_hash(b"leaf %d" % number) for number in range(257)]


@cache
def oracle() -> pymerkle.InmemoryTree:
    tree = pymerkle.InmemoryTree(algorithm="sha256")
    for number in range(257):
        tree.append_entry(b"leaf %d" % number)
    return tree


@cache
def root(start: int, end: int) -> bytes:
    return root_of(HASHES[start:end])


def path(index: int, size: int) -> list[bytes]:
    return [root(*span) for span in inclusion_spans(index, size)]


def growth(old: int, new: int) -> list[bytes]:
    return [root(*span) for span in consistency_spans(old, new)]


def subproof(old: int, start: int, end: int, *, whole: bool) -> list[bytes]:
    """SUBPROOF word by word as RFC 6962 §2.1.2 defines it."""
    if old == end - start:
        return [] if whole else [root(start, end)]
    split = max(1 << power for power in range(9) if 1 << power < end - start)
    if old <= split:
        return [*subproof(old, start, start + split, whole=whole), root(start + split, end)]
    return [*subproof(old - split, start + split, end, whole=False), root(start, start + split)]


def flipped(proof: list[bytes]) -> Iterator[list[bytes]]:
    """The proof with one bit of each of its bytes turned round, one after the other."""
    for number, node in enumerate(proof):
        for place in range(len(node)):
            changed = bytearray(node)
            changed[place] ^= 1 << place % 8
            yield [*proof[:number], bytes(changed), *proof[number + 1 :]]


def test_the_published_vectors_come_out() -> None:
    """An expert's own tool would find another root, and the school's log would count for nothing."""
    hashes = [leaf_hash(body) for body in VECTOR_LEAVES]
    assert [root_of(hashes[:size]).hex() for size in range(9)] == VECTOR_ROOTS
    assert inclusion_path(hashes, 0) == [
        bytes.fromhex("96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7"),
        bytes.fromhex("5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e"),
        bytes.fromhex("6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4"),
    ]
    assert consistency_path(hashes, 6, 8)[0].hex() == (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a"
    )


def test_another_implementation_finds_the_same_root() -> None:
    """A root that only we can find would be our word alone."""
    assert root(0, 0) == empty_root()
    assert [root(0, size) for size in SIZES[1:]] == [oracle().get_root(size) for size in SIZES[1:]]


def test_another_implementation_finds_the_same_proof_of_every_leaf() -> None:
    """A proof that only we can check would be no proof at court."""
    for size in SIZES:
        for index in range(size):
            ours = path(index, size)
            verify_inclusion(HASHES[index], index, size, ours, root(0, size))
            if size < 40 or size in (64, 127, 128, 129, 255, 256, 257):
                theirs = oracle().prove_inclusion(index + 1, size).path
                assert sorted(ours) == sorted(theirs[1:]), (index, size)  # theirs begins with the leaf


def test_another_implementation_finds_the_same_proof_that_nothing_was_rewritten() -> None:
    """A forger who holds the key could otherwise rewrite last month's log unseen."""
    for new in SIZES:
        for old in range(1, new + 1):
            ours = growth(old, new)
            verify_consistency(old, root(0, old), new, root(0, new), ours)
            if new < 40 or new in (64, 128, 129, 256, 257):
                # The other one sends finer pieces; it agrees about what is proved, and refuses the rest.
                theirs = oracle().prove_consistency(old, new)
                pymerkle.verify_consistency(root(0, old), root(0, new), theirs)
                assert ours == subproof(old, 0, new, whole=True), (old, new)


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 8, 13, 64, 65, 100, 255, 256, 257])
def test_a_proof_for_any_other_place_is_refused(size: int) -> None:
    """Two items exchanged in an export would pass for each other."""
    for index in range(size):
        ours = path(index, size)
        for other in {*range(size), size, size + 1, -1} - {index}:
            with pytest.raises(BadProof):
                verify_inclusion(HASHES[index], other, size, ours, root(0, size))


@pytest.mark.parametrize("sizes", [SIZES[start : start + 65] for start in (1, 65, 129, 193)], ids=str)
def test_every_flipped_byte_of_a_proof_is_refused(sizes: range) -> None:
    """Whoever damages a proof must not find a spelling that still passes."""
    for size in sizes:
        refused_when_flipped(size)


def refused_when_flipped(size: int) -> None:
    for index in {0, size // 2, size - 1}:
        for broken in flipped(path(index, size)):
            with pytest.raises(BadProof):
                verify_inclusion(HASHES[index], index, size, broken, root(0, size))
    for old in {1, size // 3, size - 1} & set(range(1, size)):
        for broken in flipped(growth(old, size)):
            with pytest.raises(BadProof):
                verify_consistency(old, root(0, old), size, root(0, size), broken)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_proof_of_another_log_is_refused(data: st.DataObject) -> None:
    """A log that lost its end, or was written anew, must not be shown to be whole by an older proof."""
    new = data.draw(st.integers(2, 257))
    old = data.draw(st.integers(1, new - 1))
    other = data.draw(st.integers(0, 257).filter(lambda size: size not in (old, new)))
    proof = growth(old, new)
    for roots in ((root(0, other), root(0, new)), (root(0, old), root(0, other))):
        with pytest.raises(BadProof):
            verify_consistency(old, roots[0], new, roots[1], proof)
    for length in (proof[:-1], [*proof, proof[-1]]):
        with pytest.raises(BadProof):
            verify_consistency(old, root(0, old), new, root(0, new), length)


def test_what_grew_out_of_nothing_and_what_did_not_grow_need_no_proof() -> None:
    """The first checkpoint of a school would otherwise be called a forgery."""
    verify_consistency(0, empty_root(), 5, root(0, 5), [])
    verify_consistency(5, root(0, 5), 5, root(0, 5), [])
    for bad in ((0, root(0, 1), 5, []), (5, root(0, 4), 5, []), (0, empty_root(), 5, [root(0, 1)])):
        with pytest.raises(BadProof):
            verify_consistency(bad[0], bad[1], bad[2], root(0, 5), bad[3])


def test_finished_parts_stand_for_their_leaves() -> None:
    """A million leaves would have to be read for every mail."""
    whole, parts = Frontier(), []
    for number in range(70_000):
        parts += whole.append(HASHES[number % 257])
    assert [(one.level, one.number) for one in parts if one.level == 2] == [(2, 0)]
    assert [one.number for one in parts if one.level == 1] == list(range(70_000 // 256))
    again = Frontier()
    assert again.append(next(one.root for one in parts if one.level == 2), 2) == []
    for one in parts:
        if one.level == 1 and one.number >= 256:
            again.append(one.root, 1)
    for number in range(again.size, 70_000):
        again.append(HASHES[number % 257])
    assert (again.size, again.root()) == (whole.size, whole.root())
    with pytest.raises(ValueError, match="cannot follow"):
        again.append(parts[0].root, 1)
