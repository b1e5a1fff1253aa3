"""A second opinion that is asked for and cannot be had is said, and the embedded model goes on."""

from pathlib import Path

import pytest
from support.clock import SettableClock
from support.school import write_settings

from classifiers.interface import Comment, Register
from monitor.pipeline.judgement.judges import judge_for

WANTED = """
[detoxify]
checkpoint = "weights.ckpt"
config_folder = "encoder"
sha256 = "{sha}"
"""


def test_missing_weights_would_silence_the_watch(
    tmp_path: Path, clock: SettableClock, caplog: pytest.LogCaptureFixture
) -> None:
    settings = write_settings(tmp_path, "sqlite:///x.db", {}, 25, WANTED.format(sha="0" * 64))
    assert settings.detoxify is not None
    judge = judge_for(Register(), settings)
    assert "detoxify" not in judge.models
    assert any(record.levelname == "ERROR" for record in caplog.records)
    (found,) = judge.judge([Comment("1", "you are a disgusting liar and an idiot, Mrs Smith")])
    assert found.raises
