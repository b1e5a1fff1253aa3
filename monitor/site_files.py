"""What a site keeps as files of its own: the evidence folder, and the key of the register's tokens."""

import contextlib
import os
import secrets
from pathlib import Path

_KEY_BYTES = 32


class SiteUnusable(Exception):
    """A folder or key of the site cannot be used; the text names it and the mend."""


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SiteUnusable(
            f"store.evidence: {folder} cannot be made ({error.strerror}). "
            "Let schoolwatch's account write there, or name another folder."
        ) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise SiteUnusable(
            f"store.evidence: {folder} cannot be written. Let the account that runs schoolwatch write there."
        )


def token_key(path: Path) -> bytes:
    """The key of the register's tokens. It stands in a file of its own, away from what it protects."""
    try:
        if not path.exists():
            _make_key(path)
        key = path.read_bytes()
    except OSError as error:
        raise SiteUnusable(f"{path} cannot be read or made ({error.strerror})") from error
    if len(key) != _KEY_BYTES:
        # A short key would be no key, and a new one would no longer match what the old one made.
        raise SiteUnusable(f"{path} is damaged: it has {len(key)} bytes, not {_KEY_BYTES}. Restore it.")
    return key


def _make_key(path: Path) -> None:
    """Whole or not at all: a crash or a full disk must not leave an empty key that is then used."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):  # another command was quicker; its key is the key
            path.hardlink_to(part)
    finally:
        part.unlink(missing_ok=True)
