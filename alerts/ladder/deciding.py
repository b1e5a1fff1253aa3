"""What a person's decision does to a task, and what opens after it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from alerts.ladder import wishes
from alerts.ladder.gates import SCOPES, check_gates, check_second_person, consent_gate, needs
from alerts.ladder.opening import why_not_open
from alerts.ladder.planning import AFTER_NO, change, end, moment, open_steps, open_task
from alerts.ladder.policy import due_once_triaged, due_when_sent
from alerts.ladder.state import Decision, Ending, Ladder, LadderRefused, words_of
from alerts.ladder.steps import RULES, needs_reference
from alerts.ladder.tasks import Task
from alerts.ladder.words import LEFT_UP_OR_NOTHING_TO_DO, TAKEN_AWAY, ConsentScope, DecisionKind, Gate, Step
from config.words import Outcome, Severity, TaskState

_AFTER_ANSWER: Mapping[tuple[Step, str], Step] = {
    (Step.NEXT_STEP, "host"): Step.HOST_REPORT,
    (Step.NEXT_STEP, "infra"): Step.INFRA_NOTICE,
    (Step.STAFF_REFERRAL, "lado"): Step.LADO_REFERRAL,
}
"""What the school's own choice opens; nothing follows from an answer that is not here."""


def apply(ladder: Ladder, task: Task, decision: Decision, at: datetime) -> Ladder:
    """Raises LadderRefused naming why the decision is not allowed, and the mend."""
    if task.ended:
        raise LadderRefused(f"“{task.step.shown_as}” has ended already ({task.state.value}).")
    words_of(decision.by, "Who decided")
    return _BY_KIND[decision.kind](ladder, task, decision, at)


def _acknowledge(ladder: Ladder, task: Task, decision: Decision, at: datetime) -> Ladder:
    """Pressing the link twice is no mistake: the first time stands."""
    if task.state is not TaskState.OPEN:
        return ladder
    seen = replace(
        task, state=TaskState.ACKNOWLEDGED, acknowledged_by=decision.by.strip(), acknowledged_at=at
    )
    return change(ladder, seen)


def _done(ladder: Ladder, task: Task, decision: Decision, at: datetime) -> Ladder:
    rule = RULES[task.step]
    _check_outcome(task, decision)
    _check_answer(ladder, task, decision)
    check_gates(ladder, task, decision, at)
    check_second_person(ladder, task, decision.by)
    if rule.needs_reason or decision.outcome in LEFT_UP_OR_NOTHING_TO_DO:
        words_of(decision.reason, "The reason")
    if rule.asks_outside and decision.outcome is None:
        return _sent(ladder, task, decision, at)
    return _after_yes(_ended(ladder, task, TaskState.DONE, decision, at), task, decision, at)


def _check_outcome(task: Task, decision: Decision) -> None:
    allowed = RULES[task.step].outcomes
    if decision.outcome is not None and decision.outcome not in allowed:
        names = ", ".join(sorted(outcome.value for outcome in allowed))
        raise LadderRefused(
            f"“{task.step.shown_as}” cannot end as “{decision.outcome.value}”; it can end as: {names}."
        )


def _check_answer(ladder: Ladder, task: Task, decision: Decision) -> None:
    answers = RULES[task.step].answers
    if decision.answer not in (answers or (None,)):
        asked = f"answer it with one of: {', '.join(answers)}" if answers else "it asks for no answer"
        raise LadderRefused(f"“{task.step.shown_as}”: {asked}.")
    if needs_reference(task.step, ladder.lane):
        words_of(decision.reference, "The number of the record, or “none”,")


def _sent(ladder: Ladder, task: Task, decision: Decision, at: datetime) -> Ladder:
    """A person says that they asked; from now on the answer is waited for."""
    if task.sent_at is not None:
        raise LadderRefused(
            f"“{task.step.shown_as}” was sent already; record the answer: done with an outcome, or refused."
        )
    waiting = replace(
        task,
        state=TaskState.WAITING,
        sent_at=at,
        due_at=due_when_sent(task.step, moment(ladder, at)),
        reason=decision.reason,
        reference=decision.reference,
        whole_site=decision.whole_site,
        reminded_at=None,
    )
    presence = replace(ladder.presence, rechecks_from=at)
    return replace(change(ladder, waiting), presence=presence)


def _refused(ladder: Ladder, task: Task, decision: Decision, at: datetime) -> Ladder:
    if not RULES[task.step].may_be_refused:
        raise LadderRefused(f"Nobody is asked in “{task.step.shown_as}”, so it cannot be refused; decide it.")
    words_of(decision.reason, "What was answered")
    check_gates(ladder, task, decision, at)
    no = replace(decision, outcome=Outcome.REFUSED)
    ladder = _ended(ladder, task, TaskState.REFUSED, no, at)
    return open_steps(ladder, AFTER_NO.get(task.step, ()), at)


