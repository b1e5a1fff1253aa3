"""`./run` in a copy of the checkout: real Python, real venv, real pip; only uv is a stand-in without network.

The stand-in is a wheel of its own that pip installs from a hashed lock like the real one. It notes what
it was asked to do, and "installs" programs that print how they were called.
"""

import ast
import hashlib
import os
import runpy
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

UV = """#!/bin/sh
echo "$*" >> "$(dirname "$0")/../../asked.log"
case "$*" in *--editable*)
  for name in schoolwatch pytest; do
    printf '#!/bin/sh\\necho "%s $*"; echo "in $PWD"; echo "PYTHONPATH=$PYTHONPATH"\\n' $name > "$(dirname "$0")/$name"
    chmod +x "$(dirname "$0")/$name"
  done
  printf '#!/bin/sh\\nexit 3\\n' > "$(dirname "$0")/ruff"; chmod +x "$(dirname "$0")/ruff"
esac
"""


@dataclass(frozen=True)
class Checkout:
    folder: Path

    def run(
        self, *arguments: str, cwd: Path | None = None, **environment: str
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, str(self.folder / "run"), *arguments],
            cwd=cwd or self.folder, env=_environment() | environment,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def asked(self) -> list[str]:
        """What the installer was asked for, one line a call."""
        log = self.folder / "asked.log"
        return log.read_text().splitlines() if log.exists() else []


