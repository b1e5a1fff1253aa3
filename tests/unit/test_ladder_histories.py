"""Random histories of people, hosts, re-checks and time: what must hold however a school goes about it."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from support import ladder_report

from alerts.ladder import wishes
from alerts.ladder.approving import approve
from alerts.ladder.circumstances import ASKS_OUTSIDE
from alerts.ladder.correcting import Correction, correct
from alerts.ladder.dates import law_dates
from alerts.ladder.gates import SCOPES
from alerts.ladder.lanes import ROWS, prohibitions
from alerts.ladder.machine import (
    DAEMON,
    close,
    decide,
    ladder_from_json,
    ladder_to_json,
    observe,
    open_ladder,
    open_step,
    reconsider,
    record_consent,
    seal,
    tick,
)
from alerts.ladder.matter import Matter, OutOfSchool, lane_of
from alerts.ladder.state import BY_CLOCK, BY_RECHECK, Consent, Decision, Ladder, LadderRefused
from alerts.ladder.steps import RULES
from alerts.ladder.tasks import Task
from alerts.ladder.words import POLICE_OVERRIDES, ConsentScope, DecisionKind, Gate, Override, Standing, Step
from config.schema import Role
from config.words import (
    CommunityRole,
    Flag,
    Label,
    Lane,
    Outcome,
    Rung,
    Severity,
    Situation,
    Surface,
    TaskState,
    Visibility,
)

T0 = datetime(2026, 12, 23, 16, 0, tzinfo=UTC)
ROLES = ["unknown", "staff", "pupil", "parent", "school", "stranger"]
MATTERS = st.builds(
    Matter,
    labels=st.frozensets(st.sampled_from(Label), max_size=2),
    flags=st.frozensets(st.sampled_from(Flag), max_size=3),
    severity=st.sampled_from(Severity),
    surface=st.sampled_from(Surface),
    platform=st.sampled_from(["x", "village-forum.example"]),
    on_own_account=st.booleans(),
    school_is_author=st.booleans(),
    has_media=st.booleans(),
    author_role=st.sampled_from(ROLES),
    affected_role=st.sampled_from(ROLES),
)
BY_TIME_ALONE = ((TaskState.WAITING, TaskState.SILENT), (TaskState.ACKNOWLEDGED, TaskState.OPEN))
"""Nobody answered; nothing moved since somebody took it on."""
HISTORIES = 10_000
PLAIN = Matter(
    labels=frozenset({Label.ABUSE, Label.DEFAMATION}),
    flags=frozenset({Flag.THREAT, Flag.STAFF_TARGET}),
    severity=Severity.HIGH,
    surface=Surface.MENTION,
    platform="village-forum.example",
)
"""In the standard lane, where every rung can be climbed."""
PEOPLE = st.sampled_from(["manager", "head", ""])
REASONS = st.sampled_from(["a reason", "", None])


_DUTY_BEHIND = {Gate.LADO_ADVICE: Step.LADO_REFERRAL, Gate.DSL_DECISION: Step.DSL_REFERRAL}


class History(RuleBasedStateMachine):
    """Each rule is something that can happen; a refusal is an answer, anything else raised is a fault."""

    ladder: Ladder
    now: datetime
    refusals: int
    counted = ladder_report.Counted()

    def teardown(self) -> None:
        self.counted.add(self.ladder, self.refusals)

    @initialize(matter=st.just(PLAIN) | MATTERS, sealed=st.booleans())
    def begin(self, matter: Matter, sealed: bool) -> None:
        self.now = T0
        self.refusals = 0
        try:
            self.ladder = open_ladder(matter, first_seen_at=T0, opened_at=T0, sealed=sealed)
        except LadderRefused:
            assert not sealed
            self.ladder = open_ladder(matter, first_seen_at=T0, opened_at=T0, sealed=True)

    def ready(self) -> list[Task]:
        return [task for task in self.ladder.tasks if task.undecided and not task.needs]

    def climbs(self) -> list[Task]:
        """The look that comes first; after it, whatever leaves the school and has not left yet."""
        waiting = [task for task in self.ladder.tasks if task.undecided and task.sent_at is None]
        triage = [task for task in waiting if task.step is Step.TRIAGE]
        outward = (*ASKS_OUTSIDE, Step.POLICE_CONSIDERED, Step.POLICE_REPORTED)
        return triage or [task for task in waiting if task.step in outward]

    def asks_for_an_answer(self) -> list[Task]:
        return [task for task in self.ladder.tasks if task.undecided and RULES[task.step].answers]

    def letters(self) -> list[Task]:
        return [task for task in self.ladder.tasks if task.step is Step.INFRA_NOTICE and task.undecided]

    def attempt(self, act: Any, *args: Any, **more: Any) -> None:
        before = self.ladder
        try:
            self.ladder = act(before, *args, **more)
        except LadderRefused:
            self.refusals += 1
        self.check_step_from(before)

    def check_step_from(self, before: Ladder) -> None:
        after = self.ladder
        assert after.first_seen_at == before.first_seen_at
        assert after.clock_from == before.clock_from or after.re_opened == before.re_opened + 1
        assert [task.number for task in after.tasks] == list(range(1, len(after.tasks) + 1))
        for old, new in zip(before.tasks, after.tasks, strict=False):
            assert (old.step, old.opened_at) == (new.step, new.opened_at)
            if old.ended:
                assert new == old
        for task in after.tasks[len(before.tasks) :]:
            assert task.step not in prohibitions(after.matter, after.lane, after.policy)
            if not after.sealed:
                assert task.step in ROWS[after.lane].before_sealing

    @rule(kind=st.sampled_from(DecisionKind), outcome=st.sampled_from([None, *Outcome]), by=PEOPLE, reason=REASONS,
          override=st.sampled_from([None, None, *Override]), data=st.data())  # fmt: skip
    def decide_something(  # noqa: PLR0917  Hypothesis gives them by name
        self,
        kind: DecisionKind,
        outcome: Outcome | None,
        by: str,
        reason: str | None,
        override: Override | None,
        data: st.DataObject,
    ) -> None:
        number = data.draw(st.integers(1, len(self.ladder.tasks) + 1))
        before = self.ladder
        self.attempt(decide, number, Decision(kind, by, outcome, reason, override), self.now)
        self.check_police(before, override, reason)

    @precondition(lambda self: self.ladder.closing is None and self.ready())
    @rule(data=st.data(), by=st.sampled_from(["manager", "head"]))
    def do_what_is_asked(self, data: st.DataObject, by: str) -> None:
        """Without a rule that follows the ladder, random play would seldom climb it."""
        task = data.draw(st.sampled_from(self.ready()))
        before = self.ladder
        kind = data.draw(st.sampled_from([DecisionKind.DONE, DecisionKind.REFUSED]))
        self.attempt(decide, task.number, Decision(kind, by, None, "as asked"), self.now)
        self.check_police(before, None, "as asked")

    @rule(moves=st.integers(1, 10), data=st.data())
    def climb(self, moves: int, data: st.DataObject) -> None:
        """A school that does as it is asked: it looks, gets what a task waits for, sends it, and hears a no.

        Without this, random play would hardly ever reach the upper rungs.
        """
        for _ in range(moves):
            if self.ladder.closing is None and self.climbs():
                task = data.draw(st.sampled_from(self.climbs()))
                for gate in task.needs:
                    self.mend(gate, task.number)
                self.attempt(decide, task.number, Decision(DecisionKind.DONE, "head", None, "sent"), self.now)
            else:
                self.hear_a_no()

    def hear_a_no(self) -> None:
        for task in [task for task in self.ladder.tasks if task.state is TaskState.WAITING][:1]:
            no = Decision(DecisionKind.REFUSED, "head", None, "“no violation”")
            self.attempt(decide, task.number, no, self.now)

    def mend(self, gate: Gate, number: int) -> None:
        if gate in (Gate.APPROPRIATE, Gate.HEAD_APPROVAL):
            role = Role.HEADTEACHER
            self.attempt(approve, number, by="head", role=role, reason="fitting", at=self.now)
        elif gate in (Gate.ATTRIBUTION, Gate.AUTHOR_KNOWN_ADULT):
            known = Correction(CommunityRole.PARENT, attribution=Standing.CONFIRMED, basis="signed")
            self.attempt(correct, known, reason="signed", by="head", at=self.now)
        elif gate in (*SCOPES, Gate.WISHES):
            scope = SCOPES.get(gate, ConsentScope.WISHES)
            said = Consent("staff", "manager", self.now, answer=True, scope=scope, method="written")
            self.attempt(record_consent, said)
        elif gate in _DUTY_BEHIND:
            self.settle(_DUTY_BEHIND[gate])

    def settle(self, step: Step) -> None:
        for task in [task for task in self.ladder.tasks if task.step is step and task.undecided]:
            said = Decision(DecisionKind.DONE, "head", None, "advised", reference="7")
            self.attempt(decide, task.number, said, self.now)

    @precondition(lambda self: self.ladder.closing is None)
    @rule(outcome=st.sampled_from([Outcome.REFUSED, Outcome.WITHDRAWN, Outcome.HANDED_OVER, Outcome.REMOVED]))
    def bring_to_an_end(self, outcome: Outcome) -> None:
        """Everything that may be left out is left out, and the head closes it."""
        for task in self.ladder.tasks:
            if task.undecided:
                self.attempt(decide, task.number, Decision(DecisionKind.SKIP, "head", None, "over"), self.now)
        self.attempt(close, "over", "head", self.now, outcome=outcome)

    @precondition(lambda self: self.ladder.closing is None and self.asks_for_an_answer())
    @rule(data=st.data())
    def answer_what_is_asked(self, data: st.DataObject) -> None:
        """With the answer and the number that a step asks for."""
        task = data.draw(st.sampled_from(self.asks_for_an_answer()))
        answer = data.draw(st.sampled_from(RULES[task.step].answers))
        said = Decision(DecisionKind.DONE, "head", None, "as asked", answer=answer, reference="none")
        self.attempt(decide, task.number, said, self.now)

    @rule(role=st.sampled_from([Role.HEADTEACHER, Role.SENIOR_MANAGER]), whole=st.booleans(), data=st.data())
    def approve_something(self, role: Role, whole: bool, data: st.DataObject) -> None:
        number = data.draw(st.integers(1, len(self.ladder.tasks)))
        self.attempt(approve, number, by="head", role=role, reason="fitting", at=self.now, whole_site=whole)

    @precondition(lambda self: self.ladder.closing is None and self.letters())
    @rule(number=st.integers(1, 40), whole=st.booleans())
    def write_to_the_provider(self, number: int, whole: bool) -> None:
        """The rung of the provider has the strictest gate; random play alone would seldom reach it."""
        letters = self.letters()
        said = Decision(DecisionKind.DONE, "manager", None, "sent", whole_site=whole)
        self.attempt(decide, letters[number % len(letters)].number, said, self.now)

    @rule(
        role=st.sampled_from([None, *CommunityRole]),
        situations=st.frozensets(st.sampled_from(Situation), max_size=2),
        standing=st.sampled_from([None, *Standing]),
        boxes=st.frozensets(st.sampled_from(OutOfSchool), max_size=1),
    )
    def find_out(
        self,
        role: CommunityRole | None,
        situations: frozenset[Situation],
        standing: Standing | None,
        boxes: frozenset[OutOfSchool],
    ) -> None:
        before = self.ladder
        known = Correction(
            author_role=role, situations=situations, attribution=standing, basis="known", out_of_school=boxes
        )
        self.attempt(correct, known, reason="seen", by="head", at=self.now)
        if self.ladder != before:
            assert self.ladder.changes[-1].by == "head"
            assert (before.lane is Lane.INDECENT_IMAGE) is (self.ladder.lane is Lane.INDECENT_IMAGE)

    def check_police(self, before: Ladder, override: Override | None, reason: str | None) -> None:
        self.check_wishes(before, override)
        for task in self.ladder.tasks[: len(before.tasks)]:
            newly = task.state is TaskState.DONE and before.task(task.number).state is not TaskState.DONE
            if task.step is Step.POLICE_REPORTED and newly:
                free = before.lane in (Lane.INDECENT_IMAGE, Lane.LIFE)
                overridden = (
                    override is not None and override is not Override.HOST_UNREACHABLE and bool(reason)
                )
                assert free or overridden or before.consent_holds(ConsentScope.POLICE, self.now)
                assert task.reason

    def check_wishes(self, before: Ladder, override: Override | None) -> None:
        """What newly left the school was not against the person's wish, or a listed override stood for it."""
        for old, new in zip(before.tasks, self.ladder.tasks, strict=False):
            if new.sent_at is not None and old.sent_at is None:
                unwanted = wishes.stand_against(before, new.step, self.now)
                assert not unwanted or override in POLICE_OVERRIDES

    @rule(scope=st.sampled_from(ConsentScope), answer=st.booleans(), hours=st.sampled_from([None, 1, 200]))
    def ask(self, scope: ConsentScope, answer: bool, hours: int | None) -> None:
        expires = None if hours is None else self.now + timedelta(hours=hours)
        self.attempt(record_consent, Consent("staff", "manager", self.now, answer, scope, "written", expires))

    @rule(minutes=st.sampled_from([1, 29, 31, 59, 61, 240, 1440, 10080]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)
        before = self.ladder
        self.ladder, said = tick(before, self.now)
        self.check_step_from(before)
        assert tick(self.ladder, self.now) == (self.ladder, ())
        assert len(said) <= 3 * len(before.tasks) + 1 + len(law_dates(before))
        for old, new in zip(before.tasks, self.ladder.tasks, strict=False):
            assert new.sent_at == old.sent_at
            assert new.state is old.state or (old.state, new.state) in BY_TIME_ALONE
        for new in self.ladder.tasks[len(before.tasks) :]:
            assert new.state is TaskState.OPEN

    @rule(
        visibility=st.sampled_from(Visibility),
        healthy=st.booleans(),
        clean=st.sampled_from([None, True, False]),
    )
    def look(self, visibility: Visibility, healthy: bool, clean: bool | None) -> None:
        before = self.ladder
        self.attempt(observe, visibility, self.now, canary_healthy=healthy, clean=clean)
        if not healthy or visibility is Visibility.UNKNOWN or before.lane is Lane.INDECENT_IMAGE:
            assert self.ladder == before
        gone = self.ladder.presence
        if gone.gone_confirmed_at is not None:
            assert gone.gone_since is not None
            assert gone.gone_confirmed_at - gone.gone_since >= timedelta(minutes=30)

    @rule(matter=MATTERS, by=st.sampled_from(["head", DAEMON]))
    def learn(self, matter: Matter, by: str) -> None:
        before = self.ladder
        self.attempt(reconsider, matter, reason="new facts", by=by, at=self.now)
        if by == DAEMON:
            order = list(Lane)
            assert order.index(self.ladder.lane) <= order.index(before.lane)
            assert self.ladder.severity.rank >= before.severity.rank

    @rule(step=st.sampled_from(Step), override=st.sampled_from([None, *Override]))
    def open_something(self, step: Step, override: Override | None) -> None:
        before = self.ladder
        self.attempt(open_step, step, reason="wanted", by="manager", at=self.now, override=override)
        if step is Step.INFRA_NOTICE and len(self.ladder.tasks) > len(before.tasks):
            hosts = [task.state for task in before.tasks if task.rung is Rung.HOST_REPORT]
            said_no = TaskState.REFUSED in hosts or TaskState.SILENT in hosts
            assert said_no or override is Override.HOST_UNREACHABLE

    @rule()
    def seal_now(self) -> None:
        self.attempt(seal, self.now)

    @rule(outcome=st.sampled_from([None, *Outcome]), by=PEOPLE, reason=st.sampled_from(["over", ""]))
    def close_it(self, outcome: Outcome | None, by: str, reason: str) -> None:
        self.attempt(close, reason, by, self.now, outcome=outcome)

    @invariant()
    def every_ending_has_reason_person_and_time(self) -> None:
        for task in self.ladder.tasks:
            if task.ended or task.state is TaskState.SILENT:
                assert task.reason
                assert task.decided_by
                assert task.decided_at is not None
                assert task.needs == ()
        closing = self.ladder.closing
        if closing is not None:
            assert closing.reason
            assert closing.by in ("manager", "head")
            assert not any(task.undecided for task in self.ladder.tasks)
            if closing.outcome is Outcome.REMOVED:
                assert closing.verified_at is not None

    @invariant()
    def only_a_person_says_that_something_was_sent(self) -> None:
        for task in self.ladder.tasks:
            if task.step.rung in (Rung.ISP, Rung.POLICE) or task.step is Step.HOST_REPORT:
                assert task.decided_by not in (BY_CLOCK,) or task.state is TaskState.SILENT
            if task.step is Step.POLICE_REPORTED:
                assert task.decided_by not in (BY_CLOCK, BY_RECHECK)

    @invariant()
    def what_leaves_the_school_had_its_gates(self) -> None:
        """No rung is climbed before its evidence, its look, and the head's word where it asks for that."""
        triages = [task for task in self.ladder.tasks if task.step is Step.TRIAGE]
        for task in self.ladder.tasks:
            if task.sent_at is None:
                continue
            assert self.ladder.sealed
            assert task.step in ASKS_OUTSIDE
            looked = not triages or any(one.state is TaskState.DONE for one in triages)
            assert looked or task.lane is Lane.LIFE or self.ladder.lane is Lane.LIFE
            if task.step in (Step.AUTHOR_REQUEST, Step.INFRA_NOTICE):
                assert any(one.role is Role.HEADTEACHER for one in task.approvals)
            if task.whole_site:
                assert any(one.whole_site and one.role is Role.HEADTEACHER for one in task.approvals)

    @invariant()
    def the_strictest_lane_wins(self) -> None:
        order = list(Lane)
        assert order.index(self.ladder.lane) <= order.index(lane_of(self.ladder.matter))

    @invariant()
    def the_24_hours_are_24_hours(self) -> None:
        assert self.ladder.host_due_at - self.ladder.clock_from == timedelta(hours=24)
        if not self.ladder.re_opened:
            assert self.ladder.clock_from == T0

    @invariant()
    def what_is_forbidden_is_not_open(self) -> None:
        forbidden = prohibitions(self.ladder.matter, self.ladder.lane, self.ladder.policy)
        assert not [task for task in self.ladder.tasks if task.undecided and task.step in forbidden]

    @invariant()
    def the_store_gives_back_what_it_got(self) -> None:
        assert ladder_from_json(json.loads(json.dumps(ladder_to_json(self.ladder)))) == self.ladder


SHORT = settings(
    max_examples=200, stateful_step_count=16, deadline=None, suppress_health_check=list(HealthCheck)
)
History.TestCase.settings = SHORT
TestARandomHistoryWouldBreakAPromise = History.TestCase


@pytest.mark.stress
def test_ten_thousand_histories_would_find_what_two_hundred_miss() -> None:
    """Writes its part of docs/stress.md when none of them broke a promise."""
    History.counted = ladder_report.Counted()
    started = time.monotonic()
    run_state_machine_as_test(History, settings=settings(SHORT, max_examples=HISTORIES))
    ladder_report.write(History.counted, HISTORIES, time.monotonic() - started)
