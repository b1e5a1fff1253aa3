"""Fitting: the public abuse model, the school heads, their calibration and their thresholds."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from classifiers.caution import DANGER, choose, choose_alone
from classifiers.features import HASH_SCALE, PUBLIC
from classifiers.linear import F32, LinearModel, quantise
from classifiers.normalising import normalise
from classifiers.odds import logistic
from classifiers.reading import mask_plain
from classifiers.training.data import HEADS, PublicRow
from classifiers.training.matrices import SCHOOL_BITS, ReadSchool, common_features, hashed_texts, table

F64 = npt.NDArray[np.float64]
PUBLIC_BITS = 20
_PUBLIC_KEPT = 0.4
"""Share of the public model's weights that is kept; the rest is too small to matter."""
_SCHOOL_KEPT = 0.5
_CONTRAST_WEIGHT = 0.2
"""Of a contrast line beside a school's comment (chosen by leaving schools out)."""


def fit_public(rows: Sequence[PublicRow], version: str) -> LinearModel:
    texts = [mask_plain(normalise(row.text).lower) for row in rows]
    matrix = hashed_texts(texts, PUBLIC_BITS)
    truth = np.array([row.abuse for row in rows])
    rarity = _rarity(matrix)
    # Scaling each column by its rarity is folded into the weights afterwards: judging needs no table of it.
    with warnings.catch_warnings():
        # A fixed number of rounds on purpose: more cost minutes and change nothing that is measured.
        warnings.simplefilter("ignore", ConvergenceWarning)
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
        alone=np.array([0.5], dtype=np.float32),
    )


def _rarity(matrix: sp.csr_matrix) -> npt.NDArray[np.float32]:
    """Inverse document frequency of each bucket."""
    texts = matrix.shape[0]
    seen = np.bincount(matrix.indices, minlength=matrix.shape[1])
    result: npt.NDArray[np.float32] = (np.log((1 + texts) / (1 + seen)) + 1).astype(np.float32)
    return result


def fit_schools(schools: Sequence[ReadSchool], contrast: ReadSchool, version: str) -> LinearModel:
    """One head a label and a flag; calibrated, and thresholds set, on margins of schools left out.

    Contrast lines take part in every fit and in no calibration: they are no sample of anything.
    """
    names = common_features([row for read in schools for row in read.features])
    rows = [_rows(read, names) for read in schools]
    beside = replace(_rows(contrast, names), weight=_CONTRAST_WEIGHT)
    coefficients, bias = _fit_heads([*rows, beside])
    margins, truth = leave_one_out(rows, beside), np.concatenate([row.truth for row in rows])
    calibration = np.array([_platt(margins[:, place], truth[:, place]) for place in range(len(HEADS))]).T
    scores = logistic(margins * calibration[0] + calibration[1])
    thresholds = level_thresholds(scores, truth)
    buckets = 1 << SCHOOL_BITS
    numbers, scale = quantise(coefficients[:buckets] * np.float32(HASH_SCALE), _SCHOOL_KEPT)
    return LinearModel(
        name="school",
        version=version,
        heads=HEADS,
        bits=SCHOOL_BITS,
        features=names,
        weights=numbers,
        scale=scale,
        dense=coefficients[buckets:],
        bias=bias,
        calibration=calibration.astype(np.float32),
        thresholds=thresholds,
        alone=alone_thresholds(scores, truth, thresholds),
    )


@dataclass(frozen=True)
class _Rows:
    """Comments as scikit-learn takes them."""

    table: sp.csr_matrix
    truth: npt.NDArray[np.bool_]
    """Comments x heads."""
    weight: float = 1.0
    """How much each of them counts."""


def _rows(read: ReadSchool, names: Sequence[str]) -> _Rows:
    return _Rows(table(read, names), np.stack([read.truth(head) for head in HEADS], axis=1))


def leave_one_out(schools: Sequence[_Rows], beside: _Rows) -> F64:
    """Margins of every school (rows) and head (columns) by models that have not seen that school."""
    margins = []
    for out in schools:
        coefficients, bias = _fit_heads([*(one for one in schools if one is not out), beside])
        margins.append(out.table @ coefficients + bias)
    return np.concatenate(margins)


def _fit_heads(parts: Sequence[_Rows]) -> tuple[F32, F32]:
    """Coefficients (columns of the tables x heads) and the bias of each head."""
    matrix = sp.vstack([part.table for part in parts], format="csr")
    truth = np.concatenate([part.truth for part in parts])
    weight = np.concatenate([np.full(len(part.truth), part.weight) for part in parts])
    heads = [_fit_head(matrix, truth[:, place], weight) for place in range(len(HEADS))]
    coefficients = np.stack([head.coef_[0] for head in heads], axis=1).astype(np.float32)
    return coefficients, np.array([head.intercept_[0] for head in heads], dtype=np.float32)


def _fit_head(matrix: sp.csr_matrix, truth: npt.NDArray[np.bool_], weight: F64) -> LogisticRegression:
    """One head. The dual form is some fifteen times faster, with many more columns than comments; a finer
    tolerance takes twice the time and changes no average precision in its third digit.
    """
    model = LogisticRegression(solver="liblinear", dual=True, random_state=0, max_iter=2000, tol=0.01)
    return model.fit(matrix, truth, weight)


def level_thresholds(scores: F64, truth: npt.NDArray[np.bool_]) -> F32:
    """Levels x heads, from scores of comments whose school the scorer had not seen."""
    harmless: npt.NDArray[np.bool_] = ~np.asarray(truth.any(axis=1))
    chosen = [
        choose(scores[:, place], truth[:, place], harmless, danger=head in DANGER)
        for place, head in enumerate(HEADS)
    ]
    return np.array(chosen, dtype=np.float32).T


def alone_thresholds(scores: F64, truth: npt.NDArray[np.bool_], thresholds: F32) -> F32:
    """Levels x heads, for a danger flag where no label is given; of other heads the thresholds again."""
    harmless: npt.NDArray[np.bool_] = ~np.asarray(truth.any(axis=1))
    alone = thresholds.copy()
    for flag in DANGER:
        column = HEADS.index(flag)
        quiet, balanced, cautious = map(float, thresholds[:, column])
        alone[:, column] = choose_alone(scores[:, column], harmless, (quiet, balanced, cautious))
    return alone


def _platt(margin: F64, truth: npt.NDArray[np.bool_]) -> tuple[float, float]:
    fitted = LogisticRegression(C=100.0).fit(margin[:, None], truth)
    return float(fitted.coef_[0][0]), float(fitted.intercept_[0])
