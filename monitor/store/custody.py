"""The custody record: who did what to which evidence, and why."""

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from monitor.store.models import CustodyEvent

DAEMON = "schoolwatch"
"""The actor of whatever no person did."""


def note(
    session: Session, school_id: int, at: datetime, action: str, *,
    actor: str = DAEMON, item_uid: str | None = None, reference: str | None = None, **details: Any,
) -> None:  # fmt: skip
    """Write one event in the caller's transaction, so that the act and its record cannot part."""
    event = CustodyEvent(
        school_id=school_id,
        at=at,
        action=action,
        actor=actor,
        item_uid=item_uid,
        reference=reference,
        details=details,
    )
    session.add(event)