def _environment() -> dict[str, str]:
    # No index and no configuration: whatever is installed here must come from the lock itself.
    offline = {"PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, "PIP_NO_CACHE_DIR": "1"}
    return {name: value for name, value in os.environ.items() if not name.startswith("PIP_")} | offline


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which nothing was run yet."""
    folder = tmp_path_factory.mktemp("pristine") / "school watch"
    folder.mkdir()
    shutil.copy(ROOT / "run", folder / "run")
    (folder / "pyproject.toml").write_text("")
    locks = folder / "requirements"
    locks.mkdir()
    for name in ("run", "test", "bench", "train"):
        (locks / f"{name}.lock").write_text("")
    wheel = _make_wheel(folder.parent / "uv-0-py3-none-any.whl")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (locks / "bootstrap.lock").write_text(f"uv @ {wheel.as_uri()} --hash=sha256:{digest}\n")
    return Checkout(folder)


def _make_wheel(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as wheel:
        program = zipfile.ZipInfo("uv-0.data/scripts/uv")
        program.external_attr = 0o100755 << 16  # a regular file that may be run
        wheel.writestr(program, UV)
        wheel.writestr("uv-0.dist-info/METADATA", "Metadata-Version: 2.1\nName: uv\nVersion: 0\n")
        wheel.writestr(
            "uv-0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.writestr("uv-0.dist-info/RECORD", "")
    return path


@pytest.fixture(scope="module")
def used(pristine: Checkout, tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    """A checkout in which `./run schoolwatch` was started for the first time, in two terminals at once."""
    folder = shutil.copytree(pristine.folder, tmp_path_factory.mktemp("used") / "school watch")
    command = [sys.executable, str(folder / "run"), "schoolwatch"]
    both = [
        subprocess.Popen(
            command, env=_environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    said = [process.communicate()[1] for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted(said)[0] == "", said
    return Checkout(folder)


def test_two_terminals_at_once_install_once(used: Checkout) -> None:
    """Or the second would fill the folder that the first is still making."""
    assert len([line for line in used.asked() if line.endswith("run.lock")]) == 1


def test_the_first_run_installs_by_hash_and_the_second_installs_nothing(used: Checkout) -> None:
    """Or every start would need the network, and a school's filter would stop the daemon."""
    before = used.asked()
    assert any("--require-hashes" in line and line.endswith("run.lock") for line in before)
    again = used.run("schoolwatch", "items", "--json")
    assert again.stdout.startswith("schoolwatch items --json\n")
    assert again.stderr == ""
    assert used.asked() == before


def test_test_and_demo_take_turns_without_installing_again(used: Checkout) -> None:
    """Or a developer would wait for an installation at every change of command."""
    used.run("test")
    before = used.asked()
    for command in ("demo", "test", "schoolwatch", "test"):
        assert used.run(command).returncode == 0
    assert used.asked() == before


def test_a_changed_lock_is_installed_once(used: Checkout) -> None:
    """Or a mended library would never reach the people who update."""
    lock = used.folder / "requirements" / "train.lock"
    used.run("train")
    before = len(used.asked())
    lock.write_text("# newer\n")
    used.run("train")
    used.run("train")
    assert len(used.asked()) == before + 2  # the lock, and the checkout itself


def test_a_failed_installation_is_tried_again(used: Checkout) -> None:
    """Or one bad night of the network would leave half an installation for ever."""
    uv = used.folder / ".venv" / "bin" / "uv"
    whole = uv.read_text()
    (used.folder / "requirements" / "test.lock").write_text("# another\n")
    uv.write_text("#!/bin/sh\nexit 1\n")
    failed = used.run("test")
    uv.write_text(whole)
    assert failed.returncode == 1
    assert "Is the package index reachable" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert "installing" in used.run("test").stderr


def test_the_program_works_where_it_was_called_and_the_tests_at_the_root(
    used: Checkout, tmp_path: Path
) -> None:
    """Or `demo-school/` would land in a folder that nobody looks into."""
    assert f"in {tmp_path}\n" in used.run("demo", cwd=tmp_path).stdout
    assert f"in {used.folder}\n" in used.run("test", cwd=tmp_path).stdout


def test_a_foreign_pythonpath_is_not_handed_on(used: Checkout, tmp_path: Path) -> None:
    """Or another folder's `config` would stand in for ours."""
    assert "PYTHONPATH=\n" in used.run("schoolwatch", PYTHONPATH=str(tmp_path)).stdout


def test_a_failing_step_ends_with_its_own_status(used: Checkout) -> None:
    """Or a developer would read our traceback instead of the linter's words."""
    failed = used.run("lint")
    assert (failed.returncode, failed.stderr) == (3, "")


def test_run_alone_lists_its_commands(pristine: Checkout) -> None:
    """Or a newcomer would have to read the script to learn what it can do."""
    shown = pristine.run()
    assert shown.returncode == 0
    assert all(
        f"\n  {name} " in shown.stdout for name in ("demo", "test", "lint", "bench", "stress", "train")
    )
    assert pristine.run("tset").returncode == 2
    assert not (pristine.folder / ".venv").exists()


@pytest.mark.parametrize(
    ("missing", "advice"),
    [
        ("sys.modules['ensurepip'] = None", "sudo apt-get install -y python3-venv git"),
        ("sys.version_info = (3, 10, 12)", "needs Python 3.11 or newer"),
    ],
)
def test_what_is_missing_is_said_with_the_mend(pristine: Checkout, missing: str, advice: str) -> None:
    """Or a technician on a fresh Debian would meet a traceback first."""
    script = f"import runpy, sys; {missing}; sys.argv = ['run', 'demo']; runpy.run_path('run', run_name='__main__')"
    stopped = subprocess.run(
        [sys.executable, "-c", script], cwd=pristine.folder, capture_output=True, text=True, check=False
    )
    assert stopped.returncode == 1
    assert advice in stopped.stderr
    assert "Traceback" not in stopped.stderr


def test_an_old_python_can_read_the_script_as_far_as_its_own_refusal() -> None:
    """Or Python 3.8 would show a syntax error instead of saying that it is too old."""
    ast.parse((ROOT / "run").read_text(), feature_version=(3, 7))


def test_a_moved_folder_gets_a_new_venv(used: Checkout) -> None:
    """Or every program in it would still point to the folder that is gone."""
    moved = Checkout(used.folder.with_name("moved"))
    used.folder.rename(moved.folder)
    try:
        after = moved.run("schoolwatch")
    finally:
        moved.folder.rename(used.folder)
    assert "making .venv" in after.stderr
    assert after.stdout.startswith("schoolwatch ")


@pytest.mark.parametrize("change", ["python", "pyvenv.cfg", "uv"])
def test_a_broken_venv_is_not_taken_for_ours(used: Checkout, tmp_path: Path, change: str) -> None:
    """Or a system upgrade that takes the old Python away would leave a program that cannot start."""
    copy = shutil.copytree(used.folder, tmp_path / "copy", symlinks=True)
    script = runpy.run_path(str(copy / "run"), run_name="looked_at")
    (copy / ".venv" / "made").write_text(script["identity"]())
    assert script["is_ours"]()
    broken = copy / ".venv" / ("pyvenv.cfg" if change == "pyvenv.cfg" else f"bin/{change}")
    broken.unlink()
    if change == "python":
        broken.symlink_to("/nonexistent/python3.11")
    assert not script["is_ours"]()
