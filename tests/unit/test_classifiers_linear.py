"""The features and the model files: the same everywhere, and refused when damaged."""

import dataclasses
import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classifiers.errors import ModelBroken
from classifiers.hashing import hash_texts
from classifiers.interface import Register
from classifiers.judge import MODELS, load_judge
from classifiers.linear import LinearModel, load, pick_features, quantise, save

BITS = 12
LINEAR = ("public_abuse.npz", "school.npz")
"""Without them there is no judge; without the encoder the two judge alone (test_panel.py)."""


def small_model() -> LinearModel:
    random = np.random.default_rng(3)
    weights, scale = quantise(random.normal(size=(1 << BITS, 2)).astype(np.float32), keep=0.2)
    return LinearModel(
        "small", "1", ("one", "two"), BITS, ("a", "b"), weights, scale, np.ones((2, 2), dtype=np.float32),
        np.zeros(2, dtype=np.float32), np.array([[1, 1], [0, 0]], dtype=np.float32), np.full(2, 0.5, dtype=np.float32), np.full(2, 0.7, dtype=np.float32),
    )  # fmt: skip


def by_hand(text: str) -> int:
    """How many different features a text has, counted the slow way."""
    padded = f" {' '.join(text.split())} "
    pieces = set()
    for length in (2, 3, 4, 5):
        for start in range(len(padded) - length + 1):
            piece = padded[start : start + length]
            if " " not in piece[1:-1] and piece.strip():
                pieces.add(piece)
    found = "".join(
        c if (c.isalnum() and c.isascii()) or c == "*" or ord(c) > 127 else " " for c in padded
    ).split()
    return len(pieces) + len(set(found)) + len(set(itertools.pairwise(found)))


@given(st.text(alphabet="ab *é.🤡", max_size=40))
def test_a_feature_would_be_lost_or_counted_twice(text: str) -> None:
    assert hash_texts([text], 40).per_text[0] == by_hand(text)


@given(st.lists(st.text(max_size=30), max_size=6), st.text(max_size=30))
def test_a_comment_would_be_judged_by_its_neighbours(others: list[str], text: str) -> None:
    alone = hash_texts([text], 20)
    among = hash_texts([*others, text, *others], 20)
    mine = among.bucket[among.text == len(others)]
    assert mine.tolist() == alone.bucket.tolist()


def test_training_on_another_day_would_write_other_bytes(tmp_path: Path) -> None:
    save(small_model(), tmp_path / "one.npz")
    save(small_model(), tmp_path / "two.npz")
    assert (tmp_path / "one.npz").read_bytes() == (tmp_path / "two.npz").read_bytes()


def test_a_saved_model_would_answer_differently(tmp_path: Path) -> None:
    model = small_model()
    save(model, tmp_path / "model.npz")
    read = load(tmp_path / "model.npz")
    buckets = hash_texts(["a text", ""], BITS)
    features = pick_features([{"a": 1.0, "unknown": 9.0}, {}], model.features)
    assert np.array_equal(read.logits(buckets, features), model.logits(buckets, features))
    assert len(read.sha256) == 64


def test_rounding_would_change_the_large_weights() -> None:
    weights = np.array([[1.0], [-0.5], [0.001], [0.0]], dtype=np.float32)
    numbers, scale = quantise(weights)
    assert np.abs(numbers * scale - weights).max() <= scale[0]


@pytest.mark.parametrize("name", LINEAR)
@pytest.mark.parametrize("damage", ["missing", "empty", "half", "text", "changed"])
def test_a_damaged_model_would_judge_in_silence(name: str, damage: str, tmp_path: Path) -> None:
    for other in LINEAR:
        (tmp_path / other).write_bytes((MODELS / other).read_bytes())
    content = (MODELS / name).read_bytes()
    middle = len(content) // 2
    changed = (
        content[:middle]
        + bytes(255 - byte for byte in content[middle : middle + 64])
        + content[middle + 64 :]
    )
    after = {"empty": b"", "half": content[:middle], "text": b"<html>", "changed": changed}
    (tmp_path / name).unlink()
    if damage != "missing":
        (tmp_path / name).write_bytes(after[damage])
    with pytest.raises(ModelBroken) as caught:
        load_judge(Register(), models=tmp_path)
    assert name in str(caught.value)
    assert "./run train" in caught.value.mend


@pytest.mark.parametrize("field", ["scale", "dense", "bias", "calibration", "thresholds", "alone"])
def test_a_model_of_another_shape_would_be_taken(field: str, tmp_path: Path) -> None:
    model = dataclasses.replace(small_model(), **{field: np.zeros((3, 3), dtype=np.float32)})
    save(model, tmp_path / "model.npz")
    with pytest.raises(ModelBroken):
        load(tmp_path / "model.npz")


def test_a_model_with_a_pickle_inside_would_be_opened(tmp_path: Path) -> None:
    np.savez(tmp_path / "model.npz", header=np.array([json.loads], dtype=object))
    with pytest.raises(ModelBroken):
        load(tmp_path / "model.npz")


def test_the_shipped_models_would_not_be_there_or_be_too_large() -> None:
    sizes = {path.name: path.stat().st_size for path in MODELS.iterdir()}
    assert set(LINEAR) <= set(sizes)
    assert sizes["public_abuse.npz"] < 1_000_000
    assert sum(sizes.values()) < 20_000_000
