"""A checkpoint made into a folder that ONNX Runtime judges with, and what that loses, measured.

Needs the extra `detoxify`. The graph is fused before it is quantised: quantising finds weights only
where they stand directly at a product, and an encoder that shares its layers (ALBERT) hides them.
"""

import logging
import tempfile
import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from classifiers.errors import ModelBroken
from classifiers.second_opinion.manifest import (
    MODEL,
    TOKENIZER,
    Manifest,
    Measured,
    Source,
    write_manifest,
)
from classifiers.second_opinion.measuring import ask_detoxify, loss_of, on_one_core
from classifiers.second_opinion.scorer import ASKED_FOR, TRIALS, sha256_of
from classifiers.second_opinion.settings import Checkpoint
from classifiers.second_opinion.with_onnx import OnnxModel
from classifiers.second_opinion.with_torch import TorchScorer, longest_input

FP32_BOUND = 0.001
"""Scores of the unrounded graph must be detoxify's own; more is a fault, not a loss."""
INT8_BOUND = 0.02
"""Mean difference over all classes that an int8 model may have, unless somebody decides otherwise."""
_INPUTS = ("input_ids", "attention_mask", "token_type_ids")
Say = Callable[[str], None]


class LostTooMuch(ModelBroken):
    """Converted weights whose scores are too far from detoxify's own. Nothing was written."""


@dataclass(frozen=True)
class Plan:
    weights: Checkpoint
    to: Path
    """A folder that is not there yet."""
    texts: Sequence[str]
    """What the loss is measured on."""
    precision: str = "int8"
    """int8, or fp32: three to four times slower, four times larger, and no loss."""
    bound: float = INT8_BOUND


def convert(plan: Plan, say: Say) -> Manifest:
    """Write the folder whole or not at all. `ModelBroken` says what stands in the way."""
    if plan.to.exists():
        raise ModelBroken(plan.to, "is there already", "Name a new folder, or take the old one away")
    say("Loading the checkpoint …")
    loaded = TorchScorer(plan.weights).model
    plan.to.parent.mkdir(parents=True, exist_ok=True)
    # Beside its place, so that a rename puts it there in one step.
    with tempfile.TemporaryDirectory(prefix=".converting-", dir=plan.to.parent) as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        manifest = _make(plan, loaded, Path(scratch), made, say)
        write_manifest(manifest, made)
        made.chmod(0o755)
        made.rename(plan.to)
    return manifest


def _make(plan: Plan, loaded: Any, scratch: Path, made: Path, say: Say) -> Manifest:
    save_tokenizer(loaded, made)
    say("Exporting …")
    exact = export(loaded, scratch)
    graphs = {"fp32": exact} | ({"int8": quantise(exact, scratch)} if plan.precision == "int8" else {})
    models = {
        name: OnnxModel(graph, made / TOKENIZER, len(loaded.class_names), longest_input(loaded))
        for name, graph in graphs.items()
    }
    measured = _measure(plan, loaded, models, say)
    _refuse_loss(plan, measured)
    graphs[plan.precision].rename(made / MODEL)
    proofs = models[plan.precision].scores(TRIALS)[:, loaded.class_names.index(ASKED_FOR)]
    return _manifest(plan, loaded, made, measured, proofs.tolist())


def _measure(plan: Plan, loaded: Any, models: dict[str, OnnxModel], say: Say) -> Measured:
    say(f"Asking detoxify itself about {len(plan.texts)} comments, on one core …")
    with on_one_core():
        own, per_second = ask_detoxify(loaded, plan.texts)
    say("Asking the converted weights …")
    losses = {name: loss_of(model, plan.texts, own) for name, model in models.items()}
    return Measured(texts=len(plan.texts), detoxify_per_second=round(per_second, 2), **losses)


def _refuse_loss(plan: Plan, measured: Measured) -> None:
    if measured.fp32.largest > FP32_BOUND:
        what = f"unrounded, its scores differ by up to {measured.fp32.largest:.2g} from detoxify's own"
        raise LostTooMuch(plan.weights.file, what, "Judge with the checkpoint itself; please report this")
    if measured.int8 is not None and measured.int8.mean > plan.bound:
        what = f"in int8 its scores differ by {measured.int8.mean:.2g} on average, more than {plan.bound:g}"
        raise LostTooMuch(plan.weights.file, what, "Convert with --precision fp32, or accept more by --bound")


