"""Whether scores can be read as probabilities: of the comments scored 0.7, seven in ten carry the label.

Comments are put in order of their score and cut into ten groups of equally many; equal scores stay in one
group, so that the order of a file changes nothing. In each group the mean score is set beside the share that
carries the label: the reliability line. The expected calibration error is the mean distance of the two, each
group counting by its comments (Naeini, Cooper and Hauskrecht, AAAI 2015; their groups are equally wide, and
most comments, which score near 0, would all share one).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

GROUPS = 10


@dataclass(frozen=True)
class Group:
    comments: int
    score: float
    """Mean of the scores, 0 to 1."""
    given: float
    """Share of the comments that carry the label, 0 to 1."""


@dataclass(frozen=True)
class Calibration:
    groups: tuple[Group, ...]
    """Lowest scores first; none without a comment, fewer than ten where many scores are equal."""

    @property
    def error(self) -> float:
        """Expected calibration error, 0 to 1; 0 without a comment."""
        comments = sum(group.comments for group in self.groups)
        apart = sum(group.comments * abs(group.score - group.given) for group in self.groups)
        return apart / comments if comments else 0.0

    def to_json(self) -> dict[str, Any]:
        groups = [
            {"comments": one.comments, "score": round(one.score, 4), "given": round(one.given, 4)}
            for one in self.groups
        ]
        return {"error": round(self.error, 4), "groups": groups}


def calibration_of(scores: Sequence[float], truth: Sequence[bool]) -> Calibration:
    """Of one score a comment, 0 to 1, and whether the comment carries the label."""
    ordered = sorted(zip(scores, truth, strict=True))
    return Calibration(tuple(map(_group, _cut(ordered))))


def _cut(ordered: Sequence[tuple[float, bool]]) -> Iterator[Sequence[tuple[float, bool]]]:
    """At every tenth of the comments, or behind the scores that are equal to the one there."""
    start = 0
    for number in range(1, GROUPS + 1):
        end = len(ordered) * number // GROUPS
        while 0 < end < len(ordered) and ordered[end][0] == ordered[end - 1][0]:
            end += 1
        if end > start:
            yield ordered[start:end]
            start = end


def _group(ordered: Sequence[tuple[float, bool]]) -> Group:
    count = len(ordered)
    return Group(
        count, sum(score for score, _ in ordered) / count, sum(given for _, given in ordered) / count
    )
