"""Templates expanded into labelled lines: the same seed and files give the same lines."""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from classifiers.training.contrast.spelling import misspell
from classifiers.training.contrast.templates import SLOT, Template, read_slots, read_templates
from config.words import Flag, Label

FOLDER = Path(__file__).parent
SEED = 20
MOST = 6
"""Lines of one template that has slots."""
_WITHOUT_SLOTS = 2
"""Lines of one without: as written, and once as typed in a hurry."""
_UNDER_A_POST = 0.35
"""Share of lines, harmful or not, that answer one of the plain posts of `posts` in `slots.toml`."""
_POSTS = "post"
_AUTHORS = ("parent", "parent", "pupil", "pupil", "unknown", "local", "ex_pupil")


@dataclass(frozen=True)
class ContrastRow:
    text: str
    context: str | None
    labels: frozenset[Label]
    flags: frozenset[Flag]
    author: str
    hard: bool
    group: str
    """The lines that contrast with each other: keep them on one side of a split."""

    def to_json(self) -> dict[str, Any]:
        """As a line of the labelled corpus, without ids."""
        return {
            "text": self.text,
            "context": self.context,
            "labels": {label.value: int(label in self.labels) for label in Label},
            "flags": [flag.value for flag in Flag if flag in self.flags],
            "author": self.author,
            "hard": self.hard,
            "group": self.group,
        }


def contrast_rows(seed: int = SEED, most: int = MOST) -> list[ContrastRow]:
    """All lines, in the order of the files. `most` bounds how many come of one template.

    People stand as marks, `[staff]`; `BadTemplate` when a file of the folder cannot be read.
    """
    slots = read_slots(FOLDER)
    return [
        row
        for template in read_templates(FOLDER, slots)
        # Seeded by the template's own words: a line added elsewhere changes no other.
        for row in _expand(template, slots, random.Random(f"{seed}|{template.text}"), most)  # noqa: S311 - no secret
    ]


def _expand(
    template: Template, slots: Mapping[str, Sequence[str]], rng: random.Random, most: int
) -> Iterator[ContrastRow]:
    wanted = most if SLOT.search(template.text) else min(most, _WITHOUT_SLOTS)
    seen: set[str] = set()
    for attempt in range(3 * wanted):
        filled = _fill(template.text, slots, rng)
        text = filled if attempt == 0 else misspell(filled, rng)
        if text not in seen:
            seen.add(text)
            yield _row(template, text, slots, rng)
        if len(seen) == wanted:
            return


def _fill(text: str, slots: Mapping[str, Sequence[str]], rng: random.Random) -> str:
    """One entry a slot; a slot that stands twice is filled the same."""
    chosen = {name: rng.choice(slots[name]) for name in dict.fromkeys(SLOT.findall(text))}
    return SLOT.sub(lambda slot: chosen[slot[1]], text)


def _row(
    template: Template, text: str, slots: Mapping[str, Sequence[str]], rng: random.Random
) -> ContrastRow:
    context = template.context
    if context is None and rng.random() < _UNDER_A_POST:
        context = rng.choice(slots[_POSTS])
    return ContrastRow(
        text=text,
        context=context,
        labels=template.labels,
        flags=template.flags,
        author=template.author or rng.choice(_AUTHORS),
        hard=template.hard,
        group=template.group,
    )
