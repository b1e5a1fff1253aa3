"""Checking an export, a folder or the zip: every changed, missing or added byte is named.

What this alone cannot see is an export that was written anew as a whole, manifest and all. For that there are
the zip's SHA-256 in the mail that announced it, and the seal of each item, which `check_items` tries.
"""

import csv
import hashlib
import io
import os
import stat
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from alerts.export.container import packed
from alerts.export.contents import is_plain_name
from alerts.export.manifest import MANIFEST, BadManifest, read
from alerts.mail.wording import one_line

REQUIRED = ("README.txt", "custody.csv", "failures.csv", "index.csv", "sources.csv", "tasks.csv")

CheckItem = Callable[[str, dict[str, bytes]], list[str]]
"""Item id and its files (name → bytes) in; what is wrong with its seal out, a sentence each."""


class Fault(NamedTuple):
    """A file (or the export itself) and what is wrong with it."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Limits:
    """More than this is no export of ours, and may be made to fill the memory. Sizes are in bytes."""

    files: int = 200_000
    total: int = 2 * 1024**3


def verify_export(
    path: Path, check_items: CheckItem | None = None, *, limits: Limits = Limits()
) -> list[Fault]:
    """Empty when the export is as it was made; else each fault, sorted by name. Never unpacks."""
    faults: list[Fault] = []
    try:
        files = _of_folder(path, limits, faults) if path.is_dir() else _of_zip(path, limits, faults)
    except _Unreadable as error:
        return [*faults, Fault(path.name, one_line(str(error)))]
    # What is there but cannot be unpacked is not missing as well.
    accused = {fault.name for fault in faults}
    faults += [
        one
        for one in _against_manifest(files)
        if one != Fault(one.name, "missing") or one.name not in accused
    ]
    faults += _against_index(files)
    if check_items is not None:
        faults += _items_own(files, check_items)
    if not faults and not path.is_dir() and packed(files) != path.read_bytes():
        why = "the zip's own structure was changed or it was zipped again; the files in it are unchanged"
        faults.append(Fault(path.name, why))
    # Names come from whoever made the file, and a fault is shown on a terminal.
    return sorted({Fault(one_line(fault.name), one_line(fault.why)) for fault in faults})


class _Unreadable(Exception):
    """Nothing more can be said about it."""


def _against_manifest(files: Mapping[str, bytes]) -> list[Fault]:
    if MANIFEST not in files:
        return [Fault(MANIFEST, "missing: nothing can be checked without it")]
    try:
        hashes = read(files[MANIFEST])
    except BadManifest as error:
        return [Fault(MANIFEST, f"changed: {error}")]
    needed = {*hashes, *REQUIRED}
    missing = [Fault(name, "missing") for name in needed if name not in files]
    found = set(files) - {MANIFEST}
    added = [Fault(name, "added: the manifest does not list it") for name in found - set(hashes)]
    changed = [
        Fault(name, "changed: its SHA-256 is not the one in the manifest")
        for name in found & set(hashes)
        if hashlib.sha256(files[name]).hexdigest() != hashes[name]
    ]
    return missing + added + changed


def _against_index(files: Mapping[str, bytes]) -> list[Fault]:
    """Whether the items that the index names are the items that are there, with as many files."""
    try:
        rows = list(csv.DictReader(io.StringIO(files.get("index.csv", b"").decode("utf-8-sig"))))
        listed = {row["folder"]: int(row["files"]) for row in rows if row["folder"]}
    except (UnicodeDecodeError, csv.Error, KeyError, TypeError, ValueError):
        return [Fault("index.csv", "changed: it is not a table that this tool wrote")]
    there: dict[str, int] = {}
    for name in files:
        if name.startswith("items/"):
            folder = "/".join(name.split("/")[:2])
            there[folder] = there.get(folder, 0) + 1
    return [
        Fault(folder, f"the index says {listed.get(folder, 0)} files, and {there.get(folder, 0)} are there")
        for folder in {*listed, *there}
        if listed.get(folder, 0) != there.get(folder, 0)
    ]


def _items_own(files: Mapping[str, bytes], check: CheckItem) -> list[Fault]:
    items: dict[str, dict[str, bytes]] = {}
    for name, data in files.items():
        top, _, rest = name.partition("/")
        item_id, _, file = rest.partition("/")
        if top == "items" and file:
            items.setdefault(item_id, {})[file] = data
    return [Fault(f"items/{item_id}", why) for item_id, own in items.items() for why in check(item_id, own)]


def _is_ours(name: str) -> bool:
    """Whether a name is one that we could have written: relative, no `..`, no backslash, no drive."""
    return all(is_plain_name(part) for part in name.split("/"))


def _of_folder(path: Path, limits: Limits, faults: list[Fault]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    room = limits.total
    for here, folders, names in os.walk(path, followlinks=False):
        for name in sorted([*folders, *names]):
            found = Path(here) / name
            shown = found.relative_to(path).as_posix()
            mode = found.lstat().st_mode
            if stat.S_ISDIR(mode):
                faults += [Fault(shown, "added: an empty folder")] if not any(found.iterdir()) else []
            elif not stat.S_ISREG(mode):
                faults.append(Fault(shown, "not a plain file"))
            else:
                room = _room_after(found.stat().st_size, room, len(files), limits)
                files[shown] = _bytes_of(found)
    return files


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise _Unreadable(f"{path.name} cannot be read: {error.strerror}") from error


def _room_after(size: int, room: int, number: int, limits: Limits) -> int:
    if number >= limits.files or size > room:
        raise _Unreadable(
            f"too large: more than {limits.files:,} files or {limits.total:,} bytes; not read further"
        )
    return room - size


def _of_zip(path: Path, limits: Limits, faults: list[Fault]) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(path) as archive:
            return _entries(archive, limits, faults)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError, ValueError) as error:
        raise _Unreadable(f"not a whole zip file: {error}") from error
    except OSError as error:
        raise _Unreadable(f"it cannot be read: {error.strerror or error}") from error


def _entries(archive: zipfile.ZipFile, limits: Limits, faults: list[Fault]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    room = limits.total
    for entry in archive.infolist():
        why = _wrong_with(entry, files)
        if why:
            faults.append(Fault(entry.filename, why))
            continue
        # zipfile unpacks no more of an entry than the size it claims, so bounding the claims is enough.
        room = _room_after(entry.file_size, room, len(files), limits)
        try:
            files[entry.filename] = archive.read(entry)
        except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
            faults.append(Fault(entry.filename, f"changed: it cannot be unpacked ({error})"))
    return files


def _wrong_with(entry: zipfile.ZipInfo, files: Mapping[str, bytes]) -> str:
    if entry.filename in files:
        return "stands in the zip twice"
    if not _is_ours(entry.filename.rstrip("/")):
        return "a name that leads elsewhere or that this tool never writes"
    if entry.is_dir():
        return "added: a folder entry"
    if stat.S_ISLNK(entry.external_attr >> 16):
        return "not a plain file"
    return "encrypted" if entry.flag_bits & 1 else ""
