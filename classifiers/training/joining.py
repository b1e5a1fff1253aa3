"""Fitting how the two opinions are weighed, on comments that neither opinion had seen."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from sklearn.linear_model import LogisticRegression

from classifiers.joined import F32, Joined, bounded
from classifiers.odds import logistic
from classifiers.training.fit import alone_thresholds, level_thresholds
from config.words import Caution

F64 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_LOST = 0.005
"""Share of the comments somebody must look at which may be settled without the encoder. More of it would save
time and cost no F1 on schools left out, but the functional suite then loses a threat at a group."""


@dataclass(frozen=True)
class Heard:
    """What was said of comments by models that had not seen their school."""

    encoder: F64
    """Logits, comments x heads."""
    linear: F64
    """Comments x what the linear models say, as `joined.linear_opinions` lays it out."""
    truth: Bools
    """Comments x heads."""

    def __add__(self, other: "Heard") -> "Heard":
        return Heard(
            np.concatenate([self.encoder, other.encoder]),
            np.concatenate([self.linear, other.linear]),
            np.concatenate([self.truth, other.truth]),
        )


def fit_joined(heard: Heard, heads: tuple[str, ...], version: str, made_for: Mapping[str, str]) -> Joined:
    fitted = [_fit(heard, column) for column in range(len(heads))]
    weights = np.stack([weight for weight, _ in fitted], axis=1)
    bias = np.array([offset for _, offset in fitted], dtype=np.float32)
    none = np.zeros((len(Caution), len(heads)), dtype=np.float32)
    joined = Joined(version, heads, made_for, weights, bias, none, none, _noticed(heard))
    return _with_thresholds(joined, heard)


def _fit(heard: Heard, head: int) -> tuple[F32, float]:
    """The weight of each opinion of one head, and the offset."""
    opinions = np.stack([bounded(heard.encoder)[:, head], heard.linear[:, head], heard.linear[:, -1]], axis=1)
    # One scale for all three, so that the penalty weighs on each alike.
    middle, spread = opinions.mean(axis=0), opinions.std(axis=0)
    fitted = LogisticRegression(max_iter=2000).fit((opinions - middle) / spread, heard.truth[:, head])
    weights = fitted.coef_[0] / spread
    return weights.astype(np.float32), float(fitted.intercept_[0] - weights @ middle)


def _with_thresholds(joined: Joined, heard: Heard) -> Joined:
    """The thresholds of what the panel will say: of a clear comment the linear score alone."""
    scores = joined.scores(heard.encoder, heard.linear)
    settled = np.setdiff1d(np.arange(len(scores)), joined.unclear(heard.linear))
    scores[settled] = logistic(heard.linear[settled, :-1])
    thresholds = level_thresholds(scores, heard.truth)
    return replace(joined, thresholds=thresholds, alone=alone_thresholds(scores, heard.truth, thresholds))


def _noticed(heard: Heard) -> F32:
    """Weights and offset under which next to nothing is lost that somebody must look at."""
    wanted: Bools = np.asarray(heard.truth.any(axis=1))
    fitted = LogisticRegression(max_iter=2000).fit(heard.linear, wanted)
    said = heard.linear @ fitted.coef_[0]
    return np.append(fitted.coef_[0], -np.quantile(said[wanted], _LOST)).astype(np.float32)
