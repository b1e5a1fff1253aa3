"""What a school's own decisions teach: a bounded shift a head, beside the shipped model and never in it.

A person who dismisses an incident says that the judge spoke up too readily; one who goes on with it, that it
was right to. For each label and danger flag an offset in log-odds is fitted to the scores of the comments
that were marked and decided on. Comments that were never marked are missing from those, which does not bend
the fit: whether one was marked depends on its score alone, and the fit is given the score.

The prior weighs as much as 64 undecided comments at even odds that agree with the shipped model, so three
dismissals move next to nothing and thirty in a row do. Scores stay those of the shipped model; the offset
moves the threshold that they have to reach.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from classifiers.caution import DANGER
from config.words import Flag, Label

LEARNS: tuple[str, ...] = tuple(str(head) for head in (*Label, *DANGER) if head is not Flag.INDECENT_IMAGE)
"""What is learned from decisions. Nothing about indecent images: their words are for head and DSL alone."""
BOUND = 1.5
"""The largest shift in log-odds: at most a score of 0.5 is treated as one of 0.18 or of 0.82."""
PRIOR = 16.0
"""Inverse variance of the offset: what 64 comments at even odds tell, a quarter each."""
_ROUNDS = 50


@dataclass(frozen=True)
class Learned:
    """The offsets in force for one school, head by head, in log-odds. Above 0: speaks up more readily."""

    version: int
    offsets: Mapping[str, float]
    models: Mapping[str, str]
    """The models whose scores they correct, as `EmbeddedJudge.models` names them; they fit no others."""


@dataclass(frozen=True)
class Decided:
    """A comment that was marked for a head, and whether a person confirmed or dismissed its incident."""

    score: float
    confirmed: bool
    weight: float = 1.0
    """Below 1 where several comments share one decision."""


def offset(decided: Sequence[Decided]) -> float:
    """The shift that fits the decisions best under the prior, within ±`BOUND`, to four places.

    Deterministic, and independent of the order: the slope of the posterior falls with the offset, and is
    halved down to its zero.
    """
    logits = sorted((_logit(one.score), one.confirmed, one.weight) for one in decided)
    low, high = -BOUND, BOUND
    for _ in range(_ROUNDS):
        middle = (low + high) / 2
        if _slope(logits, middle) > 0:
            low = middle
        else:
            high = middle
    return round((low + high) / 2, 4) + 0.0  # no minus zero


def _slope(logits: Sequence[tuple[float, bool, float]], shift: float) -> float:
    pulls = (weight * (confirmed - _logistic(logit + shift)) for logit, confirmed, weight in logits)
    return math.fsum(pulls) - PRIOR * shift


def shifted(
    thresholds: Mapping[str, float], offsets: Mapping[str, float], floors: Mapping[str, float]
) -> dict[str, float]:
    """The thresholds with the offsets applied; none of `floors` (the danger flags') is ever exceeded.

    A head without an offset keeps its threshold to the last bit.
    """
    moved = dict(thresholds)
    for head, shift in offsets.items():
        if head in moved and shift:
            bounded = min(max(shift, -BOUND), BOUND)
            moved[head] = _logistic(_logit(moved[head]) - bounded)
    for head, floor in floors.items():
        if head in moved:
            moved[head] = min(moved[head], max(floor, thresholds[head]))
    return moved


def _logit(score: float) -> float:
    inside = min(max(score, 1e-6), 1 - 1e-6)
    return math.log(inside / (1 - inside))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
