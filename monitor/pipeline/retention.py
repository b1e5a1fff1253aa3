"""Keeping little: what is harmless loses text and author within 24 hours and its row within 30 days.

The leaves stay. Nothing that still waits to be judged is erased, and nothing that an incident holds.
"""

from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from monitor.pipeline.intake import HOLDING_TIME
from monitor.site import Site
from monitor.store.models import Envelope, Holding, Item, ItemState, Judgement

ROW_TIME = timedelta(days=30)
_NEVER_RAISED = (ItemState.HARMLESS, ItemState.NOT_JUDGED)
log = structlog.get_logger()


def erase_what_is_due(site: Site) -> None:
    """One pass: holding area, texts, rows, and envelopes that nothing refers to any more."""
    now = site.now()
    with site.database.write() as session:
        held = _erase_holdings(session, site.school_id, now)
        texts = _drop_texts(session, site.school_id, now)
        rows = _drop_rows(session, site.school_id, now)
        _drop_envelopes(session, site.school_id)
    if held or texts or rows:
        site.database.forget_erased()
        log.info("erased", holdings=held, texts=texts, rows=rows)


def _erase_holdings(session: Session, school_id: int, now: datetime) -> int:
    settled = select(Item.id).where(Item.school_id == school_id, Item.state != ItemState.WAITING)
    due = delete(Holding).where(
        Holding.school_id == school_id, Holding.expires_at <= now, Holding.item_id.in_(settled)
    )
    return len(session.scalars(due.returning(Holding.item_id)).all())


def _drop_texts(session: Session, school_id: int, now: datetime) -> int:
    """Words and author, and what points at a person: an address may hold the author's handle, a
    judgement the ids of pupils.
    """
    due = (
        update(Item)
        .where(
            Item.school_id == school_id,
            Item.state.in_(_NEVER_RAISED),
            Item.text_dropped_at.is_(None),
            Item.first_seen_at <= now - HOLDING_TIME,
        )
        .values(
            text=None, context=None, media=[], author_id=None, author_handle=None, author_name=None,
            url="", text_dropped_at=now,
        )
    )  # fmt: skip
    dropped = session.scalars(due.returning(Item.id)).all()
    spoken_of = update(Judgement).where(Judgement.item_id.in_(dropped))
    session.execute(spoken_of.values(pupils=[], staff=[], reasons=[]))
    return len(dropped)


def _drop_rows(session: Session, school_id: int, now: datetime) -> int:
    due = select(Item.id).where(
        Item.school_id == school_id,
        Item.state.in_(_NEVER_RAISED),
        Item.first_seen_at <= now - ROW_TIME,
    )
    ids = session.scalars(due).all()
    session.execute(delete(Judgement).where(Judgement.item_id.in_(ids)))
    session.execute(delete(Item).where(Item.id.in_(ids)))
    return len(ids)


def _drop_envelopes(session: Session, school_id: int) -> None:
    held = exists().where(Holding.envelope_id == Envelope.id)
    session.execute(delete(Envelope).where(Envelope.school_id == school_id, ~held))
