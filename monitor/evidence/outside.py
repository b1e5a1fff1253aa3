"""What somebody outside holds of the log: a checkpoint out of a mail or a file, a key's fingerprint."""

import email
import email.policy
import re
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path

from monitor.evidence.log import checkpoint as checkpoints
from monitor.evidence.log.checkpoint import Checkpoint
from monitor.evidence.log.note import BadNote, parted

_FINGERPRINT = re.compile(r"Key fingerprint:\s+((?:[0-9a-f]{4}\s+){15}[0-9a-f]{4})\b")


class NoCheckpoint(Exception):
    """A file holds no checkpoint; the text names it and what was expected."""


@dataclass(frozen=True)
class Witnessed:
    """A checkpoint as somebody else kept it."""

    checkpoint: Checkpoint
    note: str | None = None
    """The whole signed note, where it was kept."""
    fingerprint: str | None = None
    """Of the key, as it stood beside it in a mail."""


def witnessed(path: Path) -> Witnessed:
    """Read a signed checkpoint, a mail as it was saved (.eml), or a text copied out of a mail."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise NoCheckpoint(f"{path} cannot be read ({error.strerror})") from error
    found = in_text(_text(content))
    if found is None:
        raise NoCheckpoint(
            f"{path}: no checkpoint in it. Expected a signed checkpoint, or a mail of schoolwatch with the "
            "three lines at its foot: the log's name, a number, and 44 characters of base64."
        )
    return found


def in_text(text: str) -> Witnessed | None:
    """The last checkpoint that stands in a text."""
    note = _note(text)
    if note is not None:
        return Witnessed(checkpoints.parse(parted(note)[0]), note)
    found = checkpoints.found_in(text)
    if not found:
        return None
    key = _FINGERPRINT.search(text)
    return Witnessed(found[-1], fingerprint=" ".join(key[1].split()) if key else None)


def _note(text: str) -> str | None:
    try:
        checkpoints.parse(parted(text)[0])
    except BadNote:
        return None
    return text


def _text(content: bytes) -> str:
    """The words of a mail with their encoding undone; of any other file what stands in it."""
    plain = content.decode("utf-8", "replace").replace("\r\n", "\n")
    if not re.match(r"[A-Za-z][A-Za-z0-9-]*:[ \t]", plain):
        return plain
    message = email.message_from_bytes(content, policy=email.policy.default)
    part = message.get_body(("plain",)) if isinstance(message, EmailMessage) else None
    return part.get_content() if part is not None else plain
