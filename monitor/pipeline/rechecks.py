"""Checks that removals were made (NEU 9.4): ask the platform, tell the ladder, plan the next look."""

import time
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
    incident_id: int
    item_ids: dict[str, int]
    """External id → item, for the items of one source."""
    source: str


def recheck_due(site: Site) -> None:
    """Look at every incident whose next look is due. A platform that fails says nothing about the item."""
    with site.database.read() as session:
        questions = _due(session, site)
    for question in questions:
        answers = _ask(site, question)
        with site.database.write() as session:
            _record(session, site, question, answers)


def _due(session: Session, site: Site) -> list[_Question]:
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
    return [question for incident in session.scalars(query) for question in _questions(session, incident)]


def _questions(session: Session, incident: Incident) -> list[_Question]:
    by_source: dict[int, dict[str, int]] = {}
    for item in incident.items:
        by_source.setdefault(item.source_id, {})[item.external_id] = item.id
    return [
        _Question(incident.id, items, session.get_one(Source, source_id).name)
        for source_id, items in by_source.items()
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


def _record(session: Session, site: Site, question: _Question, answers: dict[str, Answer]) -> None:
    """Keep every answer, then tell the ladder what the most visible item says."""
    incident = session.scalars(
        select(Incident).where(Incident.id == question.incident_id).with_for_update()
    ).one()
    seen = [
        _keep(session, site, incident, session.get_one(Item, item_id), answers[external_id])
        for external_id, item_id in question.item_ids.items()
    ]
    session.flush()  # the next look is planned from this one
    visibility, canary_healthy = min(seen, key=lambda one: _MOST_VISIBLE_FIRST.index(one[0]))
    ladder = observe(read_ladder(incident), visibility, site.now(), canary_healthy=canary_healthy)
    write_ladder(session, incident, ladder)
    log.info("looked_again", incident=incident.reference, visibility=str(visibility))


def _keep(
    session: Session, site: Site, incident: Incident, item: Item, answer: Answer
) -> tuple[Visibility, bool]:
    visibility = _compared(item, answer)
    session.add(
        Recheck(
            school_id=site.school_id,
            incident_id=incident.id,
            item_id=item.id,
            asked_at=site.now(),
            visibility=str(visibility),
            canary_healthy=answer.canary_healthy,
            proof=answer.proof,
        )
    )
    custody.note(
        session, site.school_id, site.now(), "looked_again", item_uid=item.uid,
        reference=incident.reference, visibility=str(visibility),
    )  # fmt: skip
    return visibility, answer.canary_healthy


def _compared(item: Item, answer: Answer) -> Visibility:
    """A connector that was just started cannot know that the words were others before; the store can."""
    if answer.visibility is Visibility.VISIBLE and answer.item and answer.item.version != item.version:
        return Visibility.EDITED
    return answer.visibility
