"""Runs the command line inside the test's own process, the whole way through `main()`."""

import contextlib
import io
import logging
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unittest import mock

import structlog

from monitor.cli import main


@dataclass(frozen=True)
class Ran:
    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def run(*arguments: object, stdin: bytes = b"") -> Ran:
    """What `schoolwatch ARGUMENTS` prints and answers. A traceback is a failure of whatever is tested."""
    given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    out, err = _stream(), _stream()
    with _as_it_was(), mock.patch.multiple(sys, argv=["schoolwatch", *map(str, arguments)], stdin=given,
                                           stdout=out, stderr=err):  # fmt: skip
        status = _status()
    ran = Ran(status, _text(out), _text(err))
    assert "Traceback" not in ran.err, ran.err
    return ran


def _status() -> int:
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(bool(end.code))
    return 0


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    raw = stream.buffer
    assert isinstance(raw, io.BytesIO)
    return raw.getvalue().decode("utf-8")


@contextlib.contextmanager
def _as_it_was() -> Iterator[None]:
    """Commands set up logging for their own process; the next test's is another."""
    root = logging.getLogger()
    handlers: Sequence[logging.Handler] = list(root.handlers)
    level, configured = root.level, structlog.get_config()
    try:
        yield
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
        structlog.configure(**configured)
