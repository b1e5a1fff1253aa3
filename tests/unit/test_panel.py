"""The models asked together: what happens when one of them cannot speak, and who is asked at all."""

import logging
import shutil
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from classifiers.encoder.model import load_encoder
from classifiers.encoder.wording import Wording, plain_wording
from classifiers.errors import ModelBroken
from classifiers.interface import Comment, Register
from classifiers.joined import load_joined
from classifiers.judge import MODELS, EmbeddedJudge, load_judge
from classifiers.linear import load
from classifiers.panel import Panel, load_panel
from config.words import Label

HARMLESS = "Thank you to all the staff for a lovely morning"
HARMFUL = "that new head is a thieving cow and she hits kids"
ENCODER = load_encoder(MODELS / "encoder.onnx")
SHIPPED_LINEAR = (load(MODELS / "public_abuse.npz"), load(MODELS / "school.npz"))


class Listening:
    """The shipped encoder, and what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.version, self.sha256 = ENCODER.version, ENCODER.sha256

    def logits(self, texts: Sequence[Wording]) -> npt.NDArray[np.float64]:
        self.asked += [text.text for text in texts]
        return ENCODER.logits(texts)


@pytest.fixture
def models(tmp_path: Path) -> Path:
    """A copy of the shipped models that a test may break."""
    return Path(shutil.copytree(MODELS, tmp_path / "models"))


def raised(judge: EmbeddedJudge) -> list[bool]:
    return [found.raises for found in judge.judge([Comment("1", HARMLESS), Comment("2", HARMFUL)])]


@pytest.mark.parametrize("broken", ["gone", "cut short", "not a model"])
def test_a_broken_encoder_would_leave_a_school_without_a_judge_or_without_a_word(
    models: Path, caplog: pytest.LogCaptureFixture, broken: str
) -> None:
    whole = (models / "encoder.onnx").read_bytes()
    contents = {"cut short": whole[: len(whole) // 2], "not a model": b"hello"}
    (models / "encoder.onnx").unlink()
    if broken in contents:
        (models / "encoder.onnx").write_bytes(contents[broken])
    with caplog.at_level(logging.ERROR):
        judge = load_judge(Register(), models=models)
    assert "the linear models judge alone" in caplog.text
    assert set(judge.models) == {"public_abuse", "school"}
    assert raised(judge) == [False, True]


def test_weights_made_for_another_encoder_would_be_used(
    models: Path, caplog: pytest.LogCaptureFixture
) -> None:
    other = load(models / "school.npz")
    (models / "school.npz").write_bytes((models / "school.npz").read_bytes() + b"x")
    with caplog.at_level(logging.ERROR):
        panel = load_panel(models)
    assert other.sha256 not in str(panel.described)
    assert "made for other models" in caplog.text


@pytest.mark.parametrize("name", ["school.npz", "public_abuse.npz"])
def test_a_missing_linear_model_would_pass_unseen(models: Path, name: str) -> None:
    (models / name).unlink()
    with pytest.raises(ModelBroken, match=name):
        load_judge(Register(), models=models)


def test_an_encoder_that_fails_on_a_threat_would_leave_the_threat_unjudged(
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Failing(Listening):
        def logits(self, texts: Sequence[Wording]) -> npt.NDArray[np.float64]:
            raise RuntimeError(texts[0].text)

    panel = Panel(*SHIPPED_LINEAR, (Failing(), load_joined(MODELS / "joined.npz")))  # type: ignore[arg-type]  # speaks like the encoder
    judge, alone = EmbeddedJudge(Register(), panel), EmbeddedJudge(Register(), Panel(*SHIPPED_LINEAR))
    comments = [Comment("1", HARMLESS), Comment("2", HARMFUL)]
    assert judge.judge(comments) == alone.judge(comments)
    assert "RuntimeError" in caplog.text
    assert "thieving" not in caplog.text


def test_every_harmless_comment_would_cost_the_encoders_time() -> None:
    listening = Listening()
    panel = Panel(*SHIPPED_LINEAR, (listening, load_joined(MODELS / "joined.npz")))  # type: ignore[arg-type]  # speaks like the encoder
    assert raised(EmbeddedJudge(Register(), panel)) == [False, True]
    assert len(listening.asked) == 1
    assert "thieving" in listening.asked[0]


def test_a_comment_would_be_read_otherwise_beside_longer_ones() -> None:
    texts = [plain_wording(text) for text in (HARMLESS, HARMFUL, "word " * 300, "")]
    together = ENCODER.logits(texts)
    alone = np.concatenate([ENCODER.logits([text]) for text in texts])
    assert together == pytest.approx(alone, abs=1e-4)


def test_a_remark_at_the_end_of_a_long_comment_would_go_unread() -> None:
    long = "What a lovely morning at the fair, thank you all for the cakes. " * 40
    quiet, loud = ENCODER.logits([plain_wording(long), plain_wording(f"{long} {HARMFUL}")])
    column = ENCODER.heads.index(Label.ABUSE)
    assert loud[column] > quiet[column] + 2


def test_the_models_would_outgrow_a_download_of_twenty_megabytes() -> None:
    assert sum(path.stat().st_size for path in MODELS.iterdir()) <= 20_000_000
