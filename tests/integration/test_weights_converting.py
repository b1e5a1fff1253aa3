"""Converting a real checkpoint, and judging with what comes out: torch, ONNX and ONNX Runtime, nothing pretended."""

import json
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from support.weights import CLASSES, QUIET, make_checkpoint, needs_detoxify, sha256

from classifiers.detoxify_adapter import Checkpoint, Converted, DetoxifySettings, SecondOpinion
from classifiers.errors import ModelBroken
from classifiers.second_opinion.converting import LostTooMuch, Plan, convert
from classifiers.second_opinion.manifest import MANIFEST, MODEL, TOKENIZER
from classifiers.second_opinion.with_onnx import OnnxScorer
from classifiers.second_opinion.with_torch import TorchScorer

pytestmark = [pytest.mark.detoxify, QUIET, needs_detoxify]
TEXTS = [
    "you are a muppet",
    "Well done to all in the choir, " * 12,
    "a",
    "sack that lying head, she is a disgrace to the school",
    "see you at the gates",
    "",
    "\U0001f921\U0001f921 \ud800 Zoë",
    "x y z " * 600,
]


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Checkpoint:
    return make_checkpoint(tmp_path_factory.mktemp("checkpoint"))


@pytest.fixture(scope="module")
def folders(weights: Checkpoint, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Converted once in each precision."""
    made = tmp_path_factory.mktemp("converted")
    for precision in ("fp32", "int8"):
        convert(Plan(weights, made / precision, TEXTS[:5], precision, bound=0.1), lambda _: None)
    return {name: made / name for name in ("fp32", "int8")}


def test_converted_weights_would_judge_otherwise_than_detoxify(
    weights: Checkpoint, folders: dict[str, Path]
) -> None:
    own = TorchScorer(weights).toxicity(TEXTS)
    exact = OnnxScorer(Converted(folders["fp32"])).toxicity(TEXTS)
    rounded = OnnxScorer(Converted(folders["int8"])).toxicity(TEXTS)
    assert np.abs(exact - own).max() < 1e-3
    assert 0 < np.abs(rounded - own).max() < 0.1
    assert len(set(np.round(own, 3))) > 3  # or the same score for everything would pass


@pytest.mark.parametrize("precision", ["fp32", "int8"])
def test_a_comments_score_would_depend_on_its_neighbours(folders: dict[str, Path], precision: str) -> None:
    scorer = OnnxScorer(Converted(folders[precision]))
    alone = [float(scorer.toxicity([text])[0]) for text in TEXTS]
    assert scorer.toxicity(TEXTS).tolist() == alone
    assert scorer.toxicity(TEXTS[::-1]).tolist() == alone[::-1]


def test_judging_with_converted_weights_would_need_torch(folders: dict[str, Path]) -> None:
    """In a fresh process, because this one has torch loaded."""
    program = (
        "import sys; from pathlib import Path\n"
        "from classifiers.detoxify_adapter import *\n"
        "opinion = SecondOpinion(DetoxifySettings(Converted(Path(sys.argv[1]))))\n"
        "assert 0 < opinion.scorer.toxicity(['hello'])[0] < 1\n"
        "assert not {'torch', 'transformers', 'detoxify', 'onnx'} & sys.modules.keys()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(folders["int8"])],
        cwd=Path(__file__).parents[2], capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_the_manifest_would_not_say_what_was_lost(weights: Checkpoint, folders: dict[str, Path]) -> None:
    told = json.loads((folders["int8"] / MANIFEST).read_text())
    assert told["source"]["sha256"] == weights.sha256
    assert told["classes"] == CLASSES
    assert told["model_sha256"] == sha256(folders["int8"] / MODEL)
    assert 0 < told["measured"]["int8"]["mean"] <= told["measured"]["int8"]["largest"]
    assert told["measured"]["fp32"]["largest"] < 1e-3
    assert sorted(path.name for path in folders["int8"].iterdir()) == [MANIFEST, MODEL, TOKENIZER]


def test_weights_that_lost_too_much_would_be_installed(weights: Checkpoint, tmp_path: Path) -> None:
    with pytest.raises(LostTooMuch, match="more than 1e-09"):
        convert(Plan(weights, tmp_path / "onnx", TEXTS[:3], bound=1e-9), lambda _: None)
    assert list(tmp_path.iterdir()) == []


def test_an_existing_folder_would_be_overwritten(weights: Checkpoint, tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="there already"):
        convert(Plan(weights, tmp_path, TEXTS[:3]), lambda _: None)


@pytest.mark.parametrize("name", [MODEL, TOKENIZER])
def test_swapped_files_would_judge(folders: dict[str, Path], tmp_path: Path, name: str) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folders["int8"], copy)
    (copy / name).write_bytes((copy / name).read_bytes() + b"\n")
    with pytest.raises(ModelBroken, match="not the one in the manifest"):
        OnnxScorer(Converted(copy))


def test_another_model_than_the_settings_mean_would_judge(folders: dict[str, Path]) -> None:
    with pytest.raises(ModelBroken, match="not the one in the settings"):
        OnnxScorer(Converted(folders["int8"], sha256(folders["fp32"] / MODEL)))
    assert OnnxScorer(Converted(folders["int8"], sha256(folders["int8"] / MODEL)))


def test_a_machine_that_rounds_otherwise_would_judge_with_a_loss_nobody_measured(
    folders: dict[str, Path], tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folders["int8"], copy)
    told = json.loads((copy / MANIFEST).read_text())
    told["proofs"][1] += 0.05
    (copy / MANIFEST).write_text(json.dumps(told))
    with pytest.raises(ModelBroken, match="this machine's scores differ"):
        OnnxScorer(Converted(copy))


def test_a_graph_that_is_none_would_take_the_daemon_down(folders: dict[str, Path], tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(folders["int8"], copy)
    (copy / MODEL).write_bytes(b"not a graph")
    told = json.loads((copy / MANIFEST).read_text()) | {"model_sha256": sha256(copy / MODEL)}
    (copy / MANIFEST).write_text(json.dumps(told))
    with pytest.raises(ModelBroken, match="cannot load the weights"):
        OnnxScorer(Converted(copy))


def test_the_cascade_would_ask_about_clear_cases(folders: dict[str, Path]) -> None:
    opinion = SecondOpinion(DetoxifySettings(Converted(folders["int8"])))
    asked: list[str] = []
    inner = opinion.scorer.toxicity
    opinion.scorer.toxicity = lambda texts: asked.extend(texts) or inner(texts)  # type: ignore[method-assign,func-returns-value]  # listens in
    joined = opinion.joined(["clear", "unsure", "certain"], np.array([0.01, 0.4, 0.99]))
    assert asked == ["unsure"]
    assert (joined[0], joined[2]) == (0.01, 0.99)


def test_a_checkpoint_with_a_wrong_hash_would_be_converted(weights: Checkpoint, tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="SHA-256"):
        convert(Plan(replace(weights, sha256="0" * 64), tmp_path / "onnx", TEXTS[:3]), lambda _: None)
