"""What the content did next: gone, back again, edited, hidden; and when to look again."""

from dataclasses import replace
from datetime import datetime, timedelta

from alerts.ladder.lanes import removal_steps
from alerts.ladder.matter import Matter
from alerts.ladder.planning import AFTER_NO, end, end_moot_tasks, open_steps
from alerts.ladder.state import BY_RECHECK, Ending, Ladder, Presence
from alerts.ladder.tasks import Task
from alerts.ladder.words import LEFT_UP_OR_NOTHING_TO_DO, Step
from config.words import Label, Lane, Outcome, TaskState, Visibility

RECHECK_HOURS = (1, 6, 24, 48, 7 * 24, 30 * 24)
STAYS_CLOSED = LEFT_UP_OR_NOTHING_TO_DO | {Outcome.HANDED_OVER}
"""Closed because nothing was to be done, or because others took it over: seeing it again is no news."""

NOW_HARMLESS = "Edited, and judged harmless as it now stands."
"""The reason of tasks that an edit made moot."""
_AWAY = frozenset({Outcome.REMOVED, Outcome.HIDDEN, Outcome.NOT_PUBLICLY_VISIBLE})


def recheck_times(requested_at: datetime) -> tuple[datetime, ...]:
    """+1 h, +6 h, +24 h, +48 h, +7 d, +30 d after a request, a hide, or the first sign of gone."""
    return tuple(requested_at + timedelta(hours=hours) for hours in RECHECK_HOURS)


def next_recheck(ladder: Ladder, last_checked_at: datetime | None) -> datetime | None:
    """When to look next; None when nothing was asked for, or nobody may look at all."""
    since = ladder.presence.rechecks_from
    closed_for_good = ladder.closing is not None and ladder.closing.outcome in STAYS_CLOSED
    if since is None or closed_for_good or ladder.lane is Lane.INDECENT_IMAGE:
        return None
    return next((at for at in recheck_times(since) if last_checked_at is None or at > last_checked_at), None)


def see(ladder: Ladder, visibility: Visibility, at: datetime, clean: bool | None) -> Ladder:
    """One healthy answer about the content, no older than the last one."""
    ladder = replace(ladder, presence=replace(ladder.presence, last=visibility, last_at=at))
    if visibility is Visibility.GONE:
        return _gone(ladder, at)
    if visibility is Visibility.NOT_PUBLICLY_VISIBLE:
        return replace(ladder, presence=_out_of_view(ladder.presence, at))
    if visibility is Visibility.HIDDEN_BY_US:
        return _hidden(ladder, at)
    return _in_public(ladder, at, edited=visibility is Visibility.EDITED, clean=clean)


def _out_of_view(presence: Presence, at: datetime) -> Presence:
    """Breaks a run towards gone; after a certain gone it is kept beside it, for the record."""
    certain = presence.gone_confirmed_at is not None
    return replace(
        presence,
        not_public_since=presence.not_public_since or at,
        gone_since=presence.gone_since if certain else None,
    )


def _gone(ladder: Ladder, at: datetime) -> Ladder:
    presence = replace(ladder.presence, not_public_since=None)
    if presence.gone_confirmed_at is not None:
        return _still_gone(replace(ladder, presence=presence), at)
    if presence.gone_since is None:
        return replace(ladder, presence=replace(presence, gone_since=at, rechecks_from=at))
    if at - presence.gone_since < timedelta(minutes=ladder.policy["gone_minutes"]):
        return replace(ladder, presence=presence)
    ladder = replace(ladder, presence=replace(presence, gone_confirmed_at=at))
    reason = f"Not there at two checks: {presence.gone_since:%Y-%m-%d %H:%M} and {at:%Y-%m-%d %H:%M} UTC."
    ladder = end_moot_tasks(ladder, Outcome.REMOVED, reason, at)
    return ladder if ladder.closing is not None else open_steps(ladder, _search_results(ladder.matter), at)


def _search_results(matter: Matter) -> list[Step]:
    """A search engine may show for weeks what is gone; worth a request where somebody is named."""
    names_somebody = matter.labels & {Label.PUPIL_INFORMATION, Label.DEFAMATION}
    return [Step.CACHE_REQUEST] if names_somebody and not matter.on_own_account else []


def _still_gone(ladder: Ladder, at: datetime) -> Ladder:
    """Answers a check that opened after it was certain, because the same was posted again elsewhere."""
    certain = ladder.presence.gone_confirmed_at
    for task in ladder.tasks:
        later = task.step is Step.VERIFY_REMOVED and task.undecided and task.opened_at > (certain or at)
        if later and at - task.opened_at >= timedelta(minutes=ladder.policy["gone_minutes"]):
            reason = f"Still not there, {at:%Y-%m-%d %H:%M} UTC."
            ladder = end(ladder, task, Ending(TaskState.DONE, Outcome.REMOVED, reason, BY_RECHECK, at))
    return ladder


