"""What the hostile comments of `./run stress` found, as a part of docs/stress.md."""

import platform
from dataclasses import dataclass, field
from datetime import UTC, datetime

import numpy as np
from support.stress_report import put

_SHOWN = 5


@dataclass
class Facts:
    texts: int = 0
    reasons: int = 0
    seconds: float = 0.0
    """Processor time for all texts, each judged twice."""
    slowest: list[tuple[str, float]] = field(default_factory=list)
    """Shape of a huge comment and processor seconds for it, slowest first."""


def write(facts: Facts) -> None:
    lines = "\n".join(f"| {shape} | {seconds:.2f} |" for shape, seconds in facts.slowest[:_SHOWN])
    put(
        _FRAME.format(
            date=datetime.now(UTC).strftime("%d %B %Y"),
            machine=f"Python {platform.python_version()}, numpy {np.__version__}",
            texts=facts.texts,
            reasons=facts.reasons,
            minutes=facts.seconds / 60,
            shapes=len(facts.slowest),
            lines=lines,
        )
    )


_FRAME = """# Comments that nobody sane writes

Written by `./run stress` on {date}. {machine}.

{texts:,} comments were made of the sample's by dropping, spacing, stretching, disguising and crossing them and by
putting in what a regular expression may choke on. All were judged twice, in {minutes:.0f} minutes of processor
time: no error, the same answer both times, and each of {reasons:,} reasons pointed at words that are there.

Then {shapes} comments of 100,000 characters, each made of one piece again and again. The slowest:

| Made of | Seconds |
|---|--:|
{lines}

The short form of this runs with every `./run test`: `tests/unit/test_judge_hostile.py`.
"""
