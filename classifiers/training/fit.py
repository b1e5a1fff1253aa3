"""Fitting: the public abuse model, the school heads, their calibration and their thresholds."""

import warnings
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression

from classifiers.caution import DANGER, choose
from classifiers.features import HASH_SCALE, PUBLIC
from classifiers.linear import F32, LinearModel, quantise
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
    truths = [np.stack([read.truth(head) for head in HEADS], axis=1) for read in schools]
    coefficients, bias = _fit_heads(tables, truths)
    margins, truth = leave_one_out(tables, truths), np.concatenate(truths)
    calibration = np.array([_platt(margins[:, place], truth[:, place]) for place in range(len(HEADS))]).T
    scores = _logistic(margins * calibration[0] + calibration[1])
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
        thresholds=level_thresholds(scores, truth),
    )


def leave_one_out(tables: Sequence[sp.csr_matrix], truths: Sequence[npt.NDArray[np.bool_]]) -> F64:
    """Margins of every school (rows) and head (columns) by models that have not seen that school."""
    margins = []
    for out in range(len(tables)):
        rest = [place for place in range(len(tables)) if place != out]
        coefficients, bias = _fit_heads([tables[place] for place in rest], [truths[place] for place in rest])
        margins.append(tables[out] @ coefficients + bias)
    return np.concatenate(margins)


def _fit_heads(tables: Sequence[sp.csr_matrix], truths: Sequence[npt.NDArray[np.bool_]]) -> tuple[F32, F32]:
    """Coefficients (columns of the tables x heads) and the bias of each head."""
    matrix, truth = sp.vstack(tables, format="csr"), np.concatenate(truths)
    # The dual form: with many more columns than comments it is some fifteen times faster.
    heads = [
        LogisticRegression(solver="liblinear", dual=True, random_state=0, max_iter=2000).fit(
            matrix, truth[:, place]
        )
        for place in range(len(HEADS))
    ]
    coefficients = np.stack([head.coef_[0] for head in heads], axis=1).astype(np.float32)
    return coefficients, np.array([head.intercept_[0] for head in heads], dtype=np.float32)


def level_thresholds(scores: F64, truth: npt.NDArray[np.bool_]) -> F32:
    """Levels x heads, from scores of comments whose school the scorer had not seen."""
    harmless: npt.NDArray[np.bool_] = ~np.asarray(truth.any(axis=1))
    chosen = [
        choose(scores[:, place], truth[:, place], harmless, danger=head in DANGER)
        for place, head in enumerate(HEADS)
    ]
    return np.array(chosen, dtype=np.float32).T


def _platt(margin: F64, truth: npt.NDArray[np.bool_]) -> tuple[float, float]:
    fitted = LogisticRegression(C=100.0).fit(margin[:, None], truth)
    return float(fitted.coef_[0][0]), float(fitted.intercept_[0])


def _logistic(value: F64) -> F64:
    result: F64 = 1.0 / (1.0 + np.exp(-value))
    return result