def _hidden(ladder: Ladder, at: datetime) -> Ladder:
    presence = replace(
        ladder.presence,
        hidden_at=ladder.presence.hidden_at or at,
        hidden_seen_at=ladder.presence.hidden_seen_at or at,
        gone_since=None,
        gone_confirmed_at=None,
        not_public_since=None,
        rechecks_from=ladder.presence.rechecks_from or at,
    )
    ladder = replace(ladder, presence=presence)
    for task in ladder.tasks:
        if task.step is Step.OWN_PAGE_HIDE and not task.ended:
            reason = f"The platform says that it is hidden, {at:%Y-%m-%d %H:%M} UTC."
            hidden = Ending(TaskState.DONE, Outcome.HIDDEN, reason, BY_RECHECK, at)
            ladder = open_steps(end(ladder, task, hidden), [Step.OWN_PAGE_DELETE, Step.VERIFY_REMOVED], at)
    return ladder


def _in_public(ladder: Ladder, at: datetime, *, edited: bool, clean: bool | None) -> Ladder:
    is_back = is_away(ladder) or (was_made_harmless(ladder) and (not edited or clean is False))
    if is_back:
        ladder = re_open(ladder, at)
    seen = replace(ladder.presence, gone_since=None, gone_confirmed_at=None, not_public_since=None)
    ladder = replace(ladder, presence=replace(seen, edited_at=at) if edited else seen)
    if edited and clean:
        return end_moot_tasks(ladder, Outcome.AMENDED, NOW_HARMLESS, at)
    return ladder if is_back else _contradict(ladder, at)


def is_away(ladder: Ladder) -> bool:
    """Seen to be away, or closed as away: in both cases to be seen again is news."""
    closed_as_away = ladder.closing is not None and ladder.closing.outcome in _AWAY
    presence = ladder.presence
    return presence.gone_confirmed_at is not None or presence.hidden_seen_at is not None or closed_as_away


def was_made_harmless(ladder: Ladder) -> bool:
    """An edit made it harmless in this round: to see the sealed words again is news."""
    return any(
        task.round == ladder.re_opened and task.decided_by == BY_RECHECK and task.reason == NOW_HARMLESS
        for task in ladder.tasks
    )


def re_open(ladder: Ladder, at: datetime) -> Ladder:
    """Back again under the same address: the same incident, one more round, a new 24 hours."""
    if ladder.closing is not None and ladder.closing.outcome in STAYS_CLOSED:
        return ladder
    earlier = (
        ladder.earlier_closings if ladder.closing is None else (*ladder.earlier_closings, ladder.closing)
    )
    ladder = _end_old_checks(ladder, at)
    ladder = replace(
        ladder,
        re_opened=ladder.re_opened + 1,
        clock_from=at,
        closing=None,
        earlier_closings=earlier,
        noticed_from=at,
        escalated_at=None,
        presence=Presence(last=ladder.presence.last, last_at=at),
    )
    return open_steps(ladder, removal_steps(ladder.matter, ladder.policy), at)


def _end_old_checks(ladder: Ladder, at: datetime) -> Ladder:
    for task in ladder.tasks:
        if task.step in (Step.VERIFY_REMOVED, Step.OWN_PAGE_DELETE) and task.undecided:
            ladder = end(ladder, task, Ending(TaskState.SKIPPED, None, "In public again.", BY_RECHECK, at))
    return ladder


def _contradict(ladder: Ladder, at: datetime) -> Ladder:
    """Somebody said that it was removed, and it is still there: the next step opens; no clock moves."""
    claims = _claims(ladder)
    for task in ladder.tasks:
        if claims and task.step is Step.VERIFY_REMOVED and task.undecided:
            reason = f"Still there at {at:%Y-%m-%d %H:%M} UTC."
            ladder = end(ladder, task, Ending(TaskState.REFUSED, Outcome.REFUSED, reason, BY_RECHECK, at))
            for claim in claims:
                ladder = open_steps(ladder, AFTER_NO.get(claim.step, ()), at)
    return ladder


def _claims(ladder: Ladder) -> list[Task]:
    said = (Outcome.REMOVED, Outcome.HIDDEN, Outcome.NOT_PUBLICLY_VISIBLE, Outcome.REPLACED)
    return [
        task
        for task in ladder.tasks
        if task.state is TaskState.DONE
        and task.round == ladder.re_opened
        and task.decided_by != BY_RECHECK
        and (task.outcome in said or task.step is Step.OWN_PAGE_HIDE)
    ]
