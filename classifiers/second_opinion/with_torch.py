"""A detoxify checkpoint, run by detoxify itself, from local files only.

A checkpoint is a pickle, which can run code. So its SHA-256 is compared with the one in the settings
before anything opens it, and it is read as plain weights; only a file that holds more than weights is
opened in full, because somebody vouched for exactly this file.
"""

import json
import logging
import os
import pickle
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.errors import ModelBroken
from classifiers.second_opinion.scorer import ASKED_FOR, F64, encodable, prove, sha256_of
from classifiers.second_opinion.settings import Checkpoint

log = logging.getLogger(__name__)


class TorchScorer:
    def __init__(self, weights: Checkpoint) -> None:
        """`ModelBroken` when the package, the checkpoint or its configuration cannot be used."""
        verify(weights)
        self._sha256 = weights.sha256
        self.model = _load(weights)
        self._prove(weights.file)

    def _prove(self, file: Path) -> None:
        """Again without oneDNN: it writes code as it runs, which MemoryDenyWriteExecute= forbids."""
        try:
            prove(self, file)
        except ModelBroken:
            import torch  # noqa: PLC0415  optional, see below

            processor_library: Any = torch.backends.mkldnn
            processor_library.enabled = False
            prove(self, file)

    @property
    def described(self) -> str:
        return f"local sha256:{self._sha256}"

    def toxicity(self, texts: Sequence[str]) -> F64:
        """See `Scorer`. One text at a time: in company the last digits of its score depend on the others."""
        scores = [float(self.model.predict(encodable(text))[ASKED_FOR]) for text in texts]
        return np.array(scores, dtype=np.float64)


def verify(weights: Checkpoint) -> None:
    """`ModelBroken` when the files are not those that the settings mean. Opens nothing."""
    found = sha256_of(weights.file, "the detoxify checkpoint")
    if found != weights.sha256.lower():
        what = f"the checkpoint's SHA-256 is {found}, not the one in the settings"
        raise ModelBroken(weights.file, what, "Bring the file in again from its source; do not load this one")
    if not (weights.config_folder / "config.json").is_file():
        what = "holds no config.json"
        raise ModelBroken(weights.config_folder, what, "Put the encoder's config and tokenizer files there")


def stay_offline() -> None:
    """Before the first import: both libraries read these once, and neither may ask the network."""
    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ["TRANSFORMERS_OFFLINE"] = "1"


def _load(weights: Checkpoint) -> Any:
    stay_offline()
    try:
        import torch  # noqa: PLC0415  optional, and two seconds of import that most schools never need
        from detoxify import Detoxify  # noqa: PLC0415  as above
        from transformers.utils.logging import disable_progress_bar  # noqa: PLC0415  as above
    except ImportError as error:
        raise ModelBroken(
            "detoxify", "the package is not installed", "Install schoolwatch[detoxify]"
        ) from error
    disable_progress_bar()
    try:
        checkpoint = read_checkpoint(weights.file, vouched_for=True)
        return _from_checkpoint(Detoxify, torch, checkpoint, weights)
    except Exception as error:  # a broken checkpoint can fail in any way inside three libraries
        # One line: torch prints whole tensors.
        told = next(iter(str(error).splitlines()), "")[:200]
        what = f"detoxify cannot load the checkpoint ({type(error).__name__}: {told})"
        mend = "Check that checkpoint and configuration folder belong together"
        raise ModelBroken(weights.file, what, mend) from error


def read_checkpoint(file: Path, *, vouched_for: bool) -> dict[str, Any]:
    """What a checkpoint holds: `config` and `state_dict`. Runs none of its code unless vouched for.

    Raises `pickle.UnpicklingError` when a file that nobody vouched for holds more than weights.
    """
    import torch  # noqa: PLC0415  optional, see above

    try:
        found = torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        if not vouched_for:
            raise
        log.warning(
            "%s holds more than weights; it is opened because its SHA-256 is the one in the settings", file
        )
        found = torch.load(file, map_location="cpu", weights_only=False)
    if not isinstance(found, dict) or not {"config", "state_dict"} <= found.keys():
        raise ValueError("no detoxify checkpoint: config or state_dict is missing")
    return found


def _from_checkpoint(detoxify: Any, torch: Any, checkpoint: dict[str, Any], weights: Checkpoint) -> Any:
    """Detoxify takes a path only, and asks the model hub for the encoder by the name in the checkpoint.

    So a private copy of both is made, in which that name is a folder and the folder knows how many
    classes there are (a plain encoder's configuration does not).
    """
    arch = checkpoint["config"]["arch"]["args"]
    with tempfile.TemporaryDirectory(prefix="schoolwatch-detoxify-") as folder:
        encoder = Path(folder) / "encoder"
        shutil.copytree(weights.config_folder, encoder)
        _set_classes(encoder / "config.json", int(arch["num_classes"]))
        arch["model_type"] = str(encoder)
        changed = Path(folder) / "checkpoint.ckpt"
        torch.save(checkpoint, changed)
        loaded = detoxify(checkpoint=str(changed), huggingface_config_path=str(encoder), device="cpu")
    loaded.tokenizer.model_max_length = longest_input(loaded)
    return loaded


def _set_classes(config: Path, number: int) -> None:
    held = json.loads(config.read_text(encoding="utf-8"))
    held.pop("num_labels", None)
    held["id2label"] = {str(place): f"LABEL_{place}" for place in range(number)}
    held["label2id"] = {f"LABEL_{place}": place for place in range(number)}
    config.write_text(json.dumps(held), encoding="utf-8")


def longest_input(loaded: Any) -> int:
    """Word pieces that the encoder has positions for; a tokenizer without a bound would overrun them."""
    config = loaded.model.config
    # RoBERTa and its kin number positions from behind the padding's own.
    reserved = config.pad_token_id + 1 if "roberta" in config.model_type else 0
    return int(min(loaded.tokenizer.model_max_length, config.max_position_embeddings - reserved))
