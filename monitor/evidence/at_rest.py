"""Checking what is locked or erased, without any key: the hooks of `verify_store`.

A locked item has one file, its box. That its bytes are those that were written the row says, and the custody
event of the locking, which is a leaf, says it too; that what lies in it is what was sealed is checked when it
is unlocked. An erased item has no file, a row in `erasures`, and its leaves in the log.
"""

from collections import Counter
from collections.abc import Iterator, Mapping

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitor.evidence.canonical import sha256
from monitor.evidence.lockbox import BOX, BoxUnreadable, header_of
from monitor.store.models import Erasure, EvidenceItem, EvidenceState, Item

_READERS = 2
"""The manager's key and the recovery key."""


def at_rest_faults(session: Session, row: EvidenceItem, files: Mapping[str, bytes]) -> Iterator[str]:
    """What is not as it should be with an item that is locked or erased. `files` are those of its folder."""
    if row.state == EvidenceState.LOCKED:
        yield from _locked_faults(session, row, files)
    elif row.state == EvidenceState.ERASED:
        yield from _erased_faults(session, row, files)


def without_unfinished_box(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """The files of an item in clear, less a box whose locking was stopped; the next pass makes it anew."""
    return {name: content for name, content in files.items() if name != BOX}


def _locked_faults(session: Session, row: EvidenceItem, files: Mapping[str, bytes]) -> Iterator[str]:
    box = files.get(BOX)
    if box is None:
        yield f"{BOX} is missing"
    elif sha256(box) != row.files.get(BOX):
        yield f"{BOX} was changed"
    else:
        yield from _box_faults(row, box)
    for name in sorted(files.keys() - {BOX}):
        yield f"{name} still stands beside its lock; the next pass removes it"
    item = session.get_one(Item, row.item_id)
    if any((item.text, item.context, item.author_id, item.author_handle, item.author_name)):
        yield "its row says words or an author that are locked"


def _box_faults(row: EvidenceItem, box: bytes) -> Iterator[str]:
    try:
        header = header_of(box)
    except BoxUnreadable as unreadable:
        yield f"{BOX}: {unreadable}"
        return
    if header.aad != row.item_uid.encode():
        yield f"{BOX} belongs to another item"
    if len(header.wrapped) != _READERS:
        yield f"{BOX} is locked to {len(header.wrapped)} keys, not to the manager's and the recovery key"


def _erased_faults(session: Session, row: EvidenceItem, files: Mapping[str, bytes]) -> Iterator[str]:
    for name in sorted(files):
        yield f"{name} still stands though it was erased; the next pass removes it"
    if why_erased(session, row) is None:
        yield "it is marked as erased, and no line of `retention --done` says why"
    item = session.get_one(Item, row.item_id)
    if any((item.text, item.context, item.author_id, item.author_handle, item.author_name, item.url)):
        yield "its row still says what was erased"


def why_erased(session: Session, row: EvidenceItem) -> str | None:
    """Such as `erased on 2027-11-20 by rule closed_incident`; None when no list says so."""
    query = select(Erasure).filter_by(school_id=row.school_id, kind="item", subject=row.item_uid)
    line = session.scalars(query.order_by(Erasure.id.desc())).first()
    if line is None:
        return None
    second = f" with {line.second}" if line.second else ""
    return f"erased on {line.at:%Y-%m-%d} by rule {line.rule}, {line.by}{second}"


def at_rest_counts(session: Session, school_id: int) -> Iterator[str]:
    """Lines for the summary of a verification: what is locked, and what was erased when and by which rule."""
    is_locked = (EvidenceItem.school_id == school_id, EvidenceItem.state == EvidenceState.LOCKED)
    locked = session.scalar(select(func.count()).select_from(EvidenceItem).where(*is_locked))
    if locked:
        yield f"{locked} locked"
    query = select(Erasure.at, Erasure.rule).filter_by(school_id=school_id, kind="item").order_by(Erasure.id)
    counted = Counter((f"{at:%Y-%m-%d}", rule) for at, rule in session.execute(query))
    for (day, rule), number in counted.items():
        yield f"{number} erased on {day} by rule {rule}"
