"""Keeping little: what is harmless loses text and author within 24 hours and its row within 30 days.

The leaves stay. Nothing that still waits to be judged is erased, and nothing that an incident holds.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from monitor.pipeline.reading.intake import HOLDING_TIME, mark_of
from monitor.pipeline.sealing_up.capture_keeping import tidy_captures
from monitor.pipeline.sealing_up.pictures import finish_suspicions
from monitor.site import Site
from monitor.store.models import Envelope, ForgottenItem, Holding, Item, ItemState, Judgement

ROW_TIME = timedelta(days=30)
EARLY = timedelta(minutes=15)
"""Within a day means before it is over: the erasure runs every ten minutes and may come late once."""
BATCH = 500
"""Rows erased in one transaction: a source that waits to store a page is not held up, and a month's
backlog is more than one statement of PostgreSQL may name."""
_NEVER_RAISED = (ItemState.HARMLESS, ItemState.NOT_JUDGED)
log = structlog.get_logger()

_Step = Callable[[Session, Site, datetime], int]
"""Erases at most one batch and answers how many rows that was."""


def erase_what_is_due(site: Site) -> None:
    """One pass: holding area, texts, rows, and envelopes that nothing refers to any more.

    The write-ahead log is emptied each time, because a crash may have come between an erasure and that.
    """
    finish_suspicions(site)
    tidy_captures(site)
    erased = {step.__name__.strip("_"): _to_the_end(site, step) for step in _STEPS}
    site.database.forget_erased()
    if any(erased.values()):
        log.info("erased", **erased)


def _to_the_end(site: Site, step: _Step) -> int:
    """A transaction a batch: what a fault or a stop comes between stays erased."""
    now, total = site.now(), 0
    while True:
        with site.database.write() as session:
            erased = step(session, site, now)
        total += erased
        if erased < BATCH:
            return total


def _holdings(session: Session, site: Site, now: datetime) -> int:
    due = (
        select(Holding.item_id)
        .join(Item, Item.id == Holding.item_id)
        .where(
            Holding.school_id == site.school_id,
            Holding.expires_at <= now + EARLY,
            Item.state != ItemState.WAITING,
        )
        .limit(BATCH)
    )
    ids = session.scalars(due).all()
    session.execute(delete(Holding).where(Holding.item_id.in_(ids)))
    return len(ids)


def _texts(session: Session, site: Site, now: datetime) -> int:
    """Words and author, and what points at a person: an address may hold the author's handle, a
    judgement the ids of pupils.
    """
    due = (
        select(Item.id)
        .where(
            Item.school_id == site.school_id,
            Item.state.in_(_NEVER_RAISED),
            Item.text_dropped_at.is_(None),
            Item.first_seen_at <= now + EARLY - HOLDING_TIME,
        )
        .limit(BATCH)
    )
    ids = session.scalars(due).all()
    _drop_texts(session, ids, now)
    return len(ids)


def _drop_texts(session: Session, ids: Sequence[int], now: datetime) -> None:
    nothing = dict.fromkeys(("text", "context", "author_id", "author_handle", "author_name"))
    words = update(Item).where(Item.id.in_(ids))
    session.execute(words.values(**nothing, media=[], url="", text_dropped_at=now))
    spoken_of = update(Judgement).where(Judgement.item_id.in_(ids))
    session.execute(spoken_of.values(pupils=[], staff=[], reasons=[]))


def _rows(session: Session, site: Site, now: datetime) -> int:
    """The row goes; a keyed mark stays, so that what is still on the page is not taken for new."""
    query = (
        select(Item)
        .where(
            Item.school_id == site.school_id,
            Item.state.in_(_NEVER_RAISED),
            Item.first_seen_at <= now + EARLY - ROW_TIME,
        )
        .limit(BATCH)
    )
    items = session.scalars(query).all()
    session.add_all(
        ForgottenItem(school_id=site.school_id, mark=mark_of(site.token_key, item)) for item in items
    )
    ids = [item.id for item in items]
    session.execute(delete(Judgement).where(Judgement.item_id.in_(ids)))
    session.execute(delete(Item).where(Item.id.in_(ids)))
    return len(ids)


def _envelopes(session: Session, site: Site, _now: datetime) -> int:
    held = exists().where(Holding.envelope_id == Envelope.id)
    due = select(Envelope.id).where(Envelope.school_id == site.school_id, ~held).limit(BATCH)
    ids = session.scalars(due).all()
    session.execute(delete(Envelope).where(Envelope.id.in_(ids)))
    return len(ids)


_STEPS: tuple[_Step, ...] = (_holdings, _texts, _rows, _envelopes)
