"""Linear models over hashed words and named features, kept as plain arrays (no pickle).

A file is a numpy archive read with `allow_pickle=False`. It holds the non-zero buckets, a table of
int8 weights (buckets x heads) with one scale a head, the weights of the named features, a bias, a
Platt calibration and a threshold a head, and a JSON header with name, version and feature names.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.archive import Archive, read_archive, write_archive
from classifiers.hashing import Buckets
from config.words import Caution

FORMAT = 2
F32 = npt.NDArray[np.float32]


@dataclass(frozen=True)
class LinearModel:
    name: str
    version: str
    heads: tuple[str, ...]
    bits: int
    features: tuple[str, ...]
    """Names of the dense features, in the order of their columns."""
    weights: npt.NDArray[np.int8]
    """A row for each of 2 ** bits buckets, a column a head."""
    scale: F32
    dense: F32
    """A row a named feature, a column a head."""
    bias: F32
    calibration: F32
    """Slope and offset (rows) of the logistic that turns a margin into a probability, a column a head."""
    thresholds: F32
    """Levels x heads, or one row for all levels."""
    alone: F32
    """The same for a danger flag where no label is given."""
    sha256: str = ""

    def margins(self, buckets: Buckets, features: F32) -> npt.NDArray[np.float64]:
        """Raw scores, one row a text and one column a head. Features: texts x named features."""
        sums = np.zeros((len(buckets.per_text), len(self.heads)))
        filled = np.flatnonzero(buckets.per_text)
        if len(filled):
            first = np.cumsum(buckets.per_text)[filled] - buckets.per_text[filled]
            # Whole numbers, all heads at once: exact, and several times as fast as a sum a head.
            whole = np.add.reduceat(self.weights[buckets.bucket], first, axis=0, dtype=np.int32)
            sums[filled] = whole * buckets.value.astype(np.float64)[first, None]
        result: npt.NDArray[np.float64] = sums * self.scale + features @ self.dense + self.bias
        return result

    def logits(self, buckets: Buckets, features: F32) -> npt.NDArray[np.float64]:
        """Calibrated log-odds, one row a text and one column a head."""
        result: npt.NDArray[np.float64] = (
            self.margins(buckets, features) * self.calibration[0] + self.calibration[1]
        )
        return result


def quantise(weights: F32, keep: float = 1.0) -> tuple[npt.NDArray[np.int8], F32]:
    """Round weights (buckets x heads) to int8 with one scale a head, keeping the largest `keep` share."""
    kept = weights.copy()
    for head in range(kept.shape[1]):
        size = np.abs(kept[:, head])
        present = size[size > 0]
        if keep < 1 and len(present):
            kept[size < np.quantile(present, 1 - keep), head] = 0
    scale = np.maximum(np.abs(kept).max(axis=0), 1e-12) / 127
    return np.round(kept / scale).astype(np.int8), scale.astype(np.float32)


def save(model: LinearModel, path: Path) -> None:
    rows = np.flatnonzero(model.weights.any(axis=1))
    header = {"format": FORMAT, "name": model.name, "version": model.version, "bits": model.bits,
              "heads": model.heads, "features": model.features}  # fmt: skip
    arrays: dict[str, npt.NDArray[Any]] = {
        # Gaps between neighbouring buckets are small numbers, which compress well.
        "gaps": np.diff(rows, prepend=0).astype(np.uint32),
        "weights": model.weights[rows],
        **{name: getattr(model, name) for name in _SMALL},
    }
    write_archive(path, header, arrays)


_SMALL = ("scale", "dense", "bias", "calibration", "thresholds", "alone")
_BY_LEVEL = ("thresholds", "alone")


def load(path: Path) -> LinearModel:
    """Read a model, or raise `ModelBroken` with the place and the mend."""
    return read_archive(path, FORMAT, _from_archive)


def _from_archive(archive: Archive) -> LinearModel:
    header, arrays = archive.header, archive.arrays
    rows = np.cumsum(arrays["gaps"], dtype=np.int64)
    heads = tuple(header["heads"])
    weights = np.zeros((1 << header["bits"], len(heads)), dtype=np.int8)
    weights[rows] = arrays["weights"]
    model = LinearModel(
        name=header["name"],
        version=header["version"],
        heads=heads,
        bits=header["bits"],
        features=tuple(header["features"]),
        weights=weights,
        sha256=archive.sha256,
        **{name: arrays[name] for name in _SMALL},
    )
    _check_shapes(model)
    return model


def _check_shapes(model: LinearModel) -> None:
    heads = len(model.heads)
    wanted = [(heads,), (len(model.features), heads), (heads,), (2, heads)]
    found = [getattr(model, name).shape for name in _SMALL if name not in _BY_LEVEL]
    finite = all(np.isfinite(getattr(model, name)).all() for name in _SMALL)
    by_level = all(getattr(model, name).shape in ((heads,), (len(Caution), heads)) for name in _BY_LEVEL)
    if found != wanted or not by_level or not finite:
        raise ValueError("arrays of the wrong shape")


def pick_features(rows: Sequence[Mapping[str, float]], names: Sequence[str]) -> F32:
    """Named features of each text as a table in the order that a model was trained with."""
    table = np.zeros((len(rows), len(names)), dtype=np.float32)
    column = {name: place for place, name in enumerate(names)}
    for place, row in enumerate(rows):
        for name, value in row.items():
            if name in column:
                table[place, column[name]] = value
    return table
