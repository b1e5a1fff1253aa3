"""What has to be there before a task may be done: triage, advice, a known author, approval, consent."""

from datetime import datetime

from alerts.clocks import add_working_days
from alerts.ladder import wishes
from alerts.ladder.lanes import ROWS
from alerts.ladder.matter import ADULT_AUTHORS, STAFF
from alerts.ladder.opening import police_was_decided
from alerts.ladder.policy import calendar_of
from alerts.ladder.situations import THE_DSL_DECIDES
from alerts.ladder.state import Decision, Ladder, LadderRefused, words_of
from alerts.ladder.tasks import Approval, Task
from alerts.ladder.words import POLICE_OVERRIDES, ConsentScope, Gate, Standing, Step
from config.schema import MeetingWith, Role
from config.words import Flag, Label, Lane, TaskState

SCOPES = {
    Gate.CONSENT_AUTHOR_REQUEST: ConsentScope.AUTHOR_REQUEST,
    Gate.CONSENT_HOST_REPORT: ConsentScope.HOST_REPORT,
    Gate.CONSENT_SECTION_5: ConsentScope.SECTION_5,
    Gate.CONSENT_INFRA: ConsentScope.INFRA,
    Gate.CONSENT_POLICE: ConsentScope.POLICE,
}
HEADS = frozenset({Role.HEADTEACHER, Role.CHAIR})
"""Who approves what the headteacher approves; the chair, where the head is the subject."""

_DO_NOT_WAIT_FOR_TRIAGE = frozenset(
    {
        Step.TRIAGE, Step.POLICE_CONSIDERED, Step.POLICE_REPORTED, Step.LADO_REFERRAL, Step.DSL_REFERRAL,
        Step.HR_ADVICE, Step.STAFF_REFERRAL, Step.DPO_NOTE, Step.OWN_POST_REMOVE, Step.COMPLAINT_SIGNPOST,
        Step.REFERENCE,
    }
)  # fmt: skip
_WAIT_FOR_LADO = frozenset(
    {
        Step.AUTHOR_REQUEST, Step.HOST_REPORT, Step.FIRST_PARTY_REPORT, Step.MEETING, Step.AUTHOR_MEETING,
        Step.PASTORAL_TALK, Step.AFFECTED_INFORMED, Step.SUPPORT_OFFER, Step.INVESTIGATION,
    }
)  # fmt: skip
_TO_THE_HOST = frozenset({Step.HOST_REPORT, Step.FIRST_PARTY_REPORT, Step.HOST_ESCALATION})


def needs(ladder: Ladder, task: Task, at: datetime) -> tuple[Gate, ...]:
    """What is missing at `at`, in the order in which it is best mended.

    Nothing once it was sent: what has left is not called back, and its answer can always be recorded.
    """
    if task.sent_at is not None:
        return ()
    return (*_of_the_facts(ladder, task, at), *_of_people(ladder, task, at))


def _of_the_facts(ladder: Ladder, task: Task, at: datetime) -> list[Gate]:
    missing = {
        Gate.TRIAGE: _waits_for_triage(ladder, task.step),
        Gate.LADO_ADVICE: _waits_for_advice(ladder, task, at),
        Gate.DSL_DECISION: _waits_for_the_dsl(ladder, task.step),
        Gate.AUTHOR_KNOWN_ADULT: task.step is Step.AUTHOR_REQUEST and not _may_be_written_to(ladder),
        Gate.AFFECTED_FIRST: _affected_person_comes_first(ladder, task.step),
        Gate.OUT_OF_SCHOOL_TEST: task.step is Step.BEHAVIOUR_ROUTE and not ladder.matter.out_of_school_test,
        Gate.HIDDEN_FIRST: task.step is Step.OWN_PAGE_DELETE and ladder.presence.hidden_at is None,
    }
    return [gate for gate, is_missing in missing.items() if is_missing]


def _of_people(ladder: Ladder, task: Task, at: datetime) -> list[Gate]:
    missing = [
        gate
        for gate in (Gate.ATTRIBUTION, Gate.APPROPRIATE, Gate.HEAD_APPROVAL)
        if _lacks(gate, ladder, task)
    ]
    consent = consent_gate(ladder.lane, task.step)
    if consent is not None and not ladder.consent_holds(SCOPES[consent], at):
        missing.append(consent)
    elif wishes.stand_against(ladder, task.step, at):
        missing.append(Gate.WISHES)
    return missing


def _lacks(gate: Gate, ladder: Ladder, task: Task) -> bool:
    if gate is Gate.HEAD_APPROVAL:
        asked = task.step.value in ladder.policy.get("head_approves", ())
        return asked and not any(one.role in HEADS for one in task.approvals)
    if task.step is not Step.AUTHOR_REQUEST:
        return False
    if gate is Gate.APPROPRIATE:
        return not task.approvals
    return not _author_is_known(ladder, task)


