"""What stands beside converted weights: where they come from, what they lost, and how to know them again."""

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from classifiers.errors import ModelBroken
from classifiers.second_opinion.scorer import TRIALS

FORMAT = 1
MANIFEST, MODEL, TOKENIZER = "manifest.json", "model.onnx", "tokenizer.json"
MEND = "Convert the checkpoint again with `schoolwatch models convert`"
Sha256 = Field(pattern="^[0-9a-f]{64}$")
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Source(_Part):
    """The checkpoint that was converted."""

    file: str
    sha256: str = Sha256
    size: int
    """Bytes."""
    encoder: str
    """Kind of encoder, e.g. `bert`."""


class Loss(_Part):
    """How far scores are from detoxify's own for the same texts, over all classes."""

    largest: float
    mean: float
    per_second: float
    """Comments a second, on one core of the machine that converted."""


class Measured(_Part):
    texts: int
    detoxify_per_second: float
    """Of detoxify's own `predict(list)`, on the same core."""
    fp32: Loss
    int8: Loss | None = None


class Manifest(_Part):
    format: int = FORMAT
    precision: str = Field(pattern="^(fp32|int8)$")
    classes: tuple[str, ...] = Field(min_length=1)
    """Of the model's outputs, in order."""
    longest_input: int = Field(ge=2)
    """Word pieces; a longer text is cut."""
    model_sha256: str = Sha256
    model_size: int
    tokenizer_sha256: str = Sha256
    proofs: tuple[Score, ...] = Field(min_length=len(TRIALS), max_length=len(TRIALS))
    """`toxicity` of each trial text (`scorer.TRIALS`) on the machine that converted."""
    source: Source
    measured: Measured
    versions: dict[str, str]


def write_manifest(manifest: Manifest, folder: Path) -> None:
    (folder / MANIFEST).write_text(manifest.model_dump_json(indent=2) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """`ModelBroken` with the place when there is none, or it is damaged or of another format."""
    path = folder / MANIFEST
    try:
        found = Manifest.model_validate_json(path.read_bytes())
    except OSError as error:
        raise ModelBroken(path, f"the manifest cannot be read ({error.strerror})", MEND) from error
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ModelBroken(path, f"the manifest is damaged: {where}: {first['msg']}", MEND) from error
    if found.format != FORMAT:
        raise ModelBroken(path, f"is of format {found.format}, expected {FORMAT}", MEND)
    return found
