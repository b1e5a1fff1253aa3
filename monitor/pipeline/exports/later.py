"""What goes into an export beside an item's sealed files: captures that a person asked for, and what was
seen of the item later. Of an item whose own files are withheld, neither.
"""

from collections.abc import Iterable, Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.export.contents import ExportedCapture, LaterObservation
from monitor.pipeline.exports.order import Moment, Order
from monitor.pipeline.sealing_up.capture_keeping import captured_files
from monitor.pipeline.sealing_up.capture_unboxing import captures_out_of_boxes
from monitor.site import Site
from monitor.store import observations
from monitor.store.checkpoints import proof_of
from monitor.store.evidence_door import Access
from monitor.store.models import Capture, CaptureState, ObservationRow

Numbered = Mapping[int, Mapping[str, bytes]]
"""Number of a capture → its files."""

_WHY = {
    CaptureState.SEALED: "its files are missing: `schoolwatch evidence verify` at the school names them",
    CaptureState.LOCKED: "locked since the incident was closed: export again with --key FILE",
    CaptureState.ISOLATED: "left untouched after a suspicion",
    CaptureState.ERASED: "erased at the end of its period of retention, or on request",
}


def opened_captures(
    site: Site, uids: Iterable[str], order: Order, moment: Moment, access: Access
) -> dict[str, Numbered]:
    """Item → its captures up to the checkpoint, after the custody record says that they leave.

    What is locked only with the order's key. Opens transactions of its own. Raises BoxUnreadable.
    """
    return {uid: _numbered(_opened(site, uid, order, moment, access)) for uid in uids}


def _opened(site: Site, uid: str, order: Order, moment: Moment, access: Access) -> dict[str, bytes]:
    files = captured_files(site, uid, access, below=moment.size)
    if order.key is not None:
        files |= captures_out_of_boxes(site, uid, order.key, access, below=moment.size)
    return files


def _numbered(files: Mapping[str, bytes]) -> Numbered:
    found: dict[int, dict[str, bytes]] = {}
    for path, data in files.items():
        folder, _, name = path.partition("/")
        found.setdefault(int(folder.removeprefix("capture-")), {})[name] = data
    return found


def captures(
    session: Session, school_id: int, uid: str, given: Numbered, moment: Moment
) -> tuple[tuple[ExportedCapture, ...], str]:
    """Those that were opened, with their proofs; and which others there are and why they are left out."""
    query = select(Capture).where(
        Capture.school_id == school_id, Capture.item_uid == uid, Capture.leaf_seq < moment.size
    )
    rows = list(session.scalars(query.order_by(Capture.number)))
    shown = tuple(
        ExportedCapture(row.number, given[row.number], _proof(session, row, moment))
        for row in rows
        if row.number in given
    )
    left = [f"capture {row.number} {_WHY[row.state]}" for row in rows if row.number not in given]
    return shown, "; ".join(left)


def later_observations(
    session: Session, school_id: int, uid: str, moment: Moment
) -> tuple[LaterObservation, ...]:
    """In the order of the log, and numbered so; what was erased is passed over and keeps its number."""
    rows = observations.of_item(session, school_id, uid)
    ordered = sorted((row for row in rows if row.leaf_seq < moment.size), key=lambda row: row.leaf_seq)
    return tuple(
        LaterObservation(number, row.record, row.salt, _proof(session, row, moment))
        for number, row in enumerate(ordered, start=1)
        if row.record is not None and row.salt is not None
    )


def _proof(session: Session, row: Capture | ObservationRow, moment: Moment) -> bytes:
    return proof_of(session, row.school_id, row.leaf_seq or 0, moment.size).text().encode()
