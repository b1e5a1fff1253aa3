"""Telling people of an incident: one mail a person, in the transaction of what it tells about."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from alerts.ladder.machine import Ladder, open_tasks
from alerts.ladder.tasks import Task
from alerts.ladder.words import Gate, Step
from alerts.mail.drafts import Draft, alert_draft, channel_text, reminder_draft
from alerts.mail.facts import AlertFacts, Asked, ReminderFacts
from config.schema import Channel, Person
from config.words import Lane, Severity, TaskState
from monitor.pipeline.handing_in.links import LinkPurpose, link_for
from monitor.pipeline.sealing_up.checkpointing import foot
from monitor.pipeline.telling import outbox
from monitor.pipeline.telling.people import people_to_tell
from monitor.pipeline.telling.quiet_hours import Held, hold_of, may_wait, quiet_hold
from monitor.site import Site
from monitor.store.models import Incident

LINK_HOURS = 72

_EVIDENCE = {
    False: "The evidence is sealed.",
    True: "The reference is sealed; nothing else of the platform's answer is kept.",
}


@dataclass(frozen=True)
class News:
    """What people are told of an incident. `event` names it, so that nobody is told twice."""

    kind: str
    event: str
    facts: AlertFacts | ReminderFacts
    held: Held | None
    by_channel: bool
    """Whether the further channels carry it as well."""

    @property
    def severity(self) -> Severity:
        return self.facts.severity


def queue_alert(
    session: Session, site: Site, incident: Incident, ladder: Ladder, news: str | None, *,
    not_judged: int = 0, to: Sequence[Person] | None = None, repeats: str | None = None,
) -> None:  # fmt: skip
    """Queue the mails of an incident, one a person. `news` names what is new about one already told of.

    `to` names the people where it is not the lane that does; `repeats` the incident whose content this is.
    """
    facts = replace(_facts(session, site, incident, ladder, joined=news is not None), not_judged=not_judged)
    if repeats is not None:
        facts = replace(facts, evidence_note=f"It repeats {repeats}. {facts.evidence_note}")
    held = hold_of(site.settings.alerts, ladder.severity, ladder.lane, site.now())
    event = f"alert:{incident.reference}" + (f":{news}" if news else "")
    _tell_all(session, site, incident, News("alert", event, facts, held, by_channel=True), to)


def queue_pile_on(
    session: Session, site: Site, incident: Incident, ladder: Ladder, *, joined: int, items: int
) -> None:  # fmt: skip
    """Say once that many items joined an incident within a short time; it does not wait for the digest."""
    facts = _facts(session, site, incident, ladder, joined=True)
    waits = may_wait(ladder.severity, ladder.lane)
    held = quiet_hold(site.settings.alerts, site.now()) if waits else None
    event = f"{pile_on_event(incident)}{site.now().isoformat()}"
    facts = replace(facts, pile_on=joined, items_count=items)
    _tell_all(session, site, incident, News("alert", event, facts, held, by_channel=True))


def pile_on_event(incident: Incident) -> str:
    return f"alert:{incident.reference}:pile-on:"


def queue_reminder(
    session: Session,
    site: Site,
    incident: Incident,
    people: Sequence[Person],
    *,
    event: str,
    facts: ReminderFacts,
    alone: bool = False,
) -> None:
    """What nobody answered goes by the further channels as well; what is only overdue, by mail.

    `alone`: its own words are the news, so that a line of the daily digest would not tell it.
    """
    held = hold_of(site.settings.alerts, facts.severity, facts.lane, site.now())
    if alone and held is not None:
        held = quiet_hold(site.settings.alerts, site.now())
    passed_on = facts.passed_on_from is not None
    tell(session, site, incident, people, News("reminder", event, facts, held, by_channel=passed_on))


def _tell_all(
    session: Session, site: Site, incident: Incident, news: News, to: Sequence[Person] | None = None
) -> None:
    incident.told_at = incident.told_at or site.now()
    people = people_to_tell(session, site, incident, site.now()) if to is None else to
    tell(session, site, incident, people, news)


def tell(session: Session, site: Site, incident: Incident, people: Sequence[Person], news: News) -> None:
    for person in people:
        if outbox.is_known(session, site.school_id, outbox.key_of(news.event, person.email)):
            continue
        link = link_for(
            session, site, LinkPurpose.ACKNOWLEDGE,
            incident_id=incident.id, person=person.name, hours=LINK_HOURS,
        )  # fmt: skip
        letter = _letter(news, person, incident, _DRAFTS[news.kind](replace(news.facts, console_url=link)))
        outbox.queue(session, site.school_id, site.settings.mail, replace(letter, held=news.held), site.now())
        if news.by_channel:
            _tell_by_channels(session, site, person, incident, news)


_DRAFTS: dict[str, Callable[..., Draft]] = {"alert": alert_draft, "reminder": reminder_draft}


def _letter(news: News, person: Person, incident: Incident, draft: Draft) -> outbox.Letter:
    priority = outbox.priority_of(news.severity)
    return outbox.Letter(news.kind, news.event, person.email, priority, draft, incident.id)


def _tell_by_channels(session: Session, site: Site, person: Person, incident: Incident, news: News) -> None:
    """Nothing is held on a phone but what may wait until the morning; there is no digest by SMS."""
    draft = Draft(f"schoolwatch at {site.school_name}", channel_text(news.facts), "")
    held = quiet_hold(site.settings.alerts, site.now()) if news.held else None
    for channel in _channels_of(site, person, news.severity):
        letter = replace(
            _letter(news, person, incident, draft), kind="channel", channel=channel.name, held=held
        )
        outbox.queue(session, site.school_id, site.settings.mail, letter, site.now())


def _channels_of(site: Site, person: Person, severity: Severity) -> list[Channel]:
    return [
        channel
        for channel in site.settings.alerts.channels
        if severity.rank >= channel.least.rank
        and (channel.role is person.role or (channel.email or "").casefold() == person.email.casefold())
    ]


def _facts(session: Session, site: Site, incident: Incident, ladder: Ladder, *, joined: bool) -> AlertFacts:
    return AlertFacts(
        school_name=site.school_name,
        reference=incident.reference,
        severity=ladder.severity,
        lane=ladder.lane,
        platform=incident.platform,
        seen_at=incident.first_seen_at,
        asked=_asked(ladder),
        reasons=(*sorted(ladder.matter.labels), *sorted(ladder.matter.flags)),
        evidence_note=_EVIDENCE[ladder.lane is Lane.INDECENT_IMAGE],
        joined=joined,
        checkpoint=foot(session, site),
        acknowledge_task=_to_acknowledge(session, incident),
    )


def _to_acknowledge(session: Session, incident: Incident) -> int | None:
    """The number that `tasks ack` takes: that of the first task that nobody has taken on."""
    session.flush()  # the tasks get their numbers
    return next((task.id for task in incident.tasks if task.state == TaskState.OPEN), None)


def _asked(ladder: Ladder) -> tuple[Asked, ...]:
    """What is to be done, and by when. What waits for triage is said to, and hurries triage."""
    tasks = open_tasks(ladder)
    waiting = [task for task in tasks if Gate.TRIAGE in task.needs]
    soonest = min((task.due_at for task in waiting if task.due_at), default=None)
    return tuple(_one_asked(task, soonest) for task in tasks)


def _one_asked(task: Task, soonest: datetime | None) -> Asked:
    if task.step is Step.TRIAGE and task.due_at and soonest:
        return Asked(task.step.shown_as, min(task.due_at, soonest))
    if Gate.TRIAGE in task.needs:
        return Asked(f"After that, if you so decide: {task.step.shown_as}", task.due_at)
    return Asked(task.step.shown_as, task.due_at)
