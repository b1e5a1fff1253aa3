"""Everything the school models look at in one reading, as named numbers."""

from collections.abc import Sequence

import numpy as np

from classifiers.abuse import features as abuse
from classifiers.defamation import features as defamation
from classifiers.hashing import hash_texts
from classifiers.linear import LinearModel
from classifiers.pupil_information import features as pupil_information
from classifiers.pupil_information.identify import Identified
from classifiers.reading import Reading

PUBLIC = "public_abuse"
"""Name of the feature that carries the public abuse model's margin, and of that model's only head."""
HASH_SCALE = 4.0
"""How much louder the hashed words speak than the named features (chosen by leave-one-school-out)."""


def describe(reading: Reading, found: list[Identified]) -> dict[str, float]:
    return {
        **pupil_information.features(reading, found),
        **defamation.features(reading),
        **abuse.features(reading),
    }


def with_public_opinion(
    readings: Sequence[Reading], found: Sequence[list[Identified]], public: LinearModel
) -> list[dict[str, float]]:
    """The named numbers of each reading, the public abuse model's margin among them.

    That model reads the words as they stand, figures and links masked as in its training.
    """
    rows = [describe(reading, people) for reading, people in zip(readings, found, strict=True)]
    buckets = hash_texts([reading.plain for reading in readings], public.bits)
    margins = public.margins(buckets, np.zeros((len(rows), 0), dtype=np.float32))[:, 0]
    for row, margin in zip(rows, margins.tolist(), strict=True):
        row[PUBLIC] = margin
    return rows
