"""detoxify as a second opinion on abuse, for schools that install it and bring its weights.

A checkpoint is loaded from local files only. detoxify reads a checkpoint with pickle, which can run
code, so its SHA-256 is compared with the one in the settings before anything opens it. The embedded
model decides the clear cases; the rest go to detoxify in batches of like length, because a batch is
padded to its longest text.
"""

import hashlib
import logging
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from classifiers.errors import ModelBroken

log = logging.getLogger(__name__)

F64 = npt.NDArray[np.float64]
_BATCH = 8
"""Texts a batch: on a processor, small batches of like length waste least padding."""
_LONGEST = 2000
"""Characters of a text that are read; the encoder itself stops at 512 word pieces."""


@dataclass(frozen=True)
class DetoxifySettings:
    checkpoint: Path
    """A checkpoint in detoxify's own format (`*.ckpt`)."""
    config_folder: Path
    """Hugging Face configuration and tokenizer of the checkpoint's encoder, in one folder."""
    sha256: str
    """Of the checkpoint, as published or as noted when it was brought in."""
    certain_below: float = 0.05
    certain_above: float = 0.95
    """Embedded scores outside these are clear cases and stand as they are."""


class SecondOpinion:
    def __init__(self, settings: DetoxifySettings) -> None:
        """`ModelBroken` when the package, the checkpoint or its configuration cannot be used."""
        _verify(settings)
        self._settings = settings
        self._model = _load(settings)

    @property
    def described(self) -> str:
        return f"local sha256:{self._settings.sha256}"

    def toxicity(self, texts: Sequence[str]) -> F64:
        """The `toxicity` that detoxify gives each text, 0 to 1, in the order given."""
        result = np.zeros(len(texts))
        order = sorted(range(len(texts)), key=lambda place: len(texts[place]))
        for start in range(0, len(order), _BATCH):
            places = order[start : start + _BATCH]
            batch = [_encodable(texts[place][:_LONGEST]) for place in places]
            result[places] = self._model.predict(batch)["toxicity"]
        return result

    def joined(self, texts: Sequence[str], embedded: F64) -> F64:
        """Embedded scores, with detoxify's opinion taken in where they are unsure (mean of log-odds)."""
        unsure = np.flatnonzero(
            (embedded > self._settings.certain_below) & (embedded < self._settings.certain_above)
        )
        result = embedded.copy()
        other = self._asked([texts[place] for place in unsure.tolist()])
        if other is not None:
            result[unsure] = _logistic((_log_odds(embedded[unsure]) + _log_odds(other)) / 2)
        return result

    def _asked(self, texts: Sequence[str]) -> F64 | None:
        """Nothing when there is nothing to ask, or when detoxify fails: the embedded scores then stand."""
        if not texts:
            return None
        try:
            return self.toxicity(texts)
        except Exception as error:  # noqa: BLE001  whatever fails inside three libraries must not stop the judging
            # Only the kind of error: its message may quote a comment.
            what = type(error).__name__
            log.error("detoxify failed (%s), the embedded model's scores stand", what)  # noqa: TRY400  as above
            return None


def load_second_opinion(settings: DetoxifySettings) -> SecondOpinion | None:
    """The adapter, or None after an error in the log that says what is wrong and how to mend it."""
    try:
        return SecondOpinion(settings)
    except ModelBroken as broken:
        log.error("detoxify is not used, the embedded model judges alone: %s", broken)  # noqa: TRY400  the message says all; a traceback helps no technician
        return None


def _verify(settings: DetoxifySettings) -> None:
    try:
        found = hashlib.sha256(settings.checkpoint.read_bytes()).hexdigest()
    except OSError as error:
        what = f"the detoxify checkpoint cannot be read ({error.strerror})"
        raise ModelBroken(settings.checkpoint, what, "Check the path in the settings") from error
    if found != settings.sha256.lower():
        what = f"the checkpoint's SHA-256 is {found}, not the one in the settings"
        raise ModelBroken(
            settings.checkpoint, what, "Bring the file in again from its source; do not load this one"
        )
    if not (settings.config_folder / "config.json").is_file():
        what = "holds no config.json"
        raise ModelBroken(settings.config_folder, what, "Put the encoder's config and tokenizer files there")


def _load(settings: DetoxifySettings) -> Any:
    # Before the first import: both libraries read these once, and neither may ask the network.
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"
    try:
        import torch  # noqa: PLC0415  optional, and two seconds of import that most schools never need
        from detoxify import Detoxify  # noqa: PLC0415  as above
    except ImportError as error:
        raise ModelBroken(
            "detoxify", "the package is not installed", "Install schoolwatch[detoxify]"
        ) from error
    try:
        checkpoint = torch.load(settings.checkpoint, map_location="cpu", weights_only=False)
        # detoxify asks the model hub for the encoder by this name; a folder is taken as it is.
        checkpoint["config"]["arch"]["args"]["model_type"] = str(settings.config_folder)
        return _from_checkpoint(Detoxify, torch, checkpoint, settings)
    except Exception as error:  # a broken checkpoint can fail in any way inside three libraries
        what = f"detoxify cannot load the checkpoint ({type(error).__name__}: {error})"
        mend = "Check that checkpoint and configuration folder belong together"
        raise ModelBroken(settings.checkpoint, what, mend) from error


def _from_checkpoint(detoxify: Any, torch: Any, checkpoint: Any, settings: DetoxifySettings) -> Any:
    """It takes a path only, so the changed checkpoint goes through a private file."""
    with tempfile.TemporaryDirectory(prefix="schoolwatch-detoxify-") as folder:
        changed = Path(folder) / "checkpoint.ckpt"
        torch.save(checkpoint, changed)
        return detoxify(
            checkpoint=str(changed), huggingface_config_path=str(settings.config_folder), device="cpu"
        )


def _encodable(text: str) -> str:
    """Tokenizers refuse lone surrogates, and an empty batch entry has no word pieces."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", " ") or " "


def _log_odds(probability: F64) -> F64:
    held = np.clip(probability, 1e-4, 1 - 1e-4)
    result: F64 = np.log(held / (1 - held))
    return result


def _logistic(value: F64) -> F64:
    result: F64 = 1.0 / (1.0 + np.exp(-value))
    return result
