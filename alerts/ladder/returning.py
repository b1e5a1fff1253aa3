"""What was settled comes back: new words under the old address, or the same posted again elsewhere."""

from dataclasses import replace
from datetime import datetime

from alerts.ladder.observing import re_open, was_made_harmless
from alerts.ladder.planning import open_steps, refresh
from alerts.ladder.state import Ladder, utc
from alerts.ladder.words import TAKEN_AWAY, Step
from config.words import Lane, Outcome, Rung, TaskState

COMES_BACK = TAKEN_AWAY | {Outcome.NOT_PUBLICLY_VISIBLE}
"""Closings after which the content was not in public as it had been: it opens again when it comes back."""
_ASKED = (TaskState.WAITING, TaskState.DONE, TaskState.REFUSED, TaskState.SILENT)
_REMOVALS = (Rung.REMOVE, Rung.HOST_REPORT, Rung.ISP)


def removal_was_asked_for(ladder: Ladder) -> bool:
    """Somebody hid it or asked for its removal, or it was seen gone: who posts it from now on repeats it."""
    if ladder.closing is not None or ladder.presence.rechecks_from is not None:
        return True
    asks = (task for task in ladder.tasks if task.rung in _REMOVALS and task.step is not Step.MEETING)
    return any(task.state in _ASKED for task in asks)


def reappeared(ladder: Ladder, at: datetime) -> Ladder:
    """Words that need a look stand under its own address again: one more round and a new 24 hours.

    Nothing changes while it was in public all the time, while it is hidden and somebody is at it, or when
    it was closed because nothing was to be done.
    """
    if ladder.closing is not None:
        settled = ladder.closing.outcome in COMES_BACK
    else:
        settled = ladder.presence.gone_confirmed_at is not None or was_made_harmless(ladder)
    return refresh(re_open(ladder, utc(at, "the return")), at) if settled else ladder


def posted_again(ladder: Ladder, at: datetime) -> Ladder:
    """The same stands at another address, which has an incident of its own.

    A closed one opens again, to be looked up anew: its own address may be back as well. What was seen of it
    stays, so that being there again opens all its steps. Nobody looks up a suspected indecent image.
    """
    settled = ladder.closing is not None and ladder.closing.outcome in COMES_BACK
    if ladder.closing is None or not settled or ladder.lane is Lane.INDECENT_IMAGE:
        return ladder
    at = utc(at, "the repeat")
    ladder = replace(
        ladder,
        re_opened=ladder.re_opened + 1,
        clock_from=at,
        closing=None,
        earlier_closings=(*ladder.earlier_closings, ladder.closing),
        noticed_from=at,
        escalated_at=None,
        presence=replace(ladder.presence, rechecks_from=at),
    )
    return refresh(open_steps(ladder, [Step.VERIFY_REMOVED], at), at)
