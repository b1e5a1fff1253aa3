"""Files that hold secrets: nobody but the service should be able to read them."""

import stat
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from config.schema import Settings
from config.secrets import SecretReference
from monitor.checks.lines import CheckLine, warning


def secret_file_lines(settings: Settings) -> list[CheckLine]:
    """A line for each secret's file that every account of this machine can read."""
    files = dict.fromkeys(secret.file for secret in _secrets(settings) if secret.file is not None)
    return [
        warning(
            "secret file",
            f"{file} can be read by every account of this machine",
            f"Close it: chmod o-rwx {file}",
        )
        for file in files
        if _is_open(file)
    ]


def _secrets(value: object) -> Iterator[SecretReference]:
    if isinstance(value, SecretReference):
        yield value
    elif isinstance(value, BaseModel):
        for _, inner in value:
            yield from _secrets(inner)
    elif isinstance(value, (tuple, dict)):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _secrets(inner)


def _is_open(file: Path) -> bool:
    try:
        return bool(file.stat().st_mode & (stat.S_IROTH | stat.S_IWOTH))
    except OSError:
        return False  # whoever needs the secret says that it is missing
