"""How often the judge is right about one label or flag, as figures."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

ENOUGH = 5
"""Positives from which an F1 of a platform or a surface is shown; below, it would be noise."""
_RESAMPLES = 2000
_SEED = 20


@dataclass(frozen=True)
class Measure:
    name: str
    positives: int
    found: int
    """How many the judge marked."""
    right: int
    average_precision: float | None = None
    """Area under the precision-recall steps; None for flags, which carry no score."""

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        return self.right / self.positives if self.positives else 0.0

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.positives) if self.found + self.positives else 0.0

    @property
    def missed(self) -> int:
        return self.positives - self.right

    @property
    def false(self) -> int:
        return self.found - self.right

    def to_json(self) -> dict[str, Any]:
        told: dict[str, Any] = {"given": self.positives, "found": self.found, "right": self.right}
        told |= {name: round(getattr(self, name), 4) for name in ("precision", "recall", "f1")}
        if self.average_precision is not None:
            told["average_precision"] = round(self.average_precision, 4)
        return told


def measure_of(
    name: str, truth: Sequence[bool], found: Sequence[bool], scores: Sequence[float] | None = None
) -> Measure:
    """Of what is given and what was marked, comment by comment; with scores, their average precision."""
    right = sum(one and other for one, other in zip(truth, found, strict=True))
    area = None if scores is None else average_precision(scores, truth)
    return Measure(name, sum(truth), sum(found), right, area)


def average_precision(scores: Sequence[float], truth: Sequence[bool]) -> float:
    """Mean of the precision at each right answer, best score first; equal scores count together."""
    positives = sum(truth)
    if not positives:
        return 0.0
    ordered = sorted(zip(scores, truth, strict=True), key=lambda pair: -pair[0])
    total = right = seen = 0.0
    for _, tied in itertools.groupby(ordered, key=lambda pair: pair[0]):
        given = [truth for _, truth in tied]
        seen, right = seen + len(given), right + sum(given)
        total += sum(given) * right / seen
    return total / positives


def f1_interval(measure: Measure, comments: int) -> tuple[float, float]:
    """Between which values F1 lies in 95 of 100 bootstrap resamples of the comments; the same at each run.

    (0, 0) with no comment.
    """
    return mean_f1_interval([(measure, comments)]) if comments else (0.0, 0.0)


def mean_f1_interval(schools: Sequence[tuple[Measure, int]]) -> tuple[float, float]:
    """The same of the mean F1 over several schools, each with its number of comments (over 0)."""
    dice = np.random.default_rng(_SEED)
    means = np.mean([_resampled_f1(measure, comments, dice) for measure, comments in schools], axis=0)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def _resampled_f1(measure: Measure, comments: int, dice: np.random.Generator) -> npt.NDArray[np.float64]:
    """A resample matters to F1 only by how many of its comments are right, false, missed and neither.

    Drawing those four counts has the same distribution as drawing the comments.
    """
    counts = np.array([measure.right, measure.false, measure.missed, 0])
    counts[3] = comments - counts.sum()
    drawn = dice.multinomial(comments, counts / comments, size=_RESAMPLES)
    below = 2 * drawn[:, 0] + drawn[:, 1] + drawn[:, 2]
    result: npt.NDArray[np.float64] = 2 * drawn[:, 0] / np.maximum(below, 1)
    return result
