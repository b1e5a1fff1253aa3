"""Converted weights, run by ONNX Runtime: neither torch nor detoxify is needed.

Each text is asked alone. Dynamic quantisation takes one scale from everything in a batch, padding
included, so in company a comment's score would depend on its neighbours; alone it cannot, and no
padding is paid for (decision 12).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from classifiers.errors import ModelBroken
from classifiers.second_opinion.manifest import MEND, MODEL, TOKENIZER, Manifest, read_manifest
from classifiers.second_opinion.scorer import ASKED_FOR, F64, encodable, prove, sha256_of
from classifiers.second_opinion.settings import Converted

_SAME = 0.02
"""How far a score may be from the one that the converting machine found for the same text."""


class OnnxScorer:
    def __init__(self, weights: Converted) -> None:
        """`ModelBroken` when a package is missing, or the folder is not what its manifest says."""
        self.manifest = read_manifest(weights.folder)
        _verify(weights, self.manifest)
        graph, tokenizer = weights.folder / MODEL, weights.folder / TOKENIZER
        self._model = OnnxModel(graph, tokenizer, len(self.manifest.classes), self.manifest.longest_input)
        self._prove(weights.folder)

    @property
    def described(self) -> str:
        return f"{self.manifest.precision} sha256:{self.manifest.model_sha256}"

    def _prove(self, folder: Path) -> None:
        """Some processors round int8 products more coarsely: the loss that was measured is not theirs."""
        apart = float(np.abs(prove(self, folder) - self.manifest.proofs).max())
        if apart > _SAME:
            what = f"this machine's scores differ by {apart:.2g} from those of the machine that converted"
            raise ModelBroken(folder, what, "Convert on this machine, or with --precision fp32")

    def toxicity(self, texts: Sequence[str]) -> F64:
        """See `Scorer`. A text's score does not depend on the others."""
        column = self.manifest.classes.index(ASKED_FOR)
        result: F64 = self._model.scores(texts)[:, column]
        return result


class OnnxModel:
    """A graph with its tokenizer. Raises `ModelBroken` when either cannot be loaded."""

    def __init__(self, graph: Path, tokenizer: Path, classes: int, longest_input: int) -> None:
        onnxruntime, tokenizers = _libraries()
        try:
            self._tokenizer = tokenizers.Tokenizer.from_file(str(tokenizer))
            self._tokenizer.enable_truncation(longest_input)
            self._tokenizer.no_padding()
            self._session = onnxruntime.InferenceSession(
                str(graph), _one_core(onnxruntime), providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # a damaged file can fail in any way inside two libraries
            what = f"ONNX Runtime cannot load the weights ({type(error).__name__})"
            raise ModelBroken(graph.parent, what, MEND) from error
        self._inputs = [one.name for one in self._session.get_inputs()]
        self._classes = classes

    def scores(self, texts: Sequence[str]) -> F64:
        """A row a text, in order; a column a class, 0 to 1."""
        result = np.zeros((len(texts), self._classes))
        for place, text in enumerate(texts):
            result[place] = self._ask(encodable(text))
        return result

    def _ask(self, text: str) -> F64:
        pieces = self._tokenizer.encode(text)
        held = {
            "input_ids": pieces.ids,
            "attention_mask": pieces.attention_mask,
            "token_type_ids": pieces.type_ids,
        }
        feed = {name: np.array([held[name]], dtype=np.int64) for name in self._inputs}
        scores: F64 = self._session.run(None, feed)[0][0]
        return scores


def _verify(weights: Converted, manifest: Manifest) -> None:
    for name, expected in ((MODEL, manifest.model_sha256), (TOKENIZER, manifest.tokenizer_sha256)):
        if sha256_of(weights.folder / name, "the file") != expected:
            what = "its SHA-256 is not the one in the manifest beside it"
            raise ModelBroken(weights.folder / name, what, MEND)
    if weights.sha256 and weights.sha256.lower() != manifest.model_sha256:
        what = f"the model's SHA-256 is {manifest.model_sha256}, not the one in the settings"
        raise ModelBroken(weights.folder, what, "Bring the folder in again, or correct the settings")
    if ASKED_FOR not in manifest.classes:
        raise ModelBroken(weights.folder, f"the weights know no class {ASKED_FOR}", MEND)


def _libraries() -> tuple[Any, Any]:
    try:
        import onnxruntime  # noqa: PLC0415  optional
        import tokenizers  # noqa: PLC0415  as above
    except ImportError as error:
        what = f"the package {error.name} is not installed"
        raise ModelBroken("second opinion", what, "Install schoolwatch[second-opinion]") from error
    return onnxruntime, tokenizers


def _one_core(onnxruntime: Any) -> Any:
    """One core: the daemon leaves the others to the machine, and sums are added up in one order."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return options
