"""The hand-written lines: reading them, and saying where one cannot be read.

A file holds tables of `lines`; each line is `WORDS | text` or `WORDS | text >> the post it answers`, where
WORDS are labels, flags, `harmless`, `easy` (harmless and not written to trip a filter) and `@author`. A
`{word}` in the text stands for one of the entries of that name in `slots.toml`; `[staff]` and its like are
marks for people.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.words import Flag, Label

MARKS = ("[staff]", "[pupil]", "[school]", "[adult]", "[class]", "[year]")
AUTHORS = frozenset({"parent", "pupil", "staff", "ex_pupil", "local", "stranger", "school", "unknown"})
SLOTS_FILE = "slots.toml"
SLOT = re.compile(r"\{(\w+)\}")
_MARK = re.compile(r"\[[^\]]*\]")


class BadTemplate(ValueError):
    """A line that cannot be read; says which file, set and line, and what is wrong with it."""


@dataclass(frozen=True)
class Template:
    group: str
    """File and set, `hate.belonging`: the lines that contrast with each other."""
    text: str
    context: str | None
    labels: frozenset[Label]
    flags: frozenset[Flag]
    author: str
    """Empty where anyone could have written it."""
    hard: bool


def read_slots(folder: Path) -> dict[str, list[str]]:
    with (folder / SLOTS_FILE).open("rb") as file:
        return {name: [str(entry) for entry in entries] for name, entries in tomllib.load(file).items()}


def read_templates(folder: Path, slots: Mapping[str, Sequence[str]]) -> list[Template]:
    """All templates of the folder's TOML files, in the order of file names and lines. `BadTemplate`."""
    found: list[Template] = []
    for path in sorted(folder.glob("*.toml")):
        if path.name != SLOTS_FILE:
            found += _of_file(path, slots)
    return found


def _of_file(path: Path, slots: Mapping[str, Sequence[str]]) -> Iterator[Template]:
    try:
        sets = tomllib.loads(path.read_text(encoding="utf-8"))
    except ValueError as wrong:
        raise BadTemplate(f"{path.name}: {wrong}") from wrong
    for name, content in sets.items():
        lines = (line.strip() for line in content.get("lines", "").splitlines())
        for number, line in enumerate(filter(None, lines), start=1):
            try:
                yield parse_line(line, f"{path.stem}.{name}", slots)
            except ValueError as wrong:
                raise BadTemplate(f"{path.name}, set {name}, line {number}: {wrong}") from wrong


def parse_line(line: str, group: str, slots: Mapping[str, Sequence[str]]) -> Template:
    """One line as a template; `ValueError` says what is wrong with it."""
    head, bar, said = line.partition(" | ")
    if not bar or not said.strip():
        raise ValueError("needs WORDS | text")
    text, _, context = said.partition(" >> ")
    _check_slots(said, slots)
    words = head.split()
    authors = [word[1:] for word in words if word.startswith("@")]
    named = {word for word in words if not word.startswith("@")}
    labels = frozenset(label for label in Label if label in named)
    flags = frozenset(flag for flag in Flag if flag in named)
    _check_words(named, labels, flags, authors)
    return Template(
        group=group,
        text=text.strip(),
        context=context.strip() or None,
        labels=labels,
        flags=flags,
        author=authors[0] if authors else "",
        hard=not labels and "easy" not in named,
    )


def _check_words(
    named: set[str], labels: frozenset[Label], flags: frozenset[Flag], authors: Sequence[str]
) -> None:
    unknown = named - {*labels, *flags, "harmless", "easy"} | set(authors) - AUTHORS
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}; use labels, flags, harmless, easy, @author")
    if len(authors) > 1:
        raise ValueError("one @author at most")
    if bool(labels) == ("harmless" in named):
        raise ValueError("needs either labels or harmless")


def _check_slots(said: str, slots: Mapping[str, Sequence[str]]) -> None:
    unknown = set(SLOT.findall(said)) - set(slots)
    if unknown:
        raise ValueError(f"no slot {', '.join(sorted(unknown))} in {SLOTS_FILE}")
    wrong = set(_MARK.findall(said)) - set(MARKS)
    if wrong:
        raise ValueError(f"no mark {', '.join(sorted(wrong))}; use {' '.join(MARKS)}")
