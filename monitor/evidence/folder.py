"""The evidence folder: one folder an item, written so that a power cut leaves all of a file or none."""

import contextlib
import os
import secrets
import shutil
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

_AT_ONCE = 1 << 20
_WRITERS = 6
"""As many as an item has files."""
_READ_AT_ONCE = 1 << 16
"""More is asked for again and again by the few large files; less memory to hand out for all the others."""


class EvidenceNotWritten(Exception):
    """A file could not be made durable; the text names the place and the mend."""


def item_folder(root: Path, uid: str) -> Path:
    return root / "items" / uid[:2] / uid


def write_item(root: Path, uid: str, files: Mapping[str, bytes]) -> None:
    """Make an item's folder hold these files and no others. Done again after a crash, it gives the same."""
    with items_written(root) as write:
        write(uid, files)


def add_files(root: Path, uid: str, files: Mapping[str, bytes]) -> None:
    """Put files beside those that an item's folder has; each is whole and durable, or not there."""
    with _Adding(root) as adding:
        adding.add(uid, files)


@contextlib.contextmanager
def items_written(root: Path) -> Iterator[Callable[[str, Mapping[str, bytes]], None]]:
    """Write several items, each as `write_item` would. All of them are durable when the block has ended, and
    nothing may refer to one before: the folders that they stand in are made durable once, for all.
    """
    with _Adding(root) as adding:

        def write(uid: str, files: Mapping[str, bytes]) -> None:
            adding.add(uid, files)
            # A part may be another pass's that writes the same item at this moment.
            remove_others(root, uid, files, parts_too=False)

        yield write


class _Adding:
    """Adds files to items' folders. Those of one item are written side by side: what several ask of a disk at
    once it makes durable in one go, which takes a fraction of the time.
    """

    def __init__(self, root: Path) -> None:
        self._root = root
        self._shelves: set[Path] = set()
        self._writers = ThreadPoolExecutor(_WRITERS)

    def __enter__(self) -> "_Adding":
        return self

    def __exit__(self, broken: type[BaseException] | None, *_: object) -> None:
        self._writers.shutdown()
        if broken is None and self._shelves:
            with _in_plain_words(self._root):
                for parent in (*sorted(self._shelves), self._root / "items", self._root):
                    _sync_folder(parent)

    def add(self, uid: str, files: Mapping[str, bytes]) -> None:
        folder = item_folder(self._root, uid)
        with _in_plain_words(folder):
            folder.mkdir(parents=True, exist_ok=True)
            paths = (folder / name for name in files)
            list(self._writers.map(_write_durably, paths, files.values()))  # raises what one of them raised
            _sync_folder(folder)
        self._shelves.add(folder.parent)


@contextlib.contextmanager
def _in_plain_words(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EvidenceNotWritten(
            f"Evidence cannot be written to {folder}: {error.strerror}. "
            "Free some space or let schoolwatch's account write there; the item waits and is tried again."
        ) from error


def remove_others(root: Path, uid: str, kept: Collection[str], *, parts_too: bool = True) -> int:
    """Overwrite and remove every file of an item's folder but these; answers how many that were.

    What a file system that copies on write, or the cells of a flash disk, kept of them cannot be reached from
    here: the disk itself has to be encrypted (docs/retention.md).
    """
    folder = item_folder(root, uid)
    there = [path for path in folder.iterdir() if path.is_file()] if folder.is_dir() else []
    others = [path for path in there if path.name not in kept and (parts_too or not is_part(path))]
    for path in others:
        shred(path)
    if others:
        _sync_folder(folder)
    return len(others)


def shred(path: Path) -> None:
    """Overwrite a file in its place, durably, and remove it; nothing is said when it is not there."""
    with contextlib.suppress(FileNotFoundError):
        with path.open("r+b") as file:
            left = path.stat().st_size
            while left > 0:
                left -= file.write(bytes(min(left, _AT_ONCE)))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()


def _write_durably(path: Path, content: bytes) -> None:
    # A random name, because a crashed attempt may have left its part behind.
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_item(root: Path, uid: str) -> None:
    """Take an item's folder away; nothing is said when it is not there."""
    folder = item_folder(root, uid)
    if folder.exists():
        remove_others(root, uid, ())
        shutil.rmtree(folder)
        _sync_folder(folder.parent)


class Standing(NamedTuple):
    """What stands in an item's folder."""

    files: dict[str, bytes]
    others: list[str]
    """What is no plain file: folders, links, pipes. None of them is opened."""
    parts: list[str]
    """What crashed attempts left half-written."""


def read_item(root: Path, uid: str) -> dict[str, bytes]:
    """Every file of an item's folder, by name."""
    return read_standing(root, uid).files


def read_standing(root: Path, uid: str) -> Standing:
    """All of an item's folder; empty when it is not there. What goes while it is read is left out."""
    folder = str(item_folder(root, uid))
    found = Standing({}, [], [])
    try:
        with os.scandir(folder) as entries:
            names = sorted((entry.name, entry.is_file(follow_symlinks=False)) for entry in entries)
    except (FileNotFoundError, NotADirectoryError):
        return found
    for name, plain in names:
        if not plain:
            found.others.append(name)
        elif _is_part_name(name):
            found.parts.append(name)
        else:
            with contextlib.suppress(FileNotFoundError):
                found.files[name] = _content(f"{folder}/{name}")
    return found


def _content(path: str) -> bytes:
    """As `Path.read_bytes` with half of its system calls: a store is checked by reading all its files."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    try:
        parts = list(iter(lambda: os.read(descriptor, _READ_AT_ONCE), b""))
    finally:
        os.close(descriptor)
    return parts[0] if len(parts) == 1 else b"".join(parts)


def file_names(root: Path, uid: str) -> set[str]:
    """What stands in an item's folder, parts of crashed attempts included; empty when it is not there."""
    folder = item_folder(root, uid)
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


def stored_uids(root: Path) -> set[str]:
    """The items that have a folder."""
    return {path.name for path in (root / "items").glob("*/*") if path.is_dir()}


def remove_parts(root: Path) -> None:
    """Clear what crashed attempts left; nothing refers to it."""
    for path in (root / "items").glob("*/*/.*.part"):
        shred(path)


def is_part(path: Path) -> bool:
    return _is_part_name(path.name)


def _is_part_name(name: str) -> bool:
    return name.startswith(".") and name.endswith(".part")
