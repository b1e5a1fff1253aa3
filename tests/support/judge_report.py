"""What the hostile comments of `./run stress` found, as a part of docs/stress.md."""

import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from support.stress_report import put

_SHOWN = 5


@dataclass
class Run:
    texts: int = 0
    reasons: int = 0
    seconds: float = 0.0
    """Processor time for all texts, each judged twice."""


@dataclass
class Facts:
    encoder: tuple[str, str, str]
    """Version, a sign, and SHA-256."""
    whole: Run = field(default_factory=Run)
    alone: Run = field(default_factory=Run)
    """By the linear models, as where the encoder cannot run."""
    slowest: list[tuple[str, float]] = field(default_factory=list)
    """Shape of a huge comment and processor seconds for it, slowest first."""


def write(facts: Facts) -> None:
    lines = "\n".join(f"| {shape} | {seconds:.2f} |" for shape, seconds in facts.slowest[:_SHOWN])
    version, _, digest = facts.encoder
    put(
        _FRAME.format(
            date=datetime.now(UTC).strftime("%d %B %Y"),
            machine=f"Python {platform.python_version()}, numpy {np.__version__}",
            models=f"version {version}, encoder {digest[:12]}",
            runs="\n".join(
                f"| {name} | {run.texts:,} | {run.reasons:,} | {run.seconds / 60:.0f} |"
                for name, run in (("all models", facts.whole), ("without the encoder", facts.alone))
            ),
            shapes=len(facts.slowest),
            lines=lines,
        )
    )


_FRAME = """# Comments that nobody sane writes

Written by `./run stress` on {date}. {machine}; models {models}.

Comments were made of the sample's by dropping, spacing, stretching, disguising and crossing them and by
putting in what a regular expression may choke on, and one in eight of any characters that Unicode has. All
were judged twice: no error, the same answer both times, and each reason pointed at words that are there.

| Judged by | Comments | Reasons | Minutes of processor time |
|---|--:|--:|--:|
{runs}

Then {shapes} comments of 100,000 characters, each made of one piece again and again. The slowest:

| Made of | Seconds |
|---|--:|
{lines}

The short form of this runs with every `./run test`: `tests/unit/test_judge_hostile.py`.
"""
