"""Which rule of retention an incident falls under, and when its period is over (docs/retention.md)."""

from datetime import datetime, timedelta

from alerts.ladder.state import Ladder
from alerts.ladder.words import Step
from config.policy import Period, retention_periods
from config.words import Flag, Label, Lane, Outcome, TaskState
from monitor.pipeline.incidents.ladders import read_ladder
from monitor.site import Site
from monitor.store.models import Incident

_NOTHING_TO_DO = frozenset({Outcome.UNFOUNDED, Outcome.NOT_APPLICABLE})
_HARASSING = frozenset({Flag.HARASSMENT, Flag.THREAT, Flag.HATE, Flag.SEXUAL})
_OF_LANES = {
    Lane.LIFE: "child_protection",
    Lane.CHILD: "child_protection",
    Lane.STAFF_ALLEGATION: "staff_allegation",
}


def periods(site: Site) -> dict[str, Period]:
    """The shipped rules, with what this school decided in their place."""
    return retention_periods(site.settings.retention.periods)


def period_of(site: Site, incident: Incident) -> tuple[Period, datetime | None]:
    """The rule of a closed incident and when it is over; None when nothing ends by itself, or it is open."""
    ladder = read_ladder(incident)
    period = periods(site)[rule_of(ladder)]
    return period, None if incident.closed_at is None else period.end(incident.closed_at)


def begun_by(period: Period, now: datetime) -> datetime | None:
    """What began then, or before, is over now; None when nothing ever is.

    Two days more than the period, because one with a leap day in it is longer.
    """
    length = period.end(now)
    return None if length is None else now - (length - now) - timedelta(days=2)


def rule_of(ladder: Ladder) -> str:
    """The name of the rule in config/policy/retention.toml, strictest matter first."""
    matter = ladder.matter
    if ladder.lane is Lane.INDECENT_IMAGE:
        return "indecent_image"
    if ladder.closing is not None and ladder.closing.outcome in _NOTHING_TO_DO:
        return "unfounded"
    if _told_the_police(ladder) or (matter.is_about_staff and matter.flags & _HARASSING):
        return "staff_or_police"
    if ladder.lane in _OF_LANES:
        return _OF_LANES[ladder.lane]
    if matter.is_about_pupil and Label.ABUSE in matter.labels:
        return "pupil_bullying"
    return "closed_incident"


def _told_the_police(ladder: Ladder) -> bool:
    told = (TaskState.DONE, TaskState.WAITING, TaskState.REFUSED, TaskState.SILENT)
    return any(task.step is Step.POLICE_REPORTED and task.state in told for task in ladder.tasks)
