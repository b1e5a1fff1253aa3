"""The real Detoxify class through the adapter, on a tiny checkpoint made on the spot."""

import logging
import pickle
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.weights import QUIET, make_checkpoint, needs_detoxify, sha256

from classifiers.detoxify_adapter import Checkpoint, DetoxifySettings, SecondOpinion, load_second_opinion
from classifiers.errors import ModelBroken
from classifiers.interface import Comment, Register
from classifiers.judge import load_judge
from classifiers.second_opinion.with_torch import TorchScorer, read_checkpoint
from config.words import Label

pytestmark = [pytest.mark.detoxify, QUIET]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return make_checkpoint(tmp_path_factory.mktemp("detoxify"))


TEXTS = ["you are a muppet", "well done " * 40, "a", "see you at the gates", "", "x" * 5000, "\ud800 \0"]


@needs_detoxify
def test_asking_through_the_adapter_would_give_another_answer_than_detoxify_itself(
    weights: Checkpoint,
) -> None:
    scorer = TorchScorer(weights)
    scores = scorer.toxicity(TEXTS)
    assert len(scores) == len(TEXTS)
    assert all(0 < score < 1 for score in scores)
    for text, score in zip(TEXTS[:4], scores, strict=False):
        assert abs(scorer.model.predict(text)["toxicity"] - score) < 1e-6


@needs_detoxify
def test_the_same_comment_would_be_judged_otherwise_in_other_company(weights: Checkpoint) -> None:
    """To the last digit: a score at a threshold must not raise an incident because of its neighbours."""
    scorer = TorchScorer(weights)
    alone = [float(scorer.toxicity([text])[0]) for text in TEXTS]
    assert scorer.toxicity(TEXTS).tolist() == alone
    assert scorer.toxicity(TEXTS[::-1]).tolist() == alone[::-1]


@needs_detoxify
def test_a_long_rant_would_overrun_the_encoder(weights: Checkpoint) -> None:
    """A tokenizer brought without its bound of 512 word pieces would let a long comment fail the batch."""
    scorer = TorchScorer(weights)
    assert scorer.model.tokenizer.model_max_length == 512
    assert len(scorer.toxicity(["a b c d " * 1000, "short"])) == 2


@needs_detoxify
def test_clear_cases_would_be_changed_by_the_second_opinion(weights: Checkpoint) -> None:
    opinion = SecondOpinion(DetoxifySettings(weights))
    embedded = np.array([0.001, 0.5, 0.999])
    joined = opinion.joined(["one", "two", "three"], embedded)
    assert joined[0] == 0.001
    assert joined[2] == 0.999
    assert joined[1] != 0.5


@needs_detoxify
def test_the_judge_would_not_name_detoxify_among_its_models(weights: Checkpoint) -> None:
    judge = load_judge(Register(), detoxify=DetoxifySettings(weights))
    found = judge.judge([Comment("1", "Thank you all for a lovely fair")])[0]
    assert weights.sha256 in found.models["detoxify"]
    assert 0 <= found.scores[Label.ABUSE] <= 1


@needs_detoxify
def test_a_checkpoint_that_was_tampered_with_would_be_opened(weights: Checkpoint, tmp_path: Path) -> None:
    changed = tmp_path / "changed.ckpt"
    changed.write_bytes(weights.file.read_bytes() + b"x")
    with pytest.raises(ModelBroken, match="SHA-256"):
        TorchScorer(replace(weights, file=changed))


@needs_detoxify
def test_a_damaged_checkpoint_would_take_the_daemon_down(
    weights: Checkpoint, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    damaged = tmp_path / "damaged.ckpt"
    damaged.write_bytes(weights.file.read_bytes()[:2000])
    brought = replace(weights, file=damaged, sha256=sha256(damaged))
    with caplog.at_level(logging.ERROR):
        assert load_second_opinion(DetoxifySettings(brought)) is None
    assert "embedded model judges alone" in caplog.text


class _Code:
    """What a hostile checkpoint does: unpickled in full, it calls a function of its choice."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (exec, ("raise SystemError('code of the checkpoint ran')",))


@needs_detoxify
def test_a_hostile_checkpoint_would_run_its_code_while_it_is_fetched(tmp_path: Path) -> None:
    import torch

    hostile = tmp_path / "hostile.ckpt"
    torch.save({"config": _Code(), "state_dict": {}}, hostile)
    with pytest.raises(pickle.UnpicklingError):
        read_checkpoint(hostile, vouched_for=False)


@needs_detoxify
def test_a_failure_inside_detoxify_would_lose_the_page(
    weights: Checkpoint, caplog: pytest.LogCaptureFixture
) -> None:
    opinion = SecondOpinion(DetoxifySettings(weights))
    assert isinstance(opinion.scorer, TorchScorer)
    opinion.scorer.model.tokenizer = None
    with caplog.at_level(logging.ERROR):
        assert opinion.joined(["perhaps"], np.array([0.5]))[0] == 0.5
    assert "scores stand" in caplog.text
    assert "perhaps" not in caplog.text


def test_a_missing_checkpoint_would_silence_the_embedded_judge(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Runs everywhere: the embedded model goes on, and the log says loudly that detoxify does not."""
    missing = DetoxifySettings(Checkpoint(tmp_path / "none.ckpt", tmp_path, "0" * 64))
    with caplog.at_level(logging.ERROR):
        judge = load_judge(Register(), detoxify=missing)
    assert "cannot be read" in caplog.text
    assert "detoxify" not in judge.models
    assert judge.judge([Comment("1", "you absolute muppet")])[0].judged


@needs_detoxify
def test_a_hardened_service_would_lose_the_second_opinion(weights: Checkpoint) -> None:
    """systemd's MemoryDenyWriteExecute= forbids the code that torch writes as it runs."""
    program = (
        "import ctypes, sys; from pathlib import Path\n"
        "ctypes.CDLL(None).prctl(65, 1, 0, 0, 0)  # PR_SET_MDWE; older kernels refuse, and nothing is forbidden\n"
        "from classifiers.detoxify_adapter import *\n"
        "weights = Checkpoint(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3])\n"
        "assert 0 < SecondOpinion(DetoxifySettings(weights)).scorer.toxicity(['hello'])[0] < 1\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(weights.file), str(weights.config_folder), weights.sha256],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False, timeout=170,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
