"""detoxify as a second opinion on abuse, for schools that bring its weights.

A cascade: the embedded model decides the clear cases, and the weights are asked about the rest. They
run as a checkpoint by detoxify itself, or converted by ONNX Runtime. Weights that are missing or broken
are an error in the log and in `schoolwatch check`; the embedded model goes on alone.
"""

import logging
from collections.abc import Sequence

import numpy as np

from classifiers.errors import ModelBroken
from classifiers.odds import logistic
from classifiers.second_opinion.scorer import F64, Scorer
from classifiers.second_opinion.settings import Checkpoint, Converted, DetoxifySettings
from classifiers.second_opinion.with_onnx import OnnxScorer
from classifiers.second_opinion.with_torch import TorchScorer

__all__ = ["Checkpoint", "Converted", "DetoxifySettings", "SecondOpinion", "load_second_opinion"]

log = logging.getLogger(__name__)


class SecondOpinion:
    def __init__(self, settings: DetoxifySettings) -> None:
        """`ModelBroken` when a package, the weights or their configuration cannot be used."""
        self._settings = settings
        self.scorer: Scorer = _scorer(settings.weights)

    @property
    def described(self) -> str:
        return self.scorer.described

    def unsure(self, embedded: F64) -> list[int]:
        """Places of the scores that the embedded model does not keep for itself."""
        low, high = self._settings.certain_below, self._settings.certain_above
        places: list[int] = np.flatnonzero((embedded > low) & (embedded < high)).tolist()
        return places

    def joined(self, texts: Sequence[str], embedded: F64) -> F64:
        """Embedded scores, with the second opinion taken in where they are unsure (mean of log-odds)."""
        places = self.unsure(embedded)
        result = embedded.copy()
        other = self._asked([texts[place] for place in places])
        if other is not None:
            result[places] = logistic((_log_odds(embedded[places]) + _log_odds(other)) / 2)
        return result

    def _asked(self, texts: Sequence[str]) -> F64 | None:
        """Nothing when there is nothing to ask, or when the weights fail: the embedded scores then stand."""
        if not texts:
            return None
        try:
            return self.scorer.toxicity(texts)
        except Exception as error:  # noqa: BLE001  whatever fails inside three libraries must not stop the judging
            # Only the kind of error: its message may quote a comment.
            what = type(error).__name__
            log.error("detoxify failed (%s), the embedded model's scores stand", what)  # noqa: TRY400  as above
            return None


def _scorer(weights: Checkpoint | Converted) -> Scorer:
    return TorchScorer(weights) if isinstance(weights, Checkpoint) else OnnxScorer(weights)


def load_second_opinion(settings: DetoxifySettings) -> SecondOpinion | None:
    """The second opinion, or None after an error in the log that says what is wrong and how to mend it."""
    try:
        return SecondOpinion(settings)
    except ModelBroken as broken:
        log.error("detoxify is not used, the embedded model judges alone: %s", broken)  # noqa: TRY400  the message says all; a traceback helps no technician
        return None


def _log_odds(probability: F64) -> F64:
    held = np.clip(probability, 1e-4, 1 - 1e-4)
    result: F64 = np.log(held / (1 - held))
    return result
