"""Fitting: the public abuse model, the school heads, their calibration and their thresholds."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.linear_model import LogisticRegression

from classifiers.features import HASH_SCALE, PUBLIC
from classifiers.linear import LinearModel, quantise
from classifiers.normalising import normalise
from classifiers.reading import mask_plain
from classifiers.training.data import PublicRow
from classifiers.training.matrices import SCHOOL_BITS, ReadSchool, common_features, hashed_texts, table
from config.words import Flag, Label

F64 = npt.NDArray[np.float64]
HEADS = (*(label.value for label in Label), *(flag.value for flag in Flag))
PUBLIC_BITS = 20
_PUBLIC_KEPT = 0.4
"""Share of the public model's weights that is kept; the rest is too small to matter."""
_SCHOOL_KEPT = 0.5
_RECALL_FIRST = {Flag.THREAT, Flag.SAFEGUARDING, Flag.INDECENT_IMAGE, Flag.SELF_HARM_ENCOURAGEMENT}
"""For these a miss weighs twice as much as a false alarm (F2 in place of F1)."""


def fit_public(rows: Sequence[PublicRow], version: str) -> LinearModel:
    texts = [mask_plain(normalise(row.text).lower) for row in rows]
    matrix = hashed_texts(texts, PUBLIC_BITS)
    truth = np.array([row.abuse for row in rows])
    rarity = _rarity(matrix)
    # Scaling each column by its rarity is folded into the weights afterwards: judging needs no table of it.
    fitted = LogisticRegression(C=0.4, max_iter=100, tol=1e-5).fit(matrix @ sp.diags(rarity), truth)
    weights = (fitted.coef_[0] * rarity).astype(np.float32)[:, None]
    numbers, scale = quantise(weights, _PUBLIC_KEPT)
    return LinearModel(
        name=PUBLIC,
        version=version,
        heads=(PUBLIC,),
        bits=PUBLIC_BITS,
        features=(),
        weights=numbers,
        scale=scale,
        dense=np.zeros((0, 1), dtype=np.float32),
        bias=fitted.intercept_.astype(np.float32),
        calibration=np.array([[1.0], [0.0]], dtype=np.float32),
        thresholds=np.array([0.5], dtype=np.float32),
    )


def _rarity(matrix: sp.csr_matrix) -> npt.NDArray[np.float32]:
    """Inverse document frequency of each bucket."""
    texts = matrix.shape[0]
    seen = np.bincount(matrix.indices, minlength=matrix.shape[1])
    result: npt.NDArray[np.float32] = (np.log((1 + texts) / (1 + seen)) + 1).astype(np.float32)
    return result


def fit_schools(schools: Sequence[ReadSchool], version: str) -> LinearModel:
    """One head a label and a flag; calibrated, and thresholds set, on margins of schools left out."""
    names = common_features([row for read in schools for row in read.features])
    tables = [table(read, names) for read in schools]
    left_out = [leave_one_out(tables, [read.truth(head) for read in schools]) for head in HEADS]
    truths = [np.concatenate([read.truth(head) for read in schools]) for head in HEADS]
    calibration = np.array([_platt(margin, truth) for margin, truth in zip(left_out, truths, strict=True)]).T
    fitted = [_head(sp.vstack(tables), truth) for truth in truths]
    weights = np.stack([model.coef_[0] for model in fitted], axis=1).astype(np.float32)
    buckets = 1 << SCHOOL_BITS
    numbers, scale = quantise(weights[:buckets] * np.float32(HASH_SCALE), _SCHOOL_KEPT)
    thresholds = [
        _threshold(_logistic(margin, slope, offset), truth, head)
        for margin, truth, head, slope, offset in zip(left_out, truths, HEADS, *calibration, strict=True)
    ]
    return LinearModel(
        "school",
        version,
        HEADS,
        SCHOOL_BITS,
        names,
        numbers,
        scale,
        weights[buckets:],
        np.array([model.intercept_[0] for model in fitted], dtype=np.float32),
        calibration.astype(np.float32),
        np.array(thresholds, dtype=np.float32),
    )


def leave_one_out(tables: Sequence[sp.csr_matrix], truths: Sequence[npt.NDArray[np.bool_]]) -> F64:
    """Margins of every school by a model that has not seen it, in the order of the schools."""
    margins = []
    for out in range(len(tables)):
        rest = [place for place in range(len(tables)) if place != out]
        fitted = _head(
            sp.vstack([tables[place] for place in rest]), np.concatenate([truths[place] for place in rest])
        )
        margins.append(fitted.decision_function(tables[out]))
    return np.concatenate(margins)


def _head(matrix: sp.csr_matrix, truth: npt.NDArray[np.bool_]) -> LogisticRegression:
    return LogisticRegression(C=1.0, solver="liblinear", random_state=0, max_iter=200).fit(matrix, truth)


def _platt(margin: F64, truth: npt.NDArray[np.bool_]) -> tuple[float, float]:
    fitted = LogisticRegression(C=100.0).fit(margin[:, None], truth)
    return float(fitted.coef_[0][0]), float(fitted.intercept_[0])


def _logistic(margin: F64, slope: float, offset: float) -> F64:
    result: F64 = 1.0 / (1.0 + np.exp(-(margin * slope + offset)))
    return result


def _threshold(scores: F64, truth: npt.NDArray[np.bool_], head: str) -> float:
    """The score at which F1 (or F2 where recall comes first) is best over the schools left out."""
    weight = 4.0 if head in _RECALL_FIRST else 1.0
    order = np.argsort(-scores, kind="stable")
    found = np.cumsum(truth[order])
    measure = (1 + weight) * found / (np.arange(1, len(order) + 1) + weight * truth.sum())
    best = int(np.argmax(measure))
    following = scores[order][min(best + 1, len(order) - 1)]
    return float((scores[order][best] + following) / 2)
