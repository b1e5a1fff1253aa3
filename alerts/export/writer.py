"""Writing an export: whole, flushed to the disk, and never over an earlier one."""

import contextlib
import errno
import hashlib
import os
import re
import secrets
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from alerts.export import manifest, tables
from alerts.export.container import packed
from alerts.export.contents import ExportContents
from alerts.export.readme import readme

_SLUG_LENGTH = 60


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


def write_export(contents: ExportContents, folder: Path, *, made_at: datetime) -> ExportMade:
    """Write `schoolwatch-<school>-<week>.zip` into `folder` (made if missing) and say what was written.

    The same contents and `made_at` give the same bytes. An export of the same week that is already there
    stays: an equal one is used again, a different one gets the next number (`…-2.zip`), because somebody may
    hold its SHA-256 in a mail. Raises ExportFailed.
    """
    files = export_files(contents, made_at=made_at)
    data = packed(files)
    stem = f"schoolwatch-{school_slug(contents.school_name)}-{contents.week}"
    with _told(folder):
        folder.mkdir(parents=True, exist_ok=True)
        path = _free_or_equal(folder, stem, data)
        if not path.exists():
            _write_whole(path, data)
    return ExportMade(path, hashlib.sha256(data).hexdigest(), tuple(sorted(files)))


def export_files(contents: ExportContents, *, made_at: datetime) -> dict[str, bytes]:
    """Every file of the export by its name in the zip, the manifest among them."""
    files = {
        "README.txt": readme(contents, made_at).encode("utf-8"),
        "index.csv": tables.index(contents),
        "tasks.csv": tables.tasks(contents.tasks),
        "custody.csv": tables.custody(contents.custody),
        "failures.csv": tables.failures(contents.failures),
        "sources.csv": tables.sources(contents.sources, contents.failures),
    }
    for item in contents.items:
        files |= {f"items/{item.item_id}/{name}": data for name, data in item.files.items()}
    return files | {manifest.MANIFEST: manifest.written(files)}


def school_slug(name: str) -> str:
    """`Ysgol Gynradd Llanfair-ym-Muallt` → `ysgol-gynradd-llanfair-ym-muallt`; accents are dropped."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii").lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_SLUG_LENGTH].strip("-") or "school"


def _free_or_equal(folder: Path, stem: str, data: bytes) -> Path:
    path, number = folder / f"{stem}.zip", 1
    while path.exists() and path.read_bytes() != data:
        number += 1
        path = folder / f"{stem}-{number}.zip"
    return path


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
        return "the disk or the quota is full", "Free some space and export the week again; nothing is lost."
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            "schoolwatch may not write there",
            "Choose another folder, or give its account the right to write.",
        )
    if error.errno in (errno.ENOTDIR, errno.EEXIST):
        return "a file stands where a folder is needed", "Choose another folder."
    return error.strerror or type(
        error
    ).__name__, "Look at the disk, then export the week again; nothing is lost."
