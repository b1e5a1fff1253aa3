"""From readings to the sparse matrices that scikit-learn fits."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

from classifiers.encoder.wording import Wording, wording
from classifiers.features import HASH_SCALE, with_public_opinion
from classifiers.hashing import Buckets, hash_texts
from classifiers.linear import F32, LinearModel, pick_features
from classifiers.pupil_information.identify import identify
from classifiers.reading import Reader
from classifiers.training.data import School

SCHOOL_BITS = 18
_BATCH = 4096


@dataclass(frozen=True)
class ReadSchool:
    school: School
    buckets: Buckets
    features: list[dict[str, float]]
    wordings: tuple[Wording, ...] = ()
    """What the encoder reads of each comment."""

    def truth(self, head: str) -> npt.NDArray[np.bool_]:
        """Whether each comment carries a label or a flag."""
        return np.array([bool(row["labels"].get(head, head in row["flags"])) for row in self.school.rows])


def hashed(buckets: Buckets, bits: int, scale: float = 1.0) -> sp.csr_matrix:
    starts = np.concatenate([[0], np.cumsum(buckets.per_text)])
    return sp.csr_matrix(
        (buckets.value * np.float32(scale), buckets.bucket, starts), shape=(len(buckets.per_text), 1 << bits)
    )


def hashed_texts(texts: Sequence[str], bits: int) -> sp.csr_matrix:
    parts = [hashed(hash_texts(texts[at : at + _BATCH], bits), bits) for at in range(0, len(texts), _BATCH)]
    return sp.vstack(parts, format="csr")


def read_school(school: School, public: LinearModel) -> ReadSchool:
    reader = Reader(school.register)
    readings = [reader.read(comment) for comment in school.comments]
    found = [identify(reading, reader, school.register.token_key) for reading in readings]
    rows = with_public_opinion(readings, found, public)
    buckets = hash_texts([reading.masked for reading in readings], SCHOOL_BITS)
    return ReadSchool(school, buckets, rows, tuple(map(wording, readings)))


def table(read: ReadSchool, names: Sequence[str]) -> sp.csr_matrix:
    dense: F32 = pick_features(read.features, names)
    return sp.hstack([hashed(read.buckets, SCHOOL_BITS, HASH_SCALE), sp.csr_matrix(dense)], format="csr")


def common_features(rows: Sequence[Mapping[str, float]], at_least: int = 3) -> tuple[str, ...]:
    """Features seen often enough to be learnt, in a fixed order."""
    seen: dict[str, int] = {}
    for row in rows:
        for name in row:
            seen[name] = seen.get(name, 0) + 1
    return tuple(sorted(name for name, count in seen.items() if count >= at_least))
