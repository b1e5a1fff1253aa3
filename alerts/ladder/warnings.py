"""What a person should hear when they did a step: it is done all the same, and the record says so."""

from alerts.ladder.state import Ladder
from alerts.ladder.tasks import Task
from alerts.ladder.words import Step
from config.words import Situation


def warnings_of(ladder: Ladder, number: int) -> tuple[str, ...]:
    task = ladder.task(number)
    found = (_no_host_rule(ladder, task), _nobody_asked_the_parent(ladder, task))
    return tuple(one for one in found if one is not None)


def _no_host_rule(ladder: Ladder, task: Task) -> str | None:
    """A report that names no rule of the host is seldom acted on (Huntington 8.7)."""
    reports = task.step in (Step.HOST_REPORT, Step.HOST_ESCALATION) and task.sent_at is not None
    if not reports or ladder.findings.host_rule_breach:
        return None
    return (
        "No rule of the host is recorded that it breaks; a report has to name one (Huntington 8.7). "
        "Record it: incidents correct REF --host-rule “…”"
    )


def _nobody_asked_the_parent(ladder: Ladder, task: Task) -> str | None:
    asks = task.step is Step.AUTHOR_REQUEST and task.sent_at is not None
    unknown = Situation.OTHER_CHILDRENS_PICTURE in ladder.matter.situations
    if not asks or not unknown or ladder.matter.only_own_children is not None:
        return None
    return "It is not known whether every child in the picture is the author's: ask, allege nothing."
