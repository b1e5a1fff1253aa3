"""The sayings: frames filled with each group of people, and statements in each way of speaking.

Three files of JSON lines lie beside this one. `groups.jsonl`: whom a frame can name, and of which dimension
(religion, disability …). `frames.jsonl`: sentences about `{people}`, someone `{being}` or a `{child}`.
`voices.jsonl`: one statement a line, in plain English and as others would write it.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
VOICES = "way of speaking"
"""The dimension of `voices.jsonl`."""


@dataclass(frozen=True)
class Saying:
    dimension: str
    group: str
    frame: str
    """What all its twins share: sayings of one frame differ in nothing but the group."""
    harmful: bool
    text: str


def read_sayings(folder: Path = FOLDER) -> list[Saying]:
    """All sayings, frame by frame. `ValueError` names the file and line that cannot be read."""
    groups = list(_objects(folder / "groups.jsonl", {"dimension", "group", "people", "being", "child"}))
    result = []
    for number, frame in enumerate(_objects(folder / "frames.jsonl", {"harmful", "text"}), start=1):
        for group in groups:
            text = _sentence(frame["text"].format_map(group))
            result.append(
                Saying(group["dimension"], group["group"], f"frame {number}", frame["harmful"], text)
            )
    for number, voiced in enumerate(_objects(folder / "voices.jsonl", {"harmful", "says"}), start=1):
        for voice, text in voiced["says"].items():
            result.append(Saying(VOICES, voice, f"voice {number}", voiced["harmful"], text))
    return result


def _objects(path: Path, keys: set[str]) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            read = json.loads(line)
            if not isinstance(read, dict) or set(read) != keys:
                raise ValueError(f"{path.name}, line {number}: needs exactly {', '.join(sorted(keys))}")
            yield read


def _sentence(text: str) -> str:
    """With a capital after the start and after a full stop, whatever the group's word began with."""
    first = text[:1].upper() + text[1:]
    head, stop, rest = first.partition(". ")
    return f"{head}{stop}{rest[:1].upper()}{rest[1:]}" if stop else first
