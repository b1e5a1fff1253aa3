"""How readily the judgement speaks up: three thresholds a head, and the choice of a school among them.

Quiet, balanced and cautious (`Caution`) trade false alarms against misses. A school chooses one for each
label and one for the danger flags. Flags that only describe what a label raised have no choice: they raise
nothing by themselves.

The danger flags (threat, safeguarding, indecent image, encouragement of self-harm) keep a floor of recall at
every level, because there a miss can cost a child or a life and an alarm costs a minute (NEU 10.2, Queen's
Crescent 2.7.4): their quiet threshold is the highest that still finds `FLOOR` of the real ones, as long as
one alarm in five is right. Nothing that a school sets or that is learned from its decisions goes above it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from config.words import Caution, Flag, Label

DANGER = (Flag.THREAT, Flag.SELF_HARM_ENCOURAGEMENT, Flag.SAFEGUARDING, Flag.INDECENT_IMAGE)
FLOOR = 0.85
"""Recall on held-out comments that a danger flag keeps even when quiet."""
_DANGER_RECALL = {Caution.QUIET: FLOOR, Caution.BALANCED: 0.88, Caution.CAUTIOUS: 0.95}
_DANGER_PRECISION = {Caution.QUIET: 0.20, Caution.BALANCED: 0.20, Caution.CAUTIOUS: 0.10}
"""Below this nobody reads the alarms any more, and what is not read is missed as well."""
_CAUTIOUS_RECALL = 0.95
_CAUTIOUS_PRECISION = 0.40
_ALARMS = {Caution.QUIET: 0.010, Caution.BALANCED: 0.050}
"""The share of harmless comments that one head may mark."""
_ALONE = {Caution.QUIET: 0.001, Caution.BALANCED: 0.002, Caution.CAUTIOUS: 0.006}
"""The share of harmless comments that one danger flag may raise where no label raises them."""
_UNKNOWN = 0.5
"""With nothing to choose by: a calibrated score says that it is more likely than not."""
F64 = npt.NDArray[np.float64]
Thresholds = tuple[float, float, float]
"""Quiet, balanced, cautious."""
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Levels:
    """What a school chose, for each label and for the danger flags together."""

    abuse: Caution = Caution.BALANCED
    defamation: Caution = Caution.BALANCED
    pupil_information: Caution = Caution.BALANCED
    danger: Caution = Caution.BALANCED

    @classmethod
    def all(cls, level: Caution) -> "Levels":
        return cls(level, level, level, level)

    def of(self, head: str) -> Caution:
        """The level of a label or a flag; balanced for a flag that only describes."""
        if head in DANGER:
            return self.danger
        chosen = {
            Label.ABUSE.value: self.abuse,
            Label.DEFAMATION.value: self.defamation,
            Label.PUPIL_INFORMATION.value: self.pupil_information,
        }
        return chosen.get(head, Caution.BALANCED)


BALANCED = Levels()


def thresholds_for(
    model_thresholds: npt.NDArray[np.floating], heads: Sequence[str], levels: Levels
) -> dict[str, float]:
    """The threshold of each head at the chosen levels.

    `model_thresholds` is levels x heads in the order of `Caution`, or one row for all levels. ValueError
    for any other shape.
    """
    table = _by_level(model_thresholds, heads)
    places = {level: place for place, level in enumerate(Caution)}
    return {head: float(table[places[levels.of(head)], column]) for column, head in enumerate(heads)}


def floors_for(model_thresholds: npt.NDArray[np.floating], heads: Sequence[str]) -> dict[str, float]:
    """The threshold that nothing may lift a danger flag above."""
    quiet = thresholds_for(model_thresholds, heads, Levels.all(Caution.QUIET))
    return {head: threshold for head, threshold in quiet.items() if head in DANGER}


def _by_level(thresholds: npt.NDArray[np.floating], heads: Sequence[str]) -> npt.NDArray[np.floating]:
    if thresholds.shape not in ((len(heads),), (len(Caution), len(heads))):
        raise ValueError(f"thresholds of shape {thresholds.shape}; expected {len(Caution)} x {len(heads)}")
    return np.broadcast_to(thresholds, (len(Caution), len(heads)))


@dataclass(frozen=True)
class _Cuts:
    """Every place at which sorted scores can be cut, fewest marks first; one entry a cut."""

    threshold: F64
    recall: F64
    precision: F64
    alarms: F64
    """Share of the harmless comments that would be marked."""

    def best(self, weight: float, allowed: Bools) -> float:
        """The cut with the best F measure (recall counts `weight` times) among those allowed."""
        square = weight * weight
        below = square * self.precision + self.recall
        measure = (1 + square) * self.precision * self.recall / np.maximum(below, 1e-12)
        return float(self.threshold[np.argmax(np.where(allowed, measure, -1.0))])

    def reaching(self, recall: float, precision: float) -> float:
        """The highest cut with this recall; where it costs too much precision, the lowest that does not."""
        wanted = int(np.argmax(self.recall >= recall - 1e-9))
        bearable = np.flatnonzero(self.precision >= precision)
        return float(self.threshold[min(wanted, bearable[-1]) if len(bearable) else wanted])


def choose(scores: F64, truth: Bools, harmless: Bools, *, danger: bool) -> Thresholds:
    """The quiet, balanced and cautious threshold of one head, never rising from one to the next.

    `scores`, `truth` (the head is given) and `harmless` (no label and no flag is given) hold one entry a
    held-out comment: scores of a model that has not seen the comment's school. Scores in 0..1.

    A label: balanced is the best F1 with at most 50 false alarms per 1,000 harmless comments; quiet the best
    with at most 10, precision counting twice; cautious the highest threshold with recall 0.95, or as near to
    it as leaves two of five marks right.
    A danger flag goes by recall: 0.85, 0.88 and 0.95; balanced takes more where the best F1 has more.
    """
    if not truth.any():
        return _UNKNOWN, _UNKNOWN, _UNKNOWN
    cuts = _cuts(scores, truth, harmless)
    quiet, balanced, cautious = _for_danger(cuts) if danger else _for_label(cuts)
    return max(quiet, balanced), balanced, min(cautious, balanced)


def choose_alone(scores: F64, harmless: Bools, beside: Thresholds) -> Thresholds:
    """The thresholds of a danger flag where no label is given, none under those `beside` a label.

    Nine in ten comments with a danger flag carry a label as well. Beside a label the flag costs nobody an
    alarm, so it goes by recall (`choose`); alone it is the alarm, and must be surer of itself.
    """
    ranked = np.sort(scores[harmless])[::-1]
    found = []
    for level, least in zip(Caution, beside, strict=True):
        most = int(_ALONE[level] * len(ranked))
        found.append(max(least, float(np.nextafter(ranked[most], 1.0)) if most < len(ranked) else least))
    return found[0], min(found[:2]), min(found)


def _for_danger(cuts: _Cuts) -> tuple[float, float, float]:
    quiet, balanced, cautious = (
        cuts.reaching(_DANGER_RECALL[one], _DANGER_PRECISION[one]) for one in Caution
    )
    anywhere = np.ones(len(cuts.threshold), dtype=bool)
    return quiet, min(balanced, cuts.best(1.0, anywhere)), cautious


def _for_label(cuts: _Cuts) -> tuple[float, float, float]:
    return (
        cuts.best(0.5, _few(cuts, Caution.QUIET)),
        cuts.best(1.0, _few(cuts, Caution.BALANCED)),
        cuts.reaching(_CAUTIOUS_RECALL, _CAUTIOUS_PRECISION),
    )


def _few(cuts: _Cuts, level: Caution) -> Bools:
    """The cuts with few enough false alarms; the one with the fewest where even that has too many."""
    few: Bools = cuts.alarms <= max(_ALARMS[level], float(cuts.alarms.min()))
    return few


def _cuts(scores: F64, truth: Bools, harmless: Bools) -> _Cuts:
    order = np.argsort(-scores, kind="stable")
    ranked = scores[order].astype(np.float64)
    lower = np.append(ranked[1:], min(0.0, float(ranked[-1])))
    ends = np.append(ranked[1:] < ranked[:-1], True)  # equal scores are marked together
    right, alarms = np.cumsum(truth[order]), np.cumsum(harmless[order])
    marked = np.arange(1, len(order) + 1)
    return _Cuts(
        threshold=((ranked + lower) / 2)[ends],
        recall=(right / right[-1])[ends],
        precision=(right / marked)[ends],
        alarms=(alarms / max(int(alarms[-1]), 1))[ends],
    )
