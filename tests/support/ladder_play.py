"""Plays a ladder the way a school climbs it: one matter, people who decide, and time that passes."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from alerts.ladder import machine
from alerts.ladder.approving import approve
from alerts.ladder.correcting import Correction, correct, note
from alerts.ladder.matter import Matter
from alerts.ladder.state import Consent, Decision, Ladder
from alerts.ladder.tasks import Task
from alerts.ladder.words import ConsentScope, DecisionKind, Step
from config.schema import Role
from config.words import Flag, Label, Outcome, Severity, Surface, Visibility

T0 = datetime(2026, 11, 20, 15, 30, tzinfo=UTC)
"""A Friday afternoon."""
TEACHER = Matter(
    labels=frozenset({Label.ABUSE}),
    flags=frozenset({Flag.INSULT, Flag.STAFF_TARGET}),
    severity=Severity.MEDIUM,
    surface=Surface.MENTION,
    platform="village-forum.example",
    affected_role="staff",
)
"""Abuse of a teacher on a village forum."""
RUMOUR = replace(TEACHER, labels=frozenset({Label.DEFAMATION}), flags=frozenset({Flag.STAFF_TARGET}))
THREAT = replace(TEACHER, flags=frozenset({Flag.THREAT, Flag.STAFF_TARGET}), severity=Severity.HIGH)


class Play:
    """Holds the ladder between moves; each move happens at the play's own time."""

    def __init__(
        self, matter: Matter = TEACHER, *, at: datetime = T0, policy: Mapping[str, Any] | None = None
    ) -> None:
        self.now = at
        self.ladder: Ladder = machine.open_ladder(
            matter, first_seen_at=at, opened_at=at, sealed=True, policy=policy
        )

    def steps(self) -> set[Step]:
        """What somebody still has to do."""
        return {task.step for task in machine.open_tasks(self.ladder)}

    def the(self, step: Step) -> Task:
        """The newest task of a step."""
        return [task for task in self.ladder.tasks if task.step is step][-1]

    def wait(self, **time: float) -> None:
        self.now += timedelta(**time)

    def tick(self) -> list[str]:
        self.ladder, said = machine.tick(self.ladder, self.now)
        return [word.text for word in said]

    def done(
        self, step: Step, outcome: Outcome | None = None, *, reason: str = "because", **more: Any
    ) -> None:
        self._decide(step, Decision(DecisionKind.DONE, more.pop("by", "A. Manager"), outcome, reason, **more))

    def refused(self, step: Step, reason: str = "they said no") -> None:
        self._decide(step, Decision(DecisionKind.REFUSED, "A. Manager", None, reason))

    def skip(self, step: Step, reason: str = "not needed") -> None:
        self._decide(step, Decision(DecisionKind.SKIP, "A. Manager", None, reason))

    def withdraw(self, step: Step) -> None:
        self._decide(step, Decision(DecisionKind.WITHDRAW, "A. Manager"))

    def _decide(self, step: Step, decision: Decision) -> None:
        self.ladder = machine.decide(self.ladder, self.the(step).number, decision, self.now)

    def triage(self) -> None:
        self.done(Step.TRIAGE)

    def approve(self, step: Step, role: Role = Role.HEADTEACHER, *, whole_site: bool = False) -> None:
        self.ladder = approve(
            self.ladder, self.the(step).number, by="B. Head", role=role, reason="it is fitting", at=self.now,
            whole_site=whole_site,
        )  # fmt: skip

    def correct(self, *, reason: str = "somebody found out", by: str = "A. Manager", **facts: Any) -> None:
        self.ladder = correct(self.ladder, Correction(**facts), reason=reason, by=by, at=self.now)

    def open(self, step: Step, **more: Any) -> None:
        self.ladder = machine.open_step(
            self.ladder, step, reason="wanted", by="A. Manager", at=self.now, **more
        )

    def answers(self, scope: ConsentScope, *, yes: bool, method: str = "written") -> None:
        said = Consent("staff S1", "A. Manager", self.now, yes, scope, method)
        self.ladder = machine.record_consent(self.ladder, said)

    def sees(self, visibility: Visibility, *, clean: bool | None = None) -> None:
        self.ladder = machine.observe(self.ladder, visibility, self.now, clean=clean)

    def note(self, role: Role) -> None:
        self.ladder = note(self.ladder, "the procedure goes on elsewhere", by="C", role=role, at=self.now)

    def close(self, outcome: Outcome | None = None) -> None:
        self.ladder = machine.close(self.ladder, "over", "A. Manager", self.now, outcome=outcome)
