"""What the passing of time does: it reminds, and it says that nobody answered. It never sends anything."""

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.clocks import LONDON
from alerts.ladder.dates import law_dates
from alerts.ladder.planning import AFTER_NO, change, end, open_steps, refresh
from alerts.ladder.policy import hours
from alerts.ladder.state import BY_CLOCK, Ending, Ladder, Reminder
from alerts.ladder.tasks import Task
from alerts.ladder.words import ReminderKind
from config.schema import Role
from config.words import Outcome, TaskState

DEPUTIES = {
    Role.SENIOR_MANAGER: Role.DEPUTY,
    Role.HEADTEACHER: Role.DEPUTY,
    Role.DSL: Role.DEPUTY_DSL,
    Role.DPO: Role.SENIOR_MANAGER,
}
"""Who is told when the owner has not acknowledged in time."""


def pass_time(ladder: Ladder, now: datetime) -> tuple[Ladder, tuple[Reminder, ...]]:
    reminders: list[Reminder] = []
    for step in (_fall_silent, _lapse, _escalate, _nag, _remind_of_dates):
        ladder, said = step(ladder, now)
        reminders += said
    return refresh(ladder, now), tuple(reminders)


def _fall_silent(ladder: Ladder, now: datetime) -> tuple[Ladder, list[Reminder]]:
    """No answer by the deadline counts as refused; the next step opens for a person to decide."""
    said = []
    for task in ladder.tasks:
        if task.state is TaskState.WAITING and task.due_at is not None and now >= task.due_at:
            why = Ending(TaskState.SILENT, Outcome.REFUSED, _no_answer_by(task.due_at), BY_CLOCK, now)
            ladder = open_steps(end(ladder, task, why), AFTER_NO.get(task.step, ()), now)
            text = f"No answer to “{task.step.shown_as}” in time. It counts as refused; decide the next step."
            said.append(_reminder(ReminderKind.NO_ANSWER, task, task.owner_role, now, text))
    return ladder, said


def _lapse(ladder: Ladder, now: datetime) -> tuple[Ladder, list[Reminder]]:
    """Somebody took a task on and nothing has moved since: it waits again, and escalates again."""
    for_hours = ladder.policy.get("acknowledged_for_hours", {}).get(ladder.severity.value)
    if for_hours is None:
        return ladder, []
    before, said = now - timedelta(hours=for_hours), []
    for task in ladder.tasks:
        if task.state is not TaskState.ACKNOWLEDGED or _last_moved(ladder, task) > before:
            continue
        ladder = change(ladder, replace(task, state=TaskState.OPEN))
        ladder = replace(ladder, noticed_from=now, escalated_at=None)
        text = f"“{task.step.shown_as}” was taken on, and nothing has moved for {for_hours} hours."
        said.append(_reminder(ReminderKind.STALLED, task, task.owner_role, now, text))
    return ladder, said


def _last_moved(ladder: Ladder, task: Task) -> datetime:
    times = [at for at in (task.acknowledged_at, ladder.moved_at) if at is not None]
    return max(times, default=task.opened_at)


def _escalate(ladder: Ladder, now: datetime) -> tuple[Ladder, list[Reminder]]:
    """Nobody has acknowledged a critical or high incident: the deputy hears of it, once."""
    minutes = ladder.policy["unacknowledged_minutes"].get(ladder.severity.value)
    waiting = [task for task in ladder.tasks if task.state is TaskState.OPEN]
    if minutes is None or ladder.noticed_from is None or ladder.escalated_at is not None or not waiting:
        return ladder, []
    if now < ladder.noticed_from + timedelta(minutes=minutes):
        return ladder, []
    first = waiting[0]
    text = f"Nobody has acknowledged this {ladder.severity.value} incident. Please take it on."
    to_role = DEPUTIES.get(first.owner_role, Role.DEPUTY)
    reminder = _reminder(ReminderKind.UNACKNOWLEDGED, first, to_role, now, text)
    return replace(ladder, escalated_at=now), [reminder]


def _nag(ladder: Ladder, now: datetime) -> tuple[Ladder, list[Reminder]]:
    """An overdue task is said at once and then once in so many hours, however long the daemon was off."""
    said = []
    for task in ladder.tasks:
        if not task.overdue(now) or (
            task.reminded_at is not None and now < task.reminded_at + hours(ladder.policy, "nag_hours")
        ):
            continue
        ladder = change(ladder, replace(task, reminded_at=now))
        text = f"“{task.step.shown_as}” is overdue."
        said.append(_reminder(ReminderKind.OVERDUE, task, task.owner_role, now, text))
    return ladder, said


def _remind_of_dates(ladder: Ladder, now: datetime) -> tuple[Ladder, list[Reminder]]:
    """The law's dates, once each, while there is time left."""
    said: list[Reminder] = []
    waiting = [task for task in ladder.tasks if task.undecided]
    for date in law_dates(ladder):
        if not waiting or date.name in ladder.told_dates or not date.remind_at <= now < date.at:
            continue
        ladder = replace(ladder, told_dates=(*ladder.told_dates, date.name))
        text = f"A date to keep in mind: {date.at.astimezone(LONDON):%d %B %Y}, {date.words}."
        said.append(_reminder(ReminderKind.LAW_DATE, waiting[0], waiting[0].owner_role, now, text))
    return ladder, said


def _no_answer_by(due_at: datetime) -> str:
    return f"No answer by {due_at:%Y-%m-%d %H:%M} UTC."


def _reminder(kind: ReminderKind, task: Task, to_role: Role, at: datetime, text: str) -> Reminder:
    return Reminder(kind=kind, task=task.number, step=task.step, to_role=to_role, at=at, text=text)
