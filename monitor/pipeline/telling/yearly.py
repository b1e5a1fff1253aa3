"""The counts of the yearly report."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.clocks import LONDON
from alerts.ladder.state import Ladder
from alerts.ladder.words import TAKEN_AWAY, Step
from alerts.mail.facts import Tally
from alerts.mail.wording import LANES, SEVERITIES, platform_name
from alerts.reviews import reviews_of
from alerts.yearly import YearFacts
from config.words import Lane, Outcome, Rung, Severity, TaskState
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.judgement.decided import verdict_of
from monitor.site import Site
from monitor.store.models import Incident, Outage

_NOT_DONE = (TaskState.SKIPPED, TaskState.OPEN, TaskState.ACKNOWLEDGED, TaskState.WITHDRAWN)
_COUNTED = (
    Step.SUPPORT_OFFER, Step.MEETING, Step.PASTORAL_TALK, Step.AUTHOR_REQUEST, Step.OWN_PAGE_HIDE,
    Step.OWN_POST_REMOVE, Step.HOST_REPORT, Step.HOST_ESCALATION, Step.SECTION_5_NOTICE, Step.INFRA_NOTICE,
    Step.POLICE_CONSIDERED, Step.POLICE_REPORTED, Step.LADO_REFERRAL, Step.DSL_REFERRAL, Step.DPO_NOTE,
    Step.INVESTIGATION, Step.TRAINING_PROMPT,
)  # fmt: skip


def year_facts(site: Site, year: int) -> YearFacts:
    """The school year that ends in this one, as far as it has gone."""
    start = datetime.combine(date(year - 1, 9, 1), time(), LONDON)
    end = min(datetime.combine(date(year, 9, 1), time(), LONDON), site.now())
    with site.database.read() as session:
        query = (
            select(Incident)
            .where(
                Incident.school_id == site.school_id, Incident.opened_at >= start, Incident.opened_at < end
            )
            .order_by(Incident.id)
        )
        incidents = session.scalars(query).all()
        gaps = _gaps(session, site, start, end)
    return _facts(site, incidents, (start, end), gaps)


def _facts(
    site: Site, incidents: Sequence[Incident], span: tuple[datetime, datetime], gaps: int
) -> YearFacts:
    start, end = span
    ladders = [read_ladder(incident) for incident in incidents]
    verdicts = [verdict for verdict in map(verdict_of, ladders) if verdict is not None]
    gone = [_gone_in_time(ladder) for ladder in ladders]
    today = site.now().astimezone(LONDON).date()
    return YearFacts(
        school_name=site.school_name,
        year=start.year + 1,
        start=start.date(),
        until=(end - timedelta(microseconds=1)).astimezone(LONDON).date(),
        incidents=len(incidents),
        still_open=sum(ladder.closing is None for ladder in ladders),
        by_severity=_tally(SEVERITIES[Severity(one.severity)] for one in incidents),
        by_matter=_tally(LANES[Lane(one.lane)] for one in incidents),
        by_category=_tally(word.replace("_", " ") for one in incidents for word in one.categories),
        by_outcome=_tally(
            ladder.closing.outcome.replace("_", " ") for ladder in ladders if ladder.closing is not None
        ),
        by_platform=_tally(platform_name(one.platform) for one in incidents),
        within_24_hours=gone.count(True),
        after_24_hours=gone.count(False),
        re_opened=sum(ladder.re_opened > 0 for ladder in ladders),
        refused_by_host=sum(map(_refused, ladders)),
        steps=_steps(ladders),
        decided=len(verdicts),
        unfounded=verdicts.count(False),
        significant=tuple(
            one.reference for one in incidents if Severity(one.severity).rank >= Severity.HIGH.rank
        ),
        gaps=gaps,
        reviews=tuple(review.shown(today) for review in reviews_of(site.settings.policies)),
    )


def _gaps(session: Session, site: Site, start: datetime, end: datetime) -> int:
    query = select(func.count(Outage.id)).where(
        Outage.school_id == site.school_id, Outage.started_at >= start, Outage.started_at < end
    )
    return session.scalar(query) or 0


def _gone_in_time(ladder: Ladder) -> bool | None:
    """Whether what ended in removal or amendment did so within the 24 hours; None for any other end."""
    closing = ladder.closing
    if closing is None or closing.outcome not in TAKEN_AWAY:
        return None
    return (closing.verified_at or closing.at) <= ladder.host_due_at


def _refused(ladder: Ladder) -> bool:
    return any(
        task.step.rung is Rung.HOST_REPORT and task.outcome is Outcome.REFUSED for task in ladder.tasks
    )


def _steps(ladders: Sequence[Ladder]) -> tuple[Tally, ...]:
    """How often each step was really taken; what a person decided not to do is left out."""
    taken = Counter(
        task.step
        for ladder in ladders
        for task in ladder.tasks
        if task.state not in _NOT_DONE and task.outcome is not Outcome.NOT_APPLICABLE
    )
    return tuple(Tally(step.shown_as, taken[step]) for step in _COUNTED if taken[step])


def _tally(words: Iterable[str]) -> tuple[Tally, ...]:
    return tuple(Tally(word, number) for word, number in Counter(words).most_common())
