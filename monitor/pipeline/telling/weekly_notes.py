"""The lines of the weekly mail beside its counts: what is late, what was done for staff, what to think of.

Of the lanes that its reader is told of. As in all mails, no name and no word of a post.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from alerts.clocks import LONDON
from alerts.export.week import IsoWeek
from alerts.ladder.state import Ladder
from alerts.ladder.words import TAKEN_AWAY, Step
from alerts.reviews import reviews_of
from config.words import Flag, Severity, TaskState
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.pipeline.judgement.decided import verdict_of
from monitor.site import Site
from monitor.store.models import Incident, IncidentItem, OwnPostFinding, TakedownTask

_FOR_STAFF = {
    Step.SUPPORT_OFFER: "support offered",
    Step.INVESTIGATION: "looked into",
    Step.OWN_PAGE_HIDE: "hidden",
    Step.HOST_REPORT: "reported to the host",
    Step.POLICE_CONSIDERED: "police considered",
    Step.POLICE_REPORTED: "reported to the police",
}


def week_notes(
    session: Session, site: Site, week: IsoWeek, incidents: Sequence[Incident], still_open: Sequence[Incident]
) -> tuple[str, ...]:
    """`incidents` opened in the week; `still_open` are all that are open, of whatever week."""
    return (
        *_late(still_open, site.now()),
        *_for_staff(incidents),
        *_withdrawals(session, site, week),
        *_unfounded(incidents),
        *_training(incidents),
        *_reviews(site),
    )


def reopened_in(week: IsoWeek, incidents: Sequence[Incident]) -> int:
    """How many came back in this week; their clock starts anew then."""
    ladders = map(read_ladder, incidents)
    return sum(ladder.re_opened > 0 and week.start <= ladder.clock_from < week.end for ladder in ladders)


def _late(still_open: Sequence[Incident], now: datetime) -> Iterator[str]:
    late = sum(_past_24_hours(read_ladder(incident), now) for incident in still_open)
    if late:
        yield f"Past the 24 hours of NEU 9.3 and not seen gone: {late}"


def _past_24_hours(ladder: Ladder, now: datetime) -> bool:
    asked = any(task.rung is not None for task in ladder.tasks)
    taken = any(task.outcome in TAKEN_AWAY for task in ladder.tasks if task.round == ladder.re_opened)
    return asked and not taken and now >= ladder.host_due_at


def _for_staff(incidents: Sequence[Incident]) -> Iterator[str]:
    """The employer's record that steps were taken against harassment of staff (Equality Act 2010)."""
    aimed = [one for one in incidents if Flag.STAFF_TARGET in one.categories]
    if not aimed:
        return
    done = [task for incident in aimed for task in incident.tasks if task.state == TaskState.DONE]
    counts = ((words, sum(task.step == step for task in done)) for step, words in _FOR_STAFF.items())
    steps = ", ".join(f"{words} {number}" for words, number in counts if number)
    yield f"Aimed at staff: {len(aimed)}; steps taken so far: {steps or 'none'}"


def _withdrawals(session: Session, site: Site, week: IsoWeek) -> Iterator[str]:
    found = (
        select(func.count(func.distinct(TakedownTask.id)))
        .join(IncidentItem, IncidentItem.incident_id == TakedownTask.incident_id)
        .join(OwnPostFinding, OwnPostFinding.item_id == IncidentItem.item_id)
        .where(
            TakedownTask.school_id == site.school_id,
            TakedownTask.step == Step.OWN_POST_REMOVE,
            OwnPostFinding.kind == "withdrawn",
        )
    )
    undone = (TaskState.OPEN, TaskState.ACKNOWLEDGED, TaskState.WAITING)
    new = session.scalar(found.where(TakedownTask.opened_at >= week.start, TakedownTask.opened_at < week.end))
    still = session.scalar(found.where(TakedownTask.state.in_(undone)))
    if new or still:
        yield f"Own posts to take down after a withdrawn consent: {new or 0} new, {still or 0} still to do"


def _unfounded(incidents: Sequence[Incident]) -> Iterator[str]:
    verdicts = [verdict for one in incidents if (verdict := verdict_of(read_ladder(one))) is not None]
    if verdicts:
        wrong = verdicts.count(False)
        share = round(100 * wrong / len(verdicts))
        yield f"Unfounded: {wrong} of {len(verdicts)} that somebody decided ({share} % false alarms)"


def _training(incidents: Sequence[Incident]) -> Iterator[str]:
    significant = sum(Severity(one.severity).rank >= Severity.HIGH.rank for one in incidents)
    if significant:
        yield f"For the next training: {significant} critical or high this week (Huntington 9.7)"


def _reviews(site: Site) -> Iterator[str]:
    today = site.now().astimezone(LONDON).date()
    yield from (review.shown(today) for review in reviews_of(site.settings.policies))
