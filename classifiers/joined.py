"""How the opinions of linear models and encoder are weighed, and when the encoder need not be asked.

For each head a logistic regression over three opinions, fitted on comments of schools that none of them had
seen. Weighing all heads' opinions for each head was tried, and does worse on schools left out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifiers.archive import Archive, read_archive, write_archive
from classifiers.odds import logistic
from config.words import Caution

FORMAT = 1
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
_BOUND = 12.0
_ARRAYS = ("weights", "bias", "thresholds", "alone", "noticed")


@dataclass(frozen=True)
class Joined:
    version: str
    heads: tuple[str, ...]
    made_for: Mapping[str, str]
    """SHA-256 of the models whose margins it weighs, by name: it fits no others."""
    weights: F32
    """Of each head's three opinions (rows): the encoder's, the school model's, the public model's."""
    bias: F32
    thresholds: F32
    """Levels (quiet, balanced, cautious) x heads."""
    alone: F32
    """The same for a danger flag where no label is given; of other heads the thresholds again."""
    noticed: F32
    """Weights over what the linear models say, and an offset: below 0 a comment is clearly harmless."""
    sha256: str = ""

    def scores(self, encoder: F64, linear: F64) -> F64:
        """Calibrated probabilities, texts x heads.

        `encoder`: logits, texts x heads; `linear` as `linear_opinions` lays it out.
        """
        read, school, public = self.weights
        logits = bounded(encoder) * read + linear[:, :-1] * school + linear[:, -1:] * public + self.bias
        return logistic(logits)

    def unclear(self, linear: F64) -> npt.NDArray[np.intp]:
        """Places of the comments that the encoder must read. `linear` as `linear_opinions` lays it out."""
        return np.flatnonzero(linear @ self.noticed[:-1] + self.noticed[-1] >= 0)


def linear_opinions(school: F64, public: F64) -> F64:
    """Logits of the school model (texts x heads) and the public model's margin, which comes last."""
    return np.concatenate([bounded(school), public[:, None]], axis=1)


def bounded(logits: F64) -> F64:
    """Beyond some bound a logit says no more than that it is sure."""
    result: F64 = np.clip(logits, -_BOUND, _BOUND)
    return result


def save_joined(joined: Joined, path: Path) -> None:
    header = {
        "format": FORMAT,
        "version": joined.version,
        "heads": joined.heads,
        "made_for": dict(joined.made_for),
    }
    write_archive(path, header, {name: getattr(joined, name) for name in _ARRAYS})


def load_joined(path: Path) -> Joined:
    """Read the file, or raise `ModelBroken` with the place and the mend."""
    return read_archive(path, FORMAT, _from_archive)


def _from_archive(archive: Archive) -> Joined:
    heads = tuple(archive.header["heads"])
    arrays = {name: archive.arrays[name] for name in _ARRAYS}
    joined = Joined(
        version=archive.header["version"],
        heads=heads,
        made_for=archive.header["made_for"],
        sha256=archive.sha256,
        **arrays,
    )
    each, levels = (len(heads),), (len(Caution), len(heads))
    shapes = [(3, len(heads)), each, levels, levels, (len(heads) + 2,)]
    if [array.shape for array in arrays.values()] != shapes or not all(map(_finite, arrays.values())):
        raise ValueError("arrays of the wrong shape")
    return joined


def _finite(array: F32) -> bool:
    return bool(np.isfinite(array).all())
