"""Files that a person hands in: told apart by name, kept byte for byte, never opened as pictures.

Of an e-mail its words are read, of a text file all of it. Of a JPEG or PNG only the list of its parts is
walked, so that a copy can be made without the part that says where it was taken (NEU 6.1).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from enum import StrEnum
from html.parser import HTMLParser

from monitor.evidence.canonical import sha256

LARGEST = 50 * 1024 * 1024
_JPEG, _PNG = b"\xff\xd8", b"\x89PNG\r\n\x1a\n"
_JPEG_SAYS_MORE = frozenset({0xE1, 0xED, 0xFE})
"""Exif and XMP, IPTC, and comments."""
_PNG_SAYS_MORE = frozenset({b"eXIf", b"tEXt", b"iTXt", b"zTXt"})


class Form(StrEnum):
    EMAIL = "email"
    TEXT = "text"
    PICTURE = "picture"
    RECORDING = "recording"
    PAGE = "page"
    OTHER = "other"


_BY_ENDING = {
    Form.EMAIL: ("eml",),
    Form.TEXT: ("txt",),
    Form.PICTURE: ("jpg", "jpeg", "png", "gif", "webp", "heic", "heif", "bmp", "tif", "tiff"),
    Form.RECORDING: ("mp3", "m4a", "wav", "ogg", "opus", "amr", "aac", "3gp", "mp4", "mov", "webm"),
    Form.PAGE: ("html", "htm", "mhtml", "warc", "pdf"),
}
_ENDINGS = {ending: form for form, endings in _BY_ENDING.items() for ending in endings}


@dataclass(frozen=True)
class HandedFile:
    name: str
    """As it was called where it came from."""
    data: bytes

    @property
    def ending(self) -> str:
        found = self.name.rpartition(".")[2].casefold()
        return found if found in _ENDINGS else ""

    @property
    def form(self) -> Form:
        return _ENDINGS.get(self.ending, Form.OTHER)

    def described(self) -> dict[str, str | int]:
        """What stands of it in the tables: no name, which may name somebody."""
        return {"form": str(self.form), "size": len(self.data), "sha256": sha256(self.data)}

    def stored_as(self, number: int) -> str:
        """A name of our own: what a stranger called it may be anything."""
        return f"handed-in-{number:02d}" + (f".{self.ending}" if self.ending else ".bin")


@dataclass(frozen=True)
class Words:
    """What can be read of a file without opening a picture."""

    text: str = ""
    author: str = ""
    written: str = ""
    """The date that the e-mail itself gives, as it was written there."""


def words_in(file: HandedFile) -> Words:
    if file.form is Form.TEXT:
        return Words(file.data.decode("utf-8-sig", "replace"))
    return _email(file.data) if file.form is Form.EMAIL else Words()


def _email(data: bytes) -> Words:
    """Subject and text of an e-mail; its attachments stay in its bytes."""
    try:
        mail = BytesParser(policy=policy.default).parsebytes(data)
        subject, author, written = (str(mail.get(name, "")) for name in ("Subject", "From", "Date"))
        body = _body(mail)
    except (LookupError, ValueError, AttributeError, TypeError):
        # Strange mails are evidence, too: then a person reads it, and it counts as not judged.
        return Words()
    return Words("\n\n".join(part for part in (subject.strip(), body.strip()) if part), author, written)


def _body(mail: EmailMessage) -> str:
    part = mail.get_body(preferencelist=("plain", "html"))
    if part is None:
        return ""
    content = str(part.get_content())
    return _without_tags(content) if part.get_content_subtype() == "html" else content


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []

    def handle_data(self, data: str) -> None:
        self.said.append(data)


def _without_tags(html: str) -> str:
    reader = _Text()
    reader.feed(html)
    return " ".join(" ".join(reader.said).split())


# --- the copy without a place ------------------------------------------------------------------------


def without_place(file: HandedFile) -> bytes | None:
    """A copy of a JPEG or PNG without what it says of itself; None where it says nothing, or is neither."""
    try:
        copy = _copied(file.data)
    except (IndexError, ValueError):
        return None
    return copy if copy is not None and copy != file.data else None


def _copied(data: bytes) -> bytes | None:
    if data.startswith(_JPEG):
        return _JPEG + b"".join(part for marker, part in _jpeg(data) if marker not in _JPEG_SAYS_MORE)
    if data.startswith(_PNG):
        return _PNG + b"".join(part for name, part in _png(data) if name not in _PNG_SAYS_MORE)
    return None


def _jpeg(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each part; from the start of the picture itself on, all that follows is one."""
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker, length = data[at + 1], int.from_bytes(data[at + 2 : at + 4])
        if marker == 0xDA or length < 2:
            break
        yield marker, data[at : at + 2 + length]
        at += 2 + length
    yield 0xDA, data[at:]


def _png(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = len(_PNG)
    while at + 8 <= len(data):
        end = at + 12 + int.from_bytes(data[at : at + 4])
        yield data[at + 4 : at + 8], data[at:end]
        at = end
