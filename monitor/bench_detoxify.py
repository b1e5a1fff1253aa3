"""What a second opinion costs: detoxify's own `predict(list)` beside our ways to run the same weights.

The weights are random, in the sizes that detoxify publishes: speed does not depend on what they learnt.
Differences of scores on random weights are an order of magnitude, no promise; `schoolwatch models
convert` measures them on the real ones.
"""

import hashlib
import importlib.util
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from classifiers.second_opinion.converting import export, quantise, save_tokenizer
from classifiers.second_opinion.measuring import ask_detoxify, loss_of, on_one_core
from classifiers.second_opinion.scorer import F64
from classifiers.second_opinion.settings import Checkpoint
from classifiers.second_opinion.with_onnx import OnnxModel
from classifiers.second_opinion.with_torch import TorchScorer, longest_input, stay_offline

NEEDED = ("detoxify", "onnx", "onnxruntime", "tokenizers", "torch", "transformers")
SIZES = {"ALBERT": "Albert", "BERT": "Bert"}
"""Encoders of `original-small` and of `original`, by their names in transformers."""
CLASSES = ("toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack")
_SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]


class Row(NamedTuple):
    what: str
    per_second: float
    times: float
    """Of detoxify's own `predict(list)`."""
    largest: float
    """Difference of a score from detoxify's own."""


def missing() -> list[str]:
    """Packages that this part needs and that are not installed here."""
    return [name for name in NEEDED if importlib.util.find_spec(name) is None]


def rows(texts: Sequence[str]) -> list[Row]:
    """A row for each size and way, for one list of comments in one run."""
    stay_offline()
    return [row for size in SIZES for row in _of_one_size(size, texts)]


def _of_one_size(size: str, texts: Sequence[str]) -> list[Row]:
    with tempfile.TemporaryDirectory() as name, on_one_core():
        folder = Path(name)
        scorer = TorchScorer(_random_weights(SIZES[size], folder, texts))
        loaded = scorer.model
        own, rate = ask_detoxify(loaded, texts)
        found = [Row(f"{size}: detoxify's own predict(list)", rate, 1.0, 0.0)]
        found.append(_one_by_one(size, scorer, texts, own[:, CLASSES.index("toxicity")], rate))
        exact, tokenizer = export(loaded, folder), save_tokenizer(loaded, folder)
        for precision, graph in (("fp32", exact), ("int8", quantise(exact, folder))):
            model = OnnxModel(graph, tokenizer, len(CLASSES), longest_input(loaded))
            loss = loss_of(model, texts, own)
            found.append(
                Row(
                    f"{size}: ONNX Runtime, {precision}",
                    loss.per_second,
                    loss.per_second / rate,
                    loss.largest,
                )
            )
    return found


def _one_by_one(size: str, scorer: TorchScorer, texts: Sequence[str], own: F64, rate: float) -> Row:
    """By detoxify one by one, as the judge asks it; this row compares `toxicity` alone."""
    started = time.process_time()
    scores = scorer.toxicity(texts)
    faster = len(texts) / (time.process_time() - started)
    apart = float(np.abs(scores - own).max())
    return Row(f"{size}: detoxify, one by one", faster, faster / rate, apart)


def _random_weights(kind: str, folder: Path, texts: Sequence[str]) -> Checkpoint:
    import torch  # noqa: PLC0415  optional, and slow to import
    import transformers  # noqa: PLC0415  as above

    torch.manual_seed(1)
    encoder = folder / "encoder"
    encoder.mkdir()
    _write_tokenizer(encoder, texts)
    config = getattr(transformers, f"{kind}Config")(num_labels=len(CLASSES), **_base_size(kind))
    config.save_pretrained(encoder)
    model = getattr(transformers, f"{kind}ForSequenceClassification")(config)
    # Louder than a fresh layer, or every comment would get the same score.
    torch.nn.init.normal_(model.classifier.weight, 0.0, 0.2)
    file = folder / "random.ckpt"
    torch.save({"config": _config(kind), "state_dict": model.state_dict()}, file)
    return Checkpoint(file, encoder, hashlib.sha256(file.read_bytes()).hexdigest())


def _base_size(kind: str) -> dict[str, int]:
    """The defaults of transformers are the base size for BERT, and the largest there is for ALBERT."""
    return (
        {"hidden_size": 768, "num_attention_heads": 12, "intermediate_size": 3072} if kind == "Albert" else {}
    )


def _config(kind: str) -> dict[str, Any]:
    arguments = {
        "num_classes": len(CLASSES),
        "model_type": "random",
        "model_name": f"{kind}ForSequenceClassification",
        "tokenizer_name": "BertTokenizer",
    }
    return {
        "arch": {"type": kind, "args": arguments},
        "dataset": {"args": {"classes": list(CLASSES)}},
    }


def _write_tokenizer(folder: Path, texts: Sequence[str]) -> None:
    """Word pieces learnt from the comments themselves, so that a comment has about as many as usual."""
    import tokenizers  # noqa: PLC0415  optional
    import transformers  # noqa: PLC0415  optional, and slow to import

    learnt = tokenizers.BertWordPieceTokenizer()
    learnt.train_from_iterator(texts, vocab_size=4000, special_tokens=_SPECIAL, show_progress=False)
    words = json.loads(learnt.to_str())["model"]["vocab"]
    vocabulary = folder / "vocab.txt"
    vocabulary.write_text("\n".join(sorted(words, key=words.__getitem__)), encoding="utf-8")
    transformers.BertTokenizer(str(vocabulary)).save_pretrained(folder)
