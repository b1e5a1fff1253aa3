"""The whole state of one incident's ladder, and what people say to it. Values only, no behaviour of time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import PlainSerializer

from alerts.clocks import host_deadline
from alerts.ladder.matter import Matter
from alerts.ladder.tasks import Task
from alerts.ladder.words import ConsentScope, DecisionKind, Override, ReminderKind, Standing, Step
from config.concerns import Concern
from config.schema import Role
from config.words import Lane, Outcome, Remover, Severity, TaskState, Visibility

BY_RECHECK = "re-check"
"""Stands as the person where a re-check saw the facts that end a task."""
BY_CLOCK = "deadline"
"""Stands as the person where nobody outside answered in time."""


class LadderRefused(Exception):
    """A decision that the policy does not allow. The text says why, and what to do instead."""


@dataclass(frozen=True)
class Consent:
    """One answer of one person to one question. Silence is no answer, so it is never recorded as one."""

    person: str
    """Who was asked: a register id or a role, not a name."""
    asked_by: str
    asked_at: datetime
    answer: bool
    scope: ConsentScope
    method: str
    """`written`, or `verbal` with who noted it."""
    expires_at: datetime | None = None
    withdrawn_at: datetime | None = None

    def is_no(self, at: datetime) -> bool:
        """Said no, or took a yes back. What only expired is silence, and no refusal."""
        return not self.answer or (self.withdrawn_at is not None and self.withdrawn_at <= at)

    def holds(self, at: datetime) -> bool:
        ended = [time for time in (self.expires_at, self.withdrawn_at) if time is not None]
        return self.answer and all(at < time for time in ended)


@dataclass(frozen=True)
class Decision:
    """What a person decided about a task."""

    kind: DecisionKind
    by: str
    outcome: Outcome | None = None
    reason: str | None = None
    override: Override | None = None
    """Which of the listed exceptions lets a gate be passed; needs a reason in words as well."""
    answer: str | None = None
    """One of the answers that the step asks for (`alerts.ladder.steps`)."""
    reference: str | None = None
    """The number of a record kept elsewhere."""
    whole_site: bool = False
    """Asks for a whole site to be closed; the head has to have approved just that."""


@dataclass(frozen=True)
class Ending:
    """How a task ends. `by` is a person, or the rule that stood for one (`re-check`, `deadline`)."""

    state: TaskState
    outcome: Outcome | None
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Attribution:
    """Who is held to have written it, how surely, on what ground, and who says so. No name stands here."""

    standing: Standing
    basis: str
    by: str
    at: datetime


@dataclass(frozen=True)
class Findings:
    """Three things that are not the same (Huntington 6.5): a person says each; none follows from another."""

    policy_breach: str | None = None
    """The clause of the school's policy, such as `Huntington 6.5`."""
    host_rule_breach: str | None = None
    """The host's own rule; a report has to name it (Huntington 8.7)."""
    law_to_consider: str | None = None
    """What a person might consider; never a finding that the law was broken."""


@dataclass(frozen=True)
class Note:
    text: str
    by: str
    role: Role
    at: datetime


@dataclass(frozen=True)
class Change:
    """One correction of the facts: what was said, and why."""

    what: tuple[str, ...]
    """Fact by fact, as `author_role: parent`."""
    reason: str
    by: str
    at: datetime


def _in_order(words: Iterable[str]) -> list[str]:
    return sorted(words)


Concerns = Annotated[frozenset[Concern], PlainSerializer(_in_order)]


@dataclass(frozen=True)
class Closing:
    outcome: Outcome
    reason: str
    by: str
    at: datetime
    verified_at: datetime | None
    """When it was seen gone for the second time; None: not verifiable, or not gone."""
    removed_by: Remover = Remover.UNKNOWN
    """Who took it away; unknown also where nobody did."""


@dataclass(frozen=True)
class Presence:
    """What re-checks have seen. Only two healthy answers far enough apart make it gone."""

    last: Visibility = Visibility.VISIBLE
    last_at: datetime | None = None
    gone_since: datetime | None = None
    """The first of an unbroken run of healthy answers that it is not there."""
    gone_confirmed_at: datetime | None = None
    not_public_since: datetime | None = None
    hidden_at: datetime | None = None
    """When somebody said that it was hidden."""
    hidden_seen_at: datetime | None = None
    """When the platform itself said so."""
    edited_at: datetime | None = None
    rechecks_from: datetime | None = None
    """The last request, hide, or first sign of gone: re-checks are counted from here."""


