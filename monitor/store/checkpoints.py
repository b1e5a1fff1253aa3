"""Signing what the log is, and proving from the database that a leaf stands in it.

The roots of finished parts (256 leaves, 65,536 leaves …) are stored, so that a checkpoint over a million
leaves reads at most 255 rows of each level. A leaf's place in the tree is its `seq`.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from monitor.evidence.log import checkpoint as checkpoints
from monitor.evidence.log.checkpoint import Checkpoint
from monitor.evidence.log.note import BadNote, Signer, opened
from monitor.evidence.log.proof import TlogProof
from monitor.evidence.log.tree import (
    PART_HEIGHT,
    Frontier,
    Part,
    consistency_spans,
    inclusion_spans,
    leaf_hash,
)
from monitor.store import log
from monitor.store.models import CheckpointRow, Leaf, School, TreeTile

HIGHEST_LEVEL = 3
_ROWS_AT_ONCE = 2000


class LogForked(Exception):
    """The log does not continue what was signed before, so nothing more is signed; the text says where."""


class NoSuchProof(Exception):
    """There is no such leaf or checkpoint to prove anything by; the text says which."""


def newest(session: Session, school_id: int) -> CheckpointRow | None:
    query = select(CheckpointRow).filter_by(school_id=school_id).order_by(CheckpointRow.size.desc()).limit(1)
    return session.scalars(query).first()


def at(session: Session, school_id: int, size: int) -> CheckpointRow | None:
    return session.scalars(select(CheckpointRow).filter_by(school_id=school_id, size=size)).one_or_none()


def make_checkpoint(session: Session, school_id: int, signer: Signer, now: datetime) -> CheckpointRow:
    """Sign the log as this transaction leaves it; the same row again when it has not grown.

    Raises LogForked, and writes nothing, when the log does not follow its newest checkpoint. The school's
    row stays locked until the commit, so that nobody signs another log of the same size meanwhile.
    """
    locked = select(School.leaf_count).filter_by(id=school_id).with_for_update(key_share=True)
    size, last = session.execute(locked).scalar_one(), newest(session, school_id)
    frontier, finished = Frontier(), list[Part]()
    if last is not None:
        finished += _grow(session, school_id, frontier, last.size)
        _check_follows(last, frontier, signer, size)
        if last.size == size:
            return last
    finished += _grow(session, school_id, frontier, size)
    _store_parts(session, school_id, finished)
    made = Checkpoint(signer.name, size, frontier.root())
    row = CheckpointRow(
        school_id=school_id,
        size=size,
        root=made.root.hex(),
        note=signer.sign(made.body()),
        vkey=signer.verifier.vkey,
        made_at=now,
    )
    session.add(row)
    session.info[log.GREW] = True
    session.flush()  # so that the next look in this transaction finds it
    return row


def _check_follows(last: CheckpointRow, frontier: Frontier, signer: Signer, size: int) -> None:
    try:
        signed = checkpoints.parse(opened(last.note, signer.verifier))
    except BadNote as error:
        raise LogForked(f"the checkpoint of {last.size} leaves cannot be continued: {error}") from error
    if signed.size > size:
        raise LogForked(f"the log has {size} leaves, and {signed.size} were signed")
    if (signed.origin, signed.size, signed.root) != (signer.name, last.size, frontier.root()):
        raise LogForked(f"the first {last.size} leaves are not those that were signed")


def _grow(session: Session, school_id: int, frontier: Frontier, end: int, start: int = 0) -> Iterator[Part]:
    """Feed the leaves from `start` up to `end` that a frontier has not seen yet: as stored parts where it
    can, else one by one. Gives the parts that are not stored.
    """
    for level in range(HIGHEST_LEVEL, 0, -1):
        for root in _stored_parts(session, school_id, level, start + frontier.size, end):
            yield from frontier.append(root, level)
    for body in _bodies(session, school_id, start + frontier.size, end):
        yield from frontier.append(leaf_hash(body))
    if start + frontier.size != end:
        raise LogForked(f"log line {start + frontier.size} is missing")


def _stored_parts(session: Session, school_id: int, level: int, start: int, end: int) -> Iterator[bytes]:
    """The roots of a level's parts one after the other from `start`, up to the first that is not stored."""
    height = level * PART_HEIGHT
    first, past = start >> height, end >> height
    if start & ((1 << height) - 1) or past <= first:
        return
    query = (
        select(TreeTile.number, TreeTile.root)
        .where(TreeTile.school_id == school_id, TreeTile.level == level)
        .where(TreeTile.number >= first, TreeTile.number < past)
        .order_by(TreeTile.number)
    )
    for expected, (number, root) in enumerate(session.execute(query).all(), first):
        if number != expected:
            return
        yield bytes.fromhex(root)


def _bodies(session: Session, school_id: int, start: int, end: int) -> Iterator[bytes]:
    """The leaves from `start` up to `end`, up to the first that is missing."""
    while start < end:
        query = (
            select(Leaf.seq, Leaf.body)
            .where(Leaf.school_id == school_id, Leaf.seq >= start, Leaf.seq < min(end, start + _ROWS_AT_ONCE))
            .order_by(Leaf.seq)
        )
        rows = session.execute(query).all()
        for expected, (seq, body) in enumerate(rows, start):
            if seq != expected:
                return
            yield body.encode()
        if not rows:
            return
        start += len(rows)


def _store_parts(session: Session, school_id: int, parts: list[Part]) -> None:
    if parts:
        rows = [
            {"school_id": school_id, "level": one.level, "number": one.number, "root": one.root.hex()}
            for one in parts
        ]
        session.execute(insert(TreeTile), rows)


def proof_of(session: Session, school_id: int, seq: int, size: int) -> TlogProof:
    """The proof of a leaf under the checkpoint of `size` leaves; `extra` holds the leaf. NoSuchProof."""
    row, leaf = at(session, school_id, size), _leaf(session, school_id, seq)
    if row is None or leaf is None or not seq < size:
        raise NoSuchProof(f"log line {seq} cannot be proved under a checkpoint of {size} leaves: not stored")
    path = [_root_over(session, school_id, *span) for span in inclusion_spans(seq, size)]
    return TlogProof(seq, path, row.note, leaf.encode())


def consistency(session: Session, school_id: int, old: int, new: int) -> list[bytes]:
    """The proof that the log of `new` leaves begins with the log of `old` leaves; NoSuchProof."""
    if not 0 < old <= new:
        raise NoSuchProof(f"a log of {new} leaves cannot be shown to follow one of {old}")
    return [_root_over(session, school_id, *span) for span in consistency_spans(old, new)]


def consistencies(session: Session, school_id: int, olds: Iterable[int], new: int) -> dict[int, list[bytes]]:
    """`consistency` from each of many older sizes; what their proofs share is read once. NoSuchProof."""
    roots: dict[tuple[int, int], bytes] = {}
    proofs: dict[int, list[bytes]] = {}
    for old in olds:
        spans = consistency_spans(old, new)
        for span in spans:
            if span not in roots:
                roots[span] = _root_over(session, school_id, *span)
        proofs[old] = [roots[span] for span in spans]
    return proofs


def _leaf(session: Session, school_id: int, seq: int) -> str | None:
    return session.scalar(select(Leaf.body).filter_by(school_id=school_id, seq=seq))


def _root_over(session: Session, school_id: int, start: int, end: int) -> bytes:
    frontier = Frontier()
    try:
        for _ in _grow(session, school_id, frontier, end, start):
            pass
    except LogForked as error:
        raise NoSuchProof(str(error)) from error
    return frontier.root()
