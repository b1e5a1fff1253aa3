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
from connectors.interface import Recheck as Answer
from monitor.pipeline.accounts import connect
from monitor.pipeline.ladders import read_ladder, write_ladder
from monitor.pipeline.raising import queue_alert
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Incident, Item, Recheck, Source

RECHECK_SECONDS = 60.0
log = structlog.get_logger()

_MOST_VISIBLE_FIRST = (
    Visibility.VISIBLE,
    Visibility.EDITED,
    Visibility.UNKNOWN,
    Visibility.HIDDEN_BY_US,
    Visibility.NOT_PUBLICLY_VISIBLE,
    Visibility.GONE,
)
"""An incident of several items is as visible as its most visible one."""


@dataclass(frozen=True)
class _Question:
    source: str
    item_ids: dict[str, int]
    """External id → item, for the items of one source."""


def recheck_due(site: Site) -> None:
    """Look at every incident whose next look is due. A platform that fails says nothing about the item."""
    with site.database.read() as session:
        due = _due(session, site)
    for incident_id, questions in due.items():
        answers: dict[int, Answer] = {}
        for question in questions:
            answered = _ask(site, question)
            answers |= {item_id: answered[external_id] for external_id, item_id in question.item_ids.items()}
        with site.database.write() as session:
            _record(session, site, incident_id, answers)


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
    for item in incident.items:
        by_source.setdefault(item.source_id, {})[item.external_id] = item.id
    return [
        _Question(session.get_one(Source, source_id).name, items) for source_id, items in by_source.items()
    ]


def _ask(site: Site, question: _Question) -> dict[str, Answer]:
    deadline = time.monotonic() + RECHECK_SECONDS
    try:
        connector = connect(site, site.source_settings(question.source))
    except (ConnectorError, StopIteration) as error:
        return _unknown(site, question, f"{type(error).__name__}: {error}")
    try:
        return connector.recheck(list(question.item_ids), deadline=deadline)
    except ConnectorError as error:
        return _unknown(site, question, f"{type(error).__name__}: {error}")
    finally:
        connector.close()


def _unknown(site: Site, question: _Question, why: str) -> dict[str, Answer]:
    answer = Answer(Visibility.UNKNOWN, canary_healthy=False, asked_at=site.now(), proof=why)
    return dict.fromkeys(question.item_ids, answer)


def _record(session: Session, site: Site, incident_id: int, answers: Mapping[int, Answer]) -> None:
    incident = session.scalars(select(Incident).where(Incident.id == incident_id).with_for_update()).one()
    now = site.now()
    for item_id, answer in answers.items():
        _note(session, site, incident, item_id, answer)
    session.flush()  # the next look is planned from this one
    seen = min((one.visibility for one in answers.values()), key=_MOST_VISIBLE_FIRST.index)
    healthy = all(one.canary_healthy for one in answers.values() if one.visibility is seen)
    before = read_ladder(incident)
    ladder = observe(before, seen, now, canary_healthy=healthy)
    write_ladder(session, incident, ladder)
    if ladder.re_opened > before.re_opened:
        queue_alert(session, site, incident, ladder, f"again:{ladder.re_opened}")
    log.info("looked_again", incident=incident.reference, visibility=str(seen))


def _note(session: Session, site: Site, incident: Incident, item_id: int, answer: Answer) -> None:
    now = site.now()
    session.add(
        Recheck(
            school_id=site.school_id,
            incident_id=incident.id,
            item_id=item_id,
            asked_at=now,
            visibility=str(answer.visibility),
            canary_healthy=answer.canary_healthy,
            proof=answer.proof,
        )
    )
    uid = session.get_one(Item, item_id).uid
    custody.note(
        session, site.school_id, now, "looked_again", item_uid=uid,
        reference=incident.reference, visibility=str(answer.visibility),
    )  # fmt: skip
