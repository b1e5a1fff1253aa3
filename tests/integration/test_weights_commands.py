"""`schoolwatch models …` as a technician types it."""

import json
import shutil
import tomllib
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from support.command_line import run
from support.hub import Hub, hub_running
from support.school import write_settings
from support.weights import QUIET, make_checkpoint, needs_detoxify, sha256

from classifiers.judge import MODELS, load_judge
from monitor.cli.shared import remember_config

REAL = [pytest.mark.detoxify, QUIET, needs_detoxify]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    yield
    remember_config(None)


def test_the_models_that_judge_would_not_be_accounted_for() -> None:
    ran = run("models", "show", "--json")
    rows = {row["file"]: row for row in map(json.loads, ran.lines)}
    files = {path.name: path for path in MODELS.iterdir() if path.suffix in (".npz", ".onnx")}
    assert ran.status == 0
    assert rows.keys() == files.keys()
    assert {"encoder.onnx", "joined.npz"} < rows.keys()
    for name, path in files.items():
        assert (rows[name]["bytes"], rows[name]["sha256"]) == (path.stat().st_size, sha256(path))
    assert all(row["version"] and row["state"] == "loaded" for row in rows.values())


def test_a_model_that_is_gone_or_not_used_would_not_be_in_the_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copytree(MODELS, tmp_path / "models")
    (copy / "encoder.onnx").unlink()
    monkeypatch.setattr("monitor.cli.models.MODELS", copy)
    monkeypatch.setattr("monitor.cli.models.load_judge", partial(load_judge, models=copy))
    states = {row["file"]: row["state"] for row in map(json.loads, run("models", "show", "--json").lines)}
    assert states == {
        "public_abuse.npz": "loaded", "school.npz": "loaded",
        "encoder.onnx": "missing", "joined.npz": "not loaded",
    }  # fmt: skip
    assert "missing" in run("models", "show").out


def test_no_second_opinion_would_look_like_a_broken_one(tmp_path: Path) -> None:
    write_settings(tmp_path, "sqlite:///x.db", {}, 25)
    ran = run("models", "check")
    assert (ran.status, "judge alone" in ran.out) == (0, True)


def test_a_second_opinion_that_is_not_there_would_pass_the_check(tmp_path: Path) -> None:
    write_settings(tmp_path, "sqlite:///x.db", {}, 25, '[detoxify]\nonnx = "weights"')
    ran = run("models", "check")
    assert ran.status == 1
    assert "judge alone" in ran.out
    assert "manifest.json: the manifest cannot be read" in ran.out.replace("\n", " ")
    told = json.loads(run("models", "check", "--json").out)
    assert (told["configured"], told["state"]) == ("onnx", "failed")
    assert "cannot be loaded: see schoolwatch models check" in run("check").out.replace("\n", " ")


@pytest.fixture
def hub() -> Iterator[Hub]:
    with hub_running() as running:
        yield running


@pytest.fixture
def published_small(hub: Hub, tmp_path: Path) -> str:
    """The hub holds another checkpoint under a published name, and its encoder; answers its SHA-256."""
    from monitor.weights.published import published

    wanted = published()["original-small"]
    made = make_checkpoint(tmp_path / "elsewhere", "made.ckpt")
    hub.files[wanted.at("http://x").removeprefix("http://x")] = made.file.read_bytes()
    for name in ("config.json", "vocab.txt", "tokenizer_config.json"):
        hub.files[f"/bert-base-uncased/resolve/main/{name}"] = (made.config_folder / name).read_bytes()
    return made.sha256


class TestWithTheRealLibraries:
    pytestmark = REAL

    def test_a_name_that_nobody_publishes_would_be_asked_for_on_the_web(self, tmp_path: Path) -> None:
        ran = run("models", "fetch", "orignal", "--to", tmp_path / "w")
        assert ran.status == 1
        assert "original-small" in ran.err

    def test_another_file_under_a_published_name_would_be_kept(
        self, hub: Hub, published_small: str, tmp_path: Path
    ) -> None:
        """The published name begins the SHA-256; ours differs."""
        ran = run("models", "fetch", "original-small", "--to", tmp_path / "w",
                  "--base-url", hub.address, "--hub-url", hub.address)  # fmt: skip
        assert ran.status == 1
        assert f"SHA-256 is {published_small}" in ran.err
        assert list((tmp_path / "w").iterdir()) == []

    def test_the_way_from_fetching_to_judging_would_break_somewhere(
        self, hub: Hub, published_small: str, tmp_path: Path
    ) -> None:
        """fetch, check, convert, check, classify: each takes what the one before printed."""
        ran = run("models", "fetch", "original-small", "--to", tmp_path / "w", "--sha256", published_small,
                  "--base-url", hub.address, "--hub-url", hub.address)  # fmt: skip
        assert ran.status == 0, ran.err
        self._check(tmp_path, ran.out, "local sha256:")
        ran = run("models", "convert", "--to", tmp_path / "onnx", "--bound", "0.2")
        assert ran.status == 0, ran.err
        assert "scores differ by" in ran.out
        self._check(tmp_path, ran.out, "int8 sha256:")
        assert "detoxify int8 sha256:" in run("check").out.replace("\n", " ")

    def _check(self, folder: Path, printed: str, said: str) -> None:
        table = printed[printed.index("[detoxify]") :]
        assert tomllib.loads(table)["detoxify"]["sha256"]
        write_settings(folder, "sqlite:///x.db", {}, 25, table)
        ran = run("models", "check")
        assert ran.status == 0, ran.out
        assert said in ran.out
