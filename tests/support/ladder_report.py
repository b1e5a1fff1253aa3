"""What `./run stress` found of random histories of the ladder, as its part of docs/stress.md."""

import platform
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version

from support.stress_report import put

from alerts.ladder.state import Ladder
from alerts.ladder.words import Step
from config.words import TaskState


@dataclass
class Counted:
    """How far the histories came; a count of zero would mean that a promise was never put to the test."""

    histories: int = 0
    refusals: int = 0
    tasks: int = 0
    closed: int = 0
    re_opened: int = 0
    sent: Counter[str] = field(default_factory=Counter)
    lanes: Counter[str] = field(default_factory=Counter)

    def add(self, ladder: Ladder, refusals: int) -> None:
        self.histories += 1
        self.refusals += refusals
        self.tasks += len(ladder.tasks)
        self.closed += ladder.closing is not None
        self.re_opened += ladder.re_opened
        self.lanes[ladder.lane.replace("_", " ")] += 1
        for task in ladder.tasks:
            told_police = task.step is Step.POLICE_REPORTED and task.state is TaskState.DONE
            if task.sent_at is not None or told_police:
                self.sent[task.step.shown_as] += 1


def write(counted: Counted, asked: int, seconds: float) -> None:
    lanes = ", ".join(f"{lane} {number:,}" for lane, number in counted.lanes.most_common())
    sent = "\n".join(f"| {step} | {number:,} |" for step, number in counted.sent.most_common())
    put(
        _FRAME.format(
            date=datetime.now(UTC).strftime("%d %B %Y"),
            python=platform.python_version(),
            hypothesis=version("hypothesis"),
            asked=f"{asked:,}",
            histories=f"{counted.histories:,}",
            minutes=seconds / 60,
            tasks=f"{counted.tasks:,}",
            refusals=f"{counted.refusals:,}",
            closed=f"{counted.closed:,}",
            re_opened=f"{counted.re_opened:,}",
            lanes=lanes,
            sent=sent,
        )
    )


_FRAME = """# Random histories of the ladder

Written by `./run stress` on {date}. Python {python}, Hypothesis {hypothesis}.

{asked} histories were asked for and {histories} played in {minutes:.0f} minutes: people decide, approve, correct, consent
and change their minds; hosts refuse or stay silent; re-checks see and miss; days pass. {tasks} tasks opened,
{refusals} attempts were refused, {closed} histories ended closed, {re_opened} times something was back again. None broke
a promise: time alone sends nothing; no rung is climbed before the evidence, the look, and the head's word where
it is needed; the strictest lane wins; the police hear only by consent, a listed override with a reason, or where
a life or an indecent image leaves no choice; a wish against a step stops it, or a listed override stands for
it; every ending has a reason, a person and a time; the 24 hours never
move; what the store gives back is what it got.

Lanes at the end: {lanes}.

| What a person sent, or told | Times |
|---|--:|
{sent}

The short form, 200 histories, runs with every `./run test`: `tests/unit/test_ladder_histories.py`.
"""
