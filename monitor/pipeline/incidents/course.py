"""What the content of an incident did after it was found: gone, changed, back again, posted elsewhere."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.ladder.closing import removed_by
from alerts.ladder.state import Ladder
from config.words import Remover
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.incidents.recirculation import children_of, parent_link
from monitor.store.models import Capture, CaptureState, Incident, Likeness, Sharer

_TAKEN = (CaptureState.SEALED, CaptureState.ISOLATED, CaptureState.LOCKED)


@dataclass(frozen=True)
class Relative:
    """Another incident with the same content."""

    reference: str
    likeness: Likeness
    sharer: Sharer


@dataclass(frozen=True)
class Course:
    parent: Relative | None
    children: tuple[Relative, ...]
    re_opened: int
    clock_from: datetime
    gone_since: datetime | None
    gone_for_certain_at: datetime | None
    not_public_since: datetime | None
    """Out of public view; that is not removed."""
    edited_at: datetime | None
    remover: Remover | None
    """Who took it away; None while it stands there."""
    page_not_captured: bool
    """It went before anybody had its page captured: what there is are the words and times sealed at first."""


def course_of(session: Session, incident: Incident) -> Course:
    ladder = read_ladder(incident)
    seen = ladder.presence
    link = parent_link(session, incident)
    return Course(
        parent=None if link is None else _parent(session, link.parent_id, link.likeness, link.sharer),
        children=tuple(
            Relative(child.reference, Likeness(row.likeness), Sharer(row.sharer))
            for child, row in children_of(session, incident)
        ),
        re_opened=ladder.re_opened,
        clock_from=ladder.clock_from,
        gone_since=seen.gone_since,
        gone_for_certain_at=seen.gone_confirmed_at,
        not_public_since=seen.not_public_since,
        edited_at=seen.edited_at,
        remover=remover_of(ladder),
        page_not_captured=_is_away(ladder) and not _has_page(session, incident),
    )


def remover_of(ladder: Ladder) -> Remover | None:
    """Who took it away, once it is away: as kept at the closing, else as far as somebody said so by now."""
    if ladder.closing is not None:
        return ladder.closing.removed_by if ladder.closing.verified_at or _is_away(ladder) else None
    return removed_by(ladder) if _is_away(ladder) else None


def _is_away(ladder: Ladder) -> bool:
    return ladder.presence.gone_since is not None or ladder.presence.hidden_at is not None


def _has_page(session: Session, incident: Incident) -> bool:
    query = select(Capture.wanted).where(Capture.incident_id == incident.id, Capture.state.in_(_TAKEN))
    return any("page" in wanted for wanted in session.scalars(query))


def _parent(session: Session, parent_id: int, likeness: str, sharer: str) -> Relative:
    reference = session.get_one(Incident, parent_id).reference
    return Relative(reference, Likeness(likeness), Sharer(sharer))
