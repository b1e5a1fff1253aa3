"""What is declared, what is imported and what is explained must be the same list."""

import re
import sys
import tomllib
from importlib.metadata import packages_distributions
from pathlib import Path

from support.architecture import LEAVES
from support.source import ROOMS, imported, product

ROOT = Path(__file__).parents[2]
RECORD = ROOT / "docs" / "decisions" / "0007-what-we-depend-on.md"

# Used without an import of ours: a driver named in the database's address, and a data package.
NAMED_NOT_IMPORTED = {"psycopg", "tzdata"}

# Parts of a declared library, or itself, under another name than it is installed by.
COMES_WITH = {
    "markupsafe": "jinja2",
    "oauthlib": "tweepy",
    "profanity_check": "alt-profanity-check",
    "pydantic_core": "pydantic",
    "scipy": "scikit-learn",
    "sklearn": "scikit-learn",
    "urllib3": "requests",
    "werkzeug": "flask",
}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _names(requirements: list[object]) -> set[str]:
    found = (
        re.match(r"[\w.-]+", requirement) for requirement in requirements if isinstance(requirement, str)
    )
    return {_normal(match[0]) for match in found if match}


def _project() -> dict[str, set[str]]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    groups, extras = project["dependency-groups"], project["project"]["optional-dependencies"]
    return {
        "run": _names(project["project"]["dependencies"]),
        "optional": {name for part in ("detoxify", "capture") for name in _names(extras[part])},
        "test": _names(groups["test"]),
        "bench": _names(groups["bench"]),
        "train": _names(groups["train"]),
    }


def _imported_from_outside() -> dict[str, str]:
    """Top-level module → the first file of the product that imports it."""
    ours = {*ROOMS, "__future__", *sys.stdlib_module_names}
    return {
        name.partition(".")[0]: module.path
        for module in reversed(product(ROOT))
        for _, name in imported(module)
        if name.partition(".")[0] not in ours
    }


def test_all_that_is_imported_is_declared() -> None:
    """Or the program would run on a developer's machine and fail on a school's."""
    owners = packages_distributions()
    declared = _project()
    allowed = declared["run"] | declared["optional"] | declared["bench"] | declared["train"]
    # What is not installed here (the optional extra) goes by its own name.
    found = {
        name: path
        for name, path in _imported_from_outside().items()
        if not allowed & {COMES_WITH.get(name, ""), *(_normal(owner) for owner in owners.get(name, [name]))}
    }
    assert found == {}


def test_all_that_is_declared_is_imported() -> None:
    """Or a school would install, and trust, a library that nobody uses."""
    owners = packages_distributions()
    used = {_normal(owner) for name in _imported_from_outside() for owner in owners.get(name, [])}
    assert _project()["run"] - used - NAMED_NOT_IMPORTED == set()


def test_training_libraries_stay_out_of_the_running_program() -> None:
    """Or the default install would fail at start for want of scikit-learn."""
    training = {"sklearn", "pandas", "scipy"}
    found = [
        f"{module.path}:{line}"
        for module in product(ROOT)
        for line, name in imported(module)
        if name.partition(".")[0] in training and not module.is_below("classifiers/training")
    ]
    assert found == []


def test_every_dependency_has_its_reason_on_record() -> None:
    """Or nobody could say, when one is abandoned, what it was for."""
    cells = re.findall(r"^\| ([^|]+) \|", RECORD.read_text(), re.MULTILINE)
    explained = {_normal(name) for cell in cells for name in cell.split(", ") if not cell.startswith("to ")}
    declared = _project()
    assert explained == declared["run"] | declared["test"] | declared["bench"] | declared["train"]


def test_the_locks_name_no_host_and_pin_every_file_by_hash() -> None:
    """Or a file swapped on the way would be installed on a school's machine."""
    for lock in sorted((ROOT / "requirements").glob("*.lock")):
        text = lock.read_text()
        assert "://" not in text, lock.name
        pinned = re.findall(r"^[\w.-]+==\S+", text, re.MULTILINE)
        assert len(pinned) == len(re.findall(r"^[^\s#]", text, re.MULTILINE)), lock.name
        blocks = re.split(r"^(?=\S)", text, flags=re.MULTILINE)
        assert all("--hash=sha256:" in block for block in blocks if "==" in block), lock.name


def test_what_runs_is_what_was_tested() -> None:
    """Or the tests would pass with other versions than those a school gets."""

    def pins(name: str) -> set[str]:
        text = (ROOT / "requirements" / f"{name}.lock").read_text()
        return set(re.findall(r"^[\w.-]+==[^\\\n]+", text, re.MULTILINE))

    assert pins("run") <= pins("test")
    assert pins("run") <= pins("bench")
    assert pins("run") <= pins("train")


def test_leaves_do_not_reach_for_the_terminal() -> None:
    """Or a classifier could not be read and tested without a screen."""
    screens = {"typer", "rich", "click"}
    found = [
        f"{module.path}:{line}"
        for module in product(ROOT)
        if module.room in LEAVES and not module.is_below("classifiers/training")
        for line, name in imported(module)
        if name.partition(".")[0] in screens
    ]
    assert found == []
