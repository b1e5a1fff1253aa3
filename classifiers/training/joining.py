"""Fitting how the two opinions are weighed, on comments that neither opinion had seen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from classifiers.joined import F32, Joined, opinions
from classifiers.training.fit import alone_thresholds, level_thresholds
from config.words import Caution

F64 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_STRENGTH = 0.02
"""Inverse of the penalty: few comments and many opinions, which repeat each other."""
_LOST = 0.005
"""Share of the comments somebody must look at which may be settled as clear without the encoder."""


@dataclass(frozen=True)
class Heard:
    """What was said of comments by models that had not seen their school."""

    encoder: F64
    """Logits, comments x heads."""
    linear: F64
    """Comments x what the linear models say, as `joined.linear_opinions` lays it out."""
    truth: Bools
    """Comments x heads."""

    @property
    def opinions(self) -> F64:
        return opinions(self.encoder, self.linear)

    def __add__(self, other: "Heard") -> "Heard":
        return Heard(
            np.concatenate([self.encoder, other.encoder]),
            np.concatenate([self.linear, other.linear]),
            np.concatenate([self.truth, other.truth]),
        )


def fit_joined(heard: Heard, heads: tuple[str, ...], version: str, made_for: Mapping[str, str]) -> Joined:
    fitted = [_fit(heard.opinions, heard.truth[:, column]) for column in range(len(heads))]
    weights = np.stack([one.coef_[0] for one in fitted], axis=1).astype(np.float32)
    bias = np.array([one.intercept_[0] for one in fitted], dtype=np.float32)
    none = np.zeros((len(Caution), len(heads)), dtype=np.float32)
    joined = Joined(version, heads, made_for, weights, bias, none, none, _noticed(heard))
    return _with_thresholds(joined, heard)


def _fit(opinions: F64, truth: Bools) -> LogisticRegression:
    return LogisticRegression(C=_STRENGTH, max_iter=2000).fit(opinions, truth)


def _with_thresholds(joined: Joined, heard: Heard) -> Joined:
    """The thresholds of what the panel will say: of a clear comment the linear score alone."""
    scores = joined.scores(heard.opinions)
    settled = np.setdiff1d(np.arange(len(scores)), joined.unclear(heard.linear))
    scores[settled] = 1 / (1 + np.exp(-heard.linear[settled, :-1]))
    thresholds = level_thresholds(scores, heard.truth)
    return replace(joined, thresholds=thresholds, alone=alone_thresholds(scores, heard.truth, thresholds))


def _noticed(heard: Heard) -> F32:
    """Weights and offset under which next to nothing is lost that somebody must look at."""
    wanted: Bools = np.asarray(heard.truth.any(axis=1))
    fitted = LogisticRegression(max_iter=2000).fit(heard.linear, wanted)
    said = heard.linear @ fitted.coef_[0]
    return np.append(fitted.coef_[0], -np.quantile(said[wanted], _LOST)).astype(np.float32)
