"""Ending an incident: always by a person, with a reason, and never over a task that is still owed."""

from dataclasses import replace
from datetime import datetime

from alerts.ladder.planning import end
from alerts.ladder.state import BY_RECHECK, Closing, Ending, Ladder, LadderRefused
from alerts.ladder.words import LEFT_UP_OR_NOTHING_TO_DO, TAKEN_AWAY, Step
from config.words import Lane, Outcome, Remover, TaskState

NOT_OWED = frozenset(
    {
        Step.OWN_PAGE_DELETE, Step.VERIFY_REMOVED, Step.COMPLAINT_SIGNPOST, Step.TRAINING_PROMPT,
        Step.CACHE_REQUEST,
    }
)  # fmt: skip
"""What may stay undone when an incident closes."""


def shut(
    ladder: Ladder,
    outcome: Outcome | None,
    reason: str,
    by: str,
    at: datetime,
    *,
    remover: Remover | None = None,
) -> Ladder:
    ended_as = outcome or _plain_outcome(ladder)
    _check_owed(ladder, ended_as)
    _check_seen(ladder, ended_as)
    for task in ladder.tasks:
        if task.undecided:
            ladder = end(ladder, task, Ending(TaskState.SKIPPED, None, f"Closed: {reason}", by, at))
    closing = Closing(ended_as, reason, by, at, verified_at(ladder), remover or removed_by(ladder))
    return replace(ladder, closing=closing)


_BY_US = frozenset({Step.OWN_PAGE_HIDE, Step.OWN_PAGE_DELETE, Step.OWN_POST_REMOVE})
_BY_THE_AUTHOR = frozenset(
    {Step.AUTHOR_REQUEST, Step.MEETING, Step.AUTHOR_MEETING, Step.PASTORAL_TALK, Step.BEHAVIOUR_ROUTE}
)
_BY_THE_HOST = frozenset(
    {
        Step.HOST_REPORT, Step.FIRST_PARTY_REPORT, Step.HOST_ESCALATION, Step.SECTION_5_NOTICE,
        Step.INFRA_NOTICE,
    }
)  # fmt: skip


def removed_by(ladder: Ladder) -> Remover:
    """Who took it away in this round, as far as a person said so; what only vanished is `unknown`."""
    done = [
        task
        for task in ladder.tasks
        if task.state is TaskState.DONE and task.round == ladder.re_opened and task.decided_by != BY_RECHECK
    ]
    for task in reversed(done):
        if task.step in _BY_US and task.outcome is not Outcome.NOT_PUBLICLY_VISIBLE:
            return Remover.US
        if task.outcome in TAKEN_AWAY and task.step in _BY_THE_AUTHOR:
            return Remover.AUTHOR
        if task.outcome in TAKEN_AWAY and task.step in _BY_THE_HOST:
            return Remover.HOST
    return Remover.UNKNOWN


def verified_at(ladder: Ladder) -> datetime | None:
    """When it was certain that it is gone: by two re-checks, or by a person who looked.

    None once a later answer says that it is there still, only out of public view.
    """
    if ladder.presence.not_public_since is not None:
        return None
    if ladder.presence.gone_confirmed_at is not None:
        return ladder.presence.gone_confirmed_at
    looked = [
        task.decided_at
        for task in ladder.tasks
        if task.step is Step.VERIFY_REMOVED
        and task.state is TaskState.DONE
        and task.outcome is Outcome.REMOVED
        and task.round == ladder.re_opened
    ]
    return looked[-1] if looked else None


def _plain_outcome(ladder: Ladder) -> Outcome:
    """What the ladder itself can tell; where it cannot, the person has to say."""
    if verified_at(ladder) is not None:
        return Outcome.REMOVED
    if ladder.presence.not_public_since is not None:
        return Outcome.NOT_PUBLICLY_VISIBLE
    said = {task.outcome for task in ladder.tasks if task.round == ladder.re_opened}
    for outcome in (Outcome.AMENDED, Outcome.REPLACED, Outcome.HIDDEN, Outcome.HANDED_OVER, Outcome.REFUSED):
        if outcome in said:
            return outcome
    raise LadderRefused(
        "Say how it ended: removed, amended, hidden, refused, handed over, not applicable, withdrawn or "
        "unfounded."
    )


def _check_owed(ladder: Ladder, outcome: Outcome) -> None:
    """`unfounded` and its like need no further task, save where an indecent image is suspected.

    Handed over means that another procedure goes on with it: what is left here ends (QC and Nunney 1.2.3),
    but for the reference to a pupil's record.
    """
    if outcome in LEFT_UP_OR_NOTHING_TO_DO and ladder.lane is not Lane.INDECENT_IMAGE:
        return
    owed = [task for task in ladder.tasks if task.undecided and task.step not in NOT_OWED]
    if outcome is Outcome.HANDED_OVER and _was_handed_over(ladder):
        owed = [task for task in owed if task.step in _OWED_AT_A_HAND_OVER]
    if owed:
        names = "; ".join(f"“{task.step.shown_as}”" for task in owed)
        raise LadderRefused(f"These tasks are still open: {names}. Decide or skip them first (NEU 9.1).")


_TAKES_OVER = frozenset({Step.DSL_REFERRAL, Step.LADO_REFERRAL, Step.POLICE_REPORTED, Step.BEHAVIOUR_ROUTE})
_OWED_AT_A_HAND_OVER = _TAKES_OVER - {Step.BEHAVIOUR_ROUTE} | {Step.REFERENCE, Step.DPO_NOTE}


def _was_handed_over(ladder: Ladder) -> bool:
    """Somebody who takes it over has been told."""
    return any(task.step in _TAKES_OVER and task.state is TaskState.DONE for task in ladder.tasks)


def _check_seen(ladder: Ladder, outcome: Outcome) -> None:
    if outcome is Outcome.REMOVED and verified_at(ladder) is None:
        raise LadderRefused(
            "It has not been seen gone twice. Wait for the re-checks; where it cannot be looked up, look "
            "yourself and record that under “Check that it is gone”."
        )
    if outcome is Outcome.NOT_PUBLICLY_VISIBLE and ladder.presence.not_public_since is None:
        raise LadderRefused("No re-check has found it withdrawn from public view; choose another outcome.")
    if outcome is Outcome.HIDDEN and ladder.presence.hidden_at is None:
        raise LadderRefused("It has not been hidden; decide “Hide it on our page” first.")
