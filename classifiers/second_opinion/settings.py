"""Where a school's own weights lie, and which scores the embedded model may keep for itself."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Checkpoint:
    """Weights in detoxify's own format; judging with them needs torch and detoxify."""

    file: Path
    config_folder: Path
    """Hugging Face configuration and tokenizer of the checkpoint's encoder, in one folder."""
    sha256: str
    """Of the checkpoint, as published or as noted when it was brought in."""


@dataclass(frozen=True)
class Converted:
    """The folder that `schoolwatch models convert` made; judging with it needs ONNX Runtime only."""

    folder: Path
    sha256: str = ""
    """Of its `model.onnx`. Empty: the one that the folder's manifest names."""


@dataclass(frozen=True)
class DetoxifySettings:
    weights: Checkpoint | Converted
    certain_below: float = 0.05
    certain_above: float = 0.95
    """Embedded scores outside these are clear cases and stand as they are."""
