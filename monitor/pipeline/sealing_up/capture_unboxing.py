"""Locked captures for an export that was given the key; they stay locked."""

from typing import TYPE_CHECKING

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import select

from monitor.evidence.captures import read_capture
from monitor.evidence.lockbox import BOX, BoxUnreadable, opened
from monitor.store import custody
from monitor.store.evidence_door import Access
from monitor.store.models import Capture, CaptureState

if TYPE_CHECKING:
    from monitor.site import Site


def box_name(row: Capture) -> str:
    """What the box of a capture is locked as."""
    return f"{row.item_uid}/capture-{row.number:03d}"


def captures_out_of_boxes(
    site: "Site", item_uid: str, key: X25519PrivateKey, access: Access, *, below: int
) -> dict[str, bytes]:
    """The locked captures of one item as `capture-NNN/NAME` → bytes, of those in the log's first lines.

    The custody record says so first; they stay locked. Raises BoxUnreadable, naming the item.
    """
    query = (
        select(Capture)
        .filter_by(school_id=site.school_id, item_uid=item_uid, state=CaptureState.LOCKED)
        .where(Capture.leaf_seq < below)
    )
    with site.database.write() as session:
        rows = list(session.scalars(query.order_by(Capture.number)))
        for row in rows:
            custody.note(
                session, site.school_id, site.now(), access.action, actor=access.actor, role=access.role,
                purpose=access.purpose, authority=access.authority, item_uid=item_uid, capture=row.number,
            )  # fmt: skip
        found = [(row.number, box_name(row)) for row in rows]
    given: dict[str, bytes] = {}
    for number, about in found:
        given |= _out_of_box(site, item_uid, number, about, key)
    return given


def _out_of_box(
    site: "Site", item_uid: str, number: int, about: str, key: X25519PrivateKey
) -> dict[str, bytes]:
    box = read_capture(site.evidence, item_uid, number).get(BOX, b"")
    try:
        files = opened(box, key, about.encode())
    except BoxUnreadable as unreadable:
        raise type(unreadable)(f"capture {about}: {unreadable}") from unreadable
    return {f"capture-{number:03d}/{name}": content for name, content in files.items()}
