"""Paths as they stand in the settings: relative ones start at the folder of the settings file."""

from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, ValidationInfo

FOLDER = "folder"
"""The key of the validation context that holds the folder of the settings file."""


def beside_the_file(path: Path, info: ValidationInfo) -> Path:
    """The path made absolute; left as it is when nobody says where the settings stand."""
    folder = (info.context or {}).get(FOLDER)
    expanded = _expand_home(path)
    return expanded if folder is None else Path(folder) / expanded


def _expand_home(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError as error:
        raise ValueError(
            "found a path that starts with ~, but no home folder is known; write it out"
        ) from error


SettingsPath = Annotated[Path, AfterValidator(beside_the_file)]
