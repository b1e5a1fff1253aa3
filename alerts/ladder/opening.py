"""Why a person may not open a step now: the order of the rungs, and what goes before it."""

from alerts.ladder.lanes import ROWS, prohibitions
from alerts.ladder.state import Ladder
from alerts.ladder.words import INFRA_OVERRIDES, Override, Step
from config.words import Lane, Outcome, TaskState


def why_not_open(ladder: Ladder, step: Step, override: Override | None) -> str | None:
    """The reason to show; None when the step may be opened."""
    forbidden = prohibitions(ladder.matter, ladder.lane, ladder.policy)
    if step in forbidden:
        return forbidden[step]
    if not ladder.sealed:
        return "Evidence comes before action: seal the item first."
    if any(task.step is step and task.undecided for task in ladder.tasks):
        return "It is open already."
    return _out_of_order(ladder, step, override)


def _out_of_order(ladder: Ladder, step: Step, override: Override | None) -> str | None:
    host_answered = _host_said_no(ladder)
    if step is Step.HOST_ESCALATION and ladder.lane is not Lane.CHILD and not host_answered:
        return "The host has to have refused, or not answered, first."
    if step is Step.INFRA_NOTICE and not host_answered and override not in INFRA_OVERRIDES:
        return (
            "The host has to have refused, or not answered, first (NEU 9.4); "
            "where it cannot be reached at all, say so with the override “host_unreachable”."
        )
    at_once = ROWS[ladder.lane].no_consent_gate
    if step is Step.POLICE_REPORTED and not at_once and not police_was_decided(ladder):
        return "Decide “Decide about the police” first."
    return None


def police_was_decided(ladder: Ladder) -> bool:
    """Whether somebody has decided yes."""
    return any(
        task.step is Step.POLICE_CONSIDERED
        and task.state is TaskState.DONE
        and task.outcome is not Outcome.NOT_APPLICABLE
        for task in ladder.tasks
    )


def _host_said_no(ladder: Ladder) -> bool:
    to_the_host = (Step.HOST_REPORT, Step.FIRST_PARTY_REPORT, Step.HOST_ESCALATION)
    answers = [task.state for task in ladder.tasks if task.step in to_the_host]
    return TaskState.REFUSED in answers or TaskState.SILENT in answers
