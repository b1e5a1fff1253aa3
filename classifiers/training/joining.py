"""Fitting how the two opinions are weighed, on comments that neither opinion had seen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from classifiers.caution import DANGER, choose_alone
from classifiers.joined import F32, Joined
from classifiers.training.fit import HEADS, level_thresholds
from config.words import Caution

F64 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_STRENGTH = 0.02
"""Inverse of the penalty: few comments and many opinions, which repeat each other."""
_LOST = 0.004
"""Share of the comments somebody must look at which may be settled as clear without the encoder."""
_SHARES = (0.1, 0.07, 0.05, 0.03, 0.02, 0.01, 0.007, 0.005, 0.003, 0.002, 0.001, 0.0)


@dataclass(frozen=True)
class Heard:
    """What was said of comments by models that had not seen their school."""

    opinions: F64
    """Comments x opinions, as `joined.opinions` lays them out."""
    linear: F64
    """Scores of the school model, comments x heads."""
    truth: Bools
    """Comments x heads."""

    def __add__(self, other: "Heard") -> "Heard":
        pairs = ((self.opinions, other.opinions), (self.linear, other.linear))
        opinions, linear = (np.concatenate(pair) for pair in pairs)
        return Heard(opinions, linear, np.concatenate([self.truth, other.truth]))


def fit_joined(heard: Heard, heads: tuple[str, ...], version: str, made_for: Mapping[str, str]) -> Joined:
    fitted = [_fit(heard.opinions, heard.truth[:, column]) for column in range(len(heads))]
    weights = np.stack([one.coef_[0] for one in fitted], axis=1).astype(np.float32)
    bias = np.array([one.intercept_[0] for one in fitted], dtype=np.float32)
    none = np.zeros((len(Caution), len(heads)), dtype=np.float32)
    joined = Joined(version, heads, made_for, weights, bias, none, none, _clear(heard))
    return _with_thresholds(joined, heard)


def _fit(opinions: F64, truth: Bools) -> LogisticRegression:
    return LogisticRegression(C=_STRENGTH, max_iter=2000).fit(opinions, truth)


def _with_thresholds(joined: Joined, heard: Heard) -> Joined:
    """The thresholds of what the panel will say: of a clear comment the linear score alone."""
    scores = joined.scores(heard.opinions)
    settled: Bools = np.asarray((heard.linear < joined.clear).all(axis=1))
    scores[settled] = heard.linear[settled]
    thresholds = level_thresholds(scores, heard.truth)
    return replace(joined, thresholds=thresholds, alone=_alone(scores, heard, thresholds))


def _alone(scores: F64, heard: Heard, thresholds: F32) -> F32:
    harmless: Bools = np.asarray(~heard.truth.any(axis=1))
    alone = thresholds.copy()
    for flag in DANGER:
        column = HEADS.index(flag)
        quiet, balanced, cautious = map(float, thresholds[:, column])
        alone[:, column] = choose_alone(scores[:, column], harmless, (quiet, balanced, cautious))
    return alone


def _clear(heard: Heard) -> npt.NDArray[np.float32]:
    """The highest linear scores under which next to nothing is lost that somebody must look at."""
    wanted: Bools = np.asarray(heard.truth.any(axis=1))
    clear = np.zeros(heard.truth.shape[1], dtype=np.float32)
    for share in _SHARES:
        for head in range(len(clear)):
            clear[head] = np.quantile(heard.linear[heard.truth[:, head], head], share)
        settled: Bools = np.asarray((heard.linear < clear).all(axis=1))
        if settled[wanted].mean() <= _LOST:
            break
    return clear
