"""What a person decides about a task: through the state machine, with a line in the custody record."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.ladder import machine
from alerts.ladder.state import Consent, Decision, Ladder
from alerts.ladder.words import Step
from monitor.pipeline.ladders import read_ladder, write_ladder
from monitor.site import Site
from monitor.store import custody
from monitor.store.models import Incident, TakedownTask


class NoSuchTask(Exception):
    """There is no such task or incident; the text says how to find the right one."""


@dataclass(frozen=True)
class Opened:
    """A task that opened. `id` is the number that `tasks` shows and takes, not the one on its ladder."""

    id: int
    shown_as: str
    owner_role: str
    due_at: datetime | None


@dataclass(frozen=True)
class Decided:
    reference: str
    step: str
    state: str
    opened: tuple[Opened, ...]
    """What is to be done next because of it."""


def decide(site: Site, task_id: int, decision: Decision) -> Decided:
    """Raises NoSuchTask, or LadderRefused with the reason and the mend; nothing is changed then."""
    with site.database.write() as session:
        row = session.get(TakedownTask, task_id)
        if row is None or row.school_id != site.school_id:
            raise NoSuchTask(f"there is no task {task_id}; `schoolwatch tasks` lists them")
        custody.first_in_line(session, site.school_id)
        incident = _locked(session, row.incident_id)
        before = read_ladder(incident)
        after = machine.decide(before, row.number, decision, site.now())
        write_ladder(session, incident, after)
        custody.note(
            session, site.school_id, site.now(), "task_decided", actor=decision.by,
            reference=incident.reference, task=row.number, step=row.step, decision=str(decision.kind),
        )  # fmt: skip
        session.flush()  # the tasks that opened get their ids
        return Decided(incident.reference, row.step, row.state, _opened(incident, before))


def _opened(incident: Incident, before: Ladder) -> tuple[Opened, ...]:
    known = {task.number for task in before.tasks}
    return tuple(
        Opened(row.id, Step(row.step).shown_as, row.owner_role, row.due_at)
        for row in incident.tasks
        if row.number not in known
    )


def record_consent(site: Site, reference: str, consent: Consent) -> None:
    with site.database.write() as session:
        query = select(Incident.id).filter_by(school_id=site.school_id, reference=reference)
        incident_id = session.scalar(query)
        if incident_id is None:
            raise NoSuchTask(f"there is no incident {reference}; `schoolwatch incidents` lists them")
        custody.first_in_line(session, site.school_id)
        incident = _locked(session, incident_id)
        write_ladder(session, incident, machine.record_consent(read_ladder(incident), consent))
        custody.note(
            session, site.school_id, site.now(), "consent_recorded", actor=consent.asked_by,
            reference=reference, scope=str(consent.scope), answer=consent.answer,
        )  # fmt: skip


def _locked(session: Session, incident_id: int) -> Incident:
    """The incident, so that two people who decide at once follow one another."""
    return session.scalars(select(Incident).where(Incident.id == incident_id).with_for_update()).one()
