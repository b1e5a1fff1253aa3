"""A person's word that a step may be taken: that it is appropriate, and what only the head may allow."""

from dataclasses import replace
from datetime import datetime

from alerts.ladder.gates import HEADS, needs
from alerts.ladder.planning import change, refresh
from alerts.ladder.state import Ladder, LadderRefused, while_open, words_of
from alerts.ladder.tasks import Approval
from alerts.ladder.words import Gate, Step
from config.schema import Role


def approve(
    ladder: Ladder, number: int, *, by: str, role: Role, reason: str, at: datetime, whole_site: bool = False
) -> Ladder:
    """Record one approval of a task that has not been sent.

    `whole_site` is the head's word that a provider may be asked to close a whole site (NEU 9.4).
    """
    at = while_open(ladder, at, "the approval")
    task = ladder.task(number)
    if not task.undecided or task.sent_at is not None:
        raise LadderRefused(
            f"“{task.step.shown_as}” has been sent or has ended; there is nothing to approve."
        )
    if whole_site and (task.step is not Step.INFRA_NOTICE or role not in HEADS):
        raise LadderRefused(
            "Only the headteacher approves asking a provider to close a whole site (NEU 9.4)."
        )
    if Gate.TRIAGE in needs(ladder, task, at):
        raise LadderRefused(f"“{task.step.shown_as}” cannot be approved yet. {Gate.TRIAGE.mend}")
    words_of(reason, "The reason for the approval")
    given = Approval(words_of(by, "Who approves"), role, at, reason.strip(), whole_site)
    approved = change(ladder, replace(task, approvals=(*task.approvals, given)))
    return refresh(replace(approved, moved_at=at, noticed_from=None), at)
