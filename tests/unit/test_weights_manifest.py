"""The manifest beside converted weights, and the table of the settings that points at them."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.school import write_settings

from classifiers.detoxify_adapter import Checkpoint, Converted
from classifiers.errors import ModelBroken
from classifiers.second_opinion.manifest import (
    MANIFEST,
    Loss,
    Manifest,
    Measured,
    Source,
    read_manifest,
    write_manifest,
)
from classifiers.second_opinion.scorer import encodable
from config.mistakes import SettingsError
from monitor.pipeline.judgement.judges import second_opinion_of

WHOLE = Manifest(
    precision="int8",
    classes=("toxicity", "threat"),
    longest_input=512,
    model_sha256="a" * 64,
    model_size=10,
    tokenizer_sha256="b" * 64,
    proofs=(0.25, 0.5, 0.75),
    source=Source(file="x.ckpt", sha256="c" * 64, size=20, encoder="bert"),
    measured=Measured(texts=2, detoxify_per_second=1.5, fp32=Loss(largest=0.0, mean=0.0, per_second=9.0)),
    versions={"torch": "2.13.0"},
)


def test_a_manifest_would_not_survive_its_own_writing(tmp_path: Path) -> None:
    write_manifest(WHOLE, tmp_path)
    assert read_manifest(tmp_path) == WHOLE


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("model_sha256", "short", "model_sha256"),
        ("classes", [], "classes"),
        ("precision", "int4", "precision"),
        ("longest_input", "many", "longest_input"),
        ("format", 2, "format 2, expected 1"),
        ("surprise", 1, "surprise"),
        ("proofs", [0.25, 0.5], "proofs"),
        ("proofs", [0.25] * 4, "proofs"),
        ("proofs", [0.25, 0.5, float("nan")], "proofs"),
        ("proofs", [0.25, 0.5, float("inf")], "proofs"),
        ("proofs", [0.25, 0.5, 1.5], "proofs"),
    ],
)
def test_a_damaged_manifest_would_be_believed(tmp_path: Path, key: str, value: Any, said: str) -> None:
    held = json.loads(WHOLE.model_dump_json()) | {key: value}
    (tmp_path / MANIFEST).write_text(json.dumps(held))
    with pytest.raises(ModelBroken, match=said):
        read_manifest(tmp_path)


@given(st.binary(max_size=200))
def test_rubbish_for_a_manifest_would_end_in_a_traceback(content: bytes) -> None:
    import tempfile

    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / MANIFEST).write_bytes(content)
        with pytest.raises(ModelBroken):
            read_manifest(Path(folder))


def test_a_missing_folder_would_be_told_as_a_fault_of_ours(tmp_path: Path) -> None:
    with pytest.raises(ModelBroken, match="cannot be read"):
        read_manifest(tmp_path / "none")


@given(st.text(alphabet=st.characters(exclude_categories=[]), max_size=3000))
def test_a_text_that_no_tokenizer_takes_would_reach_one(text: str) -> None:
    """Lone surrogates, NUL and nothing at all are what platforms deliver on bad days."""
    given_on = encodable(text)
    assert given_on
    assert "\0" not in given_on
    assert len(given_on.encode("utf-8")) <= 4 * 2000


def _settings(folder: Path, table: str) -> Any:
    return write_settings(folder, "sqlite:///x.db", {}, 25, f"[detoxify]\n{table}")


def test_converted_weights_would_not_be_found_beside_the_settings(tmp_path: Path) -> None:
    wanted = second_opinion_of(_settings(tmp_path, 'onnx = "weights"'))
    assert wanted is not None
    assert wanted.weights == Converted(tmp_path / "weights", "")


def test_a_checkpoint_would_not_be_found_beside_the_settings(tmp_path: Path) -> None:
    table = f'checkpoint = "x.ckpt"\nconfig_folder = "encoder"\nsha256 = "{"a" * 64}"'
    wanted = second_opinion_of(_settings(tmp_path, table))
    assert wanted is not None
    assert wanted.weights == Checkpoint(tmp_path / "x.ckpt", tmp_path / "encoder", "a" * 64)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('checkpoint = "x.ckpt"', "expected checkpoint, config_folder and sha256, or onnx"),
        ('onnx = "o"\ncheckpoint = "x.ckpt"', "one of the two forms"),
        ('onnx = "o"\nsha256 = "ABC"', "sha256"),
        ("", "expected checkpoint, config_folder and sha256, or onnx"),
    ],
)
def test_half_a_table_would_switch_the_second_opinion_off_silently(
    tmp_path: Path, table: str, said: str
) -> None:
    with pytest.raises(SettingsError, match=said):
        _settings(tmp_path, table)
