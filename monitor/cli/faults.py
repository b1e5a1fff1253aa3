"""A fault that nobody foresaw, in one line."""

import traceback
from pathlib import Path

_HERE = Path(__file__).resolve().parents[2]
_ROOMS = ("alerts", "classifiers", "config", "connectors", "monitor")


def in_one_line(error: Exception) -> str:
    """Its kind and where in schoolwatch it arose. Not its text: that may hold the words of a comment."""
    return (
        f"this is a fault of schoolwatch: {type(error).__name__} at {_place(error)}. Nothing that was stored "
        "is lost. Report it with this line; `schoolwatch --debug …` shows more, and may show personal data."
    )


def _place(error: Exception) -> str:
    """The last line of our own that was running."""
    frames = [(Path(one.filename), one.lineno) for one in traceback.extract_tb(error.__traceback__)]
    ours = [(path.relative_to(_HERE), line) for path, line in frames if path.is_relative_to(_HERE)]
    rooms = [(path, line) for path, line in ours if path.parts[0] in _ROOMS]
    path, line = (rooms or [(Path(path.name), line) for path, line in frames])[-1]
    return f"{path}:{line}"