def _manifest(plan: Plan, loaded: Any, made: Path, measured: Measured, proofs: list[float]) -> Manifest:
    source = plan.weights.file
    return Manifest(
        precision=plan.precision,
        classes=tuple(loaded.class_names),
        longest_input=longest_input(loaded),
        model_sha256=sha256_of(made / MODEL, "the model"),
        model_size=(made / MODEL).stat().st_size,
        tokenizer_sha256=sha256_of(made / TOKENIZER, "the tokenizer"),
        proofs=tuple(proofs),
        source=Source(
            file=source.name,
            sha256=plan.weights.sha256,
            size=source.stat().st_size,
            encoder=loaded.model.config.model_type,
        ),
        measured=measured,
        versions={name: version(name) for name in ("detoxify", "onnx", "onnxruntime", "tokenizers", "torch")},
    )


def save_tokenizer(loaded: Any, folder: Path) -> Path:
    """The tokenizer as one file that runs without transformers."""
    backend = getattr(loaded.tokenizer, "backend_tokenizer", None)
    if backend is None:
        what = "this version of transformers keeps no tokenizer that runs without it"
        raise ModelBroken("transformers", what, "Install transformers 5")
    backend.save(str(folder / TOKENIZER))
    return folder / TOKENIZER


def export(loaded: Any, scratch: Path) -> Path:
    """The encoder as an ONNX graph from word pieces to scores (0 to 1), fused, unrounded."""
    torch, optimizer, _ = _tools()
    model, raw, fused = loaded.model.eval(), scratch / "raw.onnx", scratch / "fp32.onnx"
    held = loaded.tokenizer("a trial of two lines", return_tensors="pt")
    names = [name for name in _INPUTS if name in held]
    axes = {name: {0: "texts", 1: "pieces"} for name in names} | {"scores": {0: "texts"}}
    with _quiet(), _plain_attention(model):
        torch.onnx.export(
            _scores(torch, model, names), tuple(held[name] for name in names), str(raw), dynamo=False,
            opset_version=17, input_names=names, output_names=["scores"], dynamic_axes=axes,
        )  # fmt: skip
        heads, width = model.config.num_attention_heads, model.config.hidden_size
        found = optimizer.optimize_model(str(raw), "bert", num_heads=heads, hidden_size=width, opt_level=0)
        found.save_model_to_file(str(fused))
    return fused


def _scores(torch: Any, model: Any, names: list[str]) -> Any:
    """The encoder with detoxify's last step behind it, called by position as the exporter does."""

    class Scores(torch.nn.Module):  # type: ignore[misc]  # torch is optional, so its types are not known here
        def __init__(self) -> None:
            super().__init__()
            self.model = model

        def forward(self, *inputs: Any) -> Any:
            return torch.sigmoid(self.model(**dict(zip(names, inputs, strict=True)))[0])

    return Scores()


@contextmanager
def _plain_attention(model: Any) -> Iterator[None]:
    """Attention written out as products, as the fusion expects it; put back for who asks detoxify next."""
    before = model.config._attn_implementation
    model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.set_attn_implementation(before)


def quantise(exact: Path, scratch: Path) -> Path:
    """Weights rounded to eight bits, a scale for each column; activations are rounded as they come."""
    _, _, quantization = _tools()
    import onnx  # noqa: PLC0415  optional, as above

    rounded = scratch / "int8.onnx"
    with _quiet():
        quantization.quantize_dynamic(
            exact, rounded, weight_type=quantization.QuantType.QInt8, per_channel=True,
            # Fused operators are unknown to ONNX's own inference of types.
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )  # fmt: skip
    return rounded


def _tools() -> tuple[Any, Any, Any]:
    try:
        import torch  # noqa: PLC0415  optional, and slow to import
        from onnxruntime import quantization  # noqa: PLC0415  optional
        from onnxruntime.transformers import optimizer  # noqa: PLC0415  as above
    except ImportError as error:
        what = f"the package {error.name} is not installed"
        raise ModelBroken("conversion", what, "Install schoolwatch[detoxify]") from error
    return torch, optimizer, quantization


@contextmanager
def _quiet() -> Iterator[None]:
    """Exporters warn about their own future, and log each step; nobody at a school can act on either."""
    before = logging.root.manager.disable
    logging.disable(logging.WARNING)
    try:
        with warnings.catch_warnings(action="ignore"):
            yield
    finally:
        logging.disable(before)
