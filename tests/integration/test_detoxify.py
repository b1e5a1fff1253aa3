"""The real Detoxify class through the adapter, on a tiny checkpoint made on the spot."""

import hashlib
import importlib.util
import logging
import os
from pathlib import Path

import numpy as np
import pytest

from classifiers.detoxify_adapter import DetoxifySettings, SecondOpinion, load_second_opinion
from classifiers.errors import ModelBroken
from classifiers.interface import Comment, Register
from classifiers.judge import load_judge
from config.words import Label

INSTALLED = all(importlib.util.find_spec(name) for name in ("detoxify", "torch", "transformers"))
REQUIRED = os.environ.get("SCHOOLWATCH_REQUIRE_DETOXIFY") == "1"
CLASSES = ["toxicity", "severe_toxicity", "obscene", "threat", "insult", "identity_attack"]
# torch and transformers warn about their own future inside their own code.
pytestmark = [
    pytest.mark.detoxify,
    pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"),
]
needs_detoxify = pytest.mark.skipif(
    not INSTALLED and not REQUIRED, reason="the extra `detoxify` is not installed (.ci/run installs it)"
)


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> DetoxifySettings:
    """A BERT of two thin layers with random weights, saved as detoxify saves its own."""
    import torch
    from transformers import BertConfig, BertForSequenceClassification, BertTokenizer

    torch.manual_seed(7)
    folder = tmp_path_factory.mktemp("detoxify")
    encoder = folder / "encoder"
    encoder.mkdir()
    letters = [chr(code) for code in range(ord("a"), ord("z") + 1)]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{one}" for one in letters)]
    (encoder / "vocab.txt").write_text("\n".join(pieces))
    BertTokenizer(str(encoder / "vocab.txt")).save_pretrained(encoder)
    config = BertConfig(vocab_size=len(pieces), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
                        intermediate_size=32, num_labels=len(CLASSES))  # fmt: skip
    config.save_pretrained(encoder)
    arch = {"type": "BERT", "args": {"num_classes": len(CLASSES), "model_type": "bert-base-uncased",
                                     "model_name": "BertForSequenceClassification", "tokenizer_name": "BertTokenizer"}}  # fmt: skip
    checkpoint = folder / "tiny.ckpt"
    torch.save(
        {
            "config": {"arch": arch, "dataset": {"args": {"classes": CLASSES}}},
            "state_dict": BertForSequenceClassification(config).state_dict(),
        },
        checkpoint,
    )
    return DetoxifySettings(checkpoint, encoder, hashlib.sha256(checkpoint.read_bytes()).hexdigest())


@needs_detoxify
def test_sorting_by_length_would_give_another_answer_than_detoxify_itself(settings: DetoxifySettings) -> None:
    opinion = SecondOpinion(settings)
    texts = ["you are a muppet", "well done " * 40, "a", "see you at the gates", "", "x" * 5000, "\ud800 \0"]
    sorted_batches = opinion.toxicity(texts)
    assert len(sorted_batches) == len(texts)
    assert all(0 < score < 1 for score in sorted_batches)
    for place in (0, 1, 2, 3):
        alone = opinion._model.predict(texts[place])["toxicity"]
        assert abs(alone - sorted_batches[place]) < 1e-3


@needs_detoxify
def test_clear_cases_would_be_changed_by_the_second_opinion(settings: DetoxifySettings) -> None:
    opinion = SecondOpinion(settings)
    embedded = np.array([0.001, 0.5, 0.999])
    joined = opinion.joined(["one", "two", "three"], embedded)
    assert joined[0] == 0.001
    assert joined[2] == 0.999
    assert joined[1] != 0.5


@needs_detoxify
def test_the_judge_would_not_name_detoxify_among_its_models(settings: DetoxifySettings) -> None:
    judge = load_judge(Register(), detoxify=settings)
    found = judge.judge([Comment("1", "Thank you all for a lovely fair")])[0]
    assert settings.sha256 in found.models["detoxify"]
    assert 0 <= found.scores[Label.ABUSE] <= 1


@needs_detoxify
def test_a_checkpoint_that_was_tampered_with_would_be_opened(
    settings: DetoxifySettings, tmp_path: Path
) -> None:
    changed = tmp_path / "changed.ckpt"
    changed.write_bytes(settings.checkpoint.read_bytes() + b"x")
    with pytest.raises(ModelBroken, match="SHA-256"):
        SecondOpinion(DetoxifySettings(changed, settings.config_folder, settings.sha256))


@needs_detoxify
def test_a_damaged_checkpoint_would_take_the_daemon_down(
    settings: DetoxifySettings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = tmp_path / "damaged.ckpt"
    damaged.write_bytes(settings.checkpoint.read_bytes()[:2000])
    digest = hashlib.sha256(damaged.read_bytes()).hexdigest()
    with caplog.at_level(logging.ERROR):
        assert load_second_opinion(DetoxifySettings(damaged, settings.config_folder, digest)) is None
    assert "embedded model judges alone" in caplog.text


@needs_detoxify
def test_a_failure_inside_detoxify_would_lose_the_page(
    settings: DetoxifySettings, caplog: pytest.LogCaptureFixture
) -> None:
    judge = load_judge(Register(), detoxify=settings)
    opinion = judge._second
    assert opinion is not None
    opinion._model.tokenizer = None
    with caplog.at_level(logging.ERROR):
        assert opinion.joined(["perhaps"], np.array([0.5]))[0] == 0.5
    assert "scores stand" in caplog.text


def test_a_missing_checkpoint_would_silence_the_embedded_judge(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Runs everywhere: the embedded model goes on, and the log says loudly that detoxify does not."""
    missing = DetoxifySettings(tmp_path / "none.ckpt", tmp_path, "0" * 64)
    with caplog.at_level(logging.ERROR):
        judge = load_judge(Register(), detoxify=missing)
    assert "cannot be read" in caplog.text
    assert "detoxify" not in judge.models
    assert judge.judge([Comment("1", "you absolute muppet")])[0].judged