@dataclass(frozen=True)
class Reminder:
    """Something to say to somebody inside the school. It never goes outside."""

    kind: ReminderKind
    task: int
    step: Step
    to_role: Role
    at: datetime
    text: str


@dataclass(frozen=True)
class Ladder:
    """Times are UTC. Change it only through `alerts.ladder.machine`."""

    matter: Matter
    lane: Lane
    severity: Severity
    first_seen_at: datetime
    """Never moves."""
    clock_from: datetime
    """Where the 24 hours start: first seen, or seen again after it had gone."""
    opened_at: datetime
    sealed: bool
    policy: Mapping[str, Any]
    """The policy that was in force when the incident opened; plain JSON."""
    tasks: tuple[Task, ...] = ()
    consents: tuple[Consent, ...] = ()
    presence: Presence = field(default_factory=Presence)
    closing: Closing | None = None
    earlier_closings: tuple[Closing, ...] = ()
    re_opened: int = 0
    noticed_from: datetime | None = None
    """Since when it waits for somebody to acknowledge it; None once somebody has."""
    escalated_at: datetime | None = None
    """When the deputy was told that nobody had acknowledged it."""
    moved_at: datetime | None = None
    """When a person last did something about it."""
    concerns: Concerns = frozenset()
    """What a person says is alleged to be wrong with it (NEU 5.2)."""
    attributions: tuple[Attribution, ...] = ()
    """The latest counts."""
    findings: Findings = field(default_factory=Findings)
    notes: tuple[Note, ...] = ()
    changes: tuple[Change, ...] = ()
    told_dates: tuple[str, ...] = ()
    """Which of the law's dates were reminded of already."""

    @property
    def host_due_at(self) -> datetime:
        """By when it should be amended or removed (NEU 9.3): absolute, whatever was done since."""
        return host_deadline(self.clock_from)

    def task(self, number: int) -> Task:
        found = next((task for task in self.tasks if task.number == number), None)
        if found is None:
            raise LadderRefused(f"There is no task {number} on this incident; it has 1 to {len(self.tasks)}.")
        return found

    @property
    def attributed(self) -> Standing:
        return self.attributions[-1].standing if self.attributions else Standing.UNKNOWN

    def latest(self, scope: ConsentScope) -> Consent | None:
        """The answer that binds: of each person the latest counts, and a no before any yes."""
        answers = self._latest_of_each(scope)
        return next((one for one in reversed(answers) if not one.answer), answers[-1] if answers else None)

    def consent_holds(self, scope: ConsentScope, at: datetime) -> bool:
        """Everybody who was asked said yes last, and none of these has expired or been withdrawn."""
        answers = self._latest_of_each(scope)
        return bool(answers) and all(one.holds(at) for one in answers)

    def _latest_of_each(self, scope: ConsentScope) -> list[Consent]:
        """One person's yes is not another's: two who are affected are each heard (NEU 9.5)."""
        by_person: dict[str, Consent] = {}
        for one in self.consents:
            if one.scope is scope:
                person = one.person.strip().casefold()
                by_person.pop(person, None)  # so that they stand in the order of the answers that count
                by_person[person] = one
        return list(by_person.values())


def utc(at: datetime, what: str) -> datetime:
    if at.tzinfo is None:
        raise LadderRefused(f"The time of {what} has no time zone; give it in UTC.")
    return at.astimezone(UTC)


def while_open(ladder: Ladder, at: datetime, what: str) -> datetime:
    """The time in UTC; refused when the incident is closed."""
    if ladder.closing is not None:
        raise LadderRefused("The incident is closed; it opens again only when the content comes back.")
    return utc(at, what)


def words_of(text: str | None, what: str) -> str:
    """The text without surrounding space; refused when there is none."""
    if text is None or not text.strip():
        raise LadderRefused(f"{what} is missing; nothing is decided without it.")
    return text.strip()
