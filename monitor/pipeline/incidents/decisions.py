"""What a person decides about an incident: through the state machine, with a line in the custody record."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from alerts.ladder import machine
from alerts.ladder.approving import approve as approved
from alerts.ladder.gates import HEADS
from alerts.ladder.state import Consent, Decision, Ladder, LadderRefused
from alerts.ladder.warnings import warnings_of
from alerts.ladder.words import ConsentScope, Override, Step
from alerts.recipients import not_named
from config.schema import Role
from config.words import Outcome, Remover
from monitor.pipeline.incidents.ladders import read_ladder, write_ladder
from monitor.pipeline.telling.people import head_is_among, named_staff
from monitor.site import Site
from monitor.store import custody
from monitor.store.incidents import incident_called
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
    warnings: tuple[str, ...] = ()
    """What the person should know; it was done all the same."""


def decide(site: Site, task_id: int, decision: Decision) -> Decided:
    """Raises NoSuchTask, or LadderRefused with the reason and the mend; nothing is changed then."""
    with site.database.write() as session:
        row, incident = _task_in_turn(session, site, task_id)
        before = read_ladder(incident)
        after = machine.decide(before, row.number, decision, site.now())
        write_ladder(session, incident, after)
        custody.note(
            session, site.school_id, site.now(), "task_decided", actor=decision.by,
            reference=incident.reference, task=row.number, step=row.step, decision=str(decision.kind),
        )  # fmt: skip
        return _decided(session, incident, before, row, warnings_of(after, row.number))


def approve(
    site: Site, task_id: int, *, by: str, role: Role, reason: str, whole_site: bool = False
) -> Decided:
    """A person's word that a task may be done. Raises NoSuchTask or LadderRefused.

    For the headteacher's word, `by` has to be somebody who has that role in the settings; whoever the
    incident names approves nothing in it.
    """
    _check_role(site, by, role)
    with site.database.write() as session:
        row, incident = _task_in_turn(session, site, task_id)
        _check_not_named(session, site, incident, by)
        before = read_ladder(incident)
        after = approved(
            before, row.number, by=by, role=role, reason=reason, at=site.now(), whole_site=whole_site
        )
        write_ladder(session, incident, after)
        custody.note(
            session, site.school_id, site.now(), "task_approved", actor=by, reference=incident.reference,
            task=row.number, step=row.step, role=str(role), whole_site=whole_site,
        )  # fmt: skip
        return _decided(session, incident, before, row, ())


def _check_role(site: Site, by: str, role: Role) -> None:
    holders = [person.name for person in site.settings.people if person.role is role]
    if role in HEADS and by.strip().casefold() not in {name.casefold() for name in holders}:
        named = f": {', '.join(holders)}" if holders else " (nobody in the settings has that role)"
        raise LadderRefused(f"Only the {role.shown_as} approves this{named}. Give their name with --by.")


def _check_not_named(session: Session, site: Site, incident: Incident, by: str) -> None:
    named = named_staff(session, incident)
    is_head = head_is_among(session, site.school_id, named)
    allowed = not_named(site.settings.people, named, subject_is_head=is_head)
    barred = [person.name for person in site.settings.people if person not in allowed]
    if by.casefold().split() in [name.casefold().split() for name in barred]:
        raise LadderRefused(
            f"{by.strip()} is named in it, so somebody else approves this; where it is about the head, the "
            "chair of governors."
        )


def _task_in_turn(session: Session, site: Site, task_id: int) -> tuple[TakedownTask, Incident]:
    row = session.get(TakedownTask, task_id)
    if row is None or row.school_id != site.school_id:
        raise NoSuchTask(f"there is no task {task_id}; `schoolwatch tasks` lists them")
    custody.first_in_line(session, site.school_id)
    return row, _locked(session, row.incident_id)


def _decided(
    session: Session, incident: Incident, before: Ladder, row: TakedownTask, warnings: tuple[str, ...]
) -> Decided:
    session.flush()  # the tasks that opened get their ids
    return Decided(incident.reference, row.step, row.state, opened_since(incident, before), warnings)


def opened_since(incident: Incident, before: Ladder) -> tuple[Opened, ...]:
    """The tasks that are new; their rows have to be flushed, so that they have their ids."""
    known = {task.number for task in before.tasks}
    return tuple(
        Opened(row.id, Step(row.step).shown_as, row.owner_role, row.due_at)
        for row in incident.tasks
        if row.number not in known
    )


def open_task(
    site: Site, reference: str, step: Step, *, reason: str, by: str, override: Override | None = None
) -> tuple[Opened, ...]:
    """A person opens a step that has not opened by itself. Raises NoSuchTask or LadderRefused."""
    with incident_in_turn(site, reference) as (session, incident):
        before = read_ladder(incident)
        now = site.now()
        after = machine.open_step(before, step, reason=reason, by=by, at=now, override=override)
        write_ladder(session, incident, after)
        custody.note(
            session, site.school_id, now, "task_opened", actor=by, reference=incident.reference,
            step=str(step), override=str(override or ""),
        )  # fmt: skip
        session.flush()
        return opened_since(incident, before)


def record_consent(site: Site, reference: str, consent: Consent) -> tuple[Opened, ...]:
    """One answer of one person. Raises NoSuchTask or LadderRefused."""
    return _record_answers(site, reference, [consent])


def record_wishes(
    site: Site, reference: str, answers: Mapping[ConsentScope, bool], *, person: str, by: str, method: str
) -> tuple[Opened, ...]:
    """Everything that a person answered at once; earlier answers stay as history (QC and Nunney 2.8.5)."""
    now = site.now()
    said = [Consent(person, by, now, answer, scope, method) for scope, answer in answers.items()]
    return _record_answers(site, reference, said)


def _record_answers(site: Site, reference: str, consents: list[Consent]) -> tuple[Opened, ...]:
    with incident_in_turn(site, reference) as (session, incident):
        before = ladder = read_ladder(incident)
        for consent in consents:
            ladder = machine.record_consent(ladder, consent)
            custody.note(
                session, site.school_id, site.now(), "consent_recorded", actor=consent.asked_by,
                reference=incident.reference, scope=str(consent.scope), answer=consent.answer,
            )  # fmt: skip
        write_ladder(session, incident, ladder)
        session.flush()
        return opened_since(incident, before)


def close_incident(
    site: Site,
    reference: str,
    *,
    reason: str,
    by: str,
    outcome: Outcome | None = None,
    remover: Remover | None = None,
) -> Outcome:
    """End an incident; answers how it ended. Raises NoSuchTask, or LadderRefused naming what is owed."""
    with incident_in_turn(site, reference) as (session, incident):
        now = site.now()
        after = machine.close(read_ladder(incident), reason, by, now, outcome=outcome, remover=remover)
        write_ladder(session, incident, after)
        if after.closing is None:
            raise AssertionError("a closed ladder has a closing")
        custody.note(
            session, site.school_id, now, "incident_closed", actor=by, reference=incident.reference,
            outcome=str(after.closing.outcome), removed_by=str(after.closing.removed_by),
        )  # fmt: skip
        return after.closing.outcome


@contextmanager
def incident_in_turn(site: Site, reference: str) -> Iterator[tuple[Session, Incident]]:
    """A transaction that holds one incident, after everybody who came before. Raises NoSuchTask."""
    with site.database.write() as session:
        custody.first_in_line(session, site.school_id)
        yield session, incident_called(session, site.school_id, reference, lock=True)


def _locked(session: Session, incident_id: int) -> Incident:
    """The incident, so that two people who decide at once follow one another."""
    return session.scalars(select(Incident).where(Incident.id == incident_id).with_for_update()).one()
