"""Checking an export, a folder or the zip: every changed, missing, added or exchanged file is named.

The check is the one that travels in the export (`standalone/verify.py`), run from our own copy of it, and two
things more: the zip's own structure, and whatever the caller knows of an item's files.
"""

import zipfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from alerts.export.container import packed
from alerts.export.standalone import verify as standalone
from alerts.export.writer import PROOF
from alerts.mail.wording import one_line

CheckItem = Callable[[str, dict[str, bytes]], list[str]]
"""Item id and its files (name → bytes) in; what is wrong with its seal out, a sentence each."""

FORMER_LAYOUT = (
    "this is an export in the layout that schoolwatch wrote before exports were signed (no bagit.txt, no "
    "SEAL/). Its files can be checked with `sha256sum --check manifest-sha256.txt` and the zip against the "
    "SHA-256 in the e-mail that announced it; for one that can be checked as a whole, export that week again"
)


class Fault(NamedTuple):
    """A file (or the export itself) and what is wrong with it."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Checked:
    faults: tuple[Fault, ...]
    found: tuple[str, ...]
    """What the check saw: key, log, number of items, time stamps."""


def check_export(
    path: Path,
    check_items: CheckItem | None = None,
    *,
    fingerprint: str = "",
    since: bytes = b"",
    proof: bytes | None = None,
    roots: Sequence[str] = (),
) -> Checked:
    """Everything that can be said of an export. Never unpacks to the disk.

    `since` is an earlier checkpoint (its three lines are enough); `proof` is looked for beside the export
    when it is not given. `roots`: SHA-256 of the stamping authorities' root certificates, in hexadecimal.
    """
    if is_former_layout(path):
        return Checked((Fault(path.name, FORMER_LAYOUT),), ())
    beside = _beside(path) if proof is None else proof
    named, found = standalone.check(path, fingerprint, since, beside, list(roots))
    faults = [Fault(name, why) for name, why in named]
    files = standalone.attempt([], "", standalone.read, path, []) or {}
    if check_items is not None:
        faults += _items_own(files, check_items, {name for name, _ in faults})
    if not faults and not path.is_dir() and packed(files) != path.read_bytes():
        why = "the zip's own structure was changed or it was zipped again; the files in it are unchanged"
        faults.append(Fault(path.name, why))
    # Names come from whoever made the file, and a fault is shown on a terminal.
    shown = sorted({Fault(one_line(fault.name), one_line(fault.why)) for fault in faults})
    return Checked(tuple(shown), tuple(one_line(line) for line in found))


def verify_export(path: Path, check_items: CheckItem | None = None) -> list[Fault]:
    """The faults of an export; empty when it is as it was made."""
    return list(check_export(path, check_items).faults)


def is_former_layout(path: Path) -> bool:
    """Whether it is an export from before there were bags: `index.csv` at the top, and no bagit.txt."""
    try:
        if path.is_dir():
            names = {one.name for one in path.iterdir()}
        else:
            with zipfile.ZipFile(path) as archive:
                names = set(archive.namelist())
    except (OSError, zipfile.BadZipFile, ValueError, NotImplementedError):
        return False
    return {"index.csv", "manifest-sha256.txt"} <= names and not names & {"bagit.txt", "SEAL", "data"}


def _beside(path: Path) -> bytes:
    name = path.name if path.name.endswith(".zip") else f"{path.name}.zip"
    proof = path.resolve().with_name(name + PROOF)
    return proof.read_bytes() if proof.is_file() else b""


def _items_own(files: Mapping[str, bytes], check: CheckItem, accused: set[str]) -> list[Fault]:
    """What the caller finds in an item that nothing was said about yet."""
    items: dict[str, dict[str, bytes]] = {}
    for name, data in files.items():
        item_id, _, file = name.removeprefix("data/items/").partition("/")
        if name.startswith("data/items/") and file:
            items.setdefault(item_id, {})[file] = data
    fine = {item_id: own for item_id, own in items.items() if f"data/items/{item_id}" not in accused}
    return [
        Fault(f"data/items/{item_id}", why) for item_id, own in fine.items() for why in check(item_id, own)
    ]
