"""What training tests share: whether its packages are here, and public weights made on the spot."""

import importlib.util
import os
from pathlib import Path

import pytest

from classifiers.encoder.pieces import SPECIAL

PACKAGES = ("torch", "onnx", "safetensors", "sklearn")
INSTALLED = all(importlib.util.find_spec(name) for name in PACKAGES)
REQUIRED = os.environ.get("SCHOOLWATCH_REQUIRE_TRAINING") == "1"
HERE = INSTALLED or REQUIRED
needs_training = pytest.mark.skipif(
    not HERE, reason="the packages of a training are not installed (.ci/run and ./run train install them)"
)
LETTERS = "abcdefghijklmnopqrstuvwxyz0123456789"
LIKE_MARKS = (
    "address", "birthday", "class", "email", "link", "money", "name", "neighbour", "number", "phone", "photo",
    "pupil", "school", "someone", "teacher", "we", "year",
)  # fmt: skip
WORDS = ("head", "kind", "thief", "fair", "##ing", "the", "is", "a", "!", "rarely")
PUBLIC_VOCABULARY = (
    "[PAD]", "[unused0]", "[UNK]", "[CLS]", "[SEP]", "[MASK]",
    *LETTERS, *(f"##{letter}" for letter in LETTERS), *LIKE_MARKS, *(word for word in WORDS if word not in LETTERS),
)  # fmt: skip
"""As a published encoder has it: the special pieces are not where ours are, and more than ours."""
assert set(SPECIAL) < set(PUBLIC_VOCABULARY)


def make_public_weights(folder: Path) -> Path:
    """A folder as the package of public weights has it: the real sizes, random numbers, few words."""
    import torch
    from safetensors.torch import save_file

    folder.mkdir(parents=True)
    (folder / "vocab.txt").write_text("\n".join(PUBLIC_VOCABULARY) + "\n", encoding="utf-8")
    dice = torch.Generator().manual_seed(11)

    def numbers(*shape: int, size: float = 0.05) -> "torch.Tensor":
        return torch.randn(*shape, generator=dice) * size

    weights = {
        "embeddings.word_embeddings.weight": numbers(len(PUBLIC_VOCABULARY), 384),
        "embeddings.position_embeddings.weight": numbers(512, 384),
        "embeddings.token_type_embeddings.weight": numbers(2, 384),
        # Published files hold these too; nothing of ours takes them.
        "embeddings.position_ids": torch.arange(512)[None],
        "pooler.dense.weight": numbers(384, 384),
        "pooler.dense.bias": numbers(384),
    }
    shapes = {
        "attention.self.query": (384, 384), "attention.self.key": (384, 384), "attention.self.value": (384, 384),
        "attention.output.dense": (384, 384), "intermediate.dense": (1536, 384), "output.dense": (384, 1536),
    }  # fmt: skip
    norms = ["embeddings.LayerNorm"]
    for layer in range(6):
        for name, shape in shapes.items():
            weights[f"encoder.layer.{layer}.{name}.weight"] = numbers(*shape)
            weights[f"encoder.layer.{layer}.{name}.bias"] = numbers(shape[0])
        norms += [f"encoder.layer.{layer}.{part}.LayerNorm" for part in ("attention.output", "output")]
    for name in norms:
        weights[f"{name}.weight"], weights[f"{name}.bias"] = 1 + numbers(384), numbers(384)
    save_file(weights, folder / "model.safetensors")
    return folder