def _skip(ladder: Ladder, task: Task, decision: Decision, at: datetime) -> Ladder:
    if not task.skip_reasons:
        raise LadderRefused(f"“{task.step.shown_as}” cannot be skipped; decide it, if need be with a reason.")
    words_of(decision.reason, "The reason for skipping")
    if Gate.TRIAGE in needs(ladder, task, at):
        raise LadderRefused(f"“{task.step.shown_as}” cannot be skipped yet. {Gate.TRIAGE.mend}")
    return _ended(ladder, task, TaskState.SKIPPED, replace(decision, outcome=None), at)


def _withdraw(ladder: Ladder, task: Task, decision: Decision, at: datetime) -> Ladder:
    if ladder.lane not in wishes.COUNT_IN or task.rung is None:
        raise LadderRefused(
            f"“{task.step.shown_as}” does not hang on the affected person's wishes here; decide or skip it."
        )
    gate = consent_gate(ladder.lane, task.step)
    scopes = {ConsentScope.WISHES, *([] if gate is None else [SCOPES[gate]])}
    said_no = [scope for scope in scopes if _was_asked(ladder, scope) and not ladder.consent_holds(scope, at)]
    if not said_no and not wishes.stand_against(ladder, task.step, at):
        raise LadderRefused("Record the affected person's wishes first: that they do not want this step.")
    reason = decision.reason or "The affected person does not want it."
    gone = replace(decision, outcome=Outcome.WITHDRAWN, reason=reason)
    return _ended(ladder, task, TaskState.WITHDRAWN, gone, at)


def _was_asked(ladder: Ladder, scope: ConsentScope) -> bool:
    return any(consent.scope is scope for consent in ladder.consents)


def _ended(ladder: Ladder, task: Task, state: TaskState, decision: Decision, at: datetime) -> Ladder:
    reason = (decision.reason or "").strip() or f"{task.step.shown_as}: {state.value}."
    if decision.override is not None:
        reason = f"[{decision.override.value}] {reason}"
    said = replace(task, answer=decision.answer, reference=decision.reference or task.reference)
    return end(ladder, said, Ending(state, decision.outcome, reason, decision.by.strip(), at))


def _after_yes(ladder: Ladder, task: Task, decision: Decision, at: datetime) -> Ladder:
    if task.step is Step.TRIAGE:
        return _after_triage(ladder, at)
    if task.step is Step.OWN_PAGE_HIDE:
        return _after_taking_away(ladder, at, hidden=True)
    after_answer = _AFTER_ANSWER.get((task.step, decision.answer or ""))
    if after_answer is not None:
        return _open_as_answered(ladder, after_answer, at)
    if task.step is Step.POLICE_CONSIDERED and decision.outcome is None:
        return open_steps(ladder, [Step.POLICE_REPORTED], at)
    taken = decision.outcome in TAKEN_AWAY or decision.outcome is Outcome.NOT_PUBLICLY_VISIBLE
    if taken or task.step in (Step.OWN_POST_REMOVE, Step.OWN_PAGE_DELETE):
        return _after_taking_away(ladder, at, hidden=False)
    return ladder


def _open_as_answered(ladder: Ladder, step: Step, at: datetime) -> Ladder:
    """Open what a person chose, unless it is open or done; a rung cannot be chosen before its turn."""
    if any(task.step is step and (task.undecided or task.state is TaskState.DONE) for task in ladder.tasks):
        return ladder
    why_not = why_not_open(ladder, step, None)
    if why_not:
        raise LadderRefused(f"“{step.shown_as}” cannot come next. {why_not}")
    return open_task(ladder, step, at)


def _after_triage(ladder: Ladder, at: datetime) -> Ladder:
    for task in ladder.tasks:
        if task.undecided and task.sent_at is None:
            due = due_once_triaged(task.step, moment(ladder, at), task.due_at)
            ladder = change(ladder, replace(task, due_at=due))
    significant = ladder.severity.rank >= Severity.HIGH.rank
    return open_steps(ladder, [Step.TRAINING_PROMPT], at) if significant else ladder


def _after_taking_away(ladder: Ladder, at: datetime, *, hidden: bool) -> Ladder:
    """Somebody says it is gone or hidden: now it is looked up until that is certain (NEU 9.4)."""
    presence = replace(ladder.presence, rechecks_from=at)
    steps = [Step.VERIFY_REMOVED]
    if hidden:
        presence = replace(presence, hidden_at=at)
        steps = [Step.OWN_PAGE_DELETE, Step.VERIFY_REMOVED]
    return open_steps(replace(ladder, presence=presence), steps, at)


_BY_KIND: Mapping[DecisionKind, Callable[[Ladder, Task, Decision, datetime], Ladder]] = {
    DecisionKind.ACKNOWLEDGE: _acknowledge,
    DecisionKind.DONE: _done,
    DecisionKind.REFUSED: _refused,
    DecisionKind.SKIP: _skip,
    DecisionKind.WITHDRAW: _withdraw,
}
