"""A mail server that sends nothing on: every message it takes becomes a file. For the demo.

It speaks real SMTP on 127.0.0.1, so that the demo goes the same way as a school's mail.
"""

import asyncio
import re
from email import policy
from email.errors import MessageError
from email.parser import BytesHeaderParser
from pathlib import Path
from types import TracebackType
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from alerts.mail.loop_thread import SmtpThread

_NUMBERED = re.compile(r"(\d{4,})-")
_SLUG_LENGTH = 60
_SIZE_LIMIT = 16 * 1024 * 1024


class MailSink:
    """`with MailSink(folder) as sink:` takes mail on `sink.port` until the block ends.

    Each message lies byte for byte as it came in `folder/NNNN-<subject>.eml`; the numbers go on from those
    already there, so that the names sort in the order of arrival.
    """

    host = "127.0.0.1"

    def __init__(self, folder: Path, *, port: int = 0) -> None:
        self.folder, self.port = folder, port
        self._thread: SmtpThread | None = None

    def start(self) -> int:
        """Makes the folder and takes mail from now on; returns the port. Raises OSError."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._thread = SmtpThread(self._server, host=self.host, port=self.port)
        self.port = self._thread.start()
        return self.port

    def stop(self) -> None:
        if self._thread is not None:
            self._thread.stop()
            self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None:
        self.stop()

    def messages(self) -> list[Path]:
        """The files, in the order of arrival."""
        numbered = [
            (int(found[1]), path)
            for path in self.folder.glob("*.eml")
            if (found := _NUMBERED.match(path.name))
        ]
        return [path for _, path in sorted(numbered)]

    def _server(self) -> SMTP:
        return SMTP(
            _Keeper(self),
            hostname="localhost",
            enable_SMTPUTF8=True,
            data_size_limit=_SIZE_LIMIT,
            loop=asyncio.get_running_loop(),
        )

    def keep(self, content: bytes) -> Path:
        """Whole or not at all: a file appears under its name only when every byte is there."""
        number = max((int(path.name.split("-")[0]) for path in self.messages()), default=0) + 1
        path = self.folder / f"{number:04}-{_slug(content)}.eml"
        part = path.with_suffix(".part")
        part.write_bytes(content)
        return part.replace(path)


class _Keeper:
    """What aiosmtpd asks for: `handle_DATA` answers the client after the message's last byte."""

    def __init__(self, sink: MailSink) -> None:
        self._sink = sink

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  aiosmtpd's name and signature
        try:
            path = self._sink.keep(bytes(envelope.original_content or b""))
        except OSError as error:
            return f"451 4.3.0 cannot write the message: {error.strerror}"
        return f"250 2.0.0 kept as {path.name[:4]}"


def _slug(content: bytes) -> str:
    try:
        subject = str(BytesHeaderParser(policy=policy.default).parsebytes(content).get("Subject", ""))
    except (MessageError, ValueError, IndexError):  # what the parser raises on headers made to break it
        subject = ""
    words = re.sub(r"[^a-z0-9]+", "-", subject.lower())[:_SLUG_LENGTH].strip("-")
    return words or "message"
