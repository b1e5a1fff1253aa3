"""What becomes of captures: read through the door, tidied after a crash, erased with their item."""

from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.evidence.captures import capture_folder, read_capture, remove_capture
from monitor.pipeline.at_rest.clear_copies import Why
from monitor.pipeline.at_rest.clear_words import ERASED
from monitor.store import custody
from monitor.store.evidence_door import Access
from monitor.store.models import Capture, CaptureState

if TYPE_CHECKING:
    from monitor.site import Site

GIVEN_UP = timedelta(hours=1)
"""A capture has limits of time that end it long before; what is older died on the way."""


def captured_files(
    site: "Site", item_uid: str, access: Access, *, below: int | None = None
) -> dict[str, bytes]:
    """All captures of an item as `capture-NNN/NAME` → bytes, after an event for each was committed.

    `below` leaves out those whose line in the log is not among its first so many. What is isolated stays
    where it is. Opens a transaction of its own.
    """
    with site.database.write() as session:
        kept = _kept(session, site.school_id, item_uid)
        rows = [row for row in kept if below is None or (row.leaf_seq is not None and row.leaf_seq < below)]
        for row in rows:
            custody.note(
                session, site.school_id, site.now(), access.action, actor=access.actor, role=access.role,
                purpose=access.purpose, authority=access.authority, item_uid=item_uid, capture=row.number,
            )  # fmt: skip
        numbers = [row.number for row in rows]
    return {
        f"capture-{number:03d}/{name}": content
        for number in numbers
        for name, content in read_capture(site.evidence, item_uid, number).items()
    }


def _kept(session: Session, school_id: int, item_uid: str) -> list[Capture]:
    query = select(Capture).filter_by(school_id=school_id, item_uid=item_uid, state=CaptureState.SEALED)
    return list(session.scalars(query.order_by(Capture.number)))


def erase_captures(session: Session, site: "Site", item_uid: str, why: Why) -> int:
    """Say in the caller's transaction that an item's captures are gone: files, salt, words, and who asked
    for them and why. The leaves stay. Answers how many there were.

    The files follow when the transaction is committed (`remove_erased`). An isolated one goes too: what is
    suspected ends by no rule, so two people have said so (docs/retention.md).
    """
    query = select(Capture).filter_by(school_id=site.school_id, item_uid=item_uid)
    rows = list(session.scalars(query.where(Capture.state != CaptureState.ERASED).order_by(Capture.number)))
    for row in rows:
        row.state, row.ended_at = CaptureState.ERASED, site.now()
        row.files, row.salt, row.words, row.reason, row.asked_by = {}, None, None, ERASED, ERASED
        custody.note(
            session, site.school_id, site.now(), "capture_erased", actor=why.by, authority=why.rule,
            purpose=why.reason, item_uid=item_uid, capture=row.number,
        )  # fmt: skip
    return len(rows)


def remove_erased(site: "Site", item_uid: str) -> None:
    """The files of an item's captures that were erased."""
    query = select(Capture.number).filter_by(item_uid=item_uid, state=CaptureState.ERASED)
    with site.database.read() as session:
        numbers = session.scalars(query.filter_by(school_id=site.school_id)).all()
    for number in numbers:
        remove_capture(site.evidence, item_uid, number)


def tidy_captures(site: "Site") -> None:
    """After a crash: give up what was under way, and remove files that no row speaks of any more."""
    with site.database.write() as session:
        dead = select(Capture).where(
            Capture.school_id == site.school_id,
            Capture.state == CaptureState.ASKED,
            Capture.asked_at < site.now() - GIVEN_UP,
        )
        for row in session.scalars(dead.with_for_update()):
            row.state, row.ended_at = CaptureState.FAILED, site.now()
            row.words = "it was interrupted, and nothing of it was kept."
    with site.database.read() as session:
        gone = session.scalars(
            select(Capture).where(
                Capture.school_id == site.school_id,
                Capture.state.in_((CaptureState.FAILED, CaptureState.ERASED)),
            )
        )
        left = [row for row in gone if capture_folder(site.evidence, row.item_uid, row.number).exists()]
    for row in left:
        remove_capture(site.evidence, row.item_uid, row.number)
