"""Weights made on the spot: a BERT of two thin layers with random numbers, saved as detoxify saves its own."""

import hashlib
import importlib.util
import json
import os
from pathlib import Path

import pytest

from classifiers.detoxify_adapter import Checkpoint

CLASSES = ["toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"]
INSTALLED = all(importlib.util.find_spec(name) for name in ("detoxify", "torch", "transformers", "onnx"))
REQUIRED = os.environ.get("SCHOOLWATCH_REQUIRE_DETOXIFY") == "1"
needs_detoxify = pytest.mark.skipif(
    not INSTALLED and not REQUIRED, reason="the extra `detoxify` is not installed (.ci/run installs it)"
)
# torch and transformers warn about their own future inside their own code.
QUIET = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"
)


def make_checkpoint(folder: Path, name: str = "tiny.ckpt") -> Checkpoint:
    """The encoder's folder is as the hub has it: its configuration knows nothing of detoxify's classes."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification

    torch.manual_seed(7)
    encoder = folder / "encoder"
    encoder.mkdir(parents=True)
    config = BertConfig(vocab_size=_write_tokenizer(encoder), hidden_size=16, num_hidden_layers=2,
                        num_attention_heads=2, intermediate_size=32, num_labels=len(CLASSES),
                        initializer_range=0.3)  # fmt: skip
    plain = {key: value for key, value in config.to_dict().items() if key not in ("id2label", "label2id")}
    (encoder / "config.json").write_text(json.dumps(plain))
    model = BertForSequenceClassification(config)
    with torch.no_grad():
        model.classifier.weight.normal_(0, 1.0)  # so that scores differ from text to text
    arch = {"type": "BERT", "args": {"num_classes": len(CLASSES), "model_type": "bert-base-uncased",
                                     "model_name": "BertForSequenceClassification", "tokenizer_name": "BertTokenizer"}}  # fmt: skip
    held = {
        "config": {"arch": arch, "dataset": {"args": {"classes": CLASSES}}},
        "state_dict": model.state_dict(),
    }
    torch.save(held, folder / name)
    return Checkpoint(folder / name, encoder, sha256(folder / name))


def _write_tokenizer(encoder: Path) -> int:
    from transformers import BertTokenizer

    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{one}" for one in letters)]
    (encoder / "vocab.txt").write_text("\n".join(pieces))
    BertTokenizer(str(encoder / "vocab.txt")).save_pretrained(encoder)
    return len(pieces)


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
