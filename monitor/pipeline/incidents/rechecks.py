"""Checks that removals were made (NEU 9.4): ask the platform, tell the ladder, plan the next look."""

import time
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from alerts.ladder.machine import observe
from config.words import Lane, Visibility
from connectors.errors import ConnectorError
from connectors.interface import Capability
from connectors.interface import Recheck as Answer
from monitor.evidence.machine import tool
from monitor.evidence.observation import Observation, Observed
from monitor.pipeline.incidents.ladders import read_ladder, write_ladder
from monitor.pipeline.incidents.visibility import Seen, of_all, seen
from monitor.pipeline.reading.accounts import connect
from monitor.pipeline.reading.intake import PageIntake
from monitor.pipeline.telling.alerting import queue_alert
from monitor.site import Site
from monitor.store import custody, observations
from monitor.store.closed import closed_among
from monitor.store.models import Incident, Item, ItemState, Recheck, Source, StreamCursor

RECHECK_SECONDS = 60.0
log = structlog.get_logger()


@dataclass(frozen=True)
class _Question:
    source: str
    item_ids: dict[str, int]
    """External id → item, for the items of one source; of several versions the newest."""


@dataclass(frozen=True)
class _Answered:
    answer: Answer
    sees_hidden: bool


def recheck_due(site: Site) -> None:
    """Look at every incident whose next look is due. A platform that fails says nothing about the item."""
    with site.database.read() as session:
        due = _due(session, site)
    for incident_id, questions in due.items():
        if not questions or not _may_look(site, incident_id):
            continue
        answers: dict[int, _Answered] = {}
        for question in questions:
            answers |= _ask(site, question)
        with site.database.write() as session:
            _record(session, site, incident_id, answers)


def _may_look(site: Site, incident_id: int) -> bool:
    """Asked anew before each look: a person may have suspected a picture since the list was made."""
    with site.database.read() as session:
        return session.get_one(Incident, incident_id).lane != Lane.INDECENT_IMAGE


def _due(session: Session, site: Site) -> dict[int, list[_Question]]:
    query = (
        select(Incident)
        .where(
            Incident.school_id == site.school_id,
            Incident.next_recheck_at <= site.now(),
            # Nobody but the police looks at that address again (QC and Nunney 2.7.4).
            Incident.lane != str(Lane.INDECENT_IMAGE),
        )
        .options(selectinload(Incident.items))
    )
    return {incident.id: _questions(session, incident) for incident in session.scalars(query)}


def _questions(session: Session, incident: Incident) -> list[_Question]:
    by_source: dict[int, dict[str, int]] = {}
    ids = [item.external_id for item in incident.items]
    # The same post may stand in that lane in another incident, in another version.
    closed = closed_among(session, incident.school_id, incident.platform, ids)
    for item in incident.items:
        # Harmless words that replaced sealed ones are what a look compares with, not what it asks about.
        if item.external_id in closed or item.state == ItemState.KEPT:
            continue
        by_source.setdefault(item.source_id, {})[item.external_id] = item.id
    return [
        _Question(session.get_one(Source, source_id).name, items) for source_id, items in by_source.items()
    ]


def _ask(site: Site, question: _Question) -> dict[int, _Answered]:
    deadline = time.monotonic() + RECHECK_SECONDS
    try:
        connector = connect(site, site.source_settings(question.source))
    except StopIteration:
        # Handed in by a person, or of an account that the settings no longer name.
        return _unknown(site, question, "no account of the settings reads it: a person has to look")
    except ConnectorError as error:
        return _unknown(site, question, f"{type(error).__name__}: {error}")
    try:
        answers = connector.recheck(list(question.item_ids), deadline=deadline)
    except ConnectorError as error:
        return _unknown(site, question, f"{type(error).__name__}: {error}")
    finally:
        connector.close()
    sees_hidden = Capability.SEES_HIDDEN in connector.capabilities
    return {item: _Answered(answers[external], sees_hidden) for external, item in question.item_ids.items()}


def _unknown(site: Site, question: _Question, why: str) -> dict[int, _Answered]:
    answer = Answer(Visibility.UNKNOWN, canary_healthy=False, asked_at=site.now(), proof=why)
    return dict.fromkeys(question.item_ids.values(), _Answered(answer, sees_hidden=True))


def _record(session: Session, site: Site, incident_id: int, answers: Mapping[int, _Answered]) -> None:
    custody.first_in_line(session, site.school_id)
    incident = session.scalars(select(Incident).where(Incident.id == incident_id).with_for_update()).one()
    before = read_ladder(incident)
    hidden = before.presence.hidden_at is not None
    all_seen = []
    for item_id, one in answers.items():
        item = session.get_one(Item, item_id)
        _take_in(session, site, item, one.answer)
        all_seen.append(seen(session, item, one.answer, hidden_unseen=hidden and not one.sees_hidden))
        _note(session, site, incident, item, all_seen[-1])
        _observe(session, site, item, all_seen[-1], one.answer)
    session.flush()  # the next look is planned from this one
    now, most = site.now(), of_all(all_seen)
    ladder = observe(before, most.visibility, now, canary_healthy=most.canary_healthy, clean=most.clean)
    write_ladder(session, incident, ladder)
    if ladder.re_opened > before.re_opened:
        queue_alert(session, site, incident, ladder, f"again:{ladder.re_opened}")
    log.info("looked_again", incident=incident.reference, visibility=str(most.visibility))


def _take_in(session: Session, site: Site, item: Item, told: Answer) -> None:
    """Words that no poll has brought are stored, to be judged: an edit is a version of its own."""
    if told.item is None or told.item.external_id != item.external_id:
        return
    source = session.get_one(Source, item.source_id)
    streams = select(StreamCursor).filter_by(school_id=site.school_id, source_id=source.id, watch=item.watch)
    cursor = session.scalars(streams.limit(1)).first()
    if cursor is not None:
        PageIntake(session, site, source, cursor).take_in(told.item)


def _note(session: Session, site: Site, incident: Incident, item: Item, answer: Seen) -> None:
    now = site.now()
    session.add(
        Recheck(
            school_id=site.school_id,
            incident_id=incident.id,
            item_id=item.id,
            asked_at=now,
            visibility=str(answer.visibility),
            canary_healthy=answer.canary_healthy,
            proof=answer.proof,
        )
    )
    custody.note(
        session, site.school_id, now, "looked_again", item_uid=item.uid,
        reference=incident.reference, visibility=str(answer.visibility),
    )  # fmt: skip


def _observe(session: Session, site: Site, item: Item, answer: Seen, told: Answer) -> None:
    """Every answer about evidence is kept with a leaf of its own, whatever it was."""
    counts = dict(told.item.counts) if told.item else None
    item.counts = counts or item.counts
    observation = Observation(
        item.uid,
        Observed.LOOKED_AGAIN,
        counts=counts,
        version=told.item.version if told.item else None,
        visibility=str(answer.visibility),
        canary_healthy=answer.canary_healthy,
        proof=answer.proof,
    )
    how = {"asked_at": told.asked_at.isoformat(), "clock": site.kernel_clock().document()}
    observations.observe(
        session, site.school_id, site.now(), [observation], tool=tool(site.settings), how=how
    )
