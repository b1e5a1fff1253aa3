"""How tasks open and end: the moves that every public function of the machine is made of."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from alerts.ladder.gates import needs
from alerts.ladder.lanes import ROWS, owner_of, prohibitions
from alerts.ladder.policy import Moment, due_when_opened, nation_of
from alerts.ladder.state import BY_RECHECK, Ending, Ladder
from alerts.ladder.steps import skip_reasons, what_to_do
from alerts.ladder.tasks import Task
from alerts.ladder.words import Step
from config.words import Outcome, Rung, TaskState

_OUTLIVES_THE_CONTENT = frozenset({Step.MEETING, Step.AUTHOR_MEETING, Step.PASTORAL_TALK})

_DUTIES = frozenset({Step.DSL_REFERRAL, Step.LADO_REFERRAL, Step.POLICE_REPORTED, Step.DPO_NOTE})

AFTER_NO: dict[Step, tuple[Step, ...]] = {
    Step.OWN_PAGE_HIDE: (Step.AUTHOR_REQUEST, Step.HOST_REPORT),
    Step.PASTORAL_TALK: (Step.HOST_REPORT,),
    Step.AUTHOR_REQUEST: (Step.NEXT_STEP,),
    Step.AUTHOR_MEETING: (Step.NEXT_STEP,),
    Step.FIRST_PARTY_REPORT: (Step.HOST_ESCALATION, Step.INFRA_NOTICE, Step.SECTION_5_NOTICE),
    Step.HOST_REPORT: (Step.HOST_ESCALATION, Step.INFRA_NOTICE, Step.SECTION_5_NOTICE),
    Step.HOST_ESCALATION: (Step.INFRA_NOTICE, Step.POLICE_CONSIDERED),
    Step.INFRA_NOTICE: (Step.POLICE_CONSIDERED,),
}
"""What a person is asked next when a step was refused, or nobody answered (NEU 9.3–9.5)."""


def moment(ladder: Ladder, at: datetime) -> Moment:
    return Moment(ladder.severity, ladder.clock_from, at, ladder.policy)


def open_steps(ladder: Ladder, steps: Iterable[Step], at: datetime) -> Ladder:
    """Open what is allowed and not there yet in this round; evidence comes before action."""
    forbidden = prohibitions(ladder.matter, ladder.lane, ladder.policy)
    for step in steps:
        if step not in forbidden and not _has_been_opened(ladder, step) and _may_open_unsealed(ladder, step):
            ladder = open_task(ladder, step, at)
    return ladder


def open_task(ladder: Ladder, step: Step, at: datetime) -> Ladder:
    task = Task(
        number=len(ladder.tasks) + 1,
        step=step,
        owner_role=owner_of(step, ladder.lane),
        opened_at=at,
        due_at=due_when_opened(step, moment(ladder, at)),
        what_to_do=_words_for(ladder, step),
        lane=ladder.lane,
        skip_reasons=skip_reasons(step, ladder.lane),
        round=ladder.re_opened,
    )
    return replace(ladder, tasks=(*ladder.tasks, task))


def _words_for(ladder: Ladder, step: Step) -> str:
    words = what_to_do(step, ladder.lane, nation_of(ladder.policy), ladder.matter.situations)
    if step is not Step.SUPPORT_OFFER:
        return words
    named = ladder.policy.get("support", {})
    whom = (("Employee assistance", named.get("eap")), ("Union", named.get("union")))
    return " ".join((words, *(f"{title}: {contact}." for title, contact in whom if contact)))


def change(ladder: Ladder, task: Task) -> Ladder:
    """The ladder with this task in the place of the one of the same number."""
    tasks = tuple(task if old.number == task.number else old for old in ladder.tasks)
    return replace(ladder, tasks=tasks)


def end(ladder: Ladder, task: Task, ending: Ending) -> Ladder:
    """End a task; nothing ends without a reason, a person (or the rule that stood for one) and a time."""
    ended = replace(
        task,
        state=ending.state,
        outcome=ending.outcome,
        reason=ending.reason,
        decided_by=ending.by,
        decided_at=ending.at,
        needs=(),
    )
    return change(ladder, ended)


def bar(ladder: Ladder, by: str, at: datetime) -> Ladder:
    """End what the lane now forbids, giving the lane's reason."""
    forbidden = prohibitions(ladder.matter, ladder.lane, ladder.policy)
    for task in ladder.tasks:
        if not task.ended and task.step in forbidden:
            barred = replace(task, barred=True)
            why = Ending(TaskState.SKIPPED, None, forbidden[task.step], by, at)
            ladder = end(ladder, barred, why)
    return ladder


def under_present_lane(ladder: Ladder) -> Ladder:
    """Give the undecided tasks the owner and the words of the lane in which the incident is now."""
    for task in ladder.tasks:
        if task.undecided:
            told = replace(
                task,
                owner_role=owner_of(task.step, ladder.lane),
                what_to_do=_words_for(ladder, task.step),
                skip_reasons=skip_reasons(task.step, ladder.lane),
            )
            ladder = change(ladder, told)
    return ladder


def refresh(ladder: Ladder, at: datetime) -> Ladder:
    """Say anew what each undecided task still needs."""
    for task in ladder.tasks:
        if task.undecided:
            ladder = change(ladder, replace(task, needs=needs(ladder, task, at)))
    return ladder


def end_moot_tasks(ladder: Ladder, outcome: Outcome, reason: str, at: datetime) -> Ladder:
    """The content is gone or clean: what was asked for has come about, what was not asked is moot."""
    for task in ladder.tasks:
        if task.ended or not _is_moot_without_content(task.step):
            continue
        asked = task.state in (TaskState.WAITING, TaskState.SILENT) or task.step is Step.VERIFY_REMOVED
        state, result = (TaskState.DONE, outcome) if asked else (TaskState.SKIPPED, None)
        ladder = end(ladder, task, Ending(state, result, reason, BY_RECHECK, at))
    return ladder


def _is_moot_without_content(step: Step) -> bool:
    asks_for_removal = step.rung in (Rung.REMOVE, Rung.HOST_REPORT, Rung.ISP)
    return step in (Step.VERIFY_REMOVED, Step.NEXT_STEP) or (
        asks_for_removal and step not in _OUTLIVES_THE_CONTENT
    )


def _has_been_opened(ladder: Ladder, step: Step) -> bool:
    return any(task.step is step and _still_counts(ladder, task) for task in ladder.tasks)


def _still_counts(ladder: Ladder, task: Task) -> bool:
    """A duty that was settled under a milder lane is owed anew under the stricter one."""
    if task.undecided:
        return True
    settled_here = task.step not in _DUTIES or task.lane is ladder.lane
    return settled_here and task.round == ladder.re_opened and not task.barred


def _may_open_unsealed(ladder: Ladder, step: Step) -> bool:
    return ladder.sealed or step in ROWS[ladder.lane].before_sealing
