"""One medium by GET: https, a checked address, no cookie, credential or Referer; limits on everything."""

import time
from contextlib import closing
from dataclasses import dataclass
from http.client import HTTPException, HTTPResponse, HTTPSConnection
from ssl import SSLError
from urllib.parse import urljoin

from monitor import __version__
from monitor.capture.dialling import Dialler, cut_after
from monitor.capture.guard import NotAllowed, Target, target_of

KINDS = {
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/gif": "gif",
    "image/webp": "webp",
    "image/avif": "avif",
    "video/mp4": "mp4",
    "video/webm": "webm",
    "video/quicktime": "mov",
}
"""Content type → ending of the file. SVG is left out: it is a program."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HEADERS = {
    "User-Agent": f"schoolwatch/{__version__}",
    "Accept": "image/*, video/*",
    "Accept-Encoding": "identity",
    "Connection": "close",
}
_PIECE = 65536


@dataclass(frozen=True)
class Limits:
    bytes_each: int = 50 * 1024**2
    seconds: float = 30.0
    """For one medium, redirects included."""
    redirects: int = 3
    most: int = 20
    """Media of one item."""


class NotFetched(Exception):
    """A medium that could not be had; the text says why, without its address."""


@dataclass(frozen=True)
class Fetched:
    body: bytes
    content_type: str
    status: int
    steps: tuple[str, ...]
    """Every address that was asked, the last one being the one that answered."""

    @property
    def ending(self) -> str:
        return KINDS[self.content_type]


def fetch_medium(url: str, dialler: Dialler, limits: Limits | None = None) -> Fetched:
    """Raises NotFetched; never anything else. At most `redirects` + 1 requests leave this machine."""
    limits = limits or Limits()
    steps: list[str] = []
    try:
        return _follow(url, dialler, limits, steps)
    except NotAllowed as why:
        raise NotFetched(f"not asked for: {why}") from why
    except SSLError as error:
        raise NotFetched(f"its certificate was not accepted ({error.reason or 'TLS'})") from error
    except (OSError, HTTPException, ValueError) as error:
        raise NotFetched(f"the connection failed ({type(error).__name__})") from error


def _follow(url: str, dialler: Dialler, limits: Limits, steps: list[str]) -> Fetched:
    until = time.monotonic() + limits.seconds
    for _ in range(limits.redirects + 1):
        target = target_of(url)
        steps.append(target.url)
        answer = _ask(target, dialler, limits, max(0.1, until - time.monotonic()))
        if isinstance(answer, str):
            url = urljoin(target.url, answer)
            continue
        body, content_type, status = answer
        return Fetched(body, content_type, status, tuple(steps))
    raise NotFetched(f"it was passed on more than {limits.redirects} times")


def _ask(target: Target, dialler: Dialler, limits: Limits, seconds: float) -> str | tuple[bytes, str, int]:
    """One request: where it passes us on to, or what it answered."""
    too_long = NotFetched(f"it took longer than {limits.seconds:g} seconds")
    with dialler.connect_tls(target.host) as tls, cut_after(seconds, tls) as was_cut:
        tls.settimeout(seconds)
        try:
            with closing(HTTPSConnection(target.host, timeout=seconds)) as connection:
                connection.sock = tls
                connection.request("GET", target.path, headers=_HEADERS)
                with connection.getresponse() as response:
                    answer = _read(response, limits)
        except (OSError, HTTPException, ValueError) as error:
            raise too_long if was_cut.is_set() or isinstance(error, TimeoutError) else error from error
        if was_cut.is_set():
            raise too_long
        return answer


def _read(answer: HTTPResponse, limits: Limits) -> str | tuple[bytes, str, int]:
    if answer.status in _REDIRECTS:
        return answer.getheader("Location") or ""
    if answer.status != 200:
        raise NotFetched(f"the server answered with status {answer.status}")
    content_type = (answer.getheader("Content-Type") or "").partition(";")[0].strip().lower()
    if content_type not in KINDS:
        raise NotFetched(
            f"it is not a picture or film of a kind that is kept ({content_type[:60] or 'unnamed'})"
        )
    if (answer.getheader("Content-Encoding") or "identity").lower() != "identity":
        raise NotFetched("it came packed, though it was asked for as it is")
    return _body(answer, limits), content_type, answer.status


def _body(answer: HTTPResponse, limits: Limits) -> bytes:
    pieces: list[bytes] = []
    size = 0
    while piece := answer.read(_PIECE):
        size += len(piece)
        if size > limits.bytes_each:
            raise NotFetched(f"it is larger than {limits.bytes_each // 1024**2} MiB")
        pieces.append(piece)
    announced = answer.getheader("Content-Length")
    if announced is not None and int(announced) != size:
        raise NotFetched("the connection broke off in the middle")
    return b"".join(pieces)
