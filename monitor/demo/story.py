"""What is written about the invented school, and by whom: read from the demo's labelled comments."""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.resources import files
from typing import Any

from connectors.loopback import LoopbackPlatform

SCHOOL = files("monitor.demo") / "school"
HARMLESS = 110
SPACING = timedelta(minutes=37)
"""Between two comments, so that no two bear the same time."""


@dataclass(frozen=True)
class Line:
    """One comment and where it goes."""

    id: str
    platform: str
    surface: str
    author: str
    text: str
    context: str | None
    has_image: bool


def read_story() -> list[Line]:
    """About 150 of the labelled comments. As on a real page, most of them are harmless."""
    text = (SCHOOL / "comments.jsonl").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines()]
    serious = [row for row in rows if row["flags"] or any(row["labels"].values())]
    harmless = [row for row in rows if row not in serious]
    return [_line(row) for row in sorted(harmless[:HARMLESS] + serious[::4], key=lambda row: row["id"])]


_ON_X = frozenset({"x", "bluesky", "mastodon", "reddit"})
"""Where a comment of another platform goes: public talk to X, all else to the school's page."""


def _line(row: dict[str, Any]) -> Line:
    return Line(
        id=row["id"],
        platform="x" if row["platform"] in _ON_X else "facebook",
        surface=row["surface"],
        author=row["author"],
        text=row["text"],
        context=row["context"],
        has_image=row["has_image"],
    )


class Town:
    """Writes lines onto the loopback platforms, each under its post."""

    def __init__(self, platforms: dict[str, LoopbackPlatform]) -> None:
        self._platforms = platforms
        self._posts: dict[tuple[str, str], str] = {}

    def write(self, line: Line, at: datetime) -> str:
        """Put one line where its surface says; answers its id on the platform."""
        platform = self._platforms[line.platform]
        if line.surface == "own_post":
            return platform.own_post(line.text, at, image=line.has_image)
        author = f"{line.author}_{line.id.replace('-', '')}"
        if line.surface == "comment_on_own_post":
            post = self._post(line, at)
            return platform.comment(post, line.text, author, at, image=line.has_image)
        return platform.mention(line.text, author, at, image=line.has_image)

    def _post(self, line: Line, at: datetime) -> str:
        words = line.context or "News from school."
        key = (line.platform, words)
        if key not in self._posts:
            self._posts[key] = self._platforms[line.platform].own_post(words, at - SPACING)
        return self._posts[key]