def _author_is_known(ladder: Ladder, task: Task) -> bool:
    """Confirmed; or believed, and a person approved the letter knowing that (NEU 10.1)."""
    if ladder.attributed is Standing.CONFIRMED:
        return True
    since = ladder.attributions[-1].at if ladder.attributions else None
    return (
        ladder.attributed is Standing.BELIEVED
        and since is not None
        and any(approval.at >= since for approval in task.approvals)
    )


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
    may_override = task.step not in _ONLY_THE_PERSONS_OWN and decision.override in POLICE_OVERRIDES
    if decision.override is not None and may_override:
        words_of(decision.reason, "The reason for the override")
        missing = tuple(gate for gate in missing if gate not in _OVERRIDDEN)
    if missing:
        raise LadderRefused(
            f"“{task.step.shown_as}” cannot be done yet. " + " ".join(gate.mend for gate in missing)
        )
    if decision.whole_site:
        check_whole_site(task)


_ONLY_THE_PERSONS_OWN = frozenset({Step.FIRST_PARTY_REPORT, Step.SECTION_5_NOTICE})
"""Nobody else can send these, whatever the ground."""
_OVERRIDDEN = frozenset({Gate.CONSENT_POLICE, Gate.WISHES})


def check_whole_site(task: Task) -> None:
    """A provider may be asked for a page; for a whole site only with the head's word for just that."""
    if task.step is not Step.INFRA_NOTICE:
        raise LadderRefused(f"“{task.step.shown_as}” asks nobody to close a site; leave that out.")
    if not _approved_whole_site(task.approvals):
        raise LadderRefused(
            "Asking for a whole site is for exceptional circumstances (NEU 9.4): the headteacher approves "
            "just that, with a reason; or ask for the page alone."
        )


def _approved_whole_site(approvals: tuple[Approval, ...]) -> bool:
    return any(one.whole_site and one.role in HEADS for one in approvals)


def check_second_person(ladder: Ladder, task: Task, by: str) -> None:
    """Delete on our own page needs a second person when the police are involved."""
    if task.step is not Step.OWN_PAGE_DELETE or not police_are_involved(ladder):
        return
    hid = [other.decided_by or "" for other in ladder.tasks if other.step is Step.OWN_PAGE_HIDE]
    if by.casefold().split() in [person.casefold().split() for person in hid]:
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


def _waits_for_advice(ladder: Ladder, task: Task, at: datetime) -> bool:
    if not ROWS[ladder.lane].held_for_lado or task.step not in _WAIT_FOR_LADO or is_advised(ladder):
        return False
    return task.step not in _TO_THE_HOST or not _hold_is_over(ladder, task, at)


def is_advised(ladder: Ladder) -> bool:
    """Advice is there with its number: the LADO's, or HR's where no harm to a child is alleged."""
    steps = {Step.LADO_REFERRAL} if _may_concern_a_child(ladder) else {Step.LADO_REFERRAL, Step.HR_ADVICE}
    return any(
        task.step in steps and task.state is TaskState.DONE and task.reference is not None
        for task in ladder.tasks
    )


def _may_concern_a_child(ladder: Ladder) -> bool:
    alleged = Flag.ALLEGATION_CRIME in ladder.matter.flags and ladder.matter.about_harm_to_child is not False
    return alleged or ladder.matter.about_harm_to_child is True


def _hold_is_over(ladder: Ladder, task: Task, at: datetime) -> bool:
    """A host report waits one working day for the LADO, and not at all where a child can be identified."""
    if Label.PUPIL_INFORMATION in ladder.matter.labels:
        return True
    days = ladder.policy["lado_hold_working_days"]
    return at >= add_working_days(task.opened_at, days, calendar_of(ladder.policy))


def _waits_for_the_dsl(ladder: Ladder, step: Step) -> bool:
    if step not in _TO_THE_HOST or not ladder.matter.situations & THE_DSL_DECIDES:
        return False
    return not any(task.step is Step.DSL_REFERRAL and task.state is TaskState.DONE for task in ladder.tasks)


def _affected_person_comes_first(ladder: Ladder, step: Step) -> bool:
    if step is not Step.AUTHOR_MEETING or ladder.policy.get("meeting_with") != MeetingWith.BOTH:
        return False
    return any(task.step is Step.MEETING and task.undecided for task in ladder.tasks)


def _may_be_written_to(ladder: Ladder) -> bool:
    staff = ladder.lane is Lane.STAFF_ALLEGATION and ladder.matter.author_role in STAFF
    return staff or ladder.matter.author_role in ADULT_AUTHORS
