"""What has to be there before a task may be done: triage, advice, consent."""

from datetime import datetime

from alerts.clocks import add_working_days
from alerts.ladder.lanes import ROWS
from alerts.ladder.matter import ADULT_AUTHORS
from alerts.ladder.opening import police_was_decided
from alerts.ladder.policy import calendar_of
from alerts.ladder.state import Decision, Ladder, LadderRefused, words_of
from alerts.ladder.tasks import Task
from alerts.ladder.words import POLICE_OVERRIDES, ConsentScope, Gate, Step
from config.words import Label, Lane, TaskState

SCOPES = {
    Gate.CONSENT_HOST_REPORT: ConsentScope.HOST_REPORT,
    Gate.CONSENT_SECTION_5: ConsentScope.SECTION_5,
    Gate.CONSENT_INFRA: ConsentScope.INFRA,
    Gate.CONSENT_POLICE: ConsentScope.POLICE,
}

_DO_NOT_WAIT_FOR_TRIAGE = frozenset(
    {
        Step.TRIAGE, Step.POLICE_CONSIDERED, Step.POLICE_REPORTED, Step.LADO_REFERRAL, Step.DSL_REFERRAL,
        Step.DPO_NOTE, Step.OWN_POST_REMOVE, Step.COMPLAINT_SIGNPOST,
    }
)  # fmt: skip
_WAIT_FOR_LADO = frozenset(
    {
        Step.AUTHOR_REQUEST, Step.HOST_REPORT, Step.MEETING, Step.PASTORAL_TALK, Step.AFFECTED_INFORMED,
        Step.SUPPORT_OFFER,
    }
)  # fmt: skip


def needs(ladder: Ladder, task: Task, at: datetime) -> tuple[Gate, ...]:
    """What is missing at `at`, in the order in which it is best mended."""
    missing = []
    if _waits_for_triage(ladder, task.step):
        missing.append(Gate.TRIAGE)
    if _waits_for_lado(ladder, task, at):
        missing.append(Gate.LADO_ADVICE)
    if task.step is Step.AUTHOR_REQUEST and not _may_be_written_to(ladder):
        missing.append(Gate.AUTHOR_KNOWN_ADULT)
    if task.step is Step.OWN_PAGE_DELETE and ladder.presence.hidden_at is None:
        missing.append(Gate.HIDDEN_FIRST)
    consent = consent_gate(ladder.lane, task.step)
    if consent is not None and not ladder.consent_holds(SCOPES[consent], at):
        missing.append(consent)
    return tuple(missing)


def consent_gate(lane: Lane, step: Step) -> Gate | None:
    """Whose yes a step needs. None for the police where a life or an indecent image leaves no choice."""
    row = ROWS[lane]
    if step is Step.POLICE_REPORTED:
        return None if row.no_consent_gate else Gate.CONSENT_POLICE
    if step is Step.SECTION_5_NOTICE:
        return Gate.CONSENT_SECTION_5
    return row.consents.get(step)


def check_gates(ladder: Ladder, task: Task, decision: Decision, at: datetime) -> None:
    """Raise LadderRefused with every mend, unless nothing is missing or an override stands for it."""
    missing = needs(ladder, task, at)
    if decision.override is not None and decision.override in POLICE_OVERRIDES:
        words_of(decision.reason, "The reason for the override")
        missing = tuple(gate for gate in missing if gate is not Gate.CONSENT_POLICE)
    if missing:
        raise LadderRefused(
            f"“{task.step.shown_as}” cannot be done yet. " + " ".join(gate.mend for gate in missing)
        )


def check_second_person(ladder: Ladder, task: Task, by: str) -> None:
    """Delete on our own page needs a second person when the police are involved."""
    if task.step is not Step.OWN_PAGE_DELETE or not police_are_involved(ladder):
        return
    hid = {other.decided_by for other in ladder.tasks if other.step is Step.OWN_PAGE_HIDE}
    if by in hid:
        raise LadderRefused(
            "The police are involved, so somebody other than the person who hid it decides to delete it."
        )


def police_are_involved(ladder: Ladder) -> bool:
    """Someone decided yes, or the lane sent it there; a task still to be thought about does not count."""
    reported = [task.state for task in ladder.tasks if task.step is Step.POLICE_REPORTED]
    dropped = (TaskState.SKIPPED, TaskState.WITHDRAWN)
    return police_was_decided(ladder) or any(state not in dropped for state in reported)


def _waits_for_triage(ladder: Ladder, step: Step) -> bool:
    if step in _DO_NOT_WAIT_FOR_TRIAGE or (ladder.lane is Lane.LIFE and step is Step.HOST_REPORT):
        return False
    triages = [task for task in ladder.tasks if task.step is Step.TRIAGE]
    return bool(triages) and all(task.state is not TaskState.DONE for task in triages)


def _waits_for_lado(ladder: Ladder, task: Task, at: datetime) -> bool:
    if not ROWS[ladder.lane].held_for_lado or task.step not in _WAIT_FOR_LADO:
        return False
    if any(other.step is Step.LADO_REFERRAL and other.state is TaskState.DONE for other in ladder.tasks):
        return False
    return task.step is not Step.HOST_REPORT or not _hold_is_over(ladder, task, at)


def _hold_is_over(ladder: Ladder, task: Task, at: datetime) -> bool:
    """A host report waits one working day for the LADO, and not at all where a child can be identified."""
    if Label.PUPIL_INFORMATION in ladder.matter.labels:
        return True
    days = ladder.policy["lado_hold_working_days"]
    return at >= add_working_days(task.opened_at, days, calendar_of(ladder.policy))


def _may_be_written_to(ladder: Ladder) -> bool:
    staff = ladder.lane is Lane.STAFF_ALLEGATION and ladder.matter.author_role in ("staff", "volunteer")
    return staff or ladder.matter.author_role in ADULT_AUTHORS
