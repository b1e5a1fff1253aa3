"""A copy of the shipped models that a test may break, and that the program then judges with."""

import shutil
from functools import partial
from pathlib import Path

import pytest

from classifiers.judge import MODELS, load_judge


def judge_with_copy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Whatever loads a judge during this test loads it from the folder that is answered."""
    copy = Path(shutil.copytree(MODELS, folder / "models"))
    monkeypatch.setattr("monitor.pipeline.judgement.judges.load_judge", partial(load_judge, models=copy))
    return copy


def take_away(models: Path) -> Path:
    """The encoder is gone; answers where it lies meanwhile."""
    return (models / "encoder.onnx").rename(models.parent / "encoder.kept")


def put_back(models: Path) -> None:
    (models.parent / "encoder.kept").rename(models / "encoder.onnx")
