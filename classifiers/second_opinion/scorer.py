"""What the cascade asks of weights, however they are run."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from classifiers.errors import ModelBroken

F64 = npt.NDArray[np.float64]
LONGEST_TEXT = 2000
"""Characters of a text that are read; an encoder itself stops at 512 word pieces."""
ASKED_FOR = "toxicity"
"""The class that speaks for abuse as a whole; every published checkpoint has it, first."""
TRIALS = (
    "Thank you for a lovely afternoon.",
    "You are a disgusting liar and everybody knows it.",
    "Does anybody know what time the gates open on Monday, and whether the little ones need wellies?",
)


class Scorer(Protocol):
    @property
    def described(self) -> str:
        """How the weights run, and their SHA-256, for the record of a judgement."""

    def toxicity(self, texts: Sequence[str]) -> F64:
        """The `toxicity` of each text, 0 to 1, in the order given."""


def encodable(text: str) -> str:
    """Tokenizers refuse lone surrogates, and an empty text has no word pieces."""
    return text[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8").replace("\0", " ") or " "


def sha256_of(path: Path, what: str) -> str:
    """The SHA-256 of a file of any size. `ModelBroken` when it cannot be read."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        message = f"{what} cannot be read ({error.strerror})"
        raise ModelBroken(path, message, "Check the path in the settings") from error


def prove(scorer: Scorer, place: Path) -> F64:
    """Ask once, so that what cannot judge is known at start and not at the first comment."""
    try:
        scores = scorer.toxicity(TRIALS)
    except (
        Exception
    ) as error:  # whatever fails inside three libraries is told, and the embedded model goes on
        what = f"the weights load, but cannot judge ({type(error).__name__})"
        raise ModelBroken(place, what, "Bring them in again, or convert them") from error
    if not ((scores >= 0) & (scores <= 1)).all():
        raise ModelBroken(place, "the weights give no score between 0 and 1", "Bring them in again")
    return scores
