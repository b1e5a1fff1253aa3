"""One takedown task: what a person is asked to do, by when, and what came of it."""

from dataclasses import dataclass
from datetime import datetime

from alerts.ladder.words import Gate, Step
from config.schema import Role
from config.words import Lane, Outcome, Rung, TaskState

ENDED = frozenset({TaskState.DONE, TaskState.REFUSED, TaskState.SKIPPED, TaskState.WITHDRAWN})
"""No decision can follow. `silent` is not among them: a late answer is still an answer."""


@dataclass(frozen=True)
class Approval:
    """One person's word that a step may be taken, and why."""

    by: str
    role: Role
    at: datetime
    reason: str
    whole_site: bool = False
    """Whether it covers asking for a whole site to be closed (NEU 9.4: exceptional)."""


@dataclass(frozen=True)
class Task:
    """Times are UTC. An ended task always has `reason`, `decided_by` and `decided_at`."""

    number: int
    """Counts from 1 within its incident, and is never given twice."""
    step: Step
    owner_role: Role
    opened_at: datetime
    due_at: datetime | None
    """While open: when to have done it. While waiting: when the answer is due. None: no hurry."""
    what_to_do: str
    """What to send or say, and what to say no to; whole sentences, no names."""
    lane: Lane
    """The lane in which it opened."""
    skip_reasons: tuple[str, ...] = ()
    """The reasons a person may choose from; empty when the task cannot be skipped."""
    needs: tuple[Gate, ...] = ()
    """What is not there yet; the task cannot be done until this is empty."""
    state: TaskState = TaskState.OPEN
    outcome: Outcome | None = None
    answer: str | None = None
    """One of the answers that the step asks for, such as `held` or `declined`."""
    reference: str | None = None
    """The number of a record kept elsewhere: the host's report, the advice, the police log."""
    whole_site: bool = False
    """A whole site was asked to be closed, not one page."""
    approvals: tuple[Approval, ...] = ()
    reason: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = None
    sent_at: datetime | None = None
    """When a person says that they sent it. Nothing here sends anything."""
    opened_by: str | None = None
    """Who opened it; None when it opened by the rules."""
    opened_because: str | None = None
    reminded_at: datetime | None = None
    barred: bool = False
    """Skipped because the lane forbids it, not by choice; it may open again in another lane."""
    round: int = 0
    """How often the incident had been re-opened when this task opened."""

    @property
    def rung(self) -> Rung | None:
        return self.step.rung

    @property
    def ended(self) -> bool:
        return self.state in ENDED

    @property
    def undecided(self) -> bool:
        """A person, or somebody outside, still has to answer."""
        return self.state in (TaskState.OPEN, TaskState.ACKNOWLEDGED, TaskState.WAITING)

    def overdue(self, now: datetime) -> bool:
        return self.undecided and self.due_at is not None and now >= self.due_at
