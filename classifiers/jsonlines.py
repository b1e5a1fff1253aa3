"""Comments and judgements as JSON lines: what `classify` and `evaluate` read and write."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from classifiers.interface import Comment, Judgement
from config.words import Label

_WORDS = ("context", "platform", "surface", "author")


@dataclass(frozen=True)
class BadLine:
    """A line that cannot be judged. Never quotes the line: it may hold a child's name."""

    number: int
    what: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.what}"


def read_comments(lines: Iterable[str]) -> Iterator[tuple[int, Comment | BadLine]]:
    """Each line with its number, as a comment or as what is wrong with it. Empty lines are passed over."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            row = read_object(number, line)
            yield number, row if isinstance(row, BadLine) else comment_from(number, row)


def read_object(number: int, line: str) -> dict[str, Any] | BadLine:
    try:
        row = json.loads(line.lstrip("\ufeff"))
    except json.JSONDecodeError as error:
        return BadLine(
            number, f"is not JSON ({error.msg}, column {error.colno}); one object a line is expected"
        )
    except (ValueError, RecursionError):
        return BadLine(number, "is not JSON that can be read; one object a line is expected")
    if not isinstance(row, dict):
        return BadLine(number, f"holds a {type(row).__name__}, not an object with id and text")
    return row


def comment_from(number: int, row: dict[str, Any]) -> Comment | BadLine:
    """A comment of `id` and `text`, and optionally context, platform, surface, author, has_image."""
    if not isinstance(row.get("id"), str | int) or isinstance(row.get("id"), bool) or row["id"] == "":
        return BadLine(number, "id is missing; give each comment an id (text or a whole number)")
    if not isinstance(row.get("text"), str):
        return BadLine(number, 'text is missing or not text (an empty comment has the text "")')
    for name in _WORDS:
        if row.get(name) is not None and not isinstance(row[name], str):
            return BadLine(number, f"{name} is not text")
    if not isinstance(row.get("has_image", False), bool):
        return BadLine(number, "has_image is neither true nor false")
    optional = {name: row.get(name) for name in _WORDS}
    return Comment(id=str(row["id"]), text=row["text"], has_image=row.get("has_image", False), **optional)


def judgement_to_json(judgement: Judgement) -> dict[str, Any]:
    """The keys of `classify`'s output; scores to four places; `aimed_at` null where it is not known."""
    return {
        "id": judgement.id,
        "labels": {label.value: judgement.labels[label] for label in Label},
        "scores": {label.value: round(judgement.scores[label], 4) for label in Label},
        "severity": judgement.severity.value,
        "flags": [flag.value for flag in judgement.flags],
        "pupils": list(judgement.pupils),
        "staff": list(judgement.staff),
        "reasons": [
            {"category": one.category, "start": one.start, "end": one.end, "text": one.text, "why": one.why}
            for one in judgement.reasons
        ],
        "aimed_at": judgement.aimed_at,
    }
