"""How the opinions of linear models and encoder are weighed, and when the encoder need not be asked.

For each head a logistic regression over the margins of all heads, fitted on comments of schools that
neither opinion had seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from classifiers.archive import Archive, read_archive, write_archive
from config.words import Caution

FORMAT = 1
F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
_ARRAYS = ("weights", "bias", "thresholds", "alone", "clear")


@dataclass(frozen=True)
class Joined:
    version: str
    heads: tuple[str, ...]
    made_for: Mapping[str, str]
    """SHA-256 of the models whose margins it weighs, by name: it fits no others."""
    weights: F32
    """Opinions x heads; the opinions are the columns of `opinions`."""
    bias: F32
    thresholds: F32
    """Levels (quiet, balanced, cautious) x heads."""
    alone: F32
    """The same for a danger flag where no label is given; of other heads the thresholds again."""
    clear: F32
    """For each head the linear score under which a comment is clear; clear for all, it is not read again."""
    sha256: str = ""

    def scores(self, opinions: F64) -> F64:
        """Calibrated probabilities, one row a text and one column a head."""
        logits = opinions @ self.weights + self.bias
        result: F64 = 1.0 / (1.0 + np.exp(-np.clip(logits, -30, 30)))
        return result


def opinions(encoder: F64, school: F64, public: F64) -> F64:
    """Logits of the encoder and of the school model (both texts x heads), and the public model's margin."""
    return np.concatenate([np.clip(encoder, -12, 12), np.clip(school, -12, 12), public[:, None]], axis=1)


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
    shapes = [(2 * len(heads) + 1, len(heads)), each, levels, levels, each]
    if [array.shape for array in arrays.values()] != shapes or not all(map(_finite, arrays.values())):
        raise ValueError("arrays of the wrong shape")
    return joined


def _finite(array: F32) -> bool:
    return bool(np.isfinite(array).all())
