"""Writing an export: whole, flushed to the disk, and never over an earlier one."""

import contextlib
import errno
import os
import re
import secrets
import unicodedata
from collections.abc import Container, Iterator
from dataclasses import dataclass
from pathlib import Path

from alerts.export.profiles import Profile

_SLUG_LENGTH = 60
PROOF = ".tlog-proof"
"""Behind the zip's whole name: the proof of the export's own line in the log."""
BOX = ".box"
"""Behind the name of a zip that was locked to its reader."""


@dataclass(frozen=True, slots=True)
class ExportMade:
    """Where the zip lies, the SHA-256 of its bytes (lower-case hex), and the names of the files in it."""

    path: Path
    sha256: str
    files: tuple[str, ...]


class ExportFailed(Exception):
    """The export could not be written; nothing half-written stands under its name. `mend` says what to do."""

    def __init__(self, place: Path, what: str, mend: str) -> None:
        super().__init__(f"the export cannot be written to {place}: {what}. {mend}")
        self.place, self.mend = place, mend


def file_stem(school: str, scope: str, profile: str) -> str:
    """`schoolwatch-fernhill-primary-week-2026-W47`; what is not for the police says for whom it is."""
    ending = "" if profile == Profile.POLICE else f"-{profile}"
    of_week = "week-" if re.fullmatch(r"\d{4}-W\d\d", scope) else ""
    return f"schoolwatch-{school_slug(school)}-{of_week}{scope}{ending}"


def free_name(folder: Path, stem: str, taken: Container[str] = ()) -> Path:
    """A zip in `folder` that is not there yet: an earlier export is never written over, because somebody may
    hold its SHA-256 in a mail. `taken` names paths that are promised to others.
    """
    number, path = 1, folder / f"{stem}.zip"
    while path.exists() or str(path) in taken or path.with_name(f"{path.name}{BOX}").exists():
        number += 1
        path = folder / f"{stem}-{number}.zip"
    return path


def write_whole(path: Path, data: bytes) -> None:
    """Whole and flushed to the disk under its name, or not at all. Raises ExportFailed."""
    with _told(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_whole(path, data)


def school_slug(name: str) -> str:
    """`Ysgol Gynradd Llanfair-ym-Muallt` → `ysgol-gynradd-llanfair-ym-muallt`; accents are dropped."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_SLUG_LENGTH].strip("-") or "school"


def _write_whole(path: Path, data: bytes) -> None:
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        write_flushed(part, data)
        part.replace(path)
    except OSError:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)


def write_flushed(path: Path, data: bytes) -> None:
    """Write and wait until the disk has it. Not for everybody's eyes: it holds personal data."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o640), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())


def _flush_folder(folder: Path) -> None:
    """Without this a power cut can take the new name away again."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextlib.contextmanager
def _told(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        what, mend = _words(error)
        raise ExportFailed(folder, what, mend) from error


def _words(error: OSError) -> tuple[str, str]:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "the disk or the quota is full", "Free some space and export again; nothing is lost."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            "schoolwatch may not write there",
            "Choose another folder, or give its account the right to write.",
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return "a file stands where a folder is needed", "Choose another folder."
    return error.strerror or type(error).__name__, "Look at the disk, then export again; nothing is lost."
