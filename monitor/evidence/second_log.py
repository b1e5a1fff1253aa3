"""A copy of the log in a folder on another disk or machine, so that who holds the first cannot rewrite both.

leaves.jsonl       a leaf a line, byte for byte as the tree is built over it: the first line is leaf 0
checkpoints.jsonl  {"note": the signed note, "size": leaves} a line

Both files only grow. What a crash left half-written at the end has no line break and is cut off by the next
copying; whole lines are never touched again.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from monitor.evidence.canonical import canonical_json

LEAVES, CHECKPOINTS = "leaves.jsonl", "checkpoints.jsonl"
_LOCK = ".lock"
_TAIL_BYTES = 64 * 1024
"""More than the longest line."""


class SecondLogUnusable(Exception):
    """The folder cannot be read or written, or holds no log; the text names it and the mend."""


@contextmanager
def held(folder: Path) -> Iterator[None]:
    """One copier at a time, of however many processes."""
    with _plain_words(folder):
        folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(folder / _LOCK, os.O_WRONLY | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)


@contextmanager
def _plain_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise SecondLogUnusable(
            f"evidence.second_log: {folder} cannot be used ({error.strerror}). Let schoolwatch read "
            "and write there, or make it reachable; what is missing is copied then."
        ) from error


def leaves_held(folder: Path) -> int:
    """How many whole leaves the copy has."""
    last = last_leaf(folder)
    return 0 if last is None else last[0] + 1


def size_held(folder: Path) -> int:
    """The size of the last whole checkpoint in the copy, or -1."""
    last = last_note(folder)
    return -1 if last is None else last[0]


def last_leaf(folder: Path) -> tuple[int, bytes] | None:
    """The last whole leaf of the copy, and its place in the log."""
    line = _last_line(folder / LEAVES)
    with _of_a_log(folder / LEAVES):
        return None if line is None else (int(json.loads(line)["seq"]), line)


def last_note(folder: Path) -> tuple[int, str] | None:
    """The last whole checkpoint of the copy: its size, and the signed note."""
    line = _last_line(folder / CHECKPOINTS)
    with _of_a_log(folder / CHECKPOINTS):
        read = None if line is None else json.loads(line)
        return None if read is None else (int(read["size"]), str(read["note"]))


@contextmanager
def _of_a_log(path: Path) -> Iterator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError) as error:
        raise SecondLogUnusable(
            f"evidence.second_log: the last line of {path} is not of a log. Move the file away."
        ) from error


def append_leaves(folder: Path, bodies: Iterable[bytes]) -> None:
    """Add leaves after the last whole one, and return when they would survive a power cut."""
    _append(folder / LEAVES, bodies)


def append_checkpoints(folder: Path, notes: Iterable[tuple[int, str]]) -> None:
    _append(folder / CHECKPOINTS, (canonical_json({"size": size, "note": note}) for size, note in notes))


def _append(path: Path, lines: Iterable[bytes]) -> None:
    is_new = not path.exists()
    with path.open("r+b" if not is_new else "xb") as file:
        os.fchmod(file.fileno(), 0o600)
        file.seek(_whole_bytes(file) if not is_new else 0)
        file.truncate()
        for line in lines:
            file.write(line + b"\n")
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _whole_bytes(file: BinaryIO) -> int:
    """Where the last whole line ends."""
    start, tail = _tail(file)
    return start + tail.rfind(b"\n") + 1


def _tail(file: BinaryIO) -> tuple[int, bytes]:
    start = max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES)
    file.seek(start)
    return start, file.read()


def _last_line(path: Path) -> bytes | None:
    with _plain_words(path.parent):
        if not path.exists():
            return None
        with path.open("rb") as file:
            _, tail = _tail(file)
    whole = tail[: tail.rfind(b"\n") + 1].splitlines()
    return whole[-1] if whole else None


@dataclass
class Copied:
    """The copy read from its beginning, a line at a time."""

    folder: Path
    leaves: int = 0
    """How many were read so far."""

    def bodies(self) -> Iterator[bytes]:
        for line in _lines(self.folder / LEAVES):
            self.leaves += 1
            yield line

    def notes(self) -> Iterator[tuple[int, str]]:
        """Size and note of each checkpoint; what is not one comes as -1 and the line itself."""
        for line in _lines(self.folder / CHECKPOINTS):
            try:
                read = json.loads(line)
                yield int(read["size"]), str(read["note"])
            except (ValueError, KeyError, TypeError):
                yield -1, line.decode("utf-8", "replace")


def _lines(path: Path) -> Iterator[bytes]:
    """Whole lines only: a half-written one is work under way."""
    with _plain_words(path.parent):
        if not path.exists():
            return
        with path.open("rb") as file:
            for line in file:
                if line.endswith(b"\n"):
                    yield line[:-1]
