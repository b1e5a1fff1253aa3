"""Checking the log from its first leaf to its last in one stream: nothing of it is held in memory.

The tree is built anew from the leaves. On the way every stored checkpoint, every stored part, the checkpoint
that somebody outside kept, and the second log are held against it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row, Select, select
from sqlalchemy.orm import Session

from monitor.evidence.faults import Fault
from monitor.evidence.keys import fingerprint, is_fingerprint
from monitor.evidence.leaf import leaf_body
from monitor.evidence.log import checkpoint as checkpoints
from monitor.evidence.log.note import BadNote, Verifier, opened
from monitor.evidence.log.tree import PART_HEIGHT, Frontier, Part, leaf_hash
from monitor.evidence.outside import Witnessed, in_text
from monitor.evidence.second_log import Copied, SecondLogUnusable
from monitor.evidence.stamping.stored import Pinned
from monitor.store.checkpoints import at, newest
from monitor.store.models import CheckpointRow, Leaf, OutgoingMail, School, TreeTile

Query = Select[*tuple[Any, ...]]
Found = Row[*tuple[Any, ...]]
_ROWS_AT_ONCE = 1000
WITNESSING_MAILS = ("alert", "digest", "weekly")
_KEY, _SECOND = "log key", "second log"


@dataclass(frozen=True)
class Outside:
    """What whoever verifies brings along, because it does not lie in the store."""

    since: Witnessed | None = None
    fingerprint: str | None = None
    second_log: Path | None = None
    roots: Pinned | None = None
    """Of the time-stamping authorities in the settings."""


class LogCheck:
    """One look at the log of a school. `leaves`, `checkpoints` and `key` are known after `faults()`."""

    def __init__(self, session: Session, school_id: int, outside: Outside) -> None:
        self.session = session
        self.school_id = school_id
        self.outside = outside
        self.leaves = 0
        self.checkpoints = 0
        self.verifier: Verifier | None = None
        self._tree = Frontier()
        self._rewritten = False

    @property
    def key(self) -> str | None:
        """The fingerprint of the key that signs this log."""
        return fingerprint(self.verifier.public_key) if self.verifier else None

    def faults(self) -> Iterator[Fault]:
        yield from self._key_faults()
        try:
            yield from self._along_the_log()
        except SecondLogUnusable as error:
            yield Fault(_SECOND, str(error))
        yield from self._parts_beyond()
        yield from self._mails()

    # -- the key ----------------------------------------------------------------------------------

    def _key_faults(self) -> Iterator[Fault]:
        """Whose log it is: the first checkpoint says, and whoever kept a fingerprint knows better."""
        first = select(CheckpointRow.vkey).filter_by(school_id=self.school_id).order_by(CheckpointRow.size)
        vkey = self.session.scalar(first.limit(1))
        if vkey is None:
            if self.outside.fingerprint or self.outside.since:
                yield Fault(_KEY, "the log was never signed")
            return
        try:
            self.verifier = Verifier.parse(vkey)
        except BadNote as error:
            yield Fault(_KEY, str(error))
            return
        since = self.outside.since
        asked: tuple[str | None, ...] = (self.outside.fingerprint, since.fingerprint if since else None)
        for one in asked:
            if one is not None and not is_fingerprint(one, self.verifier.public_key):
                yield Fault(
                    _KEY, f"the log was made under another key: its fingerprint is {self.key}, not {one}"
                )

    # -- leaves, checkpoints, parts ---------------------------------------------------------------

    def _along_the_log(self) -> Iterator[Fault]:
        count = self.session.scalar(select(School.leaf_count).filter_by(id=self.school_id)) or 0
        signed = self._stream(
            select(CheckpointRow).filter_by(school_id=self.school_id).order_by(CheckpointRow.size)
        )
        marks = _Marks(self, (row[0] for row in signed))
        copies = _Copies(self.outside.second_log)
        yield from marks.due(0)
        for leaf in self._stream(_leaves(self.school_id)):
            seq, body = leaf.seq, leaf.body.encode()
            if seq != self._tree.size:
                yield from self._missing(seq)
            if seq >= count or body != leaf_body(seq, leaf.kind, leaf.at, leaf.item_uid, leaf.commitment):
                yield _leaf_fault(leaf, count)
            yield from copies.leaf(seq, body)
            yield from self._grow(body)
            yield from marks.due(self._tree.size)
        yield from self._missing(count)
        yield from marks.beyond()
        yield from copies.rest(self.leaves)
        yield from self._copied_checkpoints(copies)

    def _missing(self, seq: int) -> Iterator[Fault]:
        """Name every hole before a leaf. The tree goes on with nothing in its place, so no root fits."""
        while self._tree.size < seq:
            yield Fault(f"log line {self._tree.size}", "is missing")
            self._tree.append(leaf_hash(b""))

    def _grow(self, body: bytes) -> Iterator[Fault]:
        self.leaves += 1
        for part in self._tree.append(leaf_hash(body)):
            yield from self._part(part)

    def _part(self, part: Part) -> Iterator[Fault]:
        query = select(TreeTile.root).filter_by(
            school_id=self.school_id, level=part.level, number=part.number
        )
        stored = self.session.scalar(query)
        if stored is not None and stored != part.root.hex() and not self._rewritten:
            yield Fault(_part_name(part.level, part.number), "is not made from the leaves of the log")

    def _parts_beyond(self) -> Iterator[Fault]:
        last = newest(self.session, self.school_id)
        signed = last.size if last else 0
        tiles: Query = select(TreeTile.level, TreeTile.number).filter_by(school_id=self.school_id)
        counted: dict[int, int] = {}
        for level, number in self._stream(tiles):
            counted[level] = counted.get(level, 0) + 1
            if (number + 1) << level * PART_HEIGHT > signed:
                yield Fault(_part_name(level, number), "was added")
        for level in (1, 2, 3):
            if counted.get(level, 0) < signed >> level * PART_HEIGHT:
                yield Fault(f"parts of level {level}", "some are missing")

    def checkpoint(self, row: CheckpointRow) -> Iterator[Fault]:
        """A stored checkpoint against the leaves before it."""
        self.checkpoints += 1
        name = checkpoint_name(row.size)
        try:
            if self.verifier is None or row.vkey != self.verifier.vkey:
                yield Fault(name, "was signed by another key than the first one")
            text = opened(row.note, Verifier.parse(row.vkey))
            signed = checkpoints.parse(text)
        except BadNote as error:
            yield Fault(name, str(error))
            return
        if (signed.size, signed.root.hex(), signed.origin) != (row.size, row.root, _origin(row)):
            yield Fault(name, "its columns do not say what was signed")
        yield from self.root(name, signed.size, signed.root)

    def root(self, name: str, size: int, root: bytes) -> Iterator[Fault]:
        """The first root that does not fit is named: none after it can."""
        if self._rewritten:
            return
        if size != self._tree.size or root != self._tree.root():
            self._rewritten = True
            yield Fault(name, "the leaves before it are not those that were signed: the log was rewritten")

    # -- what else knows the log ------------------------------------------------------------------

    def _mails(self) -> Iterator[Fault]:
        """The copies of what was mailed still say what the log says."""
        query: Query = select(OutgoingMail.id, OutgoingMail.text).where(
            OutgoingMail.school_id == self.school_id, OutgoingMail.kind.in_(WITNESSING_MAILS)
        )
        for mail_id, text in self._stream(query):
            shown = in_text(text)
            if shown is None:
                continue
            row = at(self.session, self.school_id, shown.checkpoint.size)
            if row is None or row.root != shown.checkpoint.root.hex():
                yield Fault(
                    f"mail {mail_id}", f"shows a {checkpoint_name(shown.checkpoint.size)} that is not stored"
                )
            elif shown.fingerprint != self.key:
                yield Fault(f"mail {mail_id}", "shows the fingerprint of another key")

    def _copied_checkpoints(self, copies: "_Copies") -> Iterator[Fault]:
        for size, note in copies.notes():
            row = at(self.session, self.school_id, size)
            if row is None or row.note != note:
                yield Fault(_SECOND, f"its {checkpoint_name(size)} is not one of the log's")

    def _stream(self, query: Query) -> Iterator[Found]:
        options = {"yield_per": _ROWS_AT_ONCE}
        yield from self.session.execute(query, execution_options=options)


class _Marks:
    """The checkpoints to compare as the tree reaches their sizes: stored ones, and one from outside."""

    def __init__(self, check: LogCheck, rows: Iterator[CheckpointRow]) -> None:
        self._check = check
        self._rows = rows
        self._next = next(rows, None)
        self._since = check.outside.since

    def due(self, size: int) -> Iterator[Fault]:
        while self._next is not None and self._next.size <= size:
            yield from self._check.checkpoint(self._next)
            self._next = next(self._rows, None)
        if self._since is not None and self._since.checkpoint.size == size:
            yield from self._against(self._since)
            self._since = None

    def _against(self, since: Witnessed) -> Iterator[Fault]:
        name = f"{checkpoint_name(since.checkpoint.size)} that you hold"
        if self._check.verifier and since.checkpoint.origin != self._check.verifier.name:
            yield Fault(name, f"is of the log {since.checkpoint.origin}, not {self._check.verifier.name}")
        try:
            if since.note is not None and self._check.verifier is not None:
                opened(since.note, self._check.verifier)
        except BadNote as error:
            yield Fault(name, str(error))
        yield from self._check.root(name, since.checkpoint.size, since.checkpoint.root)

    def beyond(self) -> Iterator[Fault]:
        """Checkpoints over more leaves than there are."""
        while self._next is not None:
            yield Fault(checkpoint_name(self._next.size), "the log is shorter than what was signed")
            self._check.checkpoints += 1
            self._next = next(self._rows, None)
        if self._since is not None:
            name = f"{checkpoint_name(self._since.checkpoint.size)} that you hold"
            yield Fault(name, "the log is shorter than it: leaves were taken off its end")


class _Copies:
    """The second log beside the first."""

    def __init__(self, folder: Path | None) -> None:
        self._copied = Copied(folder) if folder is not None else None
        self._bodies = self._copied.bodies() if self._copied else iter(())
        self._differs = False

    def leaf(self, seq: int, body: bytes) -> Iterator[Fault]:
        copy = next(self._bodies, None)  # SecondLogUnusable is told by whoever walks the log
        if copy is not None and copy != body and not self._differs:
            self._differs = True
            yield Fault(_SECOND, f"its line {seq} is not the log's")

    def rest(self, leaves: int) -> Iterator[Fault]:
        if self._copied is None or self._differs:
            return
        more = sum(1 for _ in self._bodies)
        if more:
            yield Fault(_SECOND, f"it has {more} leaves more than the log: they were taken off its end")
        elif self._copied.leaves < leaves:
            yield Fault(_SECOND, f"it lacks the last {leaves - self._copied.leaves} leaves of the log")

    def notes(self) -> Iterator[tuple[int, str]]:
        return self._copied.notes() if self._copied else iter(())


def checkpoint_name(size: int | str) -> str:
    return f"checkpoint of {size} leaves"


def _part_name(level: int, number: int) -> str:
    return f"part {number} of level {level} of the tree"


def _origin(row: CheckpointRow) -> str:
    return row.vkey.partition("+")[0]


def _leaves(school_id: int) -> Query:
    query: Query = select(Leaf.seq, Leaf.kind, Leaf.at, Leaf.item_uid, Leaf.commitment, Leaf.body)
    return query.where(Leaf.school_id == school_id).order_by(Leaf.seq)


def _leaf_fault(leaf: Found, count: int) -> Fault:
    how = "added" if leaf.seq >= count else "changed"
    return Fault(leaf.item_uid, f"log line {leaf.seq} was {how}")
