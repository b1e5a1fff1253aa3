"""The takedown ladder as a pure state machine: remove, host report, isp, police.

Every function takes a ladder and gives a new one. None has a clock, none sends anything: time only
reminds, people decide. What the policy does not allow raises `LadderRefused`, whose text names why
and the mend; nothing else is raised.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter

from alerts.ladder import observing
from alerts.ladder.closing import shut
from alerts.ladder.deciding import apply
from alerts.ladder.lanes import first_steps
from alerts.ladder.matter import Matter, joined, lane_of, priority
from alerts.ladder.observing import next_recheck, recheck_times
from alerts.ladder.opening import why_not_open
from alerts.ladder.planning import bar, open_steps, open_task, refresh, under_present_lane
from alerts.ladder.policy import default_policy
from alerts.ladder.state import (
    Closing,
    Consent,
    Decision,
    Ladder,
    LadderRefused,
    Reminder,
    utc,
    while_open,
    words_of,
)
from alerts.ladder.tasks import Task
from alerts.ladder.ticking import pass_time
from alerts.ladder.wishes import was_overtaken
from alerts.ladder.words import LEFT_UP_OR_NOTHING_TO_DO, Override, Step
from config.words import Flag, Lane, Outcome, Remover, Visibility

__all__ = [
    "Closing", "Consent", "Decision", "Ladder", "LadderRefused", "Reminder", "close", "decide",
    "default_policy", "ladder_from_json", "ladder_to_json", "next_recheck", "observe", "open_ladder",
    "open_step", "open_tasks", "recheck_times", "reconsider", "record_consent", "seal",
    "suspect_picture", "tick",
]  # fmt: skip

DAEMON = "schoolwatch"
"""Who reconsiders when a new item joins an incident: its facts are added to those that are known, and
the lane can only become stricter."""

_FORM = TypeAdapter(Ladder)


def open_ladder(
    matter: Matter,
    *,
    first_seen_at: datetime,
    opened_at: datetime,
    sealed: bool,
    policy: Mapping[str, Any] | None = None,
) -> Ladder:
    """The ladder of a new incident with its first tasks.

    Raises LadderRefused when the evidence is not sealed. Two lanes do not wait: for an indecent image
    nothing may be captured, only a reference; and a life comes before the evidence (`seal` follows).
    """
    lane = lane_of(matter)
    seen, opened = utc(first_seen_at, "first sight"), utc(opened_at, "opening")
    ladder = Ladder(
        matter=matter,
        lane=lane,
        severity=priority(matter),
        first_seen_at=seen,
        clock_from=seen,
        opened_at=opened,
        sealed=sealed,
        policy=dict(policy) if policy is not None else default_policy(),
        noticed_from=opened,
    )
    if not sealed and lane not in (Lane.INDECENT_IMAGE, Lane.LIFE):
        raise LadderRefused("Evidence comes before action: seal the item first, then open the incident.")
    return refresh(open_steps(ladder, first_steps(matter, lane, ladder.policy), opened), opened)


def seal(ladder: Ladder, at: datetime) -> Ladder:
    """The evidence is sealed now; what had to wait for it opens."""
    at = while_open(ladder, at, "sealing")
    ladder = replace(ladder, sealed=True)
    return refresh(open_steps(ladder, first_steps(ladder.matter, ladder.lane, ladder.policy), at), at)


def decide(ladder: Ladder, number: int, decision: Decision, at: datetime) -> Ladder:
    """One person's decision about one task.

    A triage that ends as unfounded, not applicable or withdrawn closes the incident.
    """
    at = while_open(ladder, at, "the decision")
    task = ladder.task(number)
    decided = replace(apply(ladder, task, decision, at), noticed_from=None, moved_at=at)
    if task.step is Step.TRIAGE and decision.outcome in LEFT_UP_OR_NOTHING_TO_DO:
        return shut(decided, decision.outcome, words_of(decision.reason, "The reason"), decision.by, at)
    return refresh(decided, at)


def record_consent(ladder: Ladder, consent: Consent, at: datetime | None = None) -> Ladder:
    """Keep one answer; the latest about a thing counts. `at` is when it is recorded (default: when asked).

    A no that comes after somebody outside was asked calls nothing back; it opens the offer to tell them.
    """
    words_of(consent.person, "Who was asked")
    words_of(consent.asked_by, "Who asked")
    words_of(consent.method, "How the answer was given (written, or verbal and noted by whom)")
    kept = replace(
        consent,
        asked_at=utc(consent.asked_at, "the question"),
        expires_at=None if consent.expires_at is None else utc(consent.expires_at, "the expiry"),
        withdrawn_at=None if consent.withdrawn_at is None else utc(consent.withdrawn_at, "the withdrawal"),
    )
    recorded_at = kept.asked_at if at is None else utc(at, "the record")
    recorded = replace(ladder, consents=(*ladder.consents, kept), moved_at=recorded_at)
    if ladder.closing is None and was_overtaken(ladder, kept, recorded_at):
        recorded = open_steps(recorded, [Step.CHANGE_OF_MIND], recorded_at)
    return refresh(recorded, recorded_at)


def reconsider(ladder: Ladder, matter: Matter, *, reason: str, by: str, at: datetime) -> Ladder:
    """The facts are different now: a person corrected them, or another item joined the incident.

    What the new lane forbids ends with the lane's reason, what it asks for opens. The 24 hours stay.
    """
    at = while_open(ladder, at, "the correction")
    words_of(reason, "The reason for the change")
    who = words_of(by, "Who changed it")
    if who == DAEMON:
        matter = joined(ladder.matter, matter)
    lane, severity = lane_of(matter), priority(matter)
    if who == DAEMON:
        lane = min(lane, ladder.lane, key=list(Lane).index)
        severity = max(severity, ladder.severity, key=lambda each: each.rank)
    if not ladder.sealed and lane not in (Lane.INDECENT_IMAGE, Lane.LIFE):
        raise LadderRefused("Evidence comes before action: seal the item first, then change the lane.")
    moved_at = ladder.moved_at if who == DAEMON else at
    ladder = replace(ladder, matter=matter, lane=lane, severity=severity, moved_at=moved_at)
    ladder = under_present_lane(bar(ladder, who, at))
    return refresh(open_steps(ladder, first_steps(matter, lane, ladder.policy), at), at)


def suspect_picture(ladder: Ladder, *, reason: str, by: str, at: datetime) -> Ladder:
    """A person thinks that a picture may be an indecent image of a child: the strictest lane, at once.

    A closed incident opens again for it, because duties are owed that nobody knew of. Nobody looks the
    address up from now on (Queen's Crescent and Nunney 2.7.4).
    """
    if ladder.closing is not None:
        earlier = (*ladder.earlier_closings, ladder.closing)
        ladder = replace(ladder, closing=None, earlier_closings=earlier, re_opened=ladder.re_opened + 1)
    matter = replace(ladder.matter, flags=ladder.matter.flags | {Flag.INDECENT_IMAGE})
    was_there = ladder.lane is Lane.INDECENT_IMAGE
    ladder = reconsider(ladder, matter, reason=reason, by=by, at=at)
    if was_there:
        return ladder
    return replace(
        ladder,
        noticed_from=utc(at, "the ruling"),
        escalated_at=None,
        presence=replace(ladder.presence, rechecks_from=None),
    )


def open_step(
    ladder: Ladder, step: Step, *, reason: str, by: str, at: datetime, override: Override | None = None
) -> Ladder:
    """A person opens a step that has not opened by itself, or opens it again after it ended."""
    at = while_open(ladder, at, "opening")
    words_of(reason, "The reason for opening it")
    words_of(by, "Who opened it")
    why_not = why_not_open(ladder, step, override)
    if why_not:
        raise LadderRefused(f"“{step.shown_as}” cannot be opened. {why_not}")
    ladder = open_task(replace(ladder, moved_at=at), step, at)
    opened = replace(ladder.tasks[-1], opened_by=by.strip(), opened_because=reason.strip())
    return refresh(replace(ladder, tasks=(*ladder.tasks[:-1], opened)), at)


def tick(ladder: Ladder, now: datetime) -> tuple[Ladder, tuple[Reminder, ...]]:
    """What the time has come for: words to people inside the school, never an act outside it.

    Asking twice at the same time says nothing twice.
    """
    now = utc(now, "the tick")
    return (ladder, ()) if ladder.closing is not None else pass_time(ladder, now)


def observe(
    ladder: Ladder,
    visibility: Visibility,
    at: datetime,
    *,
    canary_healthy: bool = True,
    clean: bool | None = None,
) -> Ladder:
    """One answer of a re-check.

    Gone is certain after two healthy answers at least 30 minutes apart. Unknown, an answer whose canary
    failed, one older than the last, and any about a suspected indecent image change nothing. `clean`
    goes with `edited`: whether the new words were judged harmless.
    """
    at = utc(at, "the re-check")
    sure = visibility is not Visibility.UNKNOWN and canary_healthy
    stale = ladder.presence.last_at is not None and at < ladder.presence.last_at
    if not sure or stale or ladder.lane is Lane.INDECENT_IMAGE:
        return ladder
    return refresh(observing.see(ladder, visibility, at, clean), at)


def close(
    ladder: Ladder,
    reason: str,
    by: str,
    at: datetime,
    *,
    outcome: Outcome | None = None,
    remover: Remover | None = None,
) -> Ladder:  # fmt: skip
    """End the incident. `outcome` and `remover` may be left out where the ladder itself can tell."""
    at = while_open(ladder, at, "closing")
    person = words_of(by, "Who closed it")
    return shut(ladder, outcome, words_of(reason, "The reason"), person, at, remover=remover)


def open_tasks(ladder: Ladder) -> tuple[Task, ...]:
    """Open, acknowledged and waiting tasks: those that somebody still has to answer."""
    return tuple(task for task in ladder.tasks if task.undecided)


def ladder_to_json(ladder: Ladder) -> dict[str, Any]:
    """Plain JSON, the same for the same ladder."""
    form: dict[str, Any] = _FORM.dump_python(ladder, mode="json")
    return form


def ladder_from_json(form: Mapping[str, Any]) -> Ladder:
    """Raises pydantic's ValidationError, naming the key, when the form is not one of ours."""
    return _FORM.validate_python(dict(form))
