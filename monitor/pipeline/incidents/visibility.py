"""What a platform's answer about an item means, beside what is stored of it."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.ladder.observing import STAYS_CLOSED
from alerts.ladder.state import Ladder
from config.words import Lane, Outcome, Visibility
from connectors.interface import Recheck as Answer
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.store.models import Incident, IncidentItem, Item, ItemState

_MOST_VISIBLE_FIRST = (
    Visibility.VISIBLE,
    Visibility.EDITED,
    Visibility.UNKNOWN,
    Visibility.HIDDEN_BY_US,
    Visibility.NOT_PUBLICLY_VISIBLE,
    Visibility.GONE,
)
_IN_PUBLIC = (Visibility.VISIBLE, Visibility.EDITED)
_GONE = frozenset({Outcome.REMOVED, Outcome.NOT_PUBLICLY_VISIBLE})
_CLEAN = {ItemState.HARMLESS: True, ItemState.KEPT: True, ItemState.SEALED: False}


@dataclass(frozen=True)
class Seen:
    visibility: Visibility
    canary_healthy: bool
    proof: str
    clean: bool | None = None
    """Of edited words: whether they were judged harmless; None while nobody can say."""


def seen(session: Session, sealed: Item, answer: Answer, *, hidden_unseen: bool) -> Seen:
    """An answer about an item whose newest sealed version is `sealed`.

    Connectors cannot tell whether an edit came before or after what was sealed: one that was just started
    knows no earlier words, another platform counts versions only. The store knows them. `hidden_unseen`
    says that we hid it and that its platform does not tell so.
    """
    plain = Seen(answer.visibility, answer.canary_healthy, answer.proof)
    if answer.visibility not in _IN_PUBLIC:
        return plain
    if hidden_unseen and sealed.on_own_account:
        proof = f"{answer.proof}; we hid it, and this platform does not tell what is hidden"
        return replace(plain, visibility=Visibility.HIDDEN_BY_US, proof=proof)
    if answer.item is None:
        return plain
    return _compared(session, sealed, answer.item.version, plain)


def _compared(session: Session, sealed: Item, version: str, plain: Seen) -> Seen:
    if version == sealed.version:
        return replace(plain, visibility=Visibility.VISIBLE)
    query = select(Item.state).where(
        Item.school_id == sealed.school_id,
        Item.platform == sealed.platform,
        Item.external_id == sealed.external_id,
        Item.version == version,
    )
    # An edit comes by polling, as a version of its own, and is judged like anything else.
    state = session.scalars(query).first()
    clean = None if state is None else _CLEAN.get(state)
    return replace(plain, visibility=Visibility.EDITED, clean=clean)


def of_all(answers: Collection[Seen]) -> Seen:
    """An incident of several items is as visible as the one that leaves most to be done.

    What was edited and is harmless now leaves nothing, so it speaks only when all are so.
    """
    left = [one for one in answers if not one.clean] or list(answers)
    most = min(left, key=lambda one: _MOST_VISIBLE_FIRST.index(one.visibility))
    alike = [one for one in left if one.visibility is most.visibility]
    clean = None if any(one.clean is None for one in alike) else all(one.clean for one in alike)
    return replace(most, canary_healthy=all(one.canary_healthy for one in alike), clean=clean)


def look_at_what_is_back(session: Session, listed: Collection[Item], now: datetime) -> None:
    """Sealed items that a page lists although they were gone are looked up at once, by the usual questions.

    A list alone opens nothing again: platforms go on listing for a while what they no longer show.
    """
    query = select(Incident).join(IncidentItem, IncidentItem.incident_id == Incident.id)
    of_listed = query.where(IncidentItem.item_id.in_([item.id for item in listed]))
    for incident in session.scalars(of_listed) if listed else ():
        ladder = read_ladder(incident)
        if _was_gone(ladder) and ladder.lane is not Lane.INDECENT_IMAGE and _is_due(ladder, now):
            incident.next_recheck_at = now


def _was_gone(ladder: Ladder) -> bool:
    if ladder.closing is not None and ladder.closing.outcome in STAYS_CLOSED:
        return False
    closed_as_gone = ladder.closing is not None and ladder.closing.outcome in _GONE
    return closed_as_gone or ladder.presence.gone_confirmed_at is not None


def _is_due(ladder: Ladder, now: datetime) -> bool:
    last = ladder.presence.last_at
    return last is None or now - last >= timedelta(minutes=ladder.policy["gone_minutes"])
